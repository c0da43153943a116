/* translate.c - groups of sentences over the workers of a pool. */
#include "eval/translate.h"
#include "core/machine.h"
#include "eval/stepper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct translator {
	const struct model *model;
	struct pool *pool;
	struct frozen *frozen;
	struct stepper *stepper; /* [workers] */
	struct team *team;       /* of all workers, where one works */
};

/* One translator_run. */
struct run {
	struct translator *translator;
	const struct corpus *corpus;
	const struct search_settings *settings;
	uint32_t *order; /* sentences, longest source first */
	size_t per_group, groups;
	struct nbest *result;
	translate_watch *watch;
	void *context;
	pthread_mutex_t lock; /* of watch and done */
	size_t done;
	atomic_bool stopped;
	atomic_int leader; /* the worker, and 1; 0: none yet */
};

struct translator *translator_open(const struct model *model, struct pool *pool, int weights)
{
	const int workers = pool_workers(pool);
	struct translator *t = memory_new(1, sizeof *t);

	t->model = model;
	t->pool = pool;
	t->frozen = frozen_open(&model->parameters, vector_kernels(), (enum packed_numbers)weights);
	t->stepper = memory_new((size_t)workers, sizeof *t->stepper);
	for (int i = 0; i < workers; i++)
		stepper_init(&t->stepper[i], model, t->frozen);
	t->team = team_new(workers);
	return t;
}

void translator_close(struct translator *t)
{
	if (!t)
		return;
	for (int i = 0; i < pool_workers(t->pool); i++)
		stepper_free(&t->stepper[i]);
	free(t->stepper);
	frozen_close(t->frozen);
	team_free(t->team);
	free(t);
}

static void search_group(struct run *run, size_t group, int worker, struct team *team)
{
	struct translator *t = run->translator;
	const size_t first = group * run->per_group, left = run->corpus->sentences - first;
	const size_t n = left < run->per_group ? left : run->per_group;
	struct nbest *found = memory_new(n, sizeof *found);
	const double start = machine_seconds();
	double share;

	stepper_search(&t->stepper[worker], run->corpus, run->settings, run->order + first, (int)n,
	               team, pool_profile_of(t->pool, worker), found);
	share = (machine_seconds() - start) / (double)n;
	for (size_t i = 0; i < n; i++) {
		found[i].seconds = share;
		run->result[run->order[first + i]] = found[i];
	}
	free(found);
	if (!run->watch)
		return;
	pthread_mutex_lock(&run->lock);
	run->done += n;
	if (!run->watch(run->context, run->done, run->corpus->sentences))
		atomic_store(&run->stopped, true);
	pthread_mutex_unlock(&run->lock);
}

static void one_group(void *context, int task, int worker)
{
	struct run *run = context;

	if (!atomic_load(&run->stopped))
		search_group(run, (size_t)task, worker, NULL);
}

/* The first who comes searches, the others help. */
static void lead_or_help(void *context, int task, int worker)
{
	struct run *run = context;
	struct team *team = run->translator->team;
	const int workers = pool_workers(run->translator->pool);
	int leader = 0;

	(void)task;
	if (!atomic_compare_exchange_strong(&run->leader, &leader, worker + 1)) {
		struct profile *profile = pool_profile_of(run->translator->pool, worker);

		if (worker == leader - 1)
			return;
		profile_begin(profile, "help with products", NULL, PROFILE_OTHER);
		team_help(team, (worker - leader + 1 + workers) % workers);
		profile_end(profile);
		return;
	}
	for (size_t i = 0; i < run->groups && !atomic_load(&run->stopped); i++)
		search_group(run, i, worker, team);
	team_dismiss(team);
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

static void run_groups(struct run *run)
{
	const int workers = pool_workers(run->translator->pool);

	if (run->groups >= (size_t)workers || workers == 1) {
		pool_run(run->translator->pool, (int)run->groups, one_group, run);
		return;
	}
	team_gather(run->translator->team);
	pool_run(run->translator->pool, workers, lead_or_help, run);
}

bool translator_run(struct translator *t, const struct corpus *corpus,
                    const struct search_settings *settings, translate_watch *watch, void *context,
                    struct nbest *result)
{
	const size_t n = corpus->sentences;
	struct run run = { .translator = t,
		           .corpus = corpus,
		           .settings = settings,
		           .result = result,
		           .watch = watch,
		           .context = context,
		           .per_group = group_size(settings, n) };

	run.groups = (n + run.per_group - 1) / run.per_group;
	run.order = memory_new(n, sizeof *run.order);
	memset(result, 0, n * sizeof *result);
	pthread_mutex_init(&run.lock, NULL);
	for (uint32_t i = 0; i < n; i++)
		run.order[i] = i;
	qsort_r(run.order, n, sizeof *run.order, by_length, (void *)corpus);
	run_groups(&run);
	pthread_mutex_destroy(&run.lock);
	free(run.order);
	return !atomic_load(&run.stopped);
}

bool translate(const struct model *model, const struct corpus *corpus,
               const struct search_settings *settings, struct pool *pool, translate_watch *watch,
               void *context, struct nbest *result)
{
	struct translator *t = translator_open(model, pool, settings->weights);
	const bool whole = translator_run(t, corpus, settings, watch, context, result);

	translator_close(t);
	return whole;
}
