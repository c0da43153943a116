/* curves_test.c - costs of points, targets and power laws of curves that are known. */
#include "results/curves.h"
#include "results/statement.h"
#include "tests/results_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A run with `points` validations, one each 100 updates, reports of cost each 150: 50 tokens and a
 * quarter of a second an update, 7 multiply-adds a token forward. */
static void add(struct results_fixture *f, const char *name, long seed, enum run_status status,
                int points, double (*value)(double updates))
{
	struct run_record record = { .contestant = name,
		                     .seed = seed,
		                     .architecture = "rnn",
		                     .settings = "{}",
		                     .multiply_adds = 7 };
	const struct run_totals totals = { 0 };
	char key[17];
	long run;

	snprintf(key, sizeof key, "%016lx", ++f->keys);
	record.key = key;
	assert_good(f, database_experiment(&f->database, "e", NULL, &record.experiment, &f->error));
	assert_good(f, database_run_begin(&f->database, &record, &run, &f->error));
	for (int i = 1; i <= points; i++)
		assert_good(f, database_point(&f->database, run, "valid_nll", 100 * i,
		                              value(100.0 * i), &f->error));
	for (int step = 150; step <= 100 * points; step += 150) {
		assert_good(f, database_point(&f->database, run, "target_tokens", step, 50.0 * step,
		                              &f->error));
		assert_good(f, database_point(&f->database, run, "seconds", step, step / 4.0,
		                              &f->error));
	}
	assert_good(f, database_flush(&f->database, &f->error));
	assert_good(f, database_run_finish(&f->database, run, status, NULL, &totals, &f->error));
}

static double law(double updates)
{
	return 2 + 30 / sqrt(updates) + 1e-3 * cos(updates);
}
static double other(double updates)
{
	return 2.5 + 30 / sqrt(updates) + 1e-3 * sin(updates);
}
static double worse(double updates)
{
	return 3 + fabs(updates - 500) / 300;
}
static double broken(double updates)
{
	return updates < 250 ? 5 : (double)NAN;
}

static char *printed(struct results_fixture *f, struct curves_options options)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (!options.metric)
		options.metric = "valid_nll";
	assert_good(f, curves_print(out, &f->database, "e", &options, &f->error));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void near(double value, double expected, const char *what)
{
	if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%s is %.15g, expected %.15g", what, value, expected);
}

static void points_cost_what_lies_between_the_reports(void **state)
{
	struct results_fixture *f = *state;
	struct curves curves;
	const struct curve *c;
	double cost[COSTS];

	add(f, "a", 1, RUN_DONE, 10, law);
	assert_good(f, curves_read(&curves, &f->database, "e", "valid_nll", &f->error));
	assert_int_equal(curves.count, 1);
	c = curves.curve;
	assert_int_equal(c->count, 10);
	for (size_t i = 0; i < c->count; i++) {
		double updates = 100.0 * ((double)i + 1);

		near(c->cost[COST_UPDATES][i], updates, "updates");
		near(c->cost[COST_TOKENS][i], 50 * updates, "tokens");
		near(c->cost[COST_SECONDS][i], updates / 4, "seconds");
		near(c->cost[COST_MULTIPLY_ADDS][i], 3 * 7 * 50 * updates, "multiply-adds");
	}
	assert_true(curve_reaches(c, 1, (law(300) + law(400)) / 2, cost));
	near(cost[COST_UPDATES], 350, "updates to the target");
	near(cost[COST_SECONDS], 350 / 4.0, "seconds to the target");
	assert_true(curve_reaches(c, 1, 1000, cost));
	near(cost[COST_UPDATES], 100, "updates to what the first point has");
	assert_false(curve_reaches(c, 1, 0, cost));
	curves_free(&curves);
}

static void who_never_gets_there_is_in_no_mean(void **state)
{
	struct results_fixture *f = *state;
	char *text;

	add(f, "a", 1, RUN_DONE, 10, law);
	add(f, "a", 2, RUN_DONE, 10, law);
	add(f, "b", 1, RUN_DONE, 10, law);
	add(f, "b", 2, RUN_FAILED, 10, broken);
	add(f, "c", 1, RUN_DONE, 10, other);
	text = printed(f, (struct curves_options){ TABLE_MARKDOWN, COST_TOKENS, NULL, 3.2 });
	assert_non_null(strstr(text, "| a | 2 of 2 | 6"));
	assert_non_null(strstr(text, "| b | 1 of 2 |  |  |  |  |"));
	assert_non_null(strstr(text, "| c | 0 of 1 |  |  |  |  |"));
	assert_non_null(strstr(text, "| b | 2 | 4 | no, it failed |  |"));
	free(text);
	text = printed(f, (struct curves_options){ TABLE_HTML, COST_TOKENS, NULL, 3.2 });
	assert_non_null(strstr(text, "2 of 2"));
	free(text);
	text = printed(f, (struct curves_options){ TABLE_CSV, COST_TOKENS, NULL, 3.2 });
	assert_non_null(strstr(text, "\nc,1,5,no,,,,\n"));
	assert_null(strstr(text, " of "));
	free(text);
}

static void laws_are_found_and_what_is_none_is_said(void **state)
{
	struct results_fixture *f = *state;
	char *text;
	const char *row;
	double a = 0, a_error = 0, b = 0, c = 0;

	add(f, "a", 1, RUN_DONE, 20, law);
	add(f, "a", 2, RUN_DONE, 20, law);
	add(f, "over", 1, RUN_DONE, 20, worse);
	add(f, "short", 1, RUN_DONE, 3, law);
	add(f, "nothing", 1, RUN_FAILED, 20, broken);
	text = printed(f, (struct curves_options){ TABLE_CSV, COST_UPDATES, NULL, (double)NAN });
	row = strstr(text, "\na,2,38,");
	if (!row || sscanf(row, "\na,2,38,%lf,%lf,%lf,%lf", &a, &a_error, &b, &c) != 4)
		fail_msg("no law of a in %s", text);
	assert_true(fabs(a - 2) < 3 * a_error && fabs(c - 0.5) < 0.05 && fabs(b - 30) < 5);
	assert_non_null(strstr(text, "then it got worse"));
	assert_non_null(strstr(text, "3 points are too few"));
	assert_non_null(strstr(text, "\nnothing,0,0,"));
	free(text);
}

static void mistakes_are_named(void **state)
{
	struct results_fixture *f = *state;
	struct curves curves;
	enum curve_cost cost;

	add(f, "a", 1, RUN_DONE, 10, law);
	assert_false(curves_read(&curves, &f->database, "f", "valid_nll", &f->error));
	assert_non_null(strstr(f->error.message, "no experiment f"));
	assert_false(curves_read(&curves, &f->database, "e", "valid", &f->error));
	assert_non_null(strstr(f->error.message, "no metric valid"));
	assert_false(curves_read(&curves, &f->database, "e", "seconds", &f->error));
	assert_non_null(strstr(f->error.message, "neither"));
	assert_false(curve_cost_find("second", &cost, &f->error));
	assert_true(curve_cost_find("multiply-adds", &cost, &f->error));
	assert_int_equal(cost, COST_MULTIPLY_ADDS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, results_set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(points_cost_what_lies_between_the_reports),
		TEST(who_never_gets_there_is_in_no_mean),
		TEST(laws_are_found_and_what_is_none_is_said),
		TEST(mistakes_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
