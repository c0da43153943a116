/* segment_test.c - segments change no bits, keep nothing but their results, and may be nested. */
#include "core/error.h"
#include "core/ops.h"
#include "core/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { T = 40, N = 10, C = 16, LAYERS = 6 };

/* Three results: a layer of x with dropout, one that adds something from outside, and x itself. */
struct layer {
	int weight;
	struct var *x, *beside;
};

static void run_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer *layer = context;
	struct var *y = op_linear(tape, layer->x, tape_parameter(tape, layer->weight), NULL,
	                          ACTIVATION_TANH);

	for (int i = 0; i < 3; i++)
		y = op_activation(tape, op_dropout(tape, y, 0.2, NULL), ACTIVATION_SIGMOID);
	result[0] = op_dropout(tape, y, 0.1, NULL);
	result[1] = op_add(tape, y, layer->beside, 1);
	result[2] = layer->x;
}

static void run_two(struct tape *tape, const void *context, struct var **result)
{
	struct layer layer = *(const struct layer *)context;

	for (int i = 0; i < 2; i++) {
		tape_segment(tape, run_layer, &layer, sizeof layer, result, 3);
		layer.x = result[1];
	}
}

enum mode { KEPT, RUN_AGAIN, WITHOUT_GRADIENTS };

struct outcome {
	double loss;
	real gradient[(LAYERS + 1) * C * C];
	size_t used, peak; /* bytes: when all layers have run, and at most */
};

/* Result `which` goes on from layer to layer, and to the loss beside the first. */
static struct var *stack(struct tape *tape, struct var *x, struct var *beside, bool nested,
                         int which)
{
	struct var *result[3] = { x, x, x };

	for (int i = 0; i < LAYERS; i++) {
		const struct layer layer = { i, result[which], beside };

		tape_segment(tape, nested ? run_two : run_layer, &layer, sizeof layer, result, 3);
	}
	return op_add(tape, result[which], result[0], 1);
}

static void run(enum mode mode, bool nested, int which, struct outcome *o)
{
	static const int gold[T * N] = { 0 };
	struct parameters all = { 0 };
	struct loss loss = { 0 };
	struct tape tape;
	struct var *x, *y;

	memset(o, 0, sizeof *o);
	for (int i = 0; i <= LAYERS; i++)
		parameter_add(&all, C, C, START_XAVIER, 0, "w%d", i);
	parameters_start(&all, 3);
	assert_int_equal(all.size, sizeof o->gradient / sizeof *o->gradient);
	tape_init(&tape);
	tape.checkpointing = mode == RUN_AGAIN;
	tape_begin(&tape, &all, mode == WITHOUT_GRADIENTS ? NULL : o->gradient, true, 5);
	x = tape_var(&tape, NULL, T, N, C);
	for (size_t i = 0; i < var_size(x); i++)
		x->x[i] = (real)(i % 17) / 17;
	x = op_linear(&tape, x, tape_parameter(&tape, LAYERS), NULL, ACTIVATION_NONE);
	y = stack(&tape, x, x, nested, which);
	o->used = tape.arena.used;
	y = op_cross_entropy(&tape, y, tape_parameter(&tape, 0), NULL, gold, -1,
	                     smoothing_uniform(0, C), &loss, NULL);
	if (tape.gradient)
		tape_backward(&tape, y);
	o->loss = loss.smoothed;
	o->peak = tape.arena.peak + tape.lasting.peak;
	tape_free(&tape);
	parameters_free(&all);
}

static void segments_change_no_bits(void **state)
{
	static struct outcome kept, again, without;

	(void)state;
	for (int nested = 0; nested < 2; nested++)
		for (int which = 0; which < 3; which++) {
			run(KEPT, nested, which, &kept);
			run(RUN_AGAIN, nested, which, &again);
			run(WITHOUT_GRADIENTS, nested, which, &without);
			assert_true(kept.loss == again.loss && kept.loss == without.loss);
			assert_memory_equal(kept.gradient, again.gradient, sizeof kept.gradient);
		}
}

/* A layer makes at least nine arrays, of which three are its results. */
static void segments_keep_their_results_alone(void **state)
{
	static const enum mode modes[] = { RUN_AGAIN, WITHOUT_GRADIENTS };
	const size_t array = (size_t)T * N * C * sizeof(real);
	static struct outcome kept, again;

	(void)state;
	run(KEPT, false, 1, &kept);
	assert_true(kept.used > LAYERS * 8 * array);
	for (int i = 0; i < 2; i++) {
		run(modes[i], false, 1, &again);
		assert_true(again.used < (LAYERS * 3 + 3) * array + LAYERS * 2048);
		assert_true(again.peak < kept.peak);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_change_no_bits),
		cmocka_unit_test(segments_keep_their_results_alone),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
