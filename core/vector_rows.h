/* vector_rows.h - sums over a row, or over rows, and what is made of them: softmax, layer norm.
 *
 * Only for core/vector.c. Sums of a row in 16 lanes (vector_lanes.h), of rows in their order.
 */
#ifndef BAKEOFF_VECTOR_ROWS_H
#define BAKEOFF_VECTOR_ROWS_H

#include "core/vector_elements.h"
#include "core/vector_lanes.h"
#include "core/vector_math.h"

enum { BLOCK = 256 };

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

static void softmax(size_t n, real scale, real *x)
{
	real top = greatest(n, scale, x), lane[LANES] = { 0 };

	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		x[i] = real_exp(scale * x[i] - top);
	EACH_LANE(n, i, j, lane, lane[j] + x[i]);
	row_scale(n, 1 / add_lanes(lane), x, x);
}

static void softmax_backward(size_t n, real scale, const real *p, real *dp)
{
	real mean = dot(n, p, dp);

	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		dp[i] = p[i] * (dp[i] - mean) * scale;
}

static real exp_total(size_t n, const real *x, real *top)
{
	const real highest = greatest(n, 1, x), log2_e = (real)1.4426950408889634;
	real lane[LANES] = { 0 };

	*top = highest;
	if (isinf(highest)) /* nothing but -infinity, or NaN, which max passed over */
		return highest < 0 && !isnan(sum(n, x)) ? 0 : (real)NAN;
	EACH_LANE(n, i, j, lane, lane[j] + real_exp2_falling((x[i] - highest) * log2_e));
	return add_lanes(lane);
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

static void rms_norm(size_t n, real epsilon, const real *x, const real *gain, real *y,
                     real *inverse_root)
{
	real squares[LANES] = { 0 };

	EACH_LANE(n, i, j, squares, squares[j] + x[i] * x[i]);
	real inverse = 1 / real_sqrt(add_lanes(squares) / (real)n + epsilon);

	*inverse_root = inverse;
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] * inverse * gain[i];
}

/* With h = x / root and u = dy gain: dx += (u - h average(u h)) / root. */
static void rms_norm_backward(size_t n, const real *x, const real *gain, real inverse,
                              const real *dy, real *dx, real *dgain)
{
	real uh[LANES] = { 0 };

	EACH_LANE(n, i, j, uh, uh[j] + dy[i] * gain[i] * (x[i] * inverse));
	real mean_uh = add_lanes(uh) / (real)n;

	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real h = x[i] * inverse, d = dy[i];

		dx[i] += inverse * (d * gain[i] - h * mean_uh);
		dgain[i] += d * h;
	}
}

#endif
