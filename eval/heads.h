/* heads.h - the attention heads of a model: which there are, by what name, and what each does. */
#ifndef BAKEOFF_EVAL_HEADS_H
#define BAKEOFF_EVAL_HEADS_H

#include "core/error.h"
#include "models/model.h"

/* Some heads, by kind, then layer, then head. Zeroed: none. */
struct heads {
	struct head_place *head; /* [count] */
	size_t count;
};

/* All heads of a model. */
void heads_of(struct heads *, const struct model *);
void heads_free(struct heads *);

/* The heads that a text names, of those that there are: "KIND:LAYER.HEAD", counted from 1,
 * "KIND:LAYER" (all of the layer) or "KIND" (all of the kind), several separated by commas; KIND is
 * encoder, decoder or cross, and one without it has that of the one before, the first "cross", or
 * "decoder" where there is no cross-attention. A head that is named twice counts once. False and an
 * error that says which heads there are where one does not exist; nothing is to be freed then. */
bool heads_read(struct heads *, const struct heads *all, const char *text, struct error *);

/* "encoder: layers 1-2 with 4 heads; cross: layer 1 with 1 head", or "no attention". */
void heads_describe(const struct heads *, char *text, size_t size);

#endif
