/* gemm.h - the one way to multiply matrices. */
#ifndef BAKEOFF_GEMM_H
#define BAKEOFF_GEMM_H

#include "core/error.h"
#include "core/real.h"

#include <stdbool.h>

enum { PLAIN = 0, TRANSPOSED = 1 };

/* C [m][n] = alpha op(A) op(B) + beta C, row-major; op(A) is m x k, op(B) k x n, op is the
 * transpose where asked. lda, ldb, ldc: reals from one row to the next as stored. beta 0 does not
 * read C. Runs on the calling thread alone, and the same call gives the same bits every time. */
void gemm(int transpose_a, int transpose_b, int m, int n, int k, real alpha, const real *a, int lda,
          const real *b, int ldb, real beta, real *c, int ldc);

/* Makes the library run on the calling thread; to be called once before the first gemm. False where
 * it cannot be told to (built with OpenMP and a thread count from outside). */
bool gemm_init(struct error *);

/* The library's name and version with its options, and the kernel that it chose for this processor:
 * for the run row. */
const char *gemm_library(void);
const char *gemm_kernel(void);

#endif
