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
	const char *set; /* instructions of the peaks: "avx512", "avx2", "portable": the widest of
	                    the processor, but avx2 where vector_kernels() are those. OpenBLAS
	                    is bounded by OPENBLAS_CORETYPE alone */
	double peak;     /* multiply-adds of reals a second, from registers alone */
	double peak_bfloat16; /* the same of bfloat16 pairs summed in float; 0: no such instruction
	                       */
	double bandwidth;     /* bytes/s of y = scale (a + b), of arrays of twice the last caches in
	                         all, within 96 and 512 MiB */
};

/* Measures on all workers at once; takes 0.2 to 0.5 s. */
void roofline_measure(struct roofline *, struct pool *);

/* The least time that so many multiply-adds take, `bfloat16` of them of bfloat16, in s. */
double roofline_products(const struct roofline *, double multiply_adds, double bfloat16);
/* The same with so many bytes, for an operation whose products and moves overlap. */
double roofline_seconds(const struct roofline *, double multiply_adds, double bfloat16,
                        double bytes);

#endif
