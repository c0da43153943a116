/* variants.h - the settings that every property of architectures is tested with. */
#ifndef BAKEOFF_VARIANTS_H
#define BAKEOFF_VARIANTS_H

#include "models/model.h"

enum { VARIANT_VOCABULARY = 23, VARIANT_LONGEST = 16 };

struct variant {
	const char *architecture; /* "rnn", or "transformer-rnn": the encoder's and the decoder's */
	const char *settings;     /* "key=value" separated by spaces, for both sides;
	                             "encoder.key=value"     for one */
};

extern const struct variant variants[];
extern const int variants_count;

/* Sizes to begin with, so that a test of all variants takes a moment. */
extern const char variant_small[], variant_wide[];

/* The variant's settings over those sizes, without dropout. The caller frees the design. */
void variant_design(struct design *, const struct variant *, const char *size);
/* A model of them with fresh weights. */
void variant_open(struct model *, const struct variant *, const char *size);

/* made_up_corpus in the form that the model is trained on: with labels where it is an encoder
 * alone.
 */
void variant_corpus(struct corpus *, const struct model *, size_t sentences, int shortest,
                    int longest, unsigned seed);

#endif
