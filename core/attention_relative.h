/* attention_relative.h - vectors of relative positions: a table with a row for every distance from
 * query to key, up to a clip. Shaw 2018, section 3.
 *
 * Works on a block of queries and keys. Within it, what depends on the distance alone is made once
 * a distance, not once a pair.
 */
#ifndef BAKEOFF_ATTENTION_RELATIVE_H
#define BAKEOFF_ATTENTION_RELATIVE_H

#include "core/tape.h"

/* A block: key s lies first + s - r advance steps after query r. */
struct distances {
	long first, advance;
	size_t queries, keys;
};

struct relative {
	const struct vector_kernels *vector;
	const real *table; /* [2 clip + 1][c], the middle row for distance 0; NULL: no table */
	real *gradient;    /* of the table; NULL: nobody wants it */
	long clip;
	size_t c;
	real *turned, *part; /* scratch: [c][ld] rows of the table, [queries][ld] */
	size_t ld;
};

/* For blocks of at most that size; scratch from the tape's arena. table NULL: none. */
void relative_init(struct relative *, struct tape *, const struct var *table, real *gradient,
                   size_t queries, size_t keys);

/* The row of the table for a distance. */
size_t relative_row(const struct relative *, long distance);

/* The following return the multiply-adds they took. */

/* y[r][s] += x[r] . table[row of (r, s)], for all pairs. */
double relative_score(const struct relative *, const struct distances *, const real *x, size_t ldx,
                      real *y, size_t ldy);
/* y[r] += sum over s of w[r][s] table[row of (r, s)]. */
double relative_mean(const struct relative *, const struct distances *, const real *w, size_t ldw,
                     real *y, size_t ldy);
/* gradient[row of (r, s)] += w[r][s] x[r], summed over all pairs. */
double relative_gradient(const struct relative *, const struct distances *, const real *w,
                         size_t ldw, const real *x, size_t ldx);

#endif
