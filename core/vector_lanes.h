/* vector_lanes.h - sums and maxima of a row, gathered in 16 lanes.
 *
 * Only for core/vector.c. Element i goes to lane i % 16, whatever the width of the machine's
 * vectors, so that every set of instructions gives the same bits; the compiler keeps the lanes in
 * vector registers.
 */
#ifndef BAKEOFF_VECTOR_LANES_H
#define BAKEOFF_VECTOR_LANES_H

#include "core/real.h"

#include <math.h>
#include <stddef.h>

/* Before a loop: its iterations are independent of each other; it is not to be unrolled. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* a loop with a library call stays a loop */
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#define ROLLED _Pragma("GCC unroll 1")
#endif

enum { LANES = 16 };

/* For i = 0..n-1, with j = i % 16: lane[j] = next. The rest, too, is a loop over 16 lanes, of
 * masked loads. */
#define EACH_LANE(n, i, j, lane, next) EACH_LANE_HINT(, n, i, j, lane, next)
#define EACH_LANE_HINT(hint, n, i, j, lane, next)                                                  \
	do {                                                                                       \
		size_t first_ = 0;                                                                 \
		for (; first_ + LANES <= (n); first_ += LANES)                                     \
			hint for (int j = 0; j < LANES; j++)                                       \
			{                                                                          \
				size_t i = first_ + (size_t)j;                                     \
				(lane)[j] = (next);                                                \
			}                                                                          \
		int rest_ = (int)((size_t)(n)-first_);                                             \
		INDEPENDENT                                                                        \
		for (int j = 0; j < LANES; j++) {                                                  \
			size_t i = first_ + (size_t)j;                                             \
			(lane)[j] = j < rest_ ? (next) : (lane)[j];                                \
		}                                                                                  \
	} while (0)

/* The lanes put together by halves: 0 with 8, 1 with 9, ...; then 0 with 4, 1 with 5, ...; ... */
#define JOIN_LANES(lane, joined)                                                                   \
	do {                                                                                       \
		for (int j_ = 0; j_ < 8; j_++)                                                     \
			(lane)[j_] = joined((lane)[j_], (lane)[j_ + 8]);                           \
		for (int j_ = 0; j_ < 4; j_++)                                                     \
			(lane)[j_] = joined((lane)[j_], (lane)[j_ + 4]);                           \
		for (int j_ = 0; j_ < 2; j_++)                                                     \
			(lane)[j_] = joined((lane)[j_], (lane)[j_ + 2]);                           \
		(lane)[0] = joined((lane)[0], (lane)[1]);                                          \
	} while (0)

#define PLUS(a, b) ((a) + (b))
#define GREATER(a, b) ((a) > (b) ? (a) : (b))

static inline real add_lanes(real *lane)
{
	JOIN_LANES(lane, PLUS);
	return lane[0];
}

static inline double add_double_lanes(double *lane)
{
	JOIN_LANES(lane, PLUS);
	return lane[0];
}

/* The greatest of scale x; -infinity of nothing. Unrolled, the choice would not become a
 * maximum of vectors. */
static inline real greatest(size_t n, real scale, const real *x)
{
	real lane[LANES];

	for (int j = 0; j < LANES; j++)
		lane[j] = -(real)INFINITY;
	EACH_LANE_HINT(ROLLED, n, i, j, lane, GREATER(scale * x[i], lane[j]));
	JOIN_LANES(lane, GREATER);
	return lane[0];
}

#endif
