/* op_convolution.c - convolution over time and gated linear units. Time-major rows make a tap a
 * pointer offset. */
#include "core/error.h"
#include "core/ops.h"

/* The output steps first .. first + count - 1 for which tap j reads a step of x, and the first step
 * it reads. */
struct tap {
	int first, count, source;
};

static struct tap tap_of(const struct convolution *k, int j, int t_in, int t_out)
{
	const int shift = j * k->dilation - k->before;
	int first = shift < 0 ? -shift : 0;
	int last = t_in - shift < t_out ? t_in - shift : t_out;

	if (last < first)
		last = first;
	return (struct tap){ first, last - first, first + shift };
}

static void convolution_backward(struct tape *tape, struct var *y)
{
	const struct convolution *k = y->aux;
	struct var *x = y->in[0], *w = y->in[1], *b = y->in[2];
	real *dx = tape_gradient(tape, x), *dw = tape_gradient(tape, w),
	     *db = tape_gradient(tape, b);

	if (db)
		tape->vector->sum_rows((size_t)var_rows(y), (size_t)y->c, y->g, db);
	for (int j = 0; j < k->kernel; j++) {
		const struct tap tap = tap_of(k, j, x->t, y->t);
		const int rows = tap.count * y->n;
		const real *dy = y->g + (size_t)tap.first * (size_t)y->n * (size_t)y->c;
		const size_t at = (size_t)tap.source * (size_t)x->n * (size_t)x->c;

		if (!rows)
			continue;
		if (dw)
			tape_gemm(tape, TRANSPOSED, PLAIN, y->c, x->c, rows, 1, dy, y->c, x->x + at, x->c, 1,
			     dw + j * x->c, w->c);
		if (dx)
			tape_gemm(tape, PLAIN, PLAIN, rows, x->c, y->c, 1, dy, y->c, w->x + j * x->c, w->c, 1,
			     dx + at, x->c);
	}
}

struct var *op_convolution(struct tape *tape, struct var *x, struct var *w, struct var *b,
                           struct convolution convolution)
{
	static const struct op op = { "convolution", convolution_backward };
	struct convolution *k = tape_memory(tape, sizeof *k);
	const int t = x->t + convolution.before + convolution.after -
	              (convolution.kernel - 1) * convolution.dilation;
	struct var *y;

	tape_enter(tape, &op);
	if (t < 1 || w->c != convolution.kernel * x->c || (b && b->c * b->n != w->n))
		panic("convolution: x [%d][%d][%d], kernel %d, %s [%d][%d]", x->t, x->n, x->c,
		      convolution.kernel, w->name ? w->name : "W", w->n, w->c);
	*k = convolution;
	y = tape_var(tape, &op, t, x->n, w->n);
	y->aux = k;
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, w);
	tape_input(tape, y, 2, b);
	tape->vector->fill(var_size(y), 0, y->x);
	if (b)
		tape->vector->add_rows((size_t)var_rows(y), (size_t)y->c, b->x, y->x);
	for (int j = 0; j < k->kernel; j++) {
		const struct tap tap = tap_of(k, j, x->t, t);

		tape_gemm(tape, PLAIN, TRANSPOSED, tap.count * x->n, y->c, x->c, 1,
		     x->x + (size_t)tap.source * (size_t)x->n * (size_t)x->c, x->c, w->x + j * x->c,
		     w->c, 1, y->x + (size_t)tap.first * (size_t)y->n * (size_t)y->c, y->c);
	}
	return tape_leave(tape, y);
}

static void glu_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0];
	const real *gate = y->aux;
	const size_t c = (size_t)y->c;
	real beta, *dx = tape_gradient_beta(tape, x, &beta);

	if (!dx)
		return;
	if (beta != 0)
		panic("glu: its input is read by another operation too");
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->glu_backward(c, x->x + 2 * r * c, gate + r * c, y->g + r * c,
		                           dx + 2 * r * c);
}

struct var *op_glu(struct tape *tape, struct var *x)
{
	static const struct op op = { "glu", glu_backward };
	const size_t c = (size_t)x->c / 2;
	struct var *y;
	real *gate;

	tape_enter(tape, &op);
	if (x->c % 2)
		panic("glu: %d channels cannot be halved", x->c);
	y = tape_var(tape, &op, x->t, x->n, (int)c);
	gate = tape_memory(tape, var_size(y) * sizeof(real));
	y->aux = gate;
	tape_input(tape, y, 0, x);
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->glu(c, x->x + 2 * r * c, gate + r * c, y->x + r * c);
	return tape_leave(tape, y);
}
