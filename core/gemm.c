/* gemm.c - which library multiplies which matrices. */
#include "core/gemm.h"
#include "core/vector.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifdef GEMM_ONEDNN
#define ONEDNN &gemm_onednn
#else
#define ONEDNN &gemm_openblas
#endif
#define OPENBLAS &gemm_openblas

/* `make bench SECTIONS=kernels` has the measurements: with AVX-512, oneDNN is ahead at nearly
 * every shape of an update of more than a few thousand multiply-adds; with AVX2 OpenBLAS is ahead
 * at most gradients of weights, and oneDNN at nearly all else, the more the fewer rows there are.
 */
static const struct gemm choices[] = {
	{ "portable", OPENBLAS, OPENBLAS, NULL },
	{ "avx2", ONEDNN, OPENBLAS, NULL },
	{ "avx512", ONEDNN, ONEDNN, NULL },
#ifdef GEMM_ONEDNN
	{ "avx512-bf16", ONEDNN, ONEDNN, ONEDNN },
#endif
};

/* Where BAKEOFF_GEMM names a library: that one, with the processor's bfloat16. */
static const struct gemm forced[] = {
	{ "openblas", OPENBLAS, OPENBLAS, NULL },
#ifdef GEMM_ONEDNN
	{ "onednn", ONEDNN, ONEDNN, NULL },
	{ "openblas", OPENBLAS, OPENBLAS, ONEDNN },
	{ "onednn", ONEDNN, ONEDNN, ONEDNN },
#endif
};

enum {
	CHOICES = sizeof choices / sizeof choices[0],
	FORCED = sizeof forced / sizeof forced[0],
};

static bool has_bfloat16(const char *set)
{
#ifdef GEMM_ONEDNN
	return !strcmp(set, "avx512") && __builtin_cpu_supports("avx512bf16");
#else
	(void)set;
	return false;
#endif
}

const struct gemm *gemm_for_processor(void)
{
	const char *set = vector_kernels()->name, *wanted = getenv("BAKEOFF_GEMM");
	const bool bfloat16 = has_bfloat16(set);

	for (int i = 0; wanted && i < FORCED; i++)
		if (!strcasecmp(forced[i].name, wanted) && bfloat16 == (forced[i].bfloat16 != NULL))
			return &forced[i];
	if (bfloat16)
		return &choices[CHOICES - 1];
	for (int i = 1; i < CHOICES; i++)
		if (!strcmp(choices[i].name, set))
			return &choices[i];
	return &choices[0];
}

bool gemm_init(struct error *error)
{
#ifdef GEMM_ONEDNN
	gemm_onednn_bound(vector_kernels()->name);
#endif
	openblas_set_num_threads(1);
	if (openblas_get_num_threads() != 1)
		return error_set(error,
		                 "OpenBLAS keeps %d threads; start with OPENBLAS_NUM_THREADS=1 "
		                 "OMP_NUM_THREADS=1, or install libopenblas0-pthread",
		                 openblas_get_num_threads());
	return true;
}

void gemm(const struct gemm *choice, int transpose_a, int transpose_b, int m, int n, int k,
          real alpha, const real *a, int lda, const real *b, int ldb, real beta, real *c, int ldc)
{
	const struct gemm_shape shape = { transpose_a, transpose_b, m, n, k, lda, ldb, ldc };
	const struct gemm_library *library = transpose_a ? choice->transposed_a : choice->plain;

	if (m > 0 && n > 0)
		library->multiply(&shape, alpha, a, b, beta, c);
}

static void describe_one(const struct gemm_library *library, bool kernel, char *text, size_t size)
{
	if (kernel)
		library->describe_kernel(text, size);
	else
		library->describe(text, size);
}

/* "PLAIN", "PLAIN; A^T B: OTHER", and "; bfloat16: OTHER" where that is not the first. */
static void describe_all(const struct gemm *g, char *text, size_t size, bool kernel)
{
	const bool two = g->transposed_a != g->plain;
	const bool other = g->bfloat16 && g->bfloat16 != g->plain;
	char plain[160], transposed_a[160], bfloat16[160];

	describe_one(g->plain, kernel, plain, sizeof plain);
	describe_one(g->transposed_a, kernel, transposed_a, sizeof transposed_a);
	describe_one(other ? g->bfloat16 : g->plain, kernel, bfloat16, sizeof bfloat16);
	snprintf(text, size, "%s%s%s%s%s", plain, two ? "; A^T B: " : "", two ? transposed_a : "",
	         other ? "; bfloat16: " : "", other ? bfloat16 : "");
}

void gemm_describe(const struct gemm *g, char *text, size_t size)
{
	describe_all(g, text, size, false);
}

void gemm_describe_kernels(const struct gemm *g, char *text, size_t size)
{
	describe_all(g, text, size, true);
}

const struct gemm_library *gemm_library_at(int i)
{
	static const struct gemm_library *const library[] = {
		OPENBLAS,
#ifdef GEMM_ONEDNN
		ONEDNN,
#endif
	};
	const int count = sizeof library / sizeof library[0];

	return i >= 0 && i < count ? library[i] : NULL;
}
