/* ngrams.h - how many n-grams of a hypothesis are in its references. */
#ifndef BAKEOFF_NGRAMS_H
#define BAKEOFF_NGRAMS_H

#include "eval/tokens.h"

#include <stddef.h>

enum { NGRAMS_MOST_ORDER = 16 };

/* Counts of one hypothesis at a time, exact: tokens are compared, not only their hashes. Time is
 * linear in the tokens of hypothesis and references, times the order. */
struct ngrams;

/* For n-grams of 1 to `order` tokens, at most NGRAMS_MOST_ORDER. */
struct ngrams *ngrams_new(int order);
void ngrams_free(struct ngrams *);

/* Forgets what was and takes a new hypothesis, whose text must stay where it is until the last
 * reference was taken. */
void ngrams_hypothesis(struct ngrams *, const struct token *, size_t count);

/* Takes one more reference. */
void ngrams_reference(struct ngrams *, const struct token *, size_t count);

/* Forgets the references, keeps the hypothesis. */
void ngrams_forget_references(struct ngrams *);

/* The hypothesis's n-grams (n from 1 to the order) that are in a reference, each counted at most as
 * often as the one reference that has it most often. Papineni et al. 2002, section 2.1: clipped
 * counts. */
size_t ngrams_matches(const struct ngrams *, int n);

#endif
