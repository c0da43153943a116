/* op_linear.c - linear layers. */
#include "core/error.h"
#include "core/ops.h"

/* What lies behind the product: nothing, or max(x, 0), whose gradient can be told from y. */
static void linear_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0], *w = y->in[1], *b = y->in[2];
	const int rows = var_rows(y);
	real beta, *dw = tape_gradient(tape, w), *db = tape_gradient(tape, b);
	real *dx = tape_gradient_beta(tape, x, &beta);
	const size_t mark = tape->arena.used;
	struct operand dy;

	if (*(const enum activation *)y->aux == ACTIVATION_RELU)
		tape->vector->relu_mask(var_size(y), y->x, y->g);
	if (db)
		tape->vector->sum_rows((size_t)rows, (size_t)y->c, y->g, db);
	dy = tape_operand_of(tape, y->g, (size_t)rows, y->c);
	if (dw)
		tape_multiply(tape, TRANSPOSED, PLAIN, w->n, w->c, rows, 1, dy,
		              tape_operand(tape, x), 1, dw, w->c);
	if (dx)
		tape_multiply(tape, PLAIN, PLAIN, rows, x->c, y->c, 1, dy, tape_operand(tape, w),
		              beta, dx, x->c);
	tape->arena.used = mark;
}

static void multiply(struct tape *tape, struct var *x, struct var *w, const struct var *b,
                     bool relu, struct var *y)
{
	tape_multiply(tape, PLAIN, TRANSPOSED, var_rows(x), w->n, x->c, 1, tape_operand(tape, x),
	              tape_operand(tape, w), 0, y->x, y->c);
	if (relu)
		tape->vector->add_rows_relu((size_t)var_rows(y), (size_t)y->c, b->x, y->x);
	else if (b)
		tape->vector->add_rows((size_t)var_rows(y), (size_t)y->c, b->x, y->x);
}

struct var *op_linear(struct tape *tape, struct var *x, struct var *w, struct var *b,
                      enum activation kind)
{
	static const struct op plain = { .name = "linear", .backward = linear_backward };
	static const struct op with_relu = { .name = "linear",
		                             .backward = linear_backward,
		                             .reads_result = true };
	const bool relu = kind == ACTIVATION_RELU && b;
	const struct op *op = relu ? &with_relu : &plain;
	enum activation *aux = tape_memory(tape, sizeof *aux);
	struct var *y;

	if (x->c != w->c || (b && b->c * b->n != w->n))
		panic("linear: x [%d][%d][%d], %s [%d][%d], bias of %d", x->t, x->n, x->c,
		      w->name ? w->name : "W", w->n, w->c, b ? b->c * b->n : 0);
	tape_enter(tape, op);
	y = tape_var(tape, op, x->t, x->n, w->n);
	*aux = relu ? ACTIVATION_RELU : ACTIVATION_NONE;
	y->aux = aux;
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, w);
	tape_input(tape, y, 2, b);
	if (!tape_frozen_product(tape, var_rows(x), x->x, w,
	                         (struct packed_end){ .bias = b ? b->x : NULL, .relu = relu },
	                         y->x))
		multiply(tape, x, w, b, relu, y);
	tape_leave(tape, y);
	return kind == *aux ? y : op_activation(tape, y, kind);
}
