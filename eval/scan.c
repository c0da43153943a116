/* scan.c - logits by blocks of tokens. */
#include "eval/scan.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>

void scan_init(struct scan *s, int rows, int vocabulary)
{
	const int blocks = (vocabulary + SCAN_BLOCK - 1) / SCAN_BLOCK;
	const size_t size = (size_t)rows * (size_t)blocks;

	*s = (struct scan){ .vector = vector_kernels(),
		            .rows = rows,
		            .vocabulary = vocabulary,
		            .blocks = blocks,
		            .top = memory_new(size, sizeof *s->top),
		            .total = memory_new(size, sizeof *s->total) };
}

void scan_free(struct scan *s)
{
	free(s->top);
	free(s->total);
	*s = (struct scan){ 0 };
}

static void scan_some(struct scan *s, const real *logits, int row, int first, int last)
{
	const size_t at = (size_t)row * (size_t)s->blocks;

	for (int i = first; i < last; i += SCAN_BLOCK) {
		const int n = last - i < SCAN_BLOCK ? last - i : SCAN_BLOCK;
		const size_t block = at + (size_t)(i / SCAN_BLOCK);

		s->total[block] = s->vector->exp_total((size_t)n, logits + i, &s->top[block]);
	}
}

void scan_tokens(struct scan *s, const real *logits, int first, int last)
{
	for (int r = 0; r < s->rows; r++)
		scan_some(s, logits + (size_t)r * (size_t)s->vocabulary, r, first, last);
}

void scan_row(struct scan *s, const real *logits, int row)
{
	scan_some(s, logits, row, 0, s->vocabulary);
}

double scan_log_sum(const struct scan *s, int row)
{
	const real *top = s->top + (size_t)row * (size_t)s->blocks;
	const real *total = s->total + (size_t)row * (size_t)s->blocks;
	double highest = -HUGE_VAL, sum = 0;

	for (int b = 0; b < s->blocks; b++)
		highest = (double)top[b] > highest ? (double)top[b] : highest;
	for (int b = 0; b < s->blocks; b++)
		sum += isinf(top[b]) ? (double)total[b]
		                     : exp((double)top[b] - highest) * (double)total[b];
	return highest + log(sum);
}
