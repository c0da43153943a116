/* power_law.h - how a learning curve goes on: a power law with a limit, fitted to what was
 *measured.
 *
 *	L(x) = a + b x^-c
 *
 * a is the limit, c > 0 how fast it comes near; b > 0 where the curve falls, < 0 where it rises.
 * Least squares by GSL's Levenberg-Marquardt. Sources and limits: docs/statistics.md. */
#ifndef BAKEOFF_POWER_LAW_H
#define BAKEOFF_POWER_LAW_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { POWER_LAW_FEWEST = 6 }; /* points, and no fewer than five values of x */

struct power_law {
	double a, b, c;
	double a_error, c_error; /* standard errors */
	double deviation;        /* of points about the curve */
	double correlation; /* r of a residual with the one before it in its series, 0 to 0.95 */
	double degrees;     /* of freedom, points / inflation - 3, 1 or more; inflation is
	                       (1 + r) / (1 - r), by which the covariance is multiplied: points of
	                       one run are no independent measurements */
	size_t points;
	/* for power_law_at: b and the covariance of a, b, c where x is divided by scale */
	double scale, scaled_b, covariance[3][3];
};

/* Fits `count` points; those of one series (a run) stand together, in the order of x. False with
 * one line that says why where there are too few, the curve does not change, or they do not decide
 * the exponent (an error of half of it or more). */
bool power_law_fit(struct power_law *, const double *x, const double *y, const size_t *series,
                   size_t count, struct error *);

/* The curve at x > 0, and where it is with that confidence (delta method, t); noise of single
 * points is not in the band. */
struct power_law_value {
	double value, low, high;
};

void power_law_at(const struct power_law *, double x, double confidence, struct power_law_value *);

/* Where the curve has that value; NaN: nowhere. */
double power_law_reaches(const struct power_law *, double value);

#endif
