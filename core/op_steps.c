/* op_steps.c - steps of a sequence: one of them, all put together, their mean. */
#include "core/error.h"
#include "core/ops.h"

#include <string.h>

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

struct joined {
	int count;
	struct var *step[];
};

static void join_backward(struct tape *tape, struct var *y)
{
	const struct joined *j = y->aux;
	const size_t block = var_size(y) / (size_t)j->count;

	for (int i = 0; i < j->count; i++) {
		real beta, *dx = tape_gradient_beta(tape, j->step[i], &beta);
		const real *dy = y->g + (size_t)i * block;

		if (dx && beta == 0)
			memcpy(dx, dy, block * sizeof(real));
		else if (dx)
			tape->vector->accumulate(block, 1, dy, dx);
	}
}

struct var *op_join_steps(struct tape *tape, int count, struct var *const *step)
{
	static const struct op op = { .name = "join_steps", .backward = join_backward };
	const struct var *first = step[0];
	const size_t block = var_size(first);
	struct joined *j = tape_memory(tape, sizeof *j + (size_t)count * sizeof(struct var *));
	struct var *y;

	tape_enter(tape, &op);
	y = tape_var(tape, &op, count, first->n, first->c);
	j->count = count;
	y->aux = j;
	for (int i = 0; i < count; i++) {
		if (step[i]->t != 1 || step[i]->n != first->n || step[i]->c != first->c)
			panic("join_steps: step %d of %d is [%d][%d][%d], the first [1][%d][%d]", i,
			      count, step[i]->t, step[i]->n, step[i]->c, first->n, first->c);
		j->step[i] = step[i];
		tape_reads(tape, y, step[i]);
		memcpy(y->x + (size_t)i * block, step[i]->x, block * sizeof(real));
	}
	return tape_leave(tape, y);
}

static void mean_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0];
	const int *length = *(const int *const *)y->aux;
	const size_t c = (size_t)x->c, block = (size_t)x->n * c;
	real *dx = tape_gradient(tape, x);

	for (int i = 0; dx && i < x->n; i++) {
		const int steps = length ? length[i] : x->t;
		const size_t at = (size_t)i * c;

		for (size_t t = 0; t < (size_t)steps; t++)
			tape->vector->accumulate(c, 1 / (real)steps, y->g + at,
			                         dx + t * block + at);
	}
}

struct var *op_mean_steps(struct tape *tape, struct var *x, const int *length)
{
	static const struct op op = { .name = "mean_steps", .backward = mean_backward };
	const size_t c = (size_t)x->c, block = (size_t)x->n * c;
	struct var *y = tape_var(tape, &op, 1, x->n, x->c);
	const int **aux = tape_memory(tape, sizeof *aux);

	tape_enter(tape, &op);
	y->aux = aux;
	*aux = length;
	tape_input(tape, y, 0, x);
	memset(y->x, 0, block * sizeof(real));
	for (int i = 0; i < x->n; i++) {
		const int steps = length ? length[i] : x->t;
		const size_t at = (size_t)i * c;

		if (steps < 1 || steps > x->t)
			panic("mean_steps: %d real steps of %d", steps, x->t);
		for (size_t t = 0; t < (size_t)steps; t++)
			tape->vector->accumulate(c, 1, x->x + t * block + at, y->x + at);
		tape->vector->scale(c, 1 / (real)steps, y->x + at, y->x + at);
	}
	return tape_leave(tape, y);
}
