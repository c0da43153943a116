/* recurrent.c - what the recurrent operations have in common: the line of their states h. */
#include "core/recurrent.h"

#include <string.h>

/* NULL where all of them are `none`. */
static const int *only_if_padded(const int *steps, int none, int n)
{
	for (int i = 0; steps && i < n; i++)
		if (steps[i] != none)
			return steps;
	return NULL;
}

real *recurrent_line(struct tape *tape, const struct recurrent *r, const struct var *first)
{
	const size_t block = recurrent_block(r);
	real *line = tape_memory(tape, (size_t)(r->t + 1) * block * sizeof(real));
	real *to = line + recurrent_before(r, recurrent_step(r, 0));

	if (first)
		memcpy(to, first->x, block * sizeof(real));
	else
		memset(to, 0, block * sizeof(real));
	return line;
}

/* The state at element `at` of the line is there. */
static void complete(struct tape *tape, struct recurrent *r, size_t at)
{
	const size_t block = recurrent_block(r);

	if (r->masked != r->h)
		tape->vector->dropout(block, r->mask.key, 0, r->mask.p, r->h + at, r->masked + at);
	if (r->bfloat16)
		tape->vector->to_bfloat16(block, r->masked + at, r->bfloat16 + at);
}

void recurrent_begin(struct tape *tape, struct recurrent *r, const struct var *h0, const int *first,
                     const int *length, bool reverse, struct dropout_mask mask)
{
	const size_t size = (size_t)(r->t + 1) * recurrent_block(r);

	r->first = only_if_padded(first, 0, r->n);
	r->length = only_if_padded(length, r->t, r->n);
	r->reverse = reverse;
	r->h = r->masked = recurrent_line(tape, r, h0);
	r->mask = mask;
	if (mask.p > 0)
		r->masked = tape_memory(tape, size * sizeof(real));
	if (tape->bfloat16)
		r->bfloat16 = tape_memory(tape, size * sizeof *r->bfloat16);
	complete(tape, r, recurrent_before(r, recurrent_step(r, 0)));
}

struct operand recurrent_input(const struct recurrent *r, int t)
{
	return operand_at((struct operand){ r->masked, r->bfloat16, r->hidden },
	                  recurrent_before(r, t));
}

void recurrent_stepped(struct tape *tape, struct recurrent *r, int t)
{
	complete(tape, r, recurrent_after(r, t));
}

struct var *recurrent_result(struct tape *tape, const struct op *op, const struct recurrent *r)
{
	const size_t block = recurrent_block(r), h = (size_t)r->hidden;
	real *states = r->h + recurrent_after(r, 0);
	struct var *y;

	if (!recurrent_is_padded(r))
		return tape_wrap(tape, op, r->t, r->n, r->hidden, states);
	y = tape_var(tape, op, r->t, r->n, r->hidden);
	memcpy(y->x, states, (size_t)r->t * block * sizeof(real));
	for (int s = 0; s < r->t; s++)
		for (int i = 0; i < r->n; i++)
			if (!recurrent_is_real(r, s, i))
				memset(y->x + (size_t)s * block + (size_t)i * h, 0,
				       h * sizeof(real));
	return y;
}

void recurrent_pass_back(struct tape *tape, const struct recurrent *r, const real *dsums,
                         struct var *u, real beta, real *dh)
{
	const size_t mark = tape->arena.used, block = recurrent_block(r);
	const struct operand d = tape_operand_of(tape, dsums, (size_t)r->n, u->n);
	real *to = r->mask.p > 0 ? tape_memory(tape, block * sizeof(real)) : dh;

	tape_multiply(tape, PLAIN, PLAIN, r->n, r->hidden, u->n, 1, d, tape_operand(tape, u),
	              to == dh ? beta : 0, to, r->hidden);
	if (to != dh && beta == 0)
		tape->vector->dropout(block, r->mask.key, 0, r->mask.p, to, dh);
	else if (to != dh)
		tape->vector->add_dropout(block, r->mask.key, 0, r->mask.p, 1, dh, to, dh);
	tape->arena.used = mark;
}

void recurrent_weight_gradient(struct tape *tape, const struct recurrent *r, const real *dsums,
                               struct var *u)
{
	const size_t mark = tape->arena.used;
	const int rows = r->t * r->n;
	struct operand states = { r->masked, r->bfloat16, r->hidden };
	real *du = tape_gradient(tape, u);

	if (du)
		tape_multiply(tape, TRANSPOSED, PLAIN, u->n, r->hidden, rows, 1,
		              tape_operand_of(tape, dsums, (size_t)rows, u->n),
		              operand_at(states, r->reverse ? recurrent_block(r) : 0), 1, du,
		              r->hidden);
	tape->arena.used = mark;
}

struct steps_read recurrent_reads(const struct recurrent *r, bool starts, int t)
{
	if (starts)
		return (struct steps_read){ 0, t == recurrent_step(r, 0), 1, 1 };
	return (struct steps_read){ t, 1, 1, 0 };
}

int recurrent_comes_before(const struct recurrent *r, int t)
{
	return t == recurrent_step(r, 0) ? -1 : r->reverse ? t + 1 : t - 1;
}
