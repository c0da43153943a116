/* vector_dropout_test.c - dropout's masks: their share, their independence, what they depend on. */
#include "core/error.h"
#include "core/vector.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum { ELEMENTS = 20000, KEYS = 200, LAGS = 40 };

/* kept[i] = +1 or -1, for element first + i. */
static void mask(uint64_t key, uint64_t first, double p, int n, signed char *kept)
{
	real *x = memory_new((size_t)n, sizeof(real));

	vector_kernels()->fill((size_t)n, 1, x);
	vector_kernels()->dropout((size_t)n, key, first, p, x, x);
	for (int i = 0; i < n; i++)
		kept[i] = x[i] == 0 ? -1 : 1;
	free(x);
}

/* In standard deviations, for masks of p = 1/2. */
static double correlation(int n, const signed char *a, const signed char *b)
{
	int total = 0;

	for (int i = 0; i < n; i++)
		total += a[i] * b[i];
	return total / sqrt(n);
}

static void test_dropout_keeps_its_share(void **state)
{
	static const double shares[] = { 0.01, 0.1, 0.3, 0.5, 0.9 };
	signed char *kept = memory_new(ELEMENTS, 1);

	(void)state;
	for (size_t s = 0; s < LENGTH(shares); s++) {
		double p = shares[s], deviation = sqrt(ELEMENTS * p * (1 - p)), squares = 0;

		for (uint64_t key = 0; key < KEYS; key++) {
			int count = 0;

			mask(key, 0, p, ELEMENTS, kept);
			for (int i = 0; i < ELEMENTS; i++)
				count += kept[i] > 0;
			double z = (count - ELEMENTS * (1 - p)) / deviation;
			assert_true(fabs(z) < 4);
			squares += z * z;
		}
		/* chi-squared with KEYS degrees of freedom: neither too uneven nor too even */
		assert_true(fabs(squares - KEYS) < 4 * sqrt(2.0 * KEYS));
	}
	free(kept);
}

static void test_dropout_neighbours_are_uncorrelated(void **state)
{
	signed char *kept = memory_new(ELEMENTS + LAGS, 1);
	double squares = 0;

	(void)state;
	for (uint64_t key = 0; key < KEYS; key++) {
		mask(key, 0, 0.5, ELEMENTS + LAGS, kept);
		for (int lag = 1; lag <= LAGS; lag++) {
			double z = correlation(ELEMENTS, kept, kept + lag);

			assert_true(fabs(z) < 5);
			squares += z * z;
		}
	}
	assert_true(fabs(squares / (KEYS * LAGS) - 1) < 4 * sqrt(2.0 / (KEYS * LAGS)));
	free(kept);
}

/* Keys, and upper halves of the first element, that differ by one bit or by one. */
static void test_dropout_keys_are_uncorrelated(void **state)
{
	signed char *a = memory_new(ELEMENTS, 1), *b = memory_new(ELEMENTS, 1);
	double squares = 0;
	int count = 0;

	(void)state;
	for (uint64_t key = 1; key < 20; key++) {
		mask(key, 0, 0.5, ELEMENTS, a);
		for (int i = 0; i < 64; i++) {
			mask(key ^ UINT64_C(1) << i, 0, 0.5, ELEMENTS, b);
			double z = correlation(ELEMENTS, a, b);
			mask(key, UINT64_C(1) << (32 + i % 32), 0.5, ELEMENTS, b);
			double y = correlation(ELEMENTS, a, b);

			assert_true(fabs(z) < 5 && fabs(y) < 5);
			squares += z * z;
			count++;
		}
	}
	assert_true(fabs(squares / count - 1) < 5 * sqrt(2.0 / count));
	free(a);
	free(b);
}

static void test_dropout_depends_only_on_key_and_element(void **state)
{
	static const uint64_t starts[] = { 0,
		                           5,
		                           (UINT64_C(1) << 30) - 50,
		                           (UINT64_C(1) << 32) - 37,
		                           (UINT64_C(3) << 32) - 64,
		                           UINT64_MAX - 40 };

	(void)state;
	for (size_t s = 0; s < LENGTH(starts); s++)
		for (int cut = 0; cut <= 100; cut++) {
			signed char whole[100], parts[100];

			mask(7, starts[s], 0.4, 100, whole);
			mask(7, starts[s], 0.4, cut, parts);
			mask(7, starts[s] + (uint64_t)cut, 0.4, 100 - cut, parts + cut);
			assert_memory_equal(whole, parts, 100);
		}
}

static void test_dropout_values(void **state)
{
	real x[100], y[100];

	(void)state;
	for (int i = 0; i < 100; i++)
		x[i] = (real)INFINITY;
	vector_kernels()->dropout(100, 1, 0, 0.5, x, y);
	for (int i = 0; i < 100; i++)
		assert_true(y[i] == 0 || isinf(y[i]));
	vector_kernels()->dropout(100, 1, 0, 1, x, y);
	for (int i = 0; i < 100; i++)
		assert_true(y[i] == 0);
	for (int i = 0; i < 100; i++)
		x[i] = 3;
	vector_kernels()->dropout(100, 1, 0, 0, x, y);
	assert_memory_equal(x, y, sizeof(x));
	vector_kernels()->dropout(100, 1, 0, 0.25, x, y);
	for (int i = 0; i < 100; i++)
		assert_true(y[i] == 0 || y[i] == 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dropout_keeps_its_share),
		cmocka_unit_test(test_dropout_neighbours_are_uncorrelated),
		cmocka_unit_test(test_dropout_keys_are_uncorrelated),
		cmocka_unit_test(test_dropout_depends_only_on_key_and_element),
		cmocka_unit_test(test_dropout_values),
	};

	return cmocka_run_group_tests_name("vector dropout", tests, NULL, NULL);
}
