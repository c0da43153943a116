/* generated_data_test.c - datasets that are made: what they hold, and that they are a function of
 * their settings. */
#include "data/dataset.h"
#include "data/task.h"
#include "tests/data_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct data_settings generated(const char *task)
{
	return (struct data_settings){
		.task = task_number(task_find(task)),
		.longest = 256,
		.symbols = 20,
		.shortest_generated = 3,
		.longest_generated = 12,
		.train_sentences = 400,
		.valid_sentences = 50,
		.test_sentences = 60,
		.seed = 7,
	};
}

static void generated_targets_follow_the_task(void **state)
{
	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct data_settings settings = generated(backwards ? "reverse" : "copy");
		struct dataset data;
		struct error error;

		assert_true(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
		assert_int_equal(vocabulary_size(data.vocabulary[0]), TOKEN_SPECIALS + 20);
		assert_int_equal(data.train.sentences, 400);
		assert_int_equal(data.valid.sentences, 50);
		assert_int_equal(data.tests, 1);
		assert_int_equal(data.test[0].sentences, 60);
		assert_string_equal(data.test[0].name, "test");
		for (size_t i = 0; i < data.train.sentences; i++) {
			size_t n = corpus_length(&data.train, SIDE_SOURCE, i);
			const int *source = data.train.id[0] + data.train.start[0][i];
			const int *target = data.train.id[1] + data.train.start[1][i];

			assert_in_range(n, 3, 12);
			assert_int_equal(corpus_length(&data.train, SIDE_TARGET, i), n);
			for (size_t t = 0; t < n; t++)
				assert_int_equal(source[t], target[backwards ? n - 1 - t : t]);
		}
		dataset_free(&data);
	}
}

static void generated_lengths_and_symbols_are_uniform(void **state)
{
	struct data_settings settings = generated("reverse");
	struct dataset data;
	struct error error;
	size_t length[13] = { 0 }, symbol[20] = { 0 }, all;

	(void)state;
	settings.train_sentences = 20000;
	assert_true(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	for (size_t i = 0; i < data.train.sentences; i++)
		length[corpus_length(&data.train, SIDE_SOURCE, i)]++;
	for (size_t n = 3; n <= 12; n++)
		assert_in_range(length[n], 1800, 2200); /* 2000, deviation 42 */
	all = data.train.start[0][data.train.sentences];
	for (size_t i = 0; i < all; i++)
		symbol[data.train.id[0][i] - TOKEN_SPECIALS]++;
	for (size_t i = 0; i < 20; i++)
		assert_in_range(symbol[i], all / 20 - 400, all / 20 + 400); /* deviation 85 */
	dataset_free(&data);
}

static bool corpus_has(const struct corpus *corpus, const struct corpus *other, size_t sentence)
{
	size_t n = corpus_length(other, SIDE_SOURCE, sentence);
	const int *id = other->id[0] + other->start[0][sentence];

	for (size_t i = 0; i < corpus->sentences; i++)
		if (corpus_length(corpus, SIDE_SOURCE, i) == n &&
		    !memcmp(corpus->id[0] + corpus->start[0][i], id, n * sizeof *id))
			return true;
	return false;
}

static void generated_sets_share_no_sentence(void **state)
{
	struct data_settings settings = generated("reverse");
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS] = "";

	(void)state;
	settings.symbols = 4; /* 340 different sentences, more than train can have */
	settings.shortest_generated = 1;
	settings.longest_generated = 4;
	settings.train_sentences = 100;
	assert_true(dataset_open(&data, &settings, ".", NULL, data_collect, reports, &error));
	assert_string_equal(reports, "");
	for (size_t i = 0; i < data.test[0].sentences; i++) {
		assert_false(corpus_has(&data.train, &data.test[0], i));
		assert_false(corpus_has(&data.valid, &data.test[0], i));
	}
	for (size_t i = 0; i < data.valid.sentences; i++)
		assert_false(corpus_has(&data.train, &data.valid, i));
	dataset_free(&data);
	settings.longest_generated = 1;
	assert_true(dataset_open(&data, &settings, ".", NULL, data_collect, reports, &error));
	assert_string_equal(reports,
	                    "generated: 110 validation and test sentences are in an earlier "
	                    "set too: there are too few different ones\n");
	dataset_free(&data);
}

static void generated_data_are_a_function_of_the_seed_alone(void **state)
{
	struct data_settings settings = generated("reverse");
	struct pool *pool;
	struct dataset a, b, c;
	struct error error;

	(void)state;
	settings.train_sentences = 3000;
	assert_true(dataset_open(&a, &settings, ".", NULL, NULL, NULL, &error));
	assert_non_null(pool = pool_open(3, &error));
	assert_true(dataset_open(&b, &settings, ".", pool, NULL, NULL, &error));
	pool_close(pool);
	settings.seed++;
	assert_true(dataset_open(&c, &settings, ".", NULL, NULL, NULL, &error));
	assert_true(a.hash == b.hash);
	assert_false(a.hash == c.hash);
	assert_string_equal(a.test[0].text[0][0], b.test[0].text[0][0]);
	assert_int_equal(a.test[0].text[0][0][0], 's');
	dataset_free(&a);
	dataset_free(&b);
	dataset_free(&c);
}

static void generated_lengths_must_fit(void **state)
{
	static const struct {
		long shortest, most, longest;
		const char *message;
	} cases[] = {
		{ 5, 4, 256,
		  "data.shortest_sentence = 5: must not be more than "
		  "data.longest_sentence = 4" },
		{ 5, 8, 8,
		  "data.longest_sentence = 8: must be less than data.longest = 8, which "
		  "counts the end of sentence" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct data_settings settings = generated("reverse");
		struct dataset data;
		struct error error;

		settings.shortest_generated = cases[i].shortest;
		settings.longest_generated = cases[i].most;
		settings.longest = cases[i].longest;
		assert_false(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
		assert_string_equal(error.message, cases[i].message);
	}
}

static void sources_are_encoded_and_cut(void **state)
{
	struct data_settings settings = generated("reverse");
	struct dataset data;
	struct corpus corpus;
	struct error error;
	char *line[] = { (char[]){ "s1 s2 nothing" }, (char[]){ "" },
		         (char[]){ "s1 s1 s1 s1 s1 s1" } };

	(void)state;
	assert_true(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	corpus_of_lines(&corpus, data.vocabulary, line, NULL, COUNT(line), 5);
	assert_int_equal(corpus.sentences, 3);
	assert_int_equal(corpus_length(&corpus, SIDE_SOURCE, 0), 3);
	assert_int_equal(corpus_length(&corpus, SIDE_SOURCE, 1), 0);
	assert_int_equal(corpus_length(&corpus, SIDE_SOURCE, 2), 4);
	assert_int_equal(corpus_length(&corpus, SIDE_TARGET, 0), 0);
	assert_int_equal(corpus.cut, 1);
	assert_int_equal(corpus.unknown[SIDE_SOURCE], 1);
	corpus_free(&corpus);
	dataset_free(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_targets_follow_the_task),
		cmocka_unit_test(generated_lengths_and_symbols_are_uniform),
		cmocka_unit_test(generated_sets_share_no_sentence),
		cmocka_unit_test(generated_data_are_a_function_of_the_seed_alone),
		cmocka_unit_test(generated_lengths_must_fit),
		cmocka_unit_test(sources_are_encoded_and_cut),
	};

	return cmocka_run_group_tests_name("generated data", tests, data_enter, data_leave);
}
