/* op_steps.c - single steps of a sequence. */
#include "core/error.h"
#include "core/ops.h"

static void step_backward(struct tape *tape, struct var *y)
{
	real *dx = tape_gradient(tape, y->in[0]);
	const int t = *(const int *)y->aux;

	if (dx)
		tape->vector->accumulate(var_size(y), 1, y->g, dx + (size_t)t * var_size(y));
}

struct var *op_step(struct tape *tape, struct var *x, int t)
{
	static const struct op op = { .name = "step",
		                      .backward = step_backward,
		                      .reads_result = true };
	struct var *y;
	int *step = tape_memory(tape, sizeof *step);

	tape_enter(tape, &op);
	if (t < 0 || t >= x->t)
		panic("step %d of %d", t, x->t);
	y = tape_wrap(tape, &op, 1, x->n, x->c, x->x + (size_t)t * (size_t)x->n * (size_t)x->c);
	*step = t;
	y->aux = step;
	tape_input(tape, y, 0, x);
	return tape_leave(tape, y);
}
