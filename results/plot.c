/* plot.c - what a plot holds, and what it says to those who cannot see it. */
#include "results/plot.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void plot_begin(struct plot *plot, const char *title, const char *x_label)
{
	plot->title = memory_text(title);
	plot->x_label = memory_text(x_label);
}

struct plot_series *plot_add(struct plot *plot, const char *name, int look, bool line)
{
	struct plot_series *series;

	plot->series = memory_resize(plot->series, plot->series_count + 1, sizeof *plot->series);
	series = &plot->series[plot->series_count++];
	*series = (struct plot_series){ .name = memory_text(name), .look = look, .line = line };
	return series;
}

void plot_point(struct plot_series *s, double x, double y, double low, double high)
{
	if (s->count == s->capacity) {
		s->capacity = 2 * s->capacity + 16;
		s->x = memory_resize(s->x, s->capacity, sizeof *s->x);
		s->y = memory_resize(s->y, s->capacity, sizeof *s->y);
		s->low = memory_resize(s->low, s->capacity, sizeof *s->low);
		s->high = memory_resize(s->high, s->capacity, sizeof *s->high);
	}
	s->x[s->count] = x;
	s->y[s->count] = y;
	s->low[s->count] = low;
	s->high[s->count++] = high;
}

void plot_make_map(struct plot *plot, int rows, int columns)
{
	plot->map.rows = rows;
	plot->map.columns = columns;
	plot->map.row = memory_new((size_t)rows + 1, sizeof *plot->map.row);
	plot->map.column = memory_new((size_t)columns + 1, sizeof *plot->map.column);
	plot->map.weight = memory_new((size_t)rows * (size_t)columns + 1, sizeof *plot->map.weight);
}

static void map_free(struct plot_map *map)
{
	for (int i = 0; i < map->rows; i++)
		free(map->row[i]);
	for (int i = 0; i < map->columns; i++)
		free(map->column[i]);
	free(map->row);
	free(map->column);
	free(map->weight);
}

bool plot_is_empty(const struct plot *plot)
{
	if (plot->map.rows)
		return false;
	for (size_t i = 0; i < plot->series_count; i++)
		for (size_t j = 0; j < plot->series[i].count; j++) {
			const double x = plot->series[i].x[j], y = plot->series[i].y[j];

			if (isfinite(x) && isfinite(y) && (!plot->x_log || x > 0) &&
			    (!plot->y_log || y > 0))
				return false;
		}
	return true;
}

void plot_free(struct plot *plot)
{
	for (size_t i = 0; i < plot->series_count; i++) {
		free(plot->series[i].name);
		free(plot->series[i].x);
		free(plot->series[i].y);
		free(plot->series[i].low);
		free(plot->series[i].high);
	}
	free(plot->series);
	map_free(&plot->map);
	free(plot->title);
	free(plot->x_label);
	memset(plot, 0, sizeof *plot);
}

void plot_number(char *text, size_t size, double value)
{
	static const char suffix[] = { 0, 'k', 'M', 'G', 'T', 'P', 'E' };
	double magnitude = fabs(value);
	int thousands = 0;

	if (magnitude >= 10000)
		while (magnitude >= 1000 && thousands < (int)sizeof suffix - 1) {
			magnitude /= 1000;
			value /= 1000;
			thousands++;
		}
	if (magnitude >= 1000 && thousands == 0)
		snprintf(text, size, "%.0f", value);
	else
		snprintf(text, size, "%.3g%.1s", value, thousands ? &suffix[thousands] : "");
}

static void describe_series(FILE *out, const struct plot_series *s, bool line)
{
	char first[48], last[48], x[48];

	plot_number(first, sizeof first, s->y[0]);
	plot_number(last, sizeof last, s->y[s->count - 1]);
	plot_number(x, sizeof x, s->x[s->count - 1]);
	if (line)
		fprintf(out, " %s: from %s to %s at %s.", s->name, first, last, x);
	else
		fprintf(out, " %s: %s at %s.", s->name, last, x);
}

/* What each row has its largest weight on. */
static void describe_map(FILE *out, const struct plot_map *map)
{
	for (int i = 0; i < map->rows; i++) {
		const double *weight = map->weight + i * map->columns;
		int most = 0;

		for (int k = 1; k < map->columns; k++)
			if (weight[k] > weight[most])
				most = k;
		if (map->columns)
			fprintf(out, " %s: %s, %.2f.", map->row[i], map->column[most],
			        weight[most]);
	}
}

char *plot_describe(const struct plot *plot)
{
	char *text = NULL;
	size_t size;
	FILE *out = memory_stream(&text, &size);

	fprintf(out, "%s against %s%s.", plot->title, plot->x_label,
	        plot->y_log ? ", logarithmic" : "");
	describe_map(out, &plot->map);
	for (size_t i = 0; i < plot->series_count; i++)
		if (plot->series[i].count && plot->series[i].look != PLOT_BACKGROUND)
			describe_series(out, &plot->series[i], plot->series[i].line);
	memory_stream_end(out);
	return text;
}
