/* manage_test.c - runs after the fact: tags and notes of any text, folders that a row may name, the
 * list of a run's texts, and the comparison of two runs bit for bit. */
#include "experiments/data_files.h"
#include "experiments/run_files.h"
#include "results/manage.h"
#include "results/same.h"
#include "results/statement.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char folder[64], path[96], other[96];
	struct database database, second;
	struct error error;
};

#define assert_good(f, expression)                                                                 \
	do {                                                                                       \
		if (!(expression))                                                                 \
			fail_msg("%s", (f)->error.message);                                        \
	} while (0)

/* Run 1 of a database: points, scores and hypotheses, a NaN among them. */
static void fill(struct fixture *f, struct database *d)
{
	const struct run_record r = { .experiment = 1,
		                      .contestant = "lstm",
		                      .key = "0123456789abcdef",
		                      .architecture = "rnn",
		                      .settings = "{}",
		                      .folder = "lstm" };
	const struct score score = { .test_set = "news", .metric = "BLEU", .value = 20.125 };
	const struct translation t[] = { { "s", "r", "one", -1.5, 0.1 }, { "s", "r", "two", -2.5, 0.1 } };
	long id;

	assert_good(f, database_experiment(d, "toy", NULL, &id, &f->error));
	assert_good(f, database_run_begin(d, &r, &id, &f->error));
	for (long step = 1; step <= 3; step++)
		assert_good(f, database_point(d, id, "train_loss", step,
		                              step == 2 ? (double)NAN : 1.0 / (double)step,
		                              &f->error));
	assert_good(f, database_point(d, id, "seconds", 1, 0.25, &f->error));
	assert_good(f, database_flush(d, &f->error));
	assert_good(f, database_score(d, id, &score, &f->error));
	assert_good(f, database_hypotheses(d, id, "news", t, 2, &f->error));
}

static int set_up(void **state)
{
	struct fixture *f = memory_new(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "/tmp/bakeoff_manage_XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/a.db", f->folder);
	snprintf(f->other, sizeof f->other, "%s/b.db", f->folder);
	assert_good(f, database_open(&f->database, f->path, DATABASE_WRITE, &f->error));
	assert_good(f, database_open(&f->second, f->other, DATABASE_WRITE, &f->error));
	fill(f, &f->database);
	fill(f, &f->second);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[96];

	database_close(&f->database);
	database_close(&f->second);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static long ask(struct fixture *f, const char *sql)
{
	long number;
	bool found;

	assert_good(f, statement_integer(f->database.handle, f->path, &f->error, &number, &found,
	                                 sql, ""));
	return found ? number : -1;
}

static void tags(void **state)
{
	static const char *const good[] = { "keep", "best of all", "x'); DROP TABLE tags; --",
		                            "\xc3\xa4", "%s" };
	static const char *const bad[] = {
		"", "a,b", "a\nb", "\x7f",
		"0123456789012345678901234567890123456789012345678901234567890"
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_good(f, database_tag(&f->database, 1, good[i], true, &f->error));
		assert_good(f, database_tag(&f->database, 1, good[i], true, &f->error));
		assert_int_equal(ask(f, "SELECT count(*) FROM tags"), 1);
		assert_good(f, database_tag(&f->database, 1, good[i], false, &f->error));
		assert_good(f, database_tag(&f->database, 1, good[i], false, &f->error));
		assert_int_equal(ask(f, "SELECT count(*) FROM tags"), 0);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(database_tag(&f->database, 1, bad[i], true, &f->error));
	assert_false(database_tag(&f->database, 2, "keep", true, &f->error));
	assert_non_null(strstr(f->error.message, "no run 2"));
	assert_good(f, database_note(&f->database, 1, "it's; \"--", &f->error));
	assert_int_equal(ask(f, "SELECT note = 'it''s; \"--' FROM runs"), 1);
	assert_good(f, database_note(&f->database, 1, "", &f->error));
	assert_int_equal(ask(f, "SELECT note IS NULL FROM runs"), 1);
}

static void folders(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = { { "lstm-s1-0123", true }, { "..a", true },   { "..", false },
		      { ".", false },           { "", false },     { NULL, false },
		      { "a/b", false },         { "../x", false }, { "/", false } };
	char folder[RUN_PATH_SIZE], *longest = memory_new(RUN_PATH_SIZE + 1, 1);
	struct run_record run = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		run.folder = cases[i].name;
		assert_int_equal(run_folder("results.db", &run, folder), cases[i].good);
	}
	memset(longest, 'x', RUN_PATH_SIZE);
	run.folder = longest;
	assert_false(run_folder("results.db", &run, folder));
	free(longest);
}

/* Rows and files go; what another process holds stays; a link is not followed. */
static void deletion(void **state)
{
	struct fixture *f = *state;
	char folder[RUN_PATH_SIZE], file[RUN_PATH_SIZE + 16];
	struct run_record run;
	FILE *lock;

	assert_good(f, database_run_read(&f->database, 1, &run, &f->error));
	assert_true(run_folder(f->path, &run, folder));
	snprintf(file, sizeof file, "%s/a.runs", f->folder);
	assert_return_code(mkdir(file, 0777), 0);
	assert_int_equal(run_hold(folder, NULL), RUN_NOWHERE);
	assert_return_code(mkdir(folder, 0777), 0);
	assert_int_equal(run_hold(folder, NULL), RUN_FREE);
	snprintf(file, sizeof file, "%s/lock", folder);
	lock = fopen(file, "w");
	assert_non_null(lock);
	assert_return_code(flock(fileno(lock), LOCK_EX), 0);
	assert_int_equal(run_hold(folder, NULL), RUN_HELD);
	assert_false(run_delete(&f->database, &run, &f->error));
	assert_int_equal(ask(f, "SELECT count(*) FROM runs"), 1);
	fclose(lock);
	assert_good(f, run_delete(&f->database, &run, &f->error));
	assert_int_not_equal(access(folder, F_OK), 0);
	assert_int_equal(
		ask(f, "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM points)"
	               " + (SELECT count(*) FROM scores) + (SELECT count(*) FROM hypotheses)"),
		0);
	assert_return_code(symlink(f->folder, folder), 0);
	assert_false(run_files_delete(folder, &f->error));
	assert_return_code(access(f->path, F_OK), 0);
	run_record_free(&run);
}

static void sameness(void **state)
{
	static const struct {
		const char *change; /* of the second run */
		long differing[SAME_KINDS];
		const char *first;
	} cases[] = {
		{ "UPDATE runs SET note = 'x'", { 0, 0, 0 }, NULL },
		{ "UPDATE points SET value = 9 WHERE metric ="
		  " (SELECT id FROM metrics WHERE name = 'seconds')",
		  { 0, 0, 0 },
		  NULL },
		{ "UPDATE points SET value = value * (1 + 2.3e-16) WHERE step = 3",
		  { 1, 0, 0 },
		  "update 3, train_loss: 0.33333333333333337, was 0.33333333333333331" },
		{ "UPDATE points SET value = 1 WHERE step = 2",
		  { 1, 0, 0 },
		  "update 2, train_loss: 1, was not a number" },
		{ "DELETE FROM points WHERE step > 1",
		  { 2, 0, 0 },
		  "update 2, train_loss: missing, was not a number" },
		{ "UPDATE scores SET value = 20", { 0, 1, 0 }, "news, BLEU: 20, was 20.125" },
		{ "UPDATE hypotheses SET hypothesis = 'zwei' WHERE sentence = 1",
		  { 0, 0, 1 },
		  "news, sentence 1, hypothesis: \"zwei\", was \"two\"" },
		{ "UPDATE hypotheses SET log_probability = -1",
		  { 0, 0, 2 },
		  "news, sentence 0, log_probability: -1, was -1.5" },
		{ "DELETE FROM runs", { 3, 1, 2 }, "update 1, train_loss: missing, was 1" },
	};
	static const long rows[SAME_KINDS] = { 3, 1, 2 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct same_part part[SAME_KINDS];
		const char *first = NULL;

		assert_good(f, transaction_begin(f->second.handle, f->other, &f->error));
		assert_good(f, statement_do(f->second.handle, f->other, &f->error, cases[i].change,
		                            ""));
		assert_good(f, same_runs(&f->database, 1, &f->second, 1, part, &f->error));
		for (int kind = 0; kind < SAME_KINDS; kind++) {
			assert_int_equal(part[kind].rows, rows[kind]);
			assert_int_equal(part[kind].differing, cases[i].differing[kind]);
			if (!first && part[kind].differing)
				first = part[kind].first;
		}
		if (cases[i].first)
			assert_string_equal(first, cases[i].first);
		transaction_end(f->second.handle, f->other, false, &f->error);
	}
}

static bool load(struct fixture *f, const char *text, struct data_files *files, bool *found)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof path, "%s/data.json", f->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return data_files_load(path, files, found, &f->error);
}

/* The list of a run's texts is read whole, or refused. */
static void texts(void **state)
{
	static const char good[] = "[{\"name\": \"train\", \"files\": [\"/a\", \"/b\"], \"hash\": "
				   "\"0123456789abcdef\"},"
				   " {\"name\": \"valid\", \"files\": [\"/c\", \"/d\"], \"hash\": "
				   "\"0123456789abcdef\"}]";
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"[1, 2]",
		"null",
		"[[[[[[",
		"\xff\xfe",
		"[{\"name\": \"train\", \"files\": [\"/a\", \"/b\"], \"hash\": "
		"\"0123456789abcdef\"}]",
		"[{\"name\": \"train\", \"files\": [\"/a\"], \"hash\": \"0123456789abcdef\"}, {}]",
		"[{\"name\": 1, \"files\": [\"/a\", \"/b\"], \"hash\": \"0123456789abcdef\"}, {}]",
		"[{\"name\": \"t\", \"files\": [\"/a\", \"/b\"], \"hash\": \"0123456789abcdef0\"}, "
		"{}]",
	};
	struct fixture *f = *state;
	struct data_files files;
	bool found;

	assert_good(f, load(f, good, &files, &found));
	assert_true(found);
	assert_int_equal(files.pairs, 2);
	assert_string_equal(files.pair[1].file[SIDE_TARGET], "/d");
	data_files_free(&files);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(load(f, bad[i], &files, &found));
		assert_non_null(strstr(f->error.message, "is damaged"));
		data_files_free(&files);
	}
	for (size_t cut = 0; cut < sizeof good - 1; cut++) {
		char part[sizeof good];

		snprintf(part, sizeof part, "%.*s", (int)cut, good);
		assert_false(load(f, part, &files, &found));
	}
	assert_good(f, data_files_load("/nowhere/data.json", &files, &found, &f->error));
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tags, set_up, tear_down),
		cmocka_unit_test(folders),
		cmocka_unit_test_setup_teardown(deletion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sameness, set_up, tear_down),
		cmocka_unit_test_setup_teardown(texts, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
