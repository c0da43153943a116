/* op_attention.c - attention: every query takes a weighted mean of the values, weighted by how its
 * score with each key compares. One operation for all scores and any number of heads.
 *
 * Of the weights only the greatest score and the sum of each query and head are kept: memory grows
 * with T + S, not with T S (Dao 2022). */
#include "core/attention_head.h"
#include "core/attention_score.h"
#include "core/error.h"

enum { FEW_QUERIES = 4 };

const char *attention_kind_name(enum attention_kind kind)
{
	static const char *const name[] = { "encoder", "decoder", "cross" };

	return name[kind];
}

static void tile_init(struct attention_tile *tile, struct tape *tape,
                      const struct attention_job *job, bool backward)
{
	const struct attention *how = &job->how;
	const int t = job->query.v->t, s = job->key.v->t;
	const struct attention_sizes size = { .t = t,
		                              .s = s,
		                              .q_c = (size_t)(job->query.c / how->heads),
		                              .v_c = (size_t)(job->y->c / how->heads),
		                              .queries = (size_t)(t > 1 ? t : job->group) };

	attention_tile_init(tile, tape, how, size, backward);
	tile->key64 = job->key64;
	tile->p = job->p;
}

/* For blocks of so many queries and keys. */
static void tables_init(struct attention_tile *tile, struct tape *tape,
                        const struct attention_job *job, size_t queries, size_t keys)
{
	const struct var *y = job->y;
	real *dkey = y->g ? tape_gradient(tape, y->in[4]) : NULL;
	real *dvalue = y->g ? tape_gradient(tape, y->in[5]) : NULL;

	relative_init(&tile->relative_key, tape, job->how.relative_key, dkey, queries, keys);
	relative_init(&tile->relative_value, tape, job->how.relative_value, dvalue, queries, keys);
}

static double bytes(const struct attention_job *job)
{
	const struct var *q = job->query.v, *k = job->key.v;

	return sizeof(real) * ((double)var_rows(q) * (job->query.c + job->y->c) +
	                       (double)var_rows(k) * (job->key.c + job->value.c));
}

static void attention_backward(struct tape *tape, struct var *y)
{
	const struct attention_job *job = y->aux;
	const struct attention_gradients d = { tape_gradient(tape, y->in[0]),
		                               tape_gradient(tape, y->in[1]),
		                               tape_gradient(tape, y->in[2]) };
	real *dv = tape_gradient(tape, y->in[3]);
	const size_t mark = tape->arena.used;
	struct attention_tile tile;

	tile_init(&tile, tape, job, true);
	tables_init(&tile, tape, job, TILE_QUERIES, TILE_KEYS);
	for (int sentence = 0; sentence < job->key.v->n; sentence++)
		for (int set = 0; set < attention_sets(job); set++)
			for (int h = 0; h < job->how.heads; h++) {
				const struct attention_head head =
					attention_head_of(job, sentence, set, h);

				attention_score_head(&tile, &job->how, h);
				attention_head_backward(job, &head, d, &tile);
			}
	for (size_t h = 0; dv && h < (size_t)job->how.heads; h++)
		tape->vector->accumulate(tile.q_c, 1, tile.dvectors + h * tile.q_ld,
		                         dv + h * tile.q_c);
	tape_count(tape, tile.multiply_adds, 2 * bytes(job));
	tape->arena.used = mark;
}

static bool is_step(const struct tape *tape, const struct attention_job *job)
{
	return job->query.v->t == 1 && job->group <= FEW_QUERIES && !tape->gradient &&
	       job->p == 0 && !job->weight && job->how.score != SCORE_ADDITIVE;
}

static void attention_forward(struct tape *tape, const struct attention_job *job)
{
	const size_t mark = tape->arena.used;
	const bool step = is_step(tape, job);
	const size_t keys = (size_t)job->key.v->t;
	struct attention_tile tile;
	real *score = NULL;

	tile_init(&tile, tape, job, false);
	tables_init(&tile, tape, job, step ? 1 : TILE_QUERIES, step ? keys : TILE_KEYS);
	if (step)
		score = tape_memory(tape, keys * sizeof(real));
	for (int sentence = 0; sentence < job->key.v->n; sentence++)
		for (int set = 0; set < attention_sets(job); set++)
			for (int h = 0; h < job->how.heads; h++) {
				const struct attention_head head =
					attention_head_of(job, sentence, set, h);

				attention_score_head(&tile, &job->how, h);
				if (step)
					attention_head_step(job, &head, score, &tile);
				else
					attention_head_forward(job, &head, &tile);
			}
	tape_count(tape, tile.multiply_adds, bytes(job));
	tape->arena.used = mark;
}

static bool is_table(const struct var *table, int c)
{
	return !table || (table->c == c && var_rows(table) % 2 == 1);
}

static bool fits(const struct attention_job *job)
{
	const struct var *q = job->query.v, *k = job->key.v, *v = job->value.v;
	const struct attention *how = &job->how;
	const int heads = how->heads, key_heads = how->key_heads;
	const bool additive = how->score == SCORE_ADDITIVE;

	return k->t == v->t && k->n == v->n && q->n % k->n == 0 && heads % key_heads == 0 &&
	       job->query.c % heads == 0 && job->key.c % key_heads == 0 &&
	       job->query.c / heads == job->key.c / key_heads && job->value.c % key_heads == 0 &&
	       is_table(how->relative_key, job->query.c / heads) &&
	       is_table(how->relative_value, job->value.c / key_heads) && how->window >= 0 &&
	       how->block >= 0 &&
	       (!additive || (how->v && var_size(how->v) == (size_t)job->query.c));
}

static void check_shapes(const struct attention_job *job)
{
	const struct var *q = job->query.v, *k = job->key.v, *v = job->value.v;
	const struct var *a = job->how.relative_key, *b = job->how.relative_value;

	if (fits(job))
		return;
	panic("attention %s %d: query [%d][%d] %d, key [%d][%d] %d, value [%d][%d] %d, %d heads, "
	      "%d of keys, additive vector of %d, relative keys [%d][%d], values [%d][%d], "
	      "window %d, block %d",
	      attention_kind_name(job->how.kind), job->how.layer, q->t, q->n, job->query.c, k->t,
	      k->n, job->key.c, v->t, v->n, job->value.c, job->how.heads, job->how.key_heads,
	      job->how.v ? (int)var_size(job->how.v) : 0, a ? var_rows(a) : 0, a ? a->c : 0,
	      b ? var_rows(b) : 0, b ? b->c : 0, job->how.window, job->how.block);
}

/* Of the first row and head. */
static struct steps_read attention_reads(const struct var *y, int input, const struct var *in,
                                         int t)
{
	const struct attention_job *job = y->aux;
	const struct attention_head head = attention_head_of(job, 0, 0, 0);
	struct attention_range keys;

	(void)in;
	if (input == 0)
		return (struct steps_read){ t, 1, 1, 0 };
	keys = attention_head_sees(&job->how, &head, (size_t)t);
	return (struct steps_read){ (int)keys.first, (int)(keys.last - keys.first), 1, 1 };
}

static void show_weights(struct tape *tape, struct attention_job *job)
{
	const size_t elements = (size_t)var_rows(job->y) * (size_t)job->how.heads;
	struct attention_weights *seen = tape_memory(tape, sizeof *seen);

	job->weight = tape_memory(tape, elements * (size_t)job->key.v->t * sizeof(real));
	*seen = (struct attention_weights){ job->how.kind,   job->how.layer, job->how.heads,
		                            job->query.v->t, job->key.v->t,  job->y->n,
		                            job->weight,     tape->attention };
	tape->attention = seen;
}

struct var *op_attention(struct tape *tape, struct slice query, struct slice key,
                         struct slice value, struct attention how)
{
	static const struct op op = { .name = "attention",
		                      .backward = attention_backward,
		                      .reads_result = true,
		                      .reads = attention_reads,
		                      .products = 2 };
	const struct var *q = query.v, *k = key.v;
	const size_t elements = (size_t)var_rows(q) * (size_t)how.heads;
	struct attention_job *job = tape_memory(tape, sizeof *job);
	struct dropout_mask mask;

	tape_enter(tape, &op);
	*job = (struct attention_job){ .how = how,
		                       .query = query,
		                       .key = key,
		                       .value = value,
		                       .masked = tape->masked,
		                       .masks = tape->masks };
	if (!how.key_heads)
		job->how.key_heads = how.heads;
	check_shapes(job);
	job->group = q->n / k->n;
	job->y = tape_var(tape, &op, q->t, q->n, value.c / job->how.key_heads * how.heads);
	job->y->aux = job;
	tape_input(tape, job->y, 0, query.v);
	tape_input(tape, job->y, 1, key.v);
	tape_input(tape, job->y, 2, value.v);
	tape_input(tape, job->y, 3, how.v);
	tape_input(tape, job->y, 4, how.relative_key);
	tape_input(tape, job->y, 5, how.relative_value);
	job->top = tape_memory(tape, elements * sizeof(real));
	job->inverse = tape_memory(tape, elements * sizeof(real));
	mask = tape_dropout(tape, how.dropout);
	job->p = mask.p;
	job->key64 = mask.key;
	if (tape->keep_attention)
		show_weights(tape, job);
	attention_forward(tape, job);
	return tape_leave(tape, job->y);
}
