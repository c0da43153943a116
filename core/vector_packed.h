/* vector_packed.h - rows times a weight matrix that lies in panels.
 *
 * Only for core/vector.c, after vector_product.h; integers: vector_int8.h. Every element is summed
 * in order of k, whatever the number of rows and whichever tile it is in. Unlike all else there,
 * products are added by fused multiply-add where the set has it, so that "portable" may differ from
 * the others in the last bits.
 */
#ifndef BAKEOFF_VECTOR_PACKED_H
#define BAKEOFF_VECTOR_PACKED_H

#include "core/vector.h"
#include "core/vector_int8.h"
#include "core/vector_product.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__) && defined(BAKEOFF_DOUBLE)
#define FUSED(a, b, c) ((REGISTER)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#elif defined(__AVX512F__)
#define FUSED(a, b, c) ((REGISTER)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#elif defined(__AVX2__) && defined(BAKEOFF_DOUBLE)
#define FUSED(a, b, c) ((REGISTER)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#elif defined(__AVX2__)
#define FUSED(a, b, c) ((REGISTER)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#else
#define FUSED(a, b, c) ((c) + (a) * (b))
#endif

/* Registers of a tile: as many as its sums, a row of weights and an element of A leave free. */
#if REGISTER_BYTES == 64
enum { PACKED_ROWS = 6, FEW_WIDE = 4, MANY_WIDE = 4 };
#else
enum { PACKED_ROWS = 6, FEW_WIDE = 4, MANY_WIDE = 2 };
#endif

/* Bytes of a line of a cache, and rows from which on a tile has the time to ask for lines ahead.
 * Weights that are larger than the second cache gain 10 to 15 % by it, those that stay there lose
 * up to 5 %. */
enum { PACKED_LINE = 64, ASKING_ROWS = 3 };

#ifdef BAKEOFF_DOUBLE
#define MASK int64_t __attribute__((vector_size(REGISTER_BYTES)))
#else
#define MASK int32_t __attribute__((vector_size(REGISTER_BYTES)))
#endif

/* 0 elsewhere. */
static ALWAYS_INLINE REGISTER keep_where(REGISTER x, MASK mask)
{
	return (REGISTER)((MASK)x & mask);
}

static ALWAYS_INLINE void finish_register(const struct packed_product *p, REGISTER sum,
                                          size_t column, real *to)
{
	REGISTER other = { 0 };

	if (p->add)
		memcpy(&other, to, sizeof other);
	else if (p->bias)
		memcpy(&other, p->bias + column, sizeof other);
	sum += other;
	if (p->relu)
		sum = keep_where(sum, ~(sum < 0));
	memcpy(to, &sum, sizeof sum);
}

/* Columns of a register that go beyond the matrix are left. */
static ALWAYS_INLINE void finish_part(const struct packed_product *p, REGISTER sum, size_t column,
                                      real *to)
{
	real x[IN_REGISTER];

	memcpy(x, &sum, sizeof x);
	for (size_t j = 0; j < IN_REGISTER && column + j < p->n; j++) {
		real y = x[j] + (p->add ? to[j] : p->bias ? p->bias[column + j] : 0);

		to[j] = p->relu && y < 0 ? 0 : y;
	}
}

/* All of a tile, whose first column is `column` of C. A function of its own, as those below: in one
 * that holds everything, compilers keep the sums in memory while they are added to. */
static __attribute__((noinline)) void finish_tile(const struct packed_product *p, int rows,
                                                  int registers,
                                                  real (*total)[FEW_WIDE][IN_REGISTER],
                                                  size_t column, real *c)
{
	for (int i = 0; i < rows; i++, c += p->ldc)
		for (int j = 0; j < registers; j++) {
			const size_t at = column + (size_t)j * IN_REGISTER;
			REGISTER sum;

			memcpy(&sum, total[i][j], sizeof sum);
			if (at + IN_REGISTER <= p->n)
				finish_register(p, sum, at, c + at);
			else
				finish_part(p, sum, at, c + at);
		}
}

/* The weights of row l of a panel, from this column on. */
static ALWAYS_INLINE REGISTER load_weights(const struct packed_product *p, const bool half,
                                           size_t panel, size_t l, size_t column)
{
	const size_t start = panel * p->k * VECTOR_PANEL;
	REGISTER x;
	MASK pairs;

	if (!half) {
		memcpy(&x,
		       p->w + start + (column / VECTOR_STRIP * p->k + l) * VECTOR_STRIP +
		               column % VECTOR_STRIP,
		       sizeof x);
		return x;
	}
	memcpy(&pairs, p->bfloat16 + start + l * VECTOR_PANEL + column / 32 * 32 + column % 16 * 2,
	       sizeof pairs);
	return (REGISTER)(pairs << (column & 16 ? 0 : 16) & ~0xffff);
}

/* Without an addition, which a vector of 0 and a scalar would cost. */
static ALWAYS_INLINE REGISTER repeated(real x)
{
#if REGISTER_BYTES == 64 && defined(BAKEOFF_DOUBLE)
	return (REGISTER)_mm512_set1_pd(x);
#elif REGISTER_BYTES == 64
	return (REGISTER)_mm512_set1_ps(x);
#elif REGISTER_BYTES == 32 && defined(BAKEOFF_DOUBLE)
	return (REGISTER)_mm256_set1_pd(x);
#elif REGISTER_BYTES == 32
	return (REGISTER)_mm256_set1_ps(x);
#else
	return (REGISTER){ 0 } + x;
#endif
}

/* The k lines of the next panel that tile number `tile` of this one asks for, so that they are in
 * the second cache when their turn comes. Where there is no next panel, or all of it has been asked
 * for, lines of this panel, which are there already: cheaper than a branch. */
static ALWAYS_INLINE const char *lines_ahead(const struct packed_product *p, const bool half,
                                             size_t panel, size_t tile)
{
	const size_t bytes = p->k * VECTOR_PANEL * (half ? sizeof *p->bfloat16 : sizeof *p->w);
	const char *all = half ? (const char *)p->bfloat16 : (const char *)p->w;
	const size_t at = tile * p->k * PACKED_LINE;
	const bool more = (panel + 1) * VECTOR_PANEL < p->n && at < bytes;

	return all + panel * bytes + (more ? bytes + at : 0); /* lines ahead */
}

/* C [rows][registers] of a panel from its column `column` on; number `tile` of those of the panel.
 */
static ALWAYS_INLINE void packed_tile(const struct packed_product *p, const int rows,
                                      const int registers, const bool half, const real *a,
                                      size_t panel, size_t column, size_t tile, real *c)
{
	const size_t k = p->k;
	const char *ahead = lines_ahead(p, half, panel, tile);
	REGISTER sum[PACKED_ROWS][FEW_WIDE];
	real total[PACKED_ROWS][FEW_WIDE][IN_REGISTER];

	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < registers; j++)
		sum[i][j] = (REGISTER){ 0 };
	for (size_t l = 0; l < k; l++) {
		REGISTER x[FEW_WIDE];

		if (rows >= ASKING_ROWS)
			__builtin_prefetch(ahead + l * PACKED_LINE, 0, 2);
		UNROLLED
		for (int j = 0; j < registers; j++)
			x[j] = load_weights(p, half, panel, l, column + (size_t)j * IN_REGISTER);
		UNROLLED
		for (int i = 0; i < rows; i++)
			UNROLLED
		for (int j = 0; j < registers; j++)
			sum[i][j] = FUSED(repeated(a[(size_t)i * k + l]), x[j], sum[i][j]);
	}
	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < registers; j++)
		memcpy(total[i][j], &sum[i][j], sizeof sum[i][j]);
	finish_tile(p, rows, registers, total, panel * VECTOR_PANEL + column, c);
}

/* So many rows of a panel: group number `group` of its rows. */
static ALWAYS_INLINE void packed_rows(const struct packed_product *p, const int rows,
                                      const bool half, const real *a, size_t panel, size_t group,
                                      real *c)
{
	const int registers = rows <= 2 ? FEW_WIDE : MANY_WIDE;
	const size_t wide = (size_t)registers * IN_REGISTER;
	size_t tile = group * (VECTOR_PANEL / wide); /* that asks for lines ahead */

	for (size_t j = 0; j < VECTOR_PANEL && panel * VECTOR_PANEL + j < p->n; j += wide)
		packed_tile(p, rows, registers, half, a, panel, j, tile++, c);
}

#define ROWS(rows, half, name)                                                                     \
	static __attribute__((noinline)) void name(const struct packed_product *p, const real *a,  \
	                                           size_t panel, size_t group, real *c)            \
	{                                                                                          \
		packed_rows(p, rows, half, a, panel, group, c);                                    \
	}
ROWS(1, false, packed_1)
ROWS(2, false, packed_2)
ROWS(3, false, packed_3)
ROWS(4, false, packed_4)
ROWS(5, false, packed_5)
ROWS(6, false, packed_6)
ROWS(1, true, packed_half_1)
ROWS(2, true, packed_half_2)
ROWS(3, true, packed_half_3)
ROWS(4, true, packed_half_4)
ROWS(5, true, packed_half_5)
ROWS(6, true, packed_half_6)
#undef ROWS

static void packed_panel(const struct packed_product *p, const bool half, size_t panel)
{
	static void (*const of_rows[2][PACKED_ROWS])(const struct packed_product *, const real *,
	                                             size_t, size_t, real *) = {
		{ packed_1, packed_2, packed_3, packed_4, packed_5, packed_6 },
		{ packed_half_1, packed_half_2, packed_half_3, packed_half_4, packed_half_5,
		  packed_half_6 },
	};
	const real *a = p->a;
	real *c = p->c;
	size_t m = p->m, rows, group = 0;

	for (; m; m -= rows, a += rows * p->k, c += rows * p->ldc) {
		rows = m <= PACKED_ROWS ? m : m < 2 * PACKED_ROWS ? (m + 1) / 2 : PACKED_ROWS;
		of_rows[half][rows - 1](p, a, panel, group++, c);
	}
}

static void packed_product(const struct packed_product *p)
{
	if (p->int8)
		int8_product(p);
	else if (p->bfloat16)
		for (size_t panel = p->first; panel < p->last; panel++)
			packed_panel(p, true, panel);
	else
		for (size_t panel = p->first; panel < p->last; panel++)
			packed_panel(p, false, panel);
}

#endif
