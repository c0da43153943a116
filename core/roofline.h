/* roofline.h - what this machine can do at most: multiply-adds and bytes a second, measured.
 *
 * An operation of so many multiply-adds and bytes cannot take less than the longer of the two times
 * (Williams, Waterman and Patterson 2009).
 */
#ifndef BAKEOFF_ROOFLINE_H
#define BAKEOFF_ROOFLINE_H

#include "core/pool.h"

/* All workers of a pool together. */
struct roofline {
	const char *set;      /* instructions of the peaks: "avx512", "avx2", "portable" */
	double peak;          /* multiply-adds of reals a second, from registers alone */
	double peak_bfloat16; /* the same of bfloat16 pairs summed in float; 0: no such instruction
	                       */
	double bandwidth;     /* bytes/s of y = scale (a + b), arrays beyond the caches */
};

/* Measures on all workers at once; takes about 0.2 s. */
void roofline_measure(struct roofline *, struct pool *);

/* The least time that this takes, in s; one of the two may be 0. */
double roofline_seconds(const struct roofline *, double multiply_adds, double bytes);

#endif
