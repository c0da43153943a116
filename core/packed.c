/* packed.c - products with weights in panels, shared out by columns. */
#include "core/packed.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

/* Multiply-adds of one part of a shared product: several microseconds, a multiple of what it takes
 * to hand it over. */
enum { PART = 1 << 17, PART_INT8 = 1 << 19, BLOCK_PANELS = PACKED_BLOCK / VECTOR_PANEL };
enum { STRIPS = VECTOR_PANEL / VECTOR_STRIP };

enum {
	INT8_MOST = 1 << 17, /* k whose sums of products of 127 a 32-bit integer holds */
	INT8_ROOM = 4096,    /* bytes of A on the stack: one step's */
	INT8_ROOM_ROWS = 16,
};

struct packed {
	const struct vector_kernels *vector;
	size_t n, k, panels;
	real *w;                   /* [panels][STRIPS][k][VECTOR_STRIP] */
	uint16_t *bfloat16;        /* the same in place of w, or NULL */
	struct int8_operands int8; /* the same; w NULL: none. Its w, w_scale and w_sum are owned */
};

/* One row of a panel, whose first strip has it at w; see struct packed_product. */
static void round_row(const struct packed *p, const real *w, uint16_t *to)
{
	uint16_t row[VECTOR_PANEL];

	for (size_t s = 0; s < STRIPS; s++)
		p->vector->to_bfloat16(VECTOR_STRIP, w + s * p->k * VECTOR_STRIP,
		                       row + s * VECTOR_STRIP);
	for (size_t j = 0; j < VECTOR_PANEL; j++)
		to[j / 32 * 32 + j % 16 * 2 + j / 16 % 2] = row[j];
}

static void round_to_bfloat16(struct packed *p)
{
	const size_t panel = p->k * VECTOR_PANEL;

	p->bfloat16 = memory_aligned(p->panels * panel, sizeof *p->bfloat16);
	for (size_t i = 0; i < p->panels; i++)
		for (size_t l = 0; l < p->k; l++)
			round_row(p, p->w + i * panel + l * VECTOR_STRIP,
			          p->bfloat16 + i * panel + l * VECTOR_PANEL);
	free(p->w);
	p->w = NULL;
}

static void lay_out_int8(struct packed *p, const real *w)
{
	const size_t k = (p->k + INT8_STEP - 1) / INT8_STEP * INT8_STEP;
	const size_t rows = p->panels * VECTOR_PANEL;
	int8_t *all = memory_aligned(rows * k, 1), *row = memory_new(k, 1);
	real *scale = memory_new(rows, sizeof *scale);
	int32_t *sum = memory_new(rows, sizeof *sum);

	for (size_t r = 0; r < p->n; r++) {
		int8_t *to =
			all + r / VECTOR_PANEL * VECTOR_PANEL * k + r % VECTOR_PANEL * INT8_STEP;

		scale[r] = p->vector->to_int8(p->k, w + r * p->k, row);
		for (size_t l = 0; l < k; l++)
			sum[r] += row[l];
		for (size_t l = 0; l < k; l += INT8_STEP)
			memcpy(to + l * VECTOR_PANEL, row + l, INT8_STEP);
	}
	free(row);
	p->int8 = (struct int8_operands){ .k = k, .w = all, .w_scale = scale, .w_sum = sum };
}

static void lay_out(struct packed *p, const real *w)
{
	p->w = memory_aligned(p->panels * p->k * VECTOR_PANEL, sizeof *p->w);
	for (size_t i = 0; i < p->panels * STRIPS; i++) {
		const size_t first = i * VECTOR_STRIP, left = p->n > first ? p->n - first : 0;
		real *to = p->w + first * p->k;

		if (left)
			p->vector->transpose(left < VECTOR_STRIP ? left : VECTOR_STRIP, p->k,
			                     w + first * p->k, p->k, to, VECTOR_STRIP);
		else
			memset(to, 0, p->k * VECTOR_STRIP * sizeof *to);
	}
}

struct packed *packed_new(const struct vector_kernels *vector, int n, int k, const real *w,
                          enum packed_numbers numbers)
{
	struct packed *p = memory_new(1, sizeof *p);

	p->vector = vector;
	p->n = (size_t)n;
	p->k = (size_t)k;
	p->panels = (p->n + VECTOR_PANEL - 1) / VECTOR_PANEL;
	if (numbers == PACKED_INT8 && k <= INT8_MOST) {
		lay_out_int8(p, w);
		return p;
	}
	lay_out(p, w);
	if (numbers == PACKED_BFLOAT16 && sizeof(real) == sizeof(float))
		round_to_bfloat16(p);
	return p;
}

void packed_free(struct packed *p)
{
	if (!p)
		return;
	free(p->w);
	free(p->bfloat16);
	free((int8_t *)(uintptr_t)p->int8.w);
	free((real *)(uintptr_t)p->int8.w_scale);
	free((int32_t *)(uintptr_t)p->int8.w_sum);
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

static void multiply(const struct packed *p, struct team *team, size_t m, const real *a,
                     const struct int8_operands *int8, struct packed_end end, real *c)
{
	const size_t panel = m * p->k * VECTOR_PANEL, part = int8 ? PART_INT8 : PART;
	struct sharing s = { .product = { .m = m,
		                          .n = p->n,
		                          .k = p->k,
		                          .a = a,
		                          .w = p->w,
		                          .bfloat16 = p->bfloat16,
		                          .int8 = int8,
		                          .last = p->panels,
		                          .add = end.add,
		                          .bias = end.bias,
		                          .relu = end.relu,
		                          .c = c,
		                          .ldc = p->n },
		             .vector = p->vector,
		             .end = end };

	if (!team || panel * p->panels < 2 * part) {
		multiply_panels(&s, 0, p->panels);
		return;
	}
	s.panels = (part + panel - 1) / panel;
	if (end.look)
		s.panels = (s.panels + BLOCK_PANELS - 1) / BLOCK_PANELS * BLOCK_PANELS;
	team_run(team, (int)((p->panels + s.panels - 1) / s.panels), multiply_part, &s);
}

static void multiply_int8(const struct packed *p, struct team *team, size_t m, const real *a,
                          struct packed_end end, real *c)
{
	const size_t k = p->int8.k;
	const bool few = m <= INT8_ROOM_ROWS && m * k <= INT8_ROOM;
	int8_t room[INT8_ROOM], *integer = few ? room : memory_aligned(m * k, 1);
	real scale_room[INT8_ROOM_ROWS], *scale = few ? scale_room : memory_new(m, sizeof *scale);
	struct int8_operands int8 = p->int8;

	for (size_t r = 0; r < m; r++) {
		scale[r] = p->vector->to_int8(p->k, a + r * p->k, integer + r * k);
		memset(integer + r * k + p->k, 0, k - p->k);
	}
	int8.a = integer;
	int8.a_scale = scale;
	multiply(p, team, m, a, &int8, end, c);
	if (few)
		return;
	free(integer);
	free(scale);
}

void packed_multiply(const struct packed *p, struct team *team, int m, const real *a,
                     struct packed_end end, real *c)
{
	if (p->int8.w)
		multiply_int8(p, team, (size_t)m, a, end, c);
	else
		multiply(p, team, (size_t)m, a, NULL, end, c);
}
