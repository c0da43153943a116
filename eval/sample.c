/* sample.c - hypotheses drawn from the model: the inverse of the cumulative distribution at hashed
 * uniform numbers. */
#include "core/error.h"
#include "eval/frontier.h"
#include "eval/top.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <xxhash.h>

struct sampler {
	double *cumulative;   /* [V] unnormalised */
	const size_t *number; /* of each sentence; NULL: as they come */
};

/* In [0, 1), 53 bits, a function of its arguments alone. */
static double uniform(uint64_t seed, uint64_t sentence, uint64_t draw, uint64_t step)
{
	uint64_t counter[3] = { sentence, draw, step };

	return (double)(XXH3_64bits_withSeed(counter, sizeof(counter), seed) >> 11) * 0x1p-53;
}

/* cumulative[i] = sum over k <= i of exp((x[k] - highest) / temperature); the highest counts 1, so
 * the sum is above 0. */
static void accumulate(int n, const struct continuation *next, double temperature,
                       double *cumulative)
{
	const real *x = next->logits;
	double highest = (double)x[top_argmax(n, x, next->tops)], sum = 0;

	for (int i = 0; i < n; i++) {
		sum += exp(((double)x[i] - highest) / temperature);
		cumulative[i] = sum;
	}
}

/* The first token whose cumulative weight is above u times all weight; u < 1, so there is one. */
static int invert(int n, const double *cumulative, double u)
{
	double target = u * cumulative[n - 1];
	int low = 0, high = n - 1;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (cumulative[middle] > target)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void place(struct frontier *f, int j, int draw, struct ending e)
{
	int s = f->sentence[j];

	f->ending[(size_t)s * (size_t)f->wanted + (size_t)draw] = e;
	f->endings[s]++;
}

/* The next token of one draw, out of row i of the live sentence j, of which these are the logits.
 */
static void draw_token(struct frontier *f, const struct sampler *sampler, int j, int i, int draw,
                       const struct continuation *next)
{
	int own = f->sentence[j];
	uint64_t sentence = sampler->number ? sampler->number[own] : (uint64_t)own;
	double total = -HUGE_VAL, u;
	int token = f->predictor->end;

	if (!isinf(next->log_sum)) {
		u = uniform((uint64_t)f->settings->seed, sentence, (uint64_t)draw,
		            (uint64_t)f->length);
		token = invert(f->predictor->vocabulary, sampler->cumulative, u);
		total = frontier_row(f, j, i)->total +
		        fmin((double)next->logits[token] - next->log_sum, 0);
	}
	if (token == f->predictor->end || frontier_at_limit(f, j))
		place(f, j, draw, frontier_end(f, j, i, token, total));
	else
		frontier_keep(f, j, i, token, total, draw);
}

static void extend(struct frontier *f, const struct sampler *sampler, int j, int i)
{
	const struct continuation next = frontier_continuation(f, j, i);

	if (!isinf(next.log_sum))
		accumulate(f->predictor->vocabulary, &next, f->settings->temperature,
		           sampler->cumulative);
	if (f->length > 1) {
		draw_token(f, sampler, j, i, frontier_row(f, j, i)->draw, &next);
		return;
	}
	for (int draw = 0; draw < f->wanted;
	     draw++) /* all from the row that is there before the first token */
		draw_token(f, sampler, j, i, draw, &next);
}

void search_sample(struct frontier *f, const size_t *number)
{
	struct sampler sampler = { .number = number };

	if (!(f->settings->temperature > 0 && isfinite(f->settings->temperature)))
		panic("search: temperature %g", f->settings->temperature);
	sampler.cumulative =
		memory_new((size_t)f->predictor->vocabulary, sizeof(*sampler.cumulative));
	while (frontier_step(f)) {
		for (int j = 0; j < f->live; j++)
			for (int i = 0; i < f->used[j]; i++)
				extend(f, &sampler, j, i);
		frontier_advance(f);
	}
	free(sampler.cumulative);
}
