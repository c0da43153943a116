/* op_summary.c - one vector of a sentence, added to every step of what belongs to it. */
#include "core/error.h"
#include "core/ops.h"

static void summary_backward(struct tape *tape, struct var *y)
{
	const struct var *s = y->in[1];
	real *ds = tape_gradient(tape, y->in[1]);
	const size_t c = (size_t)y->c, group = (size_t)(y->n / s->n);

	for (size_t t = 0; ds && t < (size_t)y->t; t++)
		for (size_t r = 0; r < (size_t)y->n; r++)
			tape->vector->accumulate(c, 1, y->g + (t * (size_t)y->n + r) * c,
			                         ds + r / group * c);
	tape_pass_gradient(tape, y, y->in[0]);
}

struct var *op_add_summary(struct tape *tape, struct var *x, struct var *s)
{
	static const struct op op = { .name = "add summary", .backward = summary_backward };
	const size_t c = (size_t)x->c, group = (size_t)(x->n / s->n);
	struct var *y = tape_var(tape, &op, x->t, x->n, x->c);

	if (s->t != 1 || s->c != x->c || x->n % s->n)
		panic("summary: [%d][%d] %d of [%d][%d] %d", s->t, s->n, s->c, x->t, x->n, x->c);
	tape_enter(tape, &op);
	for (size_t t = 0; t < (size_t)x->t; t++)
		for (size_t r = 0; r < (size_t)x->n; r++) {
			const size_t at = (t * (size_t)x->n + r) * c;

			tape->vector->add(c, 1, x->x + at, s->x + r / group * c, y->x + at);
		}
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, s);
	return tape_leave(tape, y);
}
