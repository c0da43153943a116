/* frozen_test.c - products of weights that do not change against those of gemm. */
#include "core/frozen.h"
#include "core/gemm.h"
#include "core/pool.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	int n, k;
} shapes[] = { { 96, 32 }, { 97, 33 }, { 5, 7 }, { 1, 3 }, { 256, 384 }, { 1000, 128 } };

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
	c->frozen = frozen_open(&c->parameters, gemm_for_processor());
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

/* rows times the weights of a shape by both ways; nothing where this machine has no layout. */
static void compare(const struct frozen_case *c, int shape, int rows, bool add)
{
	const int n = shapes[shape].n, k = shapes[shape].k;
	const size_t size = (size_t)rows * (size_t)n;
	real *got = memory_new(size, sizeof *got), *want = memory_new(size, sizeof *want);
	double worst = 0;

	for (size_t i = 0; i < size; i++)
		got[i] = want[i] = (real)cos((double)i);
	if (frozen_multiply(c->frozen, rows, n, k, c->a, weight(c, shape), add, got)) {
		gemm(gemm_for_processor(), PLAIN, TRANSPOSED, rows, n, k, 1, c->a, k,
		     weight(c, shape), k, add, want, n);
		for (size_t i = 0; i < size; i++)
			worst = fmax(worst, fabs((double)got[i] - (double)want[i]));
	}
	if (worst > 20 * (double)REAL_EPSILON * k)
		fail_msg("%d x %d x %d%s: differs by %g", rows, n, k, add ? ", added" : "", worst);
	free(got);
	free(want);
}

static void a_frozen_product_is_gemms(void **state)
{
	for (int shape = 0; shape < SHAPES; shape++)
		for (int rows = 1; rows <= ROWS; rows += rows < 18 ? 1 : 44)
			for (int add = 0; add < 2; add++)
				compare(*state, shape, rows, add);
}

static void a_row_does_not_depend_on_the_others(void **state)
{
	const struct frozen_case *c = *state;

	for (int shape = 0; shape < SHAPES; shape++) {
		const int n = shapes[shape].n, k = shapes[shape].k;
		real *all = memory_new((size_t)ROWS * (size_t)n, sizeof *all);
		real *one = memory_new((size_t)n, sizeof *one);

		for (int r = 0;
		     frozen_multiply(c->frozen, ROWS, n, k, c->a, weight(c, shape), false, all) &&
		     r < ROWS;
		     r += 7) {
			frozen_multiply(c->frozen, 1, n, k, c->a + r * k, weight(c, shape), false,
			                one);
			assert_memory_equal(one, all + r * n, (size_t)n * sizeof *one);
		}
		free(all);
		free(one);
	}
}

static void what_is_no_parameter_is_left_to_gemm(void **state)
{
	const struct frozen_case *c = *state;
	real w[6] = { 1, 2, 3, 4, 5, 6 }, y[2];

	assert_false(frozen_multiply(c->frozen, 1, 2, 3, c->a, w, false, y));
	assert_false(frozen_multiply(c->frozen, 1, 2, 3, c->a, weight(c, 0), false, y));
	assert_false(frozen_multiply(c->frozen, 1, 4, 7, c->a, weight(c, 2) + 7, false, y));
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
	if (!frozen_multiply(c->frozen, 1, n, k, c->a, w, false, doubled))
		return;
	assert_true(frozen_multiply(c->frozen, 1, n, k, c->a, d.x, false, plain));
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
	if (!frozen_multiply(race->c->frozen, 1, 256, 384, race->c->a + task % 2 * 384,
	                     weight(race->c, 4), false, race->y[task]))
		memset(race->y[task], 0, sizeof race->y[task]);
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

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_CASE(a_frozen_product_is_gemms),
		WITH_CASE(a_row_does_not_depend_on_the_others),
		WITH_CASE(what_is_no_parameter_is_left_to_gemm),
		WITH_CASE(what_is_derived_is_made_once_and_multiplied),
		WITH_CASE(threads_may_multiply_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
