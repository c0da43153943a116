/* query_test.c - a query reads and does nothing else, whoever wrote it and whoever made the file;
 * what it prints can do no harm. */
#include "cli/commands.h"
#include "results/escape.h"
#include "results/queries.h"
#include "results/query.h"
#include "tests/results_fixture.h"

#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { LAST_FORMAT = TABLE_HTML };

static void add_run(struct results_fixture *f, struct database *database, long experiment, int i)
{
	char key[17];
	struct run_record record = { .experiment = experiment,
		                     .contestant = i ? "convs2s" : "lstm",
		                     .key = key,
		                     .seed = 1,
		                     .architecture = "rnn",
		                     .settings = "{}",
		                     .multiply_adds = 10 };
	long run;

	snprintf(key, sizeof key, "%016x", (unsigned)i);
	assert_good(f, database_run_begin(database, &record, &run, &f->error));
	for (long step = 1; step <= 3; step++) {
		assert_good(f, database_point(database, run, "valid_perplexity", step,
		                              20.0 - (double)(step * (i + 1)), &f->error));
		assert_good(f, database_point(database, run, "target_tokens", step,
		                              100.0 * (double)step, &f->error));
	}
	assert_good(f, database_flush(database, &f->error));
	assert_good(f, database_run_finish(database, run, RUN_DONE, NULL, &(struct run_totals){ 0 },
	                                   &f->error));
}

static int set_up(void **state)
{
	struct results_fixture *f;
	long experiment;

	results_set_up(state);
	f = *state;
	assert_good(f, database_experiment(&f->database, "toy", NULL, &experiment, &f->error));
	add_run(f, &f->database, experiment, 0);
	add_run(f, &f->database, experiment, 1);
	database_close(&f->database);
	assert_good(f, database_open(&f->database, f->path, DATABASE_READ, &f->error));
	return 0;
}

/* What a query prints; NULL, with the error in the fixture, where it is refused. Of the caller. */
static char *answer(struct results_fixture *f, struct database *database, const struct query *query,
                    enum table_format format)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool good;

	assert_non_null(out);
	f->error.message[0] = '\0';
	good = query_run(out, database, query, format, &f->error);
	assert_int_equal(fclose(out), 0);
	if (good)
		return text;
	free(text);
	return NULL;
}

static char *printed(struct results_fixture *f, const char *sql, enum table_format format)
{
	char *text = answer(f, &f->database, &(struct query){ .sql = sql }, format);

	if (!text)
		fail_msg("%s: %s", sql, f->error.message);
	return text;
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(handle));
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static int files_in(const char *folder)
{
	DIR *open = opendir(folder);
	int count = 0;

	assert_non_null(open);
	while (readdir(open))
		count++;
	closedir(open);
	return count;
}

/* Queries that would do something, and what the refusal says. */
static const char *const attacks[][2] = {
	{ "INSERT INTO experiments (name) VALUES ('x')", "INSERT is refused" },
	{ "INSERT INTO experiments (name) VALUES ('x') RETURNING id", "INSERT is refused" },
	{ "REPLACE INTO metrics (id, name) VALUES (1, 'x')", "is refused" },
	{ "WITH x AS (SELECT 1) DELETE FROM runs", "DELETE is refused" },
	{ "DELETE FROM runs RETURNING *", "DELETE is refused" },
	{ "UPDATE runs SET status = 'done' RETURNING id", "UPDATE is refused" },
	{ "UPDATE sqlite_schema SET sql = ''", "may" },
	{ "DELETE FROM sqlite_schema", "may" },
	{ "INSERT INTO sqlite_sequence VALUES (1, 2)", "" },
	{ "DROP TABLE runs", "a change of the schema is refused" },
	{ "ALTER TABLE runs RENAME TO walks", "is refused" },
	{ "ALTER TABLE runs ADD COLUMN x", "is refused" },
	{ "CREATE TABLE t (x)", "is refused" },
	{ "CREATE TABLE t AS SELECT * FROM runs", "is refused" },
	{ "CREATE TEMP TABLE t (x)", "is refused" },
	{ "CREATE TEMP TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END", "is refused" },
	{ "CREATE INDEX i ON runs (seed)", "is refused" },
	{ "CREATE VIRTUAL TABLE v USING fts5 (x)", "is refused" },
	{ "CREATE VIRTUAL TABLE temp.v USING csv (filename = '/etc/passwd')", "is refused" },
	{ "ATTACH 'other.db' AS other", "ATTACH is refused" },
	{ "ATTACH ':memory:' AS other", "ATTACH is refused" },
	{ "DETACH main", "DETACH is refused" },
	{ "PRAGMA writable_schema = ON", "PRAGMA is refused" },
	{ "PRAGMA journal_mode = DELETE", "PRAGMA is refused" },
	{ "PRAGMA query_only = OFF", "PRAGMA is refused" },
	{ "PRAGMA trusted_schema = ON", "PRAGMA is refused" },
	{ "PRAGMA user_version", "PRAGMA is refused" },
	{ "SELECT * FROM pragma_table_info('runs')", "is refused" },
	{ "SELECT load_extension('/tmp/x.so')", "a function that loads code is refused" },
	{ "SELECT 1 WHERE load_extension('/tmp/x.so', 'f')", "that loads code is refused" },
	{ "SELECT fts3_tokenizer('simple', x'00')", "" },
	{ "SELECT writefile('x', 'y')", "no such function" },
	{ "SELECT readfile('/etc/passwd')", "no such function" },
	{ "SELECT edit('x')", "no such function" },
	{ "VACUUM", "may only read" },
	{ "VACUUM INTO 'copy.db'", "may only read" },
	{ "BEGIN EXCLUSIVE", "a transaction is refused" },
	{ "COMMIT", "a transaction is refused" },
	{ "ROLLBACK", "a transaction is refused" },
	{ "SAVEPOINT x", "a transaction is refused" },
	{ "RELEASE x", "a transaction is refused" },
	{ "ANALYZE", "refused" },
	{ "REINDEX", "refused" },
	{ "EXPLAIN DELETE FROM runs", "refused" },
	{ "EXPLAIN SELECT 1", "may only read" },
	{ "SELECT 1; DELETE FROM runs", "one SELECT alone" },
	{ "SELECT 1;/**/;\n-- x\n;ATTACH 'x' AS y", "one SELECT alone" },
	{ "/* SELECT */ DELETE FROM runs -- SELECT", "DELETE is refused" },
	{ "SELECT (DELETE FROM runs)", "syntax error" },
};

/* On a connection that could write too: it is not only the file's mode that protects. */
static void a_query_does_nothing_but_read(void **state)
{
	struct results_fixture *f = *state;
	struct database writable, *databases[] = { &f->database, &writable };
	int files;

	assert_good(f, database_open(&writable, f->path, DATABASE_WRITE, &f->error));
	files = files_in(f->folder);
	for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
		for (int k = 0; k < 2; k++) {
			char *text = answer(f, databases[k],
			                    &(struct query){ .sql = attacks[i][0] }, TABLE_CSV);

			if (text)
				fail_msg("allowed: %s", attacks[i][0]);
			if (!strstr(f->error.message, attacks[i][1]) || !*f->error.message ||
			    strchr(f->error.message, '\n'))
				fail_msg("%s: %s", attacks[i][0], f->error.message);
			free(text);
		}
	assert_int_equal(files_in(f->folder), files);
	assert_int_equal(sqlite3_total_changes(writable.handle), 0);
	assert_int_equal(sqlite3_get_autocommit(writable.handle), 1);
	database_close(&writable);
}

/* The program itself writes after a query of the same connection. */
static void the_guard_goes_with_the_query(void **state)
{
	struct results_fixture *f = *state;
	struct database writable;
	long id;

	assert_good(f, database_open(&writable, f->path, DATABASE_WRITE, &f->error));
	free(answer(f, &writable, &(struct query){ .sql = "DROP TABLE runs", .timeout = 1e-9 },
	            TABLE_CSV));
	assert_good(f, database_experiment(&writable, "next", NULL, &id, &f->error));
	database_close(&writable);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void a_query_without_end_is_stopped(void **state)
{
	struct results_fixture *f = *state;
	struct query query = { .sql = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1"
		                      " FROM n) SELECT count(*) FROM n",
		               .timeout = 0.05 };
	double start = now();

	assert_null(answer(f, &f->database, &query, TABLE_CSV));
	assert_non_null(strstr(f->error.message, "after 0.05 s"));
	assert_true(now() - start < 10);
	query.sql = "SELECT 1";
	query.timeout = 60;
	free(printed(f, query.sql, TABLE_CSV));
	free(answer(f, &f->database, &query, TABLE_CSV));
	assert_string_equal(f->error.message, "");
}

static void copy_file(const char *from, const char *to)
{
	char bytes[4096];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t got;

	assert_true(in && out);
	while ((got = fread(bytes, 1, sizeof bytes, in)) > 0)
		assert_int_equal(fwrite(bytes, 1, got, out), got);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
}

/* What reading would run if it were in place of a table. */
static const char *const strange[] = {
	"ALTER TABLE metrics RENAME TO old; CREATE VIEW Metrics AS WITH RECURSIVE n(id) AS"
	" (VALUES (1) UNION ALL SELECT id + 1 FROM n) SELECT id, 'a' AS name FROM n",
	"ALTER TABLE tags RENAME TO old; CREATE VIRTUAL TABLE tags USING fts5 (run, name)",
	"ALTER TABLE points RENAME TO old; CREATE TABLE points (run, metric, step,"
	" value AS (hex(zeroblob(100000000))))",
};

/* A file made to harm who opens it: triggers, views and tables that never end. */
static void a_file_of_a_stranger_does_no_harm(void **state)
{
	struct results_fixture *f = *state;
	struct database database;
	char *text;
	long id;

	execute(f->path, "CREATE TRIGGER harm AFTER INSERT ON experiments"
	                 " BEGIN DELETE FROM runs; END");
	assert_good(f, database_open(&database, f->path, DATABASE_WRITE, &f->error));
	assert_good(f, database_experiment(&database, "new", NULL, &id, &f->error));
	text = answer(f, &database, &(struct query){ .sql = "SELECT count(*) FROM runs" },
	              TABLE_CSV);
	assert_string_equal(text, "count(*)\n2\n");
	free(text);
	assert_int_not_equal(sqlite3_exec(database.handle,
	                                  "PRAGMA writable_schema = ON;"
	                                  "UPDATE sqlite_schema SET sql = 'x' WHERE name = 'runs'",
	                                  NULL, NULL, NULL),
	                     SQLITE_OK);
	database_close(&database);
	execute(f->path, "DROP TRIGGER harm; DROP VIEW run_list;"
	                 "CREATE VIEW run_list AS WITH RECURSIVE n(id) AS (VALUES (1) UNION ALL"
	                 " SELECT id + 1 FROM n) SELECT id AS run FROM n");
	database_close(&f->database);
	assert_good(f, database_open(&f->database, f->path, DATABASE_READ, &f->error));
	free(printed(f, named_query_find("runs")->sql, TABLE_CSV)); /* of views of our own */
	database_close(&f->database);
	for (int mode = DATABASE_READ; mode <= DATABASE_WRITE; mode++)
		for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
			char *copy = sqlite3_mprintf("%s.%d%d", f->path, mode, (int)i);

			execute(f->path, "PRAGMA wal_checkpoint(TRUNCATE)");
			copy_file(f->path, copy);
			execute(copy, strange[i]);
			if (database_open(&database, copy, (enum database_mode)mode, &f->error))
				fail_msg("opened with %s", strange[i]);
			assert_non_null(strstr(f->error.message, "other tables"));
			sqlite3_free(copy);
		}
}

static void values_are_what_they_are_called(void **state)
{
	static const struct query_value one[] = { { "metric", "valid_perplexity" },
		                                  { "run", "2" },
		                                  { "experiment", "toy" } };
	static const struct query_value target[] = { { "value", "17.5" } };
	static const struct query_value none[] = { { "colour", "red" } };
	static const struct query_value types[] = { { "a", "12" },   { "b", "1.5" },
		                                    { "c", "0x10" }, { "d", "" },
		                                    { "e", "-3" },   { "experiment", "7" } };
	struct results_fixture *f = *state;
	struct query query = { .sql = named_query_find("curves")->sql, one, 3, 0 };
	char *text = answer(f, &f->database, &query, TABLE_CSV);

	assert_string_equal(text, "run,experiment,contestant,seed,metric,updates,target_tokens,"
	                          "seconds,forward_multiply_adds,value,unit\n"
	                          "2,toy,convs2s,1,valid_perplexity,1,100,,1000,18,\"\"\n"
	                          "2,toy,convs2s,1,valid_perplexity,2,200,,2000,16,\"\"\n"
	                          "2,toy,convs2s,1,valid_perplexity,3,300,,3000,14,\"\"\n");
	free(text);
	query = (struct query){ named_query_find("target")->sql, target, 1, 0 };
	text = answer(f, &f->database, &query, TABLE_CSV);
	assert_non_null(strstr(text, "\n1,toy,lstm,1,valid_perplexity,17.5,17,3,,300,3000\n"));
	assert_non_null(strstr(text, "\n2,toy,convs2s,1,valid_perplexity,17.5,16,2,,200,2000\n"));
	free(text);
	query = (struct query){ named_query_find("curves")->sql, none, 1, 0 };
	assert_null(answer(f, &f->database, &query, TABLE_CSV));
	assert_non_null(strstr(f->error.message, "no value :colour; its values are: experiment,"));
	query = (struct query){ "SELECT typeof(:a), typeof(:b), typeof(:c), typeof(:d), :e + 1,"
		                " typeof(:experiment), typeof(:not_given)",
		                types, 6, 0 };
	text = answer(f, &f->database, &query, TABLE_TSV);
	assert_non_null(strstr(text, "\ninteger\treal\ttext\ttext\t-2\ttext\tnull\n"));
	free(text);
}

struct shown {
	enum table_format format;
	const char *text;
};

static void nothing_and_bytes_are_told_from_texts(void **state)
{
	static const struct shown shown[] = {
		{ TABLE_CSV, "n,e,b\n,\"\",x'00ff1b'\n" },
		{ TABLE_TSV, "n\te\tb\n\t\tx'00ff1b'\n" },
		{ TABLE_JSON, "[\n {\"n\": null, \"e\": \"\", \"b\": \"x'00ff1b'\"}\n]\n" },
		{ TABLE_JSONL, "{\"n\": null, \"e\": \"\", \"b\": \"x'00ff1b'\"}\n" },
		{ TABLE_HTML, "<table>\n<thead>\n<tr><th scope=\"col\" style=\"text-align: "
		              "right\">n</th><th scope=\"col\">e</th>"
		              "<th scope=\"col\">b</th></tr>\n</thead>\n<tbody>\n"
		              "<tr><td></td><td></td><td>x&#39;00ff1b&#39;</td></tr>\n"
		              "</tbody>\n</table>\n" },
	};
	struct results_fixture *f = *state;

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		char *text =
			printed(f, "SELECT NULL AS n, '' AS e, x'00ff1b' AS b", shown[i].format);

		assert_string_equal(text, shown[i].text);
		free(text);
	}
}

/* Texts, names and errors made to command a terminal, a page, a document or a spreadsheet. */
static void no_format_lets_a_text_out(void **state)
{
	static const char *const texts[] = {
		"\x1b]0;title\x07",
		"\x1b[2J\x1b[31m",
		"\xc2\x9b"
		"2J",
		"\xe2\x80\xae",
		"a\r\nb\x08\x08",
		"<script>alert(1)</script>",
		"\" onclick=\"x",
		"' x='",
		"</td></table>",
		"\\input{/etc/passwd}",
		"|\n|-|\n",
		"[x](javascript:y)",
		"`x`",
		"&lt;",
		"\xff\xfe",
	};
	struct results_fixture *f = *state;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int format = 0; format <= LAST_FORMAT; format++) {
			char *sql = sqlite3_mprintf("SELECT %Q AS \"%w\"", texts[i], texts[i]);
			char *text = printed(f, sql, (enum table_format)format);

			sqlite3_free(sql);
			if (format == TABLE_CSV || format == TABLE_TSV) {
				free(text); /* which keep bytes as they are */
				continue;
			}
			assert_null(strchr(text, '\x1b'));
			assert_null(strchr(text, '\a'));
			assert_null(strchr(text, '\b'));
			assert_null(strchr(text, '\r'));
			assert_null(strstr(text, "\xc2\x9b"));
			assert_null(strstr(text, "\xe2\x80\xae"));
			if (format == TABLE_HTML) {
				assert_null(strstr(text, "<script"));
				assert_null(strstr(text, "onclick=\""));
				assert_null(strstr(text, "&lt;/td></table>"));
			}
			if (format == TABLE_MARKDOWN)
				assert_null(strstr(text, " <script"));
			if (format == TABLE_LATEX)
				assert_null(strstr(text, "\\input"));
			free(text);
		}
}

static void every_line_of_jsonl_is_an_object(void **state)
{
	struct results_fixture *f = *state;
	char *text = printed(f, "SELECT *, char(10) || '\"}' AS bad FROM run_curves", TABLE_JSONL);
	int count = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), count++) {
		json_t *row = json_loads(line, 0, NULL);

		assert_non_null(row);
		assert_string_equal(json_string_value(json_object_get(row, "bad")), "\n\"}");
		json_decref(row);
	}
	assert_int_equal(count, 12);
	free(text);
}

static void box(struct table *table, int screen, char *text, size_t size)
{
	struct error error;
	FILE *out = fmemopen(text, size, "w");

	assert_non_null(out);
	table->screen = screen;
	assert_true(table_print(out, table, TABLE_BOX, &error));
	assert_int_equal(fclose(out), 0);
}

/* At any width: numbers are whole, lines fit, and what is missing is named. */
static void a_box_fits_the_terminal(void **state)
{
	static const char text[] =
		"日本語 a long text that is too e\xcc\x81 long for a narrow place";
	struct table table = { 0 };
	struct cell *row;

	(void)state;
	table_add_column(&table, "number", -1, false);
	table_add_column(&table, "first", -1, false);
	table_add_column(&table, "second column", -1, false);
	table_add_column(&table, "last", -1, false);
	row = table_add_row(&table);
	cell_integer(&row[0], 123456789);
	cell_text(&row[1], text, sizeof text - 1);
	cell_text(&row[2], text, sizeof text - 1);
	cell_integer(&row[3], 42);
	for (int screen = 20; screen < 160; screen++) {
		char whole[8192], *note;
		bool last;

		box(&table, screen, whole, sizeof whole);
		note = strstr(whole, "does not fit");
		last = strstr(whole, "│   42 │") != NULL;

		assert_non_null(strstr(whole, "123456789"));
		assert_int_equal(note == NULL, last);
		assert_int_equal(last, screen >= 50);
		if (note) {
			assert_non_null(strstr(note, "last"));
			*note = '\0';
		}
		for (char *line = strtok(whole, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(escape_width(line) <= screen);
	}
	table_free(&table);
}

static void a_clipped_text_is_whole_characters(void **state)
{
	static const char *const cases[][2] = { { "abcdef", "abc…" },
		                                { "abcd", "abcd" },
		                                { "日本語", "日…" },
		                                { "e\xcc\x81tudes", "e\xcc\x81tu…" },
		                                { "", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[64];

		snprintf(text, sizeof text, "%s", cases[i][0]);
		escape_clip(text, 4);
		assert_string_equal(text, cases[i][1]);
	}
}

struct command_case {
	const char *arguments[8]; /* "DB" stands for the database */
	int status;
	const char *prints; /* part of what it prints */
};

static void the_command_says_what_is_wrong(void **state)
{
	static const struct command_case cases[] = {
		{ { "query", "--db", "DB", "curves", "toy", "run=2", "--format=jsonl" },
		  0,
		  "{\"run\": 2, \"experiment\": \"toy\"" },
		{ { "query", "--db", "DB", "curves", "run=9", "--format=csv" },
		  0,
		  "run,experiment" },
		{ { "query", "--db", "DB", "target", "value=17", "--format=html" },
		  0,
		  "<td>toy</td>" },
		{ { "query", "--db", "DB", "curves", "experiment=tyo" },
		  1,
		  "has no experiment tyo" },
		{ { "query", "--db", "DB", "curves", "toy", "experiment=toy" },
		  2,
		  "experiment is given twice" },
		{ { "query", "--db", "DB", "curves", "toy", "other" }, 2, "given twice" },
		{ { "query", "--db", "DB", "curves", "rnu=2" },
		  1,
		  "no value :rnu; its values are" },
		{ { "query", "--db", "DB", "--timeout", "0", "runs" }, 2, "seconds above 0" },
		{ { "query", "--db", "DB", "--timeout", "soon", "runs" }, 2, "seconds above 0" },
		{ { "query", "--db", "DB", "--timeout=0.05", "--sql",
		    "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x FROM n) SELECT max(x) "
		    "FROM n" },
		  1,
		  "not ready after 0.05 s" },
		{ { "query", "--db", "DB", "--sql", "SELECT :x AS y", "x=3", "--format=csv" },
		  0,
		  "y\n3\n" },
		{ { "query", "--db", "DB", "toy\x1b[2J" }, 2, "no query is named toy?[2J;" },
		{ { "query", "--db", "DB",
		    "toy\xc2\x9b"
		    "2J" },
		  2,
		  "no query is named toy?2J;" },
		{ { "query", "--db", "DB", "--format", "xml", "runs" }, 2, "jsonl, markdown" },
		{ { "query", "--list" }, 0, "run= contestant= metric=" },
	};
	struct results_fixture *f = *state;
	char output[1 << 14];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int status = results_command(f, query_command, cases[i].arguments, output,
		                             sizeof output);

		if (status != cases[i].status || !strstr(output, cases[i].prints))
			fail_msg("case %zu: status %d: %s", i, status, output);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_query_does_nothing_but_read),
		TEST(the_guard_goes_with_the_query),
		TEST(a_query_without_end_is_stopped),
		TEST(a_file_of_a_stranger_does_no_harm),
		TEST(values_are_what_they_are_called),
		TEST(nothing_and_bytes_are_told_from_texts),
		TEST(no_format_lets_a_text_out),
		TEST(every_line_of_jsonl_is_an_object),
		TEST(a_box_fits_the_terminal),
		cmocka_unit_test(a_clipped_text_is_whole_characters),
		TEST(the_command_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
