/* update_parts.h - an update in progress; shared by update.c and update_*.c alone. */
#ifndef BAKEOFF_UPDATE_PARTS_H
#define BAKEOFF_UPDATE_PARTS_H

#include "train/update.h"

struct shard {
	struct loss loss;
	size_t source_tokens, padded_tokens;
};

struct update_job {
	struct updater *updater;
	long number;
	const uint32_t *sentence;
	const size_t *first;
	long batches;
	double rate, scale;
};

/* Cuts the gradient into pieces of about GRADIENT_BLOCK numbers. Under weight norm a piece is whole
 * rows of a matrix, and their gains come with them. */
void update_cut_gradient(struct updater *);

/* Tasks of a pool; the context is a struct update_job. */

/* Makes the weights under weight norm that piece `number` is the gradient of. */
void update_make_normed(void *context, int number, int worker);
/* Adds the shards' gradients of a piece up into the first, in their order, where that is not done
 * yet over ranks, and squares the sum. */
void update_reduce_piece(void *context, int number, int worker);
/* Updates GRADIENT_BLOCK weights from block * GRADIENT_BLOCK on. */
void update_apply_block(void *context, int block, int worker);

#endif
