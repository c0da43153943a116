/* design.h - what a contestant is made of: an architecture with its settings for each side, which
 * may differ (a Transformer's encoder, an LSTM's decoder), and what the harness owns. */
#ifndef BAKEOFF_DESIGN_H
#define BAKEOFF_DESIGN_H

#include "core/error.h"
#include "data/settings.h"
#include "models/layer_settings.h"
#include "models/settings.h"

struct architecture;

struct body {
	const struct architecture *architecture;
	struct layer_settings layer;
	void *settings; /* the architecture's own, owned */
};

struct design {
	struct model_settings model;
	struct body side[SIDES];
};

/* The architecture's defaults. */
void body_default(struct body *, const struct architecture *);
void body_copy(struct body *to, const struct body *from);
void body_free(struct body *);
/* Whether both have one architecture and the same values of all settings. */
bool body_equal(const struct body *, const struct body *);

/* The defaults of one architecture, for both sides. */
void design_default(struct design *, const struct architecture *);
void design_copy(struct design *to, const struct design *from);
void design_free(struct design *);

/* "rnn", or "transformer-rnn" where the sides differ: the encoder's first. */
void design_name(const struct design *, char name[64]);

/* Channels of the states that a side's layers pass on. */
int design_width(const struct design *, int side);

/* Rules for a decoder that attends to the encoder by attention_block_states. `key`: what says the
 * width of its states. */
bool design_check_states(const struct design *, const char *key, struct error *);

bool design_is_decoder_only(const struct design *);
bool design_is_encoder_only(const struct design *);
/* Whether the arrangement has layers of that side. */
bool design_has(const struct design *, int side);

/* Where there are layers of one side alone: gives the other its body, and settings that are about
 * the other the values that having none leaves. */
void design_arrange(struct design *);

/* Rules between settings of an arranged design. The message starts with the key, "heads = 3: must
 * divide width = 256"; *side is the side that breaks the rule. */
bool design_check(const struct design *, int *side, struct error *);

#endif
