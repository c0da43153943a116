/* generated.h - tasks without files: the sets of sentences that a generator draws. */
#ifndef BAKEOFF_DATA_GENERATED_H
#define BAKEOFF_DATA_GENERATED_H

#include "data/corpus.h"
#include "data/generator.h"

/* "train", "valid", "test", "longer", "systematicity", "productivity",
 * "new_combinations". */
extern const char *const generated_set_name[GENERATED_SETS];

/* Whether the settings ask for a set; training, validation and test sets there always are. */
bool generated_has(const struct data_settings *, enum generated_set);

/* False and an error "data.KEY = ...: ..." where settings do not fit each other or data.longest. */
bool generated_check(const struct data_settings *, struct error *);

/* All that a task without files has. */
struct generated {
	struct parallel set[GENERATED_SETS]; /* those that the settings do not ask for are empty */
	struct text words[SIDES]; /* all words of a side, one line: what its vocabulary is learned
	                             from; where it is joint, of SIDE_SOURCE alone */
	size_t shared;  /* sentences of other sets than training that could not be new, because there
	                   are too few different ones */
	char note[256]; /* what else there is to say, for people; "" : nothing */
};

/* Text of words between blanks, drawn by the task's generator: a function of the settings alone.
 * Sets behind the test set have test_sentences; a text alone has no source side. A sentence of another set than training is drawn
 * again where an earlier set has its source (where there is no source: it). False and the error of
 * generated_check where there is one; nothing is to be freed then. */
bool generated_make(struct generated *, const struct data_settings *, struct error *);
void generated_free(struct generated *);

/* Entries of the vocabulary of a side, the special ones included; at most, where a generator makes all
 * at once. */
long generated_vocabulary(const struct data_settings *, enum side);

#endif
