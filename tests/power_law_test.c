/* power_law_test.c - fits and bands against SciPy's, and curves that are none. */
#include "eval/power_law.h"
#include "tests/golden/power_law.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 60 };

static void near(double value, double expected, double tolerance, const char *what)
{
	if (!(fabs(value - expected) <= tolerance * fabs(expected) + 1e-12))
		fail_msg("%s is %.15g, expected %.15g", what, value, expected);
}

static void fits_and_bands_are_scipys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden_power_law / sizeof *golden_power_law; i++) {
		const struct golden_power_law *g = &golden_power_law[i];
		double x[MOST];
		size_t series[MOST], count = (size_t)(g->runs * g->points);
		struct power_law law;
		struct power_law_value at;
		struct error error;

		for (size_t k = 0; k < count; k++) {
			series[k] = k / (size_t)g->points;
			x[k] = g->x[k % (size_t)g->points];
		}
		if (!power_law_fit(&law, x, g->y, series, count, &error))
			fail_msg("%s", error.message);
		near(law.a, g->fitted[0], 1e-5, "a");
		near(law.b, g->fitted[1], 1e-4, "b");
		near(law.c, g->fitted[2], 1e-5, "c");
		near(law.a_error, g->fitted[3], 1e-3, "error of a");
		near(law.c_error, g->fitted[4], 1e-3, "error of c");
		near(law.correlation, g->fitted[5], 1e-4, "correlation");
		near(law.degrees, g->fitted[6], 1e-4, "degrees");
		power_law_at(&law, 2 * g->x[g->points - 1], 0.95, &at);
		near(at.value, g->at[0], 1e-6, "value");
		near(at.low, g->at[1], 1e-5, "low");
		near(at.high, g->at[2], 1e-5, "high");
		near(power_law_reaches(&law, at.value), 2 * g->x[g->points - 1], 1e-6, "x");
		assert_true(isnan(power_law_reaches(&law, law.a - law.b)));
	}
}

/* Units of x change b alone. */
static void a_change_of_units_changes_no_value(void **state)
{
	const struct golden_power_law *g = &golden_power_law[0];
	const size_t series[MOST] = { 0 };
	double x[MOST];
	struct power_law plain, scaled;
	struct power_law_value one, other;
	struct error error;

	(void)state;
	for (int k = 0; k < g->points; k++)
		x[k] = 1e9 * g->x[k];
	assert_true(power_law_fit(&plain, g->x, g->y, series, (size_t)g->points, &error));
	assert_true(power_law_fit(&scaled, x, g->y, series, (size_t)g->points, &error));
	near(scaled.a, plain.a, 1e-6, "a");
	near(scaled.c, plain.c, 1e-6, "c");
	power_law_at(&plain, 5000, 0.95, &one);
	power_law_at(&scaled, 5e12, 0.95, &other);
	near(other.value, one.value, 1e-6, "value");
	near(other.low, one.low, 1e-6, "low");
}

static double straight(double x)
{
	return 5 - x / 4;
}
static double constant(double x)
{
	return 3 + 0 * x;
}
static double turning(double x)
{
	return (x - 4) * (x - 4);
}
static double noisy(double x)
{
	return sin(37 * x * x);
}
static double missing(double x)
{
	return x > 3 ? (double)NAN : x;
}
static double falling(double x)
{
	return 1 + 1 / x;
}

static void what_is_no_power_law_is_refused(void **state)
{
	static const struct {
		double (*y)(double);
		size_t count;
		double first;
		const char *says;
	} cases[] = {
		{ straight, 12, 1, "no power law" },
		{ constant, 12, 1, "does not change" },
		{ turning, 12, 1, NULL },
		{ noisy, 12, 1, NULL },
		{ missing, 12, 1, "not a number" },
		{ falling, 12, 0, "above 0" },
		{ falling, 5, 1, "5 points are too few, 6 are needed" },
		{ falling, 0, 1, "too few" },
	};
	const size_t series[MOST] = { 0 }, seeds[] = { 0, 0, 0, 0, 1, 1, 1, 1 };
	const double twice[] = { 1, 2, 3, 4, 1, 2, 3, 4 }, fall[] = { 8, 6, 5, 4, 8, 6, 5, 4 };
	struct power_law law;
	struct error error = { "" };

	(void)state;
	assert_false(power_law_fit(&law, twice, fall, seeds, 8, &error));
	assert_string_equal(error.message, "4 places are too few, 5 are needed");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double x[MOST], y[MOST];

		error.message[0] = '\0';

		for (size_t k = 0; k < cases[i].count; k++) {
			x[k] = cases[i].first + (double)k;
			y[k] = cases[i].y(x[k] > 0 ? x[k] : 1);
		}
		if (power_law_fit(&law, x, y, series, cases[i].count, &error))
			fail_msg("case %zu was fitted: %g + %g x^-%g", i, law.a, law.b, law.c);
		if (cases[i].says && !strstr(error.message, cases[i].says))
			fail_msg("\"%s\" lacks \"%s\"", error.message, cases[i].says);
	}
}

/* The band has the truth in it about as often as it says, also where noise hangs together. */
static void bands_hold_the_truth(void **state)
{
	enum { TIMES = 300, POINTS = 30 };
	const size_t series[POINTS] = { 0 };
	unsigned seed = 12345;

	(void)state;
	for (int r = 0; r < 2; r++) {
		int held = 0, fitted = 0;

		for (int k = 0; k < TIMES; k++) {
			double x[POINTS], y[POINTS], noise = 0;
			struct power_law law;
			struct power_law_value at;
			struct error error;

			for (int i = 0; i < POINTS; i++) {
				double sum = -6;

				for (int j = 0; j < 12; j++) {
					seed = seed * 1664525u + 1013904223u;
					sum += (double)seed / 4294967296.0;
				}
				noise = 0.6 * r * noise + 0.02 * sum;
				x[i] = 100.0 * (i + 3);
				y[i] = 2 + 60 / sqrt(x[i]) + noise;
			}
			if (!power_law_fit(&law, x, y, series, POINTS, &error))
				continue;
			power_law_at(&law, 6600, 0.95, &at);
			fitted++;
			held += at.low <= 2 + 60 / sqrt(6600) && at.high >= 2 + 60 / sqrt(6600);
		}
		print_message("correlation %.1f: %d of %d bands hold the truth\n", 0.6 * r, held,
		              fitted);
		assert_true(fitted > TIMES / 2 && held > fitted * 85 / 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_and_bands_are_scipys),
		cmocka_unit_test(a_change_of_units_changes_no_value),
		cmocka_unit_test(what_is_no_power_law_is_refused),
		cmocka_unit_test(bands_hold_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
