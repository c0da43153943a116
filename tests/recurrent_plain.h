/* recurrent_plain.h - LSTM, its variants and GRU by their definitions: a number at a time, in
 * double. */
#ifndef BAKEOFF_RECURRENT_PLAIN_H
#define BAKEOFF_RECURRENT_PLAIN_H

#include "core/ops.h"
#include "tests/slopes.h"

struct recurrent_case {
	int t, n, h;
	bool gru, lengths, reverse, start, last; /* a first state; a loss of the last one, too */
	bool peephole, gain, state_gain, state_bias; /* LSTM */
	bool bias;                                   /* GRU */
	double dropout;
	bool firsts;
};

/* What a recurrent operation is given; NULL what it is not. */
struct recurrent_problem {
	struct recurrent_case shape;
	struct slopes s;
	int first[4], length[4];
	struct dropout_mask mask;
	struct var *x, *u, *b, *h0, *c0, *peephole, *gain, *state_gain, *state_bias;
};

/* Numbers of the definition, in double; those at [n][h]. */
struct recurrent_answer {
	double *y;     /* [T][N][H] */
	double *h, *c; /* [N][H] the state so far */
	double *mask;  /* [N][H] */
};

/* The inputs of a case, on a tape. */
void recurrent_open(struct recurrent_problem *, struct recurrent_case);
void recurrent_close(struct recurrent_problem *);

/* The operation on x; its last state in *final, if wanted. */
struct var *recurrent_run(struct recurrent_problem *, struct var *x, struct var *h0, struct var *c0,
                          struct var **final);

/* What should come of it, which the caller frees. */
struct recurrent_answer recurrent_plainly(const struct recurrent_problem *);
void recurrent_answer_free(struct recurrent_answer *);

#endif
