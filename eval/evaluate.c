/* evaluate.c - the loss of a corpus, batch by batch. */
#include "eval/evaluate.h"

#include <stdlib.h>

struct evaluation {
	const struct model *model;
	const struct corpus *corpus;
	const struct batch_plan *plan;
	struct tape *tape;   /* [workers] */
	struct batch *batch; /* [workers] */
	struct loss *loss;   /* [batches] */
	double *log_probability;
	int first; /* batch of this rank */
};

static void sum_by_sentence(const struct evaluation *e, const struct batch *batch,
                            const uint32_t *sentence, const double *nll)
{
	for (int i = 0; i < batch->n; i++) {
		double sum = 0;

		for (int t = 0; t < batch->target_t; t++)
			sum -= nll[t * batch->n + i];
		e->log_probability[sentence[i]] = sum;
	}
}

static void evaluate_batch(void *context, int task, int worker)
{
	struct evaluation *e = context;
	const int number = e->first + task;
	const size_t first = e->plan->start[number], last = e->plan->start[number + 1];
	struct batch *batch = &e->batch[worker];
	struct tape *tape = &e->tape[worker];
	double *nll = NULL;

	profile_begin(tape->profile, "between operations", NULL, PROFILE_OTHER);
	profile_begin(tape->profile, "fill batch", NULL, PROFILE_OTHER);
	batch_fill(batch, e->corpus, e->plan->order + first, (int)(last - first));
	profile_end(tape->profile);
	tape_begin(tape, &e->model->parameters, NULL, false, 0);
	if (e->log_probability)
		nll = tape_memory(tape, (size_t)batch->n * (size_t)batch->target_t * sizeof *nll);
	model_loss(tape, e->model, batch, 0, &e->loss[number], nll);
	if (nll)
		sum_by_sentence(e, batch, e->plan->order + first, nll);
	profile_end(tape->profile);
}

static struct loss evaluate_part(const struct model *model, const struct corpus *corpus,
                                 long batch_tokens, struct pool *pool, struct ranks *ranks,
                                 double *log_probability)
{
	const int workers = pool_workers(pool);
	struct batch_plan plan;
	struct loss sum = { 0 };
	struct evaluation e = { model, corpus, &plan, NULL, NULL, NULL, log_probability, 0 };
	size_t first, last;

	batch_plan_sorted(&plan, corpus, batch_tokens);
	e.tape = memory_new((size_t)workers, sizeof *e.tape);
	e.batch = memory_new((size_t)workers, sizeof *e.batch);
	e.loss = memory_new(plan.batches, sizeof *e.loss);
	for (int i = 0; i < workers; i++) {
		tape_init(&e.tape[i]);
		e.tape[i].profile = pool_profile_of(pool, i);
	}
	first = ranks_first(ranks, plan.batches, ranks_number(ranks));
	last = ranks_first(ranks, plan.batches, ranks_number(ranks) + 1);
	e.first = (int)first;
	pool_run(pool, (int)(last - first), evaluate_batch, &e);
	ranks_gather(ranks, e.loss, sizeof *e.loss, plan.batches);
	for (size_t i = 0; i < plan.batches; i++) {
		sum.smoothed += e.loss[i].smoothed;
		sum.nll += e.loss[i].nll;
		sum.tokens += e.loss[i].tokens;
		sum.correct += e.loss[i].correct;
	}
	for (int i = 0; i < workers; i++) {
		tape_free(&e.tape[i]);
		batch_free(&e.batch[i]);
	}
	free(e.tape);
	free(e.batch);
	free(e.loss);
	batch_plan_free(&plan);
	return sum;
}

struct loss evaluate(const struct model *model, const struct corpus *corpus, long batch_tokens,
                     struct pool *pool, double *log_probability)
{
	return evaluate_part(model, corpus, batch_tokens, pool, NULL, log_probability);
}

struct loss evaluate_on_ranks(const struct model *model, const struct corpus *corpus,
                              long batch_tokens, struct pool *pool, struct ranks *ranks)
{
	return evaluate_part(model, corpus, batch_tokens, pool, ranks, NULL);
}
