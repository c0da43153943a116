/* vector_math.h - exp, 2^x, tanh and sigmoid of one number, so written that a loop over them
 * vectorises.
 *
 * Only for core/vector.c. Float: reduction to a small interval, then a polynomial of least
 * relative error; no branches, no tables, no fused multiply-add. Double: the C library's.
 */
#ifndef BAKEOFF_VECTOR_MATH_H
#define BAKEOFF_VECTOR_MATH_H

#include "core/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float float_of_bits(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline uint32_t bits_of_float(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

#ifdef BAKEOFF_DOUBLE

static inline real real_sqrt(real x)
{
	return sqrt(x);
}

static inline real real_log(real x)
{
	return log(x);
}

static inline real real_exp(real x)
{
	return exp(x);
}

static inline real real_exp2_falling(real x)
{
	return exp2(x);
}

static inline real real_tanh(real x)
{
	return tanh(x);
}

static inline real real_sigmoid(real x)
{
	real e = exp(x < 0 ? x : -x);

	return (x < 0 ? e : 1) / (1 + e);
}

#else

static inline real real_sqrt(real x)
{
	return sqrtf(x);
}

static inline real real_log(real x)
{
	return logf(x);
}

/* 2^k for -127 < k < 128; of other k some number. */
static inline float power_of_two(int32_t k)
{
	return float_of_bits(((uint32_t)k + 127u) << 23);
}

/* exp(x) = 2^k y with y in [0.7, 1.42], for |x| < 150. What 1 + high loses comes back at the end,
 * which leaves little but the last rounding. */
static inline float exp_reduced(float x, int32_t *k)
{
	const float round = 0x1.8p23f;       /* added and taken away: an integer, in the low bits */
	const float ln2_high = 0.693359375f; /* of 9 bits, so that its product with k is exact */
	const float ln2_low = -2.1219444e-4f;
	float shifted = x * 1.442695041f + round;
	float n = shifted - round;
	float high = x - n * ln2_high, low = n * ln2_low, r = high - low;
	float rough = 1.0f + high, lost = high - (rough - 1.0f);
	float square = r * r;
	float q = 0.0083722891286f * r + 0.0416655540466f + 0.0014035609784f * square;

	q = 0.1666648834944f * r + 0.5f + q * square;
	*k = (int32_t)(bits_of_float(shifted) - bits_of_float(round));
	return rough + (square * q - low + lost);
}

/* exp(x) for x < 90; below -103.97208 (half the smallest denormal) 0. As below, what lies outside
 * is put right at the end and not kept out at the start: that shortens the chain of operations that
 * wait for each other. */
static inline float exp_bounded(float x)
{
	int32_t k;
	float y = exp_reduced(x, &k);
	int32_t half = k >> 1; /* two steps: 2^k itself may be infinite or denormal */

	y = y * power_of_two(half) * power_of_two(k - half);
	return x < -103.972084f ? 0.0f : y;
}

/* 2^x for x of at most 0, to 2.2 ulp; below -126 0. Two thirds of exp's operations, for sums alone:
 * whoever makes x by a product with log2 e has rounded it, which costs a term of exp(-20) 15 ulp.
 * The greatest term of such a sum is 1, and these ulp are of exp(-20). */
static inline float real_exp2_falling(float x)
{
	const float round = 0x1.8p23f;
	float shifted = x + round, r = x - (shifted - round), y = 0.00132647273f;
	int32_t k = (int32_t)(bits_of_float(shifted) - bits_of_float(round));

	y = y * r + 0.00967151299f;
	y = y * r + 0.0555073358f;
	y = y * r + 0.240222424f;
	y = y * r + 0.693147004f;
	y = (y * r + 1.0f) * power_of_two(k);
	return x < -126.0f ? 0.0f : y;
}

/* Infinity above 88.72284. */
static inline float real_exp(float x)
{
	return x > 89.0f ? (float)INFINITY : exp_bounded(x);
}

/* Below 0.55 an odd polynomial, above it 1 - 2 / (exp(2x) + 1). */
static inline float real_tanh(float x)
{
	uint32_t bits = bits_of_float(x), sign = bits & 0x80000000u;
	float a = float_of_bits(bits ^ sign);
	float z = a * a, zz = z * z;
	float q = 0.0210716798902f * z - 0.0538523085415f - 0.0062742414884f * zz;
	int32_t k;
	float e = exp_reduced(a + a, &k) * power_of_two(k);
	float large = 1.0f - 2.0f / (e + 1.0f);

	q = 0.1333258599043f * z - 0.3333331644535f + q * zz;
	float small = a + a * (z * q);
	float y = a < 0.55f ? small : large;
	y = a > 10.0f ? 1.0f : y;
	return float_of_bits(bits_of_float(y) | sign);
}

/* 1 / (1 + exp(-x)), for x < 0 written exp(x) / (1 + exp(x)): right down to the denormals. The sum
 * loses most where it is near 1, and there what is lost is as good as not divided by the sum. */
static inline float real_sigmoid(float x)
{
	float e = exp_bounded(float_of_bits(bits_of_float(x) | 0x80000000u));
	float sum = 1.0f + e, lost = e - (sum - 1.0f);
	float y = (x < 0 ? e : 1.0f) / sum;

	return y - y * lost;
}

#endif

#endif
