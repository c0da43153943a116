/* table_folded.c - a table that is too wide for a line, as several below each other. */
#include "results/print.h"

#include <string.h>

/* The name of a column below the name of its group. */
static const char *short_name(const struct column *column)
{
	return column->group ? column->name + strlen(column->group) + 1 : column->name;
}

/* Column 0 and those from *first on that are of one group, with short names; *first moves on. */
static void take_group(const struct table *table, size_t *first, struct table *part)
{
	const char *group = table->columns[*first].group;
	const size_t start = *first;
	const struct column *column;

	table_add_column(part, table->columns[0].name, -1, false);
	for (; *first < table->column_count; ++*first) {
		column = &table->columns[*first];
		if (!column->group != !group || (group && strcmp(column->group, group) != 0))
			break;
		table_add_column(part, short_name(column), column->decimals, column->deviation);
	}
	for (size_t r = 0; r < table->row_count; r++) {
		struct cell *row = table_add_row(part);

		cell_copy(&row[0], table_cell(table, r, 0));
		for (size_t c = start; c < *first; c++)
			cell_copy(&row[c - start + 1], table_cell(table, r, c));
	}
}

/* How many columns from `first` on fit beside column 0; one at least. */
static size_t columns_that_fit(const struct table *table, size_t first, int width)
{
	int used = 4 + table->columns[0].width; /* with the box's edges */
	size_t count = 0;

	while (first + count < table->column_count) {
		used += 3 + table->columns[first + count].width;
		if (count && used > width)
			break;
		count++;
	}
	return count;
}

/* Column 0 and `count` from `first` on. */
static void take_columns(const struct table *table, size_t first, size_t count, struct table *part)
{
	for (size_t i = 0; i <= count; i++) {
		const struct column *column = &table->columns[i ? first + i - 1 : 0];

		table_add_column(part, column->name, column->decimals, column->deviation);
	}
	for (size_t r = 0; r < table->row_count; r++) {
		struct cell *row = table_add_row(part);

		for (size_t i = 0; i <= count; i++)
			cell_copy(&row[i], table_cell(table, r, i ? first + i - 1 : 0));
	}
}

static void measure(struct table *table)
{
	table_look_at_cells(table);
	print_measure(table);
}

/* In as few boxes of that width as its columns need. */
static bool print_pieces(FILE *out, struct table *table, int width, struct error *error)
{
	bool good = true;

	measure(table);
	for (size_t first = 1, count; first < table->column_count && good; first += count) {
		struct table part = { .screen = width };

		count = columns_that_fit(table, first, width);
		take_columns(table, first, count, &part);
		good = table_print(out, &part, TABLE_BOX, error);
		table_free(&part);
	}
	return good;
}

bool table_print_folded(FILE *out, struct table *table, enum table_format format, int width,
                        struct error *error)
{
	const int screen = table->screen ? table->screen : print_screen(out);
	bool good = true;

	if (format != TABLE_BOX || table->column_count < 2)
		return table_print(out, table, format, error);
	width = screen ? screen : width;
	measure(table);
	if (columns_that_fit(table, 1, width) == table->column_count - 1)
		return table_print(out, table, format, error);
	for (size_t first = 1; first < table->column_count && good;) {
		const char *group = table->columns[first].group;
		struct table part = { 0 };

		if (group)
			table_print_title(out, group, format);
		else if (first > 1)
			fputc('\n', out);
		take_group(table, &first, &part);
		good = print_pieces(out, &part, width, error);
		table_free(&part);
	}
	return good;
}
