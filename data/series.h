/* series.h - noisy number series of known processes, as tokens: a task of one dimension that is not
 * text.
 *
 * A series of T values is drawn from one of the processes below, with a period p of 6 to 20 steps
 * and a phase that are drawn, too; it is moved and scaled to mean 0 and deviation 1, so that
 * neither tells the process, gets normal noise of deviation `noise`, and is quantised to tokens:
 *
 *   sine, square, sawtooth   of t / p;
 *
 *   ar2   x[t] = 2 r cos(2 pi / p) x[t-1] - r^2 x[t-2] + e[t], r from 0.85 to 0.97: an oscillation
 *         whose phase wanders (Yule 1927);
 *
 *   chirp   a sine whose frequency goes from 1 / p to three times that, or back;
 *
 *   walk   the sum of normal steps.
 */
#ifndef BAKEOFF_DATA_SERIES_H
#define BAKEOFF_DATA_SERIES_H

#include "data/settings.h"

#include <gsl/gsl_rng.h>

enum series_process {
	SERIES_SINE,
	SERIES_SQUARE,
	SERIES_SAWTOOTH,
	SERIES_AR2,
	SERIES_CHIRP,
	SERIES_WALK,
	SERIES_PROCESSES
};

extern const char *const series_process_name[SERIES_PROCESSES];

/* Draws x[length], whose first `past` values, 2 at least, have mean 0 and deviation 1 before noise:
 * what follows does not tell of itself by the scale. */
void series_draw(enum series_process, double noise, gsl_rng *, long past, long length, double *x);

/* The level of a value, 0 .. levels - 1, after it is cut to +-SERIES_LIMIT and scaled to u, from -1
 * to 1. uniform: levels of equal width. mu-law: of sign(u) ln(1 + mu |u|) / ln(1 + mu), mu = levels
 * - 1, which makes levels near 0 finer (ITU-T G.711; van den Oord 2016, section 2.2). */
enum { SERIES_LIMIT = 4 };
enum series_quantisation { SERIES_MU_LAW, SERIES_UNIFORM };
int series_level(enum series_quantisation, int levels, double x);

/* The value in the middle of a level, by u; of mu-law in the middle of the companded one. */
double series_value(enum series_quantisation, int levels, int level);

#endif
