/* hostile_test.c - what fuzzing and reading have found in readers: each case was once a crash, a
 * wait without end, or memory without bound. */
#include "cli/options.h"
#include "core/printable.h"
#include "core/ranks.h"
#include "experiments/follow.h"
#include "experiments/run_files.h"
#include "experiments/trial_message.h"
#include "results/compare.h"
#include "results/report.h"
#include "results/translations.h"
#include "tests/small_model.h"
#include "train/checkpoint.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH = 300 };

static char folder[200];

static const char *in_folder(const char *name, char path[PATH])
{
	snprintf(path, PATH, "%s/%.80s", folder, name);
	return path;
}

static int set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%.150s/bakeoff_hostile_XXXXXX",
	         temporary ? temporary : "/tmp");
	return mkdtemp(folder) ? 0 : 1;
}

static int tear_down(void **state)
{
	struct error error;

	(void)state;
	return run_files_delete(folder, &error) ? 0 : 1;
}

static FILE *new_text(const char *name)
{
	char path[PATH];
	FILE *file = fopen(in_folder(name, path), "w");

	assert_non_null(file);
	return file;
}

static void refuses(const char *name, const char *why)
{
	struct experiment e;
	struct error error;
	char path[PATH];

	if (experiment_read(&e, in_folder(name, path), NULL, 0, &error))
		fail_msg("%s is read", name);
	if (!strstr(error.message, why))
		fail_msg("%s: %s", name, error.message);
}

/* Seven levels of which each includes the next ten times. */
static void files_do_not_multiply(void **state)
{
	(void)state;
	for (int level = 0; level < 7; level++) {
		char name[32];
		FILE *file;

		snprintf(name, sizeof name, "%d.yaml", level);
		file = new_text(name);
		if (level < 6) {
			fprintf(file, "include: [");
			for (int i = 0; i < 10; i++)
				fprintf(file, "%s%d.yaml", i ? ", " : "", level + 1);
			fprintf(file, "]\n");
		} else {
			fprintf(file, "experiment: x\n");
		}
		fclose(file);
	}
	refuses("0.yaml", "more than 64 files are included in all");
}

/* Eight hundred contestants like one of two thousand keys. */
static void contestants_do_not_multiply(void **state)
{
	FILE *file = new_text("like.yaml");

	(void)state;
	fprintf(file, "experiment: x\ndata: {task: copy}\ncontestants:\n  big:\n");
	for (int i = 0; i < 900; i++)
		fprintf(file, "    k%d: [1, 2]\n", i);
	for (int i = 0; i < 90; i++)
		fprintf(file, "  c%d: {like: big}\n", i);
	fclose(file);
	refuses("like.yaml", "more than 100000 settings");
}

struct message_case {
	enum trial_event event;
	bool metric, reason, sound;
};

static void messages_are_looked_at_first(void **state)
{
	static const struct message_case cases[] = {
		{ TRIAL_STARTED, false, false, true },
		{ TRIAL_SCORED, true, false, true },
		{ TRIAL_SCORED, false, false, false },
		{ TRIAL_FAILED, false, true, true },
		{ TRIAL_FAILED, false, false, false },
		{ (enum trial_event)(TRIAL_FAILED + 1), true, true, false },
		{ (enum trial_event) - 1, true, true, false },
	};
	struct trial_message m;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct message_case *c = &cases[i];

		memset(&m, 0, sizeof m);
		m.event = c->event;
		strcpy(m.metric, c->metric ? "BLEU" : "");
		m.has_reason = c->reason;
		if (trial_message_check(&m) != c->sound)
			fail_msg("case %zu", i);
	}
	memset(&m, 0, sizeof m);
	memset(m.reason, 'x', sizeof m.reason);
	assert_false(trial_message_check(&m));
	memset(&m, 0, sizeof m);
	memset(m.metric, 'x', sizeof m.metric);
	assert_false(trial_message_check(&m));
	memset(&m, 0, sizeof m);
	memset(&m.has_reason, 7, 1);
	assert_false(trial_message_check(&m));
}

static void ranks_are_what_there_can_be(void **state)
{
	static const char *const cases[][2] = { { "4", "-1" }, { "4", "9" },
		                                { "-3", "2" }, { "99999999999999", "5" },
		                                { "x", "3" },  { "3", "99999999999999999999" },
		                                { "2", "x" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		setenv("OMPI_COMM_WORLD_SIZE", cases[i][0], 1);
		setenv("OMPI_COMM_WORLD_RANK", cases[i][1], 1);
		assert_true(ranks_launched() >= 1);
		assert_in_range(ranks_launched_number(), 0, ranks_launched() - 1);
	}
	setenv("OMPI_COMM_WORLD_SIZE", "4", 1);
	setenv("OMPI_COMM_WORLD_RANK", "3", 1);
	assert_int_equal(ranks_launched(), 4);
	assert_int_equal(ranks_launched_number(), 3);
	unsetenv("OMPI_COMM_WORLD_SIZE");
	unsetenv("OMPI_COMM_WORLD_RANK");
}

static void a_time_that_is_none_is_a_question_mark(void **state)
{
	static const double none[] = { (double)NAN, -1, 1e300, (double)INFINITY };
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		write_seconds(text, sizeof text, none[i]);
		assert_string_equal(text, "?");
	}
	write_seconds(text, sizeof text, 3700);
	assert_string_equal(text, "1 h 01 min");
}

struct printable_case {
	const char *text, *printed;
};

static void errors_command_no_terminal(void **state)
{
	static const struct printable_case cases[] = {
		{ "gr\xc3\xbc\xc3\x9f dich \xe4\xb8\xad", "gr\xc3\xbc\xc3\x9f dich \xe4\xb8\xad" },
		{ "a\x1b[31m\n\x7f", "a?[31m??" },
		{ "\xc2\x9b"
		  "2J",
		  "?2J" },
		{ "\x9b"
		  "2J \xff",
		  "?2J ?" },
		{ "\xe2\x80\xae\xe2\x81\xa6\xd8\x9c", "???" },
		{ "\xe2\x80\xa8x", "?x" },
		{ "cut \xe4\xb8", "cut ??" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error;

		error_set(&error, "%s", cases[i].text);
		assert_string_equal(error.message, cases[i].printed);
		error_prefix(&error, "%s", cases[i].text);
		assert_null(strpbrk(error.message, "\x1b\n\x7f"));
	}
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(handle));
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* Every column of every table but the numbers of rows. */
static void drop_rules(const char *path)
{
	execute(path, "PRAGMA journal_mode = DELETE; PRAGMA writable_schema = ON;"
	              "UPDATE sqlite_schema SET sql = replace(replace(sql, ' STRICT, WITHOUT',"
	              " ' WITHOUT'), ' STRICT', '') WHERE type = 'table';"
	              "UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')"
	              " WHERE type = 'table'");
}

static void read_everything(struct database *database)
{
	const struct compare_options compare = { .format = TABLE_BOX };
	const struct report_guide guide = { 0 };
	struct following following = { 0 };
	struct document document = { 0 };
	struct run_record record;
	struct translations texts;
	struct error error;
	FILE *nowhere = fopen("/dev/null", "w");

	for (long run = 1; run <= 2; run++) {
		if (database_run_read(database, run, &record, &error))
			run_record_free(&record);
		if (translations_read(database, run, NULL, &texts, &error))
			translations_free(&texts);
	}
	follow(database, NULL, &following, &error);
	following_free(&following);
	compare_print(nowhere, database, "x", &compare, &error);
	report_make(&document, database, "x", &guide, &error);
	document_free(&document);
	fclose(nowhere);
}

/* What a column may hold where nobody has kept to the rules of the tables. */
static void rows_need_not_keep_rules(void **state)
{
	static const char *const values[] = { "NULL",      "''",      "x'00ff'",
		                              "-1e308",    "9e999",   "-9223372036854775808",
		                              "'\x1b[2J'", "'[1e999'" };
	static const char *const columns[][2] = {
		{ "runs", "contestant" },
		{ "runs", "key" },
		{ "runs", "settings" },
		{ "runs", "architecture" },
		{ "runs", "seed" },
		{ "runs", "status" },
		{ "runs", "started" },
		{ "runs", "finished" },
		{ "runs", "folder" },
		{ "runs", "updates" },
		{ "runs", "parameters" },
		{ "experiments", "name" },
		{ "metrics", "name" },
		{ "metrics", "direction" },
		{ "metrics", "unit" },
		{ "points", "value" },
		{ "points", "step" },
		{ "scores", "value" },
		{ "scores", "test_set" },
		{ "scores", "step" },
		{ "hypotheses", "source" },
		{ "hypotheses", "reference" },
		{ "hypotheses", "hypothesis" },
		{ "hypotheses", "sentence" },
		{ "summaries", "last_step" },
		{ "summaries", "best" },
	};
	char path[PATH];
	struct database database;
	struct error error;
	sqlite3 *handle;

	(void)state;
	if (!database_open(&database, in_folder("rules.db", path), DATABASE_WRITE, &error))
		fail_msg("%s", error.message);
	database_close(&database);
	drop_rules(path);
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	sqlite3_exec(handle, "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON", NULL,
	             NULL, NULL);
	for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
		for (size_t v = c % 2; v < sizeof values / sizeof *values; v += 2) {
			char *sql = sqlite3_mprintf(
				"DELETE FROM runs; DELETE FROM experiments; DELETE FROM points;"
				"DELETE FROM scores; DELETE FROM hypotheses; DELETE FROM summaries;"
				"INSERT INTO experiments (id, name) VALUES (1, 'x');"
				"INSERT INTO runs (id, experiment, contestant, key, seed, status,"
				" architecture, settings, updates) VALUES"
				" (1, 1, 'a', '0123456789abcdef', 1, 'done', 'rnn', '{}', 4),"
				" (2, 1, 'b', '1123456789abcdef', 1, 'running', 'rnn', '{}', 4);"
				"INSERT INTO points (run, metric, step, value) VALUES (1, 4, 1, "
			        "9), (1, 4, 2, 5), (2, 4, 1, "
				"7);"
				"INSERT INTO summaries (run, metric, count, last_step, best) VALUES"
				" (1, 4, 2, 2, 5), (2, 4, 1, 1, 7);"
				"INSERT INTO scores (run, test_set, metric, value, step) VALUES"
				" (1, 'n', 16, 20, 2);"
				"INSERT INTO hypotheses (run, test_set, sentence, source, "
			        "reference,"
				" hypothesis, log_probability) VALUES (1, 'n', 0, 's', 'r', 'h', "
			        "-1);"
				"UPDATE OR IGNORE %s SET %s = %s",
				columns[c][0], columns[c][1], values[v]);

			if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
				fail_msg("%s", sqlite3_errmsg(handle));
			sqlite3_free(sql);
			if (database_open(&database, path, DATABASE_READ, &error)) {
				read_everything(&database);
				database_close(&database);
			}
			execute(path,
			        "UPDATE metrics SET name = 'valid_perplexity', direction = 'lower'"
			        " WHERE id = 4");
		}
	sqlite3_close(handle);
}

/* A name that was forged stays one name. */
static void forged_keys_name_one_folder(void **state)
{
	static const char *const keys[] = { "/../../../../x", "..", "0123456789abcdef/x",
		                            "\x1b[2J" };
	char name[RUN_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		run_folder_name(keys[i], 1, keys[i], name);
		assert_null(strchr(name, '/'));
		assert_null(strchr(name, '\x1b'));
		assert_int_not_equal(name[0], '.');
	}
	run_folder_name("lstm", 1, "0123456789abcdef", name);
	assert_string_equal(name, "lstm-s1-0123456789abcdef");
}

struct state_case {
	long update, epoch, batch;
	bool good;
};

/* Training goes on from these numbers. */
static void a_state_of_training_is_possible(void **state)
{
	static const struct state_case cases[] = {
		{ 3, 1, 2, true },   { -1, 0, 0, false },        { 3, -1, 2, false },
		{ 3, 1, -2, false }, { INT64_MAX, 1, 2, false }, { 3, INT64_MAX, 2, false },
	};
	const struct checkpoint_identity identity = { { 1, 2 } };
	struct model model;
	char path[PATH];
	struct error error;

	(void)state;
	small_model_open(&model, "{\"architecture\": \"rnn\", \"model\": {\"width\": 4}, "
	                         "\"settings\": {\"hidden\": 4}}");
	in_folder("x.safetensors", path);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct progress was = { .update = cases[i].update,
			                      .epoch = cases[i].epoch,
			                      .batch = cases[i].batch };
		struct progress is = { 0 };

		if (!checkpoint_save(path, &model, &identity, NULL, NULL, &was, &error))
			fail_msg("%s", error.message);
		if (checkpoint_load(path, &model, &identity, NULL, NULL, &is, &error) !=
		    cases[i].good)
			fail_msg("case %zu", i);
	}
	model_close(&model);
}

/* Settings alone take no memory. */
static void a_table_of_positions_has_an_end(void **state)
{
	static const char settings[] =
		"{\"architecture\": \"transformer\", \"model\": {\"width\": 65536},"
		" \"settings\": {\"positions\": \"sinusoidal\"}}";
	const int vocabulary[SIDES] = { 9, 9 };
	json_t *json = json_loads(settings, 0, NULL);
	struct contestant contestant;
	struct model model;
	struct error error;

	(void)state;
	if (!contestant_from_json(&contestant, json, &error))
		fail_msg("%s", error.message);
	assert_false(model_open(&model, &contestant.design, vocabulary, true, 65536, &error));
	assert_non_null(strstr(error.message, "width = 65536: sinusoidal positions of"));
	contestant_free(&contestant);
	json_decref(json);
}

static void hear(void *heard, const char *line)
{
	snprintf(heard, 300, "%s", line);
}

/* A model of SentencePiece that names its normalizer in colour. */
static void a_model_says_nothing_to_a_terminal(void **state)
{
	static const char bytes[] = "\x0a\x08\x0a\x04<p_>\x18\x03"
				    "\x0a\x08\x0a\x04<u_>\x18\x02"
				    "\x0a\x08\x0a\x04<b_>\x18\x03"
				    "\x0a\x08\x0a\x04<e_>\x18\x03"
				    "\x0a\x05\x0a\x03\xe2\x96\x81"
				    "\x12\x02\x18\x02"
				    "\x1a\x08\x0a\x06"
				    "\x1b[31m\n";
	char path[PATH], heard[300] = "";
	FILE *file = new_text("x.model");
	struct vocabulary *v;
	struct error error;

	(void)state;
	fwrite(bytes, 1, sizeof bytes - 1, file);
	fclose(file);
	v = vocabulary_import(in_folder("x.model", path), hear, heard, &error);
	if (!v)
		fail_msg("%s", error.message);
	vocabulary_free(v);
	assert_non_null(strstr(heard, "normalised by ?[31m?;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_do_not_multiply),
		cmocka_unit_test(contestants_do_not_multiply),
		cmocka_unit_test(messages_are_looked_at_first),
		cmocka_unit_test(ranks_are_what_there_can_be),
		cmocka_unit_test(a_time_that_is_none_is_a_question_mark),
		cmocka_unit_test(errors_command_no_terminal),
		cmocka_unit_test(rows_need_not_keep_rules),
		cmocka_unit_test(forged_keys_name_one_folder),
		cmocka_unit_test(a_state_of_training_is_possible),
		cmocka_unit_test(a_model_says_nothing_to_a_terminal),
		cmocka_unit_test(a_table_of_positions_has_an_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
