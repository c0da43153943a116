/* packed.h - a weight matrix laid out for fast products of any number of rows: for weights that
 * stay as they are. */
#ifndef BAKEOFF_PACKED_H
#define BAKEOFF_PACKED_H

#include "core/team.h"
#include "core/vector.h"

struct packed;

/* What weights become. */
enum packed_numbers {
	PACKED_FLOAT32,  /* stay as they are, in the double build too */
	PACKED_BFLOAT16, /* rounded to that, which halves what a product reads; not in the double
	                    build */
	PACKED_INT8,     /* 8-bit integers with a scale a row, a quarter of it. A's rows become such,
	                    too, and sums are exact, so that every set of vector_kernels() gives the
	                    same bits */
};

/* Lays out W [n][k], rows one after the other, n and k at least 1. */
struct packed *packed_new(const struct vector_kernels *, int n, int k, const real *w,
                          enum packed_numbers);
void packed_free(struct packed *);

enum { PACKED_BLOCK = 512 };

/* What a product becomes: added to what is there, or to a bias [n] (may be NULL), then max(., 0);
 * and who looks at it. */
struct packed_end {
	bool add;
	const real *bias;
	bool relu;
	/* Called when columns first .. last - 1 are done, each once, `first` a multiple of
	 * PACKED_BLOCK, from any thread of the team; or NULL. */
	void (*look)(void *context, int first, int last);
	void *context;
};

/* C [m][n] = A [m][k] W^T, and its end; rows of both one after the other. Several threads may
 * multiply at once. A large one is shared out over the team (may be NULL). An element's bits do not
 * depend on the other rows, nor on the team. */
void packed_multiply(const struct packed *, struct team *, int m, const real *a, struct packed_end,
                     real *c);

#endif
