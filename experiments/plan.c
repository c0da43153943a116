/* plan.c - what an experiment will take, from a few updates of each contestant. */
#include "experiments/run.h"
#include "core/error.h"
#include "core/machine.h"
#include "core/gemm.h"
#include "experiments/match.h"
#include "train/update.h"

#include <math.h>
#include <string.h>

enum { PATH_SIZE = 4096, WARM_UPDATES = 1, TIMED_UPDATES = 5 };

static double smaller(double a, double b)
{
	return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* Updates until the first stop rule but patience, perplexity and time; 0 where there is none.
 * multiply_adds: forward, a target token. */
static double updates_of(const struct train_settings *s, size_t batches, double tokens_an_update,
                         double multiply_adds)
{
	const double epoch = ceil((double)batches / (double)s->accumulate);
	double updates = smaller((double)s->stop_updates, (double)s->stop_epochs * epoch);

	updates = smaller(updates, s->stop_multiply_adds / (3 * multiply_adds * tokens_an_update));
	return smaller(updates, (double)s->stop_tokens / tokens_an_update);
}

/* Seconds and target tokens of one update, means of a few. */
static void calibrate(struct updater *u, const struct batch_plan *plan, double *seconds,
                      double *tokens)
{
	const struct train_settings *s = u->settings;
	double start = machine_seconds();
	long done = 0;
	size_t at = 0;

	*tokens = 0;
	for (long i = 0; i < WARM_UPDATES + TIMED_UPDATES; i++) {
		const size_t left = plan->batches - at;
		const long take = (size_t)s->accumulate < left ? s->accumulate : (long)left;
		struct update_result result;

		if (i == WARM_UPDATES)
			start = machine_seconds();
		update(u, i + 1, plan->order, plan->start + at, take, 0, &result);
		at = (at + (size_t)take) % plan->batches;
		if (i < WARM_UPDATES)
			continue;
		*tokens += (double)result.loss.tokens;
		done++;
	}
	*seconds = done ? (machine_seconds() - start) / (double)done : 0;
	*tokens = done ? *tokens / (double)done : 1;
}

static void fill(struct plan_entry *p, struct updater *u, const struct batch_plan *plan)
{
	const struct train_settings *s = u->settings;
	const double weights = (double)u->model->parameters.size * sizeof(real);
	const double moments = s->optimizer == OPTIMIZER_SGD ? s->momentum > 0 : 2;
	double seconds, tokens;

	calibrate(u, plan, &seconds, &tokens);
	p->updates = updates_of(s, plan->batches, tokens, p->multiply_adds);
	p->target_tokens = p->updates * tokens;
	p->train_seconds = p->updates * seconds;
	if (s->stop_minutes > 0)
		p->train_seconds = smaller(p->train_seconds, 60 * s->stop_minutes);
	p->peak_bytes = weights * (1 + (double)s->shards + moments);
	for (int i = 0; i < pool_workers(u->pool); i++)
		p->peak_bytes += (double)(u->tape[i].arena.peak + u->tape[i].lasting.peak);
	p->disk_bytes = weights * (1 + moments + 2 + (s->average > 1 ? (double)s->average : 0));
}

static bool plan_contestant(const struct experiment *e, const struct contestant *c,
                            const struct dataset *dataset, struct pool *pool, struct plan_entry *p,
                            struct error *error)
{
	struct optimizer optimizer;
	struct batch_plan plan;
	struct updater updater;
	struct model model;
	bool opened;

	*p = (struct plan_entry){ .contestant = c };
	if (!trial_model(&model, e, c, dataset, error)) {
		model_close(&model);
		return false;
	}
	p->parameters = parameters_count(&model.parameters);
	p->multiply_adds = trial_multiply_adds(&model, &dataset->train);
	parameters_start(&model.parameters, (uint64_t)e->seed[0]);
	batch_plan_make(&plan, &dataset->train, c->train.batch_tokens, (uint64_t)e->seed[0], 0);
	optimizer_init(&optimizer, &c->train, model.parameters.size);
	opened = updater_open(&updater, &model, &dataset->train, &c->train, &optimizer, pool,
	                      (uint64_t)e->seed[0], error);
	if (opened)
		fill(p, &updater, &plan);
	updater_close(&updater);
	optimizer_free(&optimizer);
	batch_plan_free(&plan);
	model_close(&model);
	return opened;
}

bool plan_experiment(struct experiment *e, const struct run_options *options,
                     dataset_report *report, plan_watch *watch, void *context, struct error *error)
{
	struct dataset dataset = { 0 };
	struct pool *pool;
	char folder[PATH_SIZE];
	bool planned = false;

	if (!gemm_init(error))
		return false;
	runs_folder(options->database, folder, sizeof folder);
	pool = pool_open(options->threads, error);
	if (pool && experiment_data(e, folder, pool, &dataset, report, context, error) &&
	    match_contestants(e, &dataset, error)) {
		planned = true;
		for (int i = 0; planned && i < e->contestants; i++) {
			struct plan_entry entry;

			if (options->only && strcmp(options->only, e->contestant[i].name))
				continue;
			planned = plan_contestant(e, &e->contestant[i], &dataset, pool, &entry,
			                          error);
			if (planned)
				watch(context, &entry);
		}
	}
	dataset_free(&dataset);
	pool_close(pool);
	return planned;
}
