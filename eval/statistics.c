/* statistics.c - intervals, tests, effect and power of a few numbers. */
#include "eval/statistics.h"

#include "core/error.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>

enum { NODES = 256 };

static double two_sided_quantile(double confidence, double degrees)
{
	return gsl_cdf_tdist_Pinv(0.5 + confidence / 2, degrees);
}

void statistics_describe(const double *x, size_t count, double confidence, struct sample *sample)
{
	double half;

	assert(count >= 1);
	*sample = (struct sample){ count, gsl_stats_mean(x, 1, count), GSL_NAN, GSL_NAN, GSL_NAN };
	if (count < 2)
		return;
	sample->deviation = gsl_stats_sd_m(x, 1, count, sample->mean);
	half = two_sided_quantile(confidence, (double)count - 1) * sample->deviation /
	       sqrt((double)count);
	sample->low = sample->mean - half;
	sample->high = sample->mean + half;
}

void statistics_test(struct t_test *test, double confidence)
{
	double half = two_sided_quantile(confidence, test->degrees) * test->error;

	test->low = test->difference - half;
	test->high = test->difference + half;
	if (test->error > 0)
		test->p = 2 * gsl_cdf_tdist_Q(fabs(test->difference) / test->error, test->degrees);
	else
		test->p = test->difference == 0;
}

double statistics_satterthwaite(const double *variance, const double *degrees, size_t count)
{
	double sum = 0, squares = 0, largest = 0;

	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, variance[i]);
	if (!(largest > 0))
		return degrees[count - 1];
	for (size_t i = 0; i < count; i++) {
		double part = variance[i] / largest;

		sum += part;
		squares += part * part / degrees[i];
	}
	return sum * sum / squares;
}

void statistics_welch(const double *a, size_t a_count, const double *b, size_t b_count,
                      double confidence, struct t_test *test)
{
	double variance[2], degrees[2] = { (double)a_count - 1, (double)b_count - 1 };

	assert(a_count >= 2 && b_count >= 2);
	variance[0] = gsl_stats_variance(a, 1, a_count) / (double)a_count;
	variance[1] = gsl_stats_variance(b, 1, b_count) / (double)b_count;
	test->difference = gsl_stats_mean(a, 1, a_count) - gsl_stats_mean(b, 1, b_count);
	test->error = sqrt(variance[0] + variance[1]);
	test->degrees = statistics_satterthwaite(variance, degrees, 2);
	statistics_test(test, confidence);
}

static double squares_about_mean(const double *x, size_t count)
{
	return count < 2 ? 0 : gsl_stats_tss(x, 1, count);
}

double statistics_hedges(const double *a, size_t a_count, const double *b, size_t b_count)
{
	double m = (double)(a_count + b_count) - 2, pooled, correction;

	if (m < 2)
		return GSL_NAN;
	pooled = sqrt((squares_about_mean(a, a_count) + squares_about_mean(b, b_count)) / m);
	if (!(pooled > 0))
		return GSL_NAN;
	correction = exp(gsl_sf_lngamma(m / 2) - gsl_sf_lngamma((m - 1) / 2)) / sqrt(m / 2);
	return correction * (gsl_stats_mean(a, 1, a_count) - gsl_stats_mean(b, 1, b_count)) /
	       pooled;
}

/* The expectation over s = sqrt(chi^2 / degrees) of P(Z > t s - noncentrality), between 9
 * deviations of s on either side of 1. */
double statistics_noncentral_t(double t, double degrees, double noncentrality)
{
	gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(NODES);
	double reach = 9 / sqrt(2 * degrees), sum = 0;

	for (size_t i = 0; i < NODES; i++) {
		double s, weight;

		gsl_integration_glfixed_point(fmax(0, 1 - reach), 1 + reach, i, &s, &weight, table);
		sum += weight * 2 * degrees * s * gsl_ran_chisq_pdf(degrees * s * s, degrees) *
		       gsl_cdf_ugaussian_Q(t * s - noncentrality);
	}
	gsl_integration_glfixed_table_free(table);
	return sum;
}

struct ranked {
	double p;
	size_t place;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = (x->p > y->p) - (x->p < y->p);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

void statistics_holm(const double *p, size_t count, double *adjusted)
{
	struct ranked *ranked = memory_new(count, sizeof *ranked);
	size_t made = 0;
	double least = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(p[i]))
			ranked[made++] = (struct ranked){ p[i], i };
	qsort(ranked, made, sizeof *ranked, compare_ranked);
	for (size_t i = 0; i < count; i++)
		adjusted[i] = p[i];
	for (size_t k = 0; k < made; k++) {
		least = fmin(1, fmax(least, ranked[k].p * (double)(made - k)));
		adjusted[ranked[k].place] = least;
	}
	free(ranked);
}

double statistics_power(const struct spread *spread, double difference, long seeds, double level)
{
	double n = (double)seeds, error, t, noncentrality;
	double variance[3] = { spread->runs[0] / n, spread->runs[1] / n, spread->fixed };
	double degrees[3] = { n - 1, n - 1, spread->fixed_degrees }, freedom;

	assert(seeds >= 2);
	error = sqrt(variance[0] + variance[1] + variance[2]);
	if (!(error > 0))
		return difference != 0;
	freedom = statistics_satterthwaite(variance, degrees, 3);
	t = two_sided_quantile(1 - level, freedom);
	noncentrality = fabs(difference) / error;
	return statistics_noncentral_t(t, freedom, noncentrality) + 1 -
	       statistics_noncentral_t(-t, freedom, noncentrality);
}

/* Power grows with seeds, so the least number is found by halving. */
long statistics_seeds(const struct spread *spread, double difference, double level, double power,
                      long most)
{
	long low = 1, high = most;

	if (statistics_power(spread, difference, most, level) < power)
		return 0;
	while (high - low > 1) {
		long middle = low + (high - low) / 2;

		if (statistics_power(spread, difference, middle, level) >= power)
			high = middle;
		else
			low = middle;
	}
	return high;
}
