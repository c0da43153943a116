/* profile.c - a few updates, or decoding, with everything recorded. */
#include "experiments/profile.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "eval/evaluate.h"
#include "eval/translate.h"
#include "experiments/match.h"
#include "train/checkpoint.h"
#include "train/schedule.h"
#include "train/update.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLDER_SIZE = 4096, WARM_UPDATES = 3, WARM_SENTENCES = 64 };

/* A contestant that is being measured. */
struct session {
	const struct experiment *experiment;
	const struct profile_options *options;
	const struct dataset *dataset;
	const char *folder;
	struct pool *pool;
	struct profile *profile; /* [workers] */
	size_t *first;           /* [workers] of the section under way */
	double start;            /* of it */
	struct profile_report report;
	struct model model;
	struct lexicon *lexicon; /* the model's, or NULL */
	struct optimizer optimizer;
	struct schedule_state schedule;
	struct updater updater;
	struct batch_plan plan;
	long update, epoch;
	size_t batch;
};

static void section_begin(struct session *s, const char *name)
{
	for (int i = 0; i < pool_workers(s->pool); i++)
		s->first[i] = s->profile[i].spans;
	pool_profile(s->pool, s->profile);
	s->start = machine_seconds();
	if (name)
		profile_begin(&s->profile[0], name, NULL, PROFILE_OTHER);
}

/* All of every worker's time is in a span: others than the first wait for it where it works alone.
 * Returns the section's seconds. */
static double section_end(struct session *s, const char *name, double weight)
{
	double end;

	if (name)
		profile_end(&s->profile[0]);
	end = machine_seconds();
	pool_profile(s->pool, NULL);
	for (int i = 0; i < pool_workers(s->pool); i++) {
		profile_gaps(&s->profile[i], i ? "waiting" : "between operations", s->first[i],
		             s->start, end);
		profile_sum(&s->report.rows, &s->profile[i], s->first[i], weight, name);
	}
	return end - s->start;
}

static const struct train_settings *settings_of(const struct session *s)
{
	return &s->report.contestant->train;
}

static void plan_epoch(struct session *s)
{
	batch_plan_free(&s->plan);
	batch_plan_make(&s->plan, &s->dataset->train, settings_of(s)->batch_tokens,
	                (uint64_t)s->experiment->seed[0], (uint64_t)s->epoch);
}

static bool one_update(struct session *s, struct update_result *result, struct error *error)
{
	const struct train_settings *t = settings_of(s);
	const size_t left = s->plan.batches - s->batch;
	const long take = (size_t)t->accumulate < left ? t->accumulate : (long)left;
	const double rate =
		schedule_rate(t, &s->schedule, ++s->update, (double)s->model.settings.width);

	if (!update(&s->updater, s->update, s->plan.order, s->plan.start + s->batch, take, rate,
	            result))
		return error_set(error,
		                 "contestants.%s: diverged at update %ld; lower "
		                 "train.learning_rate",
		                 s->report.contestant->name, s->update);
	s->batch += (size_t)take;
	if (s->batch == s->plan.batches) {
		s->batch = 0;
		s->epoch++;
		plan_epoch(s);
	}
	return true;
}

static bool updates(struct session *s, long n, bool recorded, struct error *error)
{
	for (long i = 0; i < n; i++) {
		struct update_result result;
		bool updated;

		if (recorded)
			section_begin(s, NULL);
		updated = one_update(s, &result, error);
		if (recorded)
			s->report.seconds += section_end(s, NULL, 1);
		if (!updated)
			return false;
		if (recorded)
			s->report.tokens += (double)result.loss.tokens;
	}
	return true;
}

/* Written as train() does, and removed. */
static bool save(struct session *s, struct error *error)
{
	const struct checkpoint_identity identity = checkpoint_identity_of(s->dataset);
	const struct progress progress = { .update = s->update };
	char path[FOLDER_SIZE + 64];
	bool saved;

	snprintf(path, sizeof path, "%s/profile-%ld.safetensors", s->folder, (long)getpid());
	saved = checkpoint_save(path, &s->model, &identity, &s->optimizer, &s->schedule, &progress,
	                        error);
	unlink(path);
	return saved;
}

/* What comes once in a while, and how often an update. */
static bool rest_of_training(struct session *s, struct error *error)
{
	const struct train_settings *t = settings_of(s);
	const double epoch = ceil((double)s->plan.batches / (double)t->accumulate);
	const double validations = 1 / (t->validate_every ? (double)t->validate_every : epoch);
	const double checkpoints =
		t->checkpoint_every ? 1 / (double)t->checkpoint_every : validations;
	const double n = s->report.units;
	bool saved;

	section_begin(s, "plan epoch");
	plan_epoch(s);
	s->report.seconds += n / epoch * section_end(s, "plan epoch", n / epoch);
	section_begin(s, "validation");
	evaluate(&s->model, &s->dataset->valid, t->batch_tokens / t->shards, s->pool, NULL);
	s->report.seconds += n * validations * section_end(s, "validation", n * validations);
	section_begin(s, "checkpoint");
	saved = save(s, error);
	s->report.seconds += n * checkpoints * section_end(s, "checkpoint", n * checkpoints);
	return saved;
}

/* Returns the tokens of the hypotheses, their ends counted. */
static double translate_part(struct session *s, struct translator *translator,
                             const struct corpus *corpus)
{
	struct nbest *found = memory_new(corpus->sentences, sizeof *found);
	double tokens = 0;

	translator_run(translator, corpus, &s->report.contestant->search, NULL, NULL, found);
	for (size_t i = 0; i < corpus->sentences; i++) {
		tokens += found[i].count ? found[i].best[0].length + 1 : 0;
		nbest_free(&found[i]);
	}
	free(found);
	return tokens;
}

static double translate_first(struct session *s, struct translator *translator, size_t sentences)
{
	struct corpus part = s->dataset->valid;
	double tokens = 0;

	part.sentences = s->options->alone ? 1 : sentences;
	for (size_t i = 0; i < sentences; i += part.sentences) {
		part.start[SIDE_SOURCE] = s->dataset->valid.start[SIDE_SOURCE] + i;
		part.start[SIDE_TARGET] = s->dataset->valid.start[SIDE_TARGET] + i;
		tokens += translate_part(s, translator, &part);
	}
	return tokens;
}

/* A first time for a few that are not recorded: weights are laid out, memory is touched. */
static bool decode(struct session *s)
{
	struct translator *translator = translator_open(&s->model, s->pool, s->report.contestant->search.weights);
	size_t sentences = s->dataset->valid.sentences;

	if ((size_t)s->options->sentences < sentences)
		sentences = (size_t)s->options->sentences;
	translate_first(s, translator, sentences < WARM_SENTENCES ? sentences : WARM_SENTENCES);
	section_begin(s, NULL);
	s->report.tokens = translate_first(s, translator, sentences);
	s->report.seconds = section_end(s, NULL, 1);
	s->report.units = (double)sentences;
	translator_close(translator);
	return true;
}

static bool training(struct session *s, struct error *error)
{
	s->report.units = (double)s->options->updates;
	return updates(s, s->options->updates, true, error) && rest_of_training(s, error);
}

static bool session_open(struct session *s, struct error *error)
{
	const struct train_settings *t = settings_of(s);
	const uint64_t seed = (uint64_t)s->experiment->seed[0];

	const struct checkpoint_identity identity = checkpoint_identity_of(s->dataset);

	parameters_start(&s->model.parameters, seed);
	schedule_init(t, &s->schedule);
	optimizer_init(&s->optimizer, t, s->model.parameters.size);
	plan_epoch(s);
	for (int i = 0; i < pool_workers(s->pool); i++)
		profile_reset(&s->profile[i]);
	if (s->options->weights &&
	    !checkpoint_load(s->options->weights, &s->model, &identity, NULL, NULL, NULL, error))
		return false;
	return updater_open(&s->updater, &s->model, &s->dataset->train, t, &s->optimizer, s->pool,
	                    seed, error);
}

static void session_close(struct session *s)
{
	updater_close(&s->updater);
	optimizer_free(&s->optimizer);
	batch_plan_free(&s->plan);
	profile_rows_free(&s->report.rows);
}

static bool profile_contestant(struct session *s, profile_watch *watch, void *context,
                               struct error *error)
{
	/* Weights that are given stay as they are where they are decoded with. */
	const long before = !s->options->decode   ? WARM_UPDATES
	                    : s->options->weights ? 0
	                                          : s->options->updates;
	bool good = false;

	if (trial_model(&s->model, s->experiment, s->report.contestant, s->dataset, error)) {
		s->model.lexicon = s->lexicon = trial_lexicon(s->report.contestant, s->dataset);
		good = session_open(s, error) && updates(s, before, false, error) &&
		       (s->options->decode ? decode(s) : training(s, error));
		profile_rows_sort(&s->report.rows);
		good = good && watch(context, &s->report, error);
		session_close(s);
	}
	model_close(&s->model);
	lexicon_free(s->lexicon);
	return good;
}

static bool profile_all(struct session *all, const struct roofline *roofline, profile_watch *watch,
                        void *context, struct error *error)
{
	for (int i = 0; i < all->experiment->contestants; i++) {
		struct session s = *all;

		s.report = (struct profile_report){ .contestant = &s.experiment->contestant[i],
			                            .roofline = roofline,
			                            .workers = pool_workers(s.pool),
			                            .timeline = s.profile };
		if (!contestant_is(s.report.contestant, s.options->run.only))
			continue;
		if (!profile_contestant(&s, watch, context, error))
			return false;
	}
	return true;
}

static bool check_decoding(const struct session *s, struct error *error)
{
	return !s->options->decode || s->dataset->valid.objective == OBJECTIVE_TRANSLATE ||
	       error_set(error, "--decode is of translations, and task: %s has none",
	                 task_of(&s->experiment->data)->name);
}

bool profile_experiment(struct experiment *e, const struct profile_options *options,
                        profile_watch *watch, void *context, struct error *error)
{
	const int workers = options->run.threads;
	struct dataset dataset = { 0 };
	struct roofline roofline;
	char folder[FOLDER_SIZE];
	struct session s = {
		.experiment = e, .options = options, .dataset = &dataset, .folder = folder
	};
	bool profiled = false;

	if (!gemm_init(error))
		return false;
	runs_folder(options->run.database, folder, sizeof folder);
	s.profile = memory_new((size_t)workers, sizeof *s.profile);
	s.first = memory_new((size_t)workers, sizeof *s.first);
	s.pool = pool_open(workers, error);
	if (s.pool && experiment_data(e, folder, s.pool, &dataset, NULL, NULL, error) &&
	    check_decoding(&s, error) && match_contestants(e, &dataset, error)) {
		for (int i = 0; i < workers; i++)
			profile_init(&s.profile[i]);
		roofline_measure(&roofline, s.pool);
		profiled = profile_all(&s, &roofline, watch, context, error);
	}
	for (int i = 0; i < workers; i++)
		profile_free(&s.profile[i]);
	free(s.profile);
	free(s.first);
	dataset_free(&dataset);
	pool_close(s.pool);
	return profiled;
}
