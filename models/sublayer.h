/* sublayer.h - the sub-layers that a layer of any architecture may have: self-attention, attention
 * to the encoder, feed-forward, each with a residual connection and a norm.
 *
 * A Transformer's layer has nothing else; a recurrent or convolutional layer has them after its own
 * part (Domhan 2018).
 */
#ifndef BAKEOFF_SUBLAYER_H
#define BAKEOFF_SUBLAYER_H

#include "models/attention.h"
#include "models/model.h"

/* Gain -1: none. Bias -1: none, as in an RMS norm. */
struct norm {
	int gain, bias;
};

static const struct norm NO_NORM = { -1, -1 };

/* Of one layer. A part that the layer does not have is zeroed, and its flag false. */
struct sublayers {
	bool has_self, has_cross, has_feed_forward;
	int cross_number; /* of those layers that attend to the encoder, from 0 */
	struct attention_block self, cross;
	struct norm norm[3]; /* of each part, in that order */
	struct projection linear1, linear2;
};

/* Where the sub-layers of a layer run. */
struct sublayer_run {
	const struct model *model;
	int side, layer;
	const struct memory *memory; /* of the source: its lengths, and what was remembered of it */
	struct carry *carry;         /* decoder only; NULL in training */
	struct var *embedded;        /* decoder only: what it was given */
};

/* Declares NAME.weight and, for a layer norm, NAME.bias, both of d channels; none where the side's
 * layers have no norm. */
struct norm norm_add(struct model *, int side, int d, const char *name);
/* The same whether the side's layers have norms or not. */
struct norm norm_always(struct model *, int side, int d, const char *name);
struct var *norm_apply(struct tape *, struct norm, struct var *x);

/* f(x) of a block becomes x + dropout(f(norm(x))), or norm(x + dropout(f(x))): what goes in, and
 * what comes out of it. `fx` is used up. */
struct var *sublayer_input(struct tape *, const struct model *, int side, struct norm,
                           struct var *x);
struct var *sublayer_output(struct tape *, const struct model *, int side, struct norm,
                            struct var *x, struct var *fx);

/* Declares what the side's settings ask for at that layer, d channels wide: SIDE.LAYER.self_attn,
 * .multihead_attn, .linear1, .linear2 and .norm1 ... `attends`: the layer attends to the encoder
 * this way if it attends at all; false where the architecture has its own. */
struct sublayers sublayers_add(struct model *, int side, int layer, int d, bool attends);

/* Projects the source for one layer's attention to it, if it has such, and unless a layer with the
 * same weights did so already. Layers must be asked in order. */
void sublayers_remember(struct tape *, const struct sublayers *, struct memory *);

struct var *sublayers_apply(struct tape *, const struct sublayers *, const struct sublayer_run *,
                            struct var *x);

/* Where no layer attends to the encoder (attention: none), a decoder that has no other way to the
 * source adds the source's summary, projected, to every step. -1 where layers attend. */
struct projection summary_add(struct model *, int d);
/* Projects it once a sentence: the first entry of memory->projected. */
void summary_remember(struct tape *, struct projection, struct memory *);
/* What layers read: y, with the summary added if there is one. */
struct var *summary_join(struct tape *, struct projection, const struct memory *, struct var *y);

/* Multiply-adds for one sentence. */
double summary_cost(const struct model *, struct projection, int d);

/* A last norm after all layers, where norms come before each block: SIDE_norm. */
struct norm last_norm_add(struct model *, int side, int d);

/* Multiply-adds of one layer's sub-layers, d channels wide, for one sentence pair. */
double sublayers_cost(const struct model *, const struct sublayers *, int side, int layer, int d,
                      double source, double target);

/* Steps that a state after the layer's sub-layers sees beyond those that one before them sees:
 * HUGE_VAL with self-attention to all. */
double sublayers_reach(const struct model *, const struct sublayers *, int side);

#endif
