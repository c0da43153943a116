/* attention.c - the attention weights of a sentence pair, map by map. */
#include "eval/attention.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

void attention_maps_init(struct attention_maps *m, const struct model *model,
                         struct vocabulary *const vocabulary[SIDES])
{
	*m = (struct attention_maps){ .model = model };
	for (int side = 0; vocabulary && side < SIDES; side++)
		m->vocabulary[side] = vocabulary[side];
	tape_init(&m->tape);
	m->tape.keep_attention = true;
}

void attention_maps_free(struct attention_maps *m)
{
	tape_free(&m->tape);
	batch_free(&m->batch);
	*m = (struct attention_maps){ 0 };
}

/* What was recorded, the first one first. */
struct records {
	const struct attention_weights **a; /* [count] */
	int count;
};

static struct records records_of(struct tape *tape)
{
	struct records r = { 0 };
	int left;

	for (const struct attention_weights *a = tape->attention; a; a = a->next)
		r.count++;
	r.a = tape_memory(tape, (size_t)r.count * sizeof *r.a);
	left = r.count;
	for (const struct attention_weights *a = tape->attention; a; a = a->next)
		r.a[--left] = a;
	return r;
}

static bool same_layer(const struct attention_weights *a, const struct attention_weights *b)
{
	return a->kind == b->kind && a->layer == b->layer;
}

/* A decoder that goes step by step leaves a record a step: the queries of all of them. */
static int queries_of(const struct records *r, const struct attention_weights *first)
{
	int queries = 0;

	for (int i = 0; i < r->count; i++)
		queries += same_layer(r->a[i], first) ? r->a[i]->t : 0;
	return queries;
}

static const real *weights_of(struct tape *tape, const struct records *r,
                              const struct attention_weights *first, int head, int queries)
{
	const size_t s = (size_t)first->s;
	real *all, *to;

	if (first->t == queries)
		return first->weight + (size_t)head * (size_t)queries * s;
	all = to = tape_memory(tape, (size_t)queries * s * sizeof *all);
	for (int i = 0; i < r->count; i++) {
		const struct attention_weights *a = r->a[i];
		const size_t size = (size_t)a->t * s;

		if (!same_layer(a, first))
			continue;
		memcpy(to, a->weight + (size_t)head * size, size * sizeof *to);
		to += size;
	}
	return all;
}

/* Adds the maps of a layer whose first record this is. */
static void add_layer(struct attention_maps *m, const struct records *r,
                      const struct attention_weights *first)
{
	const int queries = queries_of(r, first);

	for (int head = 0; head < first->heads; head++)
		m->map[m->maps++] = (struct attention_map){
			first->kind, first->layer, head,
			queries,     first->s,     weights_of(&m->tape, r, first, head, queries),
		};
}

static bool is_first(const struct records *r, int i)
{
	for (int j = 0; j < i; j++)
		if (same_layer(r->a[j], r->a[i]))
			return false;
	return true;
}

/* Layers run in their order, so those of one kind are recorded in it. */
static void collect(struct attention_maps *m)
{
	const struct records r = records_of(&m->tape);
	size_t heads = 0;

	for (int i = 0; i < r.count; i++)
		heads += is_first(&r, i) ? (size_t)r.a[i]->heads : 0;
	m->map = tape_memory(&m->tape, heads * sizeof *m->map);
	m->maps = 0;
	for (int kind = 0; kind < ATTENTION_KINDS; kind++)
		for (int i = 0; i < r.count; i++)
			if ((int)r.a[i]->kind == kind && is_first(&r, i))
				add_layer(m, &r, r.a[i]);
}

static void name_axis(struct attention_maps *m, struct attention_axis *axis, enum side side,
                      int *token, int steps)
{
	const struct vocabulary *vocabulary = m->vocabulary[side];

	*axis = (struct attention_axis){ .steps = steps, .token = token };
	if (!vocabulary)
		return;
	axis->label = tape_memory(&m->tape, (size_t)steps * sizeof *axis->label);
	for (int i = 0; i < steps; i++)
		axis->label[i] = vocabulary_token(vocabulary, token[i]);
}

/* Decoder-only: the source's tokens, then the target's. */
static void name_joined(struct attention_maps *m)
{
	struct attention_axis part[SIDES], *all = &m->query[ATTENTION_DECODER];
	const int count[SIDES] = { m->batch.source_t, m->batch.target_t };

	name_axis(m, &part[SIDE_SOURCE], SIDE_SOURCE, m->batch.source, count[SIDE_SOURCE]);
	name_axis(m, &part[SIDE_TARGET], SIDE_TARGET, m->batch.target, count[SIDE_TARGET]);
	*all = (struct attention_axis){ .steps = count[SIDE_SOURCE] + count[SIDE_TARGET] };
	all->token = tape_memory(&m->tape, (size_t)all->steps * sizeof *all->token);
	if (part[SIDE_SOURCE].label && part[SIDE_TARGET].label)
		all->label = tape_memory(&m->tape, (size_t)all->steps * sizeof *all->label);
	for (int i = 0; i < all->steps; i++) {
		const int side = i < count[SIDE_SOURCE] ? SIDE_SOURCE : SIDE_TARGET;
		const int at = side == SIDE_SOURCE ? i : i - count[SIDE_SOURCE];

		all->token[i] = part[side].token[at];
		if (all->label)
			all->label[i] = part[side].label[at];
	}
	m->key[ATTENTION_DECODER] = *all;
}

static void name_axes(struct attention_maps *m)
{
	struct batch *b = &m->batch;

	memset(m->query, 0, sizeof m->query);
	memset(m->key, 0, sizeof m->key);
	if (m->maps && model_is_decoder_only(m->model)) {
		name_joined(m);
		return;
	}
	for (int i = 0; i < m->maps; i++) {
		const enum attention_kind kind = m->map[i].kind;
		const bool from_source = kind == ATTENTION_ENCODER;

		if (m->query[kind].steps)
			continue;
		name_axis(m, &m->query[kind], from_source ? SIDE_SOURCE : SIDE_TARGET,
		          from_source               ? b->source
		          : kind == ATTENTION_CROSS ? b->gold
		                                    : b->target,
		          m->map[i].queries);
		name_axis(m, &m->key[kind], kind == ATTENTION_DECODER ? SIDE_TARGET : SIDE_SOURCE,
		          kind == ATTENTION_DECODER ? b->target : b->source, m->map[i].keys);
	}
}

void attention_maps_make(struct attention_maps *m, const struct corpus *corpus, uint32_t sentence)
{
	struct memory memory;
	const struct batch *b = &m->batch;

	batch_fill(&m->batch, corpus, &sentence, 1);
	tape_begin(&m->tape, &m->model->parameters, NULL, false, 0);
	model_states(&m->tape, m->model, b, &memory);
	collect(m);
	name_axes(m);
}

int attention_heads(const struct attention_maps *m, enum attention_kind kind, int layer)
{
	int heads = 0;

	for (int i = 0; i < m->maps; i++)
		heads += m->map[i].kind == kind && m->map[i].layer == layer;
	return heads;
}

int attention_last_layer(const struct attention_maps *m, enum attention_kind kind)
{
	int layer = -1;

	for (int i = 0; i < m->maps; i++)
		if (m->map[i].kind == kind)
			layer = m->map[i].layer;
	return layer;
}

/* The steps of an axis that are shown. */
static int *shown_steps(const struct attention_axis *axis, bool end, int *count)
{
	int *step = memory_new((size_t)axis->steps, sizeof *step);

	*count = 0;
	for (int i = 0; i < axis->steps; i++)
		if (end || (axis->token[i] != TOKEN_BEGIN && axis->token[i] != TOKEN_END))
			step[(*count)++] = i;
	return step;
}

static const char **shown_labels(const struct attention_axis *axis, const int *step, int count)
{
	const char **label = memory_new((size_t)count, sizeof *label);

	for (int i = 0; i < count; i++)
		label[i] = axis->label ? axis->label[step[i]] : "";
	return label;
}

static void scale_row(double *row, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += row[i];
	for (int i = 0; i < n && sum > 0; i++)
		row[i] /= sum;
}

void attention_picture_make(struct attention_picture *picture, const struct attention_maps *m,
                            enum attention_kind kind, int layer, int head, bool end)
{
	const int heads = head < 0 ? attention_heads(m, kind, layer) : 1;
	struct attention_picture p = { 0 };
	int *const row = shown_steps(&m->query[kind], end, &p.rows);
	int *const column = shown_steps(&m->key[kind], end, &p.columns);

	p.row = shown_labels(&m->query[kind], row, p.rows);
	p.column = shown_labels(&m->key[kind], column, p.columns);
	p.weight = memory_new((size_t)p.rows * (size_t)p.columns, sizeof *p.weight);
	for (int i = 0; i < m->maps; i++) {
		const struct attention_map *a = &m->map[i];

		if (a->kind != kind || a->layer != layer || (head >= 0 && a->head != head))
			continue;
		for (int r = 0; r < p.rows; r++)
			for (int c = 0; c < p.columns; c++)
				p.weight[r * p.columns + c] +=
					(double)a->weight[row[r] * a->keys + column[c]] / heads;
	}
	for (int r = 0; r < p.rows && !end; r++)
		scale_row(p.weight + r * p.columns, p.columns);
	free(row);
	free(column);
	*picture = p;
}

void attention_picture_free(struct attention_picture *p)
{
	free(p->row);
	free(p->column);
	free(p->weight);
	*p = (struct attention_picture){ 0 };
}
