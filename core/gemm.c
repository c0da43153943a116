/* gemm.c - matrix products by OpenBLAS. */
#include "core/gemm.h"

#include <cblas.h>

bool gemm_init(struct error *error)
{
	openblas_set_num_threads(1);
	if (openblas_get_num_threads() != 1)
		return error_set(error,
		                 "OpenBLAS keeps %d threads; start with OPENBLAS_NUM_THREADS=1 "
		                 "OMP_NUM_THREADS=1, or install libopenblas0-pthread",
		                 openblas_get_num_threads());
	return true;
}

const char *gemm_library(void)
{
	return openblas_get_config();
}

const char *gemm_kernel(void)
{
	return openblas_get_corename();
}

/* One row times a matrix: the library's matrix-vector product is faster than its general one. */
static void row_times_matrix(int transpose_b, int n, int k, real alpha, const real *a, int step_a,
                             const real *b, int ldb, real beta, real *c)
{
#ifdef BAKEOFF_DOUBLE
	cblas_dgemv(CblasRowMajor, transpose_b ? CblasNoTrans : CblasTrans, transpose_b ? n : k,
	            transpose_b ? k : n, alpha, b, ldb, a, step_a, beta, c, 1);
#else
	cblas_sgemv(CblasRowMajor, transpose_b ? CblasNoTrans : CblasTrans, transpose_b ? n : k,
	            transpose_b ? k : n, alpha, b, ldb, a, step_a, beta, c, 1);
#endif
}

void gemm(int transpose_a, int transpose_b, int m, int n, int k, real alpha, const real *a, int lda,
          const real *b, int ldb, real beta, real *c, int ldc)
{
	const enum CBLAS_TRANSPOSE ta = transpose_a ? CblasTrans : CblasNoTrans;
	const enum CBLAS_TRANSPOSE tb = transpose_b ? CblasTrans : CblasNoTrans;

	if (m <= 0 || n <= 0)
		return;
	if (m == 1) {
		row_times_matrix(transpose_b, n, k, alpha, a, transpose_a ? lda : 1, b, ldb, beta,
		                 c);
		return;
	}
#ifdef BAKEOFF_DOUBLE
	cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
#else
	cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
#endif
}
