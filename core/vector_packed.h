/* vector_packed.h - rows times a weight matrix that lies in panels.
 *
 * Only for core/vector.c, after vector_product.h; integers: vector_int8.h. Every element is summed in order of k, whatever
 * the number of rows and whichever tile it is in. Unlike all else there, products are added by
 * fused multiply-add where the set has it, so that "portable" may differ from the others in the
 * last bits.
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

/* The weights of row l of a panel, from this column on. */
static ALWAYS_INLINE REGISTER load_weights(const struct packed_product *p, const bool half,
                                           size_t panel, size_t l, size_t column)
{
	const size_t row = (panel * p->k + l) * VECTOR_PANEL;
	REGISTER x;
	MASK pairs;

	if (!half) {
		memcpy(&x, p->w + row + column, sizeof x);
		return x;
	}
	memcpy(&pairs, p->bfloat16 + row + column / 32 * 32 + column % 16 * 2, sizeof pairs);
	return (REGISTER)(pairs << (column & 16 ? 0 : 16) & ~0xffff);
}

/* C [rows][registers] of a panel from its column `column` on. */
static ALWAYS_INLINE void packed_tile(const struct packed_product *p, const int rows,
                                      const int registers, const bool half, const real *a,
                                      size_t panel, size_t column, real *c)
{
	const size_t k = p->k;
	REGISTER sum[PACKED_ROWS][FEW_WIDE];

	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < registers; j++)
		sum[i][j] = (REGISTER){ 0 };
	for (size_t l = 0; l < k; l++) {
		REGISTER x[FEW_WIDE];

		UNROLLED
		for (int j = 0; j < registers; j++)
			x[j] = load_weights(p, half, panel, l, column + (size_t)j * IN_REGISTER);
		UNROLLED
		for (int i = 0; i < rows; i++)
			UNROLLED
		for (int j = 0; j < registers; j++)
			sum[i][j] = FUSED((REGISTER){ 0 } + a[(size_t)i * k + l], x[j], sum[i][j]);
	}
	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < registers; j++) {
		const size_t at = panel * VECTOR_PANEL + column + (size_t)j * IN_REGISTER;
		real *to = c + (size_t)i * p->ldc + at;

		if (at + IN_REGISTER <= p->n)
			finish_register(p, sum[i][j], at, to);
		else
			finish_part(p, sum[i][j], at, to);
	}
}

/* So many rows of a panel. */
static ALWAYS_INLINE void packed_rows(const struct packed_product *p, const int rows,
                                      const bool half, const real *a, size_t panel, real *c)
{
	const int registers = rows <= 2 ? FEW_WIDE : MANY_WIDE;
	const size_t wide = (size_t)registers * IN_REGISTER;

	for (size_t j = 0; j < VECTOR_PANEL && panel * VECTOR_PANEL + j < p->n; j += wide)
		packed_tile(p, rows, registers, half, a, panel, j, c);
}

static ALWAYS_INLINE void packed_panel(const struct packed_product *p, const bool half,
                                       size_t panel)
{
	const real *a = p->a;
	real *c = p->c;
	size_t m = p->m, rows;

	for (; m; m -= rows, a += rows * p->k, c += rows * p->ldc) {
		rows = m <= PACKED_ROWS ? m : m < 2 * PACKED_ROWS ? (m + 1) / 2 : PACKED_ROWS;
		switch (rows) {
		case 1:
			packed_rows(p, 1, half, a, panel, c);
			break;
		case 2:
			packed_rows(p, 2, half, a, panel, c);
			break;
		case 3:
			packed_rows(p, 3, half, a, panel, c);
			break;
		case 4:
			packed_rows(p, 4, half, a, panel, c);
			break;
		case 5:
			packed_rows(p, 5, half, a, panel, c);
			break;
		default:
			packed_rows(p, 6, half, a, panel, c);
		}
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
