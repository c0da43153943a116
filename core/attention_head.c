/* attention_head.c - attention of one head of one sentence, all queries to all keys, in tiles. */
#include "core/attention_head.h"
#include "core/error.h"
#include "core/attention_score.h"

#include <math.h>
#include <string.h>

static long least(long a, long b)
{
	return a < b ? a : b;
}

static long most(long a, long b)
{
	return a > b ? a : b;
}

int attention_sets(const struct attention_job *job)
{
	return job->query.v->t == 1 ? 1 : job->group;
}

static bool is_masked(const struct attention_job *job, int h)
{
	for (size_t i = 0; i < job->masks; i++) {
		const struct head_place *m = &job->masked[i];

		if (m->kind == job->how.kind && m->layer == job->how.layer && m->head == h)
			return true;
	}
	return false;
}

/* The keys that head h has in a sentence, padding left out, and where its queries stand. */
static void place_keys(const struct attention_job *job, int sentence, int h,
                       struct attention_head *head)
{
	const struct attention *how = &job->how;
	const int t = job->query.v->t, s = job->key.v->t;

	head->first = how->first ? how->first[sentence] : 0;
	head->last = most(how->length ? how->length[sentence] : s, head->first);
	head->scale = how->scale_by_length ? (real)sqrt((double)(head->last - head->first)) : 1;
	if (is_masked(job, h))
		head->last = head->first;
	head->step = s - t;
	head->advance = t > 1 ? 1 : 0;
}

struct attention_head attention_head_of(const struct attention_job *job, int sentence, int set,
                                        int h)
{
	const struct attention *how = &job->how;
	const struct var *q = job->query.v, *k = job->key.v, *v = job->value.v, *y = job->y;
	const int q_c = job->query.c / how->heads, v_c = y->c / how->heads;
	const int key_h = h / (how->heads / how->key_heads);
	const size_t row = (size_t)sentence * (size_t)job->group + (size_t)set;
	const size_t heads = (size_t)how->heads;
	const size_t place = how->place ? how->place[sentence] : (size_t)sentence;
	const bool steps = q->t > 1;
	struct attention_head head = { .queries = (size_t)(steps ? q->t : job->group) };

	place_keys(job, sentence, h, &head);
	head.q_at = row * (size_t)q->c + (size_t)(job->query.first + h * q_c);
	head.k_at = place * (size_t)k->c + (size_t)(job->key.first + key_h * q_c);
	head.v_at = place * (size_t)v->c + (size_t)(job->value.first + key_h * v_c);
	head.y_at = row * (size_t)y->c + (size_t)(h * v_c);
	head.q_stride = (size_t)q->c * (steps ? (size_t)q->n : 1);
	head.k_stride = (size_t)k->c * (how->place ? 1 : (size_t)k->n);
	head.v_stride = (size_t)v->c * (how->place ? 1 : (size_t)v->n);
	head.y_stride = (size_t)y->c * (steps ? (size_t)y->n : 1);
	head.element = (row * heads + (size_t)h) * (size_t)q->t;
	head.element_stride = steps ? 1 : heads;
	return head;
}

/* What elsewhere is a matrix of a mask. Neither end ever comes before that of the query before. */
struct attention_range attention_head_sees(const struct attention *how,
                                           const struct attention_head *head, size_t i)
{
	const long step = head->step + (long)i * head->advance;
	long first = head->first, last = head->last;

	if (how->causal)
		last = least(last, most(step + 1, how->prefix));
	if (how->window) {
		first = most(first, step - how->window);
		last = least(last, step + how->window + 1);
	}
	if (how->block) {
		const long into = (step - head->first) % how->block;
		const long start = step - into - (into < 0 ? how->block : 0);

		first = most(first, start);
		last = least(last, start + how->block);
	}
	first = least(first, head->last);
	return (struct attention_range){ first, most(first, last) };
}

/* Queries of a tile that starts at query i. */
static size_t queries_from(const struct attention_head *head, size_t i)
{
	return (size_t)least(TILE_QUERIES, (long)(head->queries - i));
}

/* What the queries of a tile see together. */
static struct attention_range visible_to_tile(const struct attention *how,
                                              const struct attention_head *head, size_t first_query)
{
	const size_t last_query = first_query + queries_from(head, first_query) - 1;

	return (struct attention_range){ attention_head_sees(how, head, first_query).first,
		                         attention_head_sees(how, head, last_query).last };
}

/* Tiles of keys start at the sentence's first key: that which holds key k. */
static long tile_of(const struct attention_head *head, long k)
{
	return k - (k - head->first) % TILE_KEYS;
}

static bool one_tile(const struct attention_head *head)
{
	return head->last - head->first <= TILE_KEYS;
}

/* Row i of a matrix and those after it; `at` and `stride` are a head's. */
static struct rows from(real *x, size_t at, size_t stride, size_t i)
{
	return (struct rows){ x ? x + at + i * stride : NULL, stride };
}

static void load_queries(const struct attention_job *job, const struct attention_head *head,
                         size_t first, struct attention_tile *tile)
{
	attention_tile_queries(tile, queries_from(head, first),
	                       from(job->query.v->x, head->q_at, head->q_stride, first));
}

static size_t keys_from(const struct attention_head *head, long k)
{
	return (size_t)least(TILE_KEYS, head->last - k);
}

static void load_keys(const struct attention_job *job, const struct attention_head *head,
                      long first, bool backward, struct attention_tile *tile)
{
	const size_t k = (size_t)first;

	attention_tile_keys(tile, keys_from(head, first),
	                    from(job->key.v->x, head->k_at, head->k_stride, k),
	                    from(job->value.v->x, head->v_at, head->v_stride, k), backward);
}

/* What the loaded queries see of the keys loaded or to be loaded. */
static void look(const struct attention_job *job, const struct attention_head *head,
                 size_t first_query, long first_key, struct attention_tile *tile)
{
	const long end = first_key + (long)keys_from(head, first_key);

	tile->advance = head->advance;
	tile->distance = first_key - head->step - (long)first_query * head->advance;
	for (size_t r = 0; r < tile->queries; r++) {
		const size_t i = first_query + r,
			     element = head->element + i * head->element_stride;
		const struct attention_range all = attention_head_sees(&job->how, head, i);
		const long first = most(all.first, first_key), last = least(all.last, end);

		tile->number[r] = element * (size_t)job->key.v->t + (size_t)first_key;
		tile->seen[r] = (struct columns){ 0, 0 };
		if (first < last)
			tile->seen[r] = (struct columns){ (int)(first - first_key),
				                          (int)(last - first_key) };
	}
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
	const struct attention_range all = visible_to_tile(&job->how, head, first);
	const size_t s = (size_t)job->key.v->t;

	for (size_t r = 0; r < tile->queries; r++)
		memset(job->weight + (head->element + (first + r) * head->element_stride) * s, 0,
		       s * sizeof(real));
	for (long k = tile_of(head, all.first); k < all.last; k += TILE_KEYS) {
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
	const bool only = one_tile(head);
	bool loaded = false;

	for (size_t q = 0; q < head->queries; q += TILE_QUERIES) {
		const struct rows y = from(job->y->x, head->y_at, head->y_stride, q);
		const struct attention_range all = visible_to_tile(&job->how, head, q);
		bool first = true;

		load_queries(job, head, q, tile);
		for (long k = tile_of(head, all.first); k < all.last; k += TILE_KEYS) {
			if (!only || !loaded)
				load_keys(job, head, k, false, tile);
			loaded = true;
			look(job, head, q, k, tile);
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

/* A query alone is a block of relative positions. */
void attention_head_step(const struct attention_job *job, const struct attention_head *head,
                         real *score, struct attention_tile *tile)
{
	const struct vector_kernels *vector = tile->vector;
	const struct attention_range seen = attention_head_sees(&job->how, head, 0);
	const size_t keys = (size_t)(seen.last - seen.first);
	const struct distances where = { seen.first - head->step, 0, 1, keys };
	const real *k = from(job->key.v->x, head->k_at, head->k_stride, (size_t)seen.first).x;
	const real *v = from(job->value.v->x, head->v_at, head->v_stride, (size_t)seen.first).x;

	if (job->p > 0 || job->weight || job->y->needs_gradient || tile->additive)
		panic("attention %s %d: a step with dropout, weights, gradients or additive scores",
		      attention_kind_name(job->how.kind), job->how.layer);
	for (size_t i = 0; i < head->queries; i++) {
		const real *q = from(job->query.v->x, head->q_at, head->q_stride, i).x;
		real *y = from(job->y->x, head->y_at, head->y_stride, i).x;

		vector->fill(tile->v_c, 0, y);
		if (!keys)
			continue;
		vector->dot_rows(keys, tile->q_c, q, k, head->k_stride, score);
		if (tile->relative_key.table)
			relative_score(&tile->relative_key, &where, q, 0, score, 0);
		attention_score_slope(tile, where.first, keys, score);
		vector->softmax(keys, tile->score_scale, score);
		if (head->scale != 1)
			vector->scale(keys, head->scale, score, score);
		vector->mean_rows(keys, tile->v_c, score, v, head->v_stride, y);
		if (tile->relative_value.table)
			relative_mean(&tile->relative_value, &where, score, 0, y, 0);
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
	const bool only = one_tile(head);
	size_t start = 0;

	for (long k = head->first; k < head->last; k += TILE_KEYS) {
		load_keys(job, head, k, true, tile);
		while (start < head->queries && visible_to_tile(&job->how, head, start).last <= k)
			start += TILE_QUERIES;
		for (size_t q = start; q < head->queries; q += TILE_QUERIES) {
			if (attention_head_sees(&job->how, head, q).first >= k + (long)tile->keys)
				break;
			load_queries(job, head, q, tile);
			look(job, head, q, k, tile);
			load_gradients(job, head, q, only, tile);
			attention_tile_backward(tile, only,
			                        from(d.q, head->q_at, head->q_stride, q),
			                        from(d.k, head->k_at, head->k_stride, (size_t)k),
			                        from(d.v, head->v_at, head->v_stride, (size_t)k));
		}
	}
}
