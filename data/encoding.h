/* encoding.h - the ids of many pairs of lines, made by all workers of a pool. */
#ifndef BAKEOFF_DATA_ENCODING_H
#define BAKEOFF_DATA_ENCODING_H

#include "core/pool.h"
#include "data/corpus.h"

struct encoded; /* some lines of one side */

struct encoding {
	struct encoded *part; /* [parts] */
	size_t parts;
};

/* Encodes every line; the ids do not depend on the pool, which may be NULL: the calling thread
 * alone. */
void encoding_make(struct encoding *, const struct parallel *,
                   struct vocabulary *const vocabulary[SIDES], struct pool *);
/* The ids of line i, valid until encoding_free, and how many there are. */
const int *encoding_ids(const struct encoding *, enum side, size_t i, size_t *count);
void encoding_free(struct encoding *);

#endif
