/* op_steps.c - steps of a sequence: some of them, parts put together, those before a sentence,
 * their mean, the last. */
#include "core/error.h"
#include "core/ops.h"

#include <stdint.h>
#include <string.h>

static void steps_backward(struct tape *tape, struct var *y)
{
	real *dx = tape_gradient(tape, y->in[0]);
	const size_t block = (size_t)y->n * (size_t)y->c;
	const int first = *(const int *)y->aux;

	if (dx)
		tape->vector->accumulate(var_size(y), 1, y->g, dx + (size_t)first * block);
}

static struct steps_read steps_reads(const struct var *y, int input, const struct var *in, int t)
{
	(void)input;
	(void)in;
	return (struct steps_read){ *(const int *)y->aux + t, 1, 1, 0 };
}

struct var *op_some_steps(struct tape *tape, struct var *x, int first, int count)
{
	static const struct op op = { .name = "step",
		                      .backward = steps_backward,
		                      .reads_result = true,
		                      .reads = steps_reads };
	const size_t block = (size_t)x->n * (size_t)x->c;
	struct var *y;
	int *step = tape_memory(tape, sizeof *step);

	tape_enter(tape, &op);
	if (first < 0 || count < 1 || first > x->t - count)
		panic("steps %d to %d of %d", first, first + count - 1, x->t);
	y = tape_wrap(tape, &op, count, x->n, x->c, x->x + (size_t)first * block);
	*step = first;
	y->aux = step;
	tape_input(tape, y, 0, x);
	return tape_leave(tape, y);
}

struct var *op_step(struct tape *tape, struct var *x, int t)
{
	return op_some_steps(tape, x, t, 1);
}

struct joined {
	int count;
	struct var *part[];
};

static void join_backward(struct tape *tape, struct var *y)
{
	const struct joined *j = y->aux;
	const real *dy = y->g;

	for (int i = 0; i < j->count; i++) {
		const size_t size = var_size(j->part[i]);
		real beta, *dx = tape_gradient_beta(tape, j->part[i], &beta);

		if (dx && beta == 0)
			memcpy(dx, dy, size * sizeof(real));
		else if (dx)
			tape->vector->accumulate(size, 1, dy, dx);
		dy += size;
	}
}

/* Steps of all parts, which must be alike. */
static int joined_steps(int count, struct var *const *part)
{
	int t = 0;

	for (int i = 0; i < count; i++) {
		if (part[i]->n != part[0]->n || part[i]->c != part[0]->c)
			panic("join_steps: part %d of %d is [%d][%d][%d], the first [%d][%d][%d]",
			      i, count, part[i]->t, part[i]->n, part[i]->c, part[0]->t, part[0]->n,
			      part[0]->c);
		t += part[i]->t;
	}
	return t;
}

static struct steps_read join_reads(const struct var *y, int input, const struct var *in, int t)
{
	const struct joined *j = y->aux;

	for (int i = 0; i < input; i++)
		t -= j->part[i]->t;
	return (struct steps_read){ t, t >= 0 && t < in->t, 1, 0 };
}

struct var *op_join_steps(struct tape *tape, int count, struct var *const *part)
{
	static const struct op op = { .name = "join_steps",
		                      .backward = join_backward,
		                      .reads = join_reads };
	struct joined *j = tape_memory(tape, sizeof *j + (size_t)count * sizeof(struct var *));
	struct var *y;
	real *to;

	tape_enter(tape, &op);
	y = tape_var(tape, &op, joined_steps(count, part), part[0]->n, part[0]->c);
	to = y->x;
	j->count = count;
	y->aux = j;
	for (int i = 0; i < count; i++) {
		j->part[i] = part[i];
		tape_reads(tape, y, i, part[i]);
		memcpy(to, part[i]->x, var_size(part[i]) * sizeof(real));
		to += var_size(part[i]);
	}
	return tape_leave(tape, y);
}

/* Each row's steps before first[i] become 0. */
static void blank(int n, int c, const int *first, real *x)
{
	for (int i = 0; i < n; i++)
		for (int t = 0; t < first[i]; t++)
			memset(x + ((size_t)t * (size_t)n + (size_t)i) * (size_t)c, 0,
			       (size_t)c * sizeof(real));
}

static void blank_backward(struct tape *tape, struct var *y)
{
	real *dx = tape_gradient(tape, y->in[0]);

	if (!dx)
		return;
	blank(y->n, y->c, y->aux, y->g);
	tape->vector->accumulate(var_size(y), 1, y->g, dx);
}

struct var *op_blank_steps(struct tape *tape, struct var *x, const int *first)
{
	static const struct op op = { .name = "blank_steps", .backward = blank_backward };
	struct var *y;

	if (!first)
		return x;
	tape_enter(tape, &op);
	for (int i = 0; i < x->n; i++)
		if (first[i] < 0 || first[i] > x->t)
			panic("blank_steps: %d steps of %d", first[i], x->t);
	y = tape_var(tape, &op, x->t, x->n, x->c);
	y->aux = (void *)(uintptr_t)first;
	tape_input(tape, y, 0, x);
	memcpy(y->x, x->x, var_size(x) * sizeof(real));
	blank(x->n, x->c, first, y->x);
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

static struct steps_read mean_reads(const struct var *y, int input, const struct var *in, int t)
{
	const int *length = *(const int *const *)y->aux;

	(void)input;
	(void)t;
	return (struct steps_read){ 0, length ? length[0] : in->t, 1, 1 };
}

struct var *op_mean_steps(struct tape *tape, struct var *x, const int *length)
{
	static const struct op op = { .name = "mean_steps",
		                      .backward = mean_backward,
		                      .reads = mean_reads };
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

struct ends {
	const int *length; /* [n] or NULL */
	int backward;      /* channels */
};

/* The last real step of a row; the first for channels that were made backward. */
static size_t last_step(const struct ends *e, const struct var *x, int row)
{
	return (size_t)(e->length ? e->length[row] : x->t) - 1;
}

static void last_backward(struct tape *tape, struct var *y)
{
	const struct ends *e = y->aux;
	struct var *x = y->in[0];
	const size_t c = (size_t)x->c, block = (size_t)x->n * c, back = (size_t)e->backward;
	real *dx = tape_gradient(tape, x);

	for (int i = 0; dx && i < x->n; i++) {
		const size_t at = (size_t)i * c, forward = c - back;

		tape->vector->accumulate(forward, 1, y->g + at,
		                         dx + last_step(e, x, i) * block + at);
		tape->vector->accumulate(back, 1, y->g + at + forward, dx + at + forward);
	}
}

static struct steps_read last_reads(const struct var *y, int input, const struct var *in, int t)
{
	const struct ends *e = y->aux;
	const int last = (int)last_step(e, in, 0);

	(void)input;
	(void)t;
	if (e->backward == 0 || last == 0)
		return (struct steps_read){ last, 1, 1, 0 };
	return (struct steps_read){ 0, e->backward == in->c ? 1 : 2, last, 0 };
}

struct var *op_last_steps(struct tape *tape, struct var *x, const int *length, int backward)
{
	static const struct op op = { .name = "last_steps",
		                      .backward = last_backward,
		                      .reads = last_reads };
	const size_t c = (size_t)x->c, block = (size_t)x->n * c;
	struct var *y = tape_var(tape, &op, 1, x->n, x->c);
	struct ends *e = tape_memory(tape, sizeof *e);

	tape_enter(tape, &op);
	if (backward < 0 || backward > x->c)
		panic("last_steps: %d channels of %d", backward, x->c);
	*e = (struct ends){ length, backward };
	y->aux = e;
	tape_input(tape, y, 0, x);
	for (int i = 0; i < x->n; i++) {
		const size_t last = last_step(e, x, i), at = (size_t)i * c;

		if (last >= (size_t)x->t)
			panic("last_steps: %d real steps of %d", length[i], x->t);
		memcpy(y->x + at, x->x + last * block + at, c * sizeof(real));
		memcpy(y->x + at + c - (size_t)backward, x->x + at + c - (size_t)backward,
		       (size_t)backward * sizeof(real));
	}
	return tape_leave(tape, y);
}
