/* gemm_columns_test.c - every library multiplies by a transposed matrix that is large enough to be
 * cut. */
#include "core/gemm.h"
#include "core/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static real value(size_t i)
{
	return (real)((i * 2654435761U >> 8) % 1000) / 1000 - (real)0.5;
}

/* C = 0.5 A B^T + C of each library against sums in double; what lies beside C's columns stays. */
static void check(const struct gemm_shape *s)
{
	const size_t m = (size_t)s->m, n = (size_t)s->n, k = (size_t)s->k;
	const size_t lda = (size_t)s->lda, ldb = (size_t)s->ldb, ldc = (size_t)s->ldc;
	real *a = memory_new(m * lda, sizeof *a), *b = memory_new(n * ldb, sizeof *b);
	real *c = memory_new(m * ldc, sizeof *c);
	const struct gemm_library *library;

	for (size_t i = 0; i < m * lda; i++)
		a[i] = value(i + 77);
	for (size_t i = 0; i < n * ldb; i++)
		b[i] = value(i);
	for (int l = 0; (library = gemm_library_at(l)); l++) {
		for (size_t i = 0; i < m * ldc; i++)
			c[i] = value(i + 5);
		library->multiply(s, (real)0.5, a, b, 1, c);
		for (size_t i = 0; i < m * ldc; i++) {
			const size_t row = i / ldc, column = i % ldc;
			double sum = 0;

			for (size_t j = 0; column < n && j < k; j++)
				sum += (double)a[row * lda + j] * (double)b[column * ldb + j];
			assert_true(fabs((double)c[i] - (double)value(i + 5) - 0.5 * sum) < 1e-3);
		}
	}
	free(a);
	free(b);
	free(c);
}

static void test_columns(void **state)
{
	const struct gemm_shape many = { false, true, 3, 20001, 53, 55, 54, 20003 };
	const struct gemm_shape long_rows = { false, true, 2, 257, 4111, 4111, 4113, 259 };

	(void)state;
	check(&many);
	check(&long_rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_columns) };
	struct error error;

	if (!gemm_init(&error))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
