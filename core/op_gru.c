/* op_gru.c - a whole GRU sequence as one operation (Cho 2014, in PyTorch's form). */
#include "core/error.h"
#include "core/ops.h"
#include "core/recurrent.h"

#include <string.h>

enum { PROJECTED, U, BIAS, H0 };

/* What backward needs; the line of states as in recurrent.h. */
struct gru {
	struct recurrent r;
	real *gates;  /* [T][N][3H] after their activations; lies in the projected input */
	real *sums;   /* [T][N][3H] U h + b; backward puts their gradients here */
	real *dfinal; /* [N][H] gradient of the last state, or NULL */
};

static void forward_step(struct tape *tape, struct gru *g, struct var *u, const struct var *b,
                         int t)
{
	const size_t h = (size_t)g->r.hidden, block = recurrent_block(&g->r);
	real *sums = g->sums + (size_t)t * 3 * block, *gates = g->gates + (size_t)t * 3 * block;
	const real *h0 = g->r.h + recurrent_before(&g->r, t);
	real *h1 = g->r.h + recurrent_after(&g->r, t);

	tape_multiply(tape, PLAIN, TRANSPOSED, g->r.n, u->n, g->r.hidden, 1,
	              recurrent_input(&g->r, t), tape_operand(tape, u), 0, sums, u->n);
	if (b)
		tape->vector->add_rows((size_t)g->r.n, 3 * h, b->x, sums);
	for (int i = 0; i < g->r.n; i++) {
		const size_t at = (size_t)i * h;

		if (recurrent_is_real(&g->r, t, i))
			tape->vector->gru(h, gates + 3 * at, sums + 3 * at, h0 + at, h1 + at);
		else
			memcpy(h1 + at, h0 + at, h * sizeof(real));
	}
	recurrent_stepped(tape, &g->r, t);
}

/* dh: gradient of the state after step t, [N][H]; it becomes that of the state before it. */
static void backward_step(struct tape *tape, const struct gru *g, const struct var *y, int t,
                          real *dh)
{
	const size_t h = (size_t)y->c, block = recurrent_block(&g->r);
	real *sums = g->sums + (size_t)t * 3 * block, *gates = g->gates + (size_t)t * 3 * block;
	const real *h0 = g->r.h + recurrent_before(&g->r, t);
	const real *dy = y->g + (size_t)t * block;

	for (int i = 0; i < y->n; i++) {
		const size_t at = (size_t)i * h;

		if (!recurrent_is_real(&g->r, t, i)) {
			memset(gates + 3 * at, 0, 3 * h * sizeof(real));
			memset(sums + 3 * at, 0, 3 * h * sizeof(real));
			continue;
		}
		tape->vector->accumulate(h, 1, dy + at, dh + at);
		tape->vector->gru_backward(h, gates + 3 * at, sums + 3 * at, h0 + at, dh + at);
	}
	recurrent_pass_back(tape, &g->r, sums, y->in[U], 1, dh);
}

static void gru_backward(struct tape *tape, struct var *y)
{
	const struct gru *g = y->aux;
	struct var *projected = y->in[PROJECTED];
	const size_t block = recurrent_block(&g->r);
	real *dh = tape_memory(tape, block * sizeof(real));
	real *db = tape_gradient(tape, y->in[BIAS]), *dh0;

	memset(dh, 0, block * sizeof(real));
	if (g->dfinal)
		memcpy(dh, g->dfinal, block * sizeof(real));
	for (int i = y->t - 1; i >= 0; i--)
		backward_step(tape, g, y, recurrent_step(&g->r, i), dh);
	recurrent_weight_gradient(tape, &g->r, g->sums, y->in[U]);
	if (db)
		tape->vector->sum_rows((size_t)var_rows(y), 3 * (size_t)y->c, g->sums, db);
	if (projected->needs_gradient) {
		if (projected->g)
			panic("gru: its projected input is read by another operation too");
		projected->g = g->gates;
	}
	if ((dh0 = tape_gradient(tape, y->in[H0])))
		tape->vector->accumulate(block, 1, dh, dh0);
}

static struct steps_read gru_reads(const struct var *y, int input, const struct var *in, int t)
{
	const struct gru *g = y->aux;

	(void)in;
	return recurrent_reads(&g->r, input == H0, t);
}

static int gru_before(const struct var *y, int t)
{
	return recurrent_comes_before(&((const struct gru *)y->aux)->r, t);
}

static struct steps_read final_reads(const struct var *final, int input, const struct var *y, int t)
{
	const struct gru *g = y->aux;

	(void) final;
	(void)input;
	(void)t;
	return (struct steps_read){ recurrent_step(&g->r, y->t - 1), 1, 1, 0 };
}

static void final_backward(struct tape *tape, struct var *final)
{
	struct var *y = final->in[0];
	struct gru *g = y->aux;

	tape_gradient(tape, y);
	g->dfinal = tape_memory(tape, var_size(final) * sizeof(real));
	memcpy(g->dfinal, final->g, var_size(final) * sizeof(real));
}

/* The state after the last step as a variable, whose gradient goes back through y's operation. */
static struct var *last_state(struct tape *tape, struct var *y)
{
	static const struct op op = { .name = "gru_state",
		                      .backward = final_backward,
		                      .reads = final_reads };
	const struct gru *g = y->aux;
	const int last = recurrent_step(&g->r, y->t - 1);
	struct var *final = tape_var(tape, &op, 1, y->n, y->c);

	tape_input(tape, final, 0, y);
	memcpy(final->x, g->r.h + recurrent_after(&g->r, last), var_size(final) * sizeof(real));
	return final;
}

struct var *op_gru(struct tape *tape, struct var *projected, struct var *u, struct var *b,
                   struct var *h0, const int *first, const int *length, bool reverse,
                   struct dropout_mask recurrent, struct var **final)
{
	static const struct op op = { .name = "gru",
		                      .backward = gru_backward,
		                      .reads_result = true,
		                      .reads = gru_reads,
		                      .before = gru_before };
	const int t = projected->t, n = projected->n, hidden = u->c;
	struct gru *g = tape_memory(tape, sizeof *g);
	struct var *y;

	tape_enter(tape, &op);
	*g = (struct gru){ .r = { .t = t, .n = n, .hidden = hidden }, .gates = projected->x };
	if (projected->c != 3 * hidden || u->n != 3 * hidden ||
	    (b && var_size(b) != 3 * (size_t)hidden) ||
	    (h0 && var_size(h0) != recurrent_block(&g->r)))
		panic("gru: projected [%d][%d][%d], %s [%d][%d]", t, n, projected->c,
		      u->name ? u->name : "U", u->n, u->c);
	recurrent_begin(tape, &g->r, h0, first, length, reverse, recurrent);
	g->sums = tape_memory(tape, var_size(projected) * sizeof(real));
	for (int i = 0; i < t; i++)
		forward_step(tape, g, u, b, recurrent_step(&g->r, i));
	y = recurrent_result(tape, &op, &g->r);
	y->aux = g;
	tape_input(tape, y, PROJECTED, projected);
	tape_input(tape, y, U, u);
	tape_input(tape, y, BIAS, b);
	tape_input(tape, y, H0, h0);
	if (final)
		*final = last_state(tape, y);
	return tape_leave(tape, y);
}
