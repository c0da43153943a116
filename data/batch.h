/* batch.h - length-bucketed batches of tokens, the same for every contestant. */
#ifndef BAKEOFF_BATCH_H
#define BAKEOFF_BATCH_H

#include "data/dataset.h"

#include <stdint.h>

/* The batches of one epoch: batch b is order[start[b] .. start[b + 1]), indices of sentences. */
struct batch_plan {
	size_t batches;
	size_t *start;   /* [batches + 1] */
	uint32_t *order; /* [sentences] */
};

/* Cuts the corpus into batches of at most `batch_tokens` padded positions on either side (sentences
 * times the longest, in steps; one sentence at least): sentences sorted by target,
 * then source length with ties in random order, batches in random order. A function of (corpus,
 * batch_tokens, seed, epoch) alone. */
void batch_plan_make(struct batch_plan *, const struct corpus *, long batch_tokens, uint64_t seed,
                     uint64_t epoch);

/* The same cuts in order of length, longest first, without chance: for validation and decoding. */
void batch_plan_sorted(struct batch_plan *, const struct corpus *, long batch_tokens);
void batch_plan_free(struct batch_plan *);

/* Sentences side by side, time-major: id of step t of sentence n at [t * n_sentences + n]. */
struct batch {
	int n;        /* sentences */
	int source_t; /* steps of the longest source, end of sentence included; 0: no source */
	int target_t; /* steps of the longest target, end of sentence included; 1 at least */
	int *source;  /* [source_t][n]: tokens, TOKEN_END, TOKEN_PAD... */
	int *source_length;   /* [n], end of sentence included */
	int *target;          /* [target_t][n]: TOKEN_BEGIN, tokens, TOKEN_PAD...; of a stream what
	                         is before the block (TOKEN_END before all), and tokens but the last */
	int *gold;            /* [target_t][n]: tokens, TOKEN_END, TOKEN_PAD...; of a stream and of
	                         labels no TOKEN_END */
	int *target_length;   /* [n] */
	size_t source_tokens; /* real ones, end of sentence included */
	size_t target_tokens;
	void *memory; /* owner of the arrays */
};

/* Fills a zeroed or used batch with `n` sentences of the corpus; the arrays live until the next
 * fill or free. A corpus without targets gives target_t = 0, one without sources source_t = 0. */
void batch_fill(struct batch *, const struct corpus *, const uint32_t *sentence, int n);
void batch_free(struct batch *);

#endif
