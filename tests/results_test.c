/* results_test.c - what is written to the database is there, whoever writes; what is printed is
 * what was meant. */
#include "cli/commands.h"
#include "results/compare.h"
#include "results/database.h"
#include "results/escape.h"
#include "results/points.h"
#include "results/queries.h"
#include "results/query.h"
#include "results/schema.h"
#include "results/statement.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_SIZE = 256, NOBODY = 65534 };

/* A folder of its own and an open database in it. */
struct fixture {
	char folder[PATH_SIZE];
	char path[PATH_SIZE + 16];
	struct database database;
	struct error error;
};

#define assert_good(fixture, expression)                                                           \
	do {                                                                                       \
		if (!(expression))                                                                 \
			fail_msg("%s", (fixture)->error.message);                                  \
	} while (0)

static int set_up(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct fixture *f = memory_new(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "%.200s/bakeoff_results_XXXXXX",
	         temporary ? temporary : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/results.db", f->folder);
	assert_good(f, database_open(&f->database, f->path, DATABASE_WRITE, &f->error));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[PATH_SIZE + 16];

	database_close(&f->database);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void file_in(const struct fixture *f, const char *name, char path[2 * PATH_SIZE])
{
	snprintf(path, 2 * PATH_SIZE, "%s/%s", f->folder, name);
}

static void write_file(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static long ask(struct database *database, const char *sql)
{
	struct error error;
	long value = -1;
	bool found;

	if (!statement_integer(database->handle, database->path, &error, &value, &found, sql, ""))
		fail_msg("%s", error.message);
	return value;
}

static void execute(struct database *database, const char *sql)
{
	assert_int_equal(sqlite3_exec(database->handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

static long begin(struct fixture *f, const char *contestant, long seed, const char *settings)
{
	char key[17];
	struct run_record record = { .contestant = contestant,
		                     .key = key,
		                     .seed = seed,
		                     .architecture = "rnn",
		                     .settings = settings,
		                     .parameters = 7500000,
		                     .multiply_adds = 6000000,
		                     .data_hash = "d1",
		                     .source_commit = "abc",
		                     .program_version = "1.0",
		                     .compiler = "gcc 12",
		                     .compiler_flags = "-O3",
		                     .cpu = "a cpu",
		                     .blas = "OpenBLAS 0.3.21",
		                     .blas_kernel = "Haswell",
		                     .vector_kernels = "avx2",
		                     .threads = 2,
		                     .host = "here",
		                     .folder = "x.runs/1" };
	long id, rows = ask(&f->database, "SELECT count(*) FROM runs");

	snprintf(key, sizeof key, "%016lx", 0xfeed0000 + rows);
	assert_good(f, database_experiment(&f->database, "toy", "experiment: toy\n",
	                                   &record.experiment, &f->error));
	assert_good(f, database_run_begin(&f->database, &record, &id, &f->error));
	return id;
}

static void add_point(struct fixture *f, long run, const char *metric, long step, double value)
{
	assert_good(f, database_point(&f->database, run, metric, step, value, &f->error));
}

static void add_bleu(struct fixture *f, long run, const char *test_set, double value)
{
	struct score score = { .test_set = test_set,
		               .metric = "BLEU",
		               .value = value,
		               .step = 20,
		               .signature = "BLEU|tok:13a",
		               .seconds = 2,
		               .sentences = 100,
		               .beam = 5,
		               .length_penalty = 1 };

	assert_good(f, database_score(&f->database, run, &score, &f->error));
	score.metric = "decode_sentences_per_second";
	score.value = 50;
	assert_good(f, database_score(&f->database, run, &score, &f->error));
}

static void finish(struct fixture *f, long run, enum run_status status, const char *reason)
{
	struct run_totals totals = { .train_seconds = 120,
		                     .valid_seconds = 3,
		                     .decode_seconds = 2,
		                     .io_seconds = 1,
		                     .peak_memory = 500000000,
		                     .updates = 20,
		                     .source_tokens = 9000,
		                     .target_tokens = 10000 };

	assert_good(f, database_run_finish(&f->database, run, status, reason, &totals, &f->error));
}

/* Two contestants with two seeds, and a run that failed. */
static void fill(struct fixture *f)
{
	static const char *const settings[] = {
		"{\"model\": {\"cell\": \"lstm\"}, \"train\": {\"warmup\": 100, \"clip\": 1.5}}",
		"{\"model\": {\"heads\": 4, \"shared\": true}, \"train\": {\"warmup\": 400, "
		"\"clip\": 1.5}}"
	};
	static const char *const names[] = { "lstm", "transformer" };

	for (int i = 0; i < 4; i++) {
		long run = begin(f, names[i / 2], i % 2 + 1, settings[i / 2]);
		struct translation t[] = { { "ein Hund", "a dog", i / 2 ? "a dog" : "a cat sat",
			                     -1.5 - i, 0.1 },
			                   { "zwei Katzen", "two cats", "two cats", -0.5, 0.2 } };

		for (long step = 10; step <= 20; step += 10) {
			add_point(f, run, "valid_perplexity", step, 30.0 - (double)step - i);
			add_point(f, run, "target_tokens_per_second", step, 1000.0 * (i / 2 + 1));
			add_point(f, run, "source_tokens_per_second", step, 900.0 * (i / 2 + 1));
			add_point(f, run, "seconds", step, (double)step / 2);
			add_point(f, run, "target_tokens", step, 1000.0 * (double)step);
		}
		assert_good(f, database_flush(&f->database, &f->error));
		add_bleu(f, run, "flickr", 30 + 2 * i);
		add_bleu(f, run, "coco", 25 - i);
		assert_good(f, database_hypotheses(&f->database, run, "flickr", t, 2, &f->error));
		finish(f, run, RUN_DONE, "stop.epochs");
	}
	finish(f, begin(f, "transformer", 3, settings[1]), RUN_FAILED, "loss is not a number");
}

static void a_run_comes_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	long run = begin(f, "lstm", 7, "{\"train\": {\"warmup\": 100}}");
	struct run_record r, again;
	bool found;

	finish(f, run, RUN_DONE, "stop.epochs");
	assert_good(f, database_run_read(&f->database, run, &r, &f->error));
	assert_string_equal(r.contestant, "lstm");
	assert_string_equal(r.architecture, "rnn");
	assert_string_equal(r.settings, "{\"train\": {\"warmup\": 100}}");
	assert_string_equal(r.reason, "stop.epochs");
	assert_string_equal(r.folder, "x.runs/1");
	assert_string_equal(r.blas_kernel, "Haswell");
	assert_int_equal(r.seed, 7);
	assert_int_equal(r.threads, 2);
	assert_int_equal(r.status, RUN_DONE);
	assert_int_equal(strlen(r.started), strlen("2026-01-31T12:34:56Z"));
	assert_non_null(r.finished);
	assert_true(r.totals.train_seconds == 120 && r.totals.target_tokens == 10000);
	assert_int_equal(r.totals.peak_memory, 500000000);
	assert_good(
		f, database_run_find(&f->database, r.experiment, r.key, &again, &found, &f->error));
	assert_true(found);
	assert_int_equal(again.id, run);
	run_record_free(&again);
	assert_good(f, database_run_find(&f->database, r.experiment, "0000000000000000", &again,
	                                 &found, &f->error));
	assert_false(found);
	run_record_free(&again);
	run_record_free(&r);
	assert_false(database_run_read(&f->database, 99, &r, &f->error));
	assert_non_null(strstr(f->error.message, "has no run 99"));
}

static void an_experiment_is_created_once(void **state)
{
	struct fixture *f = *state;
	long first, second;

	assert_good(f, database_experiment(&f->database, "toy", "a: 1", &first, &f->error));
	assert_good(f, database_experiment(&f->database, "toy", NULL, &second, &f->error));
	assert_int_equal(first, second);
	assert_int_equal(ask(&f->database, "SELECT specification = 'a: 1' FROM experiments"), 1);
	assert_good(f, database_experiment_find(&f->database, "toy", &second, &f->error));
	assert_false(database_experiment_find(&f->database, "tyo", &second, &f->error));
	assert_non_null(strstr(f->error.message, "the latest are: toy"));
}

static void a_trial_begins_once(void **state)
{
	struct fixture *f = *state;
	long run = begin(f, "lstm", 1, "{}"), id;
	struct run_record r;

	assert_good(f, database_run_read(&f->database, run, &r, &f->error));
	assert_false(database_run_begin(&f->database, &r, &id, &f->error));
	assert_non_null(strstr(f->error.message, "lstm with seed 1 is run 1 already"));
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM runs"), 1);
	run_record_free(&r);
}

static void a_bad_row_is_refused_and_the_next_one_goes_in(void **state)
{
	struct fixture *f = *state;
	struct run_record bad[] = {
		{ .key = "0123456789abcdef", .settings = "{" },
		{ .key = "0123456789ABCDEF", .settings = "{}" },
		{ .key = "01", .settings = "{}" },
		{ .key = NULL, .settings = "{}" },
		{ .key = "0123456789abcdef", .settings = "{}", .experiment = 99 }
	};
	long id;

	begin(f, "lstm", 1, "{}");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bad[i].contestant = bad[i].architecture = "x";
		if (!bad[i].experiment)
			bad[i].experiment = 1;
		assert_false(database_run_begin(&f->database, &bad[i], &id, &f->error));
	}
	assert_false(database_point(&f->database, 1, "no_such", 1, 1, &f->error));
	assert_non_null(strstr(f->error.message, "no_such"));
	begin(f, "lstm", 2, "{}");
}

static void assert_summaries_are_right(struct fixture *f, long run)
{
	execute(&f->database, "CREATE TEMP TABLE kept AS SELECT * FROM summaries");
	assert_good(f, points_summarise(&f->database, run, 0, &f->error));
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM (SELECT * FROM kept EXCEPT"
	                                   " SELECT * FROM summaries)"),
	                 0);
	assert_int_equal(ask(&f->database, "SELECT (SELECT count(*) FROM kept)"
	                                   " - (SELECT count(*) FROM summaries)"),
	                 0);
	execute(&f->database, "DROP TABLE kept");
}

/* Points in any order, replaced, not a number, infinite: the summaries kept equal those counted
 * from the points. */
static void summaries_follow_the_points(void **state)
{
	static const char *const metrics[] = { "valid_nll", "target_tokens_per_second", "epoch" };
	struct fixture *f = *state;
	long run = begin(f, "lstm", 1, "{}");
	uint64_t random = 1;

	for (int flush = 0; flush < 20; flush++) {
		for (int i = 0; i < 50; i++) {
			double value;

			random = random * 6364136223846793005u + 1442695040888963407u;
			value = (double)(random >> 40 & 0xff);
			value = value == 7 ? (double)NAN : value == 8 ? (double)INFINITY : value;
			add_point(f, run, metrics[random >> 33 & 1 ? 0 : 1 + (random >> 34 & 1)],
			          (long)(random >> 50 & 0x3ff), value);
		}
		assert_good(f, database_flush(&f->database, &f->error));
		assert_summaries_are_right(f, run);
	}
	assert_int_equal(ask(&f->database,
	                     "SELECT best = (SELECT min(value) FROM points WHERE metric = s.metric)"
	                     " FROM summaries s JOIN metrics m ON m.id = s.metric"
	                     " WHERE m.name = 'valid_nll'"),
	                 1);
	assert_int_equal(ask(&f->database, "SELECT best IS NULL FROM summaries s JOIN metrics m"
	                                   " ON m.id = s.metric WHERE m.name = 'epoch'"),
	                 1);
}

static void resume_deletes_what_came_later(void **state)
{
	struct fixture *f = *state;
	struct run_record r;
	long run;

	fill(f);
	run = ask(&f->database, "SELECT max(id) FROM runs WHERE status = 'done'");
	assert_good(f, database_run_read(&f->database, run, &r, &f->error));
	r.host = "elsewhere";
	assert_good(f, database_run_resume(&f->database, run, &r, 10, &f->error));
	run_record_free(&r);
	assert_int_equal(
		ask(&f->database, "SELECT count(*) FROM points WHERE run = 4 AND step > 10"), 0);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM points WHERE run = 4"), 5);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM points WHERE run = 3"), 10);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM scores WHERE run = 4"), 0);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM hypotheses WHERE run = 4"), 0);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM hypotheses WHERE run = 3"), 2);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM summaries WHERE run = 4"
	                                   " AND last_step = 10 AND count = 1"),
	                 5);
	assert_int_equal(ask(&f->database,
	                     "SELECT status = 'running' AND finished IS NULL AND reason IS NULL"
	                     " AND host = 'elsewhere' FROM runs WHERE id = 4"),
	                 1);
	assert_false(database_run_resume(&f->database, 99, &r, 10, &f->error));
}

static void deleting_an_experiment_deletes_all_of_it(void **state)
{
	struct fixture *f = *state;

	fill(f);
	execute(&f->database, "DELETE FROM experiments");
	assert_int_equal(ask(&f->database,
	                     "SELECT (SELECT count(*) FROM points)"
	                     " + (SELECT count(*) FROM scores) + (SELECT count(*) FROM summaries)"
	                     " + (SELECT count(*) FROM hypotheses) + (SELECT count(*) FROM runs)"),
	                 0);
}

struct refusal_case {
	const char *name, *bytes;
	size_t length;
	enum database_mode mode;
	const char *says; /* part of the error */
};

static void a_file_that_is_no_database_is_refused(void **state)
{
	static const struct refusal_case cases[] = {
		{ "garbage.db",
		  "this is no database, it is a text of a user who named the wrong file", 68,
		  DATABASE_WRITE, "is not an SQLite database" },
		{ "garbage.db",
		  "this is no database, it is a text of a user who named the wrong file", 68,
		  DATABASE_READ, "is not an SQLite database" },
		{ "truncated.db", "SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20", 24,
		  DATABASE_WRITE, "database" },
		{ "empty.db", "", 0, DATABASE_READ, "holds no results yet" },
		{ "missing.db", NULL, 0, DATABASE_READ, "name one with --db FILE" },
		{ "no/folder.db", NULL, 0, DATABASE_WRITE, "No such file or directory" },
		{ ".", NULL, 0, DATABASE_WRITE, "Is a directory" },
		{ ".", NULL, 0, DATABASE_READ, "Is a directory" },
		{ "garbage.db/results.db", NULL, 0, DATABASE_WRITE, "Not a directory" },
	};
	struct fixture *f = *state;
	char path[2 * PATH_SIZE];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct database database;

		file_in(f, cases[i].name, path);
		if (cases[i].bytes)
			write_file(path, cases[i].bytes, cases[i].length);
		if (database_open(&database, path, cases[i].mode, &f->error))
			fail_msg("%s was opened", cases[i].name);
		if (!strstr(f->error.message, cases[i].says))
			fail_msg("%s: %s", cases[i].name, f->error.message);
		assert_null(database.handle);
	}
	assert_false(database_open(&(struct database){ 0 }, "", DATABASE_WRITE, &f->error));
}

static void a_newer_schema_is_refused_with_both_versions(void **state)
{
	struct fixture *f = *state;
	struct database other;

	execute(&f->database, "PRAGMA user_version = 7");
	for (int mode = DATABASE_READ; mode <= DATABASE_WRITE; mode++) {
		assert_false(database_open(&other, f->path, (enum database_mode)mode, &f->error));
		assert_non_null(strstr(f->error.message,
		                       "schema version 7, this bakeoff knows versions up to 3; "
		                       "use a newer bakeoff"));
	}
}

static void a_database_of_another_program_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct database other;
	char path[2 * PATH_SIZE];
	sqlite3 *handle;

	file_in(f, "other.db", path);
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	assert_false(database_open(&other, path, DATABASE_WRITE, &f->error));
	assert_non_null(strstr(f->error.message, "a database of another program"));
}

/* In a process without privileges; its exit status is 0 where `mode` opens or fails as expected. */
static int open_as_nobody(const char *path, enum database_mode mode, bool works)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct database database;
		struct error error;
		bool good;

		if (geteuid() == 0 && (setegid(NOBODY) != 0 || seteuid(NOBODY) != 0))
			_exit(2);
		good = database_open(&database, path, mode, &error);
		if (!good && !strstr(error.message, "name another file with --db"))
			_exit(3);
		_exit(good == works ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void a_folder_that_cannot_be_written_can_be_read(void **state)
{
	struct fixture *f = *state;
	char path[2 * PATH_SIZE];

	fill(f);
	database_close(&f->database);
	file_in(f, "new.db", path);
	assert_int_equal(chmod(f->folder, 0555), 0);
	assert_int_equal(open_as_nobody(path, DATABASE_WRITE, false), 0);
	assert_int_equal(open_as_nobody(f->path, DATABASE_WRITE, false), 0);
	assert_int_equal(open_as_nobody(f->path, DATABASE_READ, true), 0);
	assert_int_equal(chmod(f->folder, 0755), 0);
}

static const char *const grow_statements[] = { "ALTER TABLE runs ADD COLUMN colour TEXT", NULL };
static const char *const bad_statements[] = { "ALTER TABLE runs ADD COLUMN taste TEXT",
	                                      "ALTER TABLE no_such ADD COLUMN x", NULL };

static void an_older_file_is_backed_up_and_migrated(void **state)
{
	struct fixture *f = *state;
	const char *const *scripts[] = { schema_scripts[0], schema_scripts[1],
		                         schema_scripts[2], grow_statements, bad_statements };
	struct database backup;
	char *copy;
	char path[2 * PATH_SIZE];

	fill(f);
	assert_good(f, schema_migrate(f->database.handle, f->path, scripts, 4, &copy, &f->error));
	assert_int_equal(ask(&f->database, "PRAGMA user_version"), 4);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM runs WHERE colour IS NULL"), 5);
	file_in(f, "results.db.v3.backup", path);
	assert_string_equal(copy, path);
	free(copy);
	assert_good(f, database_open(&backup, path, DATABASE_WRITE, &f->error));
	assert_int_equal(ask(&backup, "SELECT count(*) FROM runs"), 5);
	database_close(&backup);
	assert_false(schema_migrate(f->database.handle, f->path, scripts, 5, &copy, &f->error));
	assert_null(copy);
	assert_int_equal(ask(&f->database, "PRAGMA user_version"), 4);
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM pragma_table_info('runs')"
	                                   " WHERE name = 'taste'"),
	                 0);
}

static void a_locked_database_keeps_the_points_for_later(void **state)
{
	struct fixture *f = *state;
	long run = begin(f, "lstm", 1, "{}");
	struct database other;

	assert_good(f, database_open(&other, f->path, DATABASE_WRITE, &f->error));
	execute(&other, "BEGIN IMMEDIATE");
	sqlite3_busy_timeout(f->database.handle, 50);
	add_point(f, run, "valid_nll", 1, 2);
	assert_false(database_flush(&f->database, &f->error));
	assert_non_null(strstr(f->error.message, "another process holds it"));
	assert_int_equal(f->database.point_count, 1);
	execute(&other, "ROLLBACK");
	assert_good(f, database_flush(&f->database, &f->error));
	assert_int_equal(ask(&other, "SELECT count(*) FROM points"), 1);
	database_close(&other);
}

static void a_full_disk_loses_no_points(void **state)
{
	struct fixture *f = *state;
	long run = begin(f, "lstm", 1, "{}");
	char sql[64];

	snprintf(sql, sizeof sql, "PRAGMA max_page_count = %ld",
	         ask(&f->database, "PRAGMA page_count"));
	execute(&f->database, sql);
	for (long step = 0; step < 2000; step++)
		add_point(f, run, "valid_nll", step, 1);
	assert_false(database_flush(&f->database, &f->error));
	assert_non_null(strstr(f->error.message, "free space"));
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM points"), 0);
	execute(&f->database, "PRAGMA max_page_count = 1000000");
	assert_good(f, database_flush(&f->database, &f->error));
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM points"), 2000);
	assert_summaries_are_right(f, run);
}

enum { WRITERS = 8, FLUSHES = 25, POINTS = 20 };

/* One process: opens the file, begins a run, writes its points and a score. */
static int write_as(const char *path, int writer)
{
	char key[17];
	struct run_record record = { .contestant = "c",
		                     .key = key,
		                     .seed = writer,
		                     .architecture = "cnn",
		                     .settings = "{}" };
	struct run_totals totals = { .updates = FLUSHES * POINTS };
	struct score score = { .test_set = "t", .metric = "BLEU", .value = writer };
	struct database database;
	struct error error;
	long run;
	bool good;

	snprintf(key, sizeof key, "%016x", (unsigned)writer);
	good = database_open(&database, path, DATABASE_WRITE, &error) &&
	       database_experiment(&database, "shared", NULL, &record.experiment, &error) &&
	       database_run_begin(&database, &record, &run, &error);
	for (int i = 0; i < FLUSHES && good; i++) {
		for (long p = 0; p < POINTS && good; p++)
			good = database_point(&database, run, "train_loss", i * POINTS + p,
			                      (double)-p, &error);
		good = good && database_flush(&database, &error);
	}
	good = good && database_score(&database, run, &score, &error) &&
	       database_run_finish(&database, run, RUN_DONE, NULL, &totals, &error);
	if (!good)
		fprintf(stderr, "writer %d: %s\n", writer, error.message);
	database_close(&database);
	return good ? 0 : 1;
}

static void eight_writers_lose_nothing(void **state)
{
	struct fixture *f = *state;
	char path[2 * PATH_SIZE];
	struct database database;

	file_in(f, "shared.db", path); /* which does not exist yet: all create it */
	for (int i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(write_as(path, i));
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_good(f, database_open(&database, path, DATABASE_READ, &f->error));
	assert_int_equal(ask(&database, "SELECT count(*) FROM points"), WRITERS * FLUSHES * POINTS);
	assert_int_equal(ask(&database, "SELECT count(*) FROM scores"), WRITERS);
	assert_int_equal(ask(&database, "SELECT count(*) FROM experiments"), 1);
	assert_int_equal(ask(&database,
	                     "SELECT count(*) FROM summaries WHERE count = 500 AND best = -19"
	                     " AND step_of_best = 19"),
	                 WRITERS);
	assert_int_equal(
		ask(&database, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
	assert_int_equal(ask(&database, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	database_close(&database);
}

struct attack {
	const char *text;
	size_t length;
	const char *shown[TABLE_LATEX + 1]; /* by enum table_format */
};

#define ATTACK(text, ...)                                                                          \
	{                                                                                          \
		text, sizeof text - 1,                                                             \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static void every_format_escapes_what_would_break_it(void **state)
{
	static const struct attack attacks[] = {
		ATTACK("plain", "plain", "plain", "plain", "\"plain\"", "plain", "plain"),
		ATTACK("", "", "\"\"", "", "\"\"", "", ""),
		ATTACK("a,b", "a,b", "\"a,b\"", "a,b", "\"a,b\"", "a,b", "a,b"),
		ATTACK("say \"hi\"", "say \"hi\"", "\"say \"\"hi\"\"\"", "say \"hi\"",
		       "\"say \\\"hi\\\"\"", "say \"hi\"", "say {\\char34}hi{\\char34}"),
		ATTACK("a\nb\r\tc", "a␊b␍␉c", "\"a\nb\r\tc\"", "a\\nb\\r\\tc",
		       "\"a\\nb\\u000d\\tc\"", "a b  c", "a b  c"),
		ATTACK("\033[2J\a", "␛[2J␇", "\033[2J\a", "\033[2J\a", "\"\\u001b[2J\\u0007\"",
		       "␛\\[2J␇", "␛{[}2J␇"),
		ATTACK("\xc2\x9b"
		       "31m",
		       "\uFFFD31m",
		       "\xc2\x9b"
		       "31m",
		       "\xc2\x9b"
		       "31m",
		       "\"\\u009b31m\"", "\uFFFD31m", "\uFFFD31m"),
		ATTACK("\x7f", "␡", "\x7f", "\x7f", "\"\\u007f\"", "␡", "␡"),
		ATTACK("a\xff\xc3", "a\uFFFD\uFFFD", "a\xff\xc3", "a\xff\xc3", "\"a\uFFFD\uFFFD\"",
		       "a\uFFFD\uFFFD", "a\uFFFD\uFFFD"),
		ATTACK("x\0y", "x␀y", "x\0y", "x\0y", "\"x\\u0000y\"", "x␀y", "x␀y"),
		ATTACK("\xe2\x80\xae"
		       "abc",
		       "\uFFFD"
		       "abc",
		       "\xe2\x80\xae"
		       "abc",
		       "\xe2\x80\xae"
		       "abc",
		       "\"\\u202eabc\"",
		       "\uFFFD"
		       "abc",
		       "\uFFFD"
		       "abc"),
		ATTACK("a|b*c_d`", "a|b*c_d`", "a|b*c_d`", "a|b*c_d`", "\"a|b*c_d`\"",
		       "a\\|b\\*c\\_d\\`", "a\\textbar{}b{*}c\\_d{`}"),
		ATTACK("<b>&amp;", "<b>&amp;", "<b>&amp;", "<b>&amp;", "\"<b>&amp;\"",
		       "\\<b\\>\\&amp;", "\\textless{}b\\textgreater{}\\&amp;"),
		ATTACK("\\input{/x}", "\\input{/x}", "\\input{/x}", "\\\\input{/x}",
		       "\"\\\\input{/x}\"", "\\\\input{/x}", "\\textbackslash{}input\\{/x\\}"),
		ATTACK("50% $x^2~#1&", "50% $x^2~#1&", "50% $x^2~#1&", "50% $x^2~#1&",
		       "\"50% $x^2~#1&\"", "50% \\$x^2\\~\\#1\\&",
		       "50\\% \\$x\\textasciicircum{}2\\textasciitilde{}\\#1\\&"),
		ATTACK("[10pt]--", "[10pt]--", "[10pt]--", "[10pt]--", "\"[10pt]--\"",
		       "\\[10pt\\]--", "{[}10pt{]}-{}-"),
		ATTACK(" x ", " x ", "\" x \"", " x ", "\" x \"", " x ", " x "),
	};

	(void)state;
	for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
		for (int format = TABLE_BOX; format <= TABLE_LATEX; format++) {
			char *text = escape_text((enum table_format)format, attacks[i].text,
			                         attacks[i].length);

			if (strcmp(text, attacks[i].shown[format]))
				fail_msg("attack %zu, format %d: %s", i, format, text);
			free(text);
		}
}

static char *printed(struct table *table, enum table_format format)
{
	struct error error;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(table_print(out, table, format, &error));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void make_table(struct table *table)
{
	struct cell *row;

	table_add_column(table, "name", -1, false);
	table_add_column(table, "BLEU", 2, true);
	table_add_column(table, "n", -1, false);
	row = table_add_row(table);
	cell_text(&row[0], "日本語", strlen("日本語"));
	cell_mean(&row[1], 38.125, 0.25);
	row[1].best = true;
	cell_integer(&row[2], -12);
	row = table_add_row(table);
	cell_text(&row[0], "e\xcc\x81", 3);
	cell_real(&row[1], 0.1);
	row = table_add_row(table);
	cell_text(&row[0], "-", 1);
	cell_real(&row[1], (double)NAN);
}

static void every_format_prints_the_same_table(void **state)
{
	static const char *const expected[] = {
		[TABLE_BOX] = "┌────────┬───────────────┬─────┐\n"
			      "│ name   │          BLEU │   n │\n"
			      "├────────┼───────────────┼─────┤\n"
			      "│ 日本語 │ 38.12 ± 0.25* │ -12 │\n"
			      "│ e\xcc\x81      │         0.10  │     │\n"
			      "│ -      │               │     │\n"
			      "└────────┴───────────────┴─────┘\n",
		[TABLE_CSV] = "name,BLEU,BLEU "
		              "deviation,n\n日本語,38.125,0.25,-12\ne\xcc\x81,0.1,,\n-,,,\n",
		[TABLE_TSV] = "name\tBLEU\tBLEU deviation\tn\n日本語\t38.125\t0.25\t-12\n"
			      "e\xcc\x81\t0.1\t\t\n-\t\t\t\n",
		[TABLE_JSON] = "[\n {\"name\": \"日本語\", \"BLEU\": 38.125, \"BLEU deviation\": "
		               "0.25, \"n\": -12},"
			       "\n {\"name\": \"e\xcc\x81\", \"BLEU\": 0.1, \"BLEU deviation\": "
		               "null, \"n\": null},"
			       "\n {\"name\": \"-\", \"BLEU\": null, \"BLEU deviation\": null, "
		               "\"n\": null}\n]\n",
		[TABLE_MARKDOWN] = "| name | BLEU | n |\n| :--- | ---: | ---: |\n"
				   "| 日本語 | **38.12 ± 0.25** | -12 |\n| e\xcc\x81 | 0.10 |  "
		                   "|\n| - |  |  |\n",
		[TABLE_LATEX] = "% needs \\usepackage{booktabs}\n\\begin{tabular}{lrr}\n\\toprule\n"
				"name & BLEU & n \\\\\n\\midrule\n"
				"日本語 & \\textbf{38.12 $\\pm$ 0.25} & $-$12 \\\\\ne\xcc\x81 & "
		                "0.10 &  \\\\\n"
				"- &  &  \\\\\n\\bottomrule\n\\end{tabular}\n",
	};
	struct table table = { 0 };

	(void)state;
	make_table(&table);
	for (int format = TABLE_BOX; format <= TABLE_LATEX; format++) {
		char *text = printed(&table, (enum table_format)format);

		assert_string_equal(text, expected[format]);
		free(text);
	}
	table_free(&table);
}

static long lines_of(const char *text)
{
	long lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static char *queried(struct fixture *f, struct database *database, const char *sql,
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
	struct fixture *f = *state;
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
	struct fixture *f = *state;

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
	struct fixture *f = *state;
	struct database database;
	FILE *out = fopen("/dev/null", "w");

	fill(f);
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
	assert_int_equal(ask(&f->database, "SELECT count(*) FROM runs"), 5);
	database_close(&database);
	fclose(out);
}

static void every_named_query_runs(void **state)
{
	struct fixture *f = *state;

	for (const struct named_query *q = named_queries; q->name; q++)
		free(queried(f, &f->database, q->sql, NULL, TABLE_BOX)); /* no rows */
	fill(f);
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
		  "run,experiment,contestant,seed,metric,target,value,updates,seconds,target_tokens,"
		  "forward_multiply_adds\n"
		  "1,toy,lstm,1,valid_perplexity,10,10,20,10,20000,120000000000\n"
		  "2,toy,lstm,2,valid_perplexity,10,9,20,10,20000,120000000000\n"
		  "3,toy,transformer,1,valid_perplexity,10,8,20,10,20000,120000000000\n"
		  "4,toy,transformer,2,valid_perplexity,10,7,20,10,20000,120000000000\n" },
	};
	struct fixture *f = *state;
	char *text;

	fill(f);
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

static char *compared(struct fixture *f, enum table_format format)
{
	const struct compare_options options = { format, NULL, NULL };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_good(f, compare_print(out, &f->database, "toy", &options, &f->error));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void compare_shows_means_over_seeds_and_marks_the_best(void **state)
{
	const struct compare_options options = { TABLE_BOX, NULL, NULL };
	struct fixture *f = *state;
	char *text;

	fill(f);
	text = compared(f, TABLE_CSV);
	assert_string_equal(
		text, "contestant,parameters,seeds,valid perplexity,valid perplexity deviation,"
		      "coco BLEU,coco BLEU deviation,flickr BLEU,flickr BLEU deviation,"
		      "train tgt tok/s,train src tok/s,decode sent/s,train minutes,train minutes "
	              "deviation,"
		      "peak MB\n"
		      "lstm,7500000,2,9.5,0.7071067811865476,24.5,0.7071067811865476,31,1."
	              "4142135623730951,"
		      "1000,900,50,2,0,500\n"
		      "transformer,7500000,2,7.5,0.7071067811865476,22.5,0.7071067811865476,35,1."
	              "4142135623730951,"
		      "2000,1800,50,2,0,500\n");
	free(text);
	text = compared(f, TABLE_MARKDOWN);
	assert_non_null(strstr(
		text, "| lstm | 7500000 | 2 | 9.50 ± 0.71 | **24.50 ± 0.71** | 31.00 ± 1.41 |"));
	assert_non_null(strstr(text, "| transformer | 7500000 | 2 | **7.50 ± 0.71** |"));
	assert_non_null(strstr(text, "| train.warmup | 100 | 400 |"));
	assert_non_null(strstr(text, "loss is not a number"));
	assert_null(strstr(text, "train.clip"));
	free(text);
	assert_false(compare_print(stdout, &f->database, "tyo", &options, &f->error));
}

static void changed_settings_are_never_averaged(void **state)
{
	struct fixture *f = *state;
	char *text;

	finish(f, begin(f, "lstm", 1, "{\"seed\": 1, \"warmup\": 100}"), RUN_DONE, NULL);
	finish(f, begin(f, "lstm", 2, "{\"seed\": 2, \"warmup\": 100}"), RUN_DONE, NULL);
	finish(f, begin(f, "lstm", 1, "{\"seed\": 1, \"warmup\": 200}"), RUN_DONE, NULL);
	text = compared(f, TABLE_MARKDOWN);
	assert_non_null(strstr(text, "| lstm (run 1) | 7500000 | 2 |"));
	assert_non_null(strstr(text, "| lstm (run 3) | 7500000 | 1 |"));
	assert_non_null(strstr(text, "| warmup | 100 | 200 |"));
	free(text);
}

/* The SQL blocks of the manual run, each with rows. */
static void the_manuals_queries_work(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen("docs/results.md", "r");
	char line[1024], sql[4096] = "";
	bool inside = false;
	int count = 0;

	assert_non_null(file);
	fill(f);
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

struct command_case {
	int (*command)(int, char **);
	const char *arguments[6]; /* "DB" stands for the database */
	int status;
	const char *prints; /* part of standard output or error */
};

static int run_case(struct fixture *f, const struct command_case *c, char *output, size_t size)
{
	char path[2 * PATH_SIZE], *arguments[7] = { NULL };
	int count = 0, status;
	FILE *file;
	pid_t child;

	file_in(f, "output", path);
	for (; c->arguments[count]; count++)
		arguments[count] = memory_text(
			strcmp(c->arguments[count], "DB") ? c->arguments[count] : f->path);
	child = fork();
	if (child == 0) {
		if (!freopen(path, "w", stdout) || dup2(fileno(stdout), 2) < 0)
			_exit(99);
		status = c->command(count, arguments);
		fflush(stdout);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	for (int i = 0; i < count; i++)
		free(arguments[i]);
	file = fopen(path, "r");
	assert_non_null(file);
	output[fread(output, 1, size - 1, file)] = '\0';
	fclose(file);
	return WEXITSTATUS(status);
}

static void commands_say_what_is_wrong(void **state)
{
	static const struct command_case cases[] = {
		{ runs_command, { "runs", "--db", "DB" }, 0, "transformer" },
		{ runs_command, { "runs", "toy", "--db=none.db" }, 1, "no database none.db" },
		{ runs_command, { "runs", "--db", "DB", "toy" }, 0, "│ lstm" },
		{ runs_command, { "runs", "--db", "DB", "tyo" }, 1, "has no experiment tyo" },
		{ runs_command, { "runs", "--help" }, 0, "usage: bakeoff runs" },
		{ runs_command, { "runs", "--nope" }, 2, "--nope is unknown" },
		{ runs_command, { "runs", "--sql", "x" }, 2, "--sql is unknown" },
		{ runs_command, { "runs", "--db" }, 2, "lacks its value" },
		{ runs_command, { "runs", "a", "b" }, 2, "too many names" },
		{ runs_command, { "runs", "--format", "xml" }, 2, "must be box, csv" },
		{ runs_command, { "runs", "--db", "/nowhere/r.db" }, 1, "name one with --db FILE" },
		{ compare_command, { "compare", "--db", "DB", "toy" }, 0, "Settings that differ" },
		{ compare_command, { "compare", "--db", "DB" }, 2, "a name is missing" },
		{ compare_command, { "compare", "--help" }, 0, "usage: bakeoff compare" },
		{ query_command, { "query", "--list" }, 0, "disagreements" },
		{ query_command, { "query", "--db", "DB", "nope" }, 2, "no query is named nope" },
		{ query_command, { "query", "--db", "DB" }, 2, "a name is missing" },
		{ query_command, { "query", "--db", "DB", "scores", "toy" }, 0, "BLEU|tok:13a" },
		{ query_command, { "query", "--db", "DB", "--sql", "SELECT 6 * 7 AS x" }, 0, "42" },
		{ query_command,
		  { "query", "--db", "DB", "--sql", "DELETE FROM runs" },
		  1,
		  "DELETE is refused" },
	};
	struct fixture *f = *state;
	char output[1 << 14];

	fill(f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int status = run_case(f, &cases[i], output, sizeof output);

		if (status != cases[i].status || !strstr(output, cases[i].prints))
			fail_msg("case %zu: status %d: %s", i, status, output);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_comes_back_as_it_was_written),
		TEST(an_experiment_is_created_once),
		TEST(a_trial_begins_once),
		TEST(a_bad_row_is_refused_and_the_next_one_goes_in),
		TEST(summaries_follow_the_points),
		TEST(resume_deletes_what_came_later),
		TEST(deleting_an_experiment_deletes_all_of_it),
		TEST(a_file_that_is_no_database_is_refused),
		TEST(a_newer_schema_is_refused_with_both_versions),
		TEST(a_database_of_another_program_is_left_alone),
		TEST(a_folder_that_cannot_be_written_can_be_read),
		TEST(an_older_file_is_backed_up_and_migrated),
		TEST(a_locked_database_keeps_the_points_for_later),
		TEST(a_full_disk_loses_no_points),
		TEST(eight_writers_lose_nothing),
		cmocka_unit_test(every_format_escapes_what_would_break_it),
		cmocka_unit_test(every_format_prints_the_same_table),
		TEST(json_is_json_whatever_is_in_the_rows),
		TEST(rows_stream_without_loss),
		TEST(a_query_may_only_read),
		TEST(every_named_query_runs),
		TEST(named_queries_answer_right),
		TEST(compare_shows_means_over_seeds_and_marks_the_best),
		TEST(changed_settings_are_never_averaged),
		TEST(the_manuals_queries_work),
		TEST(commands_say_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
