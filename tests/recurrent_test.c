/* recurrent_test.c - LSTM, its variants and GRU give what their definitions give, step by step,
 * with padding, under one mask. */
#include "core/error.h"
#include "tests/recurrent_plain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct recurrent_case shapes[] = {
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
		struct recurrent_problem p;
		struct recurrent_answer d;
		struct var *y, *final;
		size_t block;

		recurrent_open(&p, shapes[i]);
		block = (size_t)(p.shape.n * p.shape.h);
		d = recurrent_plainly(&p);
		y = recurrent_run(&p, p.x, p.h0, p.c0, &final);
		compare(i, "result", var_size(y), y->x, d.y);
		compare(i, "last h", block, final->x, d.h);
		assert_int_equal(final->t, p.shape.gru ? 1 : 2);
		if (!p.shape.gru)
			compare(i, "last c", block, final->x + block, d.c);
		recurrent_answer_free(&d);
		recurrent_close(&p);
	}
}

static void both_results(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	struct recurrent_problem *p = *(struct recurrent_problem *const *)context;

	(void)s;
	result[0] = recurrent_run(p, p->x, p->h0, p->c0, p->shape.last ? &result[1] : NULL);
}

static void gradients_are_the_slopes(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct recurrent_problem p;
		char name[32];

		snprintf(name, sizeof name, "shape %d", i);
		recurrent_open(&p, shapes[i]);
		slopes_check(&p.s, name, both_results, &(struct recurrent_problem *){ &p });
		recurrent_close(&p);
	}
}

/* As in a decoder that goes step by step: the mask is taken once. */
static void steps_give_what_the_sequence_gives(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct recurrent_problem p;
		struct recurrent_case shape = shapes[i];
		struct var *whole, *h, *c, *final;
		size_t block;

		shape.firsts = shape.lengths = shape.reverse = false;
		recurrent_open(&p, shape);
		block = (size_t)(shape.n * shape.h);
		whole = recurrent_run(&p, p.x, p.h0, p.c0, NULL);
		h = p.h0;
		c = p.c0;
		for (int t = 0; t < shape.t; t++) {
			struct var *y = recurrent_run(&p, op_step(&p.s.tape, p.x, t), h, c, &final);

			assert_memory_equal(y->x, whole->x + (size_t)t * block,
			                    block * sizeof(real));
			h = op_step(&p.s.tape, final, 0);
			c = shape.gru ? NULL : op_step(&p.s.tape, final, 1);
		}
		recurrent_close(&p);
	}
}

/* All numbers that come out: results, and gradients of all inputs but of x at padding, which are 0.
 */
static uint64_t sum_of_bits(struct recurrent_problem *p)
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
		struct recurrent_problem p;
		uint64_t bits;

		if (!shapes[i].lengths)
			continue;
		recurrent_open(&p, shapes[i]);
		bits = sum_of_bits(&p);
		recurrent_close(&p);
		recurrent_open(&p, shapes[i]);
		for (int n = 0; n < p.x->n; n++)
			for (int t = p.length[n]; t < p.x->t; t++)
				for (int j = 0; j < p.x->c; j++)
					p.x->x[(t * p.x->n + n) * p.x->c + j] = 1000;
		assert_true(sum_of_bits(&p) == bits);
		recurrent_close(&p);
	}
}

static void every_set_of_kernels_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		uint64_t first = 0;

		for (int set = 0; vector_kernels_available(set); set++) {
			struct recurrent_problem p;
			uint64_t bits;

			recurrent_open(&p, shapes[i]);
			p.s.tape.vector = vector_kernels_available(set);
			bits = sum_of_bits(&p);
			first = set ? first : bits;
			assert_true(bits == first);
			recurrent_close(&p);
		}
	}
}

/* Weights whose gradient nobody wants change nothing of x's. */
static void unwanted_gradients_are_left_out(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct recurrent_problem p, q;

		recurrent_open(&p, shapes[i]);
		slopes_flow(&p.s, both_results, &(struct recurrent_problem *){ &p });
		recurrent_open(&q, shapes[i]);
		for (int v = 1; v < q.s.inputs; v++)
			q.s.input[v]->needs_gradient = false;
		slopes_flow(&q.s, both_results, &(struct recurrent_problem *){ &q });
		assert_memory_equal(p.x->g, q.x->g, var_size(p.x) * sizeof(real));
		for (int v = 1; v < q.s.inputs; v++)
			assert_null(q.s.input[v]->g);
		recurrent_close(&p);
		recurrent_close(&q);
	}
}

/* A mask drops the row's own channels; results are not dropped. */
static void the_mask_is_between_the_steps(void **state)
{
	struct recurrent_case shape = { 3, 2, 5, .dropout = 0.5 };
	struct recurrent_problem p, q;
	struct var *dropped, *whole;

	(void)state;
	for (int gru = 0; gru < 2; gru++) {
		shape.gru = gru;
		recurrent_open(&p, shape);
		recurrent_open(&q, shape);
		q.mask = (struct dropout_mask){ 0 };
		dropped = recurrent_run(&p, p.x, NULL, NULL, NULL);
		whole = recurrent_run(&q, q.x, NULL, NULL, NULL);
		assert_memory_equal(dropped->x, whole->x, 10 * sizeof(real)); /* no h[t - 1] yet */
		for (int i = 0; i < 30; i++)
			assert_true(dropped->x[i] != 0);
		assert_true(memcmp(dropped->x + 10, whole->x + 10, 10 * sizeof(real)) != 0);
		recurrent_close(&p);
		recurrent_close(&q);
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
