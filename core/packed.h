/* packed.h - a weight matrix laid out for its library's fastest product: for weights that stay as
 * they are while many small matrices are multiplied by them. */
#ifndef BAKEOFF_PACKED_H
#define BAKEOFF_PACKED_H

#include "core/gemm.h"

#include <stdbool.h>

struct packed;

/* Lays out W [n][k], rows one after the other. NULL where the libraries have no such product for
 * this processor: then gemm is to be called. */
struct packed *packed_new(const struct gemm *, int n, int k, const real *w);
void packed_free(struct packed *);

/* C [m][n] = A [m][k] W^T, or C += that where `add`; rows of both one after the other. May be
 * called from several threads at once. A row's result does not depend on the other rows; it may
 * differ from gemm's in the last bits. False, and nothing done, where the library has no such
 * product of m rows, which is a matter of the shape alone: then gemm is to be called. */
bool packed_multiply(struct packed *, int m, const real *a, bool add, real *c);

#endif
