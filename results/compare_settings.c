/* compare_settings.c - the settings in which contestants differ. */
#include "core/number.h"
#include "results/compare_parts.h"
#include "results/queries.h"
#include "results/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kinds_sql[] =
	"SELECT DISTINCT setting, label, value FROM run_settings WHERE experiment = :experiment"
	" AND (setting = 'architecture' OR setting LIKE '%.architecture')";

/* The row of a setting, which is the last one if it is there: rows come sorted. */
static struct cell *setting_row(struct table *table, const struct cell *setting)
{
	struct cell *row = table->row_count ? table_cell(table, table->row_count - 1, 0) : NULL;

	if (!row || strcmp(row->text, setting->text)) {
		row = table_add_row(table);
		cell_text(row, setting->text, setting->length);
	}
	return row;
}

static void copy_cell(struct cell *to, const struct cell *from)
{
	if (from->type == CELL_TEXT)
		cell_text(to, from->text, from->length);
	else
		*to = *from;
}

/* Turns rows (experiment, setting, contestant, value) into a row a setting and a column a
 * contestant. */
static void spread_settings(const struct table *contestants, const struct table *list,
                            struct table *wide)
{
	table_add_column(wide, "setting", -1, false);
	for (size_t r = 0; r < contestants->row_count; r++)
		table_add_column(wide, table_cell(contestants, r, 0)->text, -1, false);
	for (size_t r = 0; r < list->row_count; r++) {
		struct cell *row = setting_row(wide, table_cell(list, r, 1));

		for (size_t i = 1; i < wide->column_count; i++)
			if (!strcmp(wide->columns[i].name, table_cell(list, r, 2)->text))
				copy_cell(&row[i], table_cell(list, r, 3));
	}
}

/* The architecture that a key of a contestant belongs to: `encoder.settings.heads` to that of the
 * encoder; NULL where the key is none of a body. */
static const char *kind_of(const struct table *kinds, const char *contestant, const char *key,
                           const char **own)
{
	const char *settings = strstr(key, "settings.");
	size_t before = settings ? (size_t)(settings - key) : 0;

	if (!settings || (before && key[before - 1] != '.'))
		return NULL;
	*own = settings + strlen("settings.");
	for (size_t r = 0; r < kinds->row_count; r++) {
		const char *place = table_cell(kinds, r, 0)->text;

		if (!strncmp(place, key, before) && !strcmp(place + before, "architecture") &&
		    !strcmp(table_cell(kinds, r, 1)->text, contestant))
			return table_cell(kinds, r, 2)->text;
	}
	return NULL;
}

static bool cell_is_default(const struct cell *cell, const char *architecture, const char *key,
                            const struct compare_options *options)
{
	char number[NUMBER_TEXT_SIZE];

	if (cell->type == CELL_TEXT)
		return options->is_default(architecture, key, cell->text);
	number_write_real(cell->type == CELL_INTEGER ? (double)cell->integer : cell->real, number);
	return options->is_default(architecture, key, number);
}

/* Whether the row is of a setting that some contestants lack, and has its default in the others. */
static bool is_idle(const struct table *wide, size_t row, const struct table *kinds,
                    const struct compare_options *options)
{
	const char *key = table_cell(wide, row, 0)->text, *own = NULL;
	bool lacking = false;

	for (size_t i = 1; i < wide->column_count; i++) {
		const struct cell *cell = table_cell(wide, row, i);
		const char *kind = kind_of(kinds, wide->columns[i].name, key, &own);

		if (cell->type == CELL_EMPTY)
			lacking = true;
		else if (!kind || !cell_is_default(cell, kind, own, options))
			return false;
	}
	return lacking;
}

static void drop_idle(const struct table *wide, const struct table *kinds,
                      const struct compare_options *options, struct table *kept)
{
	for (size_t i = 0; i < wide->column_count; i++)
		table_add_column(kept, wide->columns[i].name, -1, false);
	for (size_t r = 0; r < wide->row_count; r++) {
		struct cell *row;

		if (options->is_default && is_idle(wide, r, kinds, options))
			continue;
		row = table_add_row(kept);
		for (size_t i = 0; i < wide->column_count; i++)
			copy_cell(&row[i], table_cell(wide, r, i));
	}
}

bool compare_settings(FILE *out, struct database *database, const char *experiment,
                      const struct table *contestants, const struct compare_options *options,
                      struct error *error)
{
	const struct named_query *query = named_query_find("settings");
	struct table list = { 0 }, kinds = { 0 }, wide = { 0 }, kept = { 0 };
	bool good = query_table(database, query->sql, experiment, &list, error) &&
	            query_table(database, kinds_sql, experiment, &kinds, error);

	if (good && list.row_count) {
		spread_settings(contestants, &list, &wide);
		drop_idle(&wide, &kinds, options, &kept);
	}
	if (good && kept.row_count) {
		table_print_title(out, "Settings that differ", options->format);
		good = table_print(out, &kept, options->format, error);
	}
	table_free(&list);
	table_free(&kinds);
	table_free(&wide);
	table_free(&kept);
	return good;
}
