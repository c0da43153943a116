/* roofline.c - loops that do nothing but multiply and add, or nothing but move. */
#include "core/roofline.h"
#include "core/machine.h"
#include "core/real.h"
#include "core/vector.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#ifdef VECTOR_X86
#include <immintrin.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* One round of a loop is ACCUMULATORS independent multiply-adds: more than latency times ports, and
 * few enough to stay in registers. */
enum { ACCUMULATORS = 12, CHUNK_ROUNDS = 200000, CHUNKS = 24, PASSES = 3 };

struct loop {
	const char *set;
	double multiply_adds; /* of a round */
	void (*run)(long rounds);
};

#ifdef BAKEOFF_DOUBLE
#define MULTIPLY_ADD "vfmadd231pd"
#else
#define MULTIPLY_ADD "vfmadd231ps"
#endif

/* Vectors of 16 bytes are there, or made up, on every processor. Without -ffast-math the compiler
 * may not fold a chain. */
static void run_portable(long rounds)
{
	enum { LANES = 16 / sizeof(real) };
	real lane __attribute__((vector_size(16))) = { 0 };
	__typeof__(lane) sum[ACCUMULATORS], x, y;
	volatile real factor = (real)0.5, kept;

	for (int i = 0; i < LANES; i++)
		x[i] = y[i] = factor;
	for (int i = 0; i < ACCUMULATORS; i++)
		sum[i] = y;
	for (long r = 0; r < rounds; r++)
#pragma GCC unroll 12
		for (int i = 0; i < ACCUMULATORS; i++)
			sum[i] = sum[i] * x + y;
	for (int i = 0; i < ACCUMULATORS; i++)
		lane += sum[i];
	kept = lane[0];
	(void)kept;
}

static const struct loop portable = { "portable", (double)ACCUMULATORS * 16 / sizeof(real),
	                              run_portable };

#ifdef VECTOR_X86

/* s[i] += x y, all in one statement, so that no compiler spills or folds a sum. */
#define ROUND(code, constraint)                                                                    \
	__asm__ volatile(                                                                          \
		code " %12, %13, %0\n\t" code " %12, %13, %1\n\t" code " %12, %13, %2\n\t" code    \
		     " %12, %13, %3\n\t" code " %12, %13, %4\n\t" code " %12, %13, %5\n\t" code    \
		     " %12, %13, %6\n\t" code " %12, %13, %7\n\t" code " %12, %13, %8\n\t" code    \
		     " %12, %13, %9\n\t" code " %12, %13, %10\n\t" code " %12, %13, %11"           \
		: "+" constraint(s[0]), "+" constraint(s[1]), "+" constraint(s[2]),                \
		  "+" constraint(s[3]), "+" constraint(s[4]), "+" constraint(s[5]),                \
		  "+" constraint(s[6]), "+" constraint(s[7]), "+" constraint(s[8]),                \
		  "+" constraint(s[9]), "+" constraint(s[10]), "+" constraint(s[11])               \
		: constraint(x), constraint(y))

/* The bits 0x3f003f00 are 0.5 as a float, nearly, and two halves as bfloat16. */
__attribute__((target("avx2,fma"))) static void run_avx2(long rounds)
{
	const __m256i x = _mm256_set1_epi32(0x3f003f00), y = x;
	__m256i s[ACCUMULATORS];

	for (int i = 0; i < ACCUMULATORS; i++)
		s[i] = x;
	for (long r = 0; r < rounds; r++)
		ROUND(MULTIPLY_ADD, "x");
}

__attribute__((target("avx512f"))) static void run_avx512(long rounds)
{
	const __m512i x = _mm512_set1_epi32(0x3f003f00), y = x;
	__m512i s[ACCUMULATORS];

	for (int i = 0; i < ACCUMULATORS; i++)
		s[i] = x;
	for (long r = 0; r < rounds; r++)
		ROUND(MULTIPLY_ADD, "v");
}

__attribute__((target("avx512f"))) static void run_bfloat16(long rounds)
{
	const __m512i x = _mm512_set1_epi32(0x3f003f00), y = x;
	__m512i s[ACCUMULATORS];

	for (int i = 0; i < ACCUMULATORS; i++)
		s[i] = x;
	for (long r = 0; r < rounds; r++)
		ROUND("vdpbf16ps", "v");
}

/* Eight tiles of 16 rows of 64 bytes: six sums, two factors. */
enum { TILE_SUMS = 6, TILES_ROUND = TILE_SUMS * 16 * 16 * 32 };

__attribute__((target("amx-tile,amx-bf16"))) static void run_tiles(long rounds)
{
	struct {
		uint8_t palette, start, unused[14];
		uint16_t bytes[16];
		uint8_t rows[16];
	} shape = { .palette = 1 };

	for (int i = 0; i < TILE_SUMS + 2; i++) {
		shape.bytes[i] = 64;
		shape.rows[i] = 16;
	}
	__asm__ volatile("" : : "r"(&shape) : "memory"); /* gcc 12 holds 8 bytes of it for read */
	_tile_loadconfig(&shape);                        /* all tiles are 0 */
	for (long r = 0; r < rounds; r++) {
		_tile_dpbf16ps(0, 6, 7);
		_tile_dpbf16ps(1, 6, 7);
		_tile_dpbf16ps(2, 6, 7);
		_tile_dpbf16ps(3, 6, 7);
		_tile_dpbf16ps(4, 6, 7);
		_tile_dpbf16ps(5, 6, 7);
	}
	_tile_release();
}

/* Whether the processor has tiles, and the system lets this process use them. */
static bool may_use_tiles(void)
{
	enum { ASK_PERMISSION = 0x1023, TILE_DATA = 18 };

	return machine_feature("amx_tile") && machine_feature("amx_bf16") &&
	       syscall(SYS_arch_prctl, ASK_PERMISSION, TILE_DATA) == 0;
}

static const struct loop avx2 = { "avx2", (double)ACCUMULATORS * 32 / sizeof(real), run_avx2 };
static const struct loop avx512 = { "avx512", (double)ACCUMULATORS * 64 / sizeof(real),
	                            run_avx512 };
static const struct loop avx512_bf16 = { "avx512_bf16", (double)ACCUMULATORS * 32, run_bfloat16 };
static const struct loop amx_bf16 = { "amx_bf16", (double)TILES_ROUND, run_tiles };

/* Whoever bounds vectors, and oneDNN with them, to AVX2 compares with processors that have no more.
 * ("portable" leaves products to OpenBLAS, which chooses its own.) */
static bool may_use_avx512(void)
{
	return __builtin_cpu_supports("avx512f") && strcmp(vector_kernels()->name, "avx2") != 0;
}

static const struct loop *widest(void)
{
	if (may_use_avx512())
		return &avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &avx2;
	return &portable;
}

static const struct loop *pairs(void)
{
	if (!may_use_avx512() || !__builtin_cpu_supports("avx512bf16"))
		return NULL;
	return may_use_tiles() ? &amx_bf16 : &avx512_bf16;
}

#else

static const struct loop *widest(void)
{
	return &portable;
}

static const struct loop *pairs(void)
{
	return NULL;
}

#endif

/* What every worker measures at the same time. */
struct measurement {
	const struct loop *loop; /* NULL: moves */
	const struct vector_kernels *vector;
	real *array; /* of moves: [workers][3][n], written to before */
	size_t n;
	double *rate; /* [workers] a second */
};

/* Returns how much was done: multiply-adds, or bytes. */
static double one_chunk(const struct measurement *m, int task)
{
	real *a, *b;

	if (m->loop) {
		m->loop->run(CHUNK_ROUNDS);
		return CHUNK_ROUNDS * m->loop->multiply_adds;
	}
	a = m->array + 3 * (size_t)task * m->n;
	b = a + m->n;
	m->vector->add(m->n, 1, a, b, b + m->n);
	return 3 * (double)(m->n * sizeof *a);
}

/* The fastest of a few chunks: what others do meanwhile only slows them down. */
static void measure(void *context, int task, int worker)
{
	const struct measurement *m = context;
	const int chunks = m->loop ? CHUNKS : PASSES;
	double best = 0;

	(void)worker;
	for (int i = 0; i < chunks; i++) {
		const double start = machine_seconds(), done = one_chunk(m, task);
		const double rate = done / (machine_seconds() - start);

		best = rate > best ? rate : best;
	}
	m->rate[task] = best;
}

static double all_rates(struct measurement *m, struct pool *pool)
{
	double sum = 0;

	pool_run(pool, pool_workers(pool), measure, m);
	for (int i = 0; i < pool_workers(pool); i++)
		sum += m->rate[i];
	return sum;
}

/* Memory that may well be taken for a moment, bytes. */
static double spare_bytes(void)
{
	const double available = machine_memory_available() / 4;
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return available;
	return fmin(available, (double)limit.rlim_cur / 8);
}

/* Of all arrays of the moves: twice the caches, so that little of a pass is left in them at the
 * next one. The most takes half a second. */
static double moved_bytes(void)
{
	const double least = 96 << 20, most = 512 << 20;

	return fmax(least, fmin(fmin(2 * machine_cache(), most), spare_bytes()));
}

void roofline_measure(struct roofline *r, struct pool *pool)
{
	const size_t workers = (size_t)pool_workers(pool);
	struct measurement m = { .loop = widest(), .vector = vector_kernels() };

	m.rate = memory_new(workers, sizeof *m.rate);
	*r = (struct roofline){ .set = m.loop->set, .peak = all_rates(&m, pool) };
	m.loop = pairs();
	if (m.loop)
		r->peak_bfloat16 = all_rates(&m, pool);
	m.loop = NULL;
	m.n = (size_t)moved_bytes() / 3 / sizeof(real) / workers;
	m.array = memory_aligned(workers * 3 * m.n, sizeof(real));
	r->bandwidth = all_rates(&m, pool);
	free(m.array);
	free(m.rate);
}

double roofline_products(const struct roofline *r, double multiply_adds, double bfloat16)
{
	if (r->peak_bfloat16 <= 0)
		return multiply_adds / r->peak;
	return (multiply_adds - bfloat16) / r->peak + bfloat16 / r->peak_bfloat16;
}

double roofline_seconds(const struct roofline *r, double multiply_adds, double bfloat16,
                        double bytes)
{
	const double products = roofline_products(r, multiply_adds, bfloat16);
	const double moves = bytes / r->bandwidth;

	return products > moves ? products : moves;
}
