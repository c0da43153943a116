/* plot.h - a plot of lines or points, drawn as SVG or as a TikZ picture.
 *
 * Hand-made, not gnuplot's: an SVG inside a page takes the page's fonts and its light or dark
 * colours, has a title and a description for screen readers, and needs no other program. */
#ifndef BAKEOFF_PLOT_H
#define BAKEOFF_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_LOOKS = 8, PLOT_BACKGROUND = -1 };

struct plot_series {
	char *name;
	int look;  /* colour, dash and marker, 0 to PLOT_LOOKS - 1; PLOT_BACKGROUND: thin and grey,
	              not  in the legend */
	bool line; /* joins its points */
	double *x, *y;      /* [count], of this struct; not finite, or not positive on a logarithmic
	                       axis: left out */
	double *low, *high; /* [count] a band around a line, whiskers around points; NULL: none */
	size_t count, capacity;
};

/* Weights as a map of squares, instead of series. */
struct plot_map {
	int rows, columns;
	char **row, **column; /* labels */
	double *weight;       /* [rows][columns] from 0 to 1 */
};

struct plot {
	char *title; /* what y is, and which direction is better */
	char *x_label;
	bool x_log, y_log;
	struct plot_series *series;
	size_t series_count;
	struct plot_map map; /* x_label: of its columns */
};

void plot_begin(struct plot *, const char *title, const char *x_label);
/* Valid until the next series is added. */
struct plot_series *plot_add(struct plot *, const char *name, int look, bool line);
/* low and high NAN: no whiskers at this point. */
void plot_point(struct plot_series *, double x, double y, double low, double high);
/* Makes the plot a map, all 0, without labels (NULL). */
void plot_make_map(struct plot *, int rows, int columns);
bool plot_is_empty(const struct plot *); /* no point can be drawn */
void plot_free(struct plot *);

/* An <svg> element; with `id`, for a page that has plot_css; NULL: a file of its own. */
void plot_write_svg(FILE *, const struct plot *, const char *id);
/* A tikzpicture; needs plot_tikz_preamble. */
void plot_write_tikz(FILE *, const struct plot *);

extern const char plot_css[];
extern const char plot_tikz_preamble[];

/* One line for those who cannot see it: what it is, and where each series begins and ends. The
 * caller frees it. */
char *plot_describe(const struct plot *);

/* A number as an axis has it: 0.5, 200, 12k, 3.4M. */
void plot_number(char *text, size_t size, double value);

#endif
