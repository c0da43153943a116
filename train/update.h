/* update.h - one update of the weights: shards of a batch to gradients, gradients to weights. */
#ifndef BAKEOFF_UPDATE_H
#define BAKEOFF_UPDATE_H

#include "core/blame.h"
#include "core/pool.h"
#include "core/ranks.h"
#include "data/batch.h"
#include "models/model.h"
#include "train/optimizer.h"
#include "train/overlap.h"
#include "train/settings.h"

/* What a shard works with, and a worker. */
struct updater {
	struct model *model;
	const struct corpus *corpus;
	const struct train_settings *settings;
	struct optimizer *optimizer;
	struct pool *pool;
	struct ranks *ranks; /* over which shards are spread */
	uint64_t seed;
	real **gradient;     /* [shards][parameters]; of this rank's shards, from first_shard on */
	int first_shard, shards;
	real *spare; /* [parameters] for sums over ranks; NULL: this process is alone */
	struct overlap *overlap; /* of these sums with backward passes; NULL as spare */
	real *sum;   /* the gradient summed up: gradient[first_shard] or spare */
	struct tape *tape;   /* [workers] */
	struct batch *batch; /* [workers] */
	struct normed normed; /* the weights under weight norm, made at the start of an update */
	struct piece *piece; /* [pieces] of the gradient */
	size_t pieces;
	bool trimmed; /* holes that the first shards left in the heap were given back */
	double *square; /* [pieces] of the gradient norm */
	struct shard *shard; /* [shards] */
};

/* What an update did. */
struct update_result {
	struct loss loss;
	size_t source_tokens;
	size_t padded_tokens; /* target positions of the shards' rectangles */
	double gradient_norm; /* of the mean over tokens, before clipping */
	double wait_seconds;     /* for slower ranks */
	double exchange_seconds; /* of the sum over ranks, what is left when all have computed */
};

/* The weights are started or loaded. False where this processor lacks settings->precision. */
bool updater_open(struct updater *, struct model *, const struct corpus *,
                  const struct train_settings *, struct optimizer *, struct pool *, uint64_t seed,
                  struct error *);
/* The same for one of several ranks, which all have the same weights and call update() alike. There
 * are at least as many shards as ranks. */
bool updater_open_on_ranks(struct updater *, struct model *, const struct corpus *,
                           const struct train_settings *, struct optimizer *, struct pool *,
                           struct ranks *, uint64_t seed, struct error *);
void updater_close(struct updater *);
/* Gives the memory of activations back until the next update. */
void updater_rest(struct updater *);

/* Trains on `batches` lists of sentences, first[i] .. first[i + 1] of `sentence`: each is cut into
 * settings->shards parts, gradients are summed in the order of the shards and divided by the
 * tokens, then clipped and applied with learning rate `rate`. `number` counts updates from 1. The
 * result and all bits are a function of the arguments, not of the number of workers or ranks. False
 * when the gradient is not finite, or a rank is lost; the weights are then as before. */
bool update(struct updater *, long number, const uint32_t *sentence, const size_t *first,
            long batches, double rate, struct update_result *);

/* What in that update, which returned false, was first not finite: it is done again, shard after
 * shard of this rank, and without checkpointing. Weights stay as they are. */
struct blame update_blame(struct updater *, long number, const uint32_t *sentence,
                          const size_t *first, long batches);

#endif
