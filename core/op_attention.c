/* op_attention.c - attention: every query takes a weighted mean of the values, weighted by how its
 * score with each key compares. One operation for all scores and any number of heads.
 *
 * Of the weights only the greatest score and the sum of each query and head are kept: memory grows
 * with T + S, not with T S (Dao 2022). */
#include "core/attention_head.h"
#include "core/error.h"

enum { FEW_QUERIES = 4 };

static void tile_init(struct attention_tile *tile, struct tape *tape,
                      const struct attention_job *job, bool backward)
{
	const size_t heads = (size_t)job->how.heads, q_c = (size_t)job->query.c / heads;
	const size_t queries = (size_t)(job->query.v->t > 1 ? job->query.v->t : job->group);

	attention_tile_init(tile, tape, &job->how, q_c, (size_t)job->value.c / heads, queries,
	                    (size_t)job->key.v->t, backward);
	tile->key64 = job->key64;
	tile->p = job->p;
}

static double bytes(const struct attention_job *job)
{
	const struct var *q = job->query.v, *k = job->key.v;

	return sizeof(real) * ((double)var_rows(q) * (job->query.c + job->value.c) +
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
	for (int sentence = 0; sentence < job->key.v->n; sentence++)
		for (int set = 0; set < attention_sets(job); set++)
			for (int h = 0; h < job->how.heads; h++) {
				const struct attention_head head =
					attention_head_of(job, sentence, set, h);

				attention_head_backward(job, &head, d, &tile);
			}
	if (dv)
		tape->vector->accumulate(tile.q_c, 1, tile.dscore_v, dv);
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
	struct attention_tile tile;
	real *score = NULL;

	tile_init(&tile, tape, job, false);
	if (step)
		score = tape_memory(tape, (size_t)job->key.v->t * sizeof(real));
	for (int sentence = 0; sentence < job->key.v->n; sentence++)
		for (int set = 0; set < attention_sets(job); set++)
			for (int h = 0; h < job->how.heads; h++) {
				const struct attention_head head =
					attention_head_of(job, sentence, set, h);

				if (step)
					attention_head_step(job, &head, score, &tile);
				else
					attention_head_forward(job, &head, &tile);
			}
	tape_count(tape, tile.multiply_adds, bytes(job));
	tape->arena.used = mark;
}

static void check_shapes(const struct attention_job *job)
{
	const struct var *q = job->query.v, *k = job->key.v, *v = job->value.v;
	const int heads = job->how.heads;

	if (k->t == v->t && k->n == v->n && q->n % k->n == 0 && job->query.c == job->key.c &&
	    job->query.c % heads == 0 && job->value.c % heads == 0 &&
	    (job->how.score != SCORE_ADDITIVE ||
	     (heads == 1 && job->how.v && var_size(job->how.v) == (size_t)job->query.c)))
		return;
	panic("attention %s %d: query [%d][%d] %d, key [%d][%d] %d, value [%d][%d] %d, %d heads",
	      job->how.kind, job->how.layer, q->t, q->n, job->query.c, k->t, k->n, job->key.c, v->t,
	      v->n, job->value.c, heads);
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
	static const struct op op = { .name = "attention", .backward = attention_backward, .reads_result = true };
	const struct var *q = query.v, *k = key.v;
	const size_t elements = (size_t)var_rows(q) * (size_t)how.heads;
	struct attention_job *job = tape_memory(tape, sizeof *job);

	tape_enter(tape, &op);
	*job = (struct attention_job){ .how = how, .query = query, .key = key, .value = value };
	check_shapes(job);
	job->group = q->n / k->n;
	job->y = tape_var(tape, &op, q->t, q->n, value.c);
	job->y->aux = job;
	tape_input(tape, job->y, 0, query.v);
	tape_input(tape, job->y, 1, key.v);
	tape_input(tape, job->y, 2, value.v);
	tape_input(tape, job->y, 3, how.v);
	job->top = tape_memory(tape, elements * sizeof(real));
	job->inverse = tape_memory(tape, elements * sizeof(real));
	if (tape->training && how.dropout > 0) {
		job->p = how.dropout;
		job->key64 = tape->key + 0x9e3779b97f4a7c15ULL * ++tape->dropouts;
	}
	if (tape->keep_attention)
		show_weights(tape, job);
	attention_forward(tape, job);
	return tape_leave(tape, job->y);
}
