/* stream_test.c - a text as one stream: blocks, what is fed and asked for, lines that are dropped.
 */
#include "core/error.h"
#include "data/batch.h"
#include "data/corpus.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/bakeoff-stream-XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	return !mkdtemp(folder) || chdir(folder);
}

static int leave_folder(void **state)
{
	DIR *here = opendir(".");
	struct dirent *entry;

	(void)state;
	while ((entry = readdir(here)))
		unlink(entry->d_name);
	closedir(here);
	return rmdir(folder);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct text_pair test_set = { "held-out", { NULL, "test.txt" } };

static struct data_settings settings_of(int model, long longest)
{
	return (struct data_settings){
		.task = task_number(task_find("language-model")),
		.train = { NULL, { NULL, "train.txt" } },
		.valid = { NULL, { NULL, "valid.txt" } },
		.test = &test_set,
		.tests = 1,
		.subword_model = model,
		.subword_size = 100,
		.longest = longest,
		.bad_lines = BAD_LINES_DROP,
	};
}

static void write_texts(const char *train)
{
	write_file("train.txt", train);
	write_file("valid.txt", "b a\n");
	write_file("test.txt", "a  d\n");
}

static void open_data(struct dataset *data, const struct data_settings *settings)
{
	struct error error;

	if (!dataset_open(data, settings, ".", NULL, NULL, NULL, &error))
		fail_msg("%s", error.message);
}

/* "a b|" is a, b, end of line; an empty line is its end alone. */
static void lines_become_one_stream(void **state)
{
	const struct data_settings settings = settings_of(SUBWORD_WORDS, 4);
	struct dataset data;
	const int *id;

	(void)state;
	write_texts("a b\n\nb b a\n");
	open_data(&data, &settings);
	id = data.train.id[SIDE_TARGET];
	assert_null(data.train.start[SIDE_SOURCE]);
	assert_ptr_equal(data.vocabulary[SIDE_SOURCE], data.vocabulary[SIDE_TARGET]);
	assert_int_equal(data.train.sentences, 2);
	assert_int_equal(data.train.start[SIDE_TARGET][2], 8);
	assert_string_equal(vocabulary_token(data.vocabulary[SIDE_TARGET], id[0]), "a");
	assert_int_equal(id[2], TOKEN_END);
	assert_int_equal(id[3], TOKEN_END);
	assert_int_equal(id[4], id[1]);
	assert_int_equal(id[7], TOKEN_END);
	assert_int_equal(data.train.characters, 4 + 1 + 6);
	assert_int_equal(data.test[0].characters, 3 + 1); /* white space as it becomes tokens */
	assert_int_equal(data.test[0].unknown[SIDE_TARGET], 1);
	assert_string_equal(data.test[0].name, "held-out");
	dataset_free(&data);
}

/* Every token is asked for once, behind the one before it; the first behind an end. */
static void every_token_is_predicted_once(void **state)
{
	(void)state;
	write_texts("the cat sat\non the mat\n\nand so on and on and on\n");
	for (long longest = 2; longest < 60; longest += longest < 8 ? 1 : 17) {
		const struct data_settings settings = settings_of(SUBWORD_CHARS, longest);
		struct dataset data;
		const struct corpus *c = &data.train;
		int before = TOKEN_END;
		size_t seen = 0;

		open_data(&data, &settings);
		for (uint32_t i = 0; i < c->sentences; i++) {
			struct batch batch = { 0 };

			batch_fill(&batch, c, &i, 1);
			assert_int_equal(batch.source_t, 0);
			assert_int_equal(batch.target_t, batch.target_length[0]);
			assert_in_range(batch.target_t, 1, longest);
			for (int t = 0; t < batch.target_t; t++) {
				assert_int_equal(batch.target[t], before);
				assert_int_equal(batch.gold[t], c->id[SIDE_TARGET][seen++]);
				before = batch.gold[t];
			}
			batch_free(&batch);
		}
		assert_int_equal(seen, c->start[SIDE_TARGET][c->sentences]);
		assert_int_equal(seen, c->characters);
		dataset_free(&data);
	}
}

static void blocks_fill_batches_without_padding(void **state)
{
	const struct data_settings settings = settings_of(SUBWORD_CHARS, 5);
	struct batch_plan plan;
	struct dataset data;
	size_t blocks = 0;

	(void)state;
	write_texts("aaaa\nbbbb\nabab\nbaba\nabba\nbaab\n"); /* 30 tokens, 6 blocks */
	open_data(&data, &settings);
	batch_plan_make(&plan, &data.train, 15, 1, 0);
	assert_int_equal(plan.batches, 2);
	for (size_t b = 0; b < plan.batches; b++) {
		struct batch batch = { 0 };
		const size_t n = plan.start[b + 1] - plan.start[b];

		batch_fill(&batch, &data.train, plan.order + plan.start[b], (int)n);
		assert_int_equal(batch.target_tokens, (size_t)batch.n * (size_t)batch.target_t);
		assert_int_equal(batch.source_tokens, 0);
		blocks += n;
		batch_free(&batch);
	}
	assert_int_equal(blocks, 6);
	batch_plan_free(&plan);
	dataset_free(&data);
}

static void keep_report(void *context, const char *line)
{
	snprintf(context, 256, "%s", line);
}

static void lines_that_are_no_text(void **state)
{
	struct data_settings settings = settings_of(SUBWORD_WORDS, 8);
	char said[256] = "";
	struct dataset data;
	struct error error;

	(void)state;
	write_texts("a b\n\xff\nb\n");
	assert_true(dataset_open(&data, &settings, ".", NULL, keep_report, said, &error));
	assert_string_equal(said, "train.txt: dropped 1 of 3 lines, which are not UTF-8");
	assert_int_equal(data.train.dropped, 1);
	assert_int_equal(data.train.start[SIDE_TARGET][1], 5);
	dataset_free(&data);
	settings.bad_lines = BAD_LINES_ERROR;
	assert_false(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	assert_non_null(strstr(error.message, "train.txt:2: invalid UTF-8 at byte 1"));
	write_texts("\xff\n\xfe\n");
	settings.bad_lines = BAD_LINES_DROP;
	assert_false(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	assert_string_equal(error.message,
	                    "train.txt: no line is fit to train on: every one is not UTF-8");
	write_texts("a\n");
	write_file("test.txt", "a\n\xff\n");
	assert_false(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	assert_non_null(strstr(error.message, "test.txt:2: invalid UTF-8"));
}

/* The text decides the hash, not how it is cut. */
static void the_hash_is_of_the_text(void **state)
{
	const struct data_settings settings[] = { settings_of(SUBWORD_WORDS, 4),
		                                  settings_of(SUBWORD_WORDS, 7) };
	struct dataset data[3];

	(void)state;
	write_texts("a b\nb\n");
	open_data(&data[0], &settings[0]);
	open_data(&data[1], &settings[1]);
	write_texts("a b\n\nb\n");
	open_data(&data[2], &settings[0]);
	assert_true(data[0].train.hash == data[1].train.hash);
	assert_true(data[0].train.hash != data[2].train.hash);
	for (int i = 0; i < 3; i++)
		dataset_free(&data[i]);
}

static void a_stream_is_read_as_lines(void **state)
{
	const struct data_settings settings = settings_of(SUBWORD_WORDS, 4);
	const struct vocabulary *vocabulary;
	struct dataset data;
	char *text;

	(void)state;
	write_texts("a b\n\nb b a\n");
	open_data(&data, &settings);
	vocabulary = data.vocabulary[SIDE_TARGET];
	text = vocabulary_decode_lines(vocabulary, data.train.id[SIDE_TARGET], 8);
	assert_string_equal(text, "a b\n\nb b a\n");
	free(text);
	text = vocabulary_decode_lines(vocabulary, data.train.id[SIDE_TARGET], 7);
	assert_string_equal(text, "a b\n\nb b a");
	free(text);
	text = vocabulary_decode_lines(vocabulary, NULL, 0);
	assert_string_equal(text, "");
	free(text);
	dataset_free(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_one_stream),
		cmocka_unit_test(every_token_is_predicted_once),
		cmocka_unit_test(blocks_fill_batches_without_padding),
		cmocka_unit_test(lines_that_are_no_text),
		cmocka_unit_test(the_hash_is_of_the_text),
		cmocka_unit_test(a_stream_is_read_as_lines),
	};

	return cmocka_run_group_tests_name("stream", tests, enter_folder, leave_folder);
}
