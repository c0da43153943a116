/* views_test.c - the views answer what they are named after, each run with its own numbers. */
#include "core/error.h"
#include "results/query.h"
#include "tests/results_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RUNS = 4, STEPS = 3 };

/* A run: its curve at updates 10, 20, 30 and its score. */
struct trial {
	const char *contestant, *settings;
	long seed, multiply_adds;
	double perplexity[STEPS], bleu;
	enum run_status status;
};

static const struct trial trials[RUNS] = {
	{ "lstm",
	  "{\"seed\":1,\"train\":{\"warmup\":100,\"tied\":false},\"cell\":\"lstm\"}",
	  1,
	  100,
	  { 9, 7, 8 },
	  30,
	  RUN_DONE },
	{ "lstm",
	  "{\"seed\":2,\"train\":{\"warmup\":100,\"tied\":false},\"cell\":\"lstm\"}",
	  2,
	  100,
	  { 6, 6, 5 },
	  29,
	  RUN_DONE },
	{ "convs2s",
	  "{\"seed\":1,\"train\":{\"warmup\":100,\"tied\":true},\"kernel\":3}",
	  1,
	  200,
	  { (double)NAN, 4, 3 },
	  31,
	  RUN_DONE },
	{ "convs2s",
	  "{\"seed\":2,\"train\":{\"warmup\":100,\"tied\":true},\"kernel\":3}",
	  2,
	  200,
	  { 2, 1, 0.5 },
	  99,
	  RUN_FAILED },
};

static void point(struct results_fixture *f, long run, const char *metric, long step, double value)
{
	assert_good(f, database_point(&f->database, run, metric, step, value, &f->error));
}

/* Run i has used 1000 * i tokens and i seconds a report; reports come at updates 5, 15, 25. */
static void add(struct results_fixture *f, long experiment, int i)
{
	const struct trial *t = &trials[i];
	char key[17];
	struct run_record record = { .experiment = experiment,
		                     .contestant = t->contestant,
		                     .key = key,
		                     .seed = t->seed,
		                     .architecture = "rnn",
		                     .settings = t->settings,
		                     .multiply_adds = t->multiply_adds };
	struct score score = { .test_set = "news", .metric = "BLEU", .value = t->bleu, .step = 30 };
	long run;

	snprintf(key, sizeof key, "%016x", (unsigned)i);
	assert_good(f, database_run_begin(&f->database, &record, &run, &f->error));
	for (int s = 0; s < STEPS; s++) {
		point(f, run, "target_tokens", 10 * s + 5, 1000.0 * (i + 1) * (s + 1));
		point(f, run, "seconds", 10 * s + 5, (i + 1) * (s + 1));
		point(f, run, "valid_perplexity", 10 * s + 10, t->perplexity[s]);
	}
	assert_good(f, database_flush(&f->database, &f->error));
	assert_good(f, database_score(&f->database, run, &score, &f->error));
	assert_good(f, database_run_finish(&f->database, run, t->status, NULL,
	                                   &(struct run_totals){ 0 }, &f->error));
}

static int set_up(void **state)
{
	struct results_fixture *f;
	long experiment;

	results_set_up(state);
	f = *state;
	assert_good(f, database_experiment(&f->database, "toy", NULL, &experiment, &f->error));
	for (int i = 0; i < RUNS; i++)
		add(f, experiment, i);
	return 0;
}

struct answer {
	const char *sql, *csv; /* without the line of names */
};

static void assert_answer(struct results_fixture *f, const struct answer *a)
{
	char *text = NULL, *rows;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_good(f, query_print(out, &f->database, a->sql, NULL, TABLE_CSV, &f->error));
	assert_int_equal(fclose(out), 0);
	rows = strchr(text, '\n') + 1;
	if (strcmp(rows, a->csv))
		fail_msg("%s:\n%s", a->sql, rows);
	free(text);
}

static void views_answer_right(void **state)
{
	static const struct answer answers[] = {
		/* the failed run 4 is never the best; the lowest point, the highest score */
		{ "SELECT contestant, test_set, metric, value, step, run, seed, runs FROM best"
		  " WHERE metric IN ('valid_perplexity', 'BLEU') ORDER BY 1, 3",
		  "convs2s,news,BLEU,31,30,3,1,1\nconvs2s,,valid_perplexity,3,30,3,1,1\n"
		  "lstm,news,BLEU,30,30,1,1,2\nlstm,,valid_perplexity,5,30,2,2,2\n" },
		{ "SELECT run, contestant, seed, updates, target_tokens, seconds,"
		  " forward_multiply_adds, value FROM curves"
		  " WHERE metric = 'valid_perplexity' AND run IN (2, 3) ORDER BY run, updates",
		  "2,lstm,2,10,2000,2,200000,6\n2,lstm,2,20,4000,4,400000,6\n"
		  "2,lstm,2,30,6000,6,600000,5\n3,convs2s,1,10,3000,3,600000,\n"
		  "3,convs2s,1,20,6000,6,1200000,4\n3,convs2s,1,30,9000,9,1800000,3\n" },
		{ "SELECT updates, target_tokens FROM curves WHERE run = 1 AND metric = 'seconds'",
		  "5,1000\n15,2000\n25,3000\n" },
		{ "SELECT run, previous_best, value, updates, target_tokens, seconds,"
		  " forward_multiply_adds FROM cost_to_target WHERE metric = 'valid_perplexity'"
		  " ORDER BY run, updates",
		  "1,,9,10,1000,1,100000\n1,9,7,20,2000,2,200000\n2,,6,10,2000,2,200000\n"
		  "2,6,5,30,6000,6,600000\n3,,4,20,6000,6,1200000\n3,4,3,30,9000,9,1800000\n"
		  "4,,2,10,4000,4,800000\n4,2,1,20,8000,8,1600000\n"
		  "4,1,0.5,30,12000,12,2400000\n" },
		{ "SELECT run, updates FROM cost_to_target WHERE metric = 'valid_perplexity'"
		  " AND value <= 6 AND (previous_best > 6 OR previous_best IS NULL) ORDER BY run",
		  "2,10\n3,20\n4,10\n" },
		/* the warm-up is the same, the seed is no setting, kernel and cell are not shared
		 */
		{ "SELECT setting, run, value FROM differences WHERE run < 4 ORDER BY 1, 2",
		  "cell,1,lstm\ncell,2,lstm\nkernel,3,3\n"
		  "train.tied,1,false\ntrain.tied,2,false\ntrain.tied,3,true\n" },
		{ "SELECT run, count, median FROM run_summaries WHERE metric = 'valid_perplexity'",
		  "1,3,8\n2,3,6\n3,3,3.5\n4,3,1\n" },
	};
	struct results_fixture *f = *state;

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		assert_answer(f, &answers[i]);
}

static void tags_and_notes_are_in_the_list_and_go_with_the_run(void **state)
{
	struct results_fixture *f = *state;
	char *message = NULL;

	sqlite3_exec(f->database.handle,
	             "INSERT INTO tags VALUES (2, 'paper'), (2, 'final'), (3, 'paper');"
	             "UPDATE runs SET note = 'odd' WHERE id = 1; DELETE FROM runs WHERE id = 3",
	             NULL, NULL, &message);
	assert_null(message);
	assert_answer(f, &(struct answer){ "SELECT run, note, tags FROM run_list",
	                                   "1,odd,\n2,,\"final, paper\"\n4,,\n" });
	assert_answer(f, &(struct answer){ "SELECT * FROM tags", "2,final\n2,paper\n" });
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(views_answer_right),
		TEST(tags_and_notes_are_in_the_list_and_go_with_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
