/* recurrent.h - what the recurrent operations have in common: the line of their states h.
 *
 * Only for core/op_lstm.c and core/op_gru.c. The state before the first step and after each step
 * lie in one line, in time order, so that the gradient of U is a single product over all steps:
 * forward, state(t) is at t + 1 and the first at 0; reverse, state(t) is at t and the first at T.
 */
#ifndef BAKEOFF_RECURRENT_H
#define BAKEOFF_RECURRENT_H

#include "core/tape.h"

struct recurrent {
	int t, n, hidden;
	const int *first;  /* [N] or NULL: no padding before sentences, */
	const int *length; /* and none after them */
	bool reverse;
	real *h;                  /* [T + 1][N][H] */
	struct dropout_mask mask; /* of h on its way into U */
	real *masked;             /* [T + 1][N][H] h under the mask; h itself where there is none */
	uint16_t *bfloat16;       /* masked in bfloat16, or NULL */
};

static inline size_t recurrent_block(const struct recurrent *r)
{
	return (size_t)r->n * (size_t)r->hidden;
}

/* Where the state after, and before, step t begins in a line. */
static inline size_t recurrent_after(const struct recurrent *r, int t)
{
	return (size_t)(r->reverse ? t : t + 1) * recurrent_block(r);
}

static inline size_t recurrent_before(const struct recurrent *r, int t)
{
	return (size_t)(r->reverse ? t + 1 : t) * recurrent_block(r);
}

static inline bool recurrent_is_real(const struct recurrent *r, int t, int row)
{
	return (!r->first || t >= r->first[row]) && (!r->length || t < r->length[row]);
}

static inline bool recurrent_is_padded(const struct recurrent *r)
{
	return r->first || r->length;
}

/* Step number i in the order of computation. */
static inline int recurrent_step(const struct recurrent *r, int i)
{
	return r->reverse ? r->t - 1 - i : i;
}

/* The line, with h0 ([N][H], NULL: 0) as its first state. `first` and `length` are dropped where
 * they say nothing. */
void recurrent_begin(struct tape *, struct recurrent *, const struct var *h0, const int *first,
                     const int *length, bool reverse, struct dropout_mask);
/* A line [T + 1][N][H] of another state that begins with `first`, NULL for 0. */
real *recurrent_line(struct tape *, const struct recurrent *, const struct var *first);

/* The state before step t as U sees it, a matrix [N][H]. */
struct operand recurrent_input(const struct recurrent *, int t);
/* Says that the state after step t is there. */
void recurrent_stepped(struct tape *, struct recurrent *, int t);

/* For struct op: of a first state (`starts`) the first step alone reads. */
struct steps_read recurrent_reads(const struct recurrent *, bool starts, int t);
int recurrent_comes_before(const struct recurrent *, int t);

/* The states as the operation's result [T][N][H], 0 at padding. */
struct var *recurrent_result(struct tape *, const struct op *, const struct recurrent *);

/* dh = beta dh + what dsums [N][C] of step t, gradients of U h, give the state before it. */
void recurrent_pass_back(struct tape *, const struct recurrent *, const real *dsums, struct var *u,
                         real beta, real *dh);
/* Adds to U's gradient what dsums [T][N][C] of all steps give it. */
void recurrent_weight_gradient(struct tape *, const struct recurrent *, const real *dsums,
                               struct var *u);

#endif
