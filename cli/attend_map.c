/* attend_map.c - a map of attention weights in a terminal. */
#include "cli/attend_map.h"
#include "core/error.h"
#include "results/escape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { HEADER_MOST = 12, LABEL_LEAST = 8 };

/* How it is laid out. */
struct layout {
	FILE *out;
	const struct attention_picture *picture;
	const struct terminal *terminal;
	char **row, **column; /* labels that a terminal may be given */
	int label;            /* columns of a row's label */
	int cell;             /* columns of a weight */
	int header;           /* lines of the columns' labels */
};

/* Bytes of the first character and what is put over it; *columns: of the terminal. */
static int glyph(const char *text, int *columns)
{
	utf8proc_int32_t c;
	int bytes = 0;

	*columns = 0;
	while (text[bytes]) {
		const int n = (int)utf8proc_iterate((const utf8proc_uint8_t *)text + bytes, -1, &c);
		const int width = n > 0 ? utf8proc_charwidth(c) : 1;

		if (width && *columns)
			break;
		*columns += width;
		bytes += n > 0 ? n : 1;
	}
	return bytes;
}

static int glyphs(const char *text)
{
	int count = 0, columns;

	for (int n; (n = glyph(text, &columns)) > 0; text += n)
		count++;
	return count;
}

/* Right-aligned in `width` columns; a longer one ends in an ellipsis. */
static void put_label(FILE *out, const char *text, int width)
{
	const int whole = escape_width(text);
	int left = width, columns;

	if (whole <= width) {
		fprintf(out, "%*s%s", width - whole, "", text);
		return;
	}
	for (int n; (n = glyph(text, &columns)) > 0 && columns < left; text += n) {
		fprintf(out, "%.*s", n, text);
		left -= columns;
	}
	fprintf(out, "…%*s", left - 1, "");
}

/* Character `line` of a label that is written downwards and ends at the last line. */
static void put_header(const struct layout *l, const char *text, int line)
{
	const int count = glyphs(text), shown = count < l->header ? count : l->header;
	const int at = line - (l->header - shown);
	int columns = 0, n;

	if (at < 0) {
		fprintf(l->out, "%*s", l->cell, "");
		return;
	}
	if (count > shown && at == shown - 1) {
		fprintf(l->out, "⋮%*s", l->cell - 1, "");
		return;
	}
	n = glyph(text, &columns);
	for (int i = 0; i < at; i++) {
		text += n;
		n = glyph(text, &columns);
	}
	fprintf(l->out, "%.*s%*s", n, text, l->cell > columns ? l->cell - columns : 0, "");
}

/* From dark to light (Matplotlib's viridis at five places). */
static void colour_of(double level, int rgb[3])
{
	static const int anchor[][3] = {
		{ 68, 1, 84 }, { 59, 82, 139 }, { 33, 145, 140 }, { 94, 201, 98 }, { 253, 231, 37 }
	};
	const int parts = sizeof anchor / sizeof anchor[0] - 1;
	const int i = level < 1 ? (int)(level * parts) : parts - 1;
	const double part = level * parts - i;

	for (int k = 0; k < 3; k++)
		rgb[k] = (int)(anchor[i][k] + part * (anchor[i + 1][k] - anchor[i][k]) + 0.5);
}

static void put_colour(const struct layout *l, double level)
{
	int rgb[3];

	colour_of(level, rgb);
	if (l->terminal->colours == COLOURS_TRUE)
		fprintf(l->out, "\033[48;2;%d;%d;%dm", rgb[0], rgb[1], rgb[2]);
	else
		fprintf(l->out, "\033[48;5;%dm",
		        16 + 36 * ((rgb[0] * 5 + 127) / 255) + 6 * ((rgb[1] * 5 + 127) / 255) +
		                (rgb[2] * 5 + 127) / 255);
}

static void put_weight(const struct layout *l, double weight)
{
	static const char *const block[] = { "·", "░", "▒", "▓", "█" };
	const double level = weight > 0 ? sqrt(weight < 1 ? weight : 1) : 0;
	const int step = level < 1 ? (int)(level * 5) : 4;

	if (l->terminal->colours != COLOURS_NONE)
		put_colour(l, level);
	for (int i = 0; i < l->cell; i++)
		fputs(l->terminal->colours == COLOURS_NONE ? block[step] : " ", l->out);
}

static void end_row(const struct layout *l)
{
	fputs(l->terminal->colours == COLOURS_NONE ? "\n" : "\033[0m\n", l->out);
}

static void put_part(const struct layout *l, int first, int last)
{
	const struct attention_picture *p = l->picture;

	for (int line = 0; line < l->header; line++) {
		fprintf(l->out, "%*s ", l->label, "");
		for (int c = first; c < last; c++)
			put_header(l, l->column[c], line);
		fputc('\n', l->out);
	}
	for (int r = 0; r < p->rows; r++) {
		put_label(l->out, l->row[r], l->label);
		fputc(' ', l->out);
		for (int c = first; c < last; c++)
			put_weight(l, p->weight[r * p->columns + c]);
		end_row(l);
	}
}

static void put_legend(const struct layout *l)
{
	enum { STEPS = 24 };

	fputc('\n', l->out);
	if (l->terminal->colours == COLOURS_NONE) {
		fputs("weight: · < 0.04 <= ░ < 0.16 <= ▒ < 0.36 <= ▓ < 0.64 <= █\n", l->out);
		return;
	}
	fputs("weight: 0 ", l->out);
	for (int i = 0; i < STEPS; i++) {
		put_colour(l, i / (STEPS - 1.0));
		fputc(' ', l->out);
	}
	fputs("\033[0m 1, a quarter in the middle\n", l->out);
}

static char **safe_labels(const char *const *label, int count, int *widest, int *longest,
                          bool *wide)
{
	char **safe = memory_new((size_t)count, sizeof *safe);

	for (int i = 0; i < count; i++) {
		int columns;

		safe[i] = escape_text(TABLE_BOX, label[i], strlen(label[i]));
		columns = escape_width(safe[i]);
		*widest = columns > *widest ? columns : *widest;
		*longest = glyphs(safe[i]) > *longest ? glyphs(safe[i]) : *longest;
		*wide |= columns > glyphs(safe[i]);
	}
	return safe;
}

static void free_labels(char **label, int count)
{
	for (int i = 0; i < count; i++)
		free(label[i]);
	free(label);
}

void attend_map_draw(FILE *out, const struct attention_picture *p, const struct terminal *terminal)
{
	struct layout l = { .out = out, .picture = p, .terminal = terminal };
	const int most = terminal->columns / 4;
	int ignored = 0, room, part;
	bool wide = false;

	l.row = safe_labels(p->row, p->rows, &l.label, &ignored, &wide);
	wide = false;
	l.column = safe_labels(p->column, p->columns, &ignored, &l.header, &wide);
	l.header = l.header < HEADER_MOST ? l.header : HEADER_MOST;
	if (l.label > most)
		l.label = most > LABEL_LEAST ? most : LABEL_LEAST;
	room = terminal->columns - l.label - 1;
	l.cell = !wide && 2 * p->columns > room && p->columns <= room ? 1 : 2;
	part = room / l.cell;
	for (int first = 0; first < p->columns; first += part) {
		const int last = first + part < p->columns ? first + part : p->columns;

		if (part < p->columns)
			fprintf(out, "%scolumns %d to %d of %d\n", first ? "\n" : "", first + 1,
			        last, p->columns);
		put_part(&l, first, last);
	}
	put_legend(&l);
	free_labels(l.row, p->rows);
	free_labels(l.column, p->columns);
}
