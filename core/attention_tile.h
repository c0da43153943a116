/* attention_tile.h - attention of some queries to some keys of one head, packed side by side.
 *
 * What op_attention does for whole sequences, tile by tile: the weights of a tile are made when
 * they are needed and never kept (Dao 2022, "FlashAttention").
 */
#ifndef BAKEOFF_ATTENTION_TILE_H
#define BAKEOFF_ATTENTION_TILE_H

#include "core/attention_relative.h"
#include "core/ops.h"

enum { TILE_QUERIES = 64, TILE_KEYS = 64 };

/* Rows of a matrix, stride reals apart; x NULL: a gradient that nobody wants. */
struct rows {
	real *x;
	size_t stride;
};

struct attention_tile {
	const struct vector_kernels *vector;
	size_t q_c, v_c; /* channels of a query (and key), and of a value */
	size_t q_ld, v_ld,
		s_ld;           /* reals from row to row: filled up, an odd number of cache lines */
	size_t queries, keys;   /* loaded */
	long distance, advance; /* key s is distance + s - r advance steps from query r */
	uint64_t key64;         /* of dropout */
	double p;               /* of dropout */
	double multiply_adds;   /* done so far */

	/* Of the queries loaded. */
	struct columns seen[TILE_QUERIES];         /* of the keys loaded */
	uint64_t number[TILE_QUERIES];             /* of dropout: its element with the first key */
	real top[TILE_QUERIES], sum[TILE_QUERIES]; /* of exp(score - top) */
	real inverse[TILE_QUERIES];                /* 1 / sum */
	real mean[TILE_QUERIES];                   /* gradient of a weight */

	real *q, *k, *kt, *v, *vt, *dy; /* packed; kt and vt [channels][keys] */
	real *score, *dropped, *ds;     /* [queries][s_ld] */
	struct relative relative_value;

	/* The score's own (attention_score.c). */
	real score_scale; /* scores are multiplied by it */
	bool additive;
	real *q_exp, *k_exp;      /* additive: exp(2 q) and exp(2 k), */
	real q_size, k_size;      /* the greatest |q| and |k|, */
	real *vectors, *dvectors; /* the vectors of all heads and their gradients, [heads][q_ld], */
	real *score_v, *dscore_v; /* and those of the head */
	real *dq, *dk;
	struct relative relative_key;
	real *moved, *dmoved; /* additive: the keys that a query sees at their distances */
	const real *far;      /* far[d] = |d| of a distance; NULL: no slopes */
	real slope;           /* the head's, over score_scale */
};

/* Attention of t steps to s. */
struct attention_sizes {
	int t, s;
	size_t q_c, v_c; /* channels of a head */
	size_t queries;  /* of a head */
};

/* Room for tiles, from the tape's arena; `backward`: also for gradients. relative_key and
 * relative_value are left to the caller. */
void attention_tile_init(struct attention_tile *, struct tape *, const struct attention *,
                         struct attention_sizes, bool backward);

/* Queries to attend from: forgets top and sum. */
void attention_tile_queries(struct attention_tile *, size_t count, struct rows q);
/* Their dy, times scale. */
void attention_tile_gradients(struct attention_tile *, real scale, struct rows dy);
/* Keys and values to attend to. */
void attention_tile_keys(struct attention_tile *, size_t count, struct rows k, struct rows v,
                         bool backward);

/* Adds the loaded keys' part to y, top and sum: when all have been loaded, y / sum is the mean of
 * the values. Where one tile holds all keys (only), y is that times scale at once, and inverse is
 * set. Needs seen, number, distance and advance. */
void attention_tile_forward(struct attention_tile *, bool first, bool only, real scale,
                            struct rows y);
/* score becomes the weights, from top and inverse. */
void attention_tile_weights(struct attention_tile *);
/* From the gradients loaded and what attention_tile_weights needs, adds to dq, dk and dv. mean is
 * dy . y (times no scale) of each query, and need not be set where one tile holds all keys. */
void attention_tile_backward(struct attention_tile *, bool only, struct rows dq, struct rows dk,
                             struct rows dv);

/* Multiply-adds of a product. */
static inline void attention_tile_count(struct attention_tile *tile, size_t m, size_t n, size_t k)
{
	tile->multiply_adds += (double)m * (double)n * (double)k;
}

/* Where the loaded keys lie from the loaded queries. */
static inline struct distances attention_tile_distances(const struct attention_tile *tile)
{
	return (struct distances){ tile->distance, tile->advance, tile->queries, tile->keys };
}

/* A matrix in the arena, its rows ld reals apart; 0 where they have unused ends. */
real *attention_tile_matrix(struct tape *, size_t rows, size_t c, size_t ld);

#endif
