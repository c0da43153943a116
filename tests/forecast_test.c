/* forecast_test.c - forecasts of number series: what is asked, and what answers are worth. */
#include "data/generated.h"
#include "data/series.h"
#include "data/task.h"
#include "eval/forecast.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Errors by hand; of the series the steps. */
static const struct {
	const char *series, *hypothesis, *reference;
	double mae, scaled;
} cases[] = {
	{ "0 1 0 1", "1 2 3", "1 2 3", 0, 0 },
	{ "0 1 0 1", "1 2 4.5", "1 2 3", 0.5, 0.5 },
	{ "0 2 -2", "0 0", "-1.5 1.5", 1.5, 0.5 },
	{ "0 1", "3", "3 4 5", 1, 1 },   /* missing: as the one before */
	{ "0 1", "", "3 4 5", 4, 4 },    /* the first: 0 */
	{ "0 1", "1 2 9", "1 2", 0, 0 }, /* too many */
	{ "0 1", "1 <unk> 3", "1 2 3", 1.0 / 3, 1.0 / 3 },
	{ "0 1", "1 nan 0x9", "1 1 1", 0, 0 }, /* no numbers */
	{ "0 one 1", " 1\t2 ", "1 two", 0, 0 },
	{ "5 5 5", "1", "2", 1, NAN }, /* no steps */
	{ "5", "1", "2", 1, NAN },
	{ "0 1", "1", "", 0, NAN },
};

static void errors_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct segment h = segment_of(cases[i].hypothesis);
		const struct segment r = segment_of(cases[i].reference);
		const double scaled = forecast_scaled(segment_of(cases[i].series), h, r);
		double row[FORECAST_COLUMNS];

		forecast_segment(h, &r, 1, row);
		if (fabs(forecast_mae(row) - cases[i].mae) > 1e-12 ||
		    isnan(scaled) != isnan(cases[i].scaled) ||
		    fabs(scaled - cases[i].scaled) > 1e-12)
			fail_msg("case %zu: %.9g, scaled %.9g", i, forecast_mae(row), scaled);
	}
}

static void of_references_the_nearest_counts(void **state)
{
	const struct segment reference[] = { segment_of("9 9"), { 0 }, segment_of("1 3") };
	double row[FORECAST_COLUMNS];

	(void)state;
	forecast_segment(segment_of("1 2"), reference, COUNT(reference), row);
	assert_true(row[FORECAST_ERRORS] == 1 && row[FORECAST_VALUES] == 2);
}

/* The value of a level is in it, so that what is written as one is read as the same. */
static void values_lie_in_their_levels(void **state)
{
	(void)state;
	for (int q = SERIES_MU_LAW; q <= SERIES_UNIFORM; q++)
		for (int levels = 2; levels <= 1024; levels *= 2)
			for (int level = 0; level < levels; level++) {
				const enum series_quantisation how = (enum series_quantisation)q;

				assert_int_equal(
					series_level(how, levels, series_value(how, levels, level)),
					level);
			}
}

enum { HORIZON = 6, LEVELS = 1000 };

static struct data_settings settings_of(double noise)
{
	return (struct data_settings){
		.task = task_number(task_find("forecast")),
		.longest = 100,
		.levels = LEVELS,
		.quantisation = SERIES_UNIFORM,
		.noise = noise,
		.horizon = HORIZON,
		.shortest_generated = 40,
		.longest_generated = 60,
		.train_sentences = 300,
		.valid_sentences = 10,
		.test_sentences = 10,
		.seed = 5,
	};
}

static int numbers_of(struct line line, double *x)
{
	const char *at = line.text;
	int n = 0;

	for (char *end; strtod(at, &end), end != at; at = end)
		x[n++] = strtod(at, NULL);
	assert_true(at == line.text + line.bytes);
	return n;
}

/* The mean absolute error of one who knows the process: of the sine whose period, phase, height and
 * mean fit the series best, by least squares. NaN where none fits. */
static double forecast_of_sine(const double *x, int n, const double *next)
{
	double best = INFINITY, error = 0;

	for (double period = 6; period <= 20; period += 0.005) {
		double s[3][4] = { { 0 } }, fit = 0, miss = 0, w[3];

		for (int t = 0; t < n; t++) {
			const double u = 2 * M_PI * t / period;
			const double f[3] = { 1, sin(u), cos(u) };

			for (int i = 0; i < 3; i++) {
				for (int j = 0; j < 3; j++)
					s[i][j] += f[i] * f[j];
				s[i][3] += f[i] * x[t];
			}
		}
		for (int i = 0; i < 3; i++) /* Gauss, of a matrix that is positive definite */
			for (int k = 0; k < 3; k++) {
				const double q = s[k][i] / s[i][i];

				for (int j = 0; j < 4 && k != i; j++)
					s[k][j] -= q * s[i][j];
			}
		for (int i = 0; i < 3; i++)
			w[i] = s[i][3] / s[i][i];
		for (int t = 0; t < n + HORIZON; t++) {
			const double u = 2 * M_PI * t / period;
			const double e =
				w[0] + w[1] * sin(u) + w[2] * cos(u) - (t < n ? x[t] : next[t - n]);

			*(t < n ? &fit : &miss) += t < n ? e * e : fabs(e);
		}
		if (fit < best) {
			best = fit;
			error = miss / HORIZON;
		}
	}
	return best / n < 0.001 ? error : (double)NAN;
}

/* What follows goes on with what was: without noise, series that are sines are foreseen to the
 * width of a level by one who fits a sine, and one in six is a sine. */
static void who_knows_the_process_foresees_it(void **state)
{
	const struct data_settings settings = settings_of(0);
	struct generated made;
	struct error error;
	int sines = 0;

	(void)state;
	assert_true(generated_make(&made, &settings, &error));
	for (size_t k = 0; k < 60; k++) {
		const struct parallel *train = &made.set[GENERATED_TRAIN];
		double x[100], next[100], miss;
		const int n = numbers_of(train->side[SIDE_SOURCE].line[k], x);

		assert_in_range(n, 40, 60);
		assert_int_equal(numbers_of(train->side[SIDE_TARGET].line[k], next), HORIZON);
		miss = forecast_of_sine(x, n, next);
		if (isnan(miss))
			continue;
		sines++;
		assert_true(miss < 8.0 / LEVELS); /* +-SERIES_LIMIT in so many levels */
	}
	assert_in_range(sines, 4, 20);
	generated_free(&made);
}

/* The scale is that of the series alone. */
static void the_future_does_not_tell_by_the_scale(void **state)
{
	const struct data_settings settings = settings_of(0);
	struct generated made;
	struct error error;

	(void)state;
	assert_true(generated_make(&made, &settings, &error));
	for (size_t k = 0; k < 300; k++) {
		double x[100], mean = 0, square = 0;
		const int n = numbers_of(made.set[GENERATED_TRAIN].side[SIDE_SOURCE].line[k], x);

		for (int t = 0; t < n; t++)
			mean += x[t] / n;
		for (int t = 0; t < n; t++)
			square += (x[t] - mean) * (x[t] - mean) / n;
		assert_true(fabs(mean) < 0.005 && fabs(square - 1) < 0.01);
	}
	generated_free(&made);
}

static void a_horizon_must_fit(void **state)
{
	struct data_settings settings = settings_of(0.1);
	struct error error;

	(void)state;
	settings.horizon = 99;
	assert_true(generated_check(&settings, &error));
	settings.horizon = 100;
	assert_false(generated_check(&settings, &error));
	assert_non_null(strstr(error.message, "data.longest = 100"));
	settings.horizon = 8;
	settings.levels = 1;
	assert_false(generated_check(&settings, &error));
	assert_non_null(strstr(error.message, "data.levels = 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_by_hand),
		cmocka_unit_test(of_references_the_nearest_counts),
		cmocka_unit_test(values_lie_in_their_levels),
		cmocka_unit_test(who_knows_the_process_foresees_it),
		cmocka_unit_test(the_future_does_not_tell_by_the_scale),
		cmocka_unit_test(a_horizon_must_fit),
	};

	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
