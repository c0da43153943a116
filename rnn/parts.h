/* parts.h - what the recurrent encoder and decoder share: settings, and a layer around its cell. */
#ifndef BAKEOFF_RNN_PARTS_H
#define BAKEOFF_RNN_PARTS_H

#include "models/sublayer.h"
#include "rnn/cell.h"

struct rnn_settings {
	long hidden;
	bool residual;
	int cell; /* enum cell_kind */
	double forget_bias;
	bool bidirectional, reverse_source; /* the encoder's */
	bool input_feeding, bridge_cell;    /* the decoder's */
	bool variational_dropout;
};

const struct rnn_settings *rnn_settings_of(const struct model *, int side);
const struct layer_settings *rnn_layer_settings_of(const struct model *, int side);

/* Masks for all steps of a sequence; of p = 0 without variational_dropout. */
struct rnn_masks {
	struct dropout_mask input;        /* of a layer's input, or, with norms, of its states */
	struct dropout_mask recurrent[2]; /* of each way */
};

/* Masks of so many layers, and one more: its `input` is of the side's result. */
const struct rnn_masks *rnn_masks_draw(struct tape *, const struct model *, int side, int layers);

/* Dropout by the mask, or one of its own for each step without variational_dropout. */
struct var *rnn_dropout(struct tape *, const struct model *, int side, struct var *x,
                        struct dropout_mask);

/* A cell of the side at that layer; `in` channels go in. */
struct cell rnn_cell_add(struct model *, int side, int layer, int hidden, int in,
                         const char *suffix);

/* Declares norm and sub-layers of a layer whose input has `in` channels. */
void rnn_rest_add(struct model *, int side, int layer, int in, struct norm *, struct sublayers *);

/* Whether a layer has the weights of the one before; the first, of `in` channels, has its own where
 * these are not the others'. */
bool rnn_is_shared(const struct model *, int side, int layer, int in);

/* What a layer's cell reads, and what becomes of its states. */
struct var *rnn_layer_input(struct tape *, const struct model *, int side, struct norm,
                            struct var *x, int layer, struct dropout_mask);
struct var *rnn_layer_output(struct tape *, const struct model *, int side, struct norm,
                             struct var *x, struct var *y, struct dropout_mask);

/* The sides, as in struct architecture. */
void rnn_build_encoder(struct model *);
void rnn_encode(struct tape *, const struct model *, struct var *x, struct memory *);
struct cost rnn_encoder_cost(const struct model *, double source);
void rnn_build_decoder(struct model *);
void rnn_project(struct tape *, const struct model *, struct memory *);
struct var *rnn_decode(struct tape *, const struct model *, const struct memory *, struct var *y,
                       struct carry *);
struct cost rnn_decoder_cost(const struct model *, double source, double target);

#endif
