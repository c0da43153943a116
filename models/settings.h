/* settings.h - what every contestant has whatever its architecture: the keys that the harness owns.
 */
#ifndef BAKEOFF_MODEL_SETTINGS_H
#define BAKEOFF_MODEL_SETTINGS_H

#include "core/setting.h"

enum tied { TIED_NONE, TIED_TARGET, TIED_ALL };
enum arrangement {
	ARRANGEMENT_ENCODER_DECODER,
	ARRANGEMENT_DECODER_ONLY,
	ARRANGEMENT_ENCODER_ONLY
};
enum prefix { PREFIX_CAUSAL, PREFIX_BIDIRECTIONAL, PREFIX_NONE };
enum pooling { POOLING_MEAN, POOLING_LAST, POOLING_NONE };

struct model_settings {
	long width;      /* channels of embeddings (d_model) */
	int tied;        /* enum tied: which embedding tables the output layer shares */
	int arrangement; /* enum arrangement; decoder-only: joined.h, encoder-only: pooled.h */
	int prefix;     /* enum prefix: what the source's steps see of it, decoder-only; none: there
	                   is no source, which makes a language model */
	int pooling;    /* enum pooling: what an encoder-only's output is made from */
	double dropout; /* of embeddings and wherever the architecture's paper has it */
};

extern const struct setting model_settings_table[];

#endif
