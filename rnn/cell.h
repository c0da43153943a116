/* cell.h - the recurrent cell of one layer in one direction: LSTM and its variants, GRU. */
#ifndef BAKEOFF_RNN_CELL_H
#define BAKEOFF_RNN_CELL_H

#include "core/ops.h"

enum cell_kind {
	CELL_LSTM,            /* Hochreiter and Schmidhuber 1997, with forget gates */
	CELL_GRU,             /* Cho 2014 */
	CELL_LAYER_NORM_LSTM, /* Ba 2016 */
	CELL_PEEPHOLE_LSTM    /* Gers 2002 */
};

/* Numbers of parameters, -1 for those that the kind does not have; G = 4 gates (GRU: 3). */
struct cell {
	int kind, hidden;
	int input, recurrent;           /* W [GH][in], U [GH][H] */
	int bias, recurrent_bias;       /* [GH]; the second of a GRU */
	int peephole;                   /* [3][H] */
	int input_gain, recurrent_gain; /* [GH] of W x and of U h normalised */
	int state_gain, state_bias;     /* [H] of c normalised */
};

/* A state between steps, [1][N][H] each: NULL for 0; a GRU has no c. */
struct cell_state {
	struct var *h, *c;
};

/* Declares SIDE.weight_ih_lLAYERsuffix and so on, PyTorch's names where it has such. `forget_bias`:
 * first value of the forget gates' biases; a GRU has none. */
struct cell cell_add(struct parameters *, int kind, int hidden, int in, double forget_bias,
                     const char *side, int layer, const char *suffix);

/* Channels of what a cell remembers from step to step: h and c, or h. */
int cell_state_width(const struct cell *);

/* The whole sequence x [T][N][in] -> h [T][N][H]; `start`, the first state, may be {NULL, NULL};
 * `first`, `length`, `reverse`, `*final` and the recurrent mask as in op_lstm_variant and op_gru.
 */
struct var *cell_run(struct tape *, const struct cell *, struct var *x, struct cell_state start,
                     const int *first, const int *length, bool reverse,
                     struct dropout_mask recurrent, struct var **final);

/* The last state as one variable [1][N][cell_state_width], h first. */
struct var *cell_state_join(struct tape *, const struct cell *, struct var *final);

/* Its parts: the channels from `first` on. */
struct cell_state cell_state_split(struct tape *, const struct cell *, struct var *joined,
                                   int first);

/* Multiply-adds of a step, matrix products alone. */
double cell_cost(int kind, double in, double hidden);

#endif
