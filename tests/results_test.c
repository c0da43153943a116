/* results_test.c - what is written to the database is there, whoever writes. */
#include "results/points.h"
#include "tests/results_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_run_comes_back_as_it_was_written(void **state)
{
	struct results_fixture *f = *state;
	long run = results_begin(f, "lstm", 7, "{\"train\": {\"warmup\": 100}}");
	struct run_record r, again;
	bool found;

	results_finish(f, run, RUN_DONE, "stop.epochs");
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
	struct results_fixture *f = *state;
	long first, second;

	assert_good(f, database_experiment(&f->database, "toy", "a: 1", &first, &f->error));
	assert_good(f, database_experiment(&f->database, "toy", NULL, &second, &f->error));
	assert_int_equal(first, second);
	assert_int_equal(
		results_ask(&f->database, "SELECT specification = 'a: 1' FROM experiments"), 1);
	assert_good(f, database_experiment_find(&f->database, "toy", &second, &f->error));
	assert_false(database_experiment_find(&f->database, "tyo", &second, &f->error));
	assert_non_null(strstr(f->error.message, "the latest are: toy"));
}

static void a_trial_begins_once(void **state)
{
	struct results_fixture *f = *state;
	long run = results_begin(f, "lstm", 1, "{}"), id;
	struct run_record r;

	assert_good(f, database_run_read(&f->database, run, &r, &f->error));
	assert_false(database_run_begin(&f->database, &r, &id, &f->error));
	assert_non_null(strstr(f->error.message, "lstm with seed 1 is run 1 already"));
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM runs"), 1);
	run_record_free(&r);
}

static void a_bad_row_is_refused_and_the_next_one_goes_in(void **state)
{
	struct results_fixture *f = *state;
	struct run_record bad[] = {
		{ .key = "0123456789abcdef", .settings = "{" },
		{ .key = "0123456789ABCDEF", .settings = "{}" },
		{ .key = "01", .settings = "{}" },
		{ .key = NULL, .settings = "{}" },
		{ .key = "0123456789abcdef", .settings = "{}", .experiment = 99 }
	};
	long id;

	results_begin(f, "lstm", 1, "{}");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bad[i].contestant = bad[i].architecture = "x";
		if (!bad[i].experiment)
			bad[i].experiment = 1;
		assert_false(database_run_begin(&f->database, &bad[i], &id, &f->error));
	}
	assert_false(database_point(&f->database, 1, "no_such", 1, 1, &f->error));
	assert_non_null(strstr(f->error.message, "no_such"));
	results_begin(f, "lstm", 2, "{}");
}

static void assert_summaries_are_right(struct results_fixture *f, long run)
{
	results_execute(&f->database, "CREATE TEMP TABLE kept AS SELECT * FROM summaries");
	assert_good(f, points_summarise(&f->database, run, 0, &f->error));
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM (SELECT * FROM kept EXCEPT"
	                                           " SELECT * FROM summaries)"),
	                 0);
	assert_int_equal(results_ask(&f->database, "SELECT (SELECT count(*) FROM kept)"
	                                           " - (SELECT count(*) FROM summaries)"),
	                 0);
	results_execute(&f->database, "DROP TABLE kept");
}

/* Points in any order, replaced, not a number, infinite: the summaries kept equal those counted
 * from the points. */
static void summaries_follow_the_points(void **state)
{
	static const char *const metrics[] = { "valid_nll", "target_tokens_per_second", "epoch" };
	struct results_fixture *f = *state;
	long run = results_begin(f, "lstm", 1, "{}");
	uint64_t random = 1;

	for (int flush = 0; flush < 20; flush++) {
		for (int i = 0; i < 50; i++) {
			double value;

			random = random * 6364136223846793005u + 1442695040888963407u;
			value = (double)(random >> 40 & 0xff);
			value = value == 7 ? (double)NAN : value == 8 ? (double)INFINITY : value;
			results_point(f, run,
			              metrics[random >> 33 & 1 ? 0 : 1 + (random >> 34 & 1)],
			              (long)(random >> 50 & 0x3ff), value);
		}
		assert_good(f, database_flush(&f->database, &f->error));
		assert_summaries_are_right(f, run);
	}
	assert_int_equal(
		results_ask(&f->database,
	                    "SELECT best = (SELECT min(value) FROM points WHERE metric = s.metric)"
	                    " FROM summaries s JOIN metrics m ON m.id = s.metric"
	                    " WHERE m.name = 'valid_nll'"),
		1);
	assert_int_equal(results_ask(&f->database,
	                             "SELECT best IS NULL FROM summaries s JOIN metrics m"
	                             " ON m.id = s.metric WHERE m.name = 'epoch'"),
	                 1);
}

static void resume_deletes_what_came_later(void **state)
{
	struct results_fixture *f = *state;
	struct run_record r;
	long run;

	results_fill(f);
	run = results_ask(&f->database, "SELECT max(id) FROM runs WHERE status = 'done'");
	assert_good(f, database_run_read(&f->database, run, &r, &f->error));
	r.host = "elsewhere";
	assert_good(f, database_run_resume(&f->database, run, &r, 10, &f->error));
	run_record_free(&r);
	assert_int_equal(results_ask(&f->database,
	                             "SELECT count(*) FROM points WHERE run = 4 AND step > 10"),
	                 0);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM points WHERE run = 4"), 5);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM points WHERE run = 3"),
	                 10);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM scores WHERE run = 4"), 0);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM hypotheses WHERE run = 4"),
	                 0);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM hypotheses WHERE run = 3"),
	                 2);
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM summaries WHERE run = 4"
	                                           " AND last_step = 10 AND count = 1"),
	                 5);
	assert_int_equal(
		results_ask(&f->database,
	                    "SELECT status = 'running' AND finished IS NULL AND reason IS NULL"
	                    " AND host = 'elsewhere' FROM runs WHERE id = 4"),
		1);
	assert_false(database_run_resume(&f->database, 99, &r, 10, &f->error));
}

static void deleting_an_experiment_deletes_all_of_it(void **state)
{
	struct results_fixture *f = *state;

	results_fill(f);
	results_execute(&f->database, "DELETE FROM experiments");
	assert_int_equal(
		results_ask(&f->database,
	                    "SELECT (SELECT count(*) FROM points)"
	                    " + (SELECT count(*) FROM scores) + (SELECT count(*) FROM summaries)"
	                    " + (SELECT count(*) FROM hypotheses) + (SELECT count(*) FROM runs)"),
		0);
}

static void a_locked_database_keeps_the_points_for_later(void **state)
{
	struct results_fixture *f = *state;
	long run = results_begin(f, "lstm", 1, "{}");
	struct database other;

	assert_good(f, database_open(&other, f->path, DATABASE_WRITE, &f->error));
	results_execute(&other, "BEGIN IMMEDIATE");
	sqlite3_busy_timeout(f->database.handle, 50);
	results_point(f, run, "valid_nll", 1, 2);
	assert_false(database_flush(&f->database, &f->error));
	assert_non_null(strstr(f->error.message, "another process holds it"));
	assert_int_equal(f->database.point_count, 1);
	results_execute(&other, "ROLLBACK");
	assert_good(f, database_flush(&f->database, &f->error));
	assert_int_equal(results_ask(&other, "SELECT count(*) FROM points"), 1);
	database_close(&other);
}

static void a_full_disk_loses_no_points(void **state)
{
	struct results_fixture *f = *state;
	long run = results_begin(f, "lstm", 1, "{}");
	char sql[64];

	snprintf(sql, sizeof sql, "PRAGMA max_page_count = %ld",
	         results_ask(&f->database, "PRAGMA page_count"));
	results_execute(&f->database, sql);
	for (long step = 0; step < 2000; step++)
		results_point(f, run, "valid_nll", step, 1);
	assert_false(database_flush(&f->database, &f->error));
	assert_non_null(strstr(f->error.message, "free space"));
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM points"), 0);
	results_execute(&f->database, "PRAGMA max_page_count = 1000000");
	assert_good(f, database_flush(&f->database, &f->error));
	assert_int_equal(results_ask(&f->database, "SELECT count(*) FROM points"), 2000);
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
	struct results_fixture *f = *state;
	char path[2 * PATH_SIZE];
	struct database database;

	results_file(f, "shared.db", path); /* which does not exist yet: all create it */
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
	assert_int_equal(results_ask(&database, "SELECT count(*) FROM points"),
	                 WRITERS * FLUSHES * POINTS);
	assert_int_equal(results_ask(&database, "SELECT count(*) FROM scores"), WRITERS);
	assert_int_equal(results_ask(&database, "SELECT count(*) FROM experiments"), 1);
	assert_int_equal(
		results_ask(&database,
	                    "SELECT count(*) FROM summaries WHERE count = 500 AND best = -19"
	                    " AND step_of_best = 19"),
		WRITERS);
	assert_int_equal(
		results_ask(&database, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
		1);
	assert_int_equal(results_ask(&database, "SELECT count(*) FROM pragma_foreign_key_check"),
	                 0);
	database_close(&database);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, results_set_up, results_tear_down)

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
		TEST(a_locked_database_keeps_the_points_for_later),
		TEST(a_full_disk_loses_no_points),
		TEST(eight_writers_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
