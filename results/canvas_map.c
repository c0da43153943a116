/* canvas_map.c - a map of weights: a row and a column of labels, and a square for each pair. */
#include "results/canvas.h"

#include "core/error.h"
#include "results/escape.h"

#include <stdlib.h>
#include <string.h>

enum {
	MARGIN = 8,
	TITLE = 16,
	LETTER = 7,
	LABEL = 14,  /* letters of a label at most */
	LARGEST = 20 /* side of a square */
};

/* The label, cut to fit; the caller frees it. */
static char *shown(const char *label)
{
	char *text = memory_new(strlen(label) + 8, 1);

	strcpy(text, label);
	escape_clip(text, LABEL);
	return text;
}

static int widest(char *const *label, int count)
{
	int most = 0;

	for (int i = 0; i < count; i++) {
		char *text = shown(label[i]);
		const int width = escape_width(text);

		most = width > most ? width : most;
		free(text);
	}
	return most;
}

static double left_of(const struct plot *plot)
{
	return MARGIN + LETTER * widest(plot->map.row, plot->map.rows) + 6;
}

/* Turned labels rise by three quarters of their length. */
static double top_of(const struct plot *plot)
{
	return TITLE + 22 + 0.8 * LETTER * widest(plot->map.column, plot->map.columns);
}

/* The last turned label needs room beyond the squares. */
static double side_of(const struct plot *plot)
{
	const double room = PLOT_WIDTH - left_of(plot) - 60;
	const double side = plot->map.columns ? room / plot->map.columns : LARGEST;

	return side < LARGEST ? side : LARGEST;
}

double map_height(const struct plot *plot)
{
	return top_of(plot) + plot->map.rows * side_of(plot) + MARGIN;
}

void canvas_map_draw(const struct plot *plot, struct canvas *canvas)
{
	const struct plot_map *map = &plot->map;
	const double left = left_of(plot), top = top_of(plot), side = side_of(plot);

	canvas->text(canvas, ANCHOR_START, true, MARGIN, TITLE, plot->title);
	for (int k = 0; k < map->columns; k++) {
		char *text = shown(map->column[k]);

		canvas->text(canvas, ANCHOR_TURNED, false, left + (k + 0.6) * side, top - 5, text);
		free(text);
	}
	for (int i = 0; i < map->rows; i++) {
		char *text = shown(map->row[i]);

		canvas->text(canvas, ANCHOR_END, false, left - 6, top + (i + 0.5) * side + 4, text);
		free(text);
		for (int k = 0; k < map->columns; k++)
			canvas->square(canvas, left + k * side, top + i * side, side - 1,
			               map->weight[i * map->columns + k]);
	}
}
