/* op_attention.c - attention: every query takes a weighted mean of the values, weighted by how its
 * score with each key compares. One operation for all scores and any number of heads. */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>
#include <string.h>

struct job {
	struct attention how;
	struct slice query, key, value;
	int group;    /* query rows of one key row */
	real *weight; /* [R][heads][T][S] after softmax */
	real score_scale;
	uint64_t key64; /* of dropout */
	double p;
	struct var *y;
};

/* One head of one row: matrices with their row strides. */
struct head {
	const real *q, *k, *v;
	int q_stride, k_stride, v_stride;
	int q_c, v_c;                  /* channels a head */
	real *weight;                  /* [T][S] */
	int keys;                      /* that this sentence has */
	real scale;                    /* of the context */
	size_t q_at, k_at, v_at, y_at; /* offsets of the head in the variables */
	uint64_t number;               /* of the head among all */
};

static struct head head_of(const struct job *job, int row, int h)
{
	const struct attention *how = &job->how;
	const int sentence = row / job->group;
	const struct var *q = job->query.v, *k = job->key.v, *v = job->value.v;
	struct head head = { .q_c = job->query.c / how->heads, .v_c = job->value.c / how->heads };
	const size_t number = (size_t)row * (size_t)how->heads + (size_t)h;

	head.q_stride = q->n * q->c;
	head.k_stride = k->n * k->c;
	head.v_stride = v->n * v->c;
	head.q_at = (size_t)row * (size_t)q->c + (size_t)(job->query.first + h * head.q_c);
	head.k_at = (size_t)sentence * (size_t)k->c + (size_t)(job->key.first + h * head.q_c);
	head.v_at = (size_t)sentence * (size_t)v->c + (size_t)(job->value.first + h * head.v_c);
	head.y_at = (size_t)row * (size_t)job->y->c + (size_t)(h * head.v_c);
	head.q = q->x + head.q_at;
	head.k = k->x + head.k_at;
	head.v = v->x + head.v_at;
	head.weight = job->weight + number * (size_t)q->t * (size_t)k->t;
	head.keys = how->length ? how->length[sentence] : k->t;
	head.scale = how->scale_by_length ? (real)sqrt(head.keys) : 1;
	head.number = number;
	return head;
}

static void additive_scores(struct tape *tape, const struct job *job, const struct head *head)
{
	const size_t c = (size_t)head->q_c;
	real *z = tape_memory(tape, c * sizeof(real));

	for (int t = 0; t < job->query.v->t; t++)
		for (int s = 0; s < head->keys; s++) {
			tape->vector->add(c, 1, head->q + (size_t)t * (size_t)head->q_stride,
			                  head->k + (size_t)s * (size_t)head->k_stride, z);
			tape->vector->tanh(c, z, z);
			head->weight[(size_t)t * (size_t)job->key.v->t + (size_t)s] =
				tape->vector->dot(c, z, job->how.v->x);
		}
}

/* Keys that query step t may see: all of the sentence, or those not after it. */
static int visible(const struct job *job, const struct head *head, int t)
{
	const int last = t + job->key.v->t - job->query.v->t + 1;

	return job->how.causal && last < head->keys ? last : head->keys;
}

static void drop_weights(struct tape *tape, const struct job *job, const struct head *head,
                         const real *from, real *to)
{
	const size_t n = (size_t)job->query.v->t * (size_t)job->key.v->t;

	tape->vector->dropout(n, job->key64, head->number * n, job->p, from, to);
}

static void head_forward(struct tape *tape, const struct job *job, const struct head *head,
                         real *dropped)
{
	const int t = job->query.v->t, s = job->key.v->t;
	const real *weight = head->weight;

	if (job->how.score == SCORE_ADDITIVE)
		additive_scores(tape, job, head);
	else
		tape_gemm(tape, PLAIN, TRANSPOSED, t, s, head->q_c, 1, head->q, head->q_stride,
		          head->k, head->k_stride, 0, head->weight, s);
	for (int i = 0; i < t; i++) {
		const int seen = visible(job, head, i);
		real *row = head->weight + (size_t)i * (size_t)s;

		tape->vector->softmax((size_t)seen, job->score_scale, row);
		memset(row + seen, 0, (size_t)(s - seen) * sizeof(real));
	}
	if (job->p > 0) {
		drop_weights(tape, job, head, head->weight, dropped);
		weight = dropped;
	}
	tape_gemm(tape, PLAIN, PLAIN, t, head->v_c, s, head->scale, weight, s, head->v,
	          head->v_stride, 0, job->y->x + head->y_at, job->y->n * job->y->c);
}

/* ds [T][S]: gradient of the scores. */
static void additive_backward(struct tape *tape, const struct job *job, const struct head *head,
                              const real *ds, real *dq, real *dk, real *dv)
{
	const size_t c = (size_t)head->q_c;
	real *z = tape_memory(tape, 2 * c * sizeof(real)), *dz = z + c;

	for (int t = 0; t < job->query.v->t; t++)
		for (int s = 0; s < visible(job, head, t); s++) {
			const real d = ds[(size_t)t * (size_t)job->key.v->t + (size_t)s];

			tape->vector->add(c, 1, head->q + (size_t)t * (size_t)head->q_stride,
			                  head->k + (size_t)s * (size_t)head->k_stride, z);
			tape->vector->tanh(c, z, z);
			if (dv)
				tape->vector->accumulate(c, d, z, dv);
			tape->vector->fill(c, 0, dz);
			tape->vector->tanh_backward(c, z, job->how.v->x, dz);
			if (dq)
				tape->vector->accumulate(
					c, d, dz,
					dq + head->q_at + (size_t)t * (size_t)head->q_stride);
			if (dk)
				tape->vector->accumulate(
					c, d, dz,
					dk + head->k_at + (size_t)s * (size_t)head->k_stride);
		}
}

static void dot_backward(struct tape *tape, const struct job *job, const struct head *head,
                         const real *ds, real *dq, real *dk)
{
	const int t = job->query.v->t, s = job->key.v->t;

	if (dq)
		tape_gemm(tape, PLAIN, PLAIN, t, head->q_c, s, 1, ds, s, head->k, head->k_stride, 1,
		          dq + head->q_at, head->q_stride);
	if (dk)
		tape_gemm(tape, TRANSPOSED, PLAIN, s, head->q_c, t, 1, ds, s, head->q,
		          head->q_stride, 1, dk + head->k_at, head->k_stride);
}

struct gradients {
	real *q, *k, *v, *score_v;
};

static void head_backward(struct tape *tape, const struct job *job, const struct head *head,
                          struct gradients d, real *ds, real *dropped)
{
	const int t = job->query.v->t, s = job->key.v->t, stride = job->y->n * job->y->c;
	const real *dy = job->y->g + head->y_at, *weight = head->weight;

	tape_gemm(tape, PLAIN, TRANSPOSED, t, s, head->v_c, head->scale, dy, stride, head->v,
	          head->v_stride, 0, ds, s);
	if (job->p > 0) {
		drop_weights(tape, job, head, head->weight, dropped);
		drop_weights(tape, job, head, ds, ds);
		weight = dropped;
	}
	if (d.v)
		tape_gemm(tape, TRANSPOSED, PLAIN, s, head->v_c, t, head->scale, weight, s, dy,
		          stride, 1, d.v + head->v_at, head->v_stride);
	for (int i = 0; i < t; i++) {
		const int seen = visible(job, head, i);
		real *row = ds + (size_t)i * (size_t)s;

		tape->vector->softmax_backward((size_t)seen, job->score_scale,
		                               head->weight + (size_t)i * (size_t)s, row);
		memset(row + seen, 0, (size_t)(s - seen) * sizeof(real));
	}
	if (job->how.score == SCORE_ADDITIVE)
		additive_backward(tape, job, head, ds, d.q, d.k, d.score_v);
	else
		dot_backward(tape, job, head, ds, d.q, d.k);
}

static void attention_backward(struct tape *tape, struct var *y)
{
	const struct job *job = y->aux;
	const size_t scores = (size_t)job->query.v->t * (size_t)job->key.v->t;
	struct gradients d = { tape_gradient(tape, y->in[0]), tape_gradient(tape, y->in[1]),
		               tape_gradient(tape, y->in[2]), tape_gradient(tape, y->in[3]) };
	real *ds = tape_memory(tape, scores * sizeof(real));
	real *dropped = tape_memory(tape, scores * sizeof(real));

	for (int row = 0; row < y->n; row++)
		for (int h = 0; h < job->how.heads; h++) {
			const struct head head = head_of(job, row, h);
			const size_t mark = tape->arena.used;

			head_backward(tape, job, &head, d, ds, dropped);
			tape->arena.used = mark;
		}
}

static void check_shapes(const struct job *job)
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

static void show_weights(struct tape *tape, const struct job *job)
{
	struct attention_weights *seen = tape_memory(tape, sizeof *seen);

	*seen = (struct attention_weights){ job->how.kind,   job->how.layer, job->how.heads,
		                            job->query.v->t, job->key.v->t,  job->y->n,
		                            job->weight,     tape->attention };
	tape->attention = seen;
}

/* Beams of one sentence are its query steps: one head's products for all of them at once. */
static bool rows_as_steps(const struct job *job)
{
	return job->group > 1 && job->query.v->t == 1 && !job->how.causal && job->p == 0;
}

static void forward_by_sentence(struct tape *tape, struct job *job)
{
	struct var q = *job->query.v, y = *job->y;
	struct job turned = *job;
	real *weight = job->weight;

	q.t = y.t = job->group;
	q.n = y.n = 1;
	turned.query.v = &q;
	turned.y = &y;
	turned.group = 1;
	for (int sentence = 0; sentence < job->key.v->n; sentence++)
		for (int h = 0; h < job->how.heads; h++) {
			struct head head = head_of(&turned, 0, h);
			const size_t first_row = (size_t)sentence * (size_t)job->group;

			head.k += (size_t)sentence * (size_t)job->key.v->c;
			head.v += (size_t)sentence * (size_t)job->value.v->c;
			head.q += first_row * (size_t)q.c;
			head.y_at += first_row * (size_t)y.c;
			head.keys = job->how.length ? job->how.length[sentence] : job->key.v->t;
			head.scale = job->how.scale_by_length ? (real)sqrt(head.keys) : 1;
			head.weight = weight;
			head_forward(tape, &turned, &head, NULL);
		}
}

struct var *op_attention(struct tape *tape, struct slice query, struct slice key,
                         struct slice value, struct attention how)
{
	static const struct op op = { "attention", attention_backward };
	const struct var *q = query.v, *k = key.v;
	const size_t scores = (size_t)q->t * (size_t)k->t;
	struct job *job = tape_memory(tape, sizeof *job);
	real *dropped = NULL;
	size_t mark;

	tape_enter(tape, &op);
	*job = (struct job){
		.how = how, .query = query, .key = key, .value = value, .score_scale = 1
	};
	check_shapes(job);
	job->group = q->n / k->n;
	if (how.score == SCORE_SCALED_DOT)
		job->score_scale = (real)(1 / sqrt(query.c / how.heads));
	job->y = tape_var(tape, &op, q->t, q->n, value.c);
	job->y->aux = job;
	tape_input(tape, job->y, 0, query.v);
	tape_input(tape, job->y, 1, key.v);
	tape_input(tape, job->y, 2, value.v);
	tape_input(tape, job->y, 3, how.v);
	job->weight = tape_memory(tape, (size_t)q->n * (size_t)how.heads * scores * sizeof(real));
	if (tape->training && how.dropout > 0) {
		job->p = how.dropout;
		job->key64 = tape->key + 0x9e3779b97f4a7c15ULL * ++tape->dropouts;
		dropped = tape_memory(tape, scores * sizeof(real));
	}
	mark = tape->arena.used;
	if (rows_as_steps(job) && !tape->keep_attention && !job->y->needs_gradient) {
		forward_by_sentence(tape, job);
		tape->arena.used = mark;
		return tape_leave(tape, job->y);
	}
	for (int row = 0; row < q->n; row++)
		for (int h = 0; h < how.heads; h++) {
			const struct head head = head_of(job, row, h);

			head_forward(tape, job, &head, dropped);
			tape->arena.used = mark;
		}
	if (tape->keep_attention)
		show_weights(tape, job);
	return tape_leave(tape, job->y);
}
