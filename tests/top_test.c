/* top_test.c - argmax and the best continuations, against sorting everything. */
#include "core/error.h"
#include "eval/scan.h"
#include "eval/top.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Hash of Steele et al. 2014 (SplitMix64). */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Logits in steps of 1/grain, so that there are ties; some are NaN or -infinity. */
static void fill(uint64_t seed, int n, int grain, real *x)
{
	for (int i = 0; i < n; i++) {
		uint64_t bits = mix(seed * 1000003 + (uint64_t)i);

		x[i] = (real)(bits % (uint64_t)(20 * grain)) / (real)grain - 10;
		if (bits >> 40 & 1)
			x[i] -= 7;
		if (bits >> 56 == 0)
			x[i] = (real)(bits >> 50 & 1 ? NAN : -INFINITY);
	}
}

static void argmax_is_the_first_of_the_largest(void **state)
{
	static const int sizes[] = { 1, 2, 31, 32, 33, 64, 100, 1000, 8000 };
	real *x = memory_new(8000, sizeof(*x));

	(void)state;
	for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		struct scan scan;

		scan_init(&scan, 1, sizes[k]);
		for (uint64_t seed = 0; seed < 50; seed++) {
			int best = -1;

			fill(seed, sizes[k], 1 + (int)(seed % 3) * 500, x);
			for (int i = 0; i < sizes[k]; i++)
				if (!isnan(x[i]) && !isinf(x[i]) && (best < 0 || x[i] > x[best]))
					best = i;
			assert_int_equal(top_argmax(sizes[k], x, NULL), best);
			scan_row(&scan, x, 0);
			assert_int_equal(top_argmax(sizes[k], x, scan.top), best);
		}
		scan_free(&scan);
	}
	free(x);
}

static void argmax_of_nothing_is_minus_one(void **state)
{
	real x[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		x[i] = (real)(i % 2 ? NAN : -INFINITY);
	assert_int_equal(top_argmax(40, x, NULL), -1);
	x[37] = -5;
	assert_int_equal(top_argmax(40, x, NULL), 37);
}

static int by_rank(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return x->row != y->row ? x->row - y->row : x->token - y->token;
}

/* All candidates of the rows, sorted; returns how many. */
static int sort_all(int rows, int n, const double *total, const double *log_sum, const real *x,
                    struct candidate *all)
{
	int count = 0;

	for (int row = 0; row < rows; row++) {
		for (int i = 0; i < n; i++) {
			real logit = x[row * n + i];

			if (isnan(logit) || isinf(logit))
				continue;
			all[count++] = (struct candidate){
				total[row] + fmin((double)logit - log_sum[row], 0), row, i
			};
		}
	}
	qsort(all, (size_t)count, sizeof(*all), by_rank);
	return count;
}

static void the_best_continuations_are_those_of_sorting_all(void **state)
{
	static const struct {
		int rows, n, room, grain;
	} cases[] = {
		{ 1, 5, 10, 1 },      { 3, 5, 4, 1 },        { 1, 8000, 1, 1 },
		{ 5, 8000, 10, 1 },   { 5, 8000, 10, 4000 }, { 5, 8000, 20, 10 },
		{ 10, 333, 20, 100 }, { 7, 100, 900, 3 },
	};
	struct candidate *all = memory_new(5 * 8000, sizeof(*all));
	struct candidate *best = memory_new(900, sizeof(*best));
	real *x = memory_new(5 * 8000, sizeof(*x));

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		for (uint64_t seed = 0; seed < 20; seed++) {
			int rows = cases[k].rows, n = cases[k].n, count;
			double total[10], log_sum[10];
			struct top top = { .best = best, .room = cases[k].room };
			struct scan scan;

			scan_init(&scan, rows, n);
			fill(seed + k * 100, rows * n, cases[k].grain, x);
			for (int row = 0; row < rows; row++) {
				total[row] = -0.25 * (double)(mix(seed + (uint64_t)row) % 40) - row;
				log_sum[row] = 10 + (double)(mix(seed * 3 + (uint64_t)row) % 3);
				scan_row(&scan, x + row * n, row);
				top_add_row(&top, row, total[row], log_sum[row], n, x + row * n,
				            seed % 2 ? scan.top + row * scan.blocks : NULL);
			}
			scan_free(&scan);
			top_sort(&top);
			count = sort_all(rows, n, total, log_sum, x, all);
			assert_int_equal(top.count, count < top.room ? count : top.room);
			for (int i = 0; i < top.count; i++) {
				assert_int_equal(top.best[i].row, all[i].row);
				assert_int_equal(top.best[i].token, all[i].token);
				assert_true(top.best[i].total == all[i].total);
			}
		}
	}
	free(all);
	free(best);
	free(x);
}

static void a_log_probability_is_never_above_zero(void **state)
{
	const real x[] = { 1, 3, 2 };
	struct candidate best[2];
	struct top top = { .best = best, .room = 2 };

	(void)state;
	top_add_row(&top, 0, -1, 2.5, 3, x, NULL); /* a sum that rounding made too low */
	top_sort(&top);
	assert_int_equal(top.best[0].token, 1);
	assert_true(top.best[0].total == -1);
	assert_int_equal(top.best[1].token, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(argmax_is_the_first_of_the_largest),
		cmocka_unit_test(argmax_of_nothing_is_minus_one),
		cmocka_unit_test(the_best_continuations_are_those_of_sorting_all),
		cmocka_unit_test(a_log_probability_is_never_above_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
