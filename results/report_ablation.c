/* report_ablation.c - one row a setting that was changed, and only what was changed: table 3 of
 * Vaswani 2017, for each architecture of which there are several contestants. */
#include "results/report_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 12, ROWS = 24 }; /* at most that are still a table */

/* All settings of all setups: rows (setup, setting, value), by setting and setup. */
struct values {
	struct table table;
};

static int compare_place(const struct cell *row, long setup, const char *setting)
{
	const int order = strcmp(report_cell_text(&row[1]), setting);

	return order ? order : (row[0].integer > setup) - (row[0].integer < setup);
}

/* The value of a setting, or NULL. */
static const struct cell *value_of(const struct values *v, long setup, const char *setting)
{
	size_t first = 0, end = v->table.row_count;

	while (first < end) {
		const size_t middle = first + (end - first) / 2;
		const struct cell *row = table_cell(&v->table, middle, 0);
		const int order = compare_place(row, setup, setting);

		if (order == 0)
			return &row[2];
		if (order < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

static bool equal(const struct cell *a, const struct cell *b)
{
	if (!a || !b || a->type != b->type)
		return a == b;
	return a->type == CELL_TEXT ? !strcmp(a->text, b->text)
	                            : report_cell_number(a) == report_cell_number(b);
}

static bool in_group(const struct report *r, size_t setup, const char *architecture)
{
	return !strcmp(r->setups[setup].architecture, architecture);
}

/* The first contestant of the architecture, which the others are changes of. */
static size_t base_of(const struct report *r, const char *architecture, size_t *members)
{
	size_t base = SIZE_MAX;

	*members = 0;
	for (size_t i = 0; i < r->setup_count; i++) {
		if (!in_group(r, i, architecture))
			continue;
		++*members;
		if (base == SIZE_MAX || r->setups[i].id < r->setups[base].id)
			base = i;
	}
	return base;
}

static bool differs(const struct report *r, const struct values *v, const char *architecture,
                    size_t base, const char *setting)
{
	const struct cell *value = value_of(v, r->setups[base].id, setting);

	for (size_t i = 0; i < r->setup_count; i++)
		if (in_group(r, i, architecture) &&
		    !equal(value, value_of(v, r->setups[i].id, setting)))
			return true;
	return false;
}

/* The settings that differ within the group; at most SETTINGS + 1. */
static size_t find_settings(const struct report *r, const struct values *v,
                            const char *architecture, size_t base,
                            const char *settings[SETTINGS + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < v->table.row_count && count <= SETTINGS; i++) {
		const char *setting = report_cell_text(table_cell(&v->table, i, 1));

		if (i && !strcmp(setting, report_cell_text(table_cell(&v->table, i - 1, 1))))
			continue;
		if (differs(r, v, architecture, base, setting))
			settings[count++] = setting;
	}
	return count;
}

static void add_row(const struct report *r, const struct values *v, struct document_table *table,
                    size_t base, size_t setup, const char *const *settings, size_t count)
{
	const struct report_score *perplexity = &r->scores[0], *score = &r->scores[r->headline];
	struct prose *row = document_row(table);

	report_string(&row[0], r->setups[setup].label);
	for (size_t k = 0; k < count; k++) {
		const struct cell *value = value_of(v, r->setups[setup].id, settings[k]);

		if (value &&
		    (setup == base || !equal(value, value_of(v, r->setups[base].id, settings[k]))))
			report_value(&row[1 + k], value);
	}
	row += 1 + count;
	if (r->setups[setup].parameters > 0)
		report_quantity(&row[0], r->setups[setup].parameters);
	report_number(&row[1], SPAN_PLAIN, perplexity->mean[setup], perplexity->deviation[setup],
	              2);
	if (r->headline)
		report_number(&row[2], SPAN_PLAIN, score->mean[setup], score->deviation[setup], 2);
}

static void add_group(struct report *r, const struct values *v, const char *architecture)
{
	const char *settings[SETTINGS + 1];
	struct document_table *table;
	size_t members, base = base_of(r, architecture, &members), count, rows = 1;
	char *caption, *name;

	if (members < 2)
		return;
	count = find_settings(r, v, architecture, base, settings);
	if (!count || count > SETTINGS)
		return;
	if (asprintf(&caption, "Variations of %s (%s): what was changed; blank is as in %s",
	             r->setups[base].label, architecture, r->setups[base].label) < 0)
		memory_die(0);
	table = document_table(r->document, caption);
	free(caption);
	document_column(table, "contestant", false);
	for (size_t k = 0; k < count; k++)
		document_column(table, settings[k], false);
	document_column(table, "parameters", true);
	document_column(table, "valid perplexity", true);
	if (r->headline) {
		name = report_score_name(&r->scores[r->headline]);
		document_column(table, name, true);
		free(name);
	}
	add_row(r, v, table, base, base, settings, count);
	for (size_t i = 0; i < r->setup_count && rows < ROWS; i++)
		if (i != base && in_group(r, i, architecture)) {
			add_row(r, v, table, base, i, settings, count);
			rows++;
		}
	if (members > rows)
		prose_add(&table->note, SPAN_PLAIN, "The best %zu of %zu contestants.", rows,
		          members);
}

bool report_ablation(struct report *r, bool *any)
{
	struct values v = { { 0 } };
	const size_t before = r->document->count;
	const bool good = report_query(r,
	                               "SELECT setup, setting, value FROM run_settings"
	                               " WHERE experiment = :experiment AND run = setup"
	                               "  AND setting <> 'architecture' ORDER BY setting, setup",
	                               &v.table);

	for (size_t i = 0; i < r->setup_count && good; i++) {
		size_t first = 0;

		while (!in_group(r, first, r->setups[i].architecture))
			first++;
		if (first == i)
			add_group(r, &v, r->setups[i].architecture);
	}
	table_free(&v.table);
	*any = r->document->count > before;
	return good;
}
