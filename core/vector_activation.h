/* vector_activation.h - activations that multiply their input by a sigmoid.
 *
 * Only for core/vector.c, after vector_lanes.h and vector_math.h.
 */
#ifndef BAKEOFF_VECTOR_ACTIVATION_H
#define BAKEOFF_VECTOR_ACTIVATION_H

#include "core/vector_lanes.h"
#include "core/vector_math.h"

static void swish(size_t n, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] * real_sigmoid(x[i]);
}

static inline real swish_slope(real x, real s)
{
	return s * (1 + x * (1 - s));
}

static void swish_backward(size_t n, const real *x, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++)
		dx[i] += dy[i] * swish_slope(x[i], real_sigmoid(x[i]));
}

/* 2 sqrt(2 / pi) and the cube's share of it: (1 + tanh(u)) / 2 is the sigmoid of 2 u, which loses
 * nothing where tanh is near -1. */
#define GELU_LINEAR ((real)1.5957691216057307)
#define GELU_CUBIC ((real)(0.044715 * 1.5957691216057307))

static void gelu_tanh(size_t n, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real z = x[i];

		y[i] = z * real_sigmoid(z * (GELU_LINEAR + GELU_CUBIC * (z * z)));
	}
}

static void gelu_tanh_backward(size_t n, const real *x, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real z = x[i], square = GELU_CUBIC * (z * z);
		real s = real_sigmoid(z * (GELU_LINEAR + square));

		dx[i] += dy[i] * (s + z * (s * (1 - s)) * (GELU_LINEAR + 3 * square));
	}
}

static void swiglu(size_t n, const real *x, real *y)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real z = x[i], value = x[n + i];

		y[i] = z * real_sigmoid(z) * value;
	}
}

static void swiglu_backward(size_t n, const real *x, const real *dy, real *dx)
{
	INDEPENDENT
	for (size_t i = 0; i < n; i++) {
		real z = x[i], value = x[n + i], d = dy[i], s = real_sigmoid(z);

		dx[i] = d * value * swish_slope(z, s);
		dx[n + i] = d * (z * s);
	}
}

#endif
