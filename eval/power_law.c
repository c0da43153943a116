/* power_law.c - fits a + b x^-c. */
#include "eval/power_law.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>

enum { PARAMETERS = 3, GRID = 60, MOST_ITERATIONS = 200 };

static const double least_exponent = 0.02, most_exponent = 8;

/* Points with x divided by their geometric mean. */
struct curve {
	const double *y;
	double *log_x;
	size_t count;
};

static int residuals(const gsl_vector *p, void *context, gsl_vector *f)
{
	const struct curve *curve = context;

	for (size_t i = 0; i < curve->count; i++)
		gsl_vector_set(f, i,
		               gsl_vector_get(p, 0) +
		                       gsl_vector_get(p, 1) *
		                               exp(-gsl_vector_get(p, 2) * curve->log_x[i]) -
		                       curve->y[i]);
	return GSL_SUCCESS;
}

static int jacobian(const gsl_vector *p, void *context, gsl_matrix *J)
{
	const struct curve *curve = context;

	for (size_t i = 0; i < curve->count; i++) {
		double power = exp(-gsl_vector_get(p, 2) * curve->log_x[i]);

		gsl_matrix_set(J, i, 0, 1);
		gsl_matrix_set(J, i, 1, power);
		gsl_matrix_set(J, i, 2, -gsl_vector_get(p, 1) * power * curve->log_x[i]);
	}
	return GSL_SUCCESS;
}

/* The best a and b for an exponent, a straight line in x^-c; returns the sum of squares. */
static double line(const struct curve *curve, double c, double *a, double *b)
{
	double n = (double)curve->count, u = 0, v = 0, uu = 0, uv = 0, rest = 0;

	for (size_t i = 0; i < curve->count; i++) {
		u += exp(-c * curve->log_x[i]) / n;
		v += curve->y[i] / n;
	}
	for (size_t i = 0; i < curve->count; i++) {
		double du = exp(-c * curve->log_x[i]) - u;

		uu += du * du;
		uv += du * (curve->y[i] - v);
	}
	*b = uu > 0 ? uv / uu : 0;
	*a = v - *b * u;
	for (size_t i = 0; i < curve->count; i++)
		rest += gsl_pow_2(*a + *b * exp(-c * curve->log_x[i]) - curve->y[i]);
	return rest;
}

/* A start near the best, so that no local minimum catches the fit. False where the best exponent is
 * at an end of what is sought. */
static bool find_start(const struct curve *curve, gsl_vector *start)
{
	double least = (double)INFINITY;
	int best = 0;

	for (int k = 0; k < GRID; k++) {
		double c = least_exponent * pow(most_exponent / least_exponent, k / (GRID - 1.0));
		double a, b, rest = line(curve, c, &a, &b);

		if (rest < least) {
			least = rest;
			best = k;
			gsl_vector_set(start, 0, a);
			gsl_vector_set(start, 1, b);
			gsl_vector_set(start, 2, c);
		}
	}
	return best > 0 && best < GRID - 1;
}

/* How much the residual of a point says of the next one in its series. */
static double autocorrelation(const gsl_vector *f, const size_t *series)
{
	double products = 0, squares = 0;

	for (size_t i = 0; i < f->size; i++) {
		double e = gsl_vector_get(f, i);

		squares += e * e;
		if (i && series[i] == series[i - 1])
			products += e * gsl_vector_get(f, i - 1);
	}
	return squares > 0 ? GSL_MIN(GSL_MAX(products / squares, 0), 0.95) : 0;
}

static void keep(struct power_law *law, gsl_multifit_nlinear_workspace *w, const size_t *series)
{
	const gsl_vector *p = gsl_multifit_nlinear_position(w);
	const gsl_vector *f = gsl_multifit_nlinear_residual(w);
	gsl_matrix_view covariance =
		gsl_matrix_view_array(&law->covariance[0][0], PARAMETERS, PARAMETERS);
	double n = (double)f->size, squares, inflation;

	gsl_blas_ddot(f, f, &squares);
	law->points = f->size;
	law->correlation = autocorrelation(f, series);
	inflation = (1 + law->correlation) / (1 - law->correlation);
	law->degrees = fmax(1, n / inflation - PARAMETERS);
	law->deviation = sqrt(squares / (n - PARAMETERS));
	gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 0, &covariance.matrix);
	gsl_matrix_scale(&covariance.matrix, law->deviation * law->deviation * inflation);
	law->a = gsl_vector_get(p, 0);
	law->scaled_b = gsl_vector_get(p, 1);
	law->c = gsl_vector_get(p, 2);
	law->b = law->scaled_b * pow(law->scale, law->c);
	law->a_error = sqrt(law->covariance[0][0]);
	law->c_error = sqrt(law->covariance[2][2]);
}

static bool solve(struct power_law *law, struct curve *curve, const size_t *series,
                  struct error *error)
{
	gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
	gsl_multifit_nlinear_workspace *w = gsl_multifit_nlinear_alloc(
		gsl_multifit_nlinear_trust, &parameters, curve->count, PARAMETERS);
	gsl_multifit_nlinear_fdf system = {
		.f = residuals, .df = jacobian, .n = curve->count, .p = PARAMETERS, .params = curve
	};
	gsl_vector *start = gsl_vector_alloc(PARAMETERS);
	int why, status;
	bool good;

	good = find_start(curve, start) ||
	       error_set(error, "no exponent from %g to %g fits best: this is no power law",
	                 least_exponent, most_exponent);
	if (good) {
		gsl_multifit_nlinear_init(start, &system, w);
		status = gsl_multifit_nlinear_driver(MOST_ITERATIONS, 1e-10, 1e-10, 0, NULL, NULL,
		                                     &why, w);
		good = status == GSL_SUCCESS || status == GSL_ENOPROG ||
		       error_set(error, "the fit does not converge");
	}
	if (good) {
		keep(law, w, series);
		good = (law->c > 0 && law->c_error < law->c / 2) ||
		       error_set(error, "the points do not decide the exponent, %.2g ± %.2g",
		                 law->c, law->c_error);
	}
	gsl_vector_free(start);
	gsl_multifit_nlinear_free(w);
	return good;
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static size_t distinct(const double *x, size_t count)
{
	double *sorted = memory_new(count, sizeof *sorted);
	size_t values = count > 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = x[i];
	qsort(sorted, count, sizeof *sorted, compare_numbers);
	for (size_t i = 1; i < count; i++)
		values += sorted[i] > sorted[i - 1];
	free(sorted);
	return values;
}

static bool can_fit(const double *x, const double *y, size_t count, struct error *error)
{
	double least = (double)INFINITY, most = -(double)INFINITY;

	for (size_t i = 0; i < count; i++) {
		if (!(x[i] > 0) || !isfinite(x[i]) || !isfinite(y[i]))
			return error_set(error, "a point is not a number, or not above 0");
		least = fmin(least, y[i]);
		most = fmax(most, y[i]);
	}
	if (count < POWER_LAW_FEWEST)
		return error_set(error, "%zu points are too few, %d are needed", count,
		                 POWER_LAW_FEWEST);
	if (distinct(x, count) < POWER_LAW_FEWEST - 1)
		return error_set(error, "%zu places are too few, %d are needed", distinct(x, count),
		                 POWER_LAW_FEWEST - 1);
	if (!(most - least > 1e-9 * fmax(fabs(most), fabs(least))))
		return error_set(error, "the curve does not change");
	return true;
}

bool power_law_fit(struct power_law *law, const double *x, const double *y, const size_t *series,
                   size_t count, struct error *error)
{
	struct curve curve = { y, NULL, count };
	double mean = 0;
	bool good;

	*law = (struct power_law){ 0 };
	if (!can_fit(x, y, count, error))
		return false;
	curve.log_x = memory_new(count, sizeof *curve.log_x);
	for (size_t i = 0; i < count; i++)
		mean += log(x[i]) / (double)count;
	for (size_t i = 0; i < count; i++)
		curve.log_x[i] = log(x[i]) - mean;
	law->scale = exp(mean);
	good = solve(law, &curve, series, error);
	free(curve.log_x);
	return good;
}

void power_law_at(const struct power_law *law, double x, double confidence,
                  struct power_law_value *at)
{
	double log_x = log(x / law->scale), power = exp(-law->c * log_x), variance = 0, half;
	const double slope[] = { 1, power, -law->scaled_b * power * log_x };

	for (int i = 0; i < PARAMETERS; i++)
		for (int j = 0; j < PARAMETERS; j++)
			variance += slope[i] * law->covariance[i][j] * slope[j];
	half = gsl_cdf_tdist_Pinv(0.5 + confidence / 2, law->degrees) * sqrt(fmax(0, variance));
	at->value = law->a + law->scaled_b * power;
	at->low = at->value - half;
	at->high = at->value + half;
}

double power_law_reaches(const struct power_law *law, double value)
{
	double power = (value - law->a) / law->scaled_b;

	return power > 0 ? law->scale * pow(power, -1 / law->c) : (double)NAN;
}
