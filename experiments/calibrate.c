/* calibrate.c - a few updates, a part of validation and test, a checkpoint: how long they take. */
#include "experiments/calibrate.h"
#include "core/error.h"
#include "core/machine.h"
#include "eval/evaluate.h"
#include "eval/translate.h"
#include "train/checkpoint.h"
#include "train/update.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, UPDATES_LEAST = 5, UPDATES_MOST = 200, VALIDATED_MOST = 512 };
static const double UPDATE_SECONDS =
	0.7; /* of updates that are timed, at most so much and one more */

/* A process that measures. */
struct bench {
	const struct contestant *contestant;
	const struct dataset *dataset;
	const char *folder;
	struct pool *pool;
	struct model model;
	struct lexicon *lexicon; /* the model's, or NULL */
	struct calibration *found;
};

static double tokens_of(const struct corpus *c)
{
	return (double)corpus_steps_of(c, SIDE_TARGET, c->sentences);
}

static void one_update(struct updater *u, const struct batch_plan *plan, size_t batch, long number,
                       double *tokens)
{
	const struct train_settings *s = u->settings;
	const size_t left = plan->batches - batch;
	const long take = (size_t)s->accumulate < left ? s->accumulate : (long)left;
	struct update_result result = { .loss = { 0 } };

	update(u, number, plan->order, plan->start + batch, take, 0, &result);
	*tokens += (double)result.loss.tokens;
}

/* The batch with the longest sentences, or with the most: where memory is at its highest. */
static size_t batch_of_most(const struct batch_plan *plan, const struct corpus *c, bool longest)
{
	size_t best = 0, most = 0;

	for (size_t b = 0; b < plan->batches; b++) {
		const size_t last = plan->start[b + 1];
		const size_t size =
			longest ? corpus_length(c, SIDE_TARGET, plan->order[last - 1]) +
					  corpus_length(c, SIDE_SOURCE, plan->order[last - 1])
				: last - plan->start[b];

		if (size > most) {
			most = size;
			best = b;
		}
	}
	return best;
}

/* Batches of an epoch in their order, which is one of chance: after those that take most memory. */
static void time_updates(const struct bench *b, struct updater *u, const struct batch_plan *plan)
{
	double tokens = 0, start, seconds = 0;
	size_t at = 0;
	long number = 1;

	for (int longest = 0; longest < 2; longest++)
		one_update(u, plan, batch_of_most(plan, u->corpus, longest), number++, &tokens);
	tokens = 0;
	start = machine_seconds();
	for (long i = 0; i < UPDATES_LEAST || (i < UPDATES_MOST && seconds < UPDATE_SECONDS); i++) {
		one_update(u, plan, at, number++, &tokens);
		at = (at + (size_t)u->settings->accumulate) % plan->batches;
		seconds = machine_seconds() - start;
	}
	b->found->batches = (double)plan->batches;
	b->found->tokens = tokens_of(u->corpus);
	b->found->seconds_a_token = seconds / fmax(tokens, 1);
}

static bool time_training(const struct bench *b, uint64_t seed, struct error *error)
{
	const struct train_settings *s = &b->contestant->train;
	struct model *model = (struct model *)&b->model;
	struct optimizer optimizer;
	struct batch_plan plan;
	struct updater updater;
	bool opened;

	batch_plan_make(&plan, &b->dataset->train, s->batch_tokens, seed, 0);
	optimizer_init(&optimizer, s, model->parameters.size);
	opened = updater_open(&updater, model, &b->dataset->train, s, &optimizer, b->pool, seed,
	                      error);
	if (opened)
		time_updates(b, &updater, &plan);
	updater_close(&updater);
	optimizer_free(&optimizer);
	batch_plan_free(&plan);
	return opened;
}

/* The first sentences of a corpus as one of its own, which owns nothing. */
static struct corpus part_of(const struct corpus *c, size_t sentences)
{
	struct corpus part = *c;

	part.sentences = sentences < c->sentences ? sentences : c->sentences;
	return part;
}

/* Seconds of evaluating a corpus, from a part of it. */
static double time_evaluation(const struct bench *b, const struct corpus *c)
{
	const struct train_settings *s = &b->contestant->train;
	const struct corpus part = part_of(c, VALIDATED_MOST);
	const double start = machine_seconds();

	evaluate(&b->model, &part, s->batch_tokens / s->shards, b->pool, NULL);
	return (machine_seconds() - start) * tokens_of(c) / fmax(tokens_of(&part), 1);
}

/* Weights that were not trained do not know where to end: hypotheses are made as long as the
 * references are on average. */
static double time_search(const struct bench *b, const struct corpus *test)
{
	struct search_settings search = b->contestant->search;
	const size_t group =
		(size_t)(search.rows / search.beam > 0 ? search.rows / search.beam : 1);
	const struct corpus part = part_of(test, 2 * group * (size_t)pool_workers(b->pool));
	const double sources = (double)part.start[SIDE_SOURCE][part.sentences];
	struct nbest *found = memory_new(part.sentences + 1, sizeof *found);
	const double start = machine_seconds();
	double seconds;

	search.length_factor = (tokens_of(&part) - (double)part.sentences) / fmax(sources, 1);
	search.length_offset = 2;
	translate(&b->model, &part, &search, b->pool, NULL, NULL, found);
	seconds = machine_seconds() - start;
	for (size_t i = 0; i < part.sentences; i++)
		nbest_free(&found[i]);
	free(found);
	return seconds * tokens_of(test) / fmax(tokens_of(&part), 1);
}

static bool time_saving(const struct bench *b, struct error *error)
{
	const struct checkpoint_identity identity = checkpoint_identity_of(b->dataset);
	const double start = machine_seconds();
	char path[PATH_SIZE];
	bool saved;

	snprintf(path, sizeof path, "%s/data/calibration-%ld.safetensors", b->folder,
	         (long)getpid());
	saved = checkpoint_save(path, &b->model, &identity, NULL, NULL, NULL, error);
	b->found->save_seconds = machine_seconds() - start;
	unlink(path);
	return saved;
}

static bool measure(struct bench *b, const struct experiment *e, struct error *error)
{
	const double start = machine_seconds();
	const struct train_settings *s = &b->contestant->train;
	const struct dataset *d = b->dataset;

	if (!trial_model(&b->model, e, b->contestant, d, error))
		return false;
	parameters_start_on(&b->model.parameters, (uint64_t)e->seed[0], b->pool);
	b->model.lexicon = b->lexicon = trial_lexicon(b->contestant, d);
	b->found->start_seconds = machine_seconds() - start;
	b->found->parameters = parameters_count(&b->model.parameters);
	b->found->multiply_adds = trial_multiply_adds(&b->model, &d->train);
	b->found->weight_bytes = (double)b->model.parameters.size * sizeof(real);
	b->found->moments = s->optimizer == OPTIMIZER_SGD ? s->momentum > 0 : 2;
	if (!time_training(b, (uint64_t)e->seed[0], error) || !time_saving(b, error))
		return false;
	b->found->valid_seconds = time_evaluation(b, &d->valid);
	for (int i = 0; i < d->tests; i++)
		b->found->test_seconds +=
			(d->test[i].objective != OBJECTIVE_CONTINUE ? time_search(b, &d->test[i])
		                                                    : 0) +
			b->found->valid_seconds * tokens_of(&d->test[i]) /
				fmax(tokens_of(&d->valid), 1);
	b->found->peak_bytes = (double)machine_peak_memory();
	return true;
}

bool calibrate(struct calibration *found, const struct experiment *e, const struct contestant *c,
               const struct dataset *dataset, const char *folder, int threads, struct error *error)
{
	struct bench b = { .contestant = c, .dataset = dataset, .folder = folder, .found = found };
	bool good;

	*found = (struct calibration){ 0 };
	machine_reset_peak();
	b.pool = pool_open(threads, error);
	good = b.pool && measure(&b, e, error);
	model_close(&b.model);
	lexicon_free(b.lexicon);
	pool_close(b.pool);
	return good;
}
