/* print_read.c - tables for reading: box, markdown, latex. */
#include "results/print.h"

#include "results/escape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void write_shortly(char number[NUMBER_SIZE], double value, int decimals)
{
	if (decimals < 0)
		snprintf(number, NUMBER_SIZE, "%.6g", value);
	else
		snprintf(number, NUMBER_SIZE, "%.*f", decimals, value);
}

/* A number for reading, in `text` of 2 * NUMBER_SIZE + 16 bytes: "38.12", "38.12 ± 0.20". */
static void show_number(char *text, const struct column *column, const struct cell *cell,
                        enum table_format format)
{
	const char *between = format == TABLE_LATEX ? " $\\pm$ " : " ± ";
	const char *minus = format == TABLE_LATEX ? "$-$" : "-";
	char number[NUMBER_SIZE], deviation[NUMBER_SIZE] = "";
	bool negative;

	if (cell->type == CELL_INTEGER)
		snprintf(number, sizeof number, "%ld", cell->integer);
	else
		write_shortly(number, cell->real, column->decimals);
	if (cell->type == CELL_REAL && !isnan(cell->deviation))
		write_shortly(deviation, cell->deviation, column->decimals);
	negative = number[0] == '-';
	sprintf(text, "%s%s%s%s", negative ? minus : "", number + negative,
	        *deviation ? between : "", deviation);
}

/* A cell for reading, escaped; the caller frees it. */
static char *shown(const struct column *column, const struct cell *cell, enum table_format format)
{
	char text[2 * NUMBER_SIZE + 16];

	if (cell->type == CELL_TEXT)
		return escape_text(format, cell->text, cell->length);
	text[0] = '\0';
	if (cell->type != CELL_EMPTY)
		show_number(text, column, cell, format);
	return memory_text(text);
}

static char *shown_name(const struct column *column, enum table_format format)
{
	return escape_text(format, column->name, strlen(column->name));
}

static void measure(struct table *table)
{
	for (size_t c = 0; c < table->column_count; c++) {
		struct column *column = &table->columns[c];
		char *text = shown_name(column, TABLE_BOX);

		column->width = escape_width(text);
		free(text);
		for (size_t r = 0; r < table->row_count; r++) {
			int width;

			text = shown(column, table_cell(table, r, c), TABLE_BOX);
			width = escape_width(text) + column->marked;
			if (width > column->width)
				column->width = width;
			free(text);
		}
	}
}

static void box_line(FILE *out, const struct table *table, const char *left, const char *middle,
                     const char *right)
{
	for (size_t c = 0; c < table->column_count; c++) {
		fputs(c ? middle : left, out);
		for (int i = 0; i < table->columns[c].width + 2; i++)
			fputs("─", out);
	}
	fprintf(out, "%s\n", right);
}

/* Takes `text`. */
static void box_cell(FILE *out, const struct column *column, char *text, const char *mark)
{
	int space = column->width - escape_width(text) - (int)strlen(mark);

	fprintf(out, "│ %*s%s%s%*s ", column->text ? 0 : space, "", text, mark,
	        column->text ? space : 0, "");
	free(text);
}

static void box_begin(FILE *out, struct table *table)
{
	measure(table);
	box_line(out, table, "┌", "┬", "┐");
	for (size_t c = 0; c < table->column_count; c++)
		box_cell(out, &table->columns[c], shown_name(&table->columns[c], TABLE_BOX), "");
	fputs("│\n", out);
	box_line(out, table, "├", "┼", "┤");
}

static void box_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++) {
		const struct column *column = &table->columns[c];

		box_cell(out, column, shown(column, &row[c], TABLE_BOX),
		         !column->marked ? ""
		         : row[c].best   ? "*"
		                         : " ");
	}
	fputs("│\n", out);
}

static void box_end(FILE *out, const struct table *table)
{
	box_line(out, table, "└", "┴", "┘");
}

/* Takes `text`. */
static void markdown_cell(FILE *out, char *text, bool bold)
{
	fprintf(out, bold ? "| **%s** " : "| %s ", text);
	free(text);
}

static void markdown_begin(FILE *out, struct table *table)
{
	for (size_t c = 0; c < table->column_count; c++)
		markdown_cell(out, shown_name(&table->columns[c], TABLE_MARKDOWN), false);
	fputs("|\n", out);
	for (size_t c = 0; c < table->column_count; c++)
		fputs(table->columns[c].text ? "| :--- " : "| ---: ", out);
	fputs("|\n", out);
}

static void markdown_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++)
		markdown_cell(out, shown(&table->columns[c], &row[c], TABLE_MARKDOWN), row[c].best);
	fputs("|\n", out);
}

/* Takes `text`. */
static void latex_cell(FILE *out, size_t c, char *text, bool bold)
{
	fprintf(out, bold ? "%s\\textbf{%s}" : "%s%s", c ? " & " : "", text);
	free(text);
}

static void latex_begin(FILE *out, struct table *table)
{
	fputs("% needs \\usepackage{booktabs}\n\\begin{tabular}{", out);
	for (size_t c = 0; c < table->column_count; c++)
		fputc(table->columns[c].text ? 'l' : 'r', out);
	fputs("}\n\\toprule\n", out);
	for (size_t c = 0; c < table->column_count; c++)
		latex_cell(out, c, shown_name(&table->columns[c], TABLE_LATEX), false);
	fputs(" \\\\\n\\midrule\n", out);
}

static void latex_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++)
		latex_cell(out, c, shown(&table->columns[c], &row[c], TABLE_LATEX), row[c].best);
	fputs(" \\\\\n", out);
}

static void latex_end(FILE *out, const struct table *table)
{
	(void)table;
	fputs("\\bottomrule\n\\end{tabular}\n", out);
}

const struct style style_box = { box_begin, box_row, box_end };
const struct style style_markdown = { markdown_begin, markdown_row, NULL };
const struct style style_latex = { latex_begin, latex_row, latex_end };
