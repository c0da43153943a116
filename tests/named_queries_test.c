/* named_queries_test.c - queries by name and those of the manual answer right, and only read. */
#include "results/queries.h"
#include "results/query.h"
#include "tests/results_fixture.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static long lines_of(const char *text)
{
	long lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static char *queried(struct results_fixture *f, struct database *database, const char *sql,
                     const char *experiment, enum table_format format)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool good;

	assert_non_null(out);
	good = query_print(out, database, sql, experiment, format, &f->error);
	assert_int_equal(fclose(out), 0);
	if (!good)
		fail_msg("%s: %s", sql, f->error.message);
	return text;
}

static void json_is_json_whatever_is_in_the_rows(void **state)
{
	struct results_fixture *f = *state;
	char *text = queried(f, &f->database,
	                     "SELECT 1 AS a, 2 AS a, 9e999 AS inf, -9e999, NULL AS n, 0.1 AS r, "
	                     "x'ff00' AS bytes,"
	                     " 'q\"' AS \"q\"\"\", -9223372036854775808 AS least",
	                     NULL, TABLE_JSON);
	json_t *rows = json_loads(text, JSON_ALLOW_NUL, NULL), *row;

	assert_non_null(rows);
	row = json_array_get(rows, 0);
	assert_int_equal(json_integer_value(json_object_get(row, "a 2")), 2);
	assert_true(json_is_null(json_object_get(row, "inf")));
	assert_true(json_real_value(json_object_get(row, "r")) == 0.1);
	assert_string_equal(json_string_value(json_object_get(row, "q\"")), "q\"");
	assert_int_equal(json_integer_value(json_object_get(row, "least")), INT64_MIN);
	json_decref(rows);
	free(text);
}

static void rows_stream_without_loss(void **state)
{
	struct results_fixture *f = *state;

	for (int format = TABLE_BOX; format <= TABLE_LATEX; format++) {
		char *text = queried(
			f, &f->database,
			"WITH RECURSIVE n(x) AS (VALUES (1000) UNION ALL SELECT x + 1 FROM n"
			" WHERE x < 6119) SELECT x FROM n",
			NULL, (enum table_format)format);

		assert_non_null(strstr(text, "1000"));
		assert_non_null(strstr(text, "6119"));
		assert_in_range(lines_of(text), 5121, 5129);
		free(text);
	}
}

static void a_query_may_only_read(void **state)
{
	static const char *const refused[] = {
		"INSERT INTO experiments (name) VALUES ('x')",
		"WITH x AS (SELECT 1) DELETE FROM runs",
		"UPDATE runs SET status = 'done'",
		"DROP TABLE runs",
		"CREATE TABLE t (x)",
		"CREATE TEMP TABLE t (x)",
		"CREATE TEMP VIEW v AS SELECT 1",
		"ATTACH 'other.db' AS other",
		"DETACH main",
		"PRAGMA user_version = 9",
		"PRAGMA journal_mode",
		"SELECT * FROM pragma_user_version",
		"VACUUM",
		"VACUUM INTO 'copy.db'",
		"BEGIN",
		"SAVEPOINT x",
		"ANALYZE",
		"REINDEX",
		"EXPLAIN SELECT 1",
		"SELECT load_extension('x')",
		"SELECT fts3_tokenizer('simple')",
		"SELECT 1; DELETE FROM runs",
		"SELECT 1; SELECT 2",
		"SELECT 1; nonsense",
		"SELECT nonsense",
		"",
		" -- nothing",
	};
	static const char *const allowed[] = {
		"SELECT 1",
		"SELECT 1; -- the end",
		"WITH x(y) AS (VALUES (1)) SELECT y FROM x",
		"VALUES (1, 2)",
		"SELECT * FROM run_list, json_tree('{\"a\": 1}')",
		"SELECT upper(name) FROM sqlite_schema",
	};
	struct results_fixture *f = *state;
	struct database database;
	FILE *out = fopen("/dev/null", "w");

	results_fill(f);
	assert_good(f, database_open(&database, f->path, DATABASE_READ, &f->error));
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		f->error.message[0] = '\0';
		if (query_print(out, &database, refused[i], NULL, TABLE_CSV, &f->error))
			fail_msg("allowed: %s", refused[i]);
		assert_true(strlen(f->error.message) > 10);
	}
	assert_false(query_print(out, &database, "DROP VIEW run_list", NULL, TABLE_CSV, &f->error));
	assert_string_equal(f->error.message,
	                    "a change of the schema is refused: a query may only read; "
	                    "write one SELECT");
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		free(queried(f, &database, allowed[i], NULL, TABLE_CSV));
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM runs"), 5);
	database_close(&database);
	fclose(out);
}

static void every_named_query_runs(void **state)
{
	struct results_fixture *f = *state;

	for (const struct named_query *q = named_queries; q->name; q++)
		free(queried(f, &f->database, q->sql, NULL, TABLE_BOX)); /* no rows */
	results_fill(f);
	for (const struct named_query *q = named_queries; q->name; q++) {
		char *all = queried(f, &f->database, q->sql, NULL, TABLE_CSV);
		char *toy = queried(f, &f->database, q->sql, "toy", TABLE_CSV);
		char *none = queried(f, &f->database, q->sql, "none", TABLE_CSV);

		assert_string_equal(all, toy);
		assert_true(lines_of(toy) > 1 || !strcmp(q->name, "tuning")); /* tune.sh has it */
		if (strcmp(q->name, "metrics"))
			assert_int_equal(lines_of(none), 1);
		free(all);
		free(toy);
		free(none);
	}
}

struct answer {
	const char *query, *csv;
};

static void named_queries_answer_right(void **state)
{
	static const struct answer answers[] = {
		{ "settings", "experiment,setting,contestant,value\n"
		              "toy,model.cell,lstm,lstm\ntoy,model.heads,transformer,4\n"
		              "toy,model.shared,transformer,true\n"
		              "toy,train.warmup,lstm,100\ntoy,train.warmup,transformer,400\n" },
		{ "lengths", "experiment,test_set,length,contestant,runs,sentences,exact_match,"
		             "word_accuracy\ntoy,flickr,2,lstm,2,4,50,75\n"
		             "toy,flickr,2,transformer,2,4,100,100\n" },
		{ "unfinished", NULL },
		{ "target",
		  "run,experiment,contestant,seed,metric,target,value,updates,seconds,target_"
		  "tokens,"
		  "forward_multiply_adds\n"
		  "1,toy,lstm,1,valid_perplexity,10,10,20,10,20000,120000000000\n"
		  "2,toy,lstm,2,valid_perplexity,10,9,20,10,20000,120000000000\n"
		  "3,toy,transformer,1,valid_perplexity,10,8,20,10,20000,120000000000\n"
		  "4,toy,transformer,2,valid_perplexity,10,7,20,10,20000,120000000000\n" },
	};
	struct results_fixture *f = *state;
	char *text;

	results_fill(f);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		text = queried(f, &f->database, named_query_find(answers[i].query)->sql, "toy",
		               TABLE_CSV);
		if (answers[i].csv)
			assert_string_equal(text, answers[i].csv);
		else
			assert_non_null(strstr(text, "loss is not a number"));
		free(text);
	}
	text = queried(
		f, &f->database,
		"SELECT median(x), deviation(x), median(NULL) FROM"
		" (SELECT 4 AS x UNION SELECT 1 UNION SELECT 2.5 UNION SELECT NULL UNION SELECT 9)",
		NULL, TABLE_CSV);
	assert_non_null(strstr(text, "\n3.25,3.4731"));
	free(text);
	text = queried(f, &f->database,
	               "SELECT word_overlap('a cat a', 'a  a dog'), word_overlap('', ' '),"
	               " word_overlap(NULL, 'x')",
	               NULL, TABLE_TSV);
	assert_non_null(strstr(text, "\n0.6666666666666666\t1\t\n"));
	free(text);
	text = queried(f, &f->database,
	               "SELECT word_count(' a  bb c'), word_count(''), word_count(NULL),"
	               " same_words('a b c', 'a x  c d'), same_words('ab c', 'a c'),"
	               " same_words('', 'a'), same_words('a', NULL)",
	               NULL, TABLE_TSV);
	assert_non_null(strstr(text, "\n3\t0\t\t2\t1\t0\t\n"));
	free(text);
}

/* The SQL blocks of the manual run, each with rows. */
static void the_manuals_queries_work(void **state)
{
	struct results_fixture *f = *state;
	FILE *file = fopen("docs/results.md", "r");
	char line[1024], sql[4096] = "";
	bool inside = false;
	int count = 0;

	assert_non_null(file);
	results_fill(f);
	while (fgets(line, sizeof line, file)) {
		if (!strcmp(line, "```sql\n")) {
			inside = true;
			sql[0] = '\0';
		} else if (inside && !strcmp(line, "```\n")) {
			char *text = queried(f, &f->database, sql, NULL, TABLE_CSV);

			if (lines_of(text) < 2)
				fail_msg("no rows: %s", sql);
			free(text);
			inside = false;
			count++;
		} else if (inside) {
			assert_true(strlen(sql) + strlen(line) < sizeof sql);
			strcat(sql, line);
		}
	}
	fclose(file);
	assert_true(count >= 5);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, results_set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_is_json_whatever_is_in_the_rows),
		TEST(rows_stream_without_loss),
		TEST(a_query_may_only_read),
		TEST(every_named_query_runs),
		TEST(named_queries_answer_right),
		TEST(the_manuals_queries_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
