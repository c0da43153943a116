/* pairs.h - the sentences of a test set, as a run translated them. */
#ifndef BAKEOFF_PAIRS_H
#define BAKEOFF_PAIRS_H

#include "results/database.h"

/* Sources and references, in their order. Zeroed: none. */
struct sentence_pairs {
	char *test_set;
	char **source, **reference; /* [count] */
	size_t count;
};

/* The first `most` sentences of the run's first test set by name. False and an error where the run
 * has none, or where reading fails; nothing is to be freed then. */
bool sentence_pairs_read(struct sentence_pairs *, struct database *, long run, long most,
                         struct error *);
void sentence_pairs_free(struct sentence_pairs *);

#endif
