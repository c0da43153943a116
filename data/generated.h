/* generated.h - tasks without files: the sets of sentences that a generator draws. */
#ifndef BAKEOFF_DATA_GENERATED_H
#define BAKEOFF_DATA_GENERATED_H

#include "data/corpus.h"
#include "data/generator.h"

/* "train", "valid", "test", "longer", "systematicity", "productivity". */
extern const char *const generated_set_name[GENERATED_SETS];

/* Whether the settings ask for a set; training, validation and test sets there always are. */
bool generated_has(const struct data_settings *, enum generated_set);

/* False and an error "data.KEY = ...: ..." where settings do not fit each other or data.longest. */
bool generated_check(const struct data_settings *, struct error *);

/* Text of words between blanks, drawn by the task's generator: a function of the settings alone.
 * Sets that the settings do not ask for are empty, those behind the test set have test_sentences. A
 * sentence of another set than training is drawn again where an earlier set has its source (where
 * there is no source: it); `shared` counts those that could not be new, because there are too few
 * different sentences. False and the error of generated_check where there is one. Free each with
 * parallel_free. */
bool generated_make(struct parallel set[GENERATED_SETS], size_t *shared,
                    const struct data_settings *, struct error *);

/* All words of a side, one line: what its vocabulary is learned from. */
void generated_words(struct text *, const struct data_settings *, enum side);

/* Entries of that vocabulary, the special ones included. */
long generated_vocabulary(const struct data_settings *, enum side);

#endif
