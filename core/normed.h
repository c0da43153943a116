/* normed.h - weights under weight norm (Salimans and Kingma 2016) that several tapes share: made
 * once an update, gradients summed before they flow on to direction and gain. */
#ifndef BAKEOFF_NORMED_H
#define BAKEOFF_NORMED_H

#include "core/parameters.h"
#include "core/vector.h"

#include <stdbool.h>

struct normed_matrix {
	real *w;            /* [rows][columns] gain v / |v|; NULL: not under weight norm */
	uint16_t *bfloat16; /* of w, or NULL */
	real *norm;         /* [rows] |v| */
};

struct normed {
	const struct parameters *parameters;
	struct normed_matrix *matrix; /* [parameters->count], by the number of v */
};

/* Memory for all w. The parameters must have been started. */
void normed_open(struct normed *, const struct parameters *, bool bfloat16);
void normed_close(struct normed *);

/* Makes rows first .. first + rows - 1 of w from the parameter v as it is now; different rows may
 * be made by different threads. */
void normed_make(const struct normed *, const struct vector_kernels *, int v, int first, int rows);

/* `gradient` is flat like the parameters and holds the gradient of w where v lies. These rows of it
 * become that of v, and the gradient of their gains is written. */
void normed_flow(const struct normed *, const struct vector_kernels *, int v, int first, int rows,
                 real *gradient);

/* That of the parameter whose numbers start at v; NULL where it is not under weight norm. */
const struct normed_matrix *normed_find(const struct normed *, const real *v);

#endif
