/* op_basic.c - residuals, dropout, concatenation, slices. */
#include "core/error.h"
#include "core/ops.h"

#include <string.h>

struct dropout {
	struct dropout_mask mask;
	int times;         /* the mask is applied, to one part of the steps after the other */
	const int *length; /* of what is not 0 after it; NULL: everything */
};

static struct dropout *new_dropout(struct tape *tape, struct dropout_mask mask, int times,
                                   const int *length)
{
	struct dropout *d = tape_memory(tape, sizeof *d);

	*d = (struct dropout){ mask, times, length };
	return d;
}

static void drop(const struct tape *tape, const struct dropout *d, size_t n, const real *x, real *y)
{
	const size_t part = n / (size_t)d->times;

	for (size_t i = 0; i < n; i += part)
		tape->vector->dropout(part, d->mask.key, 0, d->mask.p, x + i, y + i);
}

static void zero_padding(const int *length, int t, int n, int c, real *x)
{
	for (int i = 0; length && i < n; i++)
		for (int s = length[i]; s < t; s++)
			memset(x + ((size_t)s * (size_t)n + (size_t)i) * (size_t)c, 0,
			       (size_t)c * sizeof *x);
}

static void dropout_backward(struct tape *tape, struct var *y)
{
	const struct dropout *d = y->aux;

	if (d->mask.p > 0)
		drop(tape, d, var_size(y), y->g, y->g);
	zero_padding(d->length, y->t, y->n, y->c, y->g);
	tape_pass_gradient(tape, y, y->in[0]);
}

static bool any_padding(const struct var *x, const int *length)
{
	for (int i = 0; length && i < x->n; i++)
		if (length[i] < x->t)
			return true;
	return false;
}

static struct var *dropped(struct tape *tape, struct var *x, struct dropout_mask mask, int times,
                           const int *length)
{
	static const struct op op = { .name = "dropout", .backward = dropout_backward };
	struct dropout *d;
	struct var *y;

	tape_enter(tape, &op);
	y = tape_var(tape, &op, x->t, x->n, x->c);
	d = new_dropout(tape, mask, times, length);
	y->aux = d;
	tape_input(tape, y, 0, x);
	if (mask.p > 0)
		drop(tape, d, var_size(x), x->x, y->x);
	else
		memcpy(y->x, x->x, var_size(x) * sizeof(real));
	zero_padding(length, x->t, x->n, x->c, y->x);
	return tape_leave(tape, y);
}

struct var *op_dropout(struct tape *tape, struct var *x, double p, const int *length)
{
	if (!any_padding(x, length))
		length = NULL;
	if (!length && !(tape->training && p > 0))
		return x;
	return dropped(tape, x, tape_dropout(tape, p), 1, length);
}

struct var *op_dropout_steps(struct tape *tape, struct var *x, struct dropout_mask mask)
{
	return mask.p > 0 ? dropped(tape, x, mask, x->t, NULL) : x;
}

struct residual {
	struct dropout *dropout;
	real scale;
};

static void add_backward(struct tape *tape, struct var *y)
{
	const struct residual *r = y->aux;
	struct var *a = y->in[0], *b = y->in[1];
	const size_t n = var_size(y);
	real beta, *db;

	if (r->scale != 1)
		tape->vector->scale(n, r->scale, y->g, y->g);
	db = tape_gradient_beta(tape, b, &beta);
	if (db && r->dropout->mask.p > 0 && beta == 0)
		tape->vector->dropout(n, r->dropout->mask.key, 0, r->dropout->mask.p, y->g, db);
	else if (db && r->dropout->mask.p > 0)
		tape->vector->add_dropout(n, r->dropout->mask.key, 0, r->dropout->mask.p, 1, db,
		                          y->g, db);
	else if (db && beta == 0)
		memcpy(db, y->g, n * sizeof(real));
	else if (db)
		tape->vector->accumulate(n, 1, y->g, db);
	tape_pass_gradient(tape, y, a);
}

static const struct op add_op = { .name = "add", .backward = add_backward };

/* y = scale (a + dropout(b)), written to x. */
static struct var *add(struct tape *tape, struct var *a, struct var *b, double p, real scale,
                       real *x)
{
	struct residual *r = tape_memory(tape, sizeof *r);
	struct var *y;

	if (a->t != b->t || a->n != b->n || a->c != b->c)
		panic("add: [%d][%d][%d] and [%d][%d][%d]", a->t, a->n, a->c, b->t, b->n, b->c);
	y = tape_wrap(tape, &add_op, a->t, a->n, a->c, x);
	*r = (struct residual){ new_dropout(tape, tape_dropout(tape, p), 1, NULL), scale };
	y->aux = r;
	tape_input(tape, y, 0, a);
	tape_input(tape, y, 1, b);
	if (r->dropout->mask.p > 0)
		tape->vector->add_dropout(var_size(a), r->dropout->mask.key, 0, r->dropout->mask.p,
		                          scale, a->x, b->x, y->x);
	else
		tape->vector->add(var_size(a), scale, a->x, b->x, y->x);
	return y;
}

struct var *op_add(struct tape *tape, struct var *a, struct var *b, real scale)
{
	struct var *y;

	tape_enter(tape, &add_op);
	y = add(tape, a, b, 0, scale, tape_memory(tape, var_size(a) * sizeof(real)));
	y->owns = true;
	return tape_leave(tape, y);
}

struct var *op_residual(struct tape *tape, struct var *x, struct var *fx, double dropout,
                        real scale)
{
	const bool needed = !fx->op || fx->op->reads_result;
	struct var *y;

	if (fx->readers)
		panic("residual: what is added is read by another operation too");
	tape_enter(tape, &add_op);
	y = add(tape, x, fx, dropout, scale,
	        needed ? tape_memory(tape, var_size(x) * sizeof(real)) : fx->x);
	if (!needed) {
		fx->x = NULL; /* a later reader is told by a crash */
		fx->owns = false;
	}
	y->owns = true;
	return tape_leave(tape, y);
}

/* Copies c channels of each row from one matrix to another. */
static void copy_columns(int rows, int c, const real *from, int from_c, real *to, int to_c)
{
	for (int r = 0; r < rows; r++)
		memcpy(to + (size_t)r * (size_t)to_c, from + (size_t)r * (size_t)from_c,
		       (size_t)c * sizeof(real));
}

static void add_columns(const struct tape *tape, int rows, int c, const real *from, int from_c,
                        real *to, int to_c)
{
	for (int r = 0; to && r < rows; r++)
		tape->vector->accumulate((size_t)c, 1, from + (size_t)r * (size_t)from_c,
		                         to + (size_t)r * (size_t)to_c);
}

static void concat_backward(struct tape *tape, struct var *y)
{
	struct var *a = y->in[0], *b = y->in[1];
	const int rows = var_rows(y);

	add_columns(tape, rows, a->c, y->g, y->c, tape_gradient(tape, a), a->c);
	add_columns(tape, rows, b->c, y->g + a->c, y->c, tape_gradient(tape, b), b->c);
}

static struct var *concat(struct tape *tape, const struct op *op, struct var *a, struct var *b)
{
	struct var *y;

	tape_enter(tape, op);
	if (a->t != b->t || a->n != b->n)
		panic("concat: [%d][%d][%d] and [%d][%d][%d]", a->t, a->n, a->c, b->t, b->n, b->c);
	y = tape_var(tape, op, a->t, a->n, a->c + b->c);
	tape_input(tape, y, 0, a);
	tape_input(tape, y, 1, b);
	copy_columns(var_rows(a), a->c, a->x, a->c, y->x, y->c);
	copy_columns(var_rows(b), b->c, b->x, b->c, y->x + a->c, y->c);
	return tape_leave(tape, y);
}

struct var *op_concat(struct tape *tape, struct var *a, struct var *b)
{
	static const struct op op = { .name = "concat", .backward = concat_backward };

	return concat(tape, &op, a, b);
}

static struct steps_read feed_reads(const struct var *y, int input, const struct var *in, int t)
{
	(void)y;
	(void)in;
	return (struct steps_read){ t, 1, 1, input == 1 };
}

struct var *op_feed(struct tape *tape, struct var *x, struct var *before)
{
	static const struct op op = { .name = "feed",
		                      .backward = concat_backward,
		                      .reads = feed_reads };

	return concat(tape, &op, x, before);
}

static void slice_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0];
	const int first = *(const int *)y->aux;
	real *dx = tape_gradient(tape, x);

	if (dx)
		add_columns(tape, var_rows(y), y->c, y->g, y->c, dx + first, x->c);
}

struct var *op_slice(struct tape *tape, struct slice x)
{
	static const struct op op = { .name = "slice", .backward = slice_backward };
	struct var *y;
	int *first;

	if (x.first == 0 && x.c == x.v->c)
		return x.v;
	tape_enter(tape, &op);
	y = tape_var(tape, &op, x.v->t, x.v->n, x.c);
	first = tape_memory(tape, sizeof *first);
	*first = x.first;
	y->aux = first;
	tape_input(tape, y, 0, x.v);
	copy_columns(var_rows(y), x.c, x.v->x + x.first, x.v->c, y->x, y->c);
	return tape_leave(tape, y);
}
