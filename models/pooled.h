/* pooled.h - the arrangement encoder-only: an encoder reads a source, and the output layer labels
 * it, or each of its tokens. There is no decoder, and nothing to search.
 *
 * pooling: mean - the mean of the states of a source's tokens and its end;
 *          last - the state of its end, but of its first token those channels that a recurrence
 *                 made backward;
 *          none - each state.
 */
#ifndef BAKEOFF_POOLED_H
#define BAKEOFF_POOLED_H

#include "models/model.h"

/* What the output layer reads of an encoded batch: [1][N][C], or without pooling [S][N][C]. */
struct var *pooled_states(struct tape *, const struct model *, const struct memory *);

#endif
