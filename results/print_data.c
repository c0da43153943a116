/* print_data.c - tables for programs: csv, tsv, json, jsonl. */
#include "results/print.h"

#include "results/escape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The fewest digits that read back as the same number. */
static void write_exactly(char number[NUMBER_SIZE], double value)
{
	if (fabs(value) < 1e15 && value != 0 && (double)(long)value == value) {
		snprintf(number, NUMBER_SIZE, "%ld", (long)value); /* the same, sooner */
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(number, NUMBER_SIZE, "%.*g", digits, value);
		if (strtod(number, NULL) == value)
			return;
	}
}

/* A number with all its digits; nothing where there is none. */
static void put_number(FILE *out, double value)
{
	char number[NUMBER_SIZE];

	if (isnan(value))
		return;
	write_exactly(number, value);
	fputs(number, out);
}

/* A file has all bytes of a text, a terminal what may be shown on one. */
static void separated_text(FILE *out, const struct table *table, const char *text, size_t length,
                           enum table_format format)
{
	char *shown;

	if (!table->terminal) {
		escape_write(out, format, text, length);
		return;
	}
	shown = escape_text(TABLE_BOX, text, length);
	escape_write(out, format, shown, strlen(shown));
	free(shown);
}

static void separated_cell(FILE *out, const struct table *table, const struct column *column,
                           const struct cell *cell, enum table_format format, char separator)
{
	if (cell->type == CELL_TEXT)
		separated_text(out, table, cell->text, cell->length, format);
	else if (cell->type == CELL_INTEGER)
		fprintf(out, "%ld", cell->integer);
	else if (cell->type == CELL_REAL)
		put_number(out, cell->real);
	if (!column->deviation)
		return;
	fputc(separator, out);
	if (cell->type == CELL_REAL)
		put_number(out, cell->deviation);
}

static void separated_names(FILE *out, const struct table *table, enum table_format format,
                            char separator)
{
	for (size_t c = 0; c < table->column_count; c++) {
		const struct column *column = &table->columns[c];

		if (c)
			fputc(separator, out);
		separated_text(out, table, column->name, strlen(column->name), format);
		if (column->deviation) {
			fputc(separator, out);
			separated_text(out, table, column->name, strlen(column->name), format);
			fputs(" deviation", out);
		}
	}
}

static void csv_begin(FILE *out, struct table *table)
{
	separated_names(out, table, TABLE_CSV, ',');
	fputc('\n', out);
}

static void csv_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++) {
		if (c)
			fputc(',', out);
		separated_cell(out, table, &table->columns[c], &row[c], TABLE_CSV, ',');
	}
	fputc('\n', out);
}

static void tsv_begin(FILE *out, struct table *table)
{
	separated_names(out, table, TABLE_TSV, '\t');
	fputc('\n', out);
}

static void tsv_row(FILE *out, const struct table *table, const struct cell *row)
{
	for (size_t c = 0; c < table->column_count; c++) {
		if (c)
			fputc('\t', out);
		separated_cell(out, table, &table->columns[c], &row[c], TABLE_TSV, '\t');
	}
	fputc('\n', out);
}

/* "name": or, of the third column of that name, "name 3": */
static void json_name(FILE *out, const struct table *table, size_t c, const char *suffix)
{
	const char *name = table->columns[c].name;
	size_t size = strlen(name) + strlen(suffix) + 32, earlier = 0;
	char *whole = memory_new(size, 1);

	for (size_t i = 0; i < c; i++)
		earlier += !strcmp(table->columns[i].name, name);
	if (earlier)
		snprintf(whole, size, "%s %zu%s", name, earlier + 1, suffix);
	else
		snprintf(whole, size, "%s%s", name, suffix);
	escape_write(out, TABLE_JSON, whole, strlen(whole));
	fputs(": ", out);
	free(whole);
}

static void json_number(FILE *out, double value)
{
	if (isfinite(value))
		put_number(out, value);
	else
		fputs("null", out);
}

static void json_value(FILE *out, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_TEXT:
		escape_write(out, TABLE_JSON, cell->text, cell->length);
		break;
	case CELL_INTEGER:
		fprintf(out, "%ld", cell->integer);
		break;
	case CELL_REAL:
		json_number(out, cell->real);
		break;
	case CELL_EMPTY:
		fputs("null", out);
		break;
	}
}

static void json_begin(FILE *out, struct table *table)
{
	(void)table;
	fputc('[', out);
}

static void json_object(FILE *out, const struct table *table, const struct cell *row)
{
	fputc('{', out);
	for (size_t c = 0; c < table->column_count; c++) {
		fputs(c ? ", " : "", out);
		json_name(out, table, c, "");
		json_value(out, &row[c]);
		if (table->columns[c].deviation) {
			fputs(", ", out);
			json_name(out, table, c, " deviation");
			json_number(out, row[c].type == CELL_REAL ? row[c].deviation : (double)NAN);
		}
	}
	fputc('}', out);
}

static void json_row(FILE *out, const struct table *table, const struct cell *row)
{
	fputs(table->printed ? ",\n " : "\n ", out);
	json_object(out, table, row);
}

static void json_end(FILE *out, const struct table *table)
{
	fputs(table->printed ? "\n]\n" : "]\n", out);
}

static void jsonl_begin(FILE *out, struct table *table)
{
	(void)out, (void)table;
}

static void jsonl_row(FILE *out, const struct table *table, const struct cell *row)
{
	json_object(out, table, row);
	fputc('\n', out);
}

const struct style style_csv = { csv_begin, csv_row, NULL };
const struct style style_tsv = { tsv_begin, tsv_row, NULL };
const struct style style_json = { json_begin, json_row, json_end };
const struct style style_jsonl = { jsonl_begin, jsonl_row, NULL };
