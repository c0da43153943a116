/* attention_score.h - how the queries of a tile compare with its keys: dot products or the additive
 * score, and what distance adds to them.
 *
 *     dot       s = q . (k + a[distance]) - slope |distance|
 *     additive  s = v . tanh(q + k + a[distance]) - slope |distance|
 *
 * times score_scale, the slope excepted. a is relative_key, where there is one.
 */
#ifndef BAKEOFF_ATTENTION_SCORE_H
#define BAKEOFF_ATTENTION_SCORE_H

#include "core/attention_tile.h"

/* Room for the score's own, of tiles of at most that size in sequences of t queries and s keys. */
void attention_score_init(struct attention_tile *, struct tape *, const struct attention *, int t,
                          int s, size_t queries, size_t keys, bool backward);
/* What differs from head to head: slope and vector. */
void attention_score_head(struct attention_tile *, const struct attention *, int h);

/* Of the packed queries and keys, as additive scores want them. */
void attention_score_queries(struct attention_tile *);
void attention_score_keys(struct attention_tile *);

/* score, not yet multiplied by score_scale; of what `seen` leaves out, anything. */
void attention_score_make(struct attention_tile *);
/* Adds to dq, dk, dscore_v and relative_key's gradient from ds, that of score. */
void attention_score_backward(struct attention_tile *, struct rows dq, struct rows dk);

/* Adds the slope's part to a row of scores of keys, the first of which is `distance` steps from the
 * query. */
void attention_score_slope(const struct attention_tile *, long distance, size_t keys, real *score);

#endif
