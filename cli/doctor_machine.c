/* doctor_machine.c - program, processor, memory, vector kernels, matrix products. */
#include "cli/doctor.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "core/vector.h"
#include "train/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void features(struct findings *findings)
{
	static const char *const known[] = { "avx2",     "fma",      "avx512f",     "avx512bw",
		                             "avx512dq", "avx512vl", "avx512_bf16", "amx_tile",
		                             "amx_bf16", "asimd",    "bf16" };
	char text[256] = "";

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (machine_feature(known[i]))
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
			         text[0] ? " " : "", known[i]);
	finding_add(findings, "features", "%s", text[0] ? text : "none of those that matter");
}

static void cores(struct findings *findings)
{
	const int processors = machine_processors();
	const double quota = machine_quota();
	struct train_settings train;
	struct finding *f = finding_add(findings, "processors", "%d usable", processors);

	settings_default(train_settings_table, &train);
	if (quota > 0)
		finding_mark(f, FINDING_WARNING,
		             "this process gets the time of %.1f of them (cgroup); run with "
		             "--threads %.0f",
		             quota, fmax(1, floor(quota)));
	else if (processors > train.shards)
		finding_mark(
			f, FINDING_WARNING,
			"train.shards is %ld where an experiment does not set it, and training "
			"uses as many threads; set train.shards: %d (it decides the bits)",
			train.shards, processors);
}

static void memory(struct findings *findings)
{
	const double available = machine_memory_available();
	struct finding *f = finding_add(findings, "memory", "%.1f GiB, %.1f available",
	                                machine_memory() / 0x1p30, available / 0x1p30);

	if (available > 0 && available < 0x1p30)
		finding_mark(
			f, FINDING_WARNING,
			"a training run of 7 million weights takes about half a GiB; end other "
			"programs");
}

void doctor_machine(struct findings *findings)
{
	char cpu[128];

	machine_cpu(cpu, sizeof cpu);
	finding_add(findings, "program", "bakeoff %s (%s), %s, compiled by %s", BAKEOFF_VERSION,
	            machine_commit(), REAL_NAME, machine_compiler());
	finding_add(findings, "processor", "%s", cpu);
	features(findings);
	cores(findings);
	memory(findings);
}

static const char *widest_set(void)
{
	const char *name = "portable";

	for (int i = 0; vector_kernels_available(i); i++)
		name = vector_kernels_available(i)->name;
	return name;
}

static void vectors(struct findings *findings)
{
	const char *bound = getenv("BAKEOFF_VECTOR"), *chosen = vector_kernels()->name;
	struct finding *f = finding_add(findings, "vector kernels", "%s", chosen);

	if (strcmp(chosen, widest_set()) != 0)
		finding_mark(f, FINDING_WARNING,
		             "BAKEOFF_VECTOR=%s keeps them below %s; unset it for speed", bound,
		             widest_set());
	else if (bound && strcmp(bound, chosen) != 0)
		finding_mark(f, FINDING_WARNING,
		             "BAKEOFF_VECTOR=%s names no set below this and is ignored; there are "
		             "portable, avx2, avx512",
		             bound);
}

/* Whether a product comes out as the plain sum does, as far as it can in this many digits. */
static bool multiplies(const struct gemm_library *library, bool bfloat16)
{
	enum { M = 21, N = 19, K = 40 };
	const struct gemm_shape shape = { false, true, M, N, K, K, K, N };
	real a[M * K], b[N * K], c[M * N];
	uint16_t a16[M * K], b16[N * K];

	for (int i = 0; i < M * K; i++)
		a[i] = (real)(i % 13 - 6);
	for (int i = 0; i < N * K; i++)
		b[i] = (real)(i % 7 - 3);
#ifdef BAKEOFF_DOUBLE
	(void)bfloat16;
	(void)a16;
	(void)b16;
	library->multiply(&shape, 1, a, b, 0, c);
#else
	vector_kernels()->to_bfloat16(M * K, a, a16);
	vector_kernels()->to_bfloat16(N * K, b, b16);
	if (bfloat16)
		library->multiply_bfloat16(&shape, 1, a16, b16, 0, c);
	else
		library->multiply(&shape, 1, a, b, 0, c);
#endif
	for (int i = 0; i < M; i++)
		for (int j = 0; j < N; j++) {
			double sum = 0;

			for (int k = 0; k < K; k++)
				sum += (double)a[i * K + k] * (double)b[j * K + k];
			if ((double)c[i * N + j] != sum) /* small whole numbers: exact */
				return false;
		}
	return true;
}

static void products(struct findings *findings, const char *name,
                     const struct gemm_library *library, bool bfloat16)
{
	char text[160], kernel[80];
	struct finding *f;

	library->describe(text, sizeof text);
	library->describe_kernel(kernel, sizeof kernel);
	f = finding_add(findings, name, "%s, kernel %s", text, kernel);
	if (!multiplies(library, bfloat16))
		finding_mark(
			f, FINDING_BROKEN,
			"its products are wrong on this processor; choose another library with "
			"BAKEOFF_GEMM, or reinstall it");
}

/* How new a processor a kernel of OpenBLAS asks for: 1 AVX, 2 AVX2, 3 AVX-512; 0 older. */
static int generation(const char *kernel)
{
	static const struct {
		const char *name;
		int generation;
	} known[] = {
		{ "Sandybridge", 1 }, { "Bulldozer", 1 },
		{ "Piledriver", 1 },  { "Steamroller", 1 },
		{ "Excavator", 2 },   { "Haswell", 2 },
		{ "Zen", 2 },         { "SkylakeX", 3 },
		{ "Cooperlake", 3 },  { "SapphireRapids", 3 },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (!strcasecmp(known[i].name, kernel))
			return known[i].generation;
	return 0;
}

static void openblas(struct findings *findings, const struct gemm *choice)
{
	const bool used = choice->plain == &gemm_openblas || choice->transposed_a == &gemm_openblas;
	const char *forced = getenv("OPENBLAS_CORETYPE");
	const int newest = machine_feature("avx512f") ? 3
	                   : machine_feature("avx2")  ? 2
	                   : machine_feature("avx")   ? 1
	                                              : 0;
	char text[256], kernel[80];
	struct finding *f;

	gemm_openblas.describe(text, sizeof text);
	gemm_openblas.describe_kernel(kernel, sizeof kernel);
	f = finding_add(findings, "OpenBLAS", "%s, %s", kernel,
	                used ? "one thread a worker" : "not used on this processor");
	if (used && strstr(text, "OPENMP"))
		finding_mark(f, FINDING_WARNING,
		             "it is built with OpenMP, whose threads may fight with the workers; "
		             "install libopenblas0-pthread, or start with OMP_NUM_THREADS=1");
	if (used && forced && generation(kernel) < newest)
		finding_mark(f, FINDING_WARNING,
		             "OPENBLAS_CORETYPE=%s chooses a kernel older than this processor; "
		             "unset it",
		             forced);
}

static void reached(struct findings *findings)
{
	struct roofline *r = &findings->roofline;
	struct error error;
	struct pool *pool = pool_open(machine_processors(), &error);

	if (!pool) {
		finding_mark(finding_add(findings, "threads", "%s", error.message), FINDING_BROKEN,
		             "raise the limit of threads (ulimit -u)");
		return;
	}
	roofline_measure(r, pool);
	pool_close(pool);
	finding_add(findings, "peak", "%.1f GFLOP/s from registers (%s, all processors)",
	            2e-9 * r->peak, r->set);
	if (r->peak_bfloat16 > 0)
		finding_add(findings, "peak of bfloat16", "%.1f GFLOP/s", 2e-9 * r->peak_bfloat16);
	finding_add(findings, "memory bandwidth", "%.1f GB/s", 1e-9 * r->bandwidth);
}

void doctor_kernels(struct findings *findings)
{
	const struct gemm *choice = gemm_for_processor();
	const char *wanted = getenv("BAKEOFF_GEMM");
	struct error error;

	vectors(findings);
	if (!gemm_init(&error)) {
		finding_mark(finding_add(findings, "matrix products", "%s", error.message),
		             FINDING_BROKEN, "every command that multiplies will fail like this");
		return;
	}
	products(findings, "products, A^T B", choice->transposed_a, false);
	products(findings, "products", choice->plain, false);
	if (wanted && strcasecmp(wanted, choice->plain->name) != 0)
		finding_mark(&findings->list[findings->count - 1], FINDING_WARNING,
		             "BAKEOFF_GEMM=%s names no library of this build and is ignored",
		             wanted);
	openblas(findings, choice);
	if (choice->bfloat16)
		products(findings, "train.precision", choice->bfloat16, true);
	else
		finding_add(findings, "train.precision",
		            "float32 alone: no bfloat16 products here");
	reached(findings);
}
