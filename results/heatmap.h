/* heatmap.h - a matrix of weights with labels, drawn as SVG. */
#ifndef BAKEOFF_HEATMAP_H
#define BAKEOFF_HEATMAP_H

#include <stdio.h>

struct heatmap {
	const char *title;
	int rows, columns;
	const char *const *row, *const *column; /* labels, any bytes */
	const double *weight;                   /* [rows][columns], from 0 to 1 */
};

/* An <svg> element: row labels at the left, column labels on top, cells whose opacity is the root
 * of the weight, so that small ones are seen, and what each stands for under the pointer; a scale
 * below. Its description has the greatest weight of each row. With `id`, for a page that has
 * plot_css (results/plot.h), which gives light and dark colours; NULL: a file of its own. */
void heatmap_write_svg(FILE *, const struct heatmap *, const char *id);

#endif
