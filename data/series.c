/* series.c - noisy number series of known processes, as tokens. */
#include "data/series.h"

#include <gsl/gsl_randist.h>
#include <math.h>

const char *const series_process_name[SERIES_PROCESSES] = {
	"sine", "square", "sawtooth", "ar2", "chirp", "walk",
};

static const double SHORTEST_PERIOD = 6, LONGEST_PERIOD = 20, CHIRP = 3;

static double between(gsl_rng *chance, double low, double high)
{
	return low + (high - low) * gsl_rng_uniform(chance);
}

/* From a time long before, so that its beginning is forgotten. */
static void draw_ar2(gsl_rng *chance, double period, long length, double *x)
{
	enum { BEFORE = 200 };
	const double r = between(chance, 0.85, 0.97), turn = 2 * r * cos(2 * M_PI / period);
	double last = 0, older = 0;

	for (long t = -BEFORE; t < length; t++) {
		const double next = turn * last - r * r * older + gsl_ran_gaussian(chance, 1);

		older = last;
		last = next;
		if (t >= 0)
			x[t] = next;
	}
}

static void draw_walk(gsl_rng *chance, long length, double *x)
{
	double sum = 0;

	for (long t = 0; t < length; t++)
		x[t] = sum += gsl_ran_gaussian(chance, 1);
}

/* Periods until each step: the frequency grows from 1 / period in equal steps, or falls. */
static void draw_wave(enum series_process process, gsl_rng *chance, double period, long length,
                      double *x)
{
	const double phase = gsl_rng_uniform(chance);
	const double growth = process == SERIES_CHIRP ? (CHIRP - 1) / (double)length : 0;
	const bool falls = process == SERIES_CHIRP && gsl_rng_uniform(chance) < 0.5;

	for (long i = 0; i < length; i++) {
		const double t = (double)i;
		const double u = phase + (t + growth * t * t / 2) / period;
		double *to = &x[falls ? length - 1 - i : i];

		if (process == SERIES_SQUARE)
			*to = u - floor(u) < 0.5 ? 1 : -1;
		else if (process == SERIES_SAWTOOTH)
			*to = 2 * (u - floor(u)) - 1;
		else
			*to = sin(2 * M_PI * u);
	}
}

static void standardise(long past, long length, double *x)
{
	double mean = 0, square = 0, deviation;

	for (long t = 0; t < past; t++)
		mean += x[t] / (double)past;
	for (long t = 0; t < past; t++)
		square += (x[t] - mean) * (x[t] - mean) / (double)past;
	deviation = square > 0 ? sqrt(square) : 1;
	for (long t = 0; t < length; t++)
		x[t] = (x[t] - mean) / deviation;
}

void series_draw(enum series_process process, double noise, gsl_rng *chance, long past, long length,
                 double *x)
{
	const double period = between(chance, SHORTEST_PERIOD, LONGEST_PERIOD);

	if (process == SERIES_AR2)
		draw_ar2(chance, period, length, x);
	else if (process == SERIES_WALK)
		draw_walk(chance, length, x);
	else
		draw_wave(process, chance, period, length, x);
	standardise(past, length, x);
	for (long t = 0; t < length; t++)
		x[t] += gsl_ran_gaussian(chance, noise);
}

int series_level(enum series_quantisation quantisation, int levels, double x)
{
	const double mu = levels - 1, u = fmax(-1, fmin(x / SERIES_LIMIT, 1));
	const double v =
		quantisation == SERIES_UNIFORM ? u : copysign(log1p(mu * fabs(u)) / log1p(mu), u);
	const int level = (int)floor((v + 1) / 2 * levels);

	return level < levels ? level : levels - 1;
}

double series_value(enum series_quantisation quantisation, int levels, int level)
{
	const double mu = levels - 1, v = 2 * (level + 0.5) / levels - 1;
	const double u =
		quantisation == SERIES_UNIFORM ? v : copysign(expm1(fabs(v) * log1p(mu)) / mu, v);

	return SERIES_LIMIT * u;
}
