/* attention_tile.c - attention of some queries to some keys of one head. */
#include "core/attention_tile.h"

#include <math.h>
#include <string.h>

enum { FULL = 16 }; /* the kernels' rows are multiples of it */

/* exp(2 x) exp(2 y) of numbers up to it may be 0 or infinity, which is right, but is never NaN. */
static const real LARGEST_DOUBLED = 40;

static size_t fill_up(size_t n)
{
	return (n + FULL - 1) / FULL * FULL;
}

/* Rows an odd number of cache lines apart, so that a column does not fall on one set of the cache.
 */
static size_t row_size(size_t n)
{
	const size_t line = FULL * sizeof(float) / sizeof(real), full = fill_up(n);

	return full / line % 2 ? full : full + line;
}

/* Zeros where rows have unused ends. */
static real *matrix(struct tape *tape, size_t rows, size_t c, size_t ld)
{
	const size_t bytes = rows * ld * sizeof(real);
	real *x = tape_memory(tape, bytes);

	return c % FULL ? memset(x, 0, bytes) : x;
}

static void room_for_additive(struct attention_tile *tile, struct tape *tape, const real *v,
                              size_t queries, size_t keys, bool backward)
{
	const size_t c = tile->q_c, ld = tile->q_ld;

	tile->q_exp = matrix(tape, queries, c, ld);
	tile->k_exp = matrix(tape, keys, c, ld);
	tile->score_v = matrix(tape, 1, c, ld);
	memcpy(tile->score_v, v, c * sizeof(real));
	if (!backward)
		return;
	tile->dq = matrix(tape, queries, c, ld);
	tile->dk = matrix(tape, keys, c, ld);
	tile->dscore_v = memset(matrix(tape, 1, c, ld), 0, ld * sizeof(real));
}

void attention_tile_init(struct attention_tile *tile, struct tape *tape,
                         const struct attention *how, size_t q_c, size_t v_c, size_t queries,
                         size_t keys, bool backward)
{
	queries = queries < TILE_QUERIES ? queries : TILE_QUERIES;
	keys = keys < TILE_KEYS ? keys : TILE_KEYS;
	*tile = (struct attention_tile){ .vector = tape->vector,
		                         .additive = how->score == SCORE_ADDITIVE,
		                         .q_c = q_c,
		                         .v_c = v_c,
		                         .q_ld = row_size(q_c),
		                         .v_ld = row_size(v_c),
		                         .s_ld = row_size(keys),
		                         .score_scale = 1 };
	if (how->score == SCORE_SCALED_DOT)
		tile->score_scale = (real)(1 / sqrt((double)q_c));
	tile->q = matrix(tape, queries, q_c, tile->q_ld);
	tile->k = matrix(tape, keys, q_c, tile->q_ld);
	tile->kt = matrix(tape, q_c, FULL, tile->s_ld);
	tile->v = matrix(tape, keys, v_c, tile->v_ld);
	tile->score = matrix(tape, queries, FULL, tile->s_ld);
	tile->dropped = matrix(tape, queries, FULL, tile->s_ld);
	if (backward) {
		tile->vt = matrix(tape, v_c, FULL, tile->s_ld);
		tile->dy = matrix(tape, queries, v_c, tile->v_ld);
		tile->ds = matrix(tape, queries, FULL, tile->s_ld);
	}
	if (tile->additive)
		room_for_additive(tile, tape, how->v->x, queries, keys, backward);
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
	if (tile->additive)
		tile->q_size = tile->vector->exp_twice(count, fill_up(tile->q_c), tile->q,
		                                       tile->q_exp, tile->q_ld);
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
	if (tile->additive)
		tile->k_size = tile->vector->exp_twice(count, fill_up(tile->q_c), tile->k,
		                                       tile->k_exp, tile->q_ld);
	if (backward)
		tile->vector->transpose(count, tile->v_c, v.x, v.stride, tile->vt, tile->s_ld);
	else
		pack(tile, count, tile->v_c, 1, v, tile->v, tile->v_ld);
}

static bool exponentials(const struct attention_tile *tile)
{
	return tile->q_size <= LARGEST_DOUBLED && tile->k_size <= LARGEST_DOUBLED;
}

static void count(struct attention_tile *tile, size_t m, size_t n, size_t k)
{
	tile->multiply_adds += (double)m * (double)n * (double)k;
}

static void make_scores(struct attention_tile *tile)
{
	const size_t queries = tile->queries, c = tile->q_c;
	const bool fast = exponentials(tile);

	count(tile, queries, tile->keys, c);
	if (tile->additive)
		tile->vector->additive_scores(queries, tile->seen, fill_up(c), fast,
		                              fast ? tile->q_exp : tile->q,
		                              fast ? tile->k_exp : tile->k, tile->score_v,
		                              tile->q_ld, tile->score, tile->s_ld);
	else
		tile->vector->product(queries, fill_up(tile->keys), c, tile->q, tile->q_ld, 1,
		                      tile->kt, tile->s_ld, false, tile->score, tile->s_ld);
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
	tile->vector->scale_each_row(tile->queries, fill_up(tile->keys), factor, tile->score,
	                             tile->s_ld);
}

void attention_tile_forward(struct attention_tile *tile, bool first, bool only, real scale,
                            struct rows y)
{
	real again[TILE_QUERIES];
	const real *weight;

	make_scores(tile);
	tile->vector->softmax_block(tile->queries, fill_up(tile->keys), tile->seen,
	                            tile->score_scale, tile->score, tile->s_ld, tile->top,
	                            tile->sum, again);
	if (only)
		normalise(tile, scale);
	weight = drop(tile, tile->score, tile->dropped);
	if (!first)
		tile->vector->scale_each_row(tile->queries, tile->v_c, again, y.x, y.stride);
	count(tile, tile->queries, tile->v_c, tile->keys);
	tile->vector->product(tile->queries, tile->v_c, tile->keys, weight, tile->s_ld, 1, tile->v,
	                      tile->v_ld, !first, y.x, y.stride);
}

void attention_tile_weights(struct attention_tile *tile)
{
	make_scores(tile);
	tile->vector->softmax_again(tile->queries, fill_up(tile->keys), tile->seen,
	                            tile->score_scale, tile->top, tile->inverse, tile->score,
	                            tile->s_ld);
}

static void dot_backward(struct attention_tile *tile, struct rows dq, struct rows dk)
{
	const size_t queries = tile->queries, keys = tile->keys, c = tile->q_c;

	if (dq.x) {
		count(tile, queries, keys, c);
		tile->vector->product(queries, c, keys, tile->ds, tile->s_ld, 1, tile->k,
		                      tile->q_ld, true, dq.x, dq.stride);
	}
	if (dk.x) {
		count(tile, queries, keys, c);
		tile->vector->product(keys, c, queries, tile->ds, 1, tile->s_ld, tile->q,
		                      tile->q_ld, true, dk.x, dk.stride);
	}
}

static void add_rows(const struct attention_tile *tile, size_t rows, const real *x, struct rows to)
{
	for (size_t r = 0; to.x && r < rows; r++)
		tile->vector->accumulate(tile->q_c, 1, x + r * tile->q_ld, to.x + r * to.stride);
}

static void additive_backward(struct attention_tile *tile, struct rows dq, struct rows dk)
{
	const size_t queries = tile->queries, keys = tile->keys, c = tile->q_c, ld = tile->q_ld;
	const bool fast = exponentials(tile);

	memset(tile->dq, 0, queries * ld * sizeof(real));
	memset(tile->dk, 0, keys * ld * sizeof(real));
	count(tile, 3 * queries, keys, c);
	tile->vector->additive_backward(queries, tile->seen, fill_up(c), fast,
	                                fast ? tile->q_exp : tile->q, fast ? tile->k_exp : tile->k,
	                                tile->score_v, ld, tile->ds, tile->s_ld, tile->dq, tile->dk,
	                                tile->dscore_v);
	add_rows(tile, queries, tile->dq, dq);
	add_rows(tile, keys, tile->dk, dk);
}

void attention_tile_backward(struct attention_tile *tile, bool only, struct rows dq, struct rows dk,
                             struct rows dv)
{
	const size_t queries = tile->queries, keys = tile->keys, c = tile->v_c;
	const real *weight;

	attention_tile_weights(tile);
	count(tile, queries, keys, c);
	tile->vector->product(queries, fill_up(keys), c, tile->dy, tile->v_ld, 1, tile->vt,
	                      tile->s_ld, false, tile->ds, tile->s_ld);
	weight = drop(tile, tile->score, tile->dropped);
	drop(tile, tile->ds, tile->ds);
	if (dv.x) {
		count(tile, queries, keys, c);
		tile->vector->product(keys, c, queries, weight, 1, tile->s_ld, tile->dy, tile->v_ld,
		                      true, dv.x, dv.stride);
	}
	tile->vector->softmax_block_backward(queries, fill_up(keys), tile->score_scale, tile->score,
	                                     tile->s_ld, only ? NULL : tile->mean, tile->ds,
	                                     tile->s_ld);
	if (tile->additive)
		additive_backward(tile, dq, dk);
	else
		dot_backward(tile, dq, dk);
}
