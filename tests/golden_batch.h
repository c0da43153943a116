/* golden_batch.h - small made-up sentences that every architecture is tested on. */
#ifndef BAKEOFF_GOLDEN_BATCH_H
#define BAKEOFF_GOLDEN_BATCH_H

#include "data/batch.h"
#include "data/dataset.h"

/* A corpus of `sentences` pairs of pseudo-random tokens 4 .. vocabulary - 1; source and target
 * lengths (without end) go through shortest .. longest. Free with corpus_free. */
void made_up_corpus(struct corpus *, size_t sentences, int vocabulary, int shortest, int longest,
                    unsigned seed);

/* Turns the targets into labels: the first token alone, or one for each token of the source, as the
 * objective says. */
void made_up_labels(struct corpus *, enum objective);

/* All sentences of a corpus of at most 64. */
void batch_fill_all(struct batch *, const struct corpus *);

#endif
