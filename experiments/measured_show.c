/* measured_show.c - what was measured as a table, a plot, and characters. */
#include "experiments/measured.h"

#include "core/error.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of a series in a bin, one a seed. */
struct spot {
	size_t seeds;
	double mean, deviation, least, most; /* NaN: there are none, or none over one seed */
};

/* What is shown: each bin once, in order. */
struct bins {
	double *first; /* [count] x where it begins */
	double *last;  /* the greatest x in it that was measured */
	size_t count;
};

static double bin_of(const struct measured_axes *axes, double x)
{
	return axes->bin > 0 ? floor(x / axes->bin) * axes->bin : x;
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void bins_find(struct bins *bins, const struct measured *m, const struct measured_axes *axes)
{
	double *x = memory_new(m->points + 1, sizeof *x);
	size_t points = 0;

	for (size_t i = 0; i < m->points; i++)
		if (!m->aside[m->point[i].series])
			x[points++] = m->point[i].x;
	qsort(x, points, sizeof *x, ascending);
	*bins = (struct bins){ memory_new(points + 1, sizeof *x), memory_new(points + 1, sizeof *x),
		               0 };
	for (size_t i = 0; i < points; i++) {
		const double bin = bin_of(axes, x[i]);

		if (!bins->count || bin_of(axes, bins->last[bins->count - 1]) < bin)
			bins->first[bins->count++] = axes->bin > 0 ? x[i] : bin;
		bins->last[bins->count - 1] = x[i];
	}
	free(x);
}

static void bins_free(struct bins *bins)
{
	free(bins->first);
	free(bins->last);
}

static struct spot spot_of(const struct measured *m, int series, const struct bins *bins, size_t i)
{
	struct spot spot = { .mean = (double)NAN, .deviation = (double)NAN };
	double *value;
	long *seed;

	spot.seeds =
		measured_by_seed(m, m->name[series], bins->first[i], bins->last[i], &seed, &value);
	if (spot.seeds) {
		spot.mean = gsl_stats_mean(value, 1, spot.seeds);
		gsl_stats_minmax(&spot.least, &spot.most, value, 1, spot.seeds);
	}
	if (spot.seeds > 1)
		spot.deviation = gsl_stats_sd(value, 1, spot.seeds);
	free(seed);
	free(value);
	return spot;
}

static void bin_text(const struct measured_axes *axes, const struct bins *bins, size_t i,
                     char *text, size_t size)
{
	if (axes->label)
		snprintf(text, size, "%s", axes->label[(int)bins->first[i]]);
	else if (bins->last[i] > bins->first[i])
		snprintf(text, size, "%g-%g", bins->first[i], bins->last[i]);
	else
		snprintf(text, size, "%g", bins->first[i]);
}

/* Decimals so that the greatest number has three digits or four; of a logarithm the least, too. */
static int decimals_of(const struct measured *m, const struct measured_axes *axes)
{
	double most = 0;

	for (size_t i = 0; i < m->points; i++)
		if (!m->aside[m->point[i].series])
			most = fmax(most, fabs(m->point[i].value));
	return most <= 0 || most >= 100 ? 0 : most >= 10 ? 1 : most >= 0.5 && !axes->y_log ? 2 : 4;
}

void measured_table(const struct measured *m, const struct measured_axes *axes, struct table *table)
{
	const int decimals = decimals_of(m, axes);
	struct bins bins;
	char text[64];

	bins_find(&bins, m, axes);
	table_add_column(table, axes->x, -1, false);
	for (int s = 0; s < m->series; s++)
		if (!m->aside[s])
			table_add_column(table, m->name[s], decimals, true);
	for (size_t i = 0; i < bins.count; i++) {
		struct cell *cell = table_add_row(table);

		bin_text(axes, &bins, i, text, sizeof text);
		cell_text(cell++, text, strlen(text));
		for (int s = 0; s < m->series; s++) {
			const struct spot spot = spot_of(m, s, &bins, i);

			if (!m->aside[s] && spot.seeds)
				cell_mean(cell, spot.mean, spot.deviation);
			cell += !m->aside[s];
		}
	}
	bins_free(&bins);
}

void measured_plot(const struct measured *m, const struct measured_axes *axes, const char *title,
                   struct plot *plot)
{
	struct bins bins;
	int look = 0;

	bins_find(&bins, m, axes);
	plot_begin(plot, title, axes->x);
	plot->x_log = axes->x_log;
	plot->y_log = axes->y_log;
	for (int s = 0; s < m->series; s++) {
		struct plot_series *line;

		if (m->aside[s])
			continue;
		line = plot_add(plot, m->name[s], look++ % PLOT_LOOKS, !axes->label);
		for (size_t i = 0; i < bins.count; i++) {
			const struct spot spot = spot_of(m, s, &bins, i);

			if (spot.seeds)
				plot_point(line, (bins.first[i] + bins.last[i]) / 2, spot.mean,
				           spot.least, spot.most);
		}
	}
	bins_free(&bins);
}

/* Where a value lies between the least and the greatest of all, 0 to 1. */
struct scale {
	bool log;
	double least, most;
};

static double scaled(const struct scale *scale, double value)
{
	return scale->log ? log10(value) : value;
}

static struct scale scale_of(const struct measured *m, const struct measured_axes *axes,
                             const struct bins *bins)
{
	struct scale scale = { axes->y_log, HUGE_VAL, -HUGE_VAL };

	for (int s = 0; s < m->series; s++)
		for (size_t i = 0; !m->aside[s] && i < bins->count; i++) {
			const double value = scaled(&scale, spot_of(m, s, bins, i).mean);

			if (!isfinite(value))
				continue;
			scale.least = fmin(scale.least, value);
			scale.most = fmax(scale.most, value);
		}
	if (!scale.log && scale.least > 0)
		scale.least = 0;
	return scale;
}

static const char *step_of(const struct scale *scale, double mean)
{
	static const char *const steps[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	double place;

	if (isnan(mean))
		return " ";
	if (mean == 0 && scale->log)
		return "0";
	place = (scaled(scale, mean) - scale->least) / (scale->most - scale->least);
	return steps[scale->most > scale->least ? (int)fmin(7, fmax(0, place * 7.999)) : 0];
}

void measured_shape(FILE *out, const struct measured *m, const struct measured_axes *axes)
{
	struct bins bins;
	struct scale scale;
	int width = 0;

	bins_find(&bins, m, axes);
	scale = scale_of(m, axes, &bins);
	for (int s = 0; s < m->series; s++)
		if (!m->aside[s] && (int)strlen(m->name[s]) > width)
			width = (int)strlen(m->name[s]);
	for (int s = 0; s < m->series && bins.count > 1; s++) {
		if (m->aside[s])
			continue;
		fprintf(out, "  %-*s  ", width, m->name[s]);
		for (size_t i = 0; i < bins.count; i++)
			fputs(step_of(&scale, spot_of(m, s, &bins, i).mean), out);
		fputc('\n', out);
	}
	if (bins.count > 1 && scale.most > scale.least)
		fprintf(out, "  %*s  %s over %s; ▁ %.3g, █ %.3g%s\n", width, "", axes->y, axes->x,
		        scale.log ? pow(10, scale.least) : scale.least,
		        scale.log ? pow(10, scale.most) : scale.most,
		        scale.log ? ", in even steps of the logarithm" : "");
	bins_free(&bins);
}
