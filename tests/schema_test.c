/* schema_test.c - the manual of the database names every table, view and column, and no other. */
#include "core/error.h"
#include "tests/results_fixture.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LINE = 2048, MANUAL_COLUMNS = 3 };

/* The next of the names with commas between; NULL at the end. */
static char *next_name(char **list)
{
	char *name;

	while ((name = strsep(list, ",")) != NULL) {
		name += strspn(name, " ");
		name[strcspn(name, " ")] = '\0';
		if (*name)
			return name;
	}
	return NULL;
}

/* A line "| a | b | c |" in its cells; the number of them. */
static int split_row(char *line, char *cells[MANUAL_COLUMNS])
{
	int count = 0;

	line += *line == '|';
	while (count < MANUAL_COLUMNS && strchr(line, '|'))
		cells[count++] = strsep(&line, "|");
	return count;
}

static void execute(sqlite3 *handle, const char *sql)
{
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(handle));
}

static void note(sqlite3 *handle, const char *table, const char *column)
{
	char *sql = sqlite3_mprintf("INSERT INTO temp.manual VALUES (%Q, %Q)", table, column);

	execute(handle, sql);
	sqlite3_free(sql);
}

/* Puts what docs/results.md says into temp.manual (object, name): a section "### NAME" for each
 * table and view, and in it a table of columns, unit and meaning. */
static void read_manual(sqlite3 *handle)
{
	FILE *file = fopen("docs/results.md", "r");
	char line[LINE], table[LINE] = "", *cells[MANUAL_COLUMNS];

	assert_non_null(file);
	execute(handle,
	        "CREATE TEMP TABLE manual (object TEXT, name TEXT, PRIMARY KEY (object, name))");
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "## ", 3))
			table[0] = '\0';
		else if (!strncmp(line, "### ", 4))
			snprintf(table, sizeof table, "%s", line + 4);
		if (!*table || *line != '|' || !strncmp(line, "| column", 8) ||
		    !strncmp(line, "| :---", 6))
			continue;
		if (split_row(line, cells) != MANUAL_COLUMNS)
			fail_msg("%s: a row has not column, unit and meaning", table);
		for (char *name; (name = next_name(&cells[0])) != NULL;)
			note(handle, table, name);
	}
	fclose(file);
}

/* Fails with the first row of a query, which lists what is wrong. */
static void assert_none(sqlite3 *handle, const char *what, const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(handle));
	if (sqlite3_step(statement) == SQLITE_ROW)
		fail_msg("%s.%s: %s", (const char *)sqlite3_column_text(statement, 0),
		         (const char *)sqlite3_column_text(statement, 1), what);
	sqlite3_finalize(statement);
}

#define LIVE                                                                                       \
	"SELECT s.name AS object, c.name FROM main.sqlite_schema s, pragma_table_info(s.name) c"   \
	" WHERE s.type IN ('table', 'view')"

static void the_manual_names_every_column_and_no_other(void **state)
{
	struct results_fixture *f = *state;
	sqlite3 *handle = f->database.handle;

	read_manual(handle);
	assert_none(handle, "is not in docs/results.md", LIVE " EXCEPT SELECT * FROM temp.manual");
	assert_none(handle, "is in docs/results.md alone",
	            "SELECT * FROM temp.manual EXCEPT " LIVE);
}

/* What views are for: one curve is found by keys alone, however many there are. */
static void a_curve_is_found_without_a_scan_of_points(void **state)
{
	static const char *const queries[] = {
		"SELECT * FROM run_curves WHERE run = 3 AND metric = 'train_loss'",
		"SELECT * FROM curves WHERE run = 3 AND metric = 'train_loss'",
		"SELECT * FROM curves WHERE experiment = 'x' AND contestant = 'y' AND metric = 'z'",
		"SELECT * FROM cost_to_target WHERE metric = 'valid_perplexity' AND value <= 12",
		"SELECT * FROM cost_to_target WHERE run = 3 AND metric = 'valid_perplexity'",
		"SELECT * FROM run_summaries WHERE run = 3 AND metric = 'train_loss'",
	};
	struct results_fixture *f = *state;

	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", queries[i]);
		sqlite3_stmt *plan;
		bool by_key = false;

		assert_int_equal(sqlite3_prepare_v2(f->database.handle, sql, -1, &plan, NULL),
		                 SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(plan, 3);

			if (!strncmp(step, "SCAN x", 6))
				fail_msg("%s: %s", queries[i], step);
			by_key |= strstr(step, "PRIMARY KEY (run=? AND metric=?)") != NULL;
		}
		assert_true(by_key);
		sqlite3_finalize(plan);
		sqlite3_free(sql);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, results_set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_manual_names_every_column_and_no_other),
		TEST(a_curve_is_found_without_a_scan_of_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
