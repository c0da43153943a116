/* normed.c - weights under weight norm, row by row. */
#include "core/normed.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>

void normed_open(struct normed *n, const struct parameters *parameters, bool bfloat16)
{
	*n = (struct normed){ parameters,
		              memory_new((size_t)parameters->count, sizeof *n->matrix) };
	for (int i = 0; i < parameters->count; i++) {
		const struct parameter *p = &parameters->list[i];
		const size_t size = (size_t)p->rows * (size_t)p->columns;
		struct normed_matrix *m = &n->matrix[i];

		if (p->gain < 0)
			continue;
		m->w = memory_aligned(size, sizeof *m->w);
		m->norm = memory_aligned((size_t)p->rows, sizeof *m->norm);
		if (bfloat16)
			m->bfloat16 = memory_aligned(size, sizeof *m->bfloat16);
	}
}

void normed_close(struct normed *n)
{
	for (int i = 0; n->matrix && i < n->parameters->count; i++) {
		free(n->matrix[i].w);
		free(n->matrix[i].norm);
		free(n->matrix[i].bfloat16);
	}
	free(n->matrix);
	*n = (struct normed){ 0 };
}

static const real *gains_of(const struct normed *n, int v)
{
	return n->parameters->x + n->parameters->list[n->parameters->list[v].gain].offset;
}

void normed_make(const struct normed *n, const struct vector_kernels *vector, int v, int first,
                 int rows)
{
	const struct parameter *p = &n->parameters->list[v];
	const struct normed_matrix *m = &n->matrix[v];
	const size_t k = (size_t)p->columns;
	const real *gain = gains_of(n, v);

	for (size_t o = (size_t)first; o < (size_t)first + (size_t)rows; o++) {
		const real *row = n->parameters->x + p->offset + o * k;

		m->norm[o] = (real)sqrt(vector->sum_squares(k, row));
		vector->scale(k, gain[o] / m->norm[o], row, m->w + o * k);
		if (m->bfloat16)
			vector->to_bfloat16(k, m->w + o * k, m->bfloat16 + o * k);
	}
}

/* dgain = dw . v / |v|;  dv = gain / |v| (dw - dgain v / |v|). */
void normed_flow(const struct normed *n, const struct vector_kernels *vector, int v, int first,
                 int rows, real *gradient)
{
	const struct parameter *p = &n->parameters->list[v];
	const size_t k = (size_t)p->columns;
	const real *gain = gains_of(n, v), *norm = n->matrix[v].norm;
	real *dgain = gradient + n->parameters->list[p->gain].offset;

	for (size_t o = (size_t)first; o < (size_t)first + (size_t)rows; o++) {
		const real *row = n->parameters->x + p->offset + o * k;
		real *d = gradient + p->offset + o * k;

		dgain[o] = vector->dot(k, d, row) / norm[o];
		vector->scale(k, gain[o] / norm[o], d, d);
		vector->accumulate(k, -gain[o] * dgain[o] / (norm[o] * norm[o]), row, d);
	}
}

const struct normed_matrix *normed_find(const struct normed *n, const real *v)
{
	for (int i = 0; i < n->parameters->count; i++)
		if (n->matrix[i].w && n->parameters->x + n->parameters->list[i].offset == v)
			return &n->matrix[i];
	return NULL;
}
