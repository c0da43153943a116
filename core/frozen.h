/* frozen.h - weights that do not change while a model predicts: each is laid out once for its
 * products, and what is computed from it is computed once. */
#ifndef BAKEOFF_FROZEN_H
#define BAKEOFF_FROZEN_H

#include "core/packed.h"
#include "core/parameters.h"

#include <stdbool.h>

struct frozen;

/* The parameters must stay as they are until frozen_close. Several threads may use it at once. What
 * products make of weights, packed_new says. */
struct frozen *frozen_open(const struct parameters *, const struct vector_kernels *,
                           enum packed_numbers);
void frozen_close(struct frozen *);

/* C [m][n] = A [m][k] W^T and its end, as packed_multiply; W [n][k] is a parameter or what
 * frozen_derive gave. The first product of a W lays it out. False, and nothing done, where W is
 * neither. */
bool frozen_multiply(struct frozen *, struct team *, int m, int n, int k, const real *a,
                     const real *w, struct packed_end, real *c);

/* Where a matrix computed from the parameter that starts at x, and as large, is kept. `make` fills
 * it at the first call; a parameter has one such matrix. */
const real *frozen_derive(struct frozen *, const real *x, void make(void *context, real *to),
                          void *context);

#endif
