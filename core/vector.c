/* vector.c - loops over rows of numbers, compiled once for each instruction set (VECTOR_SET).
 *
 * Plain loops that the compiler vectorises. Arrays may be the same but never overlap otherwise, so
 * the iterations of every loop over elements are independent.
 */
#include "core/vector.h"
#include "core/vector_attention.h"
#include "core/vector_lanes.h"
#include "core/vector_math.h"
#include "core/vector_product.h"

#include <stdbool.h>

#ifndef VECTOR_SET
#define VECTOR_SET portable
#endif

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

enum { BLOCK = 256 };

static void row_tanh(size_t n, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = real_tanh(x[i]);
}

static void row_sigmoid(size_t n, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = real_sigmoid(x[i]);
}

static void row_fill(size_t n, real value, real *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = value;
}

static void row_add(size_t n, real scale, const real *a, const real *b, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = scale * (a[i] + b[i]);
}

static void row_accumulate(size_t n, real scale, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] += scale * x[i];
}

static void row_scale(size_t n, real scale, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = scale * x[i];
}

static void to_bfloat16(size_t n, const real *x, uint16_t *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		const uint32_t bits = bits_of_float((float)x[i]);
		const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;

		y[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : rounded);
	}
}

static void add_rows(size_t rows, size_t n, const real *b, real *y)
{
	for (size_t r = 0; r < rows; r++) {
		real *to = y + r * n;
		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			to[i] += b[i];
	}
}

/* Four rows at a time, so that y is loaded and stored a quarter as often. */
static void sum_rows(size_t rows, size_t n, const real *x, real *y)
{
	size_t r = 0;

	for (; r + 4 <= rows; r += 4) {
		const real *a = x + r * n, *b = a + n, *c = b + n, *d = c + n;
		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			y[i] = y[i] + a[i] + b[i] + c[i] + d[i];
	}
	for (; r < rows; r++)
		row_accumulate(n, 1, x + r * n, y);
}

static real dot(size_t n, const real *a, const real *b)
{
	real lane[LANES] = { 0 };

	EACH_LANE(n, i, j, lane, lane[j] + a[i] * b[i]);
	return add_lanes(lane);
}

static void dot_rows(size_t rows, size_t n, const real *a, const real *b, size_t ldb, real *y)
{
	for (size_t r = 0; r < rows; r++)
		y[r] = dot(n, a, b + r * ldb);
}

/* Four rows at a time, as in sum_rows. */
static void mean_rows(size_t rows, size_t n, const real *a, const real *x, size_t ldx, real *y)
{
	size_t r = 0;

	for (; r + 4 <= rows; r += 4) {
		const real *b = x + r * ldx, *c = b + ldx, *d = c + ldx, *e = d + ldx;
		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			y[i] = y[i] + a[r] * b[i] + a[r + 1] * c[i] + a[r + 2] * d[i] +
			       a[r + 3] * e[i];
	}
	for (; r < rows; r++)
		row_accumulate(n, a[r], x + r * ldx, y);
}

static double sum(size_t n, const real *x)
{
	double lane[LANES] = { 0 };

	EACH_LANE(n, i, j, lane, lane[j] + (double)x[i]);
	return add_double_lanes(lane);
}

static double sum_squares(size_t n, const real *x)
{
	double lane[LANES] = { 0 };

	EACH_LANE(n, i, j, lane, lane[j] + (double)x[i] * (double)x[i]);
	return add_double_lanes(lane);
}

/* NaN passes. */
static void add_rows_relu(size_t rows, size_t n, const real *b, real *y)
{
	for (size_t r = 0; r < rows; r++) {
		real *to = y + r * n;
		INDEPENDENT
		for (size_t i = 0; i < n; i++) {
			real x = to[i] + b[i];

			to[i] = x < 0 ? 0 : x;
		}
	}
}

static void relu_mask(size_t n, const real *y, real *dy)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real d = dy[i];

		dy[i] = y[i] > 0 ? d : 0;
	}
}

/* NaN passes. */
static void relu(size_t n, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_backward(size_t n, const real *y, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real d = dy[i];

		dx[i] += y[i] > 0 ? d : 0;
	}
}

static void tanh_backward(size_t n, const real *y, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		dx[i] += dy[i] * (1 - y[i] * y[i]);
}

static void sigmoid_backward(size_t n, const real *y, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		dx[i] += dy[i] * y[i] * (1 - y[i]);
}

static void glu(size_t n, const real *x, real *gate, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real g = real_sigmoid(x[n + i]), value = x[i];

		gate[i] = g;
		y[i] = value * g;
	}
}

static void glu_backward(size_t n, const real *x, const real *gate, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real g = gate[i], value = x[i], d = dy[i];

		dx[i] = d * g;
		dx[n + i] = d * value * g * (1 - g);
	}
}

static void softmax(size_t n, real scale, real *x)
{
	real top = greatest(n, scale, x), lane[LANES] = { 0 };

	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		x[i] = real_exp(scale * x[i] - top);
	EACH_LANE(n, i, j, lane, lane[j] + x[i]);
	row_scale(n, 1 / add_lanes(lane), x, x);
}

static real log_sum_exp(size_t n, const real *x)
{
	real top = greatest(n, 1, x), lane[LANES] = { 0 }, block[BLOCK];

	if (isinf(top)) /* nothing but -infinity, or NaN, which max passed over */
		return top > 0 ? top : top + (real)sum(n, x);
	for (size_t first = 0; first < n; first += BLOCK) {
		size_t m = n - first < BLOCK ? n - first : BLOCK;

		for (size_t i = 0; i < m; i++)
			block[i] = real_exp(x[first + i] - top);
		EACH_LANE(m, i, j, lane, lane[j] + block[i]);
	}
	return top + real_log(add_lanes(lane));
}

static real exp_sum(size_t n, real *x, real *top, double *total)
{
	real greatest_of = greatest(n, 1, x), lane[LANES] = { 0 };

	*total = sum(n, x);
	for (size_t first = 0; first < n; first += BLOCK) {
		size_t m = n - first < BLOCK ? n - first : BLOCK;
		real *block = x + first;

		INDEPENDENT
		for (size_t i = 0; i < m; i++)
			block[i] = real_exp(block[i] - greatest_of);
		EACH_LANE(m, i, j, lane, lane[j] + block[i]);
	}
	*top = greatest_of;
	return add_lanes(lane);
}

static void scale_add(size_t n, real scale, real add, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = scale * x[i] + add;
}

/* The variance from the deviations, in a second pass over the row, not from the sum of squares. */
static void layer_norm(size_t n, real epsilon, const real *x, const real *gain, const real *bias,
                       real *y, real statistics[2])
{
	real total[LANES] = { 0 }, squares[LANES] = { 0 };

	EACH_LANE(n, i, j, total, total[j] + x[i]);
	real mean = add_lanes(total) / (real)n;
	EACH_LANE(n, i, j, squares, squares[j] + (x[i] - mean) * (x[i] - mean));
	real inverse = 1 / real_sqrt(add_lanes(squares) / (real)n + epsilon);

	statistics[0] = mean;
	statistics[1] = inverse;
	if (!bias) {
		INDEPENDENT
		for (size_t i = 0; i < n; i++)
			y[i] = (x[i] - mean) * inverse * gain[i];
		return;
	}
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = (x[i] - mean) * inverse * gain[i] + bias[i];
}

/* With h = (x - mean) / deviation and u = dy gain:
 * dx += (u - average(u) - h average(u h)) / deviation. */
static void layer_norm_backward(size_t n, const real *x, const real *gain, const real statistics[2],
                                const real *dy, real *dx, real *dgain, real *dbias)
{
	real mean = statistics[0], inverse = statistics[1];
	real u[LANES] = { 0 }, uh[LANES] = { 0 };

	EACH_LANE(n, i, j, u, u[j] + dy[i] * gain[i]);
	EACH_LANE(n, i, j, uh, uh[j] + dy[i] * gain[i] * ((x[i] - mean) * inverse));
	real mean_u = add_lanes(u) / (real)n, mean_uh = add_lanes(uh) / (real)n;

	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real h = (x[i] - mean) * inverse, d = dy[i];

		dx[i] += inverse * (d * gain[i] - mean_u - h * mean_uh);
		dgain[i] += d * h;
	}
	if (dbias)
		row_accumulate(n, 1, dy, dbias);
}

static void lstm(size_t n, real *gates, const real *c_previous, real *c, real *tanh_c, real *h)
{
	real *gate_i = gates, *gate_f = gates + n, *gate_g = gates + 2 * n, *gate_o = gates + 3 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real i = real_sigmoid(gate_i[j]), f = real_sigmoid(gate_f[j]);
		real g = real_tanh(gate_g[j]), o = real_sigmoid(gate_o[j]);
		real state = f * c_previous[j] + i * g, squashed = real_tanh(state);

		gate_i[j] = i;
		gate_f[j] = f;
		gate_g[j] = g;
		gate_o[j] = o;
		c[j] = state;
		tanh_c[j] = squashed;
		h[j] = o * squashed;
	}
}

static void lstm_backward(size_t n, const real *gates, const real *c_previous, const real *tanh_c,
                          const real *dh, real *dc, real *dgates)
{
	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real i = gates[j], f = gates[n + j], g = gates[2 * n + j], o = gates[3 * n + j];
		real squashed = tanh_c[j], before = c_previous[j], dout = dh[j];
		real dstate = dc[j] + dout * o * (1 - squashed * squashed);

		dgates[j] = dstate * g * i * (1 - i);
		dgates[n + j] = dstate * before * f * (1 - f);
		dgates[2 * n + j] = dstate * i * (1 - g * g);
		dgates[3 * n + j] = dout * squashed * o * (1 - o);
		dc[j] = dstate * f;
	}
}

/* Mixes 64 bits so that each one turns every other with probability 1/2 (the finaliser of
 * splitmix64: Steele, Lea and Flood 2014). */
static inline uint64_t mix64(uint64_t h)
{
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

/* The low half of the element's number, between two halves of the mixed key: one key gives a
 * permutation of 2^32 values, another key another one. */
static inline uint32_t mix32(uint32_t h, uint32_t before, uint32_t between)
{
	h ^= before;
	h = (h ^ h >> 16) * UINT32_C(0x7feb352d);
	h ^= between;
	h = (h ^ h >> 15) * UINT32_C(0x846ca68b);
	return h ^ h >> 16;
}

/* For i = 0..n-1, element first + i: keep says whether it is kept. The upper half of its number
 * stays the same for up to 2^30 of them. */
#define EACH_KEPT(n, key, first, p, i, keep, statement)                                            \
	do {                                                                                       \
		const uint32_t limit_ = (uint32_t)((p)*0x1p32), longest_ = UINT32_C(1) << 30;      \
		size_t done_ = 0;                                                                  \
		while (done_ < (n)) {                                                              \
			uint64_t at_ = (first) + done_;                                            \
			uint32_t low_ = (uint32_t)at_, same_ = longest_ - low_ % longest_;         \
			size_t m_ = (n)-done_ < same_ ? (n)-done_ : same_;                         \
			uint64_t seed_ =                                                           \
				mix64((key) + UINT64_C(0x9e3779b97f4a7c15) * (1 + (at_ >> 32)));   \
			uint32_t before_ = (uint32_t)seed_, between_ = (uint32_t)(seed_ >> 32);    \
			INDEPENDENT                                                                \
			for (size_t j_ = 0; j_ < m_; j_++) {                                       \
				const size_t i = done_ + j_;                                       \
				const bool keep =                                                  \
					mix32(low_ + (uint32_t)j_, before_, between_) >= limit_;   \
				statement;                                                         \
			}                                                                          \
			done_ += m_;                                                               \
		}                                                                                  \
	} while (0)

static void dropout(size_t n, uint64_t key, uint64_t first, double p, const real *x, real *y)
{
	const real scale = (real)(1 / (1 - p));

	if (p >= 1)
		row_fill(n, 0, y);
	else
		EACH_KEPT(n, key, first, p, i, keep, y[i] = keep ? x[i] * scale : 0);
}

static void add_dropout(size_t n, uint64_t key, uint64_t first, double p, real scale, const real *a,
                        const real *b, real *y)
{
	const real kept = (real)(1 / (1 - p));

	if (p >= 1)
		row_scale(n, scale, a, y);
	else
		EACH_KEPT(n, key, first, p, i, keep,
		          y[i] = scale * (a[i] + (keep ? b[i] * kept : 0)));
}

static void adam(size_t n, const struct adam_step *step, const real *g, real *m, real *v, real *w)
{
	const real beta1 = (real)step->beta1, rest1 = (real)(1 - step->beta1);
	const real beta2 = (real)step->beta2, rest2 = (real)(1 - step->beta2);
	const real rate = (real)(step->rate / step->correction1);
	const real root = (real)(1 / sqrt(step->correction2)), epsilon = (real)step->epsilon;
	const real scale = (real)step->gradient_scale, decay = (real)step->weight_decay;
	const real decoupled = (real)step->decoupled;

	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real d = g[i] * scale + decay * w[i];
		real m1 = beta1 * m[i] + rest1 * d, v1 = beta2 * v[i] + rest2 * d * d;

		m[i] = m1;
		v[i] = v1;
		w[i] = w[i] * decoupled - rate * m1 / (real_sqrt(v1) * root + epsilon);
	}
}

const struct vector_kernels JOIN(vector_, VECTOR_SET) = {
	.name = TEXT(VECTOR_SET),
	.tanh = row_tanh,
	.sigmoid = row_sigmoid,
	.fill = row_fill,
	.add = row_add,
	.accumulate = row_accumulate,
	.scale = row_scale,
	.to_bfloat16 = to_bfloat16,
	.add_rows = add_rows,
	.sum_rows = sum_rows,
	.dot = dot,
	.sum_squares = sum_squares,
	.add_rows_relu = add_rows_relu,
	.relu_mask = relu_mask,
	.relu = relu,
	.relu_backward = relu_backward,
	.tanh_backward = tanh_backward,
	.sigmoid_backward = sigmoid_backward,
	.glu = glu,
	.glu_backward = glu_backward,
	.softmax = softmax,
	.log_sum_exp = log_sum_exp,
	.exp_sum = exp_sum,
	.scale_add = scale_add,
	.layer_norm = layer_norm,
	.layer_norm_backward = layer_norm_backward,
	.lstm = lstm,
	.lstm_backward = lstm_backward,
	.dropout = dropout,
	.add_dropout = add_dropout,
	.product = product,
	.transpose = transpose,
	.copy_rows = copy_rows,
	.scale_each_row = scale_each_row,
	.exp_twice = exp_twice,
	.dot_rows = dot_rows,
	.mean_rows = mean_rows,
	.softmax_block = softmax_block,
	.softmax_again = softmax_again,
	.softmax_block_backward = softmax_block_backward,
	.additive_scores = additive_scores,
	.additive_backward = additive_backward,
	.adam = adam,
};
