/* merge_test.c - what databases become when they are merged, and what a hostile one cannot do. */
#include "experiments/merge.h"
#include "experiments/run_files.h"
#include "results/manage.h"
#include "results/merge_rows.h"
#include "results/schema.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH = 512 };

static char folder[PATH / 4];

static const char *in_folder(const char *name, char path[PATH])
{
	snprintf(path, PATH, "%s/%.300s", folder, name);
	return path;
}

static int set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%.80s/bakeoff_merge_XXXXXX",
	         temporary ? temporary : "/tmp");
	return mkdtemp(folder) ? 0 : 1;
}

static int tear_down(void **state)
{
	char command[PATH];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void assert_good(bool good, const struct error *error)
{
	if (!good)
		fail_msg("%s", error->message);
}

static void open_database(struct database *database, const char *name)
{
	char path[PATH];
	struct error error;

	assert_good(database_open(database, in_folder(name, path), DATABASE_WRITE, &error), &error);
}

/* What a test says of a run. */
struct sample {
	const char *contestant;
	long seed;
	enum run_status status;
	long updates;
	double loss; /* of every point */
};

static void make_key(const struct sample *s, char key[17])
{
	uint64_t hash = (uint64_t)s->seed;

	for (const char *p = s->contestant; *p; p++)
		hash = hash * 1099511628211u + (unsigned char)*p;
	snprintf(key, 17, "%016llx", (unsigned long long)hash);
}

static long add_run(struct database *database, const struct sample *s)
{
	const struct run_totals totals = { .updates = s->updates };
	const struct translation texts[] = { { "a b", "b a", "b", -1.5, 0.1 },
		                             { "c", "c", "c", -0.25, 0.2 } };
	const struct score score = { "test", "BLEU", s->loss * 10, s->updates, "BLEU|x", 1,
		                     2,      4,      0.6 };
	char key[17], name[RUN_NAME_SIZE];
	struct run_record run = { .contestant = s->contestant,
		                  .key = key,
		                  .seed = s->seed,
		                  .architecture = "rnn",
		                  .settings = "{}",
		                  .folder = name };
	struct error error;
	long id;

	make_key(s, key);
	run_folder_name(s->contestant, s->seed, key, name);
	assert_good(database_experiment(database, "e", "text", &run.experiment, &error), &error);
	assert_good(database_run_begin(database, &run, &id, &error), &error);
	for (long step = 5; step <= s->updates; step += 5)
		assert_good(database_point(database, id, "train_loss", step, s->loss, &error),
		            &error);
	assert_good(database_flush(database, &error) &&
	                    database_run_progress(database, id, &totals, &error) &&
	                    database_score(database, id, &score, &error) &&
	                    database_hypotheses(database, id, "test", texts, 2, &error),
	            &error);
	if (s->status != RUN_RUNNING)
		assert_good(database_run_finish(database, id, s->status, NULL, &totals, &error),
		            &error);
	return id;
}

static void make_database(const char *name, const struct sample *samples, size_t count)
{
	struct database database;

	open_database(&database, name);
	for (size_t i = 0; i < count; i++)
		add_run(&database, &samples[i]);
	database_close(&database);
}

static void execute(const char *name, const char *sql)
{
	char path[PATH], *said = NULL;
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(in_folder(name, path), &handle), SQLITE_OK);
	if (sqlite3_exec(handle, sql, NULL, NULL, &said) != SQLITE_OK)
		fail_msg("%s: %s", sql, said);
	sqlite3_close(handle);
}

static int add_row(void *text, int columns, char **values, char **names)
{
	(void)names;
	for (int i = 0; i < columns; i++)
		sqlite3_str_appendf(text, "%s|", values[i] ? values[i] : "NULL");
	sqlite3_str_appendall(text, "\n");
	return 0;
}

/* All rows of a SELECT as text, to be freed with sqlite3_free. */
static char *ask(const char *name, const char *sql)
{
	sqlite3_str *text = sqlite3_str_new(NULL);
	char path[PATH], *answer, *said = NULL;
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(in_folder(name, path), &handle), SQLITE_OK);
	if (sqlite3_exec(handle, sql, add_row, text, &said) != SQLITE_OK)
		fail_msg("%s: %s", sql, said);
	sqlite3_close(handle);
	answer = sqlite3_str_finish(text);
	return answer ? answer : sqlite3_mprintf("");
}

static void assert_answer(const char *name, const char *sql, const char *expected)
{
	char *answer = ask(name, sql);

	assert_string_equal(answer, expected);
	sqlite3_free(answer);
}

/* Every row of every table. */
static char *everything(const char *name)
{
	static const char *const tables[] = { "experiments", "runs",   "metrics",    "points",
		                              "summaries",   "scores", "hypotheses", "tags" };
	char *all = sqlite3_mprintf("");

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		char *sql = sqlite3_mprintf("SELECT * FROM %s", tables[i]);
		char *rows = ask(name, sql),
		     *longer = sqlite3_mprintf("%s%s\n%s", all, tables[i], rows);

		sqlite3_free(all);
		sqlite3_free(rows);
		sqlite3_free(sql);
		all = longer;
	}
	return all;
}

static void keep_difference(void *text, const struct merge_run *run)
{
	if (text)
		snprintf(text, PATH, "%s", run->difference);
}

static bool merge(const char *into, const char *from, bool files, char *difference,
                  struct merge_report *report, struct error *error)
{
	struct database database;
	char path[PATH];
	bool good;

	open_database(&database, into);
	good = merge_database(&database, in_folder(from, path), files, keep_difference, difference,
	                      report, error);
	database_close(&database);
	return good;
}

static struct merge_report merged(const char *into, const char *from)
{
	struct merge_report report;
	struct error error;

	assert_good(merge(into, from, true, NULL, &report, &error), &error);
	return report;
}

static void test_again(void **state)
{
	const struct sample some[] = { { "lstm", 1, RUN_DONE, 20, 2.5 },
		                       { "cnn", 1, RUN_FAILED, 5, 3 } };
	const struct sample others[] = { { "lstm", 2, RUN_DONE, 20, 2 },
		                         { "lstm", 1, RUN_DONE, 20, 2.5 } };
	char *before, *after;

	(void)state;
	make_database("a.db", some, 2);
	make_database("b.db", others, 2);
	execute("a.db",
	        "INSERT INTO tags VALUES (1, 'keep'); UPDATE runs SET note = 'n' WHERE id = 2");
	assert_int_equal(merged("all.db", "a.db").runs[MERGE_ADDED], 2);
	assert_int_equal(merged("all.db", "b.db").runs[MERGE_SAME], 1);
	/* One database into an empty one is that database. */
	before = everything("a.db");
	merged("alone.db", "a.db");
	after = everything("alone.db");
	assert_string_equal(before, after);
	sqlite3_free(before);
	sqlite3_free(after);
	before = everything("all.db");
	assert_int_equal(merged("all.db", "b.db").runs[MERGE_SAME], 2);
	assert_int_equal(merged("all.db", "a.db").runs[MERGE_SAME], 2);
	after = everything("all.db");
	assert_string_equal(before, after);
	sqlite3_free(before);
	sqlite3_free(after);
	assert_answer("all.db", "SELECT count(*), (SELECT count(*) FROM experiments) FROM runs",
	              "3|1|\n");
}

static void test_further(void **state)
{
	static const struct {
		struct sample from, into;
		enum merge_outcome outcome;
	} cases[] = {
		{ { "a", 1, RUN_DONE, 10, 2 }, { "a", 1, RUN_INTERRUPTED, 20, 2 }, MERGE_REPLACED },
		{ { "b", 1, RUN_DONE, 10, 2 }, { "b", 1, RUN_RUNNING, 5, 2 }, MERGE_REPLACED },
		{ { "c", 1, RUN_FAILED, 30, 2 }, { "c", 1, RUN_DONE, 20, 2 }, MERGE_BEHIND },
		{ { "d", 1, RUN_FAILED, 30, 2 },
		  { "d", 1, RUN_INTERRUPTED, 20, 2 },
		  MERGE_REPLACED },
		{ { "e", 1, RUN_RUNNING, 10, 2 },
		  { "e", 1, RUN_INTERRUPTED, 20, 2 },
		  MERGE_BEHIND },
		{ { "f", 1, RUN_FAILED, 10, 2 }, { "f", 1, RUN_RUNNING, 10, 2 }, MERGE_REPLACED },
		{ { "g", 1, RUN_RUNNING, 10, 2 }, { "g", 1, RUN_FAILED, 10, 2 }, MERGE_BEHIND },
		{ { "h", 1, RUN_RUNNING, 10, 2 }, { "h", 1, RUN_RUNNING, 10, 2 }, MERGE_SAME },
		{ { "i", 1, RUN_DONE, 10, 2 }, { "i", 1, RUN_DONE, 10, 2 }, MERGE_SAME },
		{ { "j", 1, RUN_DONE, 10, 2 }, { "j", 1, RUN_DONE, 10, 3 }, MERGE_CONFLICT },
		{ { "k", 1, RUN_DONE, 15, 2 }, { "k", 1, RUN_DONE, 10, 2 }, MERGE_CONFLICT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char from[16], into[16];
		struct merge_report report;

		snprintf(from, sizeof from, "from%zu.db", i);
		snprintf(into, sizeof into, "into%zu.db", i);
		make_database(from, &cases[i].from, 1);
		make_database(into, &cases[i].into, 1);
		report = merged(into, from);
		for (int k = 0; k < MERGE_OUTCOMES; k++)
			if (report.runs[k] != (k == (int)cases[i].outcome))
				fail_msg("case %s: outcome %d, not %d", cases[i].from.contestant, k,
				         (int)cases[i].outcome);
	}
}

static void test_replaced(void **state)
{
	const struct sample here[] = { { "x", 1, RUN_DONE, 5, 1 },
		                       { "lstm", 1, RUN_INTERRUPTED, 20, 9 } };
	const struct sample there = { "lstm", 1, RUN_DONE, 10, 2 };

	(void)state;
	make_database("here.db", here, 2);
	make_database("there.db", &there, 1);
	execute("here.db", "INSERT INTO tags VALUES (2, 'mine'); UPDATE runs SET note = 'my note'");
	execute("there.db", "INSERT INTO tags VALUES (1, 'theirs')");
	assert_int_equal(merged("here.db", "there.db").runs[MERGE_REPLACED], 1);
	assert_answer("here.db", "SELECT id, status, updates, note FROM runs WHERE id = 2",
	              "2|done|10|my note|\n");
	assert_answer("here.db", "SELECT name FROM tags WHERE run = 2", "mine|\ntheirs|\n");
	assert_answer("here.db", "SELECT step, value FROM points WHERE run = 2",
	              "5|2.0|\n10|2.0|\n");
	assert_answer("here.db",
	              "SELECT count, last_step, best, median FROM summaries WHERE run = 2",
	              "2|10|2.0|2.0|\n");
	assert_answer("here.db", "SELECT value FROM scores WHERE run = 2", "20.0|\n");
	assert_answer("here.db", "SELECT count(*) FROM points WHERE run = 1", "1|\n");
}

static void test_conflict(void **state)
{
	const struct sample here = { "lstm", 1, RUN_DONE, 10, 2.5 },
			    there = { "lstm", 1, RUN_DONE, 10, 2.25 };
	struct merge_report report;
	struct error error;
	char difference[PATH];

	(void)state;
	make_database("first.db", &here, 1);
	make_database("second.db", &there, 1);
	assert_good(merge("first.db", "second.db", true, difference, &report, &error), &error);
	assert_int_equal(report.runs[MERGE_CONFLICT], 1);
	assert_string_equal(difference, "update 5, train_loss: 2.25, was 2.5");
	assert_answer("first.db", "SELECT DISTINCT value FROM points", "2.5|\n");
	/* What only one of them has is a difference too, whichever it is. */
	execute("first.db", "UPDATE points SET value = 2.25; DELETE FROM points WHERE step = 10;"
	                    "UPDATE scores SET value = 22.5");
	assert_good(merge("first.db", "second.db", true, difference, &report, &error), &error);
	assert_string_equal(difference, "only there: update 10, train_loss: missing, was 2.25");
}

/* Numbers of metrics differ between databases. */
static void test_metrics(void **state)
{
	const struct sample one = { "lstm", 1, RUN_DONE, 10, 2 };

	(void)state;
	make_database("metrics.db", &one, 1);
	execute("metrics.db", "PRAGMA foreign_keys = OFF; UPDATE metrics SET id = id + 100;"
	                      "UPDATE points SET metric = metric + 100;"
	                      "UPDATE scores SET metric = metric + 100;"
	                      "INSERT INTO metrics (id, name, unit, direction, help)"
	                      " VALUES (7, 'novelty', 'u', 'higher', 'new');"
	                      "INSERT INTO points VALUES (1, 7, 5, 0.5)");
	merged("taken.db", "metrics.db");
	assert_answer("taken.db",
	              "SELECT m.name, step, value FROM points JOIN metrics m ON m.id = metric "
	              "ORDER BY 1, 2",
	              "novelty|5|0.5|\ntrain_loss|5|2.0|\ntrain_loss|10|2.0|\n");
	assert_answer("taken.db", "SELECT m.name FROM scores JOIN metrics m ON m.id = metric",
	              "BLEU|\n");
	assert_answer("taken.db",
	              "SELECT unit, direction, help FROM metrics WHERE name = 'novelty'",
	              "u|higher|new|\n");
}

static void test_versions(void **state)
{
	struct merge_report report;
	struct error error;
	FILE *file = fopen("tests/golden/results_v1.sql", "r");
	char *sql = memory_new(1 << 20, 1);

	(void)state;
	assert_non_null(file);
	assert_true(fread(sql, 1, (1 << 20) - 1, file) > 1000 && feof(file));
	fclose(file);
	execute("v1.db", sql);
	free(sql);
	assert_int_equal(merged("new.db", "v1.db").runs[MERGE_ADDED], 4);
	assert_int_equal(merged("new.db", "v1.db").runs[MERGE_SAME], 4);
	assert_answer("v1.db", "PRAGMA user_version", "1|\n");
	execute("v1.db", "PRAGMA user_version = 999");
	assert_false(merge("new.db", "v1.db", true, NULL, &report, &error));
	assert_non_null(strstr(error.message, "use a newer bakeoff"));
}

/* Nothing is taken from these, and the error says why. */
static void test_hostile(void **state)
{
	static const struct {
		const char *sql, *says;
	} cases[] = {
		{ "ALTER TABLE points RENAME TO p; CREATE VIEW points AS SELECT * FROM p",
		  "other tables than bakeoff makes" },
		{ "DROP TABLE tags", "other tables than bakeoff makes" },
		{ "ALTER TABLE runs ADD COLUMN x INTEGER AS (seed)",
		  "other tables than bakeoff makes" },
		{ "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(replace(sql,"
		  "'STRICT', ''), 'CHECK (length(key)', 'CHECK (1 OR length(key)') WHERE name = "
		  "'runs'",
		  NULL },
		{ "PRAGMA ignore_check_constraints = ON; UPDATE runs SET key = '../../../../x/y' "
		  "WHERE id = 2",
		  "run 2 is no run of bakeoff" },
		{ "PRAGMA ignore_check_constraints = ON; UPDATE runs SET status = 'odd' WHERE id = "
		  "2",
		  "CHECK" },
		{ "PRAGMA ignore_check_constraints = ON; UPDATE runs SET settings = '{' WHERE id = "
		  "2",
		  "CHECK" },
		{ "UPDATE points SET metric = 999 WHERE run = 2", "NOT NULL" },
		{ "PRAGMA foreign_keys = OFF; UPDATE runs SET experiment = 77 WHERE id = 2",
		  "has no experiment 77" },
	};
	const struct sample two[] = { { "lstm", 1, RUN_DONE, 10, 2 },
		                      { "lstm", 2, RUN_DONE, 10, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct merge_report report;
		struct error error = { "" };
		char name[16], into[16];

		snprintf(name, sizeof name, "evil%zu.db", i);
		snprintf(into, sizeof into, "good%zu.db", i);
		make_database(name, two, 2);
		execute(name, cases[i].sql);
		if (merge(into, name, true, NULL, &report, &error) != !cases[i].says ||
		    (cases[i].says && !strstr(error.message, cases[i].says)))
			fail_msg("%s: says '%s'", cases[i].sql, error.message);
		if (cases[i].says)
			assert_answer(
				into,
				"SELECT count(*), (SELECT count(*) FROM experiments) FROM runs",
				"0|0|\n");
	}
}

static void write_text(const char *name, const char *text)
{
	char path[PATH];
	FILE *file = fopen(in_folder(name, path), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_folder(const char *name)
{
	char path[PATH];

	assert_int_equal(mkdir(in_folder(name, path), 0777), 0);
}

static bool exists(const char *name)
{
	char path[PATH];

	return !access(in_folder(name, path), F_OK);
}

static void test_files(void **state)
{
	const struct sample one = { "a/b", 1, RUN_DONE, 10, 2 };
	struct merge_report report;
	struct error error;
	char path[PATH], link_path[PATH], key[17], name[RUN_NAME_SIZE], run_path[PATH];
	struct stat about;

	(void)state;
	make_database("files.db", &one, 1);
	make_key(&one, key);
	run_folder_name(one.contestant, one.seed, key, name);
	make_folder("files.runs");
	snprintf(run_path, sizeof run_path, "files.runs/%s", name);
	make_folder(run_path);
	snprintf(run_path, sizeof run_path, "files.runs/%s/model.safetensors", name);
	write_text(run_path, "weights");
	snprintf(run_path, sizeof run_path, "files.runs/%s/lock", name);
	write_text(run_path, "");
	write_text("secret", "secret");
	snprintf(run_path, sizeof run_path, "files.runs/%s/source.vocabulary", name);
	assert_int_equal(symlink(in_folder("secret", path), in_folder(run_path, link_path)), 0);
	snprintf(run_path, sizeof run_path, "files.runs/%s/pipe", name);
	assert_int_equal(mkfifo(in_folder(run_path, path), 0600), 0);

	assert_good(merge("bare.db", "files.db", false, NULL, &report, &error), &error);
	assert_false(exists("bare.runs"));
	/* Once more, with files: they come though the rows are the same. */
	assert_int_equal(merged("bare.db", "files.db").runs[MERGE_SAME], 1);
	snprintf(run_path, sizeof run_path, "bare.runs/%s/model.safetensors", name);
	assert_int_equal(stat(in_folder(run_path, path), &about), 0);
	assert_int_equal(about.st_size, 7);
	snprintf(run_path, sizeof run_path, "bare.runs/%s/lock", name);
	assert_false(exists(run_path));
	snprintf(run_path, sizeof run_path, "bare.runs/%s/source.vocabulary", name);
	assert_false(exists(run_path));
	snprintf(run_path, sizeof run_path, "bare.runs/%s/pipe", name);
	assert_false(exists(run_path));
}

/* A source's names of folders are not believed: neither where it reads nor where it writes. */
static void test_folders(void **state)
{
	const struct sample one = { "lstm", 1, RUN_DONE, 10, 2 };
	static const char *const names[] = { "..", "../outside", "/etc", "", "data" };

	(void)state;
	make_folder("outside");
	write_text("outside/model.safetensors", "not yours");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char name[32], into[32], sql[PATH];

		snprintf(name, sizeof name, "named%zu.db", i);
		snprintf(into, sizeof into, "target%zu.db", i);
		make_database(name, &one, 1);
		snprintf(sql, sizeof sql, "UPDATE runs SET folder = '%s'", names[i]);
		execute(name, sql);
		assert_int_equal(merged(into, name).without_files, 1);
		assert_answer(into, "SELECT folder GLOB 'lstm-s1-*' FROM runs", "1|\n");
		snprintf(sql, sizeof sql, "target%zu.runs/%s/model.safetensors", i, names[i]);
		assert_false(*names[i] == 'd' && exists(sql));
	}
	assert_true(exists("outside/model.safetensors"));
}

/* A forged key and contestant would give the folder of a run of another experiment. */
static void test_forged(void **state)
{
	const struct sample one = { "lstm", 1, RUN_DONE, 10, 2 };
	struct merge_report report;
	struct error error;

	(void)state;
	make_database("mine.db", &one, 1);
	make_database("forged.db", &one, 1);
	execute("forged.db", "UPDATE experiments SET name = 'other'");
	assert_false(merge("mine.db", "forged.db", true, NULL, &report, &error));
	assert_non_null(strstr(error.message, "has the folder of run 1"));
}

/* A table that a later schema adds must be taken over too. */
static void test_complete(void **state)
{
	const struct sample one = { "lstm", 1, RUN_DONE, 10, 2 };
	char *listed = sqlite3_mprintf(""), *longer;

	(void)state;
	make_database("tables.db", &one, 1);
	for (int i = 0; i < ROW_TABLES; i++) {
		longer = sqlite3_mprintf("%s, '%s'", listed, row_tables[i]);
		sqlite3_free(listed);
		listed = longer;
	}
	longer = sqlite3_mprintf(
		"SELECT s.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c"
		" WHERE s.type = 'table' AND c.name = 'run'"
		" AND s.name NOT IN ('summaries'%s)",
		listed);
	assert_answer("tables.db", longer, "");
	sqlite3_free(listed);
	sqlite3_free(longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_further, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conflict, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_metrics, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_folders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_complete, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
