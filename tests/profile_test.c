/* profile_test.c - spans: nesting, gaps, sums; what an operation that counts nothing is given. */
#include "core/machine.h"
#include "core/ops.h"
#include "core/pool.h"
#include "core/roofline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static double length(const struct profile_span *span)
{
	return span->end - span->start;
}

static const struct profile_row *find(const struct profile_rows *rows, const char *operation,
                                      enum profile_direction direction)
{
	for (size_t i = 0; i < rows->rows; i++)
		if (!strcmp(rows->row[i].operation, operation) &&
		    rows->row[i].direction == direction)
			return &rows->row[i];
	fail_msg("no row %s", operation);
	return NULL;
}

static void spans_nest(void **state)
{
	struct profile p;

	(void)state;
	profile_init(&p);
	profile_begin(&p, "outer", NULL, PROFILE_FORWARD);
	profile_begin(&p, "inner", "weight", PROFILE_BACKWARD);
	profile_count(&p, 3, 5);
	profile_end(&p);
	profile_count(&p, 7, 11);
	profile_end(&p);
	assert_int_equal(p.spans, 2);
	assert_int_equal(p.open, -1);
	assert_int_equal(p.span[0].parent, -1);
	assert_int_equal(p.span[1].parent, 0);
	assert_true(p.span[0].inside == length(&p.span[1]));
	assert_true(p.span[0].multiply_adds == 7 && p.span[1].multiply_adds == 3);
	assert_true(p.span[0].bytes == 11 && p.span[1].bytes == 5);
	profile_free(&p);
}

static void gaps_fill_what_is_left(void **state)
{
	struct profile_rows rows = { 0 };
	struct profile p;
	double sum = 0;

	(void)state;
	profile_init(&p);
	for (int i = 0; i < 3; i++) {
		profile_begin(&p, "work", NULL, PROFILE_OTHER);
		profile_end(&p);
		p.span[i].start = 10 + i;
		p.span[i].end = 10.25 + i;
	}
	profile_gaps(&p, "waiting", 1, 10.5, 13);
	profile_sum(&rows, &p, 0, 2, NULL);
	for (size_t i = 1; i < p.spans; i++)
		sum += length(&p.span[i]);
	assert_true(fabs(sum - 2.5) < 1e-9);
	assert_int_equal(p.spans, 6);
	assert_true(fabs(find(&rows, "waiting", PROFILE_OTHER)->seconds - 4) < 1e-9);
	assert_true(find(&rows, "work", PROFILE_OTHER)->calls == 6);
	profile_rows_sort(&rows);
	assert_string_equal(rows.row[0].operation, "waiting");
	profile_rows_free(&rows);
	profile_sum(&rows, &p, 0, 1, "work");
	assert_int_equal(rows.rows, 1);
	assert_true(rows.row[0].calls == 3);
	profile_rows_free(&rows);
	profile_free(&p);
}

static void null_records_nothing(void **state)
{
	(void)state;
	profile_begin(NULL, "work", NULL, PROFILE_OTHER);
	profile_count(NULL, 1, 1);
	profile_end(NULL);
}

struct job {
	struct pool *pool;
};

/* Tasks of different lengths. */
static void spin(void *context, int task, int worker)
{
	const struct job *job = context;
	const double until = machine_seconds() + (task ? 0.001 : 0.02);

	profile_begin(pool_profile_of(job->pool, worker), "task", NULL, PROFILE_OTHER);
	while (machine_seconds() < until)
		;
	profile_end(pool_profile_of(job->pool, worker));
}

/* Fails where a worker's spans do not follow on each other, or a gap of 2 us or more is left. */
static double covered(struct profile *profile)
{
	double all = 0, from = INFINITY, to = -INFINITY;

	for (size_t i = 0; i < profile->spans; i++) {
		all += length(&profile->span[i]);
		from = fmin(from, profile->span[i].start);
		to = fmax(to, profile->span[i].end);
	}
	assert_true(profile->spans > 0);
	assert_true(fabs(to - from - all) < 3e-6 * (double)profile->spans);
	return all;
}

/* Whatever the workers do, and whoever does it, each one's spans cover the same time, but for gaps
 * that are too short to be recorded. */
static void workers_wait(void **state)
{
	struct profile profile[2];
	struct error error;
	struct job job = { pool_open(2, &error) };
	double all[2];
	size_t tasks = 0;

	(void)state;
	assert_non_null(job.pool);
	for (int i = 0; i < 2; i++)
		profile_init(&profile[i]);
	assert_null(pool_profile_of(job.pool, 1));
	pool_profile(job.pool, profile);
	pool_run(job.pool, 2, spin, &job);
	pool_profile(job.pool, NULL);
	pool_run(job.pool, 2, spin, &job);
	for (int i = 0; i < 2; i++) {
		all[i] = covered(&profile[i]);
		for (size_t k = 0; k < profile[i].spans; k++)
			tasks += !strcmp(profile[i].span[k].operation, "task");
	}
	assert_int_equal(tasks, 2);
	assert_true(all[0] >= 0.019 && fabs(all[0] - all[1]) < 2e-5);
	for (int i = 0; i < 2; i++)
		profile_free(&profile[i]);
	pool_close(job.pool);
}

/* linear x [2][3][4], W [5][4]: forward one product, backward two; relu moves what goes in and out.
 */
static void operations_are_counted(void **state)
{
	struct parameters parameters = { 0 };
	struct profile_rows rows = { 0 };
	struct profile profile;
	struct tape tape;
	real gradient[256] = { 0 };
	struct var *x, *y;

	(void)state;
	parameter_add(&parameters, 5, 4, START_CONSTANT, 1, "w");
	parameters_start(&parameters, 1);
	assert_true(parameters.size <= 256);
	profile_init(&profile);
	tape_init(&tape);
	tape.profile = &profile;
	tape_begin(&tape, &parameters, gradient, true, 0);
	x = tape_var(&tape, NULL, 2, 3, 4);
	x->needs_gradient = true;
	for (size_t i = 0; i < var_size(x); i++)
		x->x[i] = 1;
	y = op_linear(&tape, x, tape_parameter(&tape, 0), NULL, ACTIVATION_RELU);
	tape_gradient(&tape, y);
	tape_flow(&tape);
	profile_sum(&rows, &profile, 0, 1, NULL);
	assert_true(find(&rows, "linear", PROFILE_FORWARD)->multiply_adds == 6 * 4 * 5);
	assert_true(find(&rows, "linear", PROFILE_BACKWARD)->multiply_adds == 2 * 6 * 4 * 5);
	assert_true(find(&rows, "linear", PROFILE_FORWARD)->bytes ==
	            sizeof(real) * (6 * 4 + 4 * 5 + 6 * 5));
	assert_true(find(&rows, "activation", PROFILE_FORWARD)->bytes == sizeof(real) * 2 * 30);
	assert_true(find(&rows, "activation", PROFILE_BACKWARD)->bytes == sizeof(real) * 3 * 30);
	assert_string_equal(profile.span[0].detail, "w");
	profile_rows_free(&rows);
	tape_free(&tape);
	profile_free(&profile);
	parameters_free(&parameters);
}

/* What is measured is only there; how fast a machine is says `bakeoff doctor`. */
static void roofline_is_measured(void **state)
{
	struct error error;
	struct pool *pool = pool_open(1, &error);
	struct roofline r;

	(void)state;
	assert_non_null(pool);
	roofline_measure(&r, pool);
	assert_non_null(r.set);
	assert_true(isfinite(r.peak) && r.peak > 0);
	assert_true(isfinite(r.bandwidth) && r.bandwidth > 0);
	assert_true(isfinite(r.peak_bfloat16) && r.peak_bfloat16 >= 0);
	pool_close(pool);
}

/* 6 multiply-adds at 2 a second, of bfloat16 at 4; bytes at 8 a second. */
static void roofline_is_a_bound(void **state)
{
	const struct roofline with = { "", 2, 4, 8 }, without = { "", 2, 0, 8 };

	(void)state;
	assert_true(roofline_products(&with, 6, 0) == 3);
	assert_true(roofline_products(&with, 6, 4) == 2);
	assert_true(roofline_products(&with, 6, 6) == 1.5);
	assert_true(roofline_products(&without, 6, 6) == 3);
	assert_true(roofline_seconds(&with, 6, 4, 15) == 2);
	assert_true(roofline_seconds(&with, 6, 4, 32) == 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_nest),
		cmocka_unit_test(gaps_fill_what_is_left),
		cmocka_unit_test(null_records_nothing),
		cmocka_unit_test(workers_wait),
		cmocka_unit_test(operations_are_counted),
		cmocka_unit_test(roofline_is_measured),
		cmocka_unit_test(roofline_is_a_bound),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
