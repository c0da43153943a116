/* attention_tile.c - attention of some queries to some keys of one head. */
#include "core/attention_score.h"

#include <math.h>
#include <string.h>

/* Rows an odd number of cache lines apart, so that a column does not fall on one set of the cache.
 */
static size_t row_size(size_t n)
{
	const size_t line = 16 * sizeof(float) / sizeof(real), full = vector_full(n);

	return full / line % 2 ? full : full + line;
}

real *attention_tile_matrix(struct tape *tape, size_t rows, size_t c, size_t ld)
{
	const size_t bytes = rows * ld * sizeof(real);
	real *x = tape_memory(tape, bytes);

	return c % 16 ? memset(x, 0, bytes) : x;
}

void attention_tile_init(struct attention_tile *tile, struct tape *tape,
                         const struct attention *how, struct attention_sizes size, bool backward)
{
	const size_t queries = size.queries < TILE_QUERIES ? size.queries : TILE_QUERIES;
	const size_t keys = size.s < TILE_KEYS ? (size_t)size.s : TILE_KEYS;
	const size_t q_c = size.q_c, v_c = size.v_c;

	*tile = (struct attention_tile){ .vector = tape->vector,
		                         .q_c = q_c,
		                         .v_c = v_c,
		                         .q_ld = row_size(q_c),
		                         .v_ld = row_size(v_c),
		                         .s_ld = row_size(keys) };
	tile->q = attention_tile_matrix(tape, queries, q_c, tile->q_ld);
	tile->k = attention_tile_matrix(tape, keys, q_c, tile->q_ld);
	tile->kt = attention_tile_matrix(tape, q_c, 16, tile->s_ld);
	tile->v = attention_tile_matrix(tape, keys, v_c, tile->v_ld);
	tile->score = attention_tile_matrix(tape, queries, 16, tile->s_ld);
	tile->dropped = attention_tile_matrix(tape, queries, 16, tile->s_ld);
	if (backward) {
		tile->vt = attention_tile_matrix(tape, v_c, 16, tile->s_ld);
		tile->dy = attention_tile_matrix(tape, queries, v_c, tile->v_ld);
		tile->ds = attention_tile_matrix(tape, queries, 16, tile->s_ld);
	}
	attention_score_init(tile, tape, how, size.t, size.s, queries, keys, backward);
}

static void pack(const struct attention_tile *tile, size_t count, size_t c, real scale,
                 struct rows from, real *to, size_t ld)
{
	tile->vector->copy_rows(count, c, scale, from.x, from.stride, to, ld);
}

void attention_tile_queries(struct attention_tile *tile, size_t count, struct rows q)
{
	tile->queries = count;
	pack(tile, count, tile->q_c, 1, q, tile->q, tile->q_ld);
	attention_score_queries(tile);
	for (size_t r = 0; r < count; r++) {
		tile->top[r] = -(real)INFINITY;
		tile->sum[r] = 0;
	}
}

void attention_tile_gradients(struct attention_tile *tile, real scale, struct rows dy)
{
	pack(tile, tile->queries, tile->v_c, scale, dy, tile->dy, tile->v_ld);
}

void attention_tile_keys(struct attention_tile *tile, size_t count, struct rows k, struct rows v,
                         bool backward)
{
	tile->keys = count;
	if (!tile->additive)
		tile->vector->transpose(count, tile->q_c, k.x, k.stride, tile->kt, tile->s_ld);
	if (tile->additive || backward)
		pack(tile, count, tile->q_c, 1, k, tile->k, tile->q_ld);
	attention_score_keys(tile);
	if (backward)
		tile->vector->transpose(count, tile->v_c, v.x, v.stride, tile->vt, tile->s_ld);
	else
		pack(tile, count, tile->v_c, 1, v, tile->v, tile->v_ld);
}

/* `from` where nothing is dropped. */
static const real *drop(const struct attention_tile *tile, const real *from, real *to)
{
	if (tile->p <= 0)
		return from;
	for (size_t r = 0; r < tile->queries; r++)
		tile->vector->dropout(tile->keys, tile->key64, tile->number[r], tile->p,
		                      from + r * tile->s_ld, to + r * tile->s_ld);
	return to;
}

/* The weights are divided by their sum at once. */
static void normalise(struct attention_tile *tile, real scale)
{
	real factor[TILE_QUERIES];

	for (size_t r = 0; r < tile->queries; r++) {
		tile->inverse[r] = tile->sum[r] == 0 ? 0 : 1 / tile->sum[r];
		factor[r] = scale * tile->inverse[r];
	}
	tile->vector->scale_each_row(tile->queries, vector_full(tile->keys), factor, tile->score,
	                             tile->s_ld);
}

void attention_tile_forward(struct attention_tile *tile, bool first, bool only, real scale,
                            struct rows y)
{
	const struct distances where = attention_tile_distances(tile);
	real again[TILE_QUERIES];
	const real *weight;

	attention_score_make(tile);
	tile->vector->softmax_block(tile->queries, vector_full(tile->keys), tile->seen,
	                            tile->score_scale, tile->score, tile->s_ld, tile->top,
	                            tile->sum, again);
	if (only)
		normalise(tile, scale);
	weight = drop(tile, tile->score, tile->dropped);
	if (!first)
		tile->vector->scale_each_row(tile->queries, tile->v_c, again, y.x, y.stride);
	attention_tile_count(tile, tile->queries, tile->v_c, tile->keys);
	tile->vector->product(tile->queries, tile->v_c, tile->keys, weight, tile->s_ld, 1, tile->v,
	                      tile->v_ld, !first, y.x, y.stride);
	if (tile->relative_value.table)
		tile->multiply_adds += relative_mean(&tile->relative_value, &where, weight,
		                                     tile->s_ld, y.x, y.stride);
}

void attention_tile_weights(struct attention_tile *tile)
{
	attention_score_make(tile);
	tile->vector->softmax_again(tile->queries, vector_full(tile->keys), tile->seen,
	                            tile->score_scale, tile->top, tile->inverse, tile->score,
	                            tile->s_ld);
}

/* ds becomes the gradient of the weights, and score those weights. */
static void weight_gradients(struct attention_tile *tile)
{
	const struct distances where = attention_tile_distances(tile);

	attention_tile_weights(tile);
	attention_tile_count(tile, tile->queries, tile->keys, tile->v_c);
	tile->vector->product(tile->queries, vector_full(tile->keys), tile->v_c, tile->dy,
	                      tile->v_ld, 1, tile->vt, tile->s_ld, false, tile->ds, tile->s_ld);
	if (tile->relative_value.table)
		tile->multiply_adds += relative_score(&tile->relative_value, &where, tile->dy,
		                                      tile->v_ld, tile->ds, tile->s_ld);
	drop(tile, tile->ds, tile->ds);
}

static void value_gradients(struct attention_tile *tile, struct rows dv)
{
	const struct distances where = attention_tile_distances(tile);
	const real *weight = drop(tile, tile->score, tile->dropped);

	if (dv.x) {
		attention_tile_count(tile, tile->queries, tile->keys, tile->v_c);
		tile->vector->product(tile->keys, tile->v_c, tile->queries, weight, 1, tile->s_ld,
		                      tile->dy, tile->v_ld, true, dv.x, dv.stride);
	}
	if (tile->relative_value.table)
		tile->multiply_adds += relative_gradient(&tile->relative_value, &where, weight,
		                                         tile->s_ld, tile->dy, tile->v_ld);
}

void attention_tile_backward(struct attention_tile *tile, bool only, struct rows dq, struct rows dk,
                             struct rows dv)
{
	weight_gradients(tile);
	value_gradients(tile, dv);
	tile->vector->softmax_block_backward(tile->queries, vector_full(tile->keys),
	                                     tile->score_scale, tile->score, tile->s_ld,
	                                     only ? NULL : tile->mean, tile->ds, tile->s_ld);
	attention_score_backward(tile, dq, dk);
}
