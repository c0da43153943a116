/* canvas.h - what a plot draws on: SVG or TikZ. Internal to results/. */
#ifndef BAKEOFF_CANVAS_H
#define BAKEOFF_CANVAS_H

#include "results/plot.h"

enum { PLOT_WIDTH = 480, PLOT_AREA = 210 }; /* px; y points down; AREA: height between the axes */

enum stroke {
	STROKE_GRID, /* thin, pale */
	STROKE_AXIS,
	STROKE_LINE,    /* of a series */
	STROKE_WHISKER, /* of a series */
	STROKE_BAND,    /* closed and filled, of a series */
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END, ANCHOR_TURNED /* starts, rising */ };

struct canvas {
	FILE *out;
	void (*path)(struct canvas *, enum stroke, int look, const double *x, const double *y,
	             size_t count);
	/* A square whose darkness is the weight. */
	void (*square)(struct canvas *, double x, double y, double side, double weight);
	void (*marker)(struct canvas *, int look, double x, double y);
	void (*text)(struct canvas *, enum anchor, bool strong, double x, double y,
	             const char *text);
};

/* Of the whole canvas, px. */
double plot_height(const struct plot *);

/* The parts of plot_draw and plot_height for a map. */
void canvas_map_draw(const struct plot *, struct canvas *);
double map_height(const struct plot *);

/* Lays the plot out and draws it. */
void plot_draw(const struct plot *, struct canvas *);

#endif
