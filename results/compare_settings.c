/* compare_settings.c - the settings in which contestants differ. */
#include "results/compare_parts.h"
#include "results/differing.h"

#include <string.h>

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
				cell_copy(&row[i], table_cell(list, r, 3));
	}
}

bool compare_settings(FILE *out, struct database *database, const char *experiment,
                      const struct table *contestants, const struct compare_options *options,
                      struct error *error)
{
	struct table list = { 0 }, wide = { 0 };
	bool good = differing_settings(database, experiment, options->is_default, &list, error);

	if (good && list.row_count) {
		spread_settings(contestants, &list, &wide);
		table_print_title(out, "Settings that differ", options->format);
		good = table_print_folded(out, &wide, options->format, COMPARE_WIDTH, error);
	}
	table_free(&list);
	table_free(&wide);
	return good;
}
