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

/* `make bench SECTIONS=kernels` has the measurements: with AVX-512, oneDNN is ahead at every shape
 * of more than a few thousand multiply-adds; with AVX2 the two are alike but for a few rows, where
 * OpenBLAS is slow. */
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
	const struct gemm_library *library =
		m <= GEMM_FEW_ROWS ? choice->few_rows : choice->many_rows;

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

/* "MANY", "MANY; few rows: FEW", and "; bfloat16: OTHER" where that is neither of the two. */
static void describe_all(const struct gemm *g, char *text, size_t size, bool kernel)
{
	char many[160], few[160], bfloat16[160];

	describe_one(g->many_rows, kernel, many, sizeof many);
	describe_one(g->few_rows, kernel, few, sizeof few);
	describe_one(g->bfloat16 ? g->bfloat16 : g->many_rows, kernel, bfloat16, sizeof bfloat16);
	snprintf(text, size, "%s%s%s%s%s", many, g->few_rows != g->many_rows ? "; few rows: " : "",
	         g->few_rows != g->many_rows ? few : "",
	         g->bfloat16 && g->bfloat16 != g->many_rows ? "; bfloat16: " : "",
	         g->bfloat16 && g->bfloat16 != g->many_rows ? bfloat16 : "");
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
