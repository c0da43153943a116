/* print_box.c - tables for a terminal: boxes that fit its width. */
#include "results/print.h"

#include "results/escape.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NARROW = 12 }; /* to which columns of text may shrink */

int print_screen(FILE *out)
{
	struct winsize size;
	int file = fileno(out);

	if (file < 0 || !isatty(file) || ioctl(file, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

void print_measure(struct table *table)
{
	for (size_t c = 0; c < table->column_count; c++) {
		struct column *column = &table->columns[c];
		char *text = print_shown_name(column, TABLE_BOX);

		column->width = escape_width(text);
		free(text);
		for (size_t r = 0; r < table->row_count; r++) {
			int width;

			text = print_shown(column, table_cell(table, r, c), TABLE_BOX);
			width = escape_width(text) + column->marked;
			if (width > column->width)
				column->width = width;
			free(text);
		}
	}
}

/* Of a box of the first columns that are shown, with texts no wider than `most`. */
static long width_of(const struct table *table, int most)
{
	long width = 1;

	for (size_t c = 0; c < table->shown; c++) {
		const struct column *column = &table->columns[c];

		width += 3 + (column->text && column->width > most ? most : column->width);
	}
	return width;
}

/* Clips texts, the widest first and none below NARROW; where that is not enough, the last columns
 * are left out. Numbers are never clipped. */
static void fit(struct table *table)
{
	int most = 0;

	table->shown = table->column_count;
	if (!table->screen)
		return;
	while (table->shown > 1 && width_of(table, NARROW) > table->screen)
		table->shown--;
	for (size_t c = 0; c < table->shown; c++)
		if (table->columns[c].text && table->columns[c].width > most)
			most = table->columns[c].width;
	while (most > NARROW && width_of(table, most) > table->screen)
		most--;
	for (size_t c = 0; c < table->shown; c++)
		if (table->columns[c].text && table->columns[c].width > most)
			table->columns[c].width = most;
}

static void box_line(FILE *out, const struct table *table, const char *left, const char *middle,
                     const char *right)
{
	for (size_t c = 0; c < table->shown; c++) {
		fputs(c ? middle : left, out);
		for (int i = 0; i < table->columns[c].width + 2; i++)
			fputs("─", out);
	}
	fprintf(out, "%s\n", right);
}

/* Takes `text`. */
static void box_cell(FILE *out, const struct column *column, char *text, const char *mark)
{
	int space;

	text = memory_resize(text, strlen(text) + 4, 1);
	escape_clip(text, column->width);
	space = column->width - escape_width(text) - (int)strlen(mark);
	fprintf(out, "│ %*s%s%s%*s ", column->text ? 0 : space, "", text, mark,
	        column->text ? space : 0, "");
	free(text);
}

static void box_begin(FILE *out, struct table *table)
{
	if (!table->screen)
		table->screen = print_screen(out);
	print_measure(table);
	fit(table);
	box_line(out, table, "┌", "┬", "┐");
	for (size_t c = 0; c < table->shown; c++)
		box_cell(out, &table->columns[c], print_shown_name(&table->columns[c], TABLE_BOX),
		         "");
	fputs("│\n", out);
	box_line(out, table, "├", "┼", "┤");
}

static void box_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->shown; c++) {
		const struct column *column = &table->columns[c];

		box_cell(out, column, print_shown(column, &row[c], TABLE_BOX),
		         !column->marked ? ""
		         : row[c].best   ? "*"
		                         : " ");
	}
	fputs("│\n", out);
}

static void box_end(FILE *out, const struct table *table)
{
	box_line(out, table, "└", "┴", "┘");
	if (table->shown == table->column_count)
		return;
	fputs("does not fit here:", out);
	for (size_t c = table->shown; c < table->column_count; c++) {
		char *name = print_shown_name(&table->columns[c], TABLE_BOX);

		fprintf(out, "%s %s", c == table->shown ? "" : ",", name);
		free(name);
	}
	fputs("; a wider terminal, `| less -S` or another --format shows it\n", out);
}

const struct style style_box = { box_begin, box_row, box_end };
