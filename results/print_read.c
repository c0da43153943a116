/* print_read.c - tables for reading: markdown, latex, html. */
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
char *print_shown(const struct column *column, const struct cell *cell, enum table_format format)
{
	char text[2 * NUMBER_SIZE + 16];

	if (cell->type == CELL_TEXT)
		return escape_text(format, cell->text, cell->length);
	text[0] = '\0';
	if (cell->type != CELL_EMPTY)
		show_number(text, column, cell, format);
	return memory_text(text);
}

char *print_shown_name(const struct column *column, enum table_format format)
{
	return escape_text(format, column->name, strlen(column->name));
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
		markdown_cell(out, print_shown_name(&table->columns[c], TABLE_MARKDOWN), false);
	fputs("|\n", out);
	for (size_t c = 0; c < table->column_count; c++)
		fputs(table->columns[c].text ? "| :--- " : "| ---: ", out);
	fputs("|\n", out);
}

static void markdown_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++)
		markdown_cell(out, print_shown(&table->columns[c], &row[c], TABLE_MARKDOWN),
		              row[c].best);
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
		latex_cell(out, c, print_shown_name(&table->columns[c], TABLE_LATEX), false);
	fputs(" \\\\\n\\midrule\n", out);
}

static void latex_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++)
		latex_cell(out, c, print_shown(&table->columns[c], &row[c], TABLE_LATEX),
		           row[c].best);
	fputs(" \\\\\n", out);
}

static void latex_end(FILE *out, const struct table *table)
{
	(void)table;
	fputs("\\bottomrule\n\\end{tabular}\n", out);
}

static void html_begin(FILE *out, struct table *table)
{
	fputs("<table>\n<thead>\n<tr>", out);
	for (size_t c = 0; c < table->column_count; c++) {
		char *name = print_shown_name(&table->columns[c], TABLE_HTML);

		fprintf(out, "<th scope=\"col\"%s>%s</th>",
		        table->columns[c].text ? "" : " style=\"text-align: right\"", name);
		free(name);
	}
	fputs("</tr>\n</thead>\n<tbody>\n", out);
}

static void html_row(FILE *out, const struct table *table, const struct cell *row)
{
	fputs("<tr>", out);
	for (size_t c = 0; c < table->column_count; c++) {
		char *text = print_shown(&table->columns[c], &row[c], TABLE_HTML);
		bool number = row[c].type == CELL_INTEGER || row[c].type == CELL_REAL;

		fprintf(out, row[c].best ? "<td%s><strong>%s</strong></td>" : "<td%s>%s</td>",
		        number ? " style=\"text-align: right\"" : "", text);
		free(text);
	}
	fputs("</tr>\n", out);
}

static void html_end(FILE *out, const struct table *table)
{
	(void)table;
	fputs("</tbody>\n</table>\n", out);
}

const struct style style_markdown = { markdown_begin, markdown_row, NULL };
const struct style style_latex = { latex_begin, latex_row, latex_end };
const struct style style_html = { html_begin, html_row, html_end };
