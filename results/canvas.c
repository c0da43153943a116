/* canvas.c - where the parts of a plot lie: title, legend, axes, series. */
#include "results/canvas.h"

#include "core/error.h"
#include "results/escape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	MARGIN = 8,
	LEFT = 50,
	BOTTOM = 46, /* below the area: numbers and label of the x axis */
	TITLE = 16,  /* base line of the title */
	ROW = 20,    /* of the legend */
	SWATCH = 30,
	LETTER = 7, /* width of a usual letter */
	NAME = 60,  /* letters of a name in the legend */
	TICKS = 12, /* at most on an axis */
	MARKERS = 5 /* on a line, about */
};

struct axis {
	double least, most; /* of values */
	double start, end;  /* of the canvas */
	bool logarithmic;
	double tick[TICKS];
	int ticks;
};

static double place(const struct axis *a, double value)
{
	double least = a->least, most = a->most;

	if (a->logarithmic) {
		value = log(value);
		least = log(least);
		most = log(most);
	}
	return a->start + (a->end - a->start) * (value - least) / (most - least);
}

static bool fits(const struct axis *a, double value)
{
	return isfinite(value) && (!a->logarithmic || value > 0);
}

static void widen(struct axis *a, double value)
{
	if (!fits(a, value))
		return;
	a->least = fmin(a->least, value);
	a->most = fmax(a->most, value);
}

/* Some room at both ends; a single value gets room around it. */
static void round_out(struct axis *a, double share, bool from_zero)
{
	double room;

	if (!(a->least <= a->most)) {
		a->least = a->logarithmic ? 1 : 0;
		a->most = a->least + 1;
	}
	if (a->logarithmic) {
		room = a->most > a->least ? pow(a->most / a->least, share) : 1.1;
		a->least /= room;
		a->most *= room;
		return;
	}
	if (from_zero && a->least > 0 && a->least < 0.3 * a->most)
		a->least = 0;
	room = a->most > a->least ? share * (a->most - a->least)
	       : a->most != 0     ? 0.05 * fabs(a->most)
	                          : 1;
	if (!(from_zero && a->least == 0))
		a->least -= room;
	a->most += room;
}

static void find_linear_ticks(struct axis *a)
{
	const double range = a->most - a->least, rough = range / 5;
	const double power = pow(10, floor(log10(rough)));
	const double step = rough / power < 1.5   ? power
	                    : rough / power < 3.5 ? 2 * power
	                    : rough / power < 7.5 ? 5 * power
	                                          : 10 * power;

	a->ticks = 0;
	for (double k = ceil(a->least / step); k * step <= a->most && a->ticks < TICKS; k++)
		a->tick[a->ticks++] = k * step + 0.0; /* no negative zero */
}

/* 1, 2, 5 times powers of ten, or the powers alone, or every so many powers. */
static void find_log_ticks(struct axis *a)
{
	static const double digit[] = { 1, 2, 5 };
	const int first = (int)floor(log10(a->least)), last = (int)ceil(log10(a->most));
	const int digits = last - first > 3 ? 1 : 3, stride = (last - first) / 8 + 1;

	a->ticks = 0;
	for (int power = first; power <= last; power += stride)
		for (int d = 0; d < digits; d++) {
			const double value = digit[d] * pow(10, power);

			if (value >= a->least && value <= a->most && a->ticks < TICKS)
				a->tick[a->ticks++] = value;
		}
	if (a->ticks < 3)
		find_linear_ticks(a);
}

static void find_axes(const struct plot *plot, struct axis *x, struct axis *y)
{
	*x = (struct axis){ .least = INFINITY, .most = -INFINITY, .logarithmic = plot->x_log };
	*y = (struct axis){ .least = INFINITY, .most = -INFINITY, .logarithmic = plot->y_log };
	for (size_t i = 0; i < plot->series_count; i++) {
		const struct plot_series *s = &plot->series[i];

		for (size_t j = 0; j < s->count; j++) {
			if (!fits(x, s->x[j]) || !fits(y, s->y[j]))
				continue;
			widen(x, s->x[j]);
			widen(y, s->y[j]);
			widen(y, s->low[j]);
			widen(y, s->high[j]);
		}
	}
	round_out(x, 0.03, true);
	round_out(y, 0.05, false);
	(x->logarithmic ? find_log_ticks : find_linear_ticks)(x);
	(y->logarithmic ? find_log_ticks : find_linear_ticks)(y);
}

/* The name, cut to fit a row; the caller frees it. */
static char *shortened(const char *name)
{
	char *text = memory_new(strlen(name) + 4, 1);

	strcpy(text, name);
	escape_clip(text, NAME);
	return text;
}

/* Draws the entries in rows (canvas NULL: only finds where they end) and returns the base line of
 * the last. */
static double legend(const struct plot *plot, struct canvas *canvas)
{
	double x = MARGIN, y = TITLE + ROW + 2;
	size_t shown = 0;

	for (size_t i = 0; i < plot->series_count; i++) {
		const struct plot_series *s = &plot->series[i];
		char *name = shortened(s->name);
		const double swatch = s->line ? SWATCH : MARGIN;
		const double width = swatch + 6 + LETTER * escape_width(name) + 10;

		if (s->look == PLOT_BACKGROUND || !s->count) {
			free(name);
			continue;
		}
		if (shown++ && x + width > PLOT_WIDTH) {
			x = MARGIN;
			y += ROW;
		}
		if (canvas) {
			const double ends[] = { x, x + swatch }, level[] = { y - 4, y - 4 };

			if (s->line)
				canvas->path(canvas, STROKE_LINE, s->look, ends, level, 2);
			canvas->marker(canvas, s->look, x + swatch / 2, y - 4);
			canvas->text(canvas, ANCHOR_START, false, x + swatch + 6, y, name);
		}
		x += width;
		free(name);
	}
	return shown ? y : TITLE;
}

double plot_height(const struct plot *plot)
{
	if (plot->map.rows)
		return map_height(plot);
	return legend(plot, NULL) + 14 + PLOT_AREA + BOTTOM;
}

static void draw_axes(const struct plot *plot, struct canvas *canvas, const struct axis *x,
                      const struct axis *y)
{
	char number[48];

	for (int i = 0; i < y->ticks; i++) {
		const double level = place(y, y->tick[i]);

		canvas->path(canvas, STROKE_GRID, 0, (double[]){ x->start, x->end },
		             (double[]){ level, level }, 2);
		plot_number(number, sizeof number, y->tick[i]);
		canvas->text(canvas, ANCHOR_END, false, x->start - 6, level + 4, number);
	}
	canvas->path(canvas, STROKE_AXIS, 0, (double[]){ x->start, x->end },
	             (double[]){ y->start, y->start }, 2);
	for (int i = 0; i < x->ticks; i++) {
		const double at = place(x, x->tick[i]);

		canvas->path(canvas, STROKE_AXIS, 0, (double[]){ at, at },
		             (double[]){ y->start, y->start + 4 }, 2);
		plot_number(number, sizeof number, x->tick[i]);
		if (at + LETTER * (double)strlen(number) / 2 > PLOT_WIDTH)
			canvas->text(canvas, ANCHOR_END, false, PLOT_WIDTH - 1, y->start + 18,
			             number);
		else
			canvas->text(canvas, ANCHOR_MIDDLE, false, at, y->start + 18, number);
	}
	canvas->text(canvas, ANCHOR_MIDDLE, false, (x->start + x->end) / 2, y->start + 38,
	             plot->x_label);
}

/* The points of a series that can be drawn, on the canvas. */
struct drawn {
	double *x, *y, *low, *high;
	size_t count;
	bool band;
};

static struct drawn on_canvas(const struct plot_series *s, const struct axis *x,
                              const struct axis *y)
{
	struct drawn d = { .x = memory_new(4 * s->count + 1, sizeof *d.x), .band = s->line };

	d.y = d.x + s->count;
	d.low = d.y + s->count;
	d.high = d.low + s->count;
	for (size_t i = 0; i < s->count; i++) {
		if (!fits(x, s->x[i]) || !fits(y, s->y[i]))
			continue;
		d.x[d.count] = place(x, s->x[i]);
		d.y[d.count] = place(y, s->y[i]);
		d.low[d.count] = fits(y, s->low[i]) ? place(y, s->low[i]) : (double)NAN;
		d.high[d.count] = fits(y, s->high[i]) ? place(y, s->high[i]) : (double)NAN;
		d.band &= !isnan(d.low[d.count]) && !isnan(d.high[d.count]);
		d.count++;
	}
	return d;
}

static void draw_band(struct canvas *canvas, int look, const struct drawn *d)
{
	double *x = memory_new(4 * d->count, sizeof *x), *y = x + 2 * d->count;

	for (size_t i = 0; i < d->count; i++) {
		x[i] = x[2 * d->count - 1 - i] = d->x[i];
		y[i] = d->high[i];
		y[2 * d->count - 1 - i] = d->low[i];
	}
	canvas->path(canvas, STROKE_BAND, look, x, y, 2 * d->count);
	free(x);
}

static void draw_spread(struct canvas *canvas, const struct plot_series *s, const struct drawn *d)
{
	if (s->look == PLOT_BACKGROUND || !d->count)
		return;
	if (d->band && d->count > 1) {
		draw_band(canvas, s->look, d);
		return;
	}
	for (size_t i = 0; i < d->count; i++)
		if (!isnan(d->low[i]) && !isnan(d->high[i]))
			canvas->path(canvas, STROKE_WHISKER, s->look,
			             (double[]){ d->x[i], d->x[i] },
			             (double[]){ d->low[i], d->high[i] }, 2);
}

static void draw_series(struct canvas *canvas, const struct plot_series *s, const struct drawn *d)
{
	const size_t stride = s->line && d->count > 2 * MARKERS ? d->count / MARKERS : 1;

	if (s->line && d->count)
		canvas->path(canvas, STROKE_LINE, s->look, d->x, d->y, d->count);
	for (size_t i = 0; i < d->count && !(s->line && s->look == PLOT_BACKGROUND); i++)
		if ((d->count - 1 - i) % stride == 0)
			canvas->marker(canvas, s->look, d->x[i], d->y[i]);
}

void plot_draw(const struct plot *plot, struct canvas *canvas)
{
	struct axis x, y;
	struct drawn *drawn;

	if (plot->map.rows) {
		canvas_map_draw(plot, canvas);
		return;
	}
	drawn = memory_new(plot->series_count + 1, sizeof *drawn);

	find_axes(plot, &x, &y);
	x.start = LEFT;
	x.end = PLOT_WIDTH - MARGIN;
	y.end = legend(plot, canvas) + 14;
	y.start = y.end + PLOT_AREA;
	canvas->text(canvas, ANCHOR_START, true, MARGIN, TITLE, plot->title);
	draw_axes(plot, canvas, &x, &y);
	for (size_t i = 0; i < plot->series_count; i++) {
		drawn[i] = on_canvas(&plot->series[i], &x, &y);
		draw_spread(canvas, &plot->series[i], &drawn[i]);
	}
	for (int front = 0; front < 2; front++) /* the background first */
		for (size_t i = 0; i < plot->series_count; i++)
			if ((plot->series[i].look != PLOT_BACKGROUND) == front)
				draw_series(canvas, &plot->series[i], &drawn[i]);
	for (size_t i = 0; i < plot->series_count; i++)
		free(drawn[i].x);
	free(drawn);
}
