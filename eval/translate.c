/* translate.c - a trained model as a predictor: cached steps, sentences that leave. */
#include "eval/translate.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* To lay out the weights takes about as long as the products of so many sentences gain by it. */
enum { FROZEN_SENTENCES = 4 };

/* One group of sentences in search. */
struct stepper {
	const struct model *model;
	struct tape source; /* holds the memory of the group */
	struct tape step;   /* begun again at each step */
	struct memory memory;
	struct carry carry;
	int *length;       /* [sentences] of the live ones; memory.length */
	struct var *h;     /* what the last step made, on its tape */
	size_t after_step; /* bytes of that tape that are in use */
};

static void step(void *context, int rows, const int *token)
{
	struct stepper *s = context;

	tape_begin(&s->step, &s->model->parameters, NULL, false, 0);
	profile_begin(s->step.profile, "between operations", NULL, PROFILE_OTHER);
	s->h = model_decode(&s->step, s->model, &s->memory, token, 1, rows, &s->carry);
	profile_end(s->step.profile);
	s->after_step = s->step.arena.used;
}

static real *logits(void *context, int first, int rows)
{
	struct stepper *s = context;

	s->step.arena.used = s->after_step;
	return model_logits(&s->step, s->model, s->h, first, rows);
}

/* Closes the gaps of sentences that left; the live ones are in ascending order, so rows only move
 * down. */
static void keep_columns(struct var *v, int n, const int *kept)
{
	const size_t c = (size_t)v->c;

	for (size_t t = 0; t < (size_t)v->t; t++)
		for (size_t i = 0; i < (size_t)n; i++)
			memmove(v->x + (t * (size_t)n + i) * c,
			        v->x + (t * (size_t)v->n + (size_t)kept[i]) * c, c * sizeof(real));
	v->n = n;
}

static void keep_sentences(struct stepper *s, int n, const int *kept)
{
	int before = 0;

	for (int i = 0; i < s->memory.projected_count; i++) {
		struct var *v = s->memory.projected[i].v;

		before = before ? before : v->n;
		if (v->n == before && n < before)
			keep_columns(v, n, kept);
	}
	for (int i = 0; i < n; i++)
		s->length[i] = s->length[kept[i]];
}

static void select_rows(void *context, int rows, const int *row, int sentences, const int *sentence)
{
	struct stepper *s = context;

	profile_begin(s->step.profile, "select hypotheses", NULL, PROFILE_OTHER);
	carry_select(&s->carry, rows, row);
	keep_sentences(s, sentences, sentence);
	profile_end(s->step.profile);
}

struct translation {
	const struct model *model;
	const struct corpus *corpus;
	const struct search_settings *settings;
	uint32_t *order; /* sentences, longest source first */
	size_t per_group;
	struct frozen *frozen;
	struct stepper *stepper; /* [workers] */
	struct batch *batch;     /* [workers] */
	struct nbest *result;
	translate_watch *watch;
	void *context;
	pthread_mutex_t lock; /* of watch and done */
	size_t done;
	atomic_bool stopped;
};

static int longest_hypothesis(const struct translation *job, int source_length)
{
	const double limit =
		job->settings->length_factor * source_length + (double)job->settings->length_offset;

	return limit < job->model->longest ? (int)limit : job->model->longest;
}

static void search_group(struct translation *job, struct stepper *s, struct batch *batch,
                         const uint32_t *sentence, int n)
{
	const struct search_settings *settings = job->settings;
	const struct predictor predictor = { s,           job->model->vocabulary[SIDE_TARGET],
		                             TOKEN_BEGIN, TOKEN_END,
		                             step,        logits,
		                             select_rows };
	int *limit = memory_new((size_t)n, sizeof *limit);
	size_t *number = memory_new((size_t)n, sizeof *number);
	struct nbest *found = memory_new((size_t)n, sizeof *found);
	struct profile *profile = s->step.profile;

	profile_begin(profile, "fill batch", NULL, PROFILE_OTHER);
	batch_fill(batch, job->corpus, sentence, n);
	profile_end(profile);
	s->model = job->model;
	s->length = batch->source_length;
	for (int i = 0; i < n; i++) {
		limit[i] = longest_hypothesis(job, batch->source_length[i]);
		number[i] = sentence[i];
	}
	profile_begin(profile, "between operations", NULL, PROFILE_OTHER);
	tape_begin(&s->source, &job->model->parameters, NULL, false, 0);
	model_encode(&s->source, job->model, batch->source, s->length, batch->source_t, n,
	             &s->memory);
	profile_end(profile);
	carry_begin(&s->carry, n);
	profile_begin(profile, "search", NULL, PROFILE_OTHER);
	search(&predictor, settings, n, limit, number, found);
	profile_end(profile);
	for (int i = 0; i < n; i++)
		job->result[sentence[i]] = found[i];
	free(found);
	free(limit);
	free(number);
}

static void translate_group(void *context, int task, int worker)
{
	struct translation *job = context;
	const size_t first = (size_t)task * job->per_group;
	size_t n = job->corpus->sentences - first;

	if (n > job->per_group)
		n = job->per_group;
	if (atomic_load(&job->stopped))
		return;
	search_group(job, &job->stepper[worker], &job->batch[worker], job->order + first, (int)n);
	if (!job->watch)
		return;
	pthread_mutex_lock(&job->lock);
	job->done += n;
	if (!job->watch(job->context, job->done, job->corpus->sentences))
		atomic_store(&job->stopped, true);
	pthread_mutex_unlock(&job->lock);
}

static int by_length(const void *a, const void *b, void *context)
{
	const uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const size_t *start = ((const struct corpus *)context)->start[SIDE_SOURCE];
	const size_t length_i = start[i + 1] - start[i], length_j = start[j + 1] - start[j];

	if (length_i != length_j)
		return length_i < length_j ? 1 : -1;
	return i < j ? -1 : i > j;
}

/* Enough groups for several workers to finish at about the same time, whatever their number; enough
 * sentences in each for fast products, and not so many that their encoder's states take much
 * memory. */
static size_t group_size(const struct search_settings *settings, size_t sentences)
{
	enum { GROUPS = 32, LEAST = 4, MOST = 64 };
	const long rows = settings->sample ? settings->nbest : settings->beam;
	const size_t most = settings->rows > rows ? (size_t)(settings->rows / rows) : 1;
	size_t n = (sentences + GROUPS - 1) / GROUPS;

	n = n < LEAST ? LEAST : n > MOST ? MOST : n;
	return n < most ? n : most;
}

bool translate(const struct model *model, const struct corpus *corpus,
               const struct search_settings *settings, struct pool *pool, translate_watch *watch,
               void *context, struct nbest *result)
{
	const size_t workers = (size_t)pool_workers(pool), n = corpus->sentences;
	struct translation job = { model,          corpus,
		                   settings,       .result = result,
		                   .watch = watch, .context = context };

	job.per_group = group_size(settings, n);
	job.order = memory_new(n, sizeof *job.order);
	job.stepper = memory_new(workers, sizeof *job.stepper);
	job.batch = memory_new(workers, sizeof *job.batch);
	memset(result, 0, n * sizeof *result);
	pthread_mutex_init(&job.lock, NULL);
	for (uint32_t i = 0; i < n; i++)
		job.order[i] = i;
	qsort_r(job.order, n, sizeof *job.order, by_length, (void *)corpus);
	for (size_t i = 0; i < workers; i++) {
		tape_init(&job.stepper[i].source);
		tape_init(&job.stepper[i].step);
		job.stepper[i].source.profile = job.stepper[i].step.profile =
			pool_profile_of(pool, (int)i);
	}
	profile_begin(pool_profile_of(pool, 0), "lay out weights", NULL, PROFILE_OTHER);
	if (n >= FROZEN_SENTENCES)
		job.frozen = frozen_open(&model->parameters, job.stepper[0].step.gemm);
	profile_end(pool_profile_of(pool, 0));
	for (size_t i = 0; i < workers; i++)
		job.stepper[i].source.frozen = job.stepper[i].step.frozen = job.frozen;
	pool_run(pool, (int)((n + job.per_group - 1) / job.per_group), translate_group, &job);
	for (size_t i = 0; i < workers; i++) {
		tape_free(&job.stepper[i].source);
		tape_free(&job.stepper[i].step);
		carry_free(&job.stepper[i].carry);
		batch_free(&job.batch[i]);
	}
	frozen_close(job.frozen);
	pthread_mutex_destroy(&job.lock);
	free(job.order);
	free(job.stepper);
	free(job.batch);
	return !atomic_load(&job.stopped);
}

void attention_of(struct tape *tape, const struct model *model, const struct batch *batch)
{
	struct memory memory;

	tape->keep_attention = true;
	tape_begin(tape, &model->parameters, NULL, false, 0);
	model_encode(tape, model, batch->source, batch->source_length, batch->source_t, batch->n,
	             &memory);
	model_decode(tape, model, &memory, batch->target, batch->target_t, batch->n, NULL);
}
