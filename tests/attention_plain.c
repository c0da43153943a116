/* attention_plain.c - attention by its definition: plain loops over pairs, in double. */
#include "tests/attention_plain.h"
#include "core/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { V, RELATIVE_KEY, RELATIVE_VALUE };

static const uint64_t dropout_key = 77;

static double made_up(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (double)(*state >> 8) / (1 << 24) * 2 - 1;
}

static struct var *input(struct attention_problem *p, int t, int n, int c, double size,
                         unsigned seed)
{
	struct var *v = tape_var(&p->tape, NULL, t, n, c);

	for (size_t i = 0; i < var_size(v); i++)
		v->x[i] = (real)(size * made_up(&seed));
	v->needs_gradient = p->tape.gradient != NULL;
	return v;
}

static int key_heads(const struct attention_case *c)
{
	return c->key_heads ? c->key_heads : c->heads;
}

static void describe(struct attention_problem *p)
{
	static const struct head_place masks[] = { { ATTENTION_DECODER, 3, 0 },
		                                   { ATTENTION_DECODER, 2, 1 },
		                                   { ATTENTION_CROSS, 3, 1 } };
	const struct attention_case *c = &p->shape;

	for (int i = 0; i < c->n; i++) {
		p->length[i] = c->s - (i * 67) % c->s;
		p->first[i] = (i * 5 + 1) % (c->s + 1);
	}
	p->how = (struct attention){ .score = c->score,
		                     .heads = c->heads,
		                     .key_heads = c->key_heads,
		                     .causal = c->causal,
		                     .prefix = c->prefix,
		                     .window = c->window,
		                     .block = c->block,
		                     .alibi = c->alibi,
		                     .scale_by_length = c->scaled,
		                     .first = c->firsts ? p->first : NULL,
		                     .length = c->lengths ? p->length : NULL,
		                     .dropout = c->dropout,
		                     .kind = ATTENTION_DECODER,
		                     .layer = 3 };
	if (c->score == SCORE_ADDITIVE)
		p->how.v = tape_parameter(&p->tape, V);
	if (c->key_clip)
		p->how.relative_key = tape_parameter(&p->tape, RELATIVE_KEY);
	if (c->value_clip)
		p->how.relative_value = tape_parameter(&p->tape, RELATIVE_VALUE);
	if (c->masked) {
		p->tape.masked = masks;
		p->tape.masks = sizeof masks / sizeof masks[0];
	}
}

void attention_open(struct attention_problem *p, struct attention_case c,
                    const struct vector_kernels *set, bool gradients)
{
	const double size = c.size > 0 ? c.size : 1;
	unsigned seed = 5;

	*p = (struct attention_problem){ .shape = c };
	parameter_add(&p->parameters, c.heads, c.q_c, START_CONSTANT, 0, "v");
	parameter_add(&p->parameters, 2 * c.key_clip + 1, c.q_c, START_CONSTANT, 0, "keys");
	parameter_add(&p->parameters, 2 * c.value_clip + 1, c.v_c, START_CONSTANT, 0, "values");
	parameters_start(&p->parameters, 1);
	for (size_t i = 0; i < p->parameters.size; i++)
		p->parameters.x[i] = (real)made_up(&seed);
	p->gradient = memory_new(p->parameters.size, sizeof(real));
	tape_init(&p->tape);
	if (set)
		p->tape.vector = set;
	tape_begin(&p->tape, &p->parameters, gradients ? p->gradient : NULL, gradients,
	           dropout_key);
	p->query = input(p, c.t, c.n * c.group, c.heads * c.q_c + 3, size, 1);
	p->key = input(p, c.s, c.n, key_heads(&c) * c.q_c + 1, size, 2);
	p->value = input(p, c.s, c.n, key_heads(&c) * c.v_c, 1, 3);
	describe(p);
}

void attention_close(struct attention_problem *p)
{
	tape_free(&p->tape);
	parameters_free(&p->parameters);
	free(p->gradient);
}

struct slice attention_queries(const struct attention_problem *p)
{
	return (struct slice){ p->query, 2, p->shape.heads * p->shape.q_c };
}

struct slice attention_keys(const struct attention_problem *p)
{
	return (struct slice){ p->key, 1, key_heads(&p->shape) * p->shape.q_c };
}

struct var *attention_attend(struct attention_problem *p)
{
	return op_attention(&p->tape, attention_queries(p), attention_keys(p), slice_all(p->value),
	                    p->how);
}

/* Of the context's number i. */
static real context_gradient(size_t i)
{
	unsigned state = (unsigned)i * 2654435761u;

	return (real)made_up(&state);
}

struct var *attention_flow(struct attention_problem *p)
{
	struct var *y = attention_attend(p);
	real *g = tape_gradient(&p->tape, y);

	for (size_t i = 0; i < var_size(y); i++)
		g[i] = context_gradient(i);
	tape_flow(&p->tape);
	return y;
}

/* One query of one head: where its numbers lie. */
struct place {
	int row, sentence, h, t;
	long step; /* of the keys at which it stands */
	size_t query, y, weight;
};

static struct place place_of(const struct attention_problem *p, int row, int h, int t)
{
	const struct attention_case *c = &p->shape;
	const int rows = c->n * c->group;

	return (struct place){
		row,
		row / c->group,
		h,
		t,
		(long)t + c->s - c->t,
		(size_t)((t * rows + row) * p->query->c + 2 + h * c->q_c),
		(size_t)((t * rows + row) * c->heads * c->v_c + h * c->v_c),
		(size_t)(((row * c->heads + h) * c->t + t) * c->s),
	};
}

static size_t key_at(const struct attention_problem *p, const struct place *at, int s)
{
	const int h = at->h / (p->shape.heads / key_heads(&p->shape));

	return (size_t)((s * p->shape.n + at->sentence) * p->key->c + 1 + h * p->shape.q_c);
}

static size_t value_at(const struct attention_problem *p, const struct place *at, int s)
{
	const int h = at->h / (p->shape.heads / key_heads(&p->shape));

	return (size_t)((s * p->shape.n + at->sentence) * p->value->c + h * p->shape.v_c);
}

static size_t table_at(const struct attention_problem *p, int table, int clip, long distance)
{
	const struct parameter *x = &p->parameters.list[table];
	const long clipped = distance < -clip ? -clip : distance > clip ? clip : distance;

	return x->offset + (size_t)(clipped + clip) * (size_t)x->columns;
}

static int first_of(const struct attention_problem *p, const struct place *at)
{
	return p->shape.firsts ? p->first[at->sentence] : 0;
}

static int end_of(const struct attention_problem *p, const struct place *at)
{
	return p->shape.lengths ? p->length[at->sentence] : p->shape.s;
}

static long block_of(const struct attention_problem *p, const struct place *at, long step)
{
	return (long)floor((double)(step - first_of(p, at)) / p->shape.block);
}

static bool sees(const struct attention_problem *p, const struct place *at, int s)
{
	const struct attention_case *c = &p->shape;

	return s >= first_of(p, at) && s < end_of(p, at) && !(c->masked && at->h == 0) &&
	       (!c->causal || s <= at->step || s < c->prefix) && (!c->window || labs(s - at->step) <= c->window) &&
	       (!c->block || block_of(p, at, s) == block_of(p, at, at->step));
}

/* Channel i of the key, or value, as the query sees it. */
static double key_of(const struct attention_problem *p, const struct place *at, int s, int i)
{
	const int clip = p->shape.key_clip;
	const size_t a = table_at(p, RELATIVE_KEY, clip, s - at->step);

	return (double)p->key->x[key_at(p, at, s) + (size_t)i] +
	       (clip ? (double)p->parameters.x[a + (size_t)i] : 0);
}

static double value_of(const struct attention_problem *p, const struct place *at, int s, int i)
{
	const int clip = p->shape.value_clip;
	const size_t a = table_at(p, RELATIVE_VALUE, clip, s - at->step);

	return (double)p->value->x[value_at(p, at, s) + (size_t)i] +
	       (clip ? (double)p->parameters.x[a + (size_t)i] : 0);
}

static double score_of(const struct attention_problem *p, const struct place *at, int s)
{
	const struct attention_case *c = &p->shape;
	double sum = 0;

	for (int i = 0; i < c->q_c; i++) {
		const double q = (double)p->query->x[at->query + (size_t)i];
		const double k = key_of(p, at, s, i);

		sum += c->score == SCORE_ADDITIVE
		               ? (double)p->parameters.x[at->h * c->q_c + i] * tanh(q + k)
		               : q * k;
	}
	if (c->score == SCORE_SCALED_DOT)
		sum /= sqrt(c->q_c);
	if (c->alibi)
		sum -= pow(2, -8.0 * (at->h + 1) / c->heads) * (double)labs(s - at->step);
	return sum;
}

static void score_gradient(const struct attention_problem *p, const struct place *at, int s,
                           double d, struct attention_answer *a)
{
	const struct attention_case *c = &p->shape;
	const size_t table = table_at(p, RELATIVE_KEY, c->key_clip, s - at->step);

	d = c->score == SCORE_SCALED_DOT ? d / sqrt(c->q_c) : d;
	for (int i = 0; i < c->q_c; i++) {
		const double q = (double)p->query->x[at->query + (size_t)i];
		const double k = key_of(p, at, s, i);
		double dq = d * k, dk = d * q;

		if (c->score == SCORE_ADDITIVE) {
			const double z = tanh(q + k);

			dq = dk = d * (double)p->parameters.x[at->h * c->q_c + i] * (1 - z * z);
			a->dparameters[at->h * c->q_c + i] += d * z;
		}
		a->dquery[at->query + (size_t)i] += dq;
		a->dkey[key_at(p, at, s) + (size_t)i] += dk;
		if (c->key_clip)
			a->dparameters[table + (size_t)i] += dk;
	}
}

/* 1 / (1 - p) or 0: what dropout makes of weight number i. */
static double mask_of(const struct attention_problem *p, size_t i)
{
	const real one = 1;
	real kept = 1;

	if (p->shape.dropout > 0 && p->tape.training)
		p->tape.vector->dropout(1, dropout_key + 0x9e3779b97f4a7c15ULL, i, p->shape.dropout,
		                        &one, &kept);
	return (double)kept;
}

static void weigh(const struct attention_problem *p, const struct place *at, double *w)
{
	double top = -HUGE_VAL, sum = 0;

	for (int s = 0; s < p->shape.s; s++) {
		w[s] = sees(p, at, s) ? score_of(p, at, s) : -HUGE_VAL;
		top = fmax(top, w[s]);
	}
	for (int s = 0; s < p->shape.s; s++)
		sum += w[s] = w[s] > -HUGE_VAL ? exp(w[s] - top) : 0;
	for (int s = 0; sum > 0 && s < p->shape.s; s++)
		w[s] /= sum;
}

/* The context, and what flows from it into values; dw: into the weights. */
static void mix(const struct attention_problem *p, const struct place *at, const double *w,
                double *dw, struct attention_answer *a)
{
	const struct attention_case *c = &p->shape;
	const double scale = c->scaled ? sqrt(fmax(0, end_of(p, at) - first_of(p, at))) : 1;

	for (int i = 0; i < c->v_c; i++) {
		const double dy = (double)context_gradient(at->y + (size_t)i) * scale;

		for (int s = 0; s < c->s; s++) {
			const size_t table =
				table_at(p, RELATIVE_VALUE, c->value_clip, s - at->step);
			const double mask = w[s] > 0 ? mask_of(p, at->weight + (size_t)s) : 0;

			a->y[at->y + (size_t)i] += w[s] * mask * scale * value_of(p, at, s, i);
			a->dvalue[value_at(p, at, s) + (size_t)i] += w[s] * mask * dy;
			if (c->value_clip)
				a->dparameters[table + (size_t)i] += w[s] * mask * dy;
			dw[s] += mask * dy * value_of(p, at, s, i);
		}
	}
}

static double *zeros(size_t n)
{
	return memory_new(n, sizeof(double));
}

static void plain_query(const struct attention_problem *p, const struct place *at,
                        struct attention_answer *a)
{
	double *w = a->weight + at->weight, *dw = zeros((size_t)p->shape.s), mean = 0;

	weigh(p, at, w);
	mix(p, at, w, dw, a);
	for (int s = 0; s < p->shape.s; s++)
		mean += w[s] * dw[s];
	for (int s = 0; s < p->shape.s; s++)
		if (w[s] > 0)
			score_gradient(p, at, s, w[s] * (dw[s] - mean), a);
	free(dw);
}

struct attention_answer attention_plainly(const struct attention_problem *p)
{
	const struct attention_case *c = &p->shape;
	const int rows = c->n * c->group;
	struct attention_answer a = { zeros((size_t)(c->t * rows * c->heads * c->v_c)),
		                      zeros((size_t)(rows * c->heads * c->t * c->s)),
		                      zeros(var_size(p->query)),
		                      zeros(var_size(p->key)),
		                      zeros(var_size(p->value)),
		                      zeros(p->parameters.size) };

	for (int row = 0; row < rows; row++)
		for (int h = 0; h < c->heads; h++)
			for (int t = 0; t < c->t; t++) {
				const struct place at = place_of(p, row, h, t);

				plain_query(p, &at, &a);
			}
	return a;
}

void attention_answer_free(struct attention_answer *a)
{
	free(a->y);
	free(a->weight);
	free(a->dquery);
	free(a->dkey);
	free(a->dvalue);
	free(a->dparameters);
}

void attention_expect(const struct attention_case *c, const char *what, const real *got,
                      const double *want, size_t n)
{
	const double size = c->size > 0 ? c->size : 1;
	const double tolerance = (sizeof(real) == 4 ? 1e-5 : 1e-13) * size * size;
	double greatest = 1;

	for (size_t i = 0; i < n; i++)
		greatest = fmax(greatest, fabs(want[i]));
	for (size_t i = 0; i < n; i++)
		if (!(fabs((double)got[i] - want[i]) <= tolerance * greatest))
			fail_msg("T %d S %d rows %d x %d heads %d / %d score %d causal %d prefix %d lengths "
			         "%d firsts %d window %d block %d alibi %d clips %d %d: %s [%zu] "
			         "is %.9g, not %.9g",
			         c->t, c->s, c->n, c->group, c->heads, key_heads(c), c->score,
			         c->causal, c->prefix, c->lengths, c->firsts, c->window, c->block, c->alibi,
			         c->key_clip, c->value_clip, what, i, (double)got[i], want[i]);
}
