/* metric_test.c - every metric is sums of rows; a run's hypotheses come back as they were kept. */
#include "eval/metric.h"
#include "results/translations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SEGMENTS = 5, REFERENCES = 2 };

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const char *const hypothesis_text[SEGMENTS] = {
	"the cat sat on the mat .", "", "a b c d e f g", "what is this?", "same same same",
};
static const char *const reference_text[REFERENCES][SEGMENTS] = {
	{ "the cat sat on a mat.", "something", "g f e d c b a", "What is this?", "same" },
	{ "on the mat the cat sat .", NULL, "a b c d e f", NULL, "same same" },
};

struct texts {
	struct segment hypothesis[SEGMENTS], reference[REFERENCES][SEGMENTS];
	struct segments hypotheses, references[REFERENCES];
};

static void fill(struct texts *texts)
{
	for (int i = 0; i < SEGMENTS; i++) {
		texts->hypothesis[i] = segment_of(hypothesis_text[i]);
		for (int r = 0; r < REFERENCES; r++)
			texts->reference[r][i] = reference_text[r][i]
			                                 ? segment_of(reference_text[r][i])
			                                 : (struct segment){ 0 };
	}
	texts->hypotheses = (struct segments){ texts->hypothesis, SEGMENTS, NULL };
	for (int r = 0; r < REFERENCES; r++)
		texts->references[r] = (struct segments){ texts->reference[r], SEGMENTS, NULL };
}

static void a_corpus_is_the_sum_of_its_segments(void **state)
{
	struct texts texts;

	(void)state;
	fill(&texts);
	for (const struct metric *metric = metrics; metric->name; metric++) {
		double rows[SEGMENTS * METRIC_MOST_COLUMNS], row[METRIC_MOST_COLUMNS];
		union metric_settings settings;
		size_t columns;

		metric->defaults(&settings);
		columns = metric->columns(&settings);
		assert_in_range(columns, 1, METRIC_MOST_COLUMNS);
		metric_rows(metric, &settings, &texts.hypotheses, texts.references, REFERENCES,
		            rows);
		for (size_t i = 0; i < SEGMENTS; i++) {
			struct segments one = { &texts.hypothesis[i], 1, NULL };
			struct segments side[REFERENCES] = {
				{ &texts.reference[0][i], 1, NULL },
				{ &texts.reference[1][i], 1, NULL },
			};

			metric_rows(metric, &settings, &one, side, REFERENCES, row);
			assert_memory_equal(row, rows + i * columns, columns * sizeof *row);
		}
		metric_sum(metric, &settings, rows, SEGMENTS, row);
		assert_true(metric->score(&settings, row) ==
		            metric_score_of_rows(metric, &settings, rows, SEGMENTS));
	}
}

static void a_copy_is_best_and_nothing_is_worst(void **state)
{
	struct texts texts;

	(void)state;
	fill(&texts);
	for (const struct metric *metric = metrics; metric->name; metric++) {
		struct segment empty[SEGMENTS];
		struct segments nothing = { empty, SEGMENTS, NULL };
		double rows[SEGMENTS * METRIC_MOST_COLUMNS];
		union metric_settings settings;
		double best, worst;

		for (int i = 0; i < SEGMENTS; i++)
			empty[i] = segment_of("");
		metric->defaults(&settings);
		metric_rows(metric, &settings, &texts.references[0], texts.references, 1, rows);
		best = metric_score_of_rows(metric, &settings, rows, SEGMENTS);
		metric_rows(metric, &settings, &nothing, texts.references, 1, rows);
		worst = metric_score_of_rows(metric, &settings, rows, SEGMENTS);
		if (!metric->percent)
			continue; /* of numbers; forecast_test.c */
		assert_float_equal(metric->lower_is_better ? best : worst, 0, 1e-9);
		assert_float_equal(metric->lower_is_better ? worst : best, 100, 1e-9);
	}
}

static void metrics_are_found_by_name(void **state)
{
	(void)state;
	for (const struct metric *metric = metrics; metric->name; metric++)
		assert_ptr_equal(metric_find(metric->name), metric);
	assert_ptr_equal(metric_find("bleu"), metric_find("BLEU"));
	assert_null(metric_find("bluff"));
	assert_null(metric_find(""));
}

/* A database with a run that has hypotheses of the test sets named. */
static void make(struct database *database, char path[], const char *const *set, int sets,
                 long *run)
{
	static const struct translation kept[] = {
		{ "eins", "one", "ones", -1.5, 0.1 },
		{ "", "two ", "", -0.25, 0.2 },
	};
	struct run_record record = { .contestant = "a",
		                     .key = "0123456789abcdef",
		                     .architecture = "rnn",
		                     .settings = "{}" };
	struct error error;

	strcpy(path, "/tmp/metric_test.XXXXXX");
	close(mkstemp(path));
	unlink(path);
	assert_true(database_open(database, path, DATABASE_WRITE, &error));
	assert_true(database_experiment(database, "e", NULL, &record.experiment, &error));
	assert_true(database_run_begin(database, &record, run, &error));
	for (int i = 0; i < sets; i++)
		assert_true(
			database_hypotheses(database, *run, set[i], kept, LENGTH(kept), &error));
}

static void hypotheses_of_a_run_come_back(void **state)
{
	static const char *const sets[] = { "news", "web" };
	struct translations read;
	struct database database;
	struct error error;
	char path[64];
	long run;

	(void)state;
	make(&database, path, sets, 1, &run);
	assert_true(translations_read(&database, run, NULL, &read, &error));
	assert_string_equal(read.test_set, "news");
	assert_int_equal(read.count, 2);
	assert_string_equal(read.translation[0].source, "eins");
	assert_string_equal(read.translation[0].hypothesis, "ones");
	assert_string_equal(read.translation[1].reference, "two ");
	assert_true(read.translation[1].log_probability == -0.25);
	translations_free(&read);
	assert_false(translations_read(&database, run, "web", &read, &error));
	assert_non_null(strstr(error.message, "no test set web; it has news"));
	assert_false(translations_read(&database, run + 1, NULL, &read, &error));
	assert_non_null(strstr(error.message, "has no hypotheses"));
	database_close(&database);
	unlink(path);

	make(&database, path, sets, 2, &run);
	assert_false(translations_read(&database, run, NULL, &read, &error));
	assert_non_null(strstr(error.message, "name one of news, web"));
	assert_true(translations_read(&database, run, "web", &read, &error));
	translations_free(&read);
	database_close(&database);
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_corpus_is_the_sum_of_its_segments),
		cmocka_unit_test(a_copy_is_best_and_nothing_is_worst),
		cmocka_unit_test(metrics_are_found_by_name),
		cmocka_unit_test(hypotheses_of_a_run_come_back),
	};

	return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
