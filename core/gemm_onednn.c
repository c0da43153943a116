/* gemm_onednn.c - matrix products by oneDNN, whose kernels are made at run time for the
 * processor. */
#include "core/gemm.h"

#ifdef GEMM_ONEDNN

#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <string.h>

/* Of the library too, though not in its header. */
extern dnnl_status_t dnnl_gemm_bf16bf16f32(char transpose_a, char transpose_b, dnnl_dim_t m,
                                           dnnl_dim_t n, dnnl_dim_t k, float alpha,
                                           const uint16_t *a, dnnl_dim_t lda, const uint16_t *b,
                                           dnnl_dim_t ldb, float beta, float *c, dnnl_dim_t ldc);
/* Of the OpenMP runtime that the library is linked with; holds for the calling thread. */
extern void omp_set_num_threads(int);

static char letter(bool transpose)
{
	return transpose ? 'T' : 'N';
}

static void expect(dnnl_status_t status, const struct gemm_shape *s)
{
	if (status == dnnl_out_of_memory)
		memory_die(0);
	if (status != dnnl_success)
		panic("oneDNN: status %d of a product of %d x %d x %d", (int)status, s->m, s->n,
		      s->k);
}

/* The library copies all of a transposed B into a layout of its own: as much memory again as the
 * weights of an output layer. A larger one than WHOLE_MOST elements is multiplied in parts of about
 * PART, as fast and with the same bits: each column of C is a product of its own. */
enum { WHOLE_MOST = 1 << 20, PART = 1 << 18, PART_COLUMNS = 64 };

/* Columns of C that are made at once. */
static int columns_at_once(const struct gemm_shape *s)
{
	if (s->transpose_a || !s->transpose_b || (size_t)s->n * (size_t)s->k <= WHOLE_MOST)
		return s->n;
	return s->k < PART / PART_COLUMNS ? PART / s->k / PART_COLUMNS * PART_COLUMNS
	                                  : PART_COLUMNS;
}

static void multiply_columns(const struct gemm_shape *s, real alpha, const real *a, const real *b,
                             real beta, real *c)
{
	expect(dnnl_sgemm(letter(s->transpose_a), letter(s->transpose_b), s->m, s->n, s->k, alpha,
	                  a, s->lda, b, s->ldb, beta, c, s->ldc),
	       s);
}

static void multiply(const struct gemm_shape *s, real alpha, const real *a, const real *b,
                     real beta, real *c)
{
	struct gemm_shape part = *s;

	omp_set_num_threads(1);
	part.n = columns_at_once(s);
	for (int first = 0; first < s->n; first += part.n) {
		if (part.n > s->n - first)
			part.n = s->n - first;
		multiply_columns(&part, alpha, a, b + (size_t)first * (size_t)s->ldb, beta,
		                 c + first);
	}
}

static void multiply_bfloat16(const struct gemm_shape *s, float alpha, const uint16_t *a,
                              const uint16_t *b, float beta, float *c)
{
	omp_set_num_threads(1);
	expect(dnnl_gemm_bf16bf16f32(letter(s->transpose_a), letter(s->transpose_b), s->m, s->n,
	                             s->k, alpha, a, s->lda, b, s->ldb, beta, c, s->ldc),
	       s);
}

void gemm_onednn_bound(const char *set)
{
	if (!strcmp(set, "avx2"))
		dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
	else if (!strcmp(set, "portable"))
		dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41);
}

static void describe(char *text, size_t size)
{
	const dnnl_version_t *v = dnnl_version();

	snprintf(text, size, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
}

static void describe_kernel(char *text, size_t size)
{
	static const struct {
		unsigned isa;
		const char *name;
	} known[] = {
		{ dnnl_cpu_isa_avx2, "AVX2" },
		{ dnnl_cpu_isa_avx2_vnni, "AVX2_VNNI" },
		{ dnnl_cpu_isa_avx512_core, "AVX512_CORE" },
		{ dnnl_cpu_isa_avx512_core_vnni, "AVX512_CORE_VNNI" },
		{ dnnl_cpu_isa_avx512_core_bf16, "AVX512_CORE_BF16" },
	};
	const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();

	snprintf(text, size, "isa %#x", isa);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].isa == isa)
			snprintf(text, size, "%s", known[i].name);
}

const struct gemm_library gemm_onednn = {
	.name = "oneDNN",
	.multiply = multiply,
	.multiply_bfloat16 = multiply_bfloat16,
	.describe = describe,
	.describe_kernel = describe_kernel,
};

#endif
