/* search.c - greedy search, and the choice between the three. */
#include "eval/search.h"

#include "core/error.h"
#include "eval/frontier.h"
#include "eval/top.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* The most probable token after the only hypothesis of the live sentence j. */
static void extend(struct frontier *f, int j)
{
	const struct continuation next = frontier_continuation(f, j, 0);
	double total = frontier_row(f, j, 0)->total;
	int token = f->predictor->end;

	if (isinf(next.log_sum)) {
		total = -HUGE_VAL;
	} else {
		token = top_argmax(f->predictor->vocabulary, next.logits, next.tops);
		total += fmin((double)next.logits[token] - next.log_sum, 0);
	}
	if (token == f->predictor->end || frontier_at_limit(f, j))
		frontier_rank(f, j, frontier_end(f, j, 0, token, total));
	else
		frontier_keep(f, j, 0, token, total, 0);
}

void search_greedy(struct frontier *f)
{
	while (frontier_step(f)) {
		for (int j = 0; j < f->live; j++)
			extend(f, j);
		frontier_advance(f);
	}
}

static int rows_of(const struct search_settings *settings)
{
	long rows = settings->sample ? settings->nbest : settings->beam;

	if (rows < 1 || rows > INT_MAX / 2 || settings->nbest < 1)
		panic("search: beam %ld, nbest %ld", settings->beam, settings->nbest);
	return (int)rows;
}

void search(const struct predictor *predictor, const struct search_settings *settings,
            int sentences, const int *limit, const size_t *number, struct nbest *result)
{
	int rows = rows_of(settings);
	int wanted = settings->nbest < rows ? (int)settings->nbest : rows;
	struct frontier f;

	frontier_begin(&f, predictor, settings, sentences, limit, rows, wanted);
	if (settings->sample)
		search_sample(&f, number);
	else if (rows == 1)
		search_greedy(&f);
	else
		search_beam(&f);
	frontier_results(&f, sentences, result);
	frontier_free(&f);
}

void nbest_free(struct nbest *n)
{
	if (!n)
		return;
	for (int i = 0; i < n->count; i++)
		free(n->best[i].token);
	free(n->best);
	*n = (struct nbest){ 0 };
}
