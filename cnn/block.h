/* block.h - the convolutional part of a layer, in its kinds: f of y = x + f(x). */
#ifndef BAKEOFF_BLOCK_H
#define BAKEOFF_BLOCK_H

#include "models/sublayer.h"

enum convolution_kind {
	CONVOLUTION_GATED,       /* glu(W * x); Gehring 2017, section 3.2 */
	CONVOLUTION_TCN,         /* r(W2 * dropout(r(W1 * x))), r = ReLU; Bai 2018, section 3.4 */
	CONVOLUTION_BYTENET,     /* W3 r(n(W * r(n(W1 r(n(x)))))), n a norm; Kalchbrenner 2016,
	                            figure 3 */
	CONVOLUTION_LIGHTWEIGHT, /* W2 (softmax(w) * glu(W1 x)), depthwise; Wu 2019, section 4 */
	CONVOLUTION_DYNAMIC,     /* the same with w of each step: W3 glu(W1 x); section 5 */
};

struct cnn_settings {
	int convolution;                        /* enum convolution_kind */
	struct ints kernel, dilation, channels; /* of each layer */
	long heads;
	double weight_dropout;
	bool weight_norm;
	bool project_context; /* the decoder's */
};

extern const struct setting cnn_settings_table[];

/* A convolution over all channels. */
struct filter {
	int v, gain, bias; /* v -1: none; gain -1: v is the weight itself */
	int from, to;      /* channels */
};

struct block {
	enum convolution_kind kind;
	int kernel, dilation, channels;
	int heads;
	double weight_dropout;
	struct filter filter[2];
	struct projection in, out; /* of one step each */
	struct norm norm[3];
	int taps;               /* lightweight: [heads][kernel] */
	struct projection make; /* dynamic: the taps of each step */
};

/* Where a block runs. */
struct steps {
	const struct model *model;
	int side;
	const int *length;         /* encoder: what lies behind a sentence's end counts as 0 */
	const int *blank;          /* decoder: steps before each sentence, which do, too; NULL: 0 */
	struct carry *carry;       /* decoder; NULL in training */
	double dropout;            /* gated: of x */
	struct var *const *weight; /* [2] of the filters: block_weight */
};

/* Rules between a side's settings of its convolutions. */
bool block_check(const struct design *, int side, struct error *);

struct block block_add(struct model *, int side, int number);

/* The weight of its i-th filter, or NULL. */
struct var *block_weight(struct tape *, const struct block *, int i);

/* f(x), of x [T][N][width] -> [T][N][width]. Takes a slot of the carry for each convolution over
 * time. */
struct var *block_apply(struct tape *, const struct block *, const struct steps *, struct var *x);

/* Steps that its convolutions see beside one: sum of (kernel - 1) dilation. */
double block_reach(const struct block *);

/* Multiply-adds of one step. */
double block_cost(const struct block *, double width);

#endif
