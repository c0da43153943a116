/* vector_elements.h - loops whose every element stands for itself: activations, LSTM, Adam.
 *
 * Only for core/vector.c. Plain loops that the compiler vectorises. Arrays may be the same but
 * never overlap otherwise, so their iterations are independent.
 */
#ifndef BAKEOFF_VECTOR_ELEMENTS_H
#define BAKEOFF_VECTOR_ELEMENTS_H

#include "core/vector.h"
#include "core/vector_lanes.h"
#include "core/vector_math.h"

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

static void scale_add(size_t n, real scale, real add, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = scale * x[i] + add;
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

#endif
