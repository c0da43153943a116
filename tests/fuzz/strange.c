/* strange.c - databases of strangers, and every command that reads one. */
#include "tests/fuzz/strange.h"

#include "experiments/follow.h"
#include "experiments/pack.h"
#include "results/compare.h"
#include "results/curves.h"
#include "results/export.h"
#include "results/manage.h"
#include "results/merge.h"
#include "results/queries.h"
#include "results/query.h"
#include "results/report.h"
#include "results/selection.h"
#include "results/translations.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RUN = 4 };
enum part { ASK, COMPARE, REPORT, MERGE }; /* all of it takes too long for one input */

static void execute(sqlite3 *handle, const char *sql)
{
	fuzz_check(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK,
	           sqlite3_errmsg(handle));
}

void strange_make(const char *path)
{
	struct database database;
	struct error error;
	sqlite3 *handle;

	if (!database_open(&database, path, DATABASE_WRITE, &error))
		fuzz_check(false, error.message);
	database_close(&database);
	fuzz_check(sqlite3_open(path, &handle) == SQLITE_OK, "it opens");
	execute(handle,
	        "PRAGMA journal_mode = DELETE; PRAGMA writable_schema = ON;"
	        "UPDATE sqlite_schema SET sql = replace(replace(replace(sql, ' STRICT', ''),"
	        " ',  WITHOUT', ' WITHOUT'), ' NOT NULL', '') WHERE type = 'table';"
	        "UPDATE sqlite_schema SET sql = replace(sql, '), WITHOUT', ') WITHOUT')");
	sqlite3_close(handle);
}

static void bind(sqlite3_stmt *insert, int column, const char *value, size_t size)
{
	char text[32];

	snprintf(text, sizeof text, "%.*s", (int)(size ? size - 1 : 0), size ? value + 1 : "");
	if (!size || *value == 'n')
		sqlite3_bind_null(insert, column);
	else if (*value == 'i')
		sqlite3_bind_int64(insert, column, strtoll(text, NULL, 10));
	else if (*value == 'r')
		sqlite3_bind_double(insert, column, strtod(text, NULL));
	else if (*value == 'b')
		sqlite3_bind_blob(insert, column, value + 1, (int)size - 1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(insert, column, value + 1, (int)size - 1, SQLITE_TRANSIENT);
}

static int count_columns(sqlite3 *handle, const char *table)
{
	char sql[128];
	sqlite3_stmt *select = NULL;
	int count;

	snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
	fuzz_check(sqlite3_prepare_v2(handle, sql, -1, &select, NULL) == SQLITE_OK, "a table");
	count = sqlite3_column_count(select);
	sqlite3_finalize(select);
	return count;
}

void strange_row(sqlite3 *handle, const char *table, const char *values, size_t size)
{
	const int columns = count_columns(handle, table);
	const char *end = values + size;
	sqlite3_stmt *insert = NULL;
	char *sql = sqlite3_mprintf("INSERT OR REPLACE INTO \"%w\" VALUES (?", table);

	for (int i = 1; i < columns; i++)
		sql = sqlite3_mprintf("%z, ?", sql);
	sql = sqlite3_mprintf("%z)", sql);
	if (sqlite3_prepare_v2(handle, sql, -1, &insert, NULL) == SQLITE_OK) {
		for (int i = 1; i <= columns && values < end; i++) {
			const char *stop = memchr(values, '\x1f', (size_t)(end - values));

			if (!stop)
				stop = end;
			bind(insert, i, values, (size_t)(stop - values));
			values = stop + 1;
		}
		sqlite3_step(insert); /* a row that even these tables refuse is left out */
	}
	sqlite3_finalize(insert);
	sqlite3_free(sql);
}

/* What is printed, which must be harmless where people read it. */
struct printed {
	char *text;
	size_t size;
	FILE *out;
};

static void print_begin(struct printed *p)
{
	*p = (struct printed){ 0 };
	p->out = open_memstream(&p->text, &p->size);
	fuzz_check(p->out != NULL, "memory");
}

static void print_end(struct printed *p, bool for_reading)
{
	fclose(p->out);
	if (for_reading)
		fuzz_harmless(p->text, p->size);
	free(p->text);
}

/* One in four of them. */
static void ask_queries(struct database *database, const char *experiment, enum table_format format,
                        unsigned from)
{
	for (unsigned i = 0; named_queries[i].name; i++) {
		const struct named_query *q = &named_queries[i];
		struct printed p;
		struct error error;

		if (i % 4 != from % 4)
			continue;
		print_begin(&p);
		fuzz_said(query_print(p.out, database, q->sql, experiment, format, &error), &error);
		print_end(&p, table_for_reading(format));
	}
}

static void compare(struct database *database, const char *experiment, enum table_format format)
{
	const struct compare_options options = { .format = format };
	const struct curves_options curves = { format, COST_TOKENS, "valid_perplexity", 5 };
	struct printed p;
	struct error error;

	print_begin(&p);
	fuzz_said(compare_print(p.out, database, experiment, &options, &error), &error);
	fuzz_said(compare_pairs(p.out, database, experiment, "BLEU", &options, &error), &error);
	fuzz_said(curves_print(p.out, database, experiment, &curves, &error), &error);
	print_end(&p, table_for_reading(format));
}

static void report(struct database *database, const char *experiment, unsigned way)
{
	const struct report_guide guide = { 0 };
	struct document document = { 0 };
	struct printed p;
	struct error error;
	const bool good = report_make(&document, database, experiment, &guide, &error);

	fuzz_said(good, &error);
	for (int format = DOCUMENT_HTML; good && format <= DOCUMENT_LATEX; format++) {
		print_begin(&p);
		fuzz_said(document_write(p.out, &document, (enum document_format)format, way & 1,
		                         &error),
		          &error);
		print_end(&p, true);
	}
	document_free(&document);
}

static void look_at_runs(struct database *database)
{
	struct following following = { 0 };
	struct error error;
	bool good;

	for (long run = 0; run < MOST_RUN; run++) {
		struct run_record record;
		struct translations t;

		good = database_run_read(database, run, &record, &error);
		fuzz_said(good, &error);
		if (good)
			run_record_free(&record);
		good = translations_read(database, run, NULL, &t, &error);
		fuzz_said(good, &error);
		if (good)
			translations_free(&t);
	}
	good = follow(database, NULL, &following, &error);
	fuzz_said(good, &error);
	following_free(&following);
}

static void choose(struct database *database, unsigned way)
{
	static const struct selection selections[] = {
		{ NULL, "BLEU > 1 or contestant ~ '*a*'", "-BLEU", 0 },
		{ NULL, "not settings.width = 8 and started >= 2026", "train.learning_rate", 2 },
		{ "x", "tag = keep", "contestant", 0 },
		{ NULL, NULL, "note", 1 },
	};
	struct error error;
	const bool good = selection_choose(database, &selections[way % 4], &error) &&
	                  selection_apply(database, &error);

	fuzz_said(good, &error);
	if (good)
		fuzz_said(export_chosen(database, (enum export_format)(way / 4 % 3), "export",
		                        &error),
		          &error);
}

static bool take(void *context, const struct merge_run *run, char folder[MERGE_FOLDER_SIZE],
                 struct error *error)
{
	(void)context, (void)run, (void)error;
	strcpy(folder, "x");
	return true;
}

static void merge(struct database *from)
{
	const struct merge_handler handler = { .take = take };
	struct database into;
	struct error error;

	if (!database_open(&into, "into.db", DATABASE_WRITE, &error))
		fuzz_check(false, error.message);
	fuzz_said(database_merge(&into, from, 0, &handler, &error), &error);
	execute(into.handle, "DELETE FROM experiments; DELETE FROM metrics WHERE id > 40");
	database_close(&into);
}

void strange_read(const char *path, unsigned way)
{
	const enum table_format format = (enum table_format)(way % (TABLE_HTML + 1));
	const enum part part = (enum part)(way >> 3 & 3);
	struct database database;
	struct error error;
	long run;
	bool good = database_open(&database, path, DATABASE_READ, &error);

	fuzz_said(good, &error);
	if (!good)
		return;
	fuzz_said(database_check(&database, &error), &error);
	look_at_runs(&database);
	if (part == ASK)
		ask_queries(&database, way & 128 ? "x" : NULL, format, way >> 5);
	else if (part == COMPARE)
		compare(&database, "x", format);
	else if (part == REPORT)
		report(&database, "x", way);
	else
		merge(&database);
	if (part == ASK || part == MERGE)
		choose(&database, way >> 5);
	database_close(&database);
	good = pack_open(&database, path, &run, &error);
	fuzz_said(good, &error);
	if (!good)
		return;
	fuzz_said(pack_extract(&database, "taken", &error), &error);
	database_close(&database);
}
