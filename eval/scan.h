/* scan.h - logits by blocks of tokens: the greatest of each block and what its exponentials sum to,
 * taken while the block is in the cache. */
#ifndef BAKEOFF_SCAN_H
#define BAKEOFF_SCAN_H

#include "core/vector.h"

/* Tokens of a block, but for the last. */
enum { SCAN_BLOCK = 512 };

struct scan {
	const struct vector_kernels *vector;
	int rows, vocabulary, blocks;
	real *top;   /* [rows][blocks] greatest logit of each block; NaN is passed over */
	real *total; /* [rows][blocks] sum of exp(logit - top); NaN where a logit is NaN or infinite
	              */
};

/* Room for so many rows. */
void scan_init(struct scan *, int rows, int vocabulary);
void scan_free(struct scan *);

/* Looks at the tokens first .. last - 1 of all rows [rows][vocabulary]; `first` starts a block.
 * Several threads may call it for different tokens at once. */
void scan_tokens(struct scan *, const real *logits, int first, int last);
/* The same of all tokens of one row, anew. */
void scan_row(struct scan *, const real *logits, int row);

/* log sum exp of a row. Neither finite nor -infinity where a logit is NaN or infinite. */
double scan_log_sum(const struct scan *, int row);

#endif
