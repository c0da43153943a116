/* attention_test.c - attention in tiles gives what the plain loops of its definition give, and
 * keeps no matrix. */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct shape {
	int t, s, n, group, heads, q_c, v_c; /* channels of a head */
	enum attention_score score;
	bool causal, lengths, scaled;
	double dropout;
	double size; /* of the numbers; 0: 1 */
};

/* Around the edges of tiles of 64, of registers of 16 and of pairs of them. */
static const struct shape shapes[] = {
	{ 1, 1, 1, 1, 1, 1, 1, SCORE_DOT, .size = 1 },
	{ 1, 63, 3, 1, 2, 16, 32, SCORE_SCALED_DOT, .lengths = true },
	{ 1, 64, 2, 5, 2, 8, 8, SCORE_SCALED_DOT, .lengths = true, .scaled = true },
	{ 1, 130, 2, 70, 1, 5, 3, SCORE_DOT, .lengths = true },
	{ 1, 65, 2, 3, 1, 17, 4, SCORE_ADDITIVE, .lengths = true },
	{ 3, 7, 2, 1, 2, 4, 4, SCORE_SCALED_DOT, .lengths = true },
	{ 20, 31, 3, 1, 2, 32, 32, SCORE_SCALED_DOT, .lengths = true, .dropout = 0.3 },
	{ 5, 9, 2, 3, 2, 4, 4, SCORE_SCALED_DOT, .lengths = true, .dropout = 0.2 },
	{ 63, 63, 2, 1, 2, 8, 8, SCORE_SCALED_DOT, .causal = true },
	{ 64, 64, 1, 1, 2, 8, 8, SCORE_SCALED_DOT, .causal = true, .dropout = 0.1 },
	{ 65, 65, 1, 1, 1, 16, 16, SCORE_SCALED_DOT, .causal = true },
	{ 130, 130, 1, 1, 2, 8, 8, SCORE_SCALED_DOT, .causal = true, .dropout = 0.2 },
	{ 3, 130, 2, 1, 1, 6, 6, SCORE_DOT, .causal = true },
	{ 130, 40, 1, 1, 1, 6, 6, SCORE_DOT, .causal = true },
	{ 130, 1, 1, 1, 1, 6, 6, SCORE_DOT, .size = 1 },
	{ 65, 63, 2, 1, 1, 64, 80, SCORE_DOT, .lengths = true, .scaled = true },
	{ 64, 130, 2, 1, 1, 9, 12, SCORE_DOT, .lengths = true, .scaled = true },
	{ 63, 130, 2, 1, 1, 24, 24, SCORE_ADDITIVE, .lengths = true, .dropout = 0.1 },
	{ 130, 65, 2, 1, 1, 16, 10, SCORE_ADDITIVE, .causal = true },
	/* Scores of hundreds; sums that exp cannot take. */
	{ 66, 70, 1, 1, 1, 16, 8, SCORE_DOT, .size = 10 },
	{ 6, 70, 1, 1, 1, 16, 8, SCORE_ADDITIVE, .size = 60 },
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const uint64_t key = 77;

/* What an attention is given: query and key beside others in one variable, value in one of its own.
 */
struct problem {
	struct shape shape;
	struct tape tape;
	struct parameters parameters;
	real *gradient; /* of the additive vector */
	struct var *query_key, *key, *value;
	int length[4];
	struct attention how;
};

static double made_up(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (double)(*state >> 8) / (1 << 24) * 2 - 1;
}

static struct var *input(struct problem *p, int t, int n, int c, double size, unsigned seed)
{
	struct var *v = tape_var(&p->tape, NULL, t, n, c);

	for (size_t i = 0; i < var_size(v); i++)
		v->x[i] = (real)(size * made_up(&seed));
	v->needs_gradient = p->tape.gradient != NULL;
	return v;
}

static void open_problem(struct problem *p, struct shape shape, const struct vector_kernels *set,
                         bool gradients)
{
	const int q_c = shape.heads * shape.q_c, v_c = shape.heads * shape.v_c;
	const double size = shape.size > 0 ? shape.size : 1;
	unsigned seed = 5;

	*p = (struct problem){ .shape = shape };
	parameter_add(&p->parameters, 1, q_c, START_CONSTANT, 0, "v");
	parameters_start(&p->parameters, 1);
	for (int i = 0; i < q_c; i++)
		p->parameters.x[i] = (real)made_up(&seed);
	p->gradient = memory_new(p->parameters.size, sizeof(real));
	tape_init(&p->tape);
	if (set)
		p->tape.vector = set;
	tape_begin(&p->tape, &p->parameters, gradients ? p->gradient : NULL, gradients, key);
	p->query_key = input(p, shape.t, shape.n * shape.group, q_c + 3, size, 1);
	p->key = input(p, shape.s, shape.n, q_c + 1, size, 2);
	p->value = input(p, shape.s, shape.n, v_c, 1, 3);
	for (int i = 0; i < shape.n; i++)
		p->length[i] = shape.s - (i * 67) % shape.s;
	p->how = (struct attention){ .score = shape.score,
		                     .heads = shape.heads,
		                     .causal = shape.causal,
		                     .scale_by_length = shape.scaled,
		                     .length = shape.lengths ? p->length : NULL,
		                     .dropout = shape.dropout };
	if (shape.score == SCORE_ADDITIVE)
		p->how.v = tape_parameter(&p->tape, 0);
}

static void close_problem(struct problem *p)
{
	tape_free(&p->tape);
	parameters_free(&p->parameters);
	free(p->gradient);
}

static struct var *attend(struct problem *p)
{
	const int q_c = p->shape.heads * p->shape.q_c;

	return op_attention(&p->tape, (struct slice){ p->query_key, 2, q_c },
	                    (struct slice){ p->key, 1, q_c }, slice_all(p->value), p->how);
}

static struct var *attend_and_flow(struct problem *p)
{
	struct var *y = attend(p);
	real *g = tape_gradient(&p->tape, y);
	unsigned seed = 9;

	for (size_t i = 0; i < var_size(y); i++)
		g[i] = (real)made_up(&seed);
	tape_flow(&p->tape);
	return y;
}

/* The definition, in double: y [T][R][D], weight [R][heads][T][S], and gradients shaped as the
 * variables. */
struct answer {
	double *y, *weight, *dq, *dk, *dvalue, *dv;
};

static double *zeros(size_t n)
{
	return memory_new(n, sizeof(double));
}

static void answer_free(struct answer *a)
{
	free(a->y);
	free(a->weight);
	free(a->dq);
	free(a->dk);
	free(a->dvalue);
	free(a->dv);
}

static double score_of(const struct problem *p, const real *q, const real *k)
{
	double sum = 0;

	for (int c = 0; c < p->shape.q_c; c++)
		sum += p->shape.score == SCORE_ADDITIVE
		               ? (double)p->how.v->x[c] * tanh((double)q[c] + (double)k[c])
		               : (double)q[c] * (double)k[c];
	return p->shape.score == SCORE_SCALED_DOT ? sum / sqrt(p->shape.q_c) : sum;
}

static void score_gradient(const struct problem *p, const real *q, const real *k, double d,
                           double *dq, double *dk, double *dv)
{
	d = p->shape.score == SCORE_SCALED_DOT ? d / sqrt(p->shape.q_c) : d;
	for (int c = 0; c < p->shape.q_c; c++) {
		const double z = tanh((double)q[c] + (double)k[c]);

		if (p->shape.score == SCORE_ADDITIVE) {
			const double g = d * (double)p->how.v->x[c] * (1 - z * z);

			dv[c] += d * z;
			dq[c] += g;
			dk[c] += g;
		} else {
			dq[c] += d * (double)k[c];
			dk[c] += d * (double)q[c];
		}
	}
}

/* 1 / (1 - p) or 0: what dropout makes of weight number i. */
static double mask_of(const struct problem *p, size_t i)
{
	const real one = 1;
	real kept = 1;

	if (p->shape.dropout > 0 && p->tape.training)
		p->tape.vector->dropout(1, key + 0x9e3779b97f4a7c15ULL, i, p->shape.dropout, &one,
		                        &kept);
	return (double)kept;
}

static void plain_query(const struct problem *p, int row, int h, int t, struct answer *a)
{
	const struct shape *s = &p->shape;
	const int rows = s->n * s->group, sentence = row / s->group;
	const int keys = s->lengths ? p->length[sentence] : s->s, last = t + s->s - s->t + 1;
	const int seen = s->causal && last < keys ? (last < 0 ? 0 : last) : keys;
	const int q_all = p->query_key->c, k_all = p->key->c, v_all = p->value->c;
	const size_t q = (size_t)((t * rows + row) * q_all + 2 + h * s->q_c);
	const size_t y = (size_t)((t * rows + row) * v_all + h * s->v_c);
	const size_t element = (size_t)(((row * s->heads + h) * s->t + t) * s->s);
	const double scale = s->scaled ? sqrt(keys) : 1;
	double *w = a->weight + element, *dw = zeros((size_t)s->s), top = -INFINITY, sum = 0,
	       mean = 0;
	unsigned seed = 9;

	for (int i = 0; i < seen; i++) {
		const size_t k = (size_t)((i * s->n + sentence) * k_all + 1 + h * s->q_c);

		w[i] = score_of(p, p->query_key->x + q, p->key->x + k);
		top = fmax(top, w[i]);
	}
	for (int i = 0; i < seen; i++)
		sum += w[i] = exp(w[i] - top);
	for (size_t i = 0; i < y; i++)
		made_up(&seed);
	for (int c = 0; c < s->v_c; c++) {
		const double dy = (double)(real)made_up(&seed) * scale;

		for (int i = 0; i < seen; i++) {
			const size_t v = (size_t)((i * s->n + sentence) * v_all + h * s->v_c + c);
			const double mask = mask_of(p, element + (size_t)i);

			a->y[y + (size_t)c] += w[i] / sum * mask * scale * (double)p->value->x[v];
			a->dvalue[v] += w[i] / sum * mask * dy;
			dw[i] += mask * dy * (double)p->value->x[v];
		}
	}
	for (int i = 0; i < seen; i++)
		mean += (w[i] /= sum) * dw[i];
	for (int i = 0; i < seen; i++) {
		const size_t k = (size_t)((i * s->n + sentence) * k_all + 1 + h * s->q_c);

		score_gradient(p, p->query_key->x + q, p->key->x + k, w[i] * (dw[i] - mean),
		               a->dq + q, a->dk + k, a->dv);
	}
	free(dw);
}

static struct answer plainly(const struct problem *p)
{
	const struct shape *s = &p->shape;
	const int rows = s->n * s->group;
	struct answer a = { zeros((size_t)(s->t * rows * s->heads * s->v_c)),
		            zeros((size_t)(rows * s->heads * s->t * s->s)),
		            zeros(var_size(p->query_key)),
		            zeros(var_size(p->key)),
		            zeros(var_size(p->value)),
		            zeros((size_t)(s->heads * s->q_c)) };

	for (int row = 0; row < rows; row++)
		for (int h = 0; h < s->heads; h++)
			for (int t = 0; t < s->t; t++)
				plain_query(p, row, h, t, &a);
	return a;
}

static void expect(const struct shape *s, const char *what, const real *got, const double *want,
                   size_t n)
{
	const double size = s->size > 0 ? s->size : 1;
	const double tolerance = (sizeof(real) == 4 ? 1e-5 : 1e-13) * size * size;
	double greatest = 1;

	for (size_t i = 0; i < n; i++)
		greatest = fmax(greatest, fabs(want[i]));
	for (size_t i = 0; i < n; i++)
		if (!(fabs((double)got[i] - want[i]) <= tolerance * greatest))
			fail_msg("T %d S %d rows %d x %d heads %d score %d: %s [%zu] is %.9g, "
			         "not %.9g",
			         s->t, s->s, s->n, s->group, s->heads, s->score, what, i,
			         (double)got[i], want[i]);
}

/* Compares every shape's problem with the plain answer. */
static void each_shape(bool gradients, void check(struct problem *, const struct answer *))
{
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		struct answer a;

		open_problem(&p, shapes[i], NULL, gradients);
		a = plainly(&p);
		check(&p, &a);
		answer_free(&a);
		close_problem(&p);
	}
}

static void check_gradients(struct problem *p, const struct answer *a)
{
	const struct shape *s = &p->shape;
	const struct var *y = attend_and_flow(p);

	expect(s, "context", y->x, a->y, var_size(y));
	expect(s, "query's gradient", p->query_key->g, a->dq, var_size(p->query_key));
	expect(s, "key's gradient", p->key->g, a->dk, var_size(p->key));
	expect(s, "value's gradient", p->value->g, a->dvalue, var_size(p->value));
	if (s->score == SCORE_ADDITIVE)
		expect(s, "v's gradient", p->gradient, a->dv, (size_t)s->q_c);
}

static void check_weights(struct problem *p, const struct answer *a)
{
	const struct shape *s = &p->shape;
	const struct var *y = attend(p);

	expect(s, "context without gradients", y->x, a->y, var_size(y));
	p->tape.keep_attention = true;
	y = attend(p);
	expect(s, "context beside weights", y->x, a->y, var_size(y));
	expect(s, "weights", p->tape.attention->weight, a->weight,
	       (size_t)(y->n * s->heads * s->t * s->s));
}

static void tiles_change_nothing(void **state)
{
	(void)state;
	each_shape(true, check_gradients);
}

/* As a search does it, which keeps nothing; and for someone who looks at the weights. */
static void without_gradients_and_with_weights(void **state)
{
	(void)state;
	each_shape(false, check_weights);
}

static void every_instruction_set_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++)
		for (int set = 1; vector_kernels_available(set); set++) {
			struct problem one, other;
			struct var *y, *z;

			open_problem(&one, shapes[i], vector_kernels_available(0), true);
			open_problem(&other, shapes[i], vector_kernels_available(set), true);
			y = attend_and_flow(&one);
			z = attend_and_flow(&other);
			assert_memory_equal(y->x, z->x, var_size(y) * sizeof(real));
			assert_memory_equal(one.query_key->g, other.query_key->g,
			                    var_size(one.query_key) * sizeof(real));
			assert_memory_equal(one.key->g, other.key->g,
			                    var_size(one.key) * sizeof(real));
			assert_memory_equal(one.value->g, other.value->g,
			                    var_size(one.value) * sizeof(real));
			assert_memory_equal(one.gradient, other.gradient,
			                    one.parameters.size * sizeof(real));
			close_problem(&one);
			close_problem(&other);
		}
}

/* Inputs, results and gradients are 7 arrays [2048][32]; a matrix of weights would be 64 of them.
 */
static void memory_grows_with_the_length_not_with_its_square(void **state)
{
	static const enum attention_score scores[] = { SCORE_SCALED_DOT, SCORE_ADDITIVE };
	const size_t array = 2048 * 32 * sizeof(real);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct problem p;

		open_problem(&p,
		             (struct shape){ 2048, 2048, 1, 1, 1, 32, 32, scores[i], .causal = true,
		                             .dropout = 0.1 },
		             NULL, true);
		attend_and_flow(&p);
		assert_in_range(p.tape.arena.peak + p.tape.lasting.peak, 7 * array, 12 * array);
		close_problem(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiles_change_nothing),
		cmocka_unit_test(without_gradients_and_with_weights),
		cmocka_unit_test(every_instruction_set_gives_the_same_bits),
		cmocka_unit_test(memory_grows_with_the_length_not_with_its_square),
	};

	return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
