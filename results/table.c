/* table.c - columns and rows, printed for a terminal, a spreadsheet, a program or a paper. */
#include "results/table.h"

#include "results/escape.h"
#include "results/print.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const format_words[] = { "box",      "csv",   "tsv",   "json",
	                                    "markdown", "latex", "jsonl", "html" };

bool table_format_find(const char *word, enum table_format *format, struct error *error)
{
	for (int i = TABLE_BOX; i <= TABLE_HTML; i++)
		if (!strcmp(word, format_words[i])) {
			*format = (enum table_format)i;
			return true;
		}
	return error_set(error, "--format %s: must be " TABLE_FORMATS, word);
}

bool table_for_reading(enum table_format format)
{
	return format == TABLE_BOX || format == TABLE_MARKDOWN || format == TABLE_LATEX ||
	       format == TABLE_HTML;
}

void cell_integer(struct cell *cell, long value)
{
	cell->type = CELL_INTEGER;
	cell->integer = value;
}

void cell_real(struct cell *cell, double value)
{
	cell_mean(cell, value, (double)NAN);
}

void cell_mean(struct cell *cell, double mean, double deviation)
{
	if (isnan(mean))
		return;
	cell->type = CELL_REAL;
	cell->real = mean;
	cell->deviation = deviation;
}

void cell_text(struct cell *cell, const char *text, size_t length)
{
	cell->type = CELL_TEXT;
	cell->text = memcpy(memory_resize(cell->text, length + 1, 1), text, length);
	cell->text[length] = '\0';
	cell->length = length;
}

void cell_copy(struct cell *cell, const struct cell *from)
{
	if (from->type == CELL_TEXT)
		cell_text(cell, from->text, from->length);
	else
		*cell = *from;
}

void table_add_column(struct table *table, const char *name, int decimals, bool deviation)
{
	table->columns =
		memory_resize(table->columns, table->column_count + 1, sizeof *table->columns);
	table->columns[table->column_count++] = (struct column){ .name = memory_text(name),
		                                                 .decimals = decimals,
		                                                 .deviation = deviation };
}

void table_group_column(struct table *table, const char *group)
{
	struct column *column = &table->columns[table->column_count - 1];

	assert(!column->group && !strncmp(column->name, group, strlen(group)));
	column->group = memory_text(group);
}

struct cell *table_add_row(struct table *table)
{
	size_t columns = table->column_count;
	struct cell *row;

	if (table->row_count == table->row_capacity) {
		table->row_capacity = 2 * table->row_capacity + 16;
		table->cells = memory_resize(table->cells, table->row_capacity * columns,
		                             sizeof *table->cells);
	}
	row = table->cells + columns * table->row_count++;
	memset(row, 0, columns * sizeof *row);
	return row;
}

struct cell *table_cell(const struct table *table, size_t row, size_t column)
{
	return &table->cells[row * table->column_count + column];
}

void table_clear_rows(struct table *table)
{
	for (size_t i = 0; i < table->row_count * table->column_count; i++)
		free(table->cells[i].text);
	table->row_count = 0;
}

void table_free(struct table *table)
{
	table_clear_rows(table);
	for (size_t i = 0; i < table->column_count; i++) {
		free(table->columns[i].name);
		free(table->columns[i].group);
	}
	free(table->columns);
	free(table->cells);
	memset(table, 0, sizeof *table);
}

void table_look_at_cells(struct table *table)
{
	for (size_t c = 0; c < table->column_count; c++)
		for (size_t r = 0; r < table->row_count; r++) {
			const struct cell *cell = table_cell(table, r, c);

			table->columns[c].marked |= cell->best;
			table->columns[c].text |= cell->type == CELL_TEXT;
		}
}

static const struct style *style_of(enum table_format format)
{
	static const struct style *const styles[] = {
		[TABLE_BOX] = &style_box,           [TABLE_CSV] = &style_csv,
		[TABLE_TSV] = &style_tsv,           [TABLE_JSON] = &style_json,
		[TABLE_MARKDOWN] = &style_markdown, [TABLE_LATEX] = &style_latex,
		[TABLE_JSONL] = &style_jsonl,       [TABLE_HTML] = &style_html,
	};

	return styles[format];
}

void table_print_begin(FILE *out, struct table *table, enum table_format format)
{
	table->printed = 0;
	table->terminal = isatty(fileno(out));
	table_look_at_cells(table);
	style_of(format)->begin(out, table);
}

void table_print_rows(FILE *out, struct table *table, enum table_format format)
{
	for (size_t r = 0; r < table->row_count; r++, table->printed++)
		style_of(format)->row(out, table, table_cell(table, r, 0));
}

bool table_print_end(FILE *out, struct table *table, enum table_format format, struct error *error)
{
	if (style_of(format)->end)
		style_of(format)->end(out, table);
	if (fflush(out) != 0 || ferror(out))
		return error_set(error, "cannot write the table: %s", strerror(errno));
	return true;
}

bool table_print(FILE *out, struct table *table, enum table_format format, struct error *error)
{
	table_print_begin(out, table, format);
	table_print_rows(out, table, format);
	return table_print_end(out, table, format, error);
}

void table_print_title(FILE *out, const char *title, enum table_format format)
{
	char *text = escape_text(format, title, strlen(title));

	if (format == TABLE_BOX)
		fprintf(out, "\n%s\n", text);
	else if (format == TABLE_MARKDOWN)
		fprintf(out, "\n**%s**\n\n", text);
	else if (format == TABLE_LATEX)
		fprintf(out, "\n%% %s\n", text);
	else if (format == TABLE_HTML)
		fprintf(out, "<h2>%s</h2>\n", text);
	free(text);
}
