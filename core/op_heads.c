/* op_heads.c - what is done to queries and keys head by head before they meet: rotary positions, a
 * matrix for each head. */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>

struct heads_job {
	struct slice x;
	int heads;
	real *turn; /* rotary: [T][d / 2] pairs of cosine and sine */
};

static real *angles(struct tape *tape, int steps, int d, int first)
{
	real *turn = tape_memory(tape, (size_t)steps * (size_t)d * sizeof *turn), *x = turn;
	double *speed = tape_memory(tape, (size_t)(d / 2) * sizeof *speed);

	for (int i = 0; i < d / 2; i++)
		speed[i] = pow(10000, -2.0 * i / d);
	for (int t = 0; t < steps; t++)
		for (int i = 0; i < d / 2; i++) {
			*x++ = (real)cos((first + t) * speed[i]);
			*x++ = (real)sin((first + t) * speed[i]);
		}
	return turn;
}

/* y += or = x turned by the angles, or back by them (way -1), for all heads of a row. */
static void turn_row(const real *turn, int heads, int d, real way, const real *x, bool add, real *y)
{
	for (int h = 0; h < heads; h++, x += d, y += d)
		for (int i = 0; i < d; i += 2) {
			const real c = turn[i], s = way * turn[i + 1];
			const real a = x[i] * c - x[i + 1] * s, b = x[i + 1] * c + x[i] * s;

			y[i] = add ? y[i] + a : a;
			y[i + 1] = add ? y[i + 1] + b : b;
		}
}

static void rotary_backward(struct tape *tape, struct var *y)
{
	const struct heads_job *job = y->aux;
	const struct var *x = job->x.v;
	const int d = y->c / job->heads;
	real *dx = tape_gradient(tape, y->in[0]) + job->x.first;

	for (int row = 0; row < var_rows(y); row++)
		turn_row(job->turn + row / y->n * d, job->heads, d, -1,
		         y->g + (size_t)row * (size_t)y->c, true, dx + (size_t)row * (size_t)x->c);
	tape_count(tape, 0, 3.0 * (double)var_size(y) * sizeof(real));
}

struct var *op_rotary(struct tape *tape, struct slice x, int heads, int first)
{
	static const struct op op = { .name = "rotary", .backward = rotary_backward };
	const int d = x.c / heads;
	struct heads_job *job = tape_memory(tape, sizeof *job);
	struct var *y;

	if (x.c % heads || d % 2)
		panic("rotary: %d channels are not %d heads of pairs", x.c, heads);
	tape_enter(tape, &op);
	*job = (struct heads_job){ x, heads, angles(tape, x.v->t, d, first) };
	y = tape_var(tape, &op, x.v->t, x.v->n, x.c);
	y->aux = job;
	tape_input(tape, y, 0, x.v);
	for (int row = 0; row < var_rows(y); row++)
		turn_row(job->turn + row / y->n * d, heads, d, 1,
		         x.v->x + (size_t)row * (size_t)x.v->c + x.first, false,
		         y->x + (size_t)row * (size_t)y->c);
	tape_count(tape, 0, 2.0 * (double)var_size(y) * sizeof(real));
	return tape_leave(tape, y);
}

/* Head h's channels of rows. */
static struct operand of_head(struct operand rows, int first, int h, int d)
{
	return operand_at(rows, (size_t)first + (size_t)h * (size_t)d);
}

static void head_linear_backward(struct tape *tape, struct var *y)
{
	const struct heads_job *job = y->aux;
	struct var *x = y->in[0], *w = y->in[1];
	const int d = w->c, rows = var_rows(y), first = job->x.first;
	real *dx = tape_gradient(tape, x), *dw = tape_gradient(tape, w);
	const size_t mark = tape->arena.used;
	const struct operand dy = tape_operand_of(tape, y->g, (size_t)rows, y->c);

	for (int h = 0; h < job->heads; h++) {
		const size_t block = (size_t)h * (size_t)(d * d);

		if (dw)
			tape_multiply(tape, TRANSPOSED, PLAIN, d, d, rows, 1, of_head(dy, 0, h, d),
			              of_head(tape_operand(tape, x), first, h, d), 1, dw + block,
			              d);
		if (dx)
			tape_multiply(tape, PLAIN, PLAIN, rows, d, d, 1, of_head(dy, 0, h, d),
			              operand_at(tape_operand(tape, w), block), 1,
			              dx + first + h * d, x->c);
	}
	tape->arena.used = mark;
}

struct var *op_head_linear(struct tape *tape, struct slice x, struct var *w, int heads)
{
	static const struct op op = { .name = "head linear", .backward = head_linear_backward };
	const int d = x.c / heads;
	struct heads_job *job = tape_memory(tape, sizeof *job);
	struct var *y;

	if (x.c % heads || w->c != d || var_rows(w) != x.c)
		panic("head linear: %d channels, %d heads, %s [%d][%d]", x.c, heads,
		      w->name ? w->name : "W", var_rows(w), w->c);
	tape_enter(tape, &op);
	*job = (struct heads_job){ x, heads, NULL };
	y = tape_var(tape, &op, x.v->t, x.v->n, x.c);
	y->aux = job;
	tape_input(tape, y, 0, x.v);
	tape_input(tape, y, 1, w);
	for (int h = 0; h < heads; h++)
		tape_multiply(tape, PLAIN, TRANSPOSED, var_rows(y), d, d, 1,
		              of_head(tape_operand(tape, x.v), x.first, h, d),
		              operand_at(tape_operand(tape, w), (size_t)h * (size_t)(d * d)), 0,
		              y->x + h * d, y->c);
	return tape_leave(tape, y);
}
