/* edits.h - the edits that turn a hypothesis into a reference, where moving a block of words is one
 * edit (Snover et al. 2006), by the search of tercom in the reading of sacreBLEU.
 *
 * Shifts are taken greedily: each time the one that saves most words of the edit distance, of those
 * that move a block of at most 10 words, equal to words of the reference at most 50 places away,
 * where hypothesis and reference are both wrong; after 1,000 blocks were tried no more are taken.
 * The distance looks only at pairs of words within 25 places of the diagonal. */
#ifndef BAKEOFF_EDITS_H
#define BAKEOFF_EDITS_H

#include <stddef.h>
#include <stdint.h>

/* Memory that is kept from one pair to the next. */
struct edits;

struct edits *edits_new(void);
void edits_free(struct edits *);

/* Shifts, insertions, deletions and substitutions; words are equal where their numbers are.
 * `hypothesis` is put into the order that the shifts give it. */
size_t edits_count(struct edits *, uint32_t *hypothesis, size_t words, const uint32_t *reference,
                   size_t reference_words);

#endif
