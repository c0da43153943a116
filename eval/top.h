/* top.h - the largest of many logits, without sorting them: argmax, and the best continuations of
 * several rows. */
#ifndef BAKEOFF_TOP_H
#define BAKEOFF_TOP_H

#include "core/real.h"

#include <stdbool.h>

/* The first of the largest numbers of x[n]; NaN and -infinity do not count; -1 where nothing else
 * is there. tops: the greatest of each block of SCAN_BLOCK of them (eval/scan.h), which tell which
 * blocks need not be read; or NULL. */
int top_argmax(int n, const real *x, const real *tops);

/* One token more after a hypothesis. */
struct candidate {
	double total; /* log-probability of the hypothesis and the token */
	int row;
	int token;
};

/* The `room` best candidates so far. A zeroed struct with room and best set is empty. */
struct top {
	struct candidate *best; /* [room], a heap with the worst first, until top_sort */
	int count;
	int room; /* at least 1 */
};

/* Offers all tokens after a row: total + min(logit - log_sum, 0) each, where log_sum is the logits'
 * (finite). Rows come in ascending order; equal candidates rank by row, then token. A logit of NaN
 * or -infinity is no candidate. tops as above. */
void top_add_row(struct top *, int row, double total, double log_sum, int n, const real *logits,
                 const real *tops);

/* Offers one candidate. True where it is among the best. */
bool top_add(struct top *, struct candidate);

/* Puts the best first. Nothing may be added afterwards before count is set to 0. */
void top_sort(struct top *);

#endif
