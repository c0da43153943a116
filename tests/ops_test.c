/* ops_test.c - operations without a test of their own: gradients are slopes, steps are joined and
 * averaged as they should be, one mask drops the same channels at every step. */
#include "core/error.h"
#include "core/ops.h"
#include "tests/slopes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum what {
	ACTIVATION,
	RMS_NORM,
	LAYER_NORM,
	GLU,
	SWIGLU,
	MEAN_STEPS,
	LAST_STEPS,
	JOIN_STEPS,
	DROPOUT_STEPS,
};

struct shape {
	const char *name;
	enum what what;
	int t, n, c;
	enum activation activation;
	bool lengths;
	double size;  /* of the numbers; 0: 1 */
	int backward; /* channels */
};

static const struct shape shapes[] = {
	{ "tanh", ACTIVATION, .t = 2, .n = 3, .c = 5, .activation = ACTIVATION_TANH },
	{ "sigmoid", ACTIVATION, .t = 2, .n = 3, .c = 5, .activation = ACTIVATION_SIGMOID },
	{ "gelu", ACTIVATION, .t = 2, .n = 3, .c = 5, .activation = ACTIVATION_GELU, .size = 3 },
	{ "gelu by tanh", ACTIVATION, .t = 2, .n = 3, .c = 5, .activation = ACTIVATION_GELU_TANH,
	  .size = 3 },
	{ "gelu by tanh, far out", ACTIVATION, .t = 2, .n = 3, .c = 5,
	  .activation = ACTIVATION_GELU_TANH, .size = 300 },
	{ "swish", ACTIVATION, .t = 2, .n = 3, .c = 5, .activation = ACTIVATION_SWISH, .size = 3 },
	{ "swish, far out", ACTIVATION, .t = 2, .n = 3, .c = 17, .activation = ACTIVATION_SWISH,
	  .size = 300 },
	{ "rms norm", RMS_NORM, .t = 2, .n = 3, .c = 5 },
	{ "rms norm of a number", RMS_NORM, .t = 1, .n = 1, .c = 1 },
	{ "rms norm of many", RMS_NORM, .t = 1, .n = 2, .c = 37, .size = 10 },
	{ "layer norm", LAYER_NORM, .t = 2, .n = 3, .c = 5 },
	{ "glu", GLU, .t = 2, .n = 3, .c = 5 },
	{ "swiglu", SWIGLU, .t = 2, .n = 3, .c = 5 },
	{ "swiglu of a pair", SWIGLU, .t = 1, .n = 1, .c = 1, .size = 3 },
	{ "mean", MEAN_STEPS, .t = 4, .n = 3, .c = 5 },
	{ "mean of real steps", MEAN_STEPS, .t = 4, .n = 3, .c = 5, .lengths = true },
	{ "mean of a step", MEAN_STEPS, .t = 1, .n = 2, .c = 3, .lengths = true },
	{ "last", LAST_STEPS, .t = 4, .n = 3, .c = 5 },
	{ "last of real steps, some channels backward", LAST_STEPS, .t = 4, .n = 3, .c = 5,
	  .lengths = true, .backward = 2 },
	{ "last of a step, all backward", LAST_STEPS, .t = 1, .n = 2, .c = 3, .backward = 3 },
	{ "join", JOIN_STEPS, .t = 4, .n = 3, .c = 5 },
	{ "join one", JOIN_STEPS, .t = 1, .n = 1, .c = 1 },
	{ "one mask", DROPOUT_STEPS, .t = 4, .n = 3, .c = 5 },
};
enum { SHAPES = sizeof shapes / sizeof shapes[0], MOST = 8 };

static void make_inputs(struct slopes *s, const struct shape *shape)
{
	const bool halves = shape->what == GLU || shape->what == SWIGLU;
	struct var *x;

	if (shape->what == JOIN_STEPS) {
		for (int t = 0; t < shape->t; t++)
			slopes_input(s, 1, shape->n, shape->c, (unsigned)t);
		return;
	}
	x = slopes_input(s, shape->t, shape->n, halves ? 2 * shape->c : shape->c, 3);
	for (size_t i = 0; i < var_size(x) && shape->size > 0; i++)
		x->x[i] *= (real)shape->size;
	if (shape->what == RMS_NORM || shape->what == LAYER_NORM)
		slopes_input(s, 1, 1, shape->c, 4);
	if (shape->what == LAYER_NORM)
		slopes_input(s, 1, 1, shape->c, 5);
}

static const int *lengths(struct slopes *s, int n, int t)
{
	int *length = tape_memory(&s->tape, (size_t)n * sizeof *length);

	for (int i = 0; i < n; i++)
		length[i] = t - i % t;
	return length;
}

/* The last step is there twice. */
static struct var *join(struct slopes *s, int count)
{
	struct var *step[MOST + 1];

	memcpy(step, s->input, (size_t)count * sizeof *step);
	step[count] = step[count - 1];
	return op_join_steps(&s->tape, count + 1, step);
}

static void apply(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	const struct shape *shape = context;
	struct tape *tape = &s->tape;
	struct var **in = s->input;

	switch (shape->what) {
	case ACTIVATION:
		result[0] = op_activation(tape, in[0], shape->activation);
		break;
	case RMS_NORM:
		result[0] = op_rms_norm(tape, in[0], in[1]);
		break;
	case LAYER_NORM:
		result[0] = op_layer_norm(tape, in[0], in[1], in[2]);
		break;
	case GLU: /* of a copy: nobody else may read its input */
		result[0] = op_glu(tape, op_add(tape, in[0], in[0], (real)0.5));
		break;
	case SWIGLU:
		result[0] = op_swiglu(tape, op_add(tape, in[0], in[0], (real)0.5));
		break;
	case MEAN_STEPS:
		result[0] = op_mean_steps(tape, in[0],
		                          shape->lengths ? lengths(s, shape->n, shape->t) : NULL);
		break;
	case LAST_STEPS:
		result[0] = op_last_steps(tape, in[0],
		                          shape->lengths ? lengths(s, shape->n, shape->t) : NULL,
		                          shape->backward);
		break;
	case JOIN_STEPS:
		result[0] = join(s, shape->t);
		break;
	case DROPOUT_STEPS:
		result[0] = op_dropout_steps(tape, in[0], tape_dropout(tape, 0.4));
		break;
	}
}

static void gradients_are_the_slopes(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct slopes s;

		slopes_open(&s, 5);
		make_inputs(&s, &shapes[i]);
		slopes_check(&s, shapes[i].name, apply, &shapes[i]);
		slopes_close(&s);
	}
}

/* Of two sentences, each of two rows; what lies after it is another's. */
static void a_summary_has_the_gradients_of_its_rows(void **state)
{
	enum { T = 3, N = 4, C = 16 };
	struct slopes s;
	struct var *x, *summary, *after, *y;
	real *g;

	(void)state;
	slopes_open(&s, 0);
	x = slopes_input(&s, T, N, C, 1);
	summary = slopes_input(&s, 1, 2, C, 2);
	after = slopes_input(&s, 1, 1, C, 3);
	g = tape_gradient(&s.tape, summary);
	assert_ptr_equal(tape_gradient(&s.tape, after), g + 2 * C);
	y = op_add_summary(&s.tape, x, summary);
	for (int i = 0; i < T * N * C; i++) {
		const real want = x->x[i] + summary->x[i / C % N / 2 * C + i % C];

		assert_true(y->x[i] == want);
		tape_gradient(&s.tape, y)[i] = (real)(i / C);
	}
	tape_flow(&s.tape);
	for (int i = 0; i < T * N * C; i++)
		assert_true(x->g[i] == (real)(i / C));
	for (int i = 0; i < C; i++) /* the rows' numbers: 0 4 8 and 1 5 9; 2 6 10 and 3 7 11 */
		assert_true(g[i] == 27 && g[C + i] == 39 && after->g[i] == 0);
	slopes_close(&s);
}

static void only_real_steps_have_a_mean(void **state)
{
	struct slopes s;
	struct var *x, *y;
	const int *length;

	(void)state;
	slopes_open(&s, 0);
	x = slopes_input(&s, 5, 4, 3, 1);
	length = lengths(&s, 4, 5);
	for (int t = 0; t < 5; t++)
		for (int n = 0; n < 4; n++)
			for (int c = 0; c < 3; c++)
				x->x[(t * 4 + n) * 3 + c] =
					t < length[n] ? (real)(t + c) : (real)NAN;
	y = op_mean_steps(&s.tape, x, length);
	assert_int_equal(y->t, 1);
	for (int n = 0; n < 4; n++)
		for (int c = 0; c < 3; c++)
			assert_true(fabs((double)y->x[n * 3 + c] - (length[n] - 1) / 2.0 - c) <
			            1e-6);
	slopes_close(&s);
}

/* Forward channels end at a row's last real step, backward ones at its first. */
static void the_last_steps_are_the_ends(void **state)
{
	static const int length[] = { 3, 1, 2 };
	struct slopes s;
	struct var *x, *y;

	(void)state;
	slopes_open(&s, 0);
	x = slopes_input(&s, 3, 3, 4, 2);
	y = op_last_steps(&s.tape, x, length, 1);
	for (int n = 0; n < 3; n++)
		for (int c = 0; c < 4; c++) {
			const int t = c < 3 ? length[n] - 1 : 0;

			assert_true(y->x[n * 4 + c] == x->x[(t * 3 + n) * 4 + c]);
		}
	slopes_close(&s);
}

static void joined_steps_are_the_sequence(void **state)
{
	struct slopes s;
	struct var *x, *step[5], *y;

	(void)state;
	slopes_open(&s, 0);
	x = slopes_input(&s, 5, 2, 3, 1);
	for (int t = 0; t < 5; t++)
		step[t] = op_step(&s.tape, x, t);
	y = op_join_steps(&s.tape, 5, step);
	assert_int_equal(y->t, 5);
	assert_memory_equal(y->x, x->x, var_size(x) * sizeof(real));
	memset(tape_gradient(&s.tape, y), 0, var_size(y) * sizeof(real));
	y->g[7] = 1;
	tape_flow(&s.tape);
	for (int i = 0; i < 30; i++)
		assert_true(x->g[i] == (i == 7 ? 1 : 0));
	slopes_close(&s);
}

/* Rows and channels have masks of their own; a part of the sequence has the whole's. */
static void one_mask_is_the_same_at_every_step(void **state)
{
	enum { T = 6, N = 40, C = 50 };
	struct dropout_mask mask, other;
	struct slopes s;
	struct var *x, *y, *part;
	int kept = 0, differ = 0;

	(void)state;
	slopes_open(&s, 11);
	x = slopes_input(&s, T, N, C, 1);
	for (size_t i = 0; i < var_size(x); i++)
		x->x[i] = 1;
	mask = tape_dropout(&s.tape, 0.25);
	other = tape_dropout(&s.tape, 0.25);
	assert_true(mask.key != other.key);
	y = op_dropout_steps(&s.tape, x, mask);
	part = op_dropout_steps(&s.tape, op_step(&s.tape, x, 3), mask);
	for (int t = 0; t < T; t++)
		assert_memory_equal(y->x + t * N * C, part->x, N * C * sizeof(real));
	for (int i = 0; i < N * C; i++) {
		assert_true(y->x[i] == 0 || fabs((double)y->x[i] - 1 / 0.75) < 1e-6);
		kept += y->x[i] != 0;
		differ += (y->x[i] != 0) != (y->x[(i + C) % (N * C)] != 0);
	}
	assert_true(fabs(kept - 0.75 * N * C) < 4 * sqrt(0.75 * 0.25 * N * C));
	assert_true(fabs(differ - 0.375 * N * C) < 5 * sqrt(0.375 * 0.625 * N * C));
	slopes_close(&s);
}

static void nothing_is_dropped_outside_of_training(void **state)
{
	struct slopes s;
	struct var *x;

	(void)state;
	slopes_open(&s, 11);
	x = slopes_input(&s, 2, 2, 2, 1);
	assert_ptr_equal(op_dropout_steps(&s.tape, x, tape_dropout(&s.tape, 0)), x);
	s.tape.training = false;
	assert_ptr_equal(op_dropout_steps(&s.tape, x, tape_dropout(&s.tape, 0.5)), x);
	assert_int_equal(s.tape.dropouts, 0);
	slopes_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_are_the_slopes),
		cmocka_unit_test(a_summary_has_the_gradients_of_its_rows),
		cmocka_unit_test(only_real_steps_have_a_mean),
		cmocka_unit_test(the_last_steps_are_the_ends),
		cmocka_unit_test(joined_steps_are_the_sequence),
		cmocka_unit_test(one_mask_is_the_same_at_every_step),
		cmocka_unit_test(nothing_is_dropped_outside_of_training),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("operations", tests, NULL, NULL);
}
