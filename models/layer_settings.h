/* layer_settings.h - what the layers of any architecture may be made of: attention, positions,
 * normalisation, feed-forward blocks. Each architecture has its own defaults. */
#ifndef BAKEOFF_LAYER_SETTINGS_H
#define BAKEOFF_LAYER_SETTINGS_H

#include "core/ops.h"
#include "core/setting.h"
#include "data/settings.h"

enum positions {
	POSITIONS_NONE,
	POSITIONS_SINUSOIDAL, /* added to the embeddings; Vaswani 2017 */
	POSITIONS_LEARNED,    /* added to the embeddings; Gehring 2017 */
	POSITIONS_RELATIVE,   /* vectors for each distance in self-attention; Shaw 2018 */
	POSITIONS_ROTARY,     /* queries and keys of self-attention are turned; Su 2021 */
	POSITIONS_ALIBI       /* scores of self-attention fall with distance; Press 2022 */
};

/* The score of a query and a key. */
enum attend { ATTEND_NONE, ATTEND_DOT, ATTEND_SCALED_DOT, ATTEND_GENERAL, ATTEND_ADDITIVE };

enum attention_layers { ATTENTION_LAST, ATTENTION_ALL };

enum norm_place { NORM_NONE, NORM_PRE, NORM_POST };
enum norm_function { NORM_LAYER, NORM_RMS };

enum layer_activation { LAYER_RELU, LAYER_GELU, LAYER_SWISH, LAYER_SWIGLU, LAYER_GELU_TANH };

struct layer_settings {
	long layers, encoder_layers, decoder_layers; /* layers 0: each side has its own number */
	bool share_layers;
	int positions; /* enum positions */
	long relative_clip;
	int attention;        /* enum attend, of the decoder to the encoder */
	int attention_layers; /* enum attention_layers */
	int self_attention;   /* enum attend */
	long heads, key_heads, key_width, value_width;
	long window, block;
	bool attend_embeddings;
	double attention_dropout;
	int norm;          /* enum norm_place */
	int norm_function; /* enum norm_function */
	long feed_forward; /* 0: none */
	int activation;    /* enum layer_activation */
};

extern const struct setting layer_settings_table[];

/* Names of those that mean something to one side alone; NULL after the last. */
extern const char *const *const layer_settings_only[SIDES];

/* Names of those that mean something beside an encoder only; NULL after the last. */
extern const char *const layer_settings_of_encoder[];

/* Layers of a side. */
int layers_of(const struct layer_settings *, int side);

/* Whether that layer of the side attends to the encoder. */
bool layer_attends(const struct layer_settings *, int side, int layer);

/* Rules between these settings for a side whose layers are `width` channels wide, which the key
 * `key` says. The message starts with the key of the setting to change. */
bool layer_settings_check(const struct layer_settings *, int side, long width, const char *key,
                          struct error *);

#endif
