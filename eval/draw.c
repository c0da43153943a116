/* draw.c - a token drawn from logits: the inverse of the cumulative distribution at hashed uniform
 * numbers. */
#include "eval/draw.h"
#include "core/error.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

void draw_init(struct draw *d, int vocabulary)
{
	const size_t n = (size_t)vocabulary;

	d->vocabulary = vocabulary;
	d->cumulative = memory_new(n, sizeof *d->cumulative);
	d->token = memory_new(n, sizeof *d->token);
	d->largest = memory_new(n, sizeof *d->largest);
}

void draw_free(struct draw *d)
{
	free(d->cumulative);
	free(d->token);
	free(d->largest);
	*d = (struct draw){ 0 };
}

double draw_uniform(uint64_t seed, uint64_t sentence, uint64_t draw, uint64_t step)
{
	uint64_t counter[3] = { sentence, draw, step };

	return (double)(XXH3_64bits_withSeed(counter, sizeof(counter), seed) >> 11) * 0x1p-53;
}

static int more_probable(const void *a, const void *b, void *weights)
{
	const int i = *(const int *)a, j = *(const int *)b;
	const double *weight = weights;

	if (weight[i] != weight[j])
		return weight[i] > weight[j] ? -1 : 1;
	return i - j;
}

/* The k most probable tokens to d->token, in order. */
static int take_largest(struct draw *d, const double *weight, long k)
{
	const int n = d->vocabulary;
	const int count = k && k < n ? (int)k : n;

	if (count == n) {
		for (int i = 0; i < n; i++)
			d->token[i] = i;
		return n;
	}
	gsl_sort_largest_index(d->largest, (size_t)count, weight, 1, (size_t)n);
	for (int i = 0; i < count; i++)
		d->token[i] = (int)d->largest[i];
	return count;
}

/* The most probable of d->token that have a share p together. What weighs less than (1 - p) / n of
 * all is not among them: together those are less than 1 - p. */
static int take_share(struct draw *d, double *weight, int count, double p)
{
	double all = 0, sum = 0;
	int few = 0;

	if (p <= 0 || p >= 1)
		return count;
	for (int i = 0; i < count; i++)
		all += weight[d->token[i]];
	for (int i = 0; i < count; i++)
		if (weight[d->token[i]] >= (1 - p) * all / count)
			d->token[few++] = d->token[i];
	qsort_r(d->token, (size_t)few, sizeof *d->token, more_probable, weight);
	for (int i = 0; i < few; i++) {
		sum += weight[d->token[i]];
		if (sum >= p * all)
			return i + 1;
	}
	return few;
}

/* Weights of all but the first `count` of d->token become 0. */
static void leave_out(struct draw *d, double *weight, int count)
{
	for (int i = 0; i < count; i++)
		weight[d->token[i]] = -weight[d->token[i]];
	for (int i = 0; i < d->vocabulary; i++)
		weight[i] = weight[i] < 0 ? -weight[i] : 0;
}

void draw_weigh(struct draw *d, const struct search_settings *s, const real *x, double highest)
{
	double *weight = d->cumulative, sum = 0;
	int count;

	for (int i = 0; i < d->vocabulary; i++)
		weight[i] = exp(((double)x[i] - highest) / s->temperature);
	if (s->top_k || (s->top_p > 0 && s->top_p < 1)) {
		count = take_largest(d, weight, s->top_k);
		leave_out(d, weight, take_share(d, weight, count, s->top_p));
	}
	for (int i = 0; i < d->vocabulary; i++)
		weight[i] = sum += weight[i];
}

int draw_token(const struct draw *d, double u)
{
	const double target = u * d->cumulative[d->vocabulary - 1];
	int low = 0, high = d->vocabulary - 1;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (d->cumulative[middle] > target)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
