/* attention_score.c - how the queries of a tile compare with its keys: dot products or the additive
 * score, and what distance adds to them. */
#include "core/attention_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* exp(2 x) exp(2 y) of numbers up to it may be 0 or infinity, which is right, but is never NaN. */
static const real LARGEST_DOUBLED = 40;

static void room_for_additive(struct attention_tile *tile, struct tape *tape,
                              const struct attention *how, size_t queries, size_t keys,
                              bool backward)
{
	const size_t c = tile->q_c, ld = tile->q_ld, heads = (size_t)how->heads;

	tile->q_exp = attention_tile_matrix(tape, queries, c, ld);
	tile->k_exp = attention_tile_matrix(tape, keys, c, ld);
	tile->vectors = attention_tile_matrix(tape, heads, c, ld);
	tape->vector->copy_rows(heads, c, 1, how->v->x, c, tile->vectors, ld);
	if (how->relative_key)
		tile->moved = attention_tile_matrix(tape, keys, c, ld);
	if (!backward)
		return;
	tile->dq = attention_tile_matrix(tape, queries, c, ld);
	tile->dk = attention_tile_matrix(tape, keys, c, ld);
	tile->dvectors =
		memset(attention_tile_matrix(tape, heads, c, ld), 0, heads * ld * sizeof(real));
	if (how->relative_key)
		tile->dmoved = attention_tile_matrix(tape, keys, c, ld);
}

/* Distances of s keys from t queries, the last of which stands at the last key. */
static const real *distances(struct tape *tape, int t, int s)
{
	real *x = (real *)tape_memory(tape, (size_t)(t + s) * sizeof(real)) + s;

	for (int d = -s; d < t; d++)
		x[d] = (real)abs(d);
	return x;
}

void attention_score_init(struct attention_tile *tile, struct tape *tape,
                          const struct attention *how, int t, int s, size_t queries, size_t keys,
                          bool backward)
{
	tile->score_scale = 1;
	if (how->score == SCORE_SCALED_DOT)
		tile->score_scale = (real)(1 / sqrt((double)tile->q_c));
	tile->additive = how->score == SCORE_ADDITIVE;
	if (tile->additive)
		room_for_additive(tile, tape, how, queries, keys, backward);
	if (how->alibi)
		tile->far = distances(tape, t, s);
}

void attention_score_head(struct attention_tile *tile, const struct attention *how, int h)
{
	if (tile->far)
		tile->slope = (real)(exp2(-8.0 * (h + 1) / how->heads) / (double)tile->score_scale);
	if (tile->additive)
		tile->score_v = tile->vectors + (size_t)h * tile->q_ld;
	if (tile->dvectors)
		tile->dscore_v = tile->dvectors + (size_t)h * tile->q_ld;
}

void attention_score_queries(struct attention_tile *tile)
{
	if (tile->additive)
		tile->q_size = tile->vector->exp_twice(tile->queries, vector_full(tile->q_c),
		                                       tile->q, tile->q_exp, tile->q_ld);
}

void attention_score_keys(struct attention_tile *tile)
{
	if (tile->additive)
		tile->k_size = tile->vector->exp_twice(tile->keys, vector_full(tile->q_c), tile->k,
		                                       tile->k_exp, tile->q_ld);
}

static bool exponentials(const struct attention_tile *tile)
{
	return tile->q_size <= LARGEST_DOUBLED && tile->k_size <= LARGEST_DOUBLED;
}

static void additive_scores(struct attention_tile *tile)
{
	const bool fast = exponentials(tile);

	tile->vector->additive_scores(tile->queries, tile->seen, vector_full(tile->q_c), fast,
	                              fast ? tile->q_exp : tile->q, fast ? tile->k_exp : tile->k,
	                              tile->score_v, tile->q_ld, tile->score, tile->s_ld);
}

/* The keys as query r sees them: k + a[distance]. */
static void move_keys(struct attention_tile *tile, size_t r)
{
	const struct relative *relative = &tile->relative_key;
	const long distance = tile->distance - (long)r * tile->advance;

	for (int s = tile->seen[r].first; s < tile->seen[r].last; s++) {
		const size_t at = (size_t)s * tile->q_ld;

		tile->vector->add(tile->q_c, 1, tile->k + at,
		                  relative->table +
		                          relative_row(relative, distance + s) * tile->q_c,
		                  tile->moved + at);
	}
}

/* Every query sees keys of its own, so that it is a tile of its own. */
static void additive_scores_of_moved(struct attention_tile *tile)
{
	for (size_t r = 0; r < tile->queries; r++) {
		move_keys(tile, r);
		tile->vector->additive_scores(1, &tile->seen[r], vector_full(tile->q_c), false,
		                              tile->q + r * tile->q_ld, tile->moved, tile->score_v,
		                              tile->q_ld, tile->score + r * tile->s_ld, tile->s_ld);
	}
}

static void dot_scores(struct attention_tile *tile)
{
	const struct distances where = attention_tile_distances(tile);

	tile->vector->product(tile->queries, vector_full(tile->keys), tile->q_c, tile->q,
	                      tile->q_ld, 1, tile->kt, tile->s_ld, false, tile->score, tile->s_ld);
	if (tile->relative_key.table)
		tile->multiply_adds += relative_score(&tile->relative_key, &where, tile->q,
		                                      tile->q_ld, tile->score, tile->s_ld);
}

void attention_score_slope(const struct attention_tile *tile, long distance, size_t keys,
                           real *score)
{
	if (tile->far)
		tile->vector->accumulate(keys, -tile->slope, tile->far + distance, score);
}

void attention_score_make(struct attention_tile *tile)
{
	attention_tile_count(tile, tile->queries, tile->keys, tile->q_c);
	if (!tile->additive)
		dot_scores(tile);
	else if (tile->relative_key.table)
		additive_scores_of_moved(tile);
	else
		additive_scores(tile);
	for (size_t r = 0; tile->far && r < tile->queries; r++)
		attention_score_slope(tile, tile->distance - (long)r * tile->advance, tile->keys,
		                      tile->score + r * tile->s_ld);
}

static void dot_backward(struct attention_tile *tile, struct rows dq, struct rows dk)
{
	const struct relative *relative = &tile->relative_key;
	const struct distances where = attention_tile_distances(tile);
	const size_t queries = tile->queries, keys = tile->keys, c = tile->q_c;

	if (dq.x) {
		attention_tile_count(tile, queries, keys, c);
		tile->vector->product(queries, c, keys, tile->ds, tile->s_ld, 1, tile->k,
		                      tile->q_ld, true, dq.x, dq.stride);
	}
	if (dk.x) {
		attention_tile_count(tile, queries, keys, c);
		tile->vector->product(keys, c, queries, tile->ds, 1, tile->s_ld, tile->q,
		                      tile->q_ld, true, dk.x, dk.stride);
	}
	if (!relative->table)
		return;
	if (dq.x)
		tile->multiply_adds +=
			relative_mean(relative, &where, tile->ds, tile->s_ld, dq.x, dq.stride);
	tile->multiply_adds +=
		relative_gradient(relative, &where, tile->ds, tile->s_ld, tile->q, tile->q_ld);
}

static void additive_backward(struct attention_tile *tile)
{
	const bool fast = exponentials(tile);

	tile->vector->additive_backward(tile->queries, tile->seen, vector_full(tile->q_c), fast,
	                                fast ? tile->q_exp : tile->q, fast ? tile->k_exp : tile->k,
	                                tile->score_v, tile->q_ld, tile->ds, tile->s_ld, tile->dq,
	                                tile->dk, tile->dscore_v);
}

/* What flows into a key as query r sees it flows into the key and into its distance's vector. */
static void share_gradient(struct attention_tile *tile, size_t r)
{
	const struct relative *relative = &tile->relative_key;
	const long distance = tile->distance - (long)r * tile->advance;

	for (int s = tile->seen[r].first; s < tile->seen[r].last; s++) {
		const size_t at = (size_t)s * tile->q_ld;

		tile->vector->accumulate(tile->q_c, 1, tile->dmoved + at, tile->dk + at);
		if (relative->gradient)
			tile->vector->accumulate(tile->q_c, 1, tile->dmoved + at,
			                         relative->gradient +
			                                 relative_row(relative, distance + s) *
			                                         tile->q_c);
	}
}

static void additive_backward_of_moved(struct attention_tile *tile)
{
	for (size_t r = 0; r < tile->queries; r++) {
		const size_t at = r * tile->q_ld;

		move_keys(tile, r);
		memset(tile->dmoved, 0, tile->keys * tile->q_ld * sizeof(real));
		tile->vector->additive_backward(1, &tile->seen[r], vector_full(tile->q_c), false,
		                                tile->q + at, tile->moved, tile->score_v,
		                                tile->q_ld, tile->ds + r * tile->s_ld, tile->s_ld,
		                                tile->dq + at, tile->dmoved, tile->dscore_v);
		share_gradient(tile, r);
	}
}

static void add_rows(const struct attention_tile *tile, size_t rows, const real *x, struct rows to)
{
	for (size_t r = 0; to.x && r < rows; r++)
		tile->vector->accumulate(tile->q_c, 1, x + r * tile->q_ld, to.x + r * to.stride);
}

void attention_score_backward(struct attention_tile *tile, struct rows dq, struct rows dk)
{
	if (!tile->additive) {
		dot_backward(tile, dq, dk);
		return;
	}
	attention_tile_count(tile, 3 * tile->queries, tile->keys, tile->q_c);
	memset(tile->dq, 0, tile->queries * tile->q_ld * sizeof(real));
	memset(tile->dk, 0, tile->keys * tile->q_ld * sizeof(real));
	if (tile->relative_key.table)
		additive_backward_of_moved(tile);
	else
		additive_backward(tile);
	add_rows(tile, tile->queries, tile->dq, dq);
	add_rows(tile, tile->keys, tile->dk, dk);
}
