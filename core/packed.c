/* packed.c - products with weights in panels, shared out by columns. */
#include "core/packed.h"
#include "core/error.h"

#include <stdlib.h>

/* Multiply-adds of one part of a shared product: several microseconds, a multiple of what it takes
 * to hand it over. */
enum { PART = 1 << 17 };

struct packed {
	const struct vector_kernels *vector;
	size_t n, k, panels;
	real *w; /* [panels][k][VECTOR_PANEL] */
};

struct packed *packed_new(const struct vector_kernels *vector, int n, int k, const real *w)
{
	struct packed *p = memory_new(1, sizeof *p);

	p->vector = vector;
	p->n = (size_t)n;
	p->k = (size_t)k;
	p->panels = (p->n + VECTOR_PANEL - 1) / VECTOR_PANEL;
	p->w = memory_aligned(p->panels * p->k * VECTOR_PANEL, sizeof *p->w);
	for (size_t i = 0; i < p->panels; i++) {
		const size_t first = i * VECTOR_PANEL, left = p->n - first;

		vector->transpose(left < VECTOR_PANEL ? left : VECTOR_PANEL, p->k, w + first * p->k,
		                  p->k, p->w + first * p->k, VECTOR_PANEL);
	}
	return p;
}

void packed_free(struct packed *p)
{
	if (!p)
		return;
	free(p->w);
	free(p);
}

struct sharing {
	struct packed_product product;
	const struct vector_kernels *vector;
	size_t panels; /* of a part */
};

static void multiply_part(void *context, int part)
{
	const struct sharing *s = context;
	struct packed_product product = s->product;

	product.first = (size_t)part * s->panels;
	if (product.last > product.first + s->panels)
		product.last = product.first + s->panels;
	s->vector->packed_product(&product);
}

void packed_multiply(const struct packed *p, struct team *team, int m, const real *a,
                     struct packed_end end, real *c)
{
	const size_t panel = (size_t)m * p->k * VECTOR_PANEL;
	struct sharing s = { .product = { .m = (size_t)m,
		                          .n = p->n,
		                          .k = p->k,
		                          .a = a,
		                          .w = p->w,
		                          .last = p->panels,
		                          .add = end.add,
		                          .bias = end.bias,
		                          .relu = end.relu,
		                          .c = c,
		                          .ldc = p->n },
		             .vector = p->vector };

	if (!team || panel * p->panels < 2 * PART) {
		p->vector->packed_product(&s.product);
		return;
	}
	s.panels = (PART + panel - 1) / panel;
	team_run(team, (int)((p->panels + s.panels - 1) / s.panels), multiply_part, &s);
}
