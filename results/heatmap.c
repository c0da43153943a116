/* heatmap.c - a matrix of weights with labels, drawn as SVG. */
#include "results/heatmap.h"
#include "results/escape.h"
#include "results/markup.h"
#include "results/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px; CHARACTER: of a label, at most. */
enum { CELL = 18, GAP = 6, TITLE = 26, SCALE = 44, WIDTH_LEAST = 384 };
static const double CHARACTER = 7.6, VISIBLE_LEAST = 0.0005;

struct layout {
	FILE *out;
	const struct heatmap *map;
	double left, top, right, bottom; /* of the cells */
};

static double width_of(const char *label)
{
	char *shown = escape_text(TABLE_BOX, label, strlen(label));
	const double width = CHARACTER * escape_width(shown);

	free(shown);
	return width;
}

static double widest(const char *const *label, int count)
{
	double most = 0;

	for (int i = 0; i < count; i++)
		most = fmax(most, width_of(label[i]));
	return most;
}

static double clamp(double w)
{
	return w > 0 ? (w < 1 ? w : 1) : 0;
}

static void put_labels(const struct layout *l)
{
	const struct heatmap *map = l->map;

	for (int r = 0; r < map->rows; r++) {
		fprintf(l->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", l->left - GAP,
		        l->top + (r + 0.72) * CELL);
		markup_html(l->out, map->row[r]);
		fputs("</text>\n", l->out);
	}
	for (int c = 0; c < map->columns; c++) {
		fprintf(l->out, "<text transform=\"translate(%.1f %.1f) rotate(-90)\">",
		        l->left + (c + 0.72) * CELL, l->top - GAP);
		markup_html(l->out, map->column[c]);
		fputs("</text>\n", l->out);
	}
}

static void put_cell(const struct layout *l, int r, int c)
{
	const double w = clamp(l->map->weight[r * l->map->columns + c]);

	if (w < VISIBLE_LEAST)
		return;
	fprintf(l->out,
	        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill-opacity=\"%.3f\">"
	        "<title>",
	        l->left + c * CELL, l->top + r * CELL, CELL - 1, CELL - 1, sqrt(w));
	markup_html(l->out, l->map->row[r]);
	fputs(" → ", l->out);
	markup_html(l->out, l->map->column[c]);
	fprintf(l->out, ": %.3f</title></rect>\n", w);
}

static void put_cells(const struct layout *l)
{
	fprintf(l->out,
	        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
	        "style=\"fill:none;stroke:var(--rule)\"/>\n<g style=\"fill:var(--c0)\">\n",
	        l->left - 1.5, l->top - 1.5, l->right - l->left + 2, l->bottom - l->top + 2);
	for (int r = 0; r < l->map->rows; r++)
		for (int c = 0; c < l->map->columns; c++)
			put_cell(l, r, c);
	fputs("</g>\n", l->out);
}

static void put_scale(const struct layout *l)
{
	static const double step[] = { 0, 0.04, 0.16, 0.36, 0.64, 1 };
	const double y = l->bottom + 16;

	fprintf(l->out, "<text class=\"n\" x=\"%d\" y=\"%.1f\">weight</text>\n", GAP, y + 12);
	for (int i = 0; i < 6; i++) {
		const double x = 64 + i * 54.0;

		fprintf(l->out,
		        "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" "
		        "style=\"fill:var(--c0);stroke:var(--rule)\" fill-opacity=\"%.2f\"/>"
		        "<text class=\"n\" x=\"%.1f\" y=\"%.1f\">%g</text>\n",
		        x, y + 1.5, sqrt(step[i]), x + 15, y + 12, step[i]);
	}
}

/* The greatest weight of each row. */
static void describe(FILE *out, const struct heatmap *map)
{
	for (int r = 0; r < map->rows && map->columns; r++) {
		const double *w = map->weight + r * map->columns;
		int best = 0;

		for (int c = 1; c < map->columns; c++)
			best = w[c] > w[best] ? c : best;
		fputs(r ? "; " : "Greatest weights: ", out);
		markup_html(out, map->row[r]);
		fputs(" → ", out);
		markup_html(out, map->column[best]);
		fprintf(out, " %.2f", clamp(w[best]));
	}
}

static void put_head(const struct layout *l, double width, double height, const char *id)
{
	const char *name = id ? id : "heatmap";

	fprintf(l->out,
	        "<svg class=\"plot\"%s viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
	        "role=\"img\" aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">",
	        id ? "" : " xmlns=\"http://www.w3.org/2000/svg\"", width, height, width, height,
	        name, name, name);
	markup_html(l->out, l->map->title);
	fprintf(l->out, "</title>\n<desc id=\"%s-d\">", name);
	describe(l->out, l->map);
	fputs("</desc>\n", l->out);
	if (!id)
		fprintf(l->out,
		        "<style>%s</style>\n<path d=\"M0 0H%.0fV%.0fH0z\" "
		        "style=\"fill:var(--paper)\"/>\n",
		        plot_css, width, height);
}

void heatmap_write_svg(FILE *out, const struct heatmap *map, const char *id)
{
	struct layout l = { .out = out, .map = map };
	double width;

	l.left = widest(map->row, map->rows) + 2 * GAP;
	l.top = TITLE + widest(map->column, map->columns) + 2 * GAP;
	l.right = l.left + map->columns * CELL;
	l.bottom = l.top + map->rows * CELL;
	width = fmax(fmax(l.right + GAP, WIDTH_LEAST), width_of(map->title) + 2 * GAP);
	put_head(&l, width, l.bottom + SCALE, id);
	fprintf(out, "<text class=\"b\" x=\"%d\" y=\"17\">", GAP);
	markup_html(out, map->title);
	fputs("</text>\n", out);
	put_labels(&l);
	put_cells(&l);
	put_scale(&l);
	fputs("</svg>\n", out);
}
