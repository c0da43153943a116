/* contest_test.c - verdicts of contestants whose hypotheses are known, and where there is none. */
#include "experiments/standard.h"
#include "results/compare.h"
#include "results/contest.h"
#include "results/statement.h"
#include "tests/results_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SENTENCES = 60, WORDS = 12, TEXT_SIZE = 8 * WORDS };

/* A number below 1,000 that the arguments decide. */
static unsigned draw(unsigned a, unsigned b, unsigned c)
{
	unsigned x = a * 2654435761u ^ b * 40503u ^ c * 2246822519u;

	for (int i = 0; i < 3; i++) {
		x ^= x >> 15;
		x *= 2246822519u;
		x ^= x >> 13;
	}
	return x % 1000;
}

/* A contestant's run: `wrong` words of 1,000 differ from the reference's. */
struct entry {
	const char *name, *settings;
	long seed;
	unsigned wrong;
	size_t sentences;
	unsigned corpus; /* the references' number */
};

static void write_sentence(const struct entry *e, size_t i, char *reference, char *hypothesis)
{
	*reference = *hypothesis = '\0';
	for (unsigned w = 0; w < WORDS; w++) {
		unsigned at = (unsigned)i * WORDS + w;
		unsigned word = draw(at, e->corpus, 1),
			 luck = draw(at, (unsigned)e->seed, e->wrong + 7);

		sprintf(reference + strlen(reference), "w%u ", word);
		sprintf(hypothesis + strlen(hypothesis), luck < e->wrong ? "x%u " : "w%u ", word);
	}
}

static long add_run(struct results_fixture *f, const struct entry *e, enum run_status status)
{
	struct run_record record = { .contestant = e->name,
		                     .seed = e->seed,
		                     .architecture = "rnn",
		                     .settings = e->settings ? e->settings : "{}",
		                     .data_hash = "d" };
	const struct run_totals totals = { 0 };
	char key[17];
	long run;

	snprintf(key, sizeof key, "%016lx", ++f->keys);
	record.key = key;
	assert_good(f, database_experiment(&f->database, "e", NULL, &record.experiment, &f->error));
	assert_good(f, database_run_begin(&f->database, &record, &run, &f->error));
	assert_good(f, database_run_finish(&f->database, run, status, NULL, &totals, &f->error));
	return run;
}

static void add(struct results_fixture *f, const struct entry *e, const char *test_set)
{
	struct translation *t = memory_new(e->sentences, sizeof *t);
	char(*text)[2][TEXT_SIZE] = memory_new(e->sentences, sizeof *text);
	const struct score score = { .test_set = test_set, .metric = "BLEU", .value = 1 };
	long run = add_run(f, e, RUN_DONE);

	for (size_t i = 0; i < e->sentences; i++) {
		write_sentence(e, i, text[i][0], text[i][1]);
		t[i] = (struct translation){ "source", text[i][0], text[i][1], -1, 0.01 };
	}
	assert_good(f, database_score(&f->database, run, &score, &f->error));
	if (e->sentences)
		assert_good(f, database_hypotheses(&f->database, run, test_set, t, e->sentences,
		                                   &f->error));
	free(t);
	free(text);
}

static void add_seeds(struct results_fixture *f, const char *name, long seeds, unsigned wrong)
{
	for (long seed = 1; seed <= seeds; seed++)
		add(f, &(struct entry){ name, NULL, seed, wrong, SENTENCES, 0 }, "news");
}

static struct contest judged(struct results_fixture *f, const char *baseline)
{
	struct contest contest;

	assert_good(f, contest_read(&contest, &f->database, "e", metric_find("BLEU"), baseline,
	                            &f->error));
	return contest;
}

static void says(const struct contest *c, size_t pair, const char *text)
{
	char *sentence = contest_sentence(c, &c->pairs[pair]);

	if (!strstr(sentence, text))
		fail_msg("\"%s\" lacks \"%s\"", sentence, text);
	free(sentence);
}

static void the_better_one_is_first_and_equals_tie(void **state)
{
	struct results_fixture *f = *state;
	struct contest c;

	add_seeds(f, "bad", 3, 400);
	add_seeds(f, "good", 3, 100);
	add_seeds(f, "equal", 3, 101);
	c = judged(f, NULL);
	assert_int_equal(c.pair_count, 3);
	assert_int_equal(c.pairs[0].verdict, CONTEST_BETTER);
	assert_string_equal(c.sides[c.pairs[0].first].label, "good");
	assert_true(c.pairs[0].mean[0] > c.pairs[0].mean[1] && c.pairs[0].effect > 2);
	assert_true(fabs(c.pairs[0].mean[0] - c.pairs[0].mean[1] -
	                 c.pairs[0].result.test.difference) < 1e-9);
	assert_true(c.pairs[0].result.test.low > 0);
	says(&c, 0, "good is better than bad on news by ");
	says(&c, 0, " after Holm, 3 seeds, 60 sentences)");
	assert_int_equal(c.pairs[1].verdict, CONTEST_BETTER);
	assert_int_equal(c.pairs[2].verdict, CONTEST_TIE);
	says(&c, 2, " tie on news, ");
	says(&c, 2, " 0.5 BLEU");
	assert_true(c.pairs[0].p >= c.pairs[0].result.test.p);
	assert_ptr_equal(contest_find(&c, "news", c.sides[1].setup, c.sides[2].setup), &c.pairs[2]);
	assert_ptr_equal(contest_find(&c, "news", c.sides[2].setup, c.sides[1].setup), &c.pairs[2]);
	assert_null(contest_find(&c, "old", c.sides[2].setup, c.sides[1].setup));
	contest_free(&c);
}

static void a_baseline_leaves_its_own_pairs(void **state)
{
	struct results_fixture *f = *state;
	struct contest c;

	add_seeds(f, "a", 2, 400);
	add_seeds(f, "b", 2, 100);
	add_seeds(f, "c", 2, 300);
	c = judged(f, "b");
	assert_int_equal(c.pair_count, 2);
	for (size_t i = 0; i < c.pair_count; i++)
		assert_true(c.pairs[i].first == 1 || c.pairs[i].second == 1);
	contest_free(&c);
	assert_false(contest_read(&c, &f->database, "e", metric_find("BLEU"), "d", &f->error));
	assert_non_null(strstr(f->error.message, "there are: a, b, c"));
	contest_free(&c);
	assert_false(contest_read(&c, &f->database, "f", metric_find("BLEU"), NULL, &f->error));
	contest_free(&c);
}

static void one_seed_does_not_cover_training(void **state)
{
	struct results_fixture *f = *state;
	struct contest c;

	add_seeds(f, "a", 1, 400);
	add_seeds(f, "b", 3, 100);
	add_run(f, &(struct entry){ .name = "a", .seed = 2 }, RUN_FAILED);
	c = judged(f, NULL);
	assert_int_equal(c.pair_count, 1);
	assert_int_equal(c.pairs[0].verdict, CONTEST_BETTER);
	assert_false(c.pairs[0].result.seeds);
	assert_true(isnan(c.pairs[0].effect) == false || c.pairs[0].seeds[1] == 1);
	assert_int_equal(c.pairs[0].seeds_needed, 0);
	says(&c, 0,
	     "3 and 1 seeds, 60 sentences); of these models alone, the luck of training is not "
	     "covered");
	contest_free(&c);
}

static void what_cannot_be_tested_says_why(void **state)
{
	struct results_fixture *f = *state;
	struct contest c;

	add(f, &(struct entry){ "a", NULL, 1, 100, SENTENCES, 0 }, "other");
	add(f, &(struct entry){ "b", NULL, 1, 400, SENTENCES, 1 }, "other");
	add(f, &(struct entry){ "c", NULL, 1, 400, SENTENCES - 1, 0 }, "other");
	add(f, &(struct entry){ "d", NULL, 1, 400, 0, 0 }, "other");
	add(f, &(struct entry){ "e", NULL, 1, 400, CONTEST_FEWEST_SENTENCES - 1, 0 }, "other");
	add(f, &(struct entry){ "f", NULL, 1, 100, SENTENCES, 0 }, "third");
	c = judged(f, "a");
	assert_int_equal(c.test_set_count, 2);
	assert_int_equal(c.pair_count, 10);
	for (size_t i = 0; i < c.pair_count; i++) {
		assert_int_equal(c.pairs[i].verdict, CONTEST_UNTESTED);
		assert_true(isnan(c.pairs[i].p));
	}
	says(&c, 0, "a and b are not tested on other: they were tested on different sentences");
	says(&c, 1, "they were tested on different sentences");
	says(&c, 2, "no hypotheses");
	says(&c, 3, "20 sentences or more");
	says(&c, 4, "no hypotheses there");
	contest_free(&c);
}

static void texts_of_a_strangers_database_do_no_harm(void **state)
{
	struct results_fixture *f = *state;
	struct contest c;

	add_seeds(f, "a\x1b[31m", 2, 400);
	add_seeds(f, "b", 2, 100);
	assert_int_equal(sqlite3_exec(f->database.handle,
	                              "UPDATE hypotheses SET hypothesis = CAST(x'c328' AS TEXT)"
	                              " WHERE run = 1 AND sentence = 3",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	c = judged(f, NULL);
	assert_int_equal(c.pairs[0].verdict, CONTEST_UNTESTED);
	says(&c, 0, "not UTF-8");
	contest_free(&c);
}

static double errors(const union metric_settings *settings, const double *sum)
{
	return 100 - metric_find("BLEU")->score(settings, sum);
}

static void where_lower_is_better_the_lower_is_first(void **state)
{
	struct results_fixture *f = *state;
	struct metric metric = *metric_find("BLEU");
	struct contest up, down;

	add_seeds(f, "bad", 2, 400);
	add_seeds(f, "good", 2, 100);
	metric.name = "errors"; /* no score of it is stored: hypotheses are enough */
	metric.lower_is_better = true;
	metric.score = errors;
	up = judged(f, NULL);
	assert_good(f, contest_read(&down, &f->database, "e", &metric, NULL, &f->error));
	assert_int_equal(down.pairs[0].first, up.pairs[0].first);
	assert_true(fabs(down.pairs[0].result.test.difference -
	                 up.pairs[0].result.test.difference) < 1e-9);
	assert_true(fabs(down.pairs[0].result.test.low - up.pairs[0].result.test.low) < 1e-9);
	assert_true(fabs(down.pairs[0].effect - up.pairs[0].effect) < 1e-9);
	assert_true(down.pairs[0].mean[0] < down.pairs[0].mean[1]);
	contest_free(&up);
	contest_free(&down);
}

static char *compared(struct results_fixture *f, const struct compare_options *options)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_good(f, compare_print(out, &f->database, "e", options, &f->error));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void compare_prints_verdicts_and_no_idle_settings(void **state)
{
	static const char *const settings[] = {
		"{\"architecture\": \"rnn\", \"settings\": {\"cell\": \"lstm\", \"hidden\": 80}}",
		"{\"architecture\": \"cnn\", \"settings\": {\"kernel\": 5, \"weight_norm\": true}}",
	};
	struct results_fixture *f = *state;
	struct compare_options options = { TABLE_BOX, NULL, standard_is };
	char *text;

	for (int i = 0; i < 4; i++)
		add(f,
		    &(struct entry){ i / 2 ? "cnn" : "rnn", settings[i / 2], i % 2,
		                     i / 2 ? 100 : 400, SENTENCES, 0 },
		    "news");
	text = compared(f, &options);
	assert_non_null(strstr(text, "cnn is better than rnn on news"));
	assert_non_null(strstr(text, "settings.kernel"));
	assert_non_null(strstr(text, "settings.hidden"));
	assert_null(strstr(text, "settings.cell"));
	assert_null(strstr(text, "settings.weight_norm"));
	free(text);
	options.is_default = NULL;
	text = compared(f, &options);
	assert_non_null(strstr(text, "settings.weight_norm"));
	free(text);
}

static void large_grids_ask_for_a_baseline(void **state)
{
	struct results_fixture *f = *state;
	struct compare_options options = { TABLE_BOX, NULL, NULL };
	char name[16], *text;

	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof name, "c%d", i);
		add(f, &(struct entry){ name, NULL, 1, 400, SENTENCES, 0 }, "news");
	}
	text = compared(f, &options);
	assert_non_null(strstr(text, "36 pairs of contestants; --baseline NAME"));
	free(text);
	options.baseline = "c1";
	text = compared(f, &options);
	assert_non_null(strstr(text, "c1 and c2 tie on news"));
	assert_null(strstr(text, "c2 and c3"));
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, results_set_up, results_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_better_one_is_first_and_equals_tie),
		TEST(a_baseline_leaves_its_own_pairs),
		TEST(one_seed_does_not_cover_training),
		TEST(what_cannot_be_tested_says_why),
		TEST(texts_of_a_strangers_database_do_no_harm),
		TEST(where_lower_is_better_the_lower_is_first),
		TEST(compare_prints_verdicts_and_no_idle_settings),
		TEST(large_grids_ask_for_a_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
