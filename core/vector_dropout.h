/* vector_dropout.h - dropout by a hash of the element's number.
 *
 * Only for core/vector.c.
 */
#ifndef BAKEOFF_VECTOR_DROPOUT_H
#define BAKEOFF_VECTOR_DROPOUT_H

#include "core/vector_elements.h"
#include "core/vector_lanes.h"

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

#endif
