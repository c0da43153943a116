/* vector_int8.h - rows times a weight matrix of 8-bit integers that lies in panels.
 *
 * Only for core/vector.c, after vector_product.h. Sums are of integers, so that every set, and
 * every way through this file, gives the same bits.
 */
#ifndef BAKEOFF_VECTOR_INT8_H
#define BAKEOFF_VECTOR_INT8_H

#include "core/vector.h"
#include "core/vector_lanes.h"
#include "core/vector_product.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* Sums of a tile fill the registers that are there. */
#if defined(__AVX512F__)
enum { INT8_ROWS = 6 };
#else
enum { INT8_ROWS = 4 };
#endif

#ifdef BAKEOFF_DOUBLE
typedef int64_t real_bits;
#else
typedef int32_t real_bits;
#endif

/* Without its sign a number's bits ascend as it does, infinity and then NaN above all: a maximum of
 * integers, in vectors, finds the greatest and what is not finite. */
static real_bits greatest_bits(size_t n, const real *x)
{
	const real_bits all_but_sign =
		sizeof(real) == sizeof(float) ? INT32_MAX : (real_bits)INT64_MAX;
	real_bits most = 0;

	for (size_t i = 0; i < n; i++) {
		real_bits bits;

		memcpy(&bits, x + i, sizeof bits);
		bits &= all_but_sign;
		most = GREATER(bits, most);
	}
	return most;
}

static real to_int8(size_t n, const real *x, int8_t *y)
{
	const real_bits most = greatest_bits(n, x);
	real top, inverse;
	bool odd;

	memcpy(&top, &most, sizeof top);
	odd = !(top <= REAL_MOST);
	inverse = 127 / top;
	if (odd || !(inverse <= REAL_MOST)) {
		memset(y, 0, n);
		return odd ? (real)NAN : 0;
	}
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		const real scaled = x[i] * inverse;

		y[i] = (int8_t)(int32_t)(scaled + (scaled < 0 ? (real)-0.5 : (real)0.5));
	}
	return top / 127;
}

/* What a row of sums stands for; columns beyond the matrix are left. */
static ALWAYS_INLINE void int8_finish(const struct packed_product *p, size_t row, size_t panel,
                                      const int32_t *sum)
{
	const size_t at = panel * VECTOR_PANEL, left = p->n - at;
	const size_t columns = left < VECTOR_PANEL ? left : VECTOR_PANEL;
	const real *scale = p->int8->w_scale + at, *bias = p->bias ? p->bias + at : NULL;
	const real a_scale = p->int8->a_scale[row];
	real *c = p->c + row * p->ldc + at;

	if (p->add)
		bias = c;
	INDEPENDENT
	for (size_t j = 0; j < columns; j++) {
		const real y = (real)sum[j] * (a_scale * scale[j]);

		c[j] = bias ? y + bias[j] : y;
	}
	for (size_t j = 0; p->relu && j < columns; j++)
		c[j] = c[j] < 0 ? 0 : c[j];
}

#if defined(__AVX2__)
/* Four neighbours of a row of A in every place of a register. */
static ALWAYS_INLINE int32_t int8_four(const int8_t *a)
{
	int32_t four;

	memcpy(&four, a, sizeof four);
	return four;
}
#endif

#if defined(__AVX512F__)
/* sum += the four products of each place, A's numbers being 128 more than they are. The
 * instruction is of AVX512_VNNI, which this set does not promise: who asks knows that it is there.
 */
static ALWAYS_INLINE __m512i int8_dot(__m512i sum, __m512i a, __m512i w)
{
	__asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(w));
	return sum;
}

static ALWAYS_INLINE void int8_tile_vnni(const struct packed_product *p, const int rows, size_t row,
                                         size_t panel)
{
	enum { WIDE = VECTOR_PANEL / 16 };
	const size_t k = p->int8->k;
	const int8_t *a = p->int8->a + row * k, *w = p->int8->w + panel * VECTOR_PANEL * k;
	const int32_t *less = p->int8->w_sum + panel * VECTOR_PANEL;
	__m512i sum[INT8_ROWS][WIDE];

	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < WIDE; j++)
		sum[i][j] = _mm512_slli_epi32(_mm512_loadu_si512(less + 16 * j), 7);
	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < WIDE; j++)
		sum[i][j] = _mm512_sub_epi32(_mm512_setzero_si512(), sum[i][j]);
	for (size_t l = 0; l < k; l += 4, w += 4 * VECTOR_PANEL) {
		__m512i x[WIDE];

		UNROLLED
		for (int j = 0; j < WIDE; j++)
			x[j] = _mm512_loadu_si512(w + 64 * j);
		UNROLLED
		for (int i = 0; i < rows; i++) {
			const int32_t four = int8_four(a + (size_t)i * k + l) ^ (int32_t)0x80808080;
			const __m512i each = _mm512_set1_epi32(four);

			UNROLLED
			for (int j = 0; j < WIDE; j++)
				sum[i][j] = int8_dot(sum[i][j], each, x[j]);
		}
	}
	UNROLLED
	for (int i = 0; i < rows; i++) {
		int32_t all[VECTOR_PANEL];

		memcpy(all, sum[i], sizeof all);
		int8_finish(p, row + (size_t)i, panel, all);
	}
}
#endif

#if defined(__AVX2__)
/* Products of two neighbours as 16 bits, which they fit since no number is -128; the signs go over
 * to A because one operand must be without. */
static ALWAYS_INLINE void int8_part(const struct packed_product *p, const int rows, const int wide,
                                    size_t row, size_t panel, size_t column,
                                    int32_t all[][VECTOR_PANEL])
{
	const size_t k = p->int8->k;
	const int8_t *a = p->int8->a + row * k;
	const int8_t *w = p->int8->w + panel * VECTOR_PANEL * k + 4 * column;
	const __m256i ones = _mm256_set1_epi16(1);
	__m256i sum[INT8_ROWS][4];

	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < wide; j++)
		sum[i][j] = _mm256_setzero_si256();
	for (size_t l = 0; l < k; l += 4, w += 4 * VECTOR_PANEL)
		UNROLLED
	for (int j = 0; j < wide; j++) {
		const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(w + 32 * j));
		const __m256i plain = _mm256_abs_epi8(x);

		UNROLLED
		for (int i = 0; i < rows; i++) {
			const __m256i each = _mm256_set1_epi32(int8_four(a + (size_t)i * k + l));
			const __m256i pairs =
				_mm256_maddubs_epi16(plain, _mm256_sign_epi8(each, x));

			sum[i][j] = _mm256_add_epi32(sum[i][j], _mm256_madd_epi16(pairs, ones));
		}
	}
	UNROLLED
	for (int i = 0; i < rows; i++)
		memcpy(all[i] + column, sum[i], (size_t)wide * sizeof sum[i][0]);
}

static ALWAYS_INLINE void int8_tile(const struct packed_product *p, const int rows, size_t row,
                                    size_t panel)
{
	const int wide = rows <= 2 ? 4 : 2;
	int32_t all[INT8_ROWS][VECTOR_PANEL];

	for (size_t column = 0; column < VECTOR_PANEL; column += 8 * (size_t)wide)
		int8_part(p, rows, wide, row, panel, column, all);
	for (int i = 0; i < rows; i++)
		int8_finish(p, row + (size_t)i, panel, all[i]);
}
#else
static ALWAYS_INLINE void int8_tile(const struct packed_product *p, const int rows, size_t row,
                                    size_t panel)
{
	const size_t k = p->int8->k;
	const int8_t *w = p->int8->w + panel * VECTOR_PANEL * k;

	for (int i = 0; i < rows; i++) {
		const int8_t *a = p->int8->a + (row + (size_t)i) * k;
		int32_t all[VECTOR_PANEL] = { 0 };

		for (size_t l = 0; l < k; l++)
			for (size_t j = 0; j < VECTOR_PANEL; j++)
				all[j] += a[l] * w[l / 4 * 4 * VECTOR_PANEL + 4 * j + l % 4];
		int8_finish(p, row + (size_t)i, panel, all);
	}
}
#endif

static ALWAYS_INLINE void int8_rows(const struct packed_product *p, const int rows, const bool vnni,
                                    size_t row, size_t panel)
{
#if defined(__AVX512F__)
	if (vnni) {
		int8_tile_vnni(p, rows, row, panel);
		return;
	}
#else
	(void)vnni;
#endif
	int8_tile(p, rows, row, panel);
}

static ALWAYS_INLINE void int8_panel(const struct packed_product *p, const bool vnni, size_t panel)
{
	size_t row = 0;

	for (; row + INT8_ROWS <= p->m; row += INT8_ROWS)
		int8_rows(p, INT8_ROWS, vnni, row, panel);
	switch (p->m - row) {
	case 1:
		int8_rows(p, 1, vnni, row, panel);
		break;
	case 2:
		int8_rows(p, 2, vnni, row, panel);
		break;
	case 3:
		int8_rows(p, 3, vnni, row, panel);
		break;
#if defined(__AVX512F__)
	case 4:
		int8_rows(p, 4, vnni, row, panel);
		break;
	case 5:
		int8_rows(p, 5, vnni, row, panel);
		break;
#endif
	}
}

static void int8_product(const struct packed_product *p)
{
	bool vnni = false;

#if defined(__AVX512F__)
	vnni = __builtin_cpu_supports("avx512vnni");
#endif
	if (vnni)
		for (size_t panel = p->first; panel < p->last; panel++)
			int8_panel(p, true, panel);
	else
		for (size_t panel = p->first; panel < p->last; panel++)
			int8_panel(p, false, panel);
}

#endif
