/* differing.c - the settings in which the contestants of an experiment differ. */
#include "results/differing.h"

#include "core/number.h"
#include "results/queries.h"
#include "results/query.h"

#include <string.h>

enum { SETTING = 1, CONTESTANT, VALUE }; /* columns of the query "settings" */

static const char kinds_sql[] =
	"SELECT DISTINCT setting, label, value FROM run_settings WHERE experiment = :experiment"
	" AND (setting = 'architecture' OR setting LIKE '%.architecture')";

static const char count_sql[] =
	"SELECT count(DISTINCT setup) FROM run_settings WHERE experiment = :experiment";

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

/* Whether the row of `all` has the default of its setting. */
static bool row_is_default(const struct table *all, size_t row, const struct table *kinds,
                           bool (*is_default)(const char *, const char *, const char *))
{
	const struct cell *value = table_cell(all, row, VALUE);
	const char *key, *kind = kind_of(kinds, table_cell(all, row, CONTESTANT)->text,
	                                 table_cell(all, row, SETTING)->text, &key);
	char number[NUMBER_TEXT_SIZE];

	if (!kind || value->type == CELL_TEXT)
		return kind && is_default(kind, key, value->text);
	number_write_real(value->type == CELL_INTEGER ? (double)value->integer : value->real,
	                  number);
	return is_default(kind, key, number);
}

static void copy_row(struct table *to, const struct table *from, size_t row)
{
	struct cell *cell = table_add_row(to);

	for (size_t c = 0; c < from->column_count; c++)
		cell_copy(&cell[c], table_cell(from, row, c));
}

/* Copies the rows of each setting, but for those that are idle. */
static void keep(const struct table *all, const struct table *kinds, long contestants,
                 bool (*is_default)(const char *, const char *, const char *), struct table *kept)
{
	size_t end;

	for (size_t c = 0; c < all->column_count; c++)
		table_add_column(kept, all->columns[c].name, -1, false);
	for (size_t first = 0; first < all->row_count; first = end) {
		bool idle = true;

		for (end = first;
		     end < all->row_count && !strcmp(table_cell(all, end, SETTING)->text,
		                                     table_cell(all, first, SETTING)->text);
		     end++)
			idle = idle && row_is_default(all, end, kinds, is_default);
		for (size_t r = first; r < end; r++)
			if (!idle || (long)(end - first) >= contestants)
				copy_row(kept, all, r);
	}
}

bool differing_settings(struct database *database, const char *experiment,
                        bool (*is_default)(const char *, const char *, const char *),
                        struct table *list, struct error *error)
{
	const char *sql = named_query_find("settings")->sql;
	struct table all = { 0 }, kinds = { 0 }, count = { 0 };
	bool good;

	if (!is_default)
		return query_table(database, sql, experiment, list, error);
	good = query_table(database, sql, experiment, &all, error) &&
	       query_table(database, kinds_sql, experiment, &kinds, error) &&
	       query_table(database, count_sql, experiment, &count, error);
	if (good)
		keep(&all, &kinds, table_cell(&count, 0, 0)->integer, is_default, list);
	table_free(&all);
	table_free(&kinds);
	table_free(&count);
	return good;
}
