/* generated.h - tasks without files: copy or reverse a sentence of random symbols. */
#ifndef BAKEOFF_DATA_GENERATED_H
#define BAKEOFF_DATA_GENERATED_H

#include "data/corpus.h"

enum { GENERATED_TRAIN, GENERATED_VALID, GENERATED_TEST, GENERATED_SETS };

/* Targets of the tasks of these names, see struct task. */
void generated_copy(const long *source, long length, long *target);
void generated_reverse(const long *source, long length, long *target);

/* Text of symbols "s1" to "s<symbols>", drawn uniformly, in sentences of uniformly drawn lengths;
 * the task says what the target is. A function of the settings alone. A sentence
 * of the validation or test set is drawn again where an earlier set has it; `shared` counts those
 * that could not be new, because there are too few different sentences. False and an error where
 * the lengths do not fit each other or data.longest. Free each with parallel_free. */
bool generated_make(struct parallel set[GENERATED_SETS], size_t *shared,
                    const struct data_settings *, struct error *);

/* One line a symbol, "s1" first: what the vocabulary of the task is learned from. */
void generated_symbols(struct text *, long symbols);

#endif
