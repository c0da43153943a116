/* op_lstm.c - a whole LSTM sequence as one operation (Hochreiter and Schmidhuber 1997, with forget
 * gates). */
#include "core/error.h"
#include "core/ops.h"

#include <string.h>

/* What backward needs. The state before the first step and after each step lies in one line, in
 * time order, so that the gradient of U is a single product over all steps: forward, state(t) is at
 * t + 1 and the first at 0; reverse, state(t) is at t and the first at T. */
struct lstm {
	const int *length; /* NULL: no padding */
	bool reverse;
	real *gates;      /* [T][N][4H] after their activations; lies in the projected input */
	real *h, *c;      /* [T + 1][N][H] */
	uint16_t *bfloat16_h; /* h in bfloat16, or NULL */
	real *tanh_c;     /* [T][N][H] */
	real *dfinal;     /* [2][N][H] gradient of the last state, or NULL */
};

static size_t after(const struct lstm *l, int t)
{
	return (size_t)(l->reverse ? t : t + 1);
}

static size_t before(const struct lstm *l, int t)
{
	return (size_t)(l->reverse ? t + 1 : t);
}

static bool is_real(const struct lstm *l, int t, int row)
{
	return !l->length || t < l->length[row];
}

/* h from element `at` on. */
static struct operand state_operand(const struct lstm *l, size_t at, int hidden)
{
	return operand_at((struct operand){ l->h, l->bfloat16_h, hidden }, at);
}

static void convert_state(const struct tape *tape, struct lstm *l, size_t at, size_t block)
{
	if (l->bfloat16_h)
		tape->vector->to_bfloat16(block, l->h + at, l->bfloat16_h + at);
}

static void forward_step(struct tape *tape, struct lstm *l, struct var *u, int t, int n, int hidden)
{
	const size_t h = (size_t)hidden, block = (size_t)n * h;
	real *gates = l->gates + (size_t)t * 4 * block;
	const real *h0 = l->h + before(l, t) * block, *c0 = l->c + before(l, t) * block;
	real *h1 = l->h + after(l, t) * block, *c1 = l->c + after(l, t) * block;

	tape_multiply(tape, PLAIN, TRANSPOSED, n, 4 * hidden, hidden, 1,
	              state_operand(l, before(l, t) * block, hidden), tape_operand(tape, u), 1,
	              gates, 4 * hidden);
	for (int i = 0; i < n; i++) {
		const size_t at = (size_t)i * h;

		if (is_real(l, t, i)) {
			tape->vector->lstm(h, gates + 4 * at, c0 + at, c1 + at,
			                   l->tanh_c + (size_t)t * block + at, h1 + at);
		} else {
			memcpy(h1 + at, h0 + at, h * sizeof(real));
			memcpy(c1 + at, c0 + at, h * sizeof(real));
		}
	}
	convert_state(tape, l, after(l, t) * block, block);
}

/* dh, dc: gradients of the state after step t, [N][H]; they become those of the state before it. */
static void backward_step(struct tape *tape, const struct lstm *l, const struct var *y,
                          struct var *u, int t, real *dh, real *dc)
{
	const size_t h = (size_t)y->c, block = (size_t)y->n * h;
	real *gates = l->gates + (size_t)t * 4 * block;
	const real *c0 = l->c + before(l, t) * block;
	const real *dy = y->g + (size_t)t * block;
	const size_t mark = tape->arena.used;

	for (int i = 0; i < y->n; i++) {
		const size_t at = (size_t)i * h;

		if (!is_real(l, t, i)) {
			memset(gates + 4 * at, 0, 4 * h * sizeof(real));
			continue;
		}
		tape->vector->accumulate(h, 1, dy + at, dh + at);
		tape->vector->lstm_backward(h, gates + 4 * at, c0 + at,
		                            l->tanh_c + (size_t)t * block + at, dh + at, dc + at,
		                            gates + 4 * at);
		if (l->length)
			memset(dh + at, 0, h * sizeof(real));
	}
	tape_multiply(tape, PLAIN, PLAIN, y->n, y->c, 4 * y->c, 1,
	              tape_operand_of(tape, gates, (size_t)y->n, 4 * y->c), tape_operand(tape, u),
	              l->length ? 1 : 0, dh, y->c);
	tape->arena.used = mark;
}

static void lstm_backward(struct tape *tape, struct var *y)
{
	const struct lstm *l = y->aux;
	struct var *projected = y->in[0], *u = y->in[1], *h0 = y->in[2], *c0 = y->in[3];
	const size_t block = (size_t)y->n * (size_t)y->c;
	real *dh = tape_memory(tape, block * sizeof(real));
	real *dc = tape_memory(tape, block * sizeof(real));
	real *du = tape_gradient(tape, u), *g;
	size_t mark;

	memset(dh, 0, block * sizeof(real));
	memset(dc, 0, block * sizeof(real));
	if (l->dfinal) {
		memcpy(dh, l->dfinal, block * sizeof(real));
		memcpy(dc, l->dfinal + block, block * sizeof(real));
	}
	for (int i = 0; i < y->t; i++)
		backward_step(tape, l, y, u, l->reverse ? i : y->t - 1 - i, dh, dc);
	mark = tape->arena.used;
	if (du)
		tape_multiply(tape, TRANSPOSED, PLAIN, 4 * y->c, y->c, var_rows(y), 1,
		              tape_operand_of(tape, l->gates, (size_t)var_rows(y), 4 * y->c),
		              state_operand(l, l->reverse ? block : 0, y->c), 1, du, y->c);
	tape->arena.used = mark;
	if (projected->needs_gradient) {
		if (projected->g)
			panic("lstm: its projected input is read by another operation too");
		projected->g = l->gates;
	}
	if ((g = tape_gradient(tape, h0)))
		tape->vector->accumulate(block, 1, dh, g);
	if ((g = tape_gradient(tape, c0)))
		tape->vector->accumulate(block, 1, dc, g);
}

static void final_backward(struct tape *tape, struct var *final)
{
	struct var *y = final->in[0];
	struct lstm *l = y->aux;

	tape_gradient(tape, y);
	l->dfinal = tape_memory(tape, var_size(final) * sizeof(real));
	memcpy(l->dfinal, final->g, var_size(final) * sizeof(real));
}

/* The state after the last step as a variable, whose gradient goes back through y's operation. */
static struct var *last_state(struct tape *tape, struct var *y)
{
	static const struct op op = { .name = "lstm_state", .backward = final_backward };
	const struct lstm *l = y->aux;
	const size_t block = (size_t)y->n * (size_t)y->c;
	const size_t last = after(l, l->reverse ? 0 : y->t - 1);
	struct var *final = tape_var(tape, &op, 2, y->n, y->c);

	tape_input(tape, final, 0, y);
	memcpy(final->x, l->h + last * block, block * sizeof(real));
	memcpy(final->x + block, l->c + last * block, block * sizeof(real));
	return final;
}

static void start_state(const struct var *from, real *to, size_t block)
{
	if (from)
		memcpy(to, from->x, block * sizeof(real));
	else
		memset(to, 0, block * sizeof(real));
}

static const int *only_if_padded(const int *length, int t, int n)
{
	for (int i = 0; length && i < n; i++)
		if (length[i] < t)
			return length;
	return NULL;
}

struct var *op_lstm(struct tape *tape, struct var *projected, struct var *u, struct var *h0,
                    struct var *c0, const int *length, bool reverse, struct var **final)
{
	static const struct op op = { .name = "lstm", .backward = lstm_backward, .reads_result = true };
	const int t = projected->t, n = projected->n, hidden = u->c;
	const size_t block = (size_t)n * (size_t)hidden;
	struct lstm *l = tape_memory(tape, sizeof *l);
	struct var *y;

	tape_enter(tape, &op);
	if (projected->c != 4 * hidden || u->n != 4 * hidden || (h0 && var_size(h0) != block) ||
	    (c0 && var_size(c0) != block))
		panic("lstm: projected [%d][%d][%d], %s [%d][%d]", t, n, projected->c,
		      u->name ? u->name : "U", u->n, u->c);
	*l = (struct lstm){ .length = only_if_padded(length, t, n),
		            .reverse = reverse,
		            .gates = projected->x };
	l->h = tape_memory(tape, (size_t)(t + 1) * block * sizeof(real));
	l->c = tape_memory(tape, (size_t)(t + 1) * block * sizeof(real));
	l->tanh_c = tape_memory(tape, (size_t)t * block * sizeof(real));
	start_state(h0, l->h + (reverse ? (size_t)t : 0) * block, block);
	start_state(c0, l->c + (reverse ? (size_t)t : 0) * block, block);
	if (tape->bfloat16)
		l->bfloat16_h = tape_memory(tape, (size_t)(t + 1) * block * sizeof *l->bfloat16_h);
	convert_state(tape, l, (reverse ? (size_t)t : 0) * block, block);
	for (int i = 0; i < t; i++)
		forward_step(tape, l, u, reverse ? t - 1 - i : i, n, hidden);
	if (l->length) {
		y = tape_var(tape, &op, t, n, hidden);
		memcpy(y->x, l->h + after(l, 0) * block, (size_t)t * block * sizeof(real));
		for (int i = 0; i < n; i++)
			for (int s = l->length[i]; s < t; s++)
				memset(y->x + (size_t)s * block + (size_t)(i * hidden), 0,
				       (size_t)hidden * sizeof(real));
	} else {
		y = tape_wrap(tape, &op, t, n, hidden, l->h + after(l, 0) * block);
	}
	y->aux = l;
	tape_input(tape, y, 0, projected);
	tape_input(tape, y, 1, u);
	tape_input(tape, y, 2, h0);
	tape_input(tape, y, 3, c0);
	if (final)
		*final = last_state(tape, y);
	return tape_leave(tape, y);
}
