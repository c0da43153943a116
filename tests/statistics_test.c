/* statistics_test.c - intervals, tests and power against SciPy's values; the test over seeds and
 * sentences against NumPy's, and its false positives counted. */
#include "eval/statistics.h"
#include "eval/two_way.h"
#include "tests/golden/statistics.h"
#include "tests/simulated_runs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { A = sizeof golden_a / sizeof *golden_a, B = sizeof golden_b / sizeof *golden_b };

static void near(double value, double expected, double tolerance, const char *what)
{
	if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
		fail_msg("%s is %.15g, expected %.15g", what, value, expected);
}

static void t_test_near(const struct t_test *t, const double expected[6])
{
	near(t->difference, expected[0], 1e-9, "difference");
	near(t->error, expected[1], 1e-9, "error");
	near(t->degrees, expected[2], 1e-9, "degrees");
	near(t->p, expected[3], 1e-8, "p");
	near(t->low, expected[4], 1e-6, "low");
	near(t->high, expected[5], 1e-6, "high");
}

static void intervals_and_tests_are_scipys(void **state)
{
	struct sample sample;
	struct t_test test;

	(void)state;
	statistics_describe(golden_a, A, 0.95, &sample);
	near(sample.mean, golden_sample[0], 1e-12, "mean");
	near(sample.deviation, golden_sample[1], 1e-12, "deviation");
	near(sample.low, golden_sample[2], 1e-8, "low");
	near(sample.high, golden_sample[3], 1e-8, "high");
	statistics_welch(golden_a, A, golden_b, B, 0.95, &test);
	t_test_near(&test, golden_welch);
	near(statistics_hedges(golden_a, A, golden_b, B), golden_hedges, 1e-10, "g");
}

static void what_cannot_be_known_is_nan(void **state)
{
	const double one[] = { 3 }, equal[] = { 2, 2 };
	struct sample sample;
	struct t_test test = { .degrees = 4 };

	(void)state;
	statistics_describe(one, 1, 0.95, &sample);
	assert_true(sample.mean == 3 && isnan(sample.deviation) && isnan(sample.low));
	assert_true(isnan(statistics_hedges(one, 1, golden_b, 1)));
	assert_true(isnan(statistics_hedges(equal, 2, equal, 2)));
	statistics_test(&test, 0.95);
	assert_true(test.p == 1 && test.low == 0 && test.high == 0);
	test.difference = 1;
	statistics_test(&test, 0.95);
	assert_true(test.p == 0);
}

static void noncentral_t_is_scipys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden_noncentral / sizeof *golden_noncentral; i++) {
		const double *g = golden_noncentral[i];

		near(statistics_noncentral_t(g[0], g[1], g[2]), g[3], 1e-6, "P(T > t)");
	}
}

static void power_is_scipys_and_inverts_to_seeds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden_power / sizeof *golden_power; i++) {
		const double *g = golden_power[i];
		struct spread spread = { { g[0] * g[0], g[0] * g[0] }, 0, 999 };
		double power = statistics_power(&spread, g[2], (long)g[1], 0.05);

		near(power, g[3], 1e-7, "power");
		assert_int_equal(statistics_seeds(&spread, g[2], 0.05, power - 1e-9, 1000), g[1]);
		assert_int_equal(statistics_seeds(&spread, g[2], 0.05, power + 1e-6, 1000),
		                 g[1] + 1);
	}
}

static void no_number_of_seeds_makes_up_for_few_sentences(void **state)
{
	const struct spread spread = { { 0.1, 0.1 }, 0.2, 199 };

	(void)state;
	assert_int_equal(statistics_seeds(&spread, 0.5, 0.05, 0.8, 1000), 0);
	assert_true(statistics_seeds(&spread, 3, 0.05, 0.8, 1000) > 0);
}

static void holm_is_what_its_definition_gives(void **state)
{
	enum { N = sizeof golden_p / sizeof *golden_p };
	double p[N + 1], adjusted[N + 1];

	(void)state;
	statistics_holm(golden_p, N, adjusted);
	for (size_t i = 0; i < N; i++)
		near(adjusted[i], golden_holm[i], 1e-12, "adjusted p");
	for (size_t i = 0; i < N; i++)
		p[i + (i > 2)] = golden_p[i];
	p[3] = (double)NAN;
	statistics_holm(p, N + 1, p);
	assert_true(isnan(p[3]));
	for (size_t i = 0; i < N; i++)
		near(p[i + (i > 2)], golden_holm[i], 1e-12, "adjusted p beside a missing one");
}

static void two_way(const struct golden_two_way *g, double shift, bool swapped,
                    struct two_way *result)
{
	double moved[4][6];
	const double *a[4], *b[4];
	struct two_way_side side[2] = { { a, (size_t)g->runs[0] }, { b, (size_t)g->runs[1] } };

	for (int r = 0; r < 4; r++) {
		for (int i = 0; i < 6; i++)
			moved[r][i] = g->a[r][i] + shift;
		a[r] = moved[r];
		b[r] = g->b[r];
	}
	two_way_test(&side[swapped], &side[!swapped], 6, 0.95, result);
}

static void two_way_is_numpys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden_two_way / sizeof *golden_two_way; i++) {
		struct two_way plain, moved, swapped;

		two_way(&golden_two_way[i], 0, false, &plain);
		t_test_near(&plain.test, golden_two_way[i].expected);
		assert_true(plain.seeds);
		two_way(&golden_two_way[i], 5, false, &moved);
		near(moved.test.difference, plain.test.difference + 5, 1e-9, "moved difference");
		near(moved.test.error, plain.test.error, 1e-9, "error of what was moved");
		two_way(&golden_two_way[i], 0, true, &swapped);
		near(swapped.test.difference, -plain.test.difference, 1e-9, "swapped difference");
		near(swapped.test.p, plain.test.p, 1e-9, "p of what was swapped");
	}
}

static void one_run_is_tested_over_sentences_alone(void **state)
{
	const double a[] = { 3, 1, 4, 1, 5, 9 }, b[] = { 2, 7, 1, 8, 2, 8 };
	const double *x[] = { a, a }, *y[] = { b };
	struct two_way result;

	(void)state;
	two_way_test(&(struct two_way_side){ x, 2 }, &(struct two_way_side){ y, 1 }, 6, 0.95,
	             &result);
	assert_false(result.seeds);
	near(result.test.degrees, 5, 0, "degrees");
	near(result.test.error, 11.0 / 6, 1e-12, "error");
	two_way_test(&(struct two_way_side){ x, 2 }, &(struct two_way_side){ x, 2 }, 6, 0.95,
	             &result);
	assert_true(result.seeds && result.test.p == 1);
}

static void values_of_sentences_have_the_mean_of_the_corpus(void **state)
{
	const struct simulation wanted = { 1, 50, 0, 0.1, 0.3, 0.3 };
	struct simulated s;
	double whole, rest;
	gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	simulated_init(&s, &wanted);
	simulated_draw(&s, &wanted, random);
	whole = metric_score_of_rows(s.bleu, &s.settings, s.rows[0][0], 50);
	near(s.score[0][0], whole, 1e-9, "mean of the values");
	/* Without one sentence, the linear form of the others is their score. */
	rest = metric_score_of_rows(s.bleu, &s.settings, s.rows[0][0] + 10, 49);
	near((50 * whole - s.values[0][0][0]) / 49, rest, 0.02, "without one");
	simulated_free(&s);
	gsl_rng_free(random);
}

/* How many of `times` experiments find a difference at 5 %. */
static double found(const struct simulation *wanted, int times, unsigned long seed)
{
	struct simulated s;
	gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
	int positive = 0;

	gsl_rng_set(random, seed);
	simulated_init(&s, wanted);
	for (int i = 0; i < times; i++) {
		struct two_way_side side[2];
		struct two_way result;

		simulated_draw(&s, wanted, random);
		for (int k = 0; k < 2; k++)
			side[k] = (struct two_way_side){ (const double *const *)s.values[k],
				                         wanted->runs };
		two_way_test(&side[0], &side[1], wanted->sentences, 0.95, &result);
		positive += result.test.p < 0.05;
	}
	simulated_free(&s);
	gsl_rng_free(random);
	return (double)positive / times;
}

/* Luck mostly of sentences, of both, of seeds: the deviations of struct simulation. */
static void two_way_holds_its_level_and_sees_what_is_there(void **state)
{
	enum { TIMES = 800 };
	static const double mixes[][3] = { { 0.01, 0.4, 0.4 },
		                           { 0.04, 0.3, 0.4 },
		                           { 0.15, 0.1, 0.1 } };

	(void)state;
	for (size_t m = 0; m < 3; m++)
		for (size_t runs = 2; runs <= 5; runs += runs - 1) {
			struct simulation wanted = { runs,        100,         0,
				                     mixes[m][0], mixes[m][1], mixes[m][2] };
			double none = found(&wanted, TIMES, runs), some, more;

			wanted.difference = 0.2 + 2 * mixes[m][0];
			some = found(&wanted, TIMES / 8, runs);
			wanted.difference *= 2;
			more = found(&wanted, TIMES / 8, runs);
			print_message("%zu seeds: %.3f, %.3f, %.3f\n", runs, none, some, more);
			/* Of 800 experiments at 5 %, 2.5 deviations are 1.9 points. */
			assert_true(none >= 0.02 && none <= 0.069);
			assert_true(some > none + 0.03 && more >= some);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_and_tests_are_scipys),
		cmocka_unit_test(what_cannot_be_known_is_nan),
		cmocka_unit_test(noncentral_t_is_scipys),
		cmocka_unit_test(power_is_scipys_and_inverts_to_seeds),
		cmocka_unit_test(no_number_of_seeds_makes_up_for_few_sentences),
		cmocka_unit_test(holm_is_what_its_definition_gives),
		cmocka_unit_test(two_way_is_numpys),
		cmocka_unit_test(one_run_is_tested_over_sentences_alone),
		cmocka_unit_test(values_of_sentences_have_the_mean_of_the_corpus),
		cmocka_unit_test(two_way_holds_its_level_and_sees_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
