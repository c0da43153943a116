/* recurrent_test.c - LSTM, its variants and GRU give what their definitions give, step by step,
 * with padding, under one mask. */
#include "core/error.h"
#include "core/ops.h"
#include "tests/slopes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct shape {
	int t, n, h;
	bool gru, lengths, reverse, start, last; /* a first state; a loss of the last one, too */
	bool peephole, gain, state_gain, state_bias; /* LSTM */
	bool bias;                                   /* GRU */
	double dropout;
	bool firsts;
};

static const struct shape shapes[] = {
	{ 5, 2, 4, .last = true },
	{ 1, 1, 1, .start = true },
	{ 4, 3, 5, .lengths = true, .start = true, .last = true },
	{ 6, 2, 17, .reverse = true, .lengths = true, .last = true },
	{ 4, 3, 3, .dropout = 0.3, .start = true },
	{ 5, 3, 7, .dropout = 0.5, .reverse = true, .lengths = true, .start = true, .last = true },
	{ 5, 2, 4, .peephole = true, .last = true },
	{ 1, 3, 5, .peephole = true, .start = true, .last = true },
	{ 4, 3, 19, .peephole = true, .lengths = true, .reverse = true, .start = true },
	{ 5, 3, 3, .peephole = true, .dropout = 0.4, .lengths = true, .start = true, .last = true },
	{ 4, 2, 5, .gain = true, .start = true, .last = true },
	{ 4, 2, 5, .state_gain = true, .start = true, .last = true },
	{ 1, 1, 3, .gain = true, .state_gain = true, .state_bias = true, .start = true },
	{ 5, 3, 7, .gain = true, .state_gain = true, .state_bias = true, .lengths = true,
	  .start = true, .last = true },
	{ 4, 3, 9, .gain = true, .state_gain = true, .state_bias = true, .lengths = true,
	  .reverse = true, .start = true, .dropout = 0.3 },
	{ 4, 2, 6, .peephole = true, .gain = true, .state_gain = true, .state_bias = true,
	  .start = true, .last = true },
	{ 5, 3, 4, .firsts = true, .last = true },
	{ 6, 3, 5, .firsts = true, .lengths = true, .start = true, .last = true },
	{ 5, 3, 7, .firsts = true, .peephole = true, .gain = true, .state_gain = true,
	  .state_bias = true, .dropout = 0.2, .last = true },
	{ 6, 3, 5, .firsts = true, .gru = true, .bias = true, .lengths = true, .reverse = true,
	  .start = true, .last = true },
	{ 5, 2, 4, .gru = true, .last = true },
	{ 1, 1, 1, .gru = true, .bias = true, .start = true },
	{ 4, 3, 5, .gru = true, .bias = true, .lengths = true, .start = true, .last = true },
	{ 6, 2, 17, .gru = true, .bias = true, .reverse = true, .lengths = true, .last = true },
	{ 4, 3, 3, .gru = true, .bias = true, .dropout = 0.3, .start = true },
	{ 5, 3, 7, .gru = true, .dropout = 0.5, .reverse = true, .lengths = true, .start = true,
	  .last = true },
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const uint64_t key = 77;

/* What a recurrent operation is given; NULL what it is not. */
struct problem {
	struct shape shape;
	struct slopes s;
	int first[4], length[4];
	struct dropout_mask mask;
	struct var *x, *u, *b, *h0, *c0, *peephole, *gain, *state_gain, *state_bias;
};

static int gates_of(const struct shape *shape)
{
	return shape->gru ? 3 : 4;
}

static struct var *input_if(struct problem *p, bool there, int n, int c, unsigned seed)
{
	return there ? slopes_input(&p->s, 1, n, c, seed) : NULL;
}

static void open_problem(struct problem *p, struct shape shape)
{
	const int n = shape.n, h = shape.h, gates = gates_of(&shape);

	*p = (struct problem){ .shape = shape };
	slopes_open(&p->s, key);
	for (int i = 0; i < n; i++) {
		p->length[i] = shape.t - (2 * i) % shape.t;
		p->first[i] = i % p->length[i];
	}
	p->mask = tape_dropout(&p->s.tape, shape.dropout);
	p->x = slopes_input(&p->s, shape.t, n, gates * h, 1);
	p->u = slopes_input(&p->s, 1, gates * h, h, 2);
	p->b = input_if(p, shape.bias, 1, gates * h, 3);
	p->h0 = input_if(p, shape.start, n, h, 4);
	p->c0 = input_if(p, shape.start && !shape.gru, n, h, 5);
	p->peephole = input_if(p, shape.peephole, 3, h, 6);
	p->gain = input_if(p, shape.gain, 1, gates * h, 7);
	p->state_gain = input_if(p, shape.state_gain, 1, h, 8);
	p->state_bias = input_if(p, shape.state_bias, 1, h, 9);
}

static void close_problem(struct problem *p)
{
	slopes_close(&p->s);
}

/* A copy of x, which the operation uses up. */
static struct var *projected(struct problem *p, struct var *x)
{
	return op_add(&p->s.tape, x, x, (real)0.5);
}

static struct var *recur(struct problem *p, struct var *x, struct var *h0, struct var *c0,
                         struct var **final)
{
	const int *first = p->shape.firsts ? p->first : NULL;
	const int *length = p->shape.lengths ? p->length : NULL;
	const struct lstm_variant variant = { .peephole = p->peephole,
		                              .gain = p->gain,
		                              .state_gain = p->state_gain,
		                              .state_bias = p->state_bias,
		                              .recurrent = p->mask,
		                              .first = first };

	if (p->shape.gru)
		return op_gru(&p->s.tape, projected(p, x), p->u, p->b, h0, first, length,
		              p->shape.reverse, p->mask, final);
	return op_lstm_variant(&p->s.tape, projected(p, x), p->u, h0, c0, length, p->shape.reverse,
	                       &variant, final);
}

/* Numbers of the definition, in double; those at [n][h]. */
struct defined {
	double *y;     /* [T][N][H] */
	double *h, *c; /* [N][H] the state so far */
	double *mask;  /* [N][H] */
};

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* Number i of what may not be there. */
static double number(const struct var *v, size_t i, double otherwise)
{
	return v ? (double)v->x[i] : otherwise;
}

static void normalise(double *x, int n, const struct var *gain, const struct var *bias)
{
	double mean = 0, variance = 0;

	for (int i = 0; i < n; i++)
		mean += x[i] / n;
	for (int i = 0; i < n; i++)
		variance += (x[i] - mean) * (x[i] - mean) / n;
	for (int i = 0; i < n; i++)
		x[i] = (x[i] - mean) / sqrt(variance + 1e-5) * number(gain, (size_t)i, 1) +
		       number(bias, (size_t)i, 0);
}

/* sums [4H or 3H] = U (mask h) of one row, plus b. */
static void row_sums(const struct problem *p, const struct defined *d, int row, double *sums)
{
	const int h = p->shape.h;

	for (int o = 0; o < gates_of(&p->shape) * h; o++) {
		sums[o] = number(p->b, (size_t)o, 0);
		for (int j = 0; j < h; j++)
			sums[o] += (double)p->u->x[o * h + j] * d->mask[row * h + j] *
			           d->h[row * h + j];
	}
}

static void define_lstm_row(const struct problem *p, const struct defined *d, int t, int row)
{
	const int h = p->shape.h;
	const real *x = p->x->x + (t * p->shape.n + row) * 4 * h;
	double *sums = memory_new((size_t)(4 * h), sizeof *sums);
	double *c = d->c + row * h, *inner = memory_new((size_t)h, sizeof *inner);

	row_sums(p, d, row, sums);
	if (p->gain)
		normalise(sums, 4 * h, p->gain, NULL);
	for (int j = 0; j < h; j++) {
		const size_t at = (size_t)j;
		const double i =
			sigmoid((double)x[j] + sums[j] + number(p->peephole, at, 0) * c[j]);
		const double f = sigmoid((double)x[h + j] + sums[h + j] +
		                         number(p->peephole, (size_t)(h + j), 0) * c[j]);

		inner[j] = c[j] = f * c[j] + i * tanh((double)x[2 * h + j] + sums[2 * h + j]);
	}
	if (p->state_gain)
		normalise(inner, h, p->state_gain, p->state_bias);
	for (int j = 0; j < h; j++)
		d->h[row * h + j] = tanh(inner[j]) *
		                    sigmoid((double)x[3 * h + j] + sums[3 * h + j] +
		                            number(p->peephole, (size_t)(2 * h + j), 0) * c[j]);
	free(inner);
	free(sums);
}

static void define_gru_row(const struct problem *p, const struct defined *d, int t, int row)
{
	const int h = p->shape.h;
	const real *x = p->x->x + (t * p->shape.n + row) * 3 * h;
	double *sums = memory_new((size_t)(3 * h), sizeof *sums);

	row_sums(p, d, row, sums);
	for (int j = 0; j < h; j++) {
		const double r = sigmoid((double)x[j] + sums[j]);
		const double z = sigmoid((double)x[h + j] + sums[h + j]);
		const double candidate = tanh((double)x[2 * h + j] + r * sums[2 * h + j]);

		d->h[row * h + j] = (1 - z) * candidate + z * d->h[row * h + j];
	}
	free(sums);
}

static struct defined define(const struct problem *p)
{
	const struct shape *shape = &p->shape;
	const size_t block = (size_t)(shape->n * shape->h);
	struct defined d = { memory_new((size_t)shape->t * block, sizeof(double)),
		             memory_new(block, sizeof(double)), memory_new(block, sizeof(double)),
		             memory_new(block, sizeof(double)) };

	for (size_t i = 0; i < block; i++) {
		real kept = 1;

		p->s.tape.vector->dropout(1, p->mask.key, i, p->mask.p, &kept, &kept);
		d.mask[i] = (double)kept;
		d.h[i] = number(p->h0, i, 0);
		d.c[i] = number(p->c0, i, 0);
	}
	for (int i = 0; i < shape->t; i++)
		for (int row = 0; row < shape->n; row++) {
			const int t = shape->reverse ? shape->t - 1 - i : i;

			if ((shape->lengths && t >= p->length[row]) ||
			    (shape->firsts && t < p->first[row]))
				continue;
			if (shape->gru)
				define_gru_row(p, &d, t, row);
			else
				define_lstm_row(p, &d, t, row);
			memcpy(d.y + (size_t)t * block + row * shape->h, d.h + row * shape->h,
			       (size_t)shape->h * sizeof(double));
		}
	return d;
}

static void defined_free(struct defined *d)
{
	free(d->y);
	free(d->h);
	free(d->c);
	free(d->mask);
}

static void compare(int shape, const char *what, size_t n, const real *got, const double *want)
{
	const double tolerance = sizeof(real) == sizeof(double) ? 1e-13 : 2e-5;

	for (size_t i = 0; i < n; i++)
		if (!(fabs((double)got[i] - want[i]) <= tolerance))
			fail_msg("shape %d: %s %zu is %.10g instead of %.10g", shape, what, i,
			         (double)got[i], want[i]);
}

static void results_are_those_of_the_definition(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		struct defined d;
		struct var *y, *final;
		size_t block;

		open_problem(&p, shapes[i]);
		block = (size_t)(p.shape.n * p.shape.h);
		d = define(&p);
		y = recur(&p, p.x, p.h0, p.c0, &final);
		compare(i, "result", var_size(y), y->x, d.y);
		compare(i, "last h", block, final->x, d.h);
		assert_int_equal(final->t, p.shape.gru ? 1 : 2);
		if (!p.shape.gru)
			compare(i, "last c", block, final->x + block, d.c);
		defined_free(&d);
		close_problem(&p);
	}
}

static void both_results(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	struct problem *p = *(struct problem *const *)context;

	(void)s;
	result[0] = recur(p, p->x, p->h0, p->c0, p->shape.last ? &result[1] : NULL);
}

static void gradients_are_the_slopes(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		char name[32];

		snprintf(name, sizeof name, "shape %d", i);
		open_problem(&p, shapes[i]);
		slopes_check(&p.s, name, both_results, &(struct problem *){ &p });
		close_problem(&p);
	}
}

/* As in a decoder that goes step by step: the mask is taken once. */
static void steps_give_what_the_sequence_gives(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		struct shape shape = shapes[i];
		struct var *whole, *h, *c, *final;
		size_t block;

		shape.firsts = shape.lengths = shape.reverse = false;
		open_problem(&p, shape);
		block = (size_t)(shape.n * shape.h);
		whole = recur(&p, p.x, p.h0, p.c0, NULL);
		h = p.h0;
		c = p.c0;
		for (int t = 0; t < shape.t; t++) {
			struct var *y = recur(&p, op_step(&p.s.tape, p.x, t), h, c, &final);

			assert_memory_equal(y->x, whole->x + (size_t)t * block,
			                    block * sizeof(real));
			h = op_step(&p.s.tape, final, 0);
			c = shape.gru ? NULL : op_step(&p.s.tape, final, 1);
		}
		close_problem(&p);
	}
}

/* All numbers that come out: results, and gradients of all inputs but of x at padding, which are 0.
 */
static uint64_t sum_of_bits(struct problem *p)
{
	const int *length = p->shape.lengths ? p->length : NULL;
	struct var *result[SLOPES_RESULTS] = { NULL };
	uint64_t hash = 0;

	slopes_flow(&p->s, both_results, &p);
	both_results(&p->s, &p, result);
	for (int r = 0; r < SLOPES_RESULTS; r++)
		for (size_t i = 0; result[r] && i < var_size(result[r]) * sizeof(real); i++)
			hash = hash * 1099511628211u + ((const unsigned char *)result[r]->x)[i];
	for (int i = 0; i < p->s.inputs; i++)
		for (size_t j = 0; j < var_size(p->s.input[i]) * sizeof(real); j++)
			hash = hash * 1099511628211u + ((const unsigned char *)p->s.input[i]->g)[j];
	for (int n = 0; length && n < p->x->n; n++)
		for (int t = length[n]; t < p->x->t; t++)
			for (int j = 0; j < p->x->c; j++)
				assert_true(p->x->g[(t * p->x->n + n) * p->x->c + j] == 0);
	return hash;
}

static void padding_changes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		uint64_t bits;

		if (!shapes[i].lengths)
			continue;
		open_problem(&p, shapes[i]);
		bits = sum_of_bits(&p);
		close_problem(&p);
		open_problem(&p, shapes[i]);
		for (int n = 0; n < p.x->n; n++)
			for (int t = p.length[n]; t < p.x->t; t++)
				for (int j = 0; j < p.x->c; j++)
					p.x->x[(t * p.x->n + n) * p.x->c + j] = 1000;
		assert_true(sum_of_bits(&p) == bits);
		close_problem(&p);
	}
}

static void every_set_of_kernels_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		uint64_t first = 0;

		for (int set = 0; vector_kernels_available(set); set++) {
			struct problem p;
			uint64_t bits;

			open_problem(&p, shapes[i]);
			p.s.tape.vector = vector_kernels_available(set);
			bits = sum_of_bits(&p);
			first = set ? first : bits;
			assert_true(bits == first);
			close_problem(&p);
		}
	}
}

/* Weights whose gradient nobody wants change nothing of x's. */
static void unwanted_gradients_are_left_out(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem p, q;

		open_problem(&p, shapes[i]);
		slopes_flow(&p.s, both_results, &(struct problem *){ &p });
		open_problem(&q, shapes[i]);
		for (int v = 1; v < q.s.inputs; v++)
			q.s.input[v]->needs_gradient = false;
		slopes_flow(&q.s, both_results, &(struct problem *){ &q });
		assert_memory_equal(p.x->g, q.x->g, var_size(p.x) * sizeof(real));
		for (int v = 1; v < q.s.inputs; v++)
			assert_null(q.s.input[v]->g);
		close_problem(&p);
		close_problem(&q);
	}
}

/* A mask drops the row's own channels; results are not dropped. */
static void the_mask_is_between_the_steps(void **state)
{
	struct shape shape = { 3, 2, 5, .dropout = 0.5 };
	struct problem p, q;
	struct var *dropped, *whole;

	(void)state;
	for (int gru = 0; gru < 2; gru++) {
		shape.gru = gru;
		open_problem(&p, shape);
		open_problem(&q, shape);
		q.mask = (struct dropout_mask){ 0 };
		dropped = recur(&p, p.x, NULL, NULL, NULL);
		whole = recur(&q, q.x, NULL, NULL, NULL);
		assert_memory_equal(dropped->x, whole->x, 10 * sizeof(real)); /* no h[t - 1] yet */
		for (int i = 0; i < 30; i++)
			assert_true(dropped->x[i] != 0);
		assert_true(memcmp(dropped->x + 10, whole->x + 10, 10 * sizeof(real)) != 0);
		close_problem(&p);
		close_problem(&q);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_those_of_the_definition),
		cmocka_unit_test(gradients_are_the_slopes),
		cmocka_unit_test(steps_give_what_the_sequence_gives),
		cmocka_unit_test(padding_changes_nothing),
		cmocka_unit_test(every_set_of_kernels_gives_the_same_bits),
		cmocka_unit_test(unwanted_gradients_are_left_out),
		cmocka_unit_test(the_mask_is_between_the_steps),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("recurrent", tests, NULL, NULL);
}
