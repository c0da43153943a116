/* vector_attention.h - rows of one block of attention scores: softmax by parts, additive scores.
 *
 * Only for core/vector.c, after vector_lanes.h and vector_math.h. A row has n columns in use, a
 * multiple of 16, of which it sees those of seen[r]; the others count as probability 0.
 */
#ifndef BAKEOFF_VECTOR_ATTENTION_H
#define BAKEOFF_VECTOR_ATTENTION_H

#include "core/vector_lanes.h"
#include "core/vector_math.h"
#include "core/vector_product.h"

/* For i = 0..n-1, n a multiple of 16, with j = i % 16. */
#define EACH_FULL_LANE(n, i, j, statement)                                                         \
	for (size_t first_ = 0; first_ < (n); first_ += LANES)                                     \
		INDEPENDENT                                                                        \
	for (int j = 0; j < LANES; j++) {                                                          \
		const size_t i = first_ + (size_t)j;                                               \
		statement;                                                                         \
	}

static inline real greatest_of_full(size_t n, const real *x)
{
	real lane[LANES];

	for (int j = 0; j < LANES; j++)
		lane[j] = -(real)INFINITY;
	for (size_t first = 0; first < n; first += LANES)
		ROLLED for (int j = 0; j < LANES; j++) lane[j] =
			GREATER(x[first + (size_t)j], lane[j]);
	JOIN_LANES(lane, GREATER);
	return lane[0];
}

static inline void hide(size_t n, struct columns seen, real value, real *x)
{
	for (size_t i = 0; i < (size_t)seen.first; i++)
		x[i] = value;
	for (size_t i = (size_t)seen.last; i < n; i++)
		x[i] = value;
}

static void softmax_block(size_t rows, size_t n, const struct columns *seen, real scale, real *x, size_t ldx,
                          real *top, real *sum, real *again)
{
	for (size_t r = 0; r < rows; r++, x += ldx) {
		real lane[LANES] = { 0 }, highest;

		again[r] = 1;
		hide(n, seen[r], -(real)INFINITY, x);
		highest = scale * greatest_of_full(n, x);
		highest = GREATER(top[r], highest);
		if (seen[r].first == seen[r].last) {
			hide(n, seen[r], 0, x);
			continue;
		}
		EACH_FULL_LANE(n, i, j, x[i] = real_exp(scale * x[i] - highest));
		EACH_FULL_LANE(n, i, j, lane[j] += x[i]);
		if (highest > top[r])
			again[r] = real_exp(top[r] - highest);
		sum[r] = sum[r] * again[r] + add_lanes(lane);
		top[r] = highest;
	}
}

static void softmax_again(size_t rows, size_t n, const struct columns *seen, real scale, const real *top,
                          const real *inverse, real *x, size_t ldx)
{
	for (size_t r = 0; r < rows; r++, x += ldx) {
		const real highest = top[r], part = inverse[r];

		EACH_FULL_LANE(n, i, j, x[i] = real_exp(scale * x[i] - highest) * part);
		hide(n, seen[r], 0, x);
	}
}

static void softmax_block_backward(size_t rows, size_t n, real scale, const real *p, size_t ldp,
                                   const real *mean, real *dp, size_t lddp)
{
	for (size_t r = 0; r < rows; r++, p += ldp, dp += lddp) {
		real lane[LANES] = { 0 }, m;

		if (mean) {
			m = mean[r];
		} else {
			EACH_FULL_LANE(n, i, j, lane[j] += p[i] * dp[i]);
			m = add_lanes(lane);
		}
		EACH_FULL_LANE(n, i, j, dp[i] = p[i] * (dp[i] - m) * scale);
	}
}

static void copy_rows(size_t rows, size_t n, real scale, const real *x, size_t ldx, real *y,
                      size_t ldy)
{
	for (size_t r = 0; r < rows; r++, x += ldx, y += ldy) {
		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			y[i] = scale * x[i];
	}
}

static void scale_each_row(size_t rows, size_t n, const real *scale, real *x, size_t ldx)
{
	for (size_t r = 0; r < rows; r++, x += ldx) {
		const real s = scale[r];

		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			x[i] *= s;
	}
}

static real exp_twice(size_t rows, size_t n, const real *x, real *y, size_t ld)
{
	real greatest_size = 0;

	for (size_t r = 0; r < rows; r++, x += ld, y += ld) {
		real size = GREATER(greatest(n, 1, x), greatest(n, -1, x));

		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			y[i] = real_exp(2 * x[i]);
		greatest_size = GREATER(size, greatest_size);
	}
	return greatest_size;
}

static void additive_scores(size_t rows, const struct columns *seen, size_t c, bool exponentials,
                            const real *q, const real *k, const real *v, size_t ldc, real *y,
                            size_t ldy)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t s = (size_t)seen[r].first; s < (size_t)seen[r].last; s++) {
			const real *a = q + r * ldc, *b = k + s * ldc;
			real lane[LANES] = { 0 };

			if (exponentials)
				EACH_FULL_LANE(c, i, j,
				               lane[j] += v[i] - 2 * v[i] / (a[i] * b[i] + 1))
			else
				EACH_FULL_LANE(c, i, j, lane[j] += v[i] * real_tanh(a[i] + b[i]))
			y[r * ldy + s] = add_lanes(lane);
		}
}

/* tanh' = 4 t (1 - t) with t = 1 / (exp(2 q) exp(2 k) + 1), tanh = 1 - 2 t. A register of channels
 * of all pairs at a time: those of one query and of v stay where they are. */
static void additive_backward_fast(size_t rows, const struct columns *seen, size_t c, const real *q,
                                   const real *k, const real *v, size_t ldc, const real *ds,
                                   size_t ldds, real *dq, real *dk, real *dv)
{
	for (size_t i = 0; i < c; i += IN_REGISTER) {
		REGISTER total, w;

		memcpy(&w, v + i, sizeof w);
		memcpy(&total, dv + i, sizeof total);
		for (size_t r = 0; r < rows; r++) {
			REGISTER a, own;

			memcpy(&a, q + r * ldc + i, sizeof a);
			memcpy(&own, dq + r * ldc + i, sizeof own);
			for (size_t s = (size_t)seen[r].first; s < (size_t)seen[r].last; s++) {
				const real d = ds[r * ldds + s];
				REGISTER b, to, t, g;

				memcpy(&b, k + s * ldc + i, sizeof b);
				memcpy(&to, dk + s * ldc + i, sizeof to);
				t = 1 / (a * b + 1);
				g = d * w * (4 * t * (1 - t));
				total += d * (1 - 2 * t);
				own += g;
				to += g;
				memcpy(dk + s * ldc + i, &to, sizeof to);
			}
			memcpy(dq + r * ldc + i, &own, sizeof own);
		}
		memcpy(dv + i, &total, sizeof total);
	}
}

static void additive_backward(size_t rows, const struct columns *seen, size_t c, bool exponentials,
                              const real *q, const real *k, const real *v, size_t ldc,
                              const real *ds, size_t ldds, real *dq, real *dk, real *dv)
{
	if (exponentials) {
		additive_backward_fast(rows, seen, c, q, k, v, ldc, ds, ldds, dq, dk, dv);
		return;
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t s = (size_t)seen[r].first; s < (size_t)seen[r].last; s++) {
			const real *a = q + r * ldc, *b = k + s * ldc, d = ds[r * ldds + s];
			real *own = dq + r * ldc, *to = dk + s * ldc;

			INDEPENDENT
			for (size_t i = 0; i < c; i++) {
				real z = real_tanh(a[i] + b[i]), g = d * v[i] * (1 - z * z);

				dv[i] += d * z;
				own[i] += g;
				to[i] += g;
			}
		}
}

#endif
