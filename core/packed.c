/* packed.c - products with weights in panels, shared out by columns. */
#include "core/packed.h"
#include "core/error.h"

#include <stdlib.h>

/* Multiply-adds of one part of a shared product: several microseconds, a multiple of what it takes
 * to hand it over. */
enum { PART = 1 << 17, BLOCK_PANELS = PACKED_BLOCK / VECTOR_PANEL };

struct packed {
	const struct vector_kernels *vector;
	size_t n, k, panels;
	real *w;            /* [panels][k][VECTOR_PANEL] */
	uint16_t *bfloat16; /* the same in place of w, or NULL */
};

/* One row of a panel; see struct packed_product. */
static void round_row(const struct vector_kernels *vector, const real *w, uint16_t *to)
{
	uint16_t row[VECTOR_PANEL];

	vector->to_bfloat16(VECTOR_PANEL, w, row);
	for (size_t j = 0; j < VECTOR_PANEL; j++)
		to[j / 32 * 32 + j % 16 * 2 + j / 16 % 2] = row[j];
}

static void round_to_bfloat16(struct packed *p)
{
	const size_t rows = p->panels * p->k;

	p->bfloat16 = memory_aligned(rows * VECTOR_PANEL, sizeof *p->bfloat16);
	for (size_t i = 0; i < rows; i++)
		round_row(p->vector, p->w + i * VECTOR_PANEL, p->bfloat16 + i * VECTOR_PANEL);
	free(p->w);
	p->w = NULL;
}

struct packed *packed_new(const struct vector_kernels *vector, int n, int k, const real *w,
                          bool bfloat16)
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
	if (bfloat16 && sizeof(real) == sizeof(float))
		round_to_bfloat16(p);
	return p;
}

void packed_free(struct packed *p)
{
	if (!p)
		return;
	free(p->w);
	free(p->bfloat16);
	free(p);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct sharing {
	struct packed_product product;
	const struct vector_kernels *vector;
	struct packed_end end;
	size_t panels; /* of a part */
};

/* These panels, and a look at each block of them. */
static void multiply_panels(const struct sharing *s, size_t first, size_t last)
{
	const size_t step = s->end.look ? BLOCK_PANELS : last - first;
	struct packed_product product = s->product;

	for (; first < last; first += step) {
		product.first = first;
		product.last = least(first + step, last);
		s->vector->packed_product(&product);
		if (s->end.look)
			s->end.look(s->end.context, (int)(first * VECTOR_PANEL),
			            (int)least(product.last * VECTOR_PANEL, product.n));
	}
}

static void multiply_part(void *context, int part)
{
	const struct sharing *s = context;
	const size_t first = (size_t)part * s->panels;

	multiply_panels(s, first, least(first + s->panels, s->product.last));
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
		                          .bfloat16 = p->bfloat16,
		                          .last = p->panels,
		                          .add = end.add,
		                          .bias = end.bias,
		                          .relu = end.relu,
		                          .c = c,
		                          .ldc = p->n },
		             .vector = p->vector,
		             .end = end };

	if (!team || panel * p->panels < 2 * PART) {
		multiply_panels(&s, 0, p->panels);
		return;
	}
	s.panels = (PART + panel - 1) / panel;
	if (end.look)
		s.panels = (s.panels + BLOCK_PANELS - 1) / BLOCK_PANELS * BLOCK_PANELS;
	team_run(team, (int)((p->panels + s.panels - 1) / s.panels), multiply_part, &s);
}
