/* joined.h - the arrangement decoder-only: one stack of decoder layers reads a source and its
 * target as one sequence, and predicts the target (a prefix language model: Liu et al. 2018, Raffel
 * et al. 2020).
 *
 * The steps of N sentences, S of the longest source: padding, source, its end | begin, target.
 * Sources are padded at the front, so that all targets begin at step S; the begin token separates.
 * Positions are counted from each sentence's own first step, and no layer sees the padding. With
 * prefix: none there is no source, and the steps are the target's: a language model.
 */
#ifndef BAKEOFF_JOINED_H
#define BAKEOFF_JOINED_H

#include "models/model.h"

/* What model_encode and model_decode do in this arrangement: the source is embedded, and read at
 * the first decode() with what is given of the target, whether that is all of it or a step. */
void joined_encode(struct tape *, const struct model *, const int *source, const int *length, int t,
                   int n, struct memory *);
struct var *joined_decode(struct tape *, const struct model *, const struct memory *,
                          const int *target, int t, int rows, struct carry *);

/* Source steps at the front of what a running decode() is given: 0 where they are in the carry
 * already, and in the other arrangement. */
static inline int joined_prefix(const struct memory *memory, const struct carry *carry)
{
	return carry && carry->position ? 0 : memory->prefix;
}

/* Steps before each row's sentence, at the front of all that was given so far, [rows]; or NULL. */
static inline const int *joined_padding(const struct memory *memory, const struct carry *carry)
{
	return carry ? carry_padding(carry) : memory->padding;
}

/* The same of what a running decode() is given. */
static inline const int *joined_blank(const struct memory *memory, const struct carry *carry)
{
	return joined_prefix(memory, carry) ? joined_padding(memory, carry) : NULL;
}

#endif
