/* vector_product.h - small matrix products and transposes in registers.
 *
 * Only for core/vector.c. Every element is summed in order of k by multiplications and additions of
 * its own, so the shape of the tile, which follows the machine's registers, does not decide bits.
 */
#ifndef BAKEOFF_VECTOR_PRODUCT_H
#define BAKEOFF_VECTOR_PRODUCT_H

#include "core/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define REGISTER_BYTES 64
#elif defined(__AVX2__)
#define REGISTER_BYTES 32
#else
#define REGISTER_BYTES 16
#endif

#define REGISTER real __attribute__((vector_size(REGISTER_BYTES)))
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Before a loop of a constant number of turns: it becomes a line of statements, so that an array
 * that it counts through can lie in registers. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 8")
#endif

/* 12 sums, 2 of B and 1 of A leave one of AVX2's 16 registers. */
enum { TILE_ROWS = 6, TILE_REGISTERS = 2, IN_REGISTER = REGISTER_BYTES / sizeof(real) };

struct product {
	size_t k;
	const real *a;
	size_t a_row, a_column;
	const real *b;
	size_t ldb;
	bool add;
	real *c;
	size_t ldc;
};

/* C [rows][registers] at c from A's rows at a and B's columns at b. */
static ALWAYS_INLINE void tile(const struct product *p, const int rows, const int registers,
                               const real *a, const real *b, real *c)
{
	const size_t k = p->k, a_row = p->a_row, a_column = p->a_column, ldb = p->ldb;
	REGISTER sum[TILE_ROWS][TILE_REGISTERS];

	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < registers; j++)
		sum[i][j] = (REGISTER){ 0 };
	for (size_t l = 0; l < k; l++, a += a_column, b += ldb) {
		REGISTER x[TILE_REGISTERS];

		UNROLLED
		for (int j = 0; j < registers; j++)
			memcpy(&x[j], b + j * IN_REGISTER, sizeof x[j]);
		UNROLLED
		for (int i = 0; i < rows; i++)
			UNROLLED
		for (int j = 0; j < registers; j++)
			sum[i][j] += a[(size_t)i * a_row] * x[j];
	}
	UNROLLED
	for (int i = 0; i < rows; i++)
		UNROLLED
	for (int j = 0; j < registers; j++) {
		real *to = c + (size_t)i * p->ldc + j * IN_REGISTER;
		REGISTER before = { 0 };

		if (p->add)
			memcpy(&before, to, sizeof before);
		before += sum[i][j];
		memcpy(to, &before, sizeof before);
	}
}

/* The number of rows is a constant of the code, so that the sums lie in registers. */
#define LAST_ROWS(rows)                                                                            \
	case rows:                                                                                 \
		tile(p, rows, registers, a, b, c);                                                 \
		break

/* All rows of so many columns. */
static ALWAYS_INLINE void panel(const struct product *p, size_t m, const int registers,
                                const real *b, real *c)
{
	const real *a = p->a;

	for (; m >= TILE_ROWS; m -= TILE_ROWS) {
		tile(p, TILE_ROWS, registers, a, b, c);
		a += TILE_ROWS * p->a_row;
		c += TILE_ROWS * p->ldc;
	}
	switch (m) {
		LAST_ROWS(1);
		LAST_ROWS(2);
		LAST_ROWS(3);
		LAST_ROWS(4);
		LAST_ROWS(5);
	}
}
#undef LAST_ROWS

/* What no register covers. */
static void product_edge(const struct product *p, size_t m, size_t n, const real *b, real *c)
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			real sum = 0;

			for (size_t l = 0; l < p->k; l++)
				sum += p->a[i * p->a_row + l * p->a_column] * b[l * p->ldb + j];
			c[i * p->ldc + j] = p->add ? c[i * p->ldc + j] + sum : sum;
		}
}

static void product(size_t m, size_t n, size_t k, const real *a, size_t a_row, size_t a_column,
                    const real *b, size_t ldb, bool add, real *c, size_t ldc)
{
	const struct product p = { k, a, a_row, a_column, b, ldb, add, c, ldc };
	size_t j = 0;

	for (; j + TILE_REGISTERS * IN_REGISTER <= n; j += TILE_REGISTERS * IN_REGISTER)
		panel(&p, m, TILE_REGISTERS, b + j, c + j);
	for (; j + IN_REGISTER <= n; j += IN_REGISTER)
		panel(&p, m, 1, b + j, c + j);
	product_edge(&p, m, n - j, b + j, c + j);
}

#define FOUR real __attribute__((vector_size(4 * sizeof(real))))

/* A FOUR of elements i, j, k, l of a (0 to 3) and b (4 to 7). GCC has clang's word for it from
 * version 12 on only. */
#ifdef __clang__
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define INDEX __typeof__(__builtin_choose_expr(sizeof(real) == 8, INT64_C(0), INT32_C(0)))
#define FOUR_INDICES INDEX __attribute__((vector_size(4 * sizeof(real))))
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (FOUR_INDICES){ i, j, k, l })
#endif

/* Halves of two: their elements 0 and 1, or 2 and 3, in turns or one after the other. */
#define LOW_IN_TURNS(a, b) SHUFFLE(a, b, 0, 4, 1, 5)
#define HIGH_IN_TURNS(a, b) SHUFFLE(a, b, 2, 6, 3, 7)
#define LOW_HALVES(a, b) SHUFFLE(a, b, 0, 1, 4, 5)
#define HIGH_HALVES(a, b) SHUFFLE(a, b, 2, 3, 6, 7)

/* Rows from `rows` on count as zeros. */
static ALWAYS_INLINE void transpose_block(size_t rows, const real *x, size_t ldx, real *y,
                                          size_t ldy)
{
	FOUR row[4] = { { 0 } }, pair[4], column[4];

	UNROLLED
	for (size_t i = 0; i < 4; i++)
		if (i < rows)
			memcpy(&row[i], x + i * ldx, sizeof row[i]);
	pair[0] = LOW_IN_TURNS(row[0], row[1]);
	pair[1] = LOW_IN_TURNS(row[2], row[3]);
	pair[2] = HIGH_IN_TURNS(row[0], row[1]);
	pair[3] = HIGH_IN_TURNS(row[2], row[3]);
	column[0] = LOW_HALVES(pair[0], pair[1]);
	column[1] = HIGH_HALVES(pair[0], pair[1]);
	column[2] = LOW_HALVES(pair[2], pair[3]);
	column[3] = HIGH_HALVES(pair[2], pair[3]);
	UNROLLED
	for (size_t i = 0; i < 4; i++)
		memcpy(y + i * ldy, &column[i], sizeof column[i]);
}

static ALWAYS_INLINE void transpose_rows(size_t rows, size_t columns, const real *x, size_t ldx,
                                         real *y, size_t ldy)
{
	size_t c = 0;

	for (; c + 4 <= columns; c += 4)
		transpose_block(rows, x + c, ldx, y + c * ldy, ldy);
	for (; c < columns; c++)
		for (size_t i = 0; i < 4; i++)
			y[c * ldy + i] = i < rows ? x[i * ldx + c] : 0;
}

static void transpose(size_t rows, size_t columns, const real *x, size_t ldx, real *y, size_t ldy)
{
	const size_t full = (rows + 15) / 16 * 16;
	size_t r = 0;

	for (; r + 4 <= rows; r += 4)
		transpose_rows(4, columns, x + r * ldx, ldx, y + r, ldy);
	if (r < rows) {
		transpose_rows(rows - r, columns, x + r * ldx, ldx, y + r, ldy);
		r += 4;
	}
	if (r == full)
		return;
	for (size_t c = 0; c < columns; c++)
		for (size_t i = r; i < full; i += 4)
			memset(y + c * ldy + i, 0, 4 * sizeof(real));
}

#endif
