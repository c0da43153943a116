/* gemm.h - the one way to multiply matrices: which library does it, and the call.
 *
 * A library is chosen by the processor's instruction set and the shape of the product from a table
 * (gemm.c), never by timing, so that the same call on the same kind of processor gives the same
 * bits every time.
 */
#ifndef BAKEOFF_GEMM_H
#define BAKEOFF_GEMM_H

#include "core/error.h"
#include "core/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAIN = 0, TRANSPOSED = 1 };

/* op(A) [m][k], op(B) [k][n], C [m][n]; lda, ldb, ldc: elements from one row to the next as stored.
 */
struct gemm_shape {
	bool transpose_a, transpose_b;
	int m, n, k;
	int lda, ldb, ldc;
};

/* A library that multiplies on the calling thread alone. */
struct gemm_library {
	const char *name;
	/* C = alpha op(A) op(B) + beta C, row-major, m and n at least 1; beta 0 does not read C. */
	void (*multiply)(const struct gemm_shape *, real alpha, const real *a, const real *b,
	                 real beta, real *c);
	/* The same of bfloat16 (the upper half of a float), summed in float; NULL: none. */
	void (*multiply_bfloat16)(const struct gemm_shape *, float alpha, const uint16_t *a,
	                          const uint16_t *b, float beta, float *c);
	/* Version and options, and the kernels that it uses on this processor. */
	void (*describe)(char *text, size_t size);
	void (*describe_kernel)(char *text, size_t size);
};

/* The libraries for one kind of processor. */
struct gemm {
	const char *name; /* "portable", "avx2", "avx512", "avx512-bf16"; "openblas" or "onednn"
	                     where BAKEOFF_GEMM asked for it */
	const struct gemm_library *plain;        /* A as it is */
	const struct gemm_library *transposed_a; /* A^T, as in gradients of weights */
	const struct gemm_library *bfloat16;     /* NULL where the processor has no such product */
};

/* Makes the libraries run on the calling thread, and oneDNN within the instruction set of
 * vector_kernels() (OpenBLAS chooses its own); to be called once before the first product. False
 * where one cannot be told to (OpenBLAS built with OpenMP and a thread count from outside). */
bool gemm_init(struct error *);

/* oneDNN makes its kernels for all shapes at its first product, which takes 0.1 s: a thread of its
 * own multiplies while the caller reads data. gemm_warm_end waits for it, and takes NULL, too,
 * which gemm_warm gives where there is nothing to make or no thread. */
struct gemm_warming *gemm_warm(const struct gemm *, bool bfloat16);
void gemm_warm_end(struct gemm_warming *);

/* The libraries for this processor, bounded as vector_kernels() is by BAKEOFF_VECTOR. The
 * environment variable BAKEOFF_GEMM, where it names a library (openblas, onednn), chooses that one
 * for all of float. Looked up anew by every call: keep the pointer. */
const struct gemm *gemm_for_processor(void);

void gemm(const struct gemm *, int transpose_a, int transpose_b, int m, int n, int k, real alpha,
          const real *a, int lda, const real *b, int ldb, real beta, real *c, int ldc);

/* For the run row and for people: libraries with versions, and kernels, of all that the choice
 * uses. */
void gemm_describe(const struct gemm *, char *text, size_t size);
void gemm_describe_kernels(const struct gemm *, char *text, size_t size);

/* Library number i that this build has; NULL past the last. For tests and benchmarks. */
const struct gemm_library *gemm_library_at(int i);

extern const struct gemm_library gemm_openblas;
#if defined(__x86_64__) && !defined(BAKEOFF_DOUBLE)
#define GEMM_ONEDNN 1
extern const struct gemm_library gemm_onednn;
/* Keeps oneDNN within that set of vector_kernels(); before its first product. */
void gemm_onednn_bound(const char *set);
#endif

#endif
