/* overlap.h - the sum of gradients over ranks, begun while the last backward pass still runs.
 *
 * The flat gradient is cut into parts, which go from rank to rank in the order in which a backward
 * pass completes them: the reverse of that in which a forward pass first uses their parameters.
 * That order is learned in the first update, whose parts go when all are made, and shared by rank
 * 0; it does not touch the bits of a sum, in which each number is added in the order of the shards.
 */
#ifndef BAKEOFF_OVERLAP_H
#define BAKEOFF_OVERLAP_H

#include "core/ranks.h"
#include "core/tape.h"

struct overlap;

/* For the `shards` gradients of this rank, which so many workers make, the first of them the thread
 * that opened the ranks. */
struct overlap *overlap_open(struct ranks *, const struct parameters *, int shards, int workers);
void overlap_close(struct overlap *); /* may be NULL */

/* The gradients [shards] are about to be made, and spare [parameters] is there for their sum. */
void overlap_begin(struct overlap *, real *const *gradient, real *spare);
/* What the tape of a shard's last backward pass is to tell, on this worker. */
struct completion *overlap_follow(struct overlap *, int shard, int worker);
/* A shard's gradient is complete. */
void overlap_made(struct overlap *, int shard, int worker);
/* Waits for the sum: one of gradient[0] and spare, NULL where a rank is lost. `first` says whether
 * the first shard of all had sentences, from which the order can be learned. */
real *overlap_end(struct overlap *, bool first);

#endif
