/* merge.h - byte-pair encoding of one word by a model's pieces: Sennrich et al. 2016. */
#ifndef BAKEOFF_DATA_MERGE_H
#define BAKEOFF_DATA_MERGE_H

#include "data/string_table.h"

#include <stdbool.h>

enum { MERGE_LONGEST = 64 }; /* characters */

/* Pieces and their scores; starts zeroed. */
struct merges {
	struct string_table piece;
	float *score; /* [piece.capacity] */
};

/* Adds a piece; false where it is there already. */
bool merges_add(struct merges *, const char *piece, size_t bytes, float score);
void merges_free(struct merges *);

/* The word, valid UTF-8, as numbers of pieces in the order of merges_add: of the neighbours that
 * make a piece together, those with the greatest score (the first where several have it) become one,
 * until none do. Writes up to MERGE_LONGEST numbers and returns how many; 0 where the word is longer
 * or ends with a part that is no piece. */
size_t merge_word(const struct merges *, const char *word, size_t bytes, int *number);

#endif
