/* op_embed.c - token embeddings with positions. */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>

struct embed {
	const int *id;
	real scale;
	int first;
	const int *padding; /* [n] or NULL */
};

/* The position of number r of all steps and rows; below 0: padding. */
static int position_of(const struct embed *e, size_t r, size_t n)
{
	return e->first + (int)(r / n) - (e->padding ? e->padding[r % n] : 0);
}

static void embed_backward(struct tape *tape, struct var *y)
{
	const struct embed *e = y->aux;
	struct var *table = y->in[0], *position = y->in[1];
	const size_t c = (size_t)y->c, n = (size_t)y->n;
	real *dtable = tape_gradient(tape, table), *dposition = tape_gradient(tape, position);

	for (size_t r = 0; r < (size_t)var_rows(y); r++) {
		const int p = position_of(e, r, n);

		if (p < 0)
			continue;
		if (dtable)
			tape->vector->accumulate(c, e->scale, y->g + r * c,
			                         dtable + (size_t)e->id[r] * c);
		if (dposition)
			tape->vector->accumulate(c, 1, y->g + r * c, dposition + (size_t)p * c);
	}
}

struct var *op_embed(struct tape *tape, struct var *table, const int *id, int t, int n, real scale,
                     struct var *position, int first, const int *padding)
{
	static const struct op op = { .name = "embed", .backward = embed_backward };
	const size_t c = (size_t)table->c;
	struct var *y = tape_var(tape, &op, t, n, table->c);
	struct embed *e = tape_memory(tape, sizeof *e);

	tape_enter(tape, &op);
	if (position && (position->c != table->c || first + t > position->n))
		panic("embed: position %d of %s [%d][%d], %d channels", first + t - 1,
		      position->name ? position->name : "positions", position->n, position->c,
		      table->c);
	*e = (struct embed){ id, scale, first, padding };
	y->aux = e;
	tape_input(tape, y, 0, table);
	tape_input(tape, y, 1, position);
	for (size_t r = 0; r < (size_t)var_rows(y); r++) {
		const int p = position_of(e, r, (size_t)n);

		if (id[r] < 0 || id[r] >= table->n)
			panic("embed: token %d, %s has %d", id[r],
			      table->name ? table->name : "table", table->n);
		if (p < 0) {
			tape->vector->fill(c, 0, y->x + r * c);
			continue;
		}
		tape->vector->scale(c, scale, table->x + (size_t)id[r] * c, y->x + r * c);
		if (position)
			tape->vector->accumulate(c, 1, position->x + (size_t)p * c, y->x + r * c);
	}
	return tape_leave(tape, y);
}

void sinusoidal_positions(int steps, int c, real *x)
{
	for (int p = 0; p < steps; p++)
		for (int i = 0; i < c; i++) {
			const double angle = p * exp(-log(10000.0) * (i - i % 2) / c);

			x[(size_t)p * (size_t)c + (size_t)i] =
				(real)(i % 2 ? cos(angle) : sin(angle));
		}
}
