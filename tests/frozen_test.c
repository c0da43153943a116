/* frozen_test.c - products of weights that do not change against those of gemm. */
#include "core/frozen.h"
#include "core/gemm.h"
#include "core/pool.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
	int n, k;
} shapes[] = { { 96, 32 }, { 97, 33 }, { 5, 7 }, { 1, 3 }, { 256, 384 }, { 1000, 128 }, { 3000, 384 } };

enum { SHAPES = sizeof shapes / sizeof shapes[0], ROWS = 150 };

struct frozen_case {
	struct parameters parameters;
	struct frozen *frozen;
	real *a; /* [ROWS][384] */
};

static int setup(void **state)
{
	struct frozen_case *c = memory_new(1, sizeof *c);
	struct error error;

	assert_true(gemm_init(&error));
	for (int i = 0; i < SHAPES; i++)
		parameter_add(&c->parameters, shapes[i].n, shapes[i].k, START_UNIFORM, 1, "w%d", i);
	parameters_start(&c->parameters, 3);
	c->a = memory_new((size_t)ROWS * 384, sizeof *c->a);
	for (int i = 0; i < ROWS * 384; i++)
		c->a[i] = (real)sin(i);
	c->frozen = frozen_open(&c->parameters, vector_kernels(), PACKED_FLOAT32);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct frozen_case *c = *state;

	frozen_close(c->frozen);
	parameters_free(&c->parameters);
	free(c->a);
	free(c);
	return 0;
}

static const real *weight(const struct frozen_case *c, int shape)
{
	return c->parameters.x + c->parameters.list[shape].offset;
}

static void multiply(const struct frozen_case *c, struct team *team, int shape, int rows,
                     const real *a, struct packed_end end, real *y)
{
	assert_true(frozen_multiply(c->frozen, team, rows, shapes[shape].n, shapes[shape].k, a,
	                            weight(c, shape), end, y));
}

/* rows times the weights of a shape, by gemm and by this. */
static void compare(const struct frozen_case *c, int shape, int rows, struct packed_end end)
{
	const int n = shapes[shape].n, k = shapes[shape].k;
	const size_t size = (size_t)rows * (size_t)n;
	real *got = memory_new(size, sizeof *got), *want = memory_new(size, sizeof *want);
	double worst = 0;

	for (size_t i = 0; i < size; i++)
		got[i] = want[i] = (real)cos((double)i);
	multiply(c, NULL, shape, rows, c->a, end, got);
	gemm(gemm_for_processor(), PLAIN, TRANSPOSED, rows, n, k, 1, c->a, k, weight(c, shape), k,
	     end.add, want, n);
	for (size_t i = 0; i < size; i++) {
		const real y = want[i] + (end.bias && !end.add ? end.bias[i % (size_t)n] : 0);

		worst = fmax(worst, fabs((double)got[i] - (double)(end.relu && y < 0 ? 0 : y)));
	}
	if (!(worst <= 20 * (double)REAL_EPSILON * k))
		fail_msg("%d x %d x %d: differs by %g", rows, n, k, worst);
	free(got);
	free(want);
}

static void a_frozen_product_is_gemms(void **state)
{
	const struct frozen_case *c = *state;
	const struct packed_end ends[] = {
		{ 0 }, { .add = true }, { .bias = c->a + 9 }, { .bias = c->a + 9, .relu = true }
	};

	for (int shape = 0; shape < SHAPES; shape++)
		for (int rows = 1; rows <= ROWS; rows += rows < 18 ? 1 : 44)
			for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++)
				compare(c, shape, rows, ends[e]);
}

static void a_row_does_not_depend_on_the_others(void **state)
{
	const struct frozen_case *c = *state;

	for (int shape = 0; shape < SHAPES; shape++) {
		const size_t n = (size_t)shapes[shape].n;
		real *all = memory_new(ROWS * n, sizeof *all), *one = memory_new(n, sizeof *one);

		multiply(c, NULL, shape, ROWS, c->a, (struct packed_end){ 0 }, all);
		for (int r = 0; r < ROWS; r += 7) {
			multiply(c, NULL, shape, 1, c->a + r * shapes[shape].k,
			         (struct packed_end){ 0 }, one);
			assert_memory_equal(one, all + (size_t)r * n, n * sizeof *one);
		}
		free(all);
		free(one);
	}
}

/* Of the sets with fused multiply-add each gives the same; the portable one nearly. */
static void compare_sets(const struct frozen_case *c, enum packed_numbers numbers)
{
	const int n = 1000, k = 128, rows = 7;
	real *y[3];

	for (int i = 0; i < 3; i++) {
		const struct vector_kernels *set = vector_kernels_available(i);
		struct packed *p;

		y[i] = memory_new((size_t)(rows * n), sizeof *y[i]);
		if (!set)
			continue;
		p = packed_new(set, n, k, weight(c, 5), numbers);
		packed_multiply(p, NULL, rows, c->a, (struct packed_end){ .bias = c->a + 1 }, y[i]);
		packed_free(p);
		for (int j = 0; j < rows * n; j++)
			assert_true(fabs((double)(y[i][j] - y[0][j])) <
			            20 * (double)REAL_EPSILON * k);
		if (i == 2)
			assert_memory_equal(y[1], y[2], (size_t)(rows * n) * sizeof *y[1]);
	}
	for (int i = 0; i < 3; i++)
		free(y[i]);
}

static void every_set_of_instructions_agrees(void **state)
{
	compare_sets(*state, PACKED_FLOAT32);
	compare_sets(*state, PACKED_BFLOAT16);
}

/* The same bits as a product with weights that were rounded before. */
static void weights_in_bfloat16_are_rounded_to_the_nearest(void **state)
{
	const struct frozen_case *c = *state;
	const struct vector_kernels *vector = vector_kernels();
	const int n = 97, k = 33, rows = 9;
	const size_t size = (size_t)(n * k), results = (size_t)(rows * n);
	real *w = memory_new(size, sizeof *w), *y[2];

	for (size_t i = 0; i < size; i++) {
		uint16_t half;
		uint32_t bits;
		float rounded;

		vector->to_bfloat16(1, weight(c, 1) + i, &half);
		bits = (uint32_t)half << 16;
		memcpy(&rounded, &bits, sizeof rounded);
		w[i] = sizeof(real) == sizeof(float) ? (real)rounded : weight(c, 1)[i];
	}
	for (int i = 0; i < 2; i++) {
		struct packed *p = packed_new(vector, n, k, i ? w : weight(c, 1),
		                              i ? PACKED_FLOAT32 : PACKED_BFLOAT16);

		y[i] = memory_new(results, sizeof *y[i]);
		packed_multiply(p, NULL, rows, c->a, (struct packed_end){ 0 }, y[i]);
		packed_free(p);
	}
	assert_memory_equal(y[0], y[1], results * sizeof *y[0]);
	free(y[0]);
	free(y[1]);
	free(w);
}

static void what_is_no_parameter_is_left_to_gemm(void **state)
{
	const struct frozen_case *c = *state;
	const struct packed_end end = { 0 };
	real w[6] = { 1, 2, 3, 4, 5, 6 }, y[2];

	assert_false(frozen_multiply(c->frozen, NULL, 1, 2, 3, c->a, w, end, y));
	assert_false(frozen_multiply(c->frozen, NULL, 1, 2, 3, c->a, weight(c, 0), end, y));
	assert_false(frozen_multiply(c->frozen, NULL, 1, 4, 7, c->a, weight(c, 2) + 7, end, y));
}

struct doubling {
	const real *x;
	size_t size;
	int made;
};

static void twice(void *context, real *to)
{
	struct doubling *d = context;

	d->made++;
	for (size_t i = 0; i < d->size; i++)
		to[i] = 2 * d->x[i];
}

static void what_is_derived_is_made_once_and_multiplied(void **state)
{
	const struct frozen_case *c = *state;
	const int n = shapes[0].n, k = shapes[0].k;
	struct doubling d = { weight(c, 0), (size_t)(n * k), 0 };
	real plain[96], doubled[96];
	const real *w = frozen_derive(c->frozen, d.x, twice, &d);

	assert_ptr_equal(frozen_derive(c->frozen, d.x, twice, &d), w);
	assert_int_equal(d.made, 1);
	assert_true(w[5] == 2 * d.x[5]);
	assert_true(frozen_multiply(c->frozen, NULL, 1, n, k, c->a, w, (struct packed_end){ 0 },
	                            doubled));
	multiply(c, NULL, 0, 1, c->a, (struct packed_end){ 0 }, plain);
	for (int i = 0; i < n; i++)
		assert_true(doubled[i] == 2 * plain[i]);
}

enum { TASKS = 64, THREADS = 4 };

struct race {
	const struct frozen_case *c;
	real y[TASKS][256];
};

static void race_task(void *context, int task, int worker)
{
	struct race *race = context;

	(void)worker;
	multiply(race->c, NULL, 4, 1, race->c->a + task % 2 * 384, (struct packed_end){ 0 },
	         race->y[task]);
}

static void threads_may_multiply_at_once(void **state)
{
	struct race *race = memory_new(1, sizeof *race);
	struct error error;
	struct pool *pool = pool_open(THREADS, &error);

	race->c = *state;
	pool_run(pool, TASKS, race_task, race);
	for (int i = 2; i < TASKS; i++)
		assert_memory_equal(race->y[i], race->y[i % 2], sizeof race->y[i]);
	pool_close(pool);
	free(race);
}

struct sharing {
	const struct frozen_case *c;
	struct team *team;
	atomic_bool led;
	bool wrong;
	const real *want;
	real *y;
};

enum { LARGE = 6, FEW_ROWS = 13, ROUNDS = 300 };

/* The leader pauses now and then, so that helpers sleep and are woken. */
static void share(void *context, int task, int worker)
{
	struct sharing *s = context;
	const size_t size = FEW_ROWS * (size_t)shapes[LARGE].n;

	if (atomic_exchange(&s->led, true)) {
		team_help(s->team, worker ? worker : task);
		return;
	}
	for (int i = 0; i < ROUNDS; i++) {
		memset(s->y, 0, size * sizeof *s->y);
		multiply(s->c, s->team, LARGE, FEW_ROWS, s->c->a, (struct packed_end){ 0 }, s->y);
		s->wrong |= memcmp(s->y, s->want, size * sizeof *s->y) != 0;
		if (i % 100 == 0)
			usleep(2000);
	}
	team_dismiss(s->team);
}

static void a_shared_product_has_the_same_bits(void **state)
{
	const size_t size = FEW_ROWS * (size_t)shapes[LARGE].n;
	struct sharing s = { .c = *state };
	struct error error;

	s.y = memory_new(size, sizeof *s.y);
	s.want = memory_new(size, sizeof *s.want);
	multiply(s.c, NULL, LARGE, FEW_ROWS, s.c->a, (struct packed_end){ 0 }, (real *)s.want);
	for (int threads = 1; threads <= THREADS; threads++) {
		struct pool *pool = pool_open(threads, &error);

		s.team = team_new(threads);
		atomic_store(&s.led, false);
		pool_run(pool, threads, share, &s);
		assert_false(s.wrong);
		pool_close(pool);
		team_free(s.team);
	}
	free(s.y);
	free((real *)s.want);
}

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_CASE(a_frozen_product_is_gemms),
		WITH_CASE(a_row_does_not_depend_on_the_others),
		WITH_CASE(what_is_no_parameter_is_left_to_gemm),
		WITH_CASE(what_is_derived_is_made_once_and_multiplied),
		WITH_CASE(every_set_of_instructions_agrees),
		WITH_CASE(weights_in_bfloat16_are_rounded_to_the_nearest),
		WITH_CASE(threads_may_multiply_at_once),
		WITH_CASE(a_shared_product_has_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
