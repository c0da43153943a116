/* together.c - trials trained by all ranks, rank 0 first among them. */
#include "experiments/together.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double SECONDS_BETWEEN_NEWS = 0.1;

/* What rank 0 hears of its trials. */
struct leader {
	const struct jobs *jobs;
	double next; /* time before which no further update is told */
};

static bool enough_shards(const struct experiment *e, const struct run_options *options,
                          struct error *error)
{
	const int ranks = ranks_count(options->ranks);

	for (int i = 0; i < e->contestants; i++) {
		const struct contestant *c = &e->contestant[i];

		if ((!options->only || !strcmp(options->only, c->name)) && c->train.shards < ranks)
			return error_set(error,
			                 "contestants.%s: train.shards = %ld leaves some of %d "
			                 "ranks without work; start fewer, or set train.shards to "
			                 "%d or more, which changes the bits",
			                 c->name, c->train.shards, ranks, ranks);
	}
	return true;
}

bool together_check(const struct experiment *e, const struct run_options *options,
                    struct error *error)
{
	bool good = enough_shards(e, options, error);
	char own[17], first[17];

	run_plan_key(e, options->only, own);
	memcpy(first, own, sizeof first);
	ranks_share(options->ranks, first, sizeof first);
	if (good && strcmp(first, own) != 0)
		good = error_set(error, "its experiment file or program is not that of rank 0; "
		                        "copy both to all hosts");
	return ranks_agree(options->ranks, good, error);
}

/* What a rank multiplies by: "avx512 (SkylakeX)". */
struct rank_kernels {
	char host[64], name[512];
};

static struct rank_kernels own_kernels(void)
{
	const struct gemm *gemm = gemm_for_processor();
	struct rank_kernels own = { 0 };
	char details[480];

	machine_host(own.host, sizeof own.host);
	gemm_describe_kernels(gemm, details, sizeof details);
	snprintf(own.name, sizeof own.name, "%.20s (%s)", gemm->name, details);
	return own;
}

static void report_kernels(const struct rank_kernels *all, int ranks, dataset_report *report,
                           void *context)
{
	char line[1400], more[32] = "";
	int other = 0, others = 0;

	for (int i = ranks - 1; i > 0; i--)
		if (strcmp(all[i].name, all[0].name) != 0) {
			other = i;
			others++;
		}
	if (!others)
		return;
	if (others > 1)
		snprintf(more, sizeof more, " (and %d more)", others - 1);
	snprintf(line, sizeof line,
	         "rank %d on %s%s multiplies by %s, rank 0 by %s: the bits of this run will not "
	         "be those of one process, nor those of other numbers of ranks",
	         other, all[other].host, more, all[other].name, all[0].name);
	report(context, line);
}

void together_kernels(struct ranks *ranks, dataset_report *report, void *context)
{
	const int count = ranks_count(ranks), number = ranks_number(ranks);
	struct rank_kernels *all = memory_new((size_t)count, sizeof *all);

	all[number] = own_kernels();
	if (!ranks_gather(ranks, all, sizeof *all, (size_t)count))
		return; /* the messages under way still need it */
	if (number == 0)
		report_kernels(all, count, report, context);
	free(all);
}

static bool hear(void *context, const struct trial_news *n)
{
	struct leader *leader = context;
	const struct jobs *jobs = leader->jobs;
	const bool often = n->event == TRIAL_UPDATE || n->event == TRIAL_DECODING;
	const double now = machine_seconds();

	jobs->result->done += n->event == TRIAL_FINISHED;
	jobs->result->skipped += n->event == TRIAL_SKIPPED;
	jobs->result->failed += n->event == TRIAL_FAILED;
	jobs->result->interrupted |= n->event == TRIAL_STOPPED;
	if (!often || now >= leader->next) {
		jobs->watch(jobs->context, n);
		if (often)
			leader->next = now + SECONDS_BETWEEN_NEWS;
	}
	return !jobs->options->asked || !jobs->options->asked();
}

static void run_all(struct leader *leader, struct database *database, struct pool *pool)
{
	const struct jobs *jobs = leader->jobs;
	struct ranks *ranks = jobs->options->ranks;

	for (int i = 0; i < jobs->trials && !ranks_error(ranks); i++) {
		struct trial trial = jobs->trial[i];
		struct error error;

		if (jobs->options->asked && jobs->options->asked()) {
			jobs->result->interrupted = true;
			return;
		}
		trial.database = database;
		trial.pool = pool;
		trial.ranks = ranks;
		trial_run(&trial, hear, leader, &error);
	}
}

bool together_lead(const struct jobs *jobs, struct error *error)
{
	const struct run_options *options = jobs->options;
	struct leader leader = { jobs, 0 };
	struct database database = { 0 };
	struct pool *pool = NULL;
	int none = 0;
	const bool opened = database_open(&database, options->database, DATABASE_WRITE, error) &&
	                    (pool = pool_open(options->threads, error)) != NULL;

	if (opened)
		run_all(&leader, &database, pool);
	pool_close(pool);
	database_close(&database);
	ranks_share(options->ranks, &none, sizeof none);
	return opened && (!ranks_error(options->ranks) ||
	                  error_set(error, "%d of %d trials are done; the others wait for ranks",
	                            jobs->result->done + jobs->result->skipped, jobs->trials));
}

static void train_along(const struct trial *t, struct pool *pool, struct ranks *ranks)
{
	struct progress progress;
	struct error error;
	struct model model = { 0 };
	const struct trainer trainer = {
		.model = &model,
		.dataset = t->dataset,
		.settings = &t->contestant->train,
		.seed = (uint64_t)t->seed,
		.folder = "",
		.pool = pool,
		.ranks = ranks,
	};

	if (ranks_agree(
		    ranks,
		    pool && trial_model(&model, t->experiment, t->contestant, t->dataset, &error),
		    &error))
		train(&trainer, &progress, &error);
	model_close(&model);
}

bool together_follow(const struct jobs *jobs, struct error *error)
{
	struct ranks *ranks = jobs->options->ranks;
	struct pool *pool = pool_open(jobs->options->threads, error);
	int number = 0;

	while (ranks_share(ranks, &number, sizeof number) && number > 0)
		train_along(&jobs->trial[number - jobs->trial->number], pool, ranks);
	pool_close(pool);
	return !ranks_error(ranks) || error_set(error, "%s", ranks_error(ranks));
}

bool together_run(const struct jobs *jobs, struct error *error)
{
	if (ranks_number(jobs->options->ranks) > 0)
		return together_follow(jobs, error);
	if (jobs->options->ranks)
		return together_lead(jobs, error);
	jobs_run(jobs);
	return true;
}
