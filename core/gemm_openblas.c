/* gemm_openblas.c - matrix products by OpenBLAS: works on every processor. */
#include "core/gemm.h"

#include <cblas.h>
#include <stdio.h>

#ifdef BAKEOFF_DOUBLE
#define GEMM cblas_dgemm
#define GEMV cblas_dgemv
#else
#define GEMM cblas_sgemm
#define GEMV cblas_sgemv
#endif

static enum CBLAS_TRANSPOSE transpose(bool yes)
{
	return yes ? CblasTrans : CblasNoTrans;
}

/* One row times a matrix: the library's matrix-vector product is faster than its general one. */
static void row_times_matrix(const struct gemm_shape *s, real alpha, const real *a, const real *b,
                             real beta, real *c)
{
	GEMV(CblasRowMajor, transpose(!s->transpose_b), s->transpose_b ? s->n : s->k,
	     s->transpose_b ? s->k : s->n, alpha, b, s->ldb, a, s->transpose_a ? s->lda : 1, beta,
	     c, 1);
}

static void multiply(const struct gemm_shape *s, real alpha, const real *a, const real *b,
                     real beta, real *c)
{
	if (s->m == 1)
		row_times_matrix(s, alpha, a, b, beta, c);
	else
		GEMM(CblasRowMajor, transpose(s->transpose_a), transpose(s->transpose_b), s->m,
		     s->n, s->k, alpha, a, s->lda, b, s->ldb, beta, c, s->ldc);
}

static void describe(char *text, size_t size)
{
	snprintf(text, size, "%s", openblas_get_config());
}

static void describe_kernel(char *text, size_t size)
{
	snprintf(text, size, "%s", openblas_get_corename());
}

const struct gemm_library gemm_openblas = {
	.name = "OpenBLAS",
	.multiply = multiply,
	.describe = describe,
	.describe_kernel = describe_kernel,
};
