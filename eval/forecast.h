/* forecast.h - what a forecast of numbers is worth beside what came: absolute errors, and those
 * relative to a naive forecast.
 *
 * Numbers are decimal words between white space. Where the reference has a number, the error of the
 * hypothesis is counted there: |forecast - value|. A word that is no number, or that is missing, is
 * taken as the number before it, the first as 0; words too many are left out. */
#ifndef BAKEOFF_FORECAST_H
#define BAKEOFF_FORECAST_H

#include "eval/segments.h"

/* A row of statistics. */
enum { FORECAST_ERRORS, FORECAST_VALUES, FORECAST_COLUMNS };

/* Adds up the errors of a segment, and counts its values, by that reference whose mean error is
 * lowest (the first of several). Missing references (text NULL) are left out; one at least must be
 * there. */
void forecast_segment(struct segment hypothesis, const struct segment *reference, int references,
                      double row[FORECAST_COLUMNS]);

/* The mean absolute error, of a row or of the sum of rows; without values 0. */
double forecast_mae(const double row[FORECAST_COLUMNS]);

/* The mean absolute error of a segment over the mean step |x[t] - x[t-1]| of the series before it,
 * which is the error that a forecast of each value by the one before makes there (Hyndman and
 * Koehler 2006, "Another look at measures of forecast accuracy"). NaN where the series has no
 * steps or the reference no values. */
double forecast_scaled(struct segment series, struct segment hypothesis, struct segment reference);

#endif
