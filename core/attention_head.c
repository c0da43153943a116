/* attention_head.c - attention of one head of one sentence, all queries to all keys, in tiles. */
#include "core/attention_head.h"

#include <math.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

int attention_sets(const struct attention_job *job)
{
	return job->query.v->t == 1 ? 1 : job->group;
}

struct attention_head attention_head_of(const struct attention_job *job, int sentence, int set,
                                        int h)
{
	const struct attention *how = &job->how;
	const struct var *q = job->query.v, *k = job->key.v, *v = job->value.v, *y = job->y;
	const int q_c = job->query.c / how->heads, v_c = job->value.c / how->heads;
	const size_t row = (size_t)(sentence * job->group + set), heads = (size_t)how->heads;
	const size_t place = how->place ? how->place[sentence] : (size_t)sentence;
	const bool steps = q->t > 1;
	struct attention_head head = { .queries = (size_t)(steps ? q->t : job->group) };

	head.keys = (size_t)(how->length ? how->length[sentence] : k->t);
	head.q_at = row * (size_t)q->c + (size_t)(job->query.first + h * q_c);
	head.k_at = place * (size_t)k->c + (size_t)(job->key.first + h * q_c);
	head.v_at = place * (size_t)v->c + (size_t)(job->value.first + h * v_c);
	head.y_at = row * (size_t)y->c + (size_t)(h * v_c);
	head.q_stride = (size_t)q->c * (steps ? (size_t)q->n : 1);
	head.k_stride = (size_t)k->c * (how->place ? 1 : (size_t)k->n);
	head.v_stride = (size_t)v->c * (how->place ? 1 : (size_t)v->n);
	head.y_stride = (size_t)y->c * (steps ? (size_t)y->n : 1);
	head.element = (row * heads + (size_t)h) * (size_t)q->t;
	head.element_stride = steps ? 1 : heads;
	head.scale = how->scale_by_length ? (real)sqrt((double)head.keys) : 1;
	return head;
}

/* Keys that query i of a head may see: all of the sentence, or those not after it. */
static size_t visible(const struct attention_job *job, const struct attention_head *head, size_t i)
{
	const long last = (long)i + 1 + job->key.v->t - job->query.v->t;

	if (!job->how.causal || job->query.v->t == 1)
		return head->keys;
	return last < 0 ? 0 : least((size_t)last, head->keys);
}

/* Row i of a matrix and those after it; `at` and `stride` are a head's. */
static struct rows from(real *x, size_t at, size_t stride, size_t i)
{
	return (struct rows){ x ? x + at + i * stride : NULL, stride };
}

static void load_queries(const struct attention_job *job, const struct attention_head *head,
                         size_t first, struct attention_tile *tile)
{
	attention_tile_queries(tile, least(TILE_QUERIES, head->queries - first),
	                       from(job->query.v->x, head->q_at, head->q_stride, first));
}

static void load_keys(const struct attention_job *job, const struct attention_head *head,
                      size_t first, bool backward, struct attention_tile *tile)
{
	attention_tile_keys(tile, least(TILE_KEYS, head->keys - first),
	                    from(job->key.v->x, head->k_at, head->k_stride, first),
	                    from(job->value.v->x, head->v_at, head->v_stride, first), backward);
}

/* What the loaded queries see of the loaded keys; false where that is nothing. */
static bool look(const struct attention_job *job, const struct attention_head *head,
                 size_t first_query, size_t first_key, struct attention_tile *tile)
{
	bool any = false;

	for (size_t r = 0; r < tile->queries; r++) {
		const size_t i = first_query + r, all = visible(job, head, i);
		const size_t element = head->element + i * head->element_stride;

		tile->seen[r] = all > first_key ? (int)least(all - first_key, tile->keys) : 0;
		tile->number[r] = element * (size_t)job->key.v->t + first_key;
		any |= tile->seen[r] > 0;
	}
	return any;
}

/* What backward needs of the loaded queries; their contexts over the sums, if they are not yet. */
static void store(const struct attention_job *job, const struct attention_head *head, size_t first,
                  bool only, struct attention_tile *tile)
{
	const struct rows y = from(job->y->x, head->y_at, head->y_stride, first);
	real factor[TILE_QUERIES];

	for (size_t r = 0; r < tile->queries; r++) {
		const size_t element = head->element + (first + r) * head->element_stride;

		if (!only)
			tile->inverse[r] = tile->sum[r] == 0 ? 0 : 1 / tile->sum[r];
		factor[r] = head->scale * tile->inverse[r];
		job->top[element] = tile->top[r];
		job->inverse[element] = tile->inverse[r];
	}
	if (!only)
		tile->vector->scale_each_row(tile->queries, tile->v_c, factor, y.x, y.stride);
}

static void show(const struct attention_job *job, const struct attention_head *head, size_t first,
                 struct attention_tile *tile)
{
	const size_t s = (size_t)job->key.v->t;

	for (size_t r = 0; r < tile->queries; r++)
		memset(job->weight + (head->element + (first + r) * head->element_stride) * s, 0,
		       s * sizeof(real));
	for (size_t k = 0; k < head->keys; k += TILE_KEYS) {
		load_keys(job, head, k, false, tile);
		look(job, head, first, k, tile);
		attention_tile_weights(tile);
		for (size_t r = 0; r < tile->queries; r++)
			memcpy(job->weight + tile->number[r], tile->score + r * tile->s_ld,
			       tile->keys * sizeof(real));
	}
}

static void clear(struct rows y, size_t rows, size_t c)
{
	for (size_t r = 0; r < rows; r++)
		memset(y.x + r * y.stride, 0, c * sizeof(real));
}

void attention_head_forward(const struct attention_job *job, const struct attention_head *head,
                            struct attention_tile *tile)
{
	const bool only = head->keys <= TILE_KEYS;
	bool loaded = false;

	for (size_t q = 0; q < head->queries; q += TILE_QUERIES) {
		const struct rows y = from(job->y->x, head->y_at, head->y_stride, q);
		bool first = true;

		load_queries(job, head, q, tile);
		for (size_t k = 0; k < head->keys; k += TILE_KEYS) {
			tile->keys = least(TILE_KEYS, head->keys - k);
			if (!look(job, head, q, k, tile))
				continue;
			if (!only || !loaded)
				load_keys(job, head, k, false, tile);
			loaded = true;
			attention_tile_forward(tile, first, only, head->scale, y);
			first = false;
		}
		if (first)
			clear(y, tile->queries, tile->v_c);
		store(job, head, q, only && !first, tile);
		if (job->weight)
			show(job, head, q, tile);
	}
}

void attention_head_step(const struct attention_job *job, const struct attention_head *head,
                         real *score, struct attention_tile *tile)
{
	const struct vector_kernels *vector = tile->vector;
	const real *k = job->key.v->x + head->k_at, *v = job->value.v->x + head->v_at;

	for (size_t q = 0; q < head->queries; q++) {
		real *y = job->y->x + head->y_at + q * head->y_stride;
		const size_t keys = visible(job, head, q);

		vector->dot_rows(keys, tile->q_c, job->query.v->x + head->q_at + q * head->q_stride,
		                 k, head->k_stride, score);
		vector->softmax(keys, tile->score_scale, score);
		if (head->scale != 1)
			vector->scale(keys, head->scale, score, score);
		vector->fill(tile->v_c, 0, y);
		vector->mean_rows(keys, tile->v_c, score, v, head->v_stride, y);
		tile->multiply_adds += (double)keys * (double)(tile->q_c + tile->v_c);
	}
}

/* dy, its mean, top and inverse of the loaded queries. */
static void load_gradients(const struct attention_job *job, const struct attention_head *head,
                           size_t first, bool only, struct attention_tile *tile)
{
	const struct rows y = from(job->y->x, head->y_at, head->y_stride, first);
	const struct rows dy = from(job->y->g, head->y_at, head->y_stride, first);

	attention_tile_gradients(tile, head->scale, dy);
	for (size_t r = 0; r < tile->queries; r++) {
		const size_t element = head->element + (first + r) * head->element_stride;

		tile->top[r] = job->top[element];
		tile->inverse[r] = job->inverse[element];
		if (!only)
			tile->mean[r] = tile->vector->dot(tile->v_c, y.x + r * y.stride,
			                                  dy.x + r * dy.stride);
	}
}

void attention_head_backward(const struct attention_job *job, const struct attention_head *head,
                             struct attention_gradients d, struct attention_tile *tile)
{
	const bool only = head->keys <= TILE_KEYS;

	for (size_t k = 0; k < head->keys; k += TILE_KEYS) {
		load_keys(job, head, k, true, tile);
		for (size_t q = 0; q < head->queries; q += TILE_QUERIES) {
			tile->queries = least(TILE_QUERIES, head->queries - q);
			if (!look(job, head, q, k, tile))
				continue;
			load_queries(job, head, q, tile);
			load_gradients(job, head, q, only, tile);
			attention_tile_backward(tile, only,
			                        from(d.q, head->q_at, head->q_stride, q),
			                        from(d.k, head->k_at, head->k_stride, k),
			                        from(d.v, head->v_at, head->v_stride, k));
		}
	}
}
