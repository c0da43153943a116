/* optimizer_test.c - optimizers, clipping and schedules against PyTorch, and that ranges never
 * change a bit. */
#include "core/safetensors.h"
#include "train/optimizer.h"
#include "train/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of tests/golden/torch/index.tsv, relative to a tensor's largest magnitude. */
static const double tolerance = sizeof(real) == sizeof(double) ? 1e-11 : 2e-5;

static void open_golden(struct safetensors *file, const char *name)
{
	struct error error;
	char path[256];

	snprintf(path, sizeof path, "tests/golden/torch/optimizer/%s.safetensors", name);
	if (!safetensors_read(file, path, &error))
		fail_msg("%s", error.message);
}

static const struct tensor *tensor_of(const struct safetensors *file, const char *name)
{
	const struct tensor *t = safetensors_find(file, name);

	if (!t)
		fail_msg("no tensor %s", name);
	return t;
}

static real *reals_of(const struct safetensors *file, const char *name)
{
	const struct tensor *t = tensor_of(file, name);
	real *x = memory_new(t->count, sizeof *x);

	tensor_to_real(t, x);
	return x;
}

/* got[i] against elements from `first` on. */
static void compare(const struct safetensors *file, const char *name, size_t first, size_t count,
                    const real *got)
{
	const struct tensor *t = tensor_of(file, name);
	double largest = 0;

	assert_true(first + count <= t->count);
	for (size_t i = 0; i < t->count; i++)
		largest = fmax(largest, fabs(tensor_number(t, i)));
	for (size_t i = 0; i < count; i++) {
		const double wanted = tensor_number(t, first + i);

		if (!(fabs((double)got[i] - wanted) <= tolerance * largest))
			fail_msg("%s[%zu] = %.17g, wanted %.17g", name, first + i, (double)got[i],
			         wanted);
	}
}

/* The gradients are handed over four times too large, and in two ranges. */
static void run_optimizer(const char *name, const struct train_settings *s)
{
	struct safetensors file;
	struct optimizer o;

	open_golden(&file, name);
	const size_t total = tensor_of(&file, "gradients")->count,
		     n = tensor_of(&file, "start")->count;
	real *weights = reals_of(&file, "start"), *gradients = reals_of(&file, "gradients");

	optimizer_init(&o, s, n);
	for (size_t i = 0; i < total; i++)
		gradients[i] *= 4;
	for (size_t at = 0; at < total; at += n) {
		optimizer_begin(&o);
		optimizer_update(&o, s->learning_rate, 0.25, gradients + at, weights, 3, n);
		optimizer_update(&o, s->learning_rate, 0.25, gradients + at, weights, 0, 3);
		compare(&file, "out", at, n, weights);
	}
	optimizer_free(&o);
	free(weights);
	free(gradients);
	safetensors_free(&file);
}

#define SGD .optimizer = OPTIMIZER_SGD, .learning_rate = 0.1
#define ADAM .optimizer = OPTIMIZER_ADAM, .learning_rate = 0.01, .beta1 = 0.9
#define STANDARD .beta2 = 0.999, .epsilon = 1e-8

static void optimizers_agree_with_pytorch(void **state)
{
	static const struct {
		const char *name;
		struct train_settings settings;
	} cases[] = {
		{ "sgd-lr0.1", { SGD } },
		{ "sgd-lr0.1-momentum0.9", { SGD, .momentum = 0.9 } },
		{ "sgd-lr0.1-momentum0.9-nesterovTrue",
		  { SGD, .momentum = 0.9, .nesterov = true } },
		{ "adam-lr0.01", { ADAM, STANDARD } },
		{ "adam-lr0.01-betas(0.9,0.98)-eps1e-09",
		  { ADAM, .beta2 = 0.98, .epsilon = 1e-9 } },
		{ "adam-lr0.01-weight_decay0.1", { ADAM, STANDARD, .weight_decay = 0.1 } },
		{ "adamw-lr0.01-weight_decay0.1",
		  { .optimizer = OPTIMIZER_ADAMW,
		    .learning_rate = 0.01,
		    .beta1 = 0.9,
		    STANDARD,
		    .weight_decay = 0.1 } },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		run_optimizer(cases[i].name, &cases[i].settings);
	(void)state;
}

/* PyTorch's SGD with weight decay by hand: d = g + 0.5 w; m = 0.9 m + d; w -= 0.1 m. */
static void sgd_adds_weight_decay_to_the_gradient(void **state)
{
	static const struct train_settings s = { SGD, .momentum = 0.9, .weight_decay = 0.5 };
	struct optimizer o;
	real w = 2, g = 3;

	optimizer_init(&o, &s, 1);
	optimizer_begin(&o);
	optimizer_update(&o, 0.1, 1, &g, &w, 0, 1);
	assert_true(fabs((double)w - 1.6) < 1e-6); /* d = m = 4 */
	optimizer_begin(&o);
	optimizer_update(&o, 0.1, 1, &g, &w, 0, 1);
	assert_true(fabs((double)w - 0.86) < 1e-6); /* d = 3.8, m = 7.4 */
	optimizer_free(&o);
	(void)state;
}

static real *noise_new(size_t n, uint64_t seed)
{
	real *x = memory_new(n, sizeof *x);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		x[i] = (real)((double)(seed >> 11) * 0x1p-53 - 0.5);
	}
	return x;
}

/* The weights after three updates in ranges of `width` elements, the last range first. */
static real *train_in_ranges(const struct train_settings *s, size_t n, size_t width)
{
	real *weights = noise_new(n, 1);
	struct optimizer o;

	optimizer_init(&o, s, n);
	for (uint64_t step = 1; step <= 3; step++) {
		real *gradient = noise_new(n, 1 + step);

		optimizer_begin(&o);
		for (size_t range = (n + width - 1) / width; range-- > 0;)
			optimizer_update(&o, 0.01, 0.3, gradient, weights, range * width,
			                 (range + 1) * width < n ? (range + 1) * width : n);
		free(gradient);
	}
	optimizer_free(&o);
	return weights;
}

static void ranges_never_change_a_bit(void **state)
{
	static const struct train_settings cases[] = {
		{ SGD, .weight_decay = 0.1 },
		{ SGD, .momentum = 0.9, .weight_decay = 0.1 },
		{ SGD, .momentum = 0.9, .nesterov = true },
		{ ADAM, STANDARD, .weight_decay = 0.01 },
		{ .optimizer = OPTIMIZER_ADAMW, .beta1 = 0.9, STANDARD, .weight_decay = 0.01 },
	};
	enum { N = 1003 };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		real *whole = train_in_ranges(&cases[i], N, N);

		for (size_t width = 1; width < N; width = width * 3 + 2) {
			real *parts = train_in_ranges(&cases[i], N, width);

			assert_memory_equal(whole, parts, N * sizeof *whole);
			free(parts);
		}
		free(whole);
	}
	(void)state;
}

static void clipping_agrees_with_pytorch(void **state)
{
	static const struct {
		const char *name;
		double limit;
	} cases[] = { { "clip-1.0", 1 }, { "clip-100.0", 100 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct safetensors file;

		open_golden(&file, cases[i].name);
		const double norm = tensor_number(tensor_of(&file, "norm"), 0);
		const real factor = (real)gradient_clip(norm, cases[i].limit);

		for (char part = '0'; part <= '2'; part++) {
			const char from[] = { 'g', 'r', 'a', 'd', 'i', 'e', 'n', 't', part, 0 };
			const char to[] = { 'o', 'u', 't', part, 0 };
			const size_t n = tensor_of(&file, from)->count;
			real *x = reals_of(&file, from);

			for (size_t j = 0; j < n; j++)
				x[j] *= factor;
			compare(&file, to, 0, n, x);
			free(x);
		}
		safetensors_free(&file);
	}
	(void)state;
}

static void clipping_never_lengthens_a_gradient(void **state)
{
	assert_true(gradient_clip(1e30, 0) == 1);
	assert_true(gradient_clip(0, 1) == 1);
	assert_true(gradient_clip(0.999, 1) == 1);
	assert_true(gradient_clip(1, 1) < 1);
	assert_true(gradient_clip((double)INFINITY, 1) == 0);
	(void)state;
}

static void the_last_block_may_be_short(void **state)
{
	assert_int_equal(gradient_blocks(0), 0);
	assert_int_equal(gradient_blocks(1), 1);
	assert_int_equal(gradient_blocks(GRADIENT_BLOCK), 1);
	assert_int_equal(gradient_blocks(GRADIENT_BLOCK + 1), 2);
	(void)state;
}

static void schedules_agree_with_their_formulas(void **unused)
{
	static const struct {
		const char *name;
		struct train_settings settings;
		double d_model;
	} cases[] = {
		{ "schedule-aiayn",
		  { .schedule = SCHEDULE_AIAYN, .learning_rate = 1, .warmup = 100 },
		  512 },
		{ "schedule-inverse-sqrt",
		  { .schedule = SCHEDULE_INVERSE_SQRT, .learning_rate = 0.002, .warmup = 100 },
		  0 },
		{ "schedule-cosine",
		  { .schedule = SCHEDULE_COSINE,
		    .learning_rate = 0.002,
		    .warmup = 100,
		    .cosine_updates = 1000 },
		  0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct train_settings *s = &cases[i].settings;
		struct schedule_state state;
		struct safetensors file;
		int step[9];
		real rate[9];

		open_golden(&file, cases[i].name);
		assert_int_equal(tensor_of(&file, "step")->count, 9);
		assert_true(tensor_to_int(tensor_of(&file, "step"), step));
		schedule_init(s, &state);
		for (int j = 0; j < 9; j++)
			rate[j] = (real)schedule_rate(s, &state, step[j], cases[i].d_model);
		compare(&file, "out", 0, 9, rate);
		safetensors_free(&file);
	}
	(void)unused;
}

static void plateau_agrees_with_pytorch(void **unused)
{
	static const struct train_settings s = { .schedule = SCHEDULE_PLATEAU,
		                                 .learning_rate = 0.1,
		                                 .plateau_factor = 0.5,
		                                 .plateau_patience = 1,
		                                 .plateau_threshold = 0.001 };
	struct schedule_state state;
	struct safetensors file;
	real rate[9];

	open_golden(&file, "plateau");
	schedule_init(&s, &state);
	for (size_t i = 0; i < 9; i++) {
		schedule_validated(&s, &state, tensor_number(tensor_of(&file, "values"), i));
		rate[i] = (real)schedule_rate(&s, &state, (long)i + 1, 0);
	}
	compare(&file, "out", 0, 9, rate);
	safetensors_free(&file);
	(void)unused;
}

static void plateau_stops_at_the_floor(void **unused)
{
	static const struct train_settings s = { .schedule = SCHEDULE_PLATEAU,
		                                 .learning_rate = 0.1,
		                                 .floor = 0.03,
		                                 .plateau_factor = 0.5 };
	static const double rate[] = { 0.1, 0.05, 0.03, 0.03 };
	struct schedule_state state;

	schedule_init(&s, &state);
	for (int i = 0; i < 4; i++) {
		schedule_validated(&s, &state, 5);
		assert_true(fabs(state.rate - rate[i]) < 1e-15);
	}
	(void)unused;
}

/* One NaN, the first loss even, must not hide later improvements. */
static void a_loss_of_nan_is_no_improvement_and_no_best(void **unused)
{
	static const struct train_settings s = { .schedule = SCHEDULE_PLATEAU,
		                                 .learning_rate = 0.1,
		                                 .plateau_factor = 0.5,
		                                 .plateau_patience = 1 };
	static const double loss[] = {
		(double)NAN, 5, 4, (double)NAN, 3, (double)NAN, (double)NAN
	};
	static const double rate[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05 };
	struct schedule_state state;

	schedule_init(&s, &state);
	for (int i = 0; i < 7; i++) {
		schedule_validated(&s, &state, loss[i]);
		assert_true(fabs(state.rate - rate[i]) < 1e-15);
	}
	assert_true(state.best == 3);
	(void)unused;
}

static void warm_up_is_linear_and_may_be_none(void **unused)
{
	static const struct {
		int schedule;
		long warmup, step;
		double rate;
	} cases[] = {
		{ SCHEDULE_CONSTANT, 4, 1, 0.25 },  { SCHEDULE_CONSTANT, 4, 4, 1 },
		{ SCHEDULE_CONSTANT, 4, 900, 1 },   { SCHEDULE_CONSTANT, 0, 1, 1 },
		{ SCHEDULE_PLATEAU, 4, 3, 0.75 },   { SCHEDULE_PLATEAU, 0, 1, 1 },
		{ SCHEDULE_INVERSE_SQRT, 0, 1, 1 }, { SCHEDULE_INVERSE_SQRT, 0, 4, 0.5 },
		{ SCHEDULE_AIAYN, 0, 4, 0.25 },     { SCHEDULE_AIAYN, 1, 4, 0.25 },
		{ SCHEDULE_COSINE, 4, 1, 0.25 },    { SCHEDULE_COSINE, 4, 4, 1 },
		{ SCHEDULE_COSINE, 0, 10, 0.55 },   { SCHEDULE_COSINE, 0, 20, 0.1 },
		{ SCHEDULE_COSINE, 0, 900, 0.1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct train_settings s = { .schedule = cases[i].schedule,
			                          .learning_rate = 1,
			                          .warmup = cases[i].warmup,
			                          .stop_updates = 20,
			                          .floor = 0.1 };
		struct schedule_state state;
		double rate;

		schedule_init(&s, &state);
		schedule_validated(&s, &state, 1);
		rate = schedule_rate(&s, &state, cases[i].step, 4);
		if (!(fabs(rate - cases[i].rate) < 1e-15))
			fail_msg("case %zu: %.17g, wanted %g", i, rate, cases[i].rate);
	}
	(void)unused;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optimizers_agree_with_pytorch),
		cmocka_unit_test(sgd_adds_weight_decay_to_the_gradient),
		cmocka_unit_test(ranges_never_change_a_bit),
		cmocka_unit_test(clipping_agrees_with_pytorch),
		cmocka_unit_test(clipping_never_lengthens_a_gradient),
		cmocka_unit_test(the_last_block_may_be_short),
		cmocka_unit_test(schedules_agree_with_their_formulas),
		cmocka_unit_test(plateau_agrees_with_pytorch),
		cmocka_unit_test(plateau_stops_at_the_floor),
		cmocka_unit_test(a_loss_of_nan_is_no_improvement_and_no_best),
		cmocka_unit_test(warm_up_is_linear_and_may_be_none),
	};

	return cmocka_run_group_tests_name("optimizer", tests, NULL, NULL);
}
