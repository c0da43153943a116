/* int8_test.c - products of 8-bit integers: what they are, how far from those of real numbers, and
 * the same bits in every set of kernels. */
#include "core/error.h"
#include "core/packed.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_N = 200, MOST_K = 2100, MOST_M = 40, SETS = 3 };

static const struct {
	int m, n, k;
} shapes[] = { { 1, 1, 1 },    { 1, 200, 128 },  { 2, 65, 7 },  { 3, 64, 33 },
	       { 4, 130, 4 },  { 5, 100, 260 },  { 6, 63, 12 }, { 11, 70, 50 },
	       { 17, 20, 64 }, { 40, 128, 256 }, { 40, 65, 3 }, { 16, 5, 2100 } };

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static real a[MOST_M * MOST_K], w[MOST_N * MOST_K], bias[MOST_N];
static real got[SETS][MOST_M * MOST_N];

/* Rows of very different sizes. */
static void fill(int shape)
{
	const int m = shapes[shape].m, n = shapes[shape].n, k = shapes[shape].k;

	for (int i = 0; i < m * k; i++)
		a[i] = (real)(sin(1.3 * i + shape) * pow(10, i / k % 7 - 3));
	for (int i = 0; i < n * k; i++)
		w[i] = (real)(cos(0.7 * i + shape) * pow(10, i / k % 5 - 2));
	for (int i = 0; i < n; i++)
		bias[i] = (real)sin(i);
}

static void multiply(const struct vector_kernels *set, int shape, struct packed_end end, real *c)
{
	struct packed *p = packed_new(set, shapes[shape].n, shapes[shape].k, w, PACKED_INT8);

	for (int i = 0; i < shapes[shape].m * shapes[shape].n; i++)
		c[i] = (real)cos(i);
	packed_multiply(p, NULL, shapes[shape].m, a, end, c);
	packed_free(p);
}

/* The definition: integers of both rows, summed, times both scales. */
static real defined(const struct vector_kernels *set, int k, const real *x, const real *y)
{
	int8_t p[MOST_K], q[MOST_K];
	const real scale_x = set->to_int8((size_t)k, x, p), scale_y = set->to_int8((size_t)k, y, q);
	int sum = 0;

	for (int i = 0; i < k; i++)
		sum += p[i] * q[i];
	return (real)sum * (scale_x * scale_y);
}

static real ended(real product, struct packed_end end, real before, int column)
{
	real y = product;

	if (end.add)
		y += before;
	else if (end.bias)
		y += end.bias[column];
	return end.relu && y < 0 ? 0 : y;
}

static const struct packed_end ends[] = {
	{ 0 }, { .add = true }, { .bias = bias }, { .bias = bias, .relu = true }
};

static void a_product_is_of_integers_in_every_set(void **state)
{
	(void)state;
	for (int s = 0; s < SHAPES; s++)
		for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
			const int n = shapes[s].n, k = shapes[s].k;

			fill(s);
			for (int i = 0; i < SETS && vector_kernels_available(i); i++)
				multiply(vector_kernels_available(i), s, ends[e], got[i]);
			for (int i = 0; i < shapes[s].m * n; i++) {
				const real product =
					defined(vector_kernels(), k, a + i / n * k, w + i % n * k);
				const real want = ended(product, ends[e], (real)cos(i), i % n);

				for (int j = 0; j < SETS && vector_kernels_available(j); j++)
					if (memcmp(&want, &got[j][i], sizeof want) != 0)
						fail_msg("%s: shape %d, end %zu, element %d: %.9g "
						         "for %.9g",
						         vector_kernels_available(j)->name, s, e, i,
						         (double)got[j][i], (double)want);
			}
		}
}

static double greatest(int k, const real *x)
{
	double most = 0;

	for (int i = 0; i < k; i++)
		most = fmax(most, fabs((double)x[i]));
	return most;
}

/* Rounding moves a number by half a scale at most, and so a product by what that times the other
 * number is. */
static double bound(int k, const real *x, const real *y)
{
	const double half_x = greatest(k, x) / 254, half_y = greatest(k, y) / 254;
	double sum = 0;

	for (int i = 0; i < k; i++)
		sum += half_x * fabs((double)y[i]) + half_y * fabs((double)x[i]) + half_x * half_y;
	return sum * 1.0001;
}

static void a_product_is_as_near_as_its_scales(void **state)
{
	double worst = 0;

	(void)state;
	for (int s = 0; s < SHAPES; s++) {
		const int n = shapes[s].n, k = shapes[s].k;

		fill(s);
		multiply(vector_kernels(), s, ends[0], got[0]);
		for (int i = 0; i < shapes[s].m * n; i++) {
			const real *x = a + i / n * k, *y = w + i % n * k;
			double want = 0;

			for (int l = 0; l < k; l++)
				want += (double)x[l] * (double)y[l];
			worst = fmax(worst, fabs((double)got[0][i] - want) / bound(k, x, y));
		}
	}
	if (!(worst <= 1 && worst > 0.05))
		fail_msg("off by %g of the bound", worst);
}

static void odd_rows_become_nothing_or_no_number(void **state)
{
	const real odd[][3] = { { (real)NAN, 1, 2 },         { 1, (real)INFINITY, 3 },
		                { 3, -(real)INFINITY, 0 },   { 0, 0, 0 },
		                { 0, 1 / REAL_MOST / 4, 0 }, { -1, 0.25, 1 } };
	int8_t y[3];

	(void)state;
	for (int i = 0; i < SETS && vector_kernels_available(i); i++) {
		const struct vector_kernels *set = vector_kernels_available(i);

		for (int j = 0; j < 3; j++) {
			assert_true(isnan(set->to_int8(3, odd[j], y)));
			assert_true(!y[0] && !y[1] && !y[2]);
		}
		for (int j = 3; j < 5; j++)
			assert_true(set->to_int8(3, odd[j], y) == 0 && !y[0] && !y[1] && !y[2]);
		assert_true(set->to_int8(3, odd[5], y) == (real)1 / 127);
		assert_true(y[0] == -127 && y[1] == 32 && y[2] == 127);
	}
}

/* A sum that 32 bits just hold, and more, which stays in real numbers. */
static void long_rows_do_not_overflow(void **state)
{
	const int lengths[] = { 1 << 17, (1 << 17) + 1 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const int k = lengths[i];
		real *ones = memory_new((size_t)k, sizeof *ones), y[2];
		struct packed *p;

		for (int l = 0; l < k; l++)
			ones[l] = 1;
		for (int j = 0; j < SETS && vector_kernels_available(j); j++) {
			p = packed_new(vector_kernels_available(j), 1, k, ones, PACKED_INT8);
			packed_multiply(p, NULL, 1, ones, ends[0], y);
			assert_true(fabs((double)y[0] / k - 1) < 1e-4);
			packed_free(p);
		}
		free(ones);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_product_is_of_integers_in_every_set),
		cmocka_unit_test(a_product_is_as_near_as_its_scales),
		cmocka_unit_test(odd_rows_become_nothing_or_no_number),
		cmocka_unit_test(long_rows_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
