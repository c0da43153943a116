/* report_settings.c - what was run: settings that differ and that are shared, budgets, data,
 * machines. */
#include "results/report_parts.h"
#include "results/queries.h"

#include "results/differing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 8 }; /* contestants that fit as columns */

static void add_budget_rows(struct report *r, struct document_table *table)
{
	for (size_t i = 0; i < r->setup_count; i++) {
		struct prose *row = document_row(table);
		double updates = 0, tokens = 0, seconds = 0, all = 0, done = 0;

		for (size_t k = 0; k < r->run_count; k++) {
			const struct report_run *run = &r->runs[k];

			if (run->setup != i)
				continue;
			all += run->train_seconds;
			if (!run->done)
				continue;
			done++;
			updates += run->updates;
			tokens += run->target_tokens;
			seconds += run->train_seconds;
		}
		report_string(&row[0], r->setups[i].label);
		prose_add(&row[1], SPAN_PLAIN, "%zu", r->setups[i].runs);
		report_quantity(&row[2], updates / done);
		report_quantity(&row[3], tokens / done);
		report_duration(&row[4], seconds / done);
		report_duration(&row[5], all);
	}
}

static void add_budgets(struct report *r)
{
	struct document_table *table = document_table(
		r->document,
		"Budget of each contestant: means over the runs that are done; the last "
		"column adds up all runs, failed and unfinished ones too.");

	table->folded = report_shown(r) < r->setup_count;
	document_column(table, "contestant", false);
	document_column(table, "runs", true);
	document_column(table, "updates", true);
	document_column(table, "target tokens", true);
	document_column(table, "training", true);
	document_column(table, "training, all runs", true);
	add_budget_rows(r, table);
}

static size_t column_of(const struct document_table *table, const char *name)
{
	for (size_t c = 1; c < table->column_count; c++)
		if (!strcmp(table->columns[c].name, name))
			return c;
	return 0;
}

/* `list` has rows (experiment, setting, contestant, value), by setting: a row each. */
static void spread_down(struct report *r, const struct table *list, struct document_table *table)
{
	struct prose *row = NULL;

	document_column(table, "setting", false);
	for (size_t i = 0; i < r->setup_count; i++)
		document_column(table, r->setups[i].label, false);
	for (size_t i = 0; i < list->row_count; i++) {
		const struct cell *cells = table_cell(list, i, 0);
		size_t column;

		if (!i || strcmp(report_cell_text(&cells[1]),
		                 report_cell_text(table_cell(list, i - 1, 1)))) {
			row = document_row(table);
			prose_add(&row[0], SPAN_CODE, "%s", report_cell_text(&cells[1]));
		}
		column = column_of(table, report_cell_text(&cells[2]));
		if (column && !row[column].count)
			report_value(&row[column], &cells[3]);
	}
}

/* Of many contestants: a row each, a column a setting. */
static void spread_across(struct report *r, const struct table *list, struct document_table *table)
{
	document_column(table, "contestant", false);
	for (size_t i = 0; i < list->row_count; i++) {
		const char *setting = report_cell_text(table_cell(list, i, 1));

		if (!column_of(table, setting))
			document_column(table, setting, false);
	}
	for (size_t i = 0; i < r->setup_count; i++)
		report_string(&document_row(table)[0], r->setups[i].label);
	for (size_t i = 0; i < list->row_count; i++) {
		const struct cell *cells = table_cell(list, i, 0);
		const size_t column = column_of(table, report_cell_text(&cells[1]));

		for (size_t k = 0; k < r->setup_count; k++) {
			struct prose *cell = &table->cells[k * table->column_count + column];

			if (!strcmp(r->setups[k].label, report_cell_text(&cells[2])) &&
			    !cell->count)
				report_value(cell, &cells[3]);
		}
	}
}

static bool add_differing(struct report *r, bool folded)
{
	struct table list = { 0 };
	const bool good = differing_settings(r->database, r->experiment, r->guide->is_default,
	                                     &list, r->error);

	if (good && list.row_count) {
		struct document_table *table = document_table(r->document, "Settings that differ");

		table->folded = folded || r->setup_count > WIDE;
		(r->setup_count > WIDE ? spread_across : spread_down)(r, &list, table);
	}
	table_free(&list);
	return good;
}

/* A table of a query's columns, all text. */
static bool add_query(struct report *r, const char *caption, const char *sql, bool folded)
{
	struct table list = { 0 };
	const bool good = report_query(r, sql, &list);

	if (good && list.row_count) {
		struct document_table *table = document_table(r->document, caption);

		table->folded = folded;
		for (size_t c = 0; c < list.column_count; c++)
			document_column(table, list.columns[c].name, false);
		for (size_t i = 0; i < list.row_count; i++) {
			struct prose *row = document_row(table);

			for (size_t c = 0; c < list.column_count; c++)
				report_value(&row[c], table_cell(&list, i, c));
		}
	}
	table_free(&list);
	return good;
}

static const char shared[] = "WITH used AS (SELECT DISTINCT setup, setting, value FROM run_settings"
			     "  WHERE experiment = :experiment)"
			     " SELECT setting, min(value) AS value FROM used GROUP BY setting"
			     " HAVING count(DISTINCT value) = 1 AND count(DISTINCT setup) ="
			     "  (SELECT count(DISTINCT setup) FROM used) ORDER BY setting";

static const char machines[] =
	"SELECT group_concat(r.id, ' ') AS runs, r.host, r.cpu, r.threads, r.blas, r.blas_kernel "
	"AS "
	"\"BLAS kernel\", r.vector_kernels AS \"vector kernels\", r.program_version AS version,"
	" r.source_commit AS \"commit\", r.compiler, r.data_hash AS \"data hash\""
	" FROM (SELECT * FROM runs WHERE experiment ="
	"  (SELECT id FROM experiments WHERE name = :experiment) ORDER BY id) r"
	" GROUP BY r.host, r.cpu, r.threads, r.blas, r.blas_kernel, r.vector_kernels,"
	"  r.program_version, r.source_commit, r.compiler, r.compiler_flags, r.data_hash"
	" ORDER BY min(r.id)";

static const char signatures[] =
	"SELECT s.test_set AS \"test set\", m.name AS metric, m.unit, m.help AS definition,"
	" s.signature, s.sentences, s.beam, s.length_penalty AS \"length penalty\","
	" count(*) AS runs FROM runs r JOIN scores s ON s.run = r.id JOIN metrics m ON m.id = "
	"s.metric"
	" WHERE r.experiment = (SELECT id FROM experiments WHERE name = :experiment)"
	" GROUP BY 1, m.id, s.signature, s.sentences, s.beam, s.length_penalty ORDER BY 1, m.id";

bool report_settings(struct report *r)
{
	bool varied = false;

	if (!r->run_count)
		return true;
	document_heading(r->document, 2, "What was run");
	add_budgets(r);
	return add_query(r,
	                 "Tuning before the comparison: short trials of each contestant, which the "
	                 "budgets above leave out",
	                 named_query_find("tuning")->sql, false) &&
	       report_ablation(r, &varied) && add_differing(r, varied) &&
	       add_query(r, "Settings that all contestants share", shared, true) &&
	       add_query(r, "How scores were taken", signatures, true) &&
	       add_query(r, "Machines, programs and data", machines, true);
}
