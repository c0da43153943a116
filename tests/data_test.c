/* data_test.c - datasets of files: what is read, dropped, cut and refused. */
#include "data/dataset.h"
#include "tests/data_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dirent.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) literal, sizeof(literal) - 1

static const struct data_settings plain = {
	.subword_model = SUBWORD_WORDS,
	.subword_size = 1000,
	.joint = true,
	.longest = 6,
	.bad_lines = BAD_LINES_DROP,
};

static size_t count_files(const char *part)
{
	DIR *folder = opendir(".");
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(folder)))
		count += strstr(entry->d_name, part) != NULL;
	closedir(folder);
	return count;
}

static bool open_pairs(struct dataset *data, const struct data_settings *base, char *reports,
                       struct error *error)
{
	struct data_settings settings = *base;
	struct text_pair test = { (char[]){ "flickr" },
		                  { (char[]){ "test.de" }, (char[]){ "test.en" } } };

	settings.train =
		(struct text_pair){ NULL, { (char[]){ "train.de" }, (char[]){ "train.en" } } };
	settings.valid = (struct text_pair){ NULL, { (char[]){ "val.de" }, (char[]){ "val.en" } } };
	settings.test = &test;
	settings.tests = 1;
	*reports = '\0';
	return dataset_open(data, &settings, ".", NULL, data_collect, reports, error);
}

static void write_good_files(void)
{
	data_write_text("train.de", "a b c\nd e\na\n");
	data_write_text("train.en", "A B C\nD E\nA\n");
	data_write_text("val.de", "a d\n");
	data_write_text("val.en", "A D\n");
	data_write_text("test.de", "e x\n\nb\n");
	data_write_text("test.en", "E X\nB\nB\n");
}

static void dataset_keeps_good_pairs_and_their_text(void **state)
{
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS];

	(void)state;
	write_good_files();
	assert_true(open_pairs(&data, &plain, reports, &error));
	assert_ptr_equal(data.vocabulary[SIDE_SOURCE], data.vocabulary[SIDE_TARGET]);
	assert_int_equal(data.train.sentences, 3);
	assert_int_equal(corpus_length(&data.train, SIDE_SOURCE, 0), 3);
	assert_int_equal(corpus_length(&data.train, SIDE_TARGET, 2), 1);
	assert_null(data.train.text[SIDE_SOURCE]);
	assert_string_equal(data.valid.text[SIDE_TARGET][0], "A D");
	assert_int_equal(data.tests, 1);
	assert_string_equal(data.test[0].name, "flickr");
	assert_int_equal(data.test[0].sentences, 3); /* an empty source stays */
	assert_int_equal(corpus_length(&data.test[0], SIDE_SOURCE, 1), 0);
	assert_int_equal(data.test[0].unknown[SIDE_SOURCE], 1);
	assert_int_equal(data.test[0].unknown[SIDE_TARGET], 1);
	dataset_free(&data);
	dataset_free(&data);
	dataset_free(NULL);
}

static void dataset_drops_bad_pairs_and_says_so(void **state)
{
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS];

	(void)state;
	write_good_files();
	data_write_text("train.de", "a b\n\n \t\nx \xff\na b c d e f\na b c d e\n");
	data_write_text("train.en", "A B\nA\nA\nA\nA\nA\n");
	assert_true(open_pairs(&data, &plain, reports, &error));
	assert_int_equal(data.train.sentences, 2);
	assert_int_equal(data.train.dropped, 4);
	assert_non_null(strstr(
		reports, "train.de, train.en: dropped 4 of 6 pairs: 2 with an empty line, 1 not "
			 "UTF-8, 1 longer than data.longest = 6 tokens\n"));
	dataset_free(&data);
}

static void dataset_cuts_long_test_sentences_and_says_so(void **state)
{
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS];

	(void)state;
	write_good_files();
	data_write_text("test.de", "a b c d e a b\na\n");
	data_write_text("test.en", "A\nA B C D E A\n");
	assert_true(open_pairs(&data, &plain, reports, &error));
	assert_int_equal(data.test[0].sentences, 2);
	assert_int_equal(data.test[0].cut, 2);
	assert_int_equal(corpus_length(&data.test[0], SIDE_SOURCE, 0), 5);
	assert_int_equal(corpus_length(&data.test[0], SIDE_SOURCE, 1), 1);
	assert_int_equal(corpus_length(&data.test[0], SIDE_TARGET, 1), 5);
	assert_string_equal(data.test[0].text[SIDE_SOURCE][0], "a b c d e a b");
	assert_non_null(strstr(reports, "test.de, test.en: cut 2 of 2 pairs to data.longest = 6"));
	dataset_free(&data);
}

static void dataset_lowercases_where_asked(void **state)
{
	struct data_settings settings = plain;
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS];

	(void)state;
	settings.lowercase = true;
	write_good_files();
	assert_true(open_pairs(&data, &settings, reports, &error));
	assert_string_equal(data.test[0].text[SIDE_TARGET][0], "e x");
	assert_int_equal(vocabulary_size(data.vocabulary[0]), TOKEN_SPECIALS + 5);
	dataset_free(&data);
}

static void dataset_errors_name_place_and_remedy(void **state)
{
	static const struct {
		const char *path, *bytes;
		size_t size;
		int bad_lines;
		const char *message;
	} cases[] = {
		{ "train.de", TEXT("a\nb\n"), BAD_LINES_DROP,
		  "train.de has 2 lines, train.en 3: parallel files need the same number" },
		{ "train.de", TEXT("a b\n123\xff\nc\n"), BAD_LINES_ERROR,
		  "train.de:2: invalid UTF-8 at byte 4: convert the file to UTF-8 (iconv), or set "
		  "data.bad_lines: drop" },
		{ "train.en", TEXT("A\nB\0\nC\n"), BAD_LINES_ERROR,
		  "train.en:2: NUL at byte 2: the file is not plain text, or set data.bad_lines: "
		  "drop" },
		{ "train.en", TEXT("A\nB\n\n"), BAD_LINES_ERROR,
		  "train.en:3: empty line: remove the pair or set data.bad_lines: drop" },
		{ "train.en", TEXT("A\nB\n  \n"), BAD_LINES_ERROR,
		  "train.en:3: empty line: remove the pair or set data.bad_lines: drop" },
		{ "train.de", TEXT("a\na b c d e f g\na\n"), BAD_LINES_ERROR,
		  "train.de:2: 8 tokens with the end of sentence, more than data.longest = 6: "
		  "raise it "
		  "or set data.bad_lines: drop" },
		{ "train.de", TEXT("\n\n\n"), BAD_LINES_DROP,
		  "train.de, train.en: no pair is fit to train on: every one has an empty line or "
		  "one "
		  "that is not UTF-8" },
		{ "train.de", TEXT("a b c d e f\na b c d e f\na b c d e f\n"), BAD_LINES_DROP,
		  "train.de, train.en: no pair is left to train on: all 3 are empty, not UTF-8 or "
		  "longer "
		  "than data.longest = 6 tokens: raise it" },
		{ "train.de", TEXT(""), BAD_LINES_DROP,
		  "train.de: the file is empty: it needs one sentence a line" },
		{ "train.de", TEXT("\xef\xbb\xbf"), BAD_LINES_DROP,
		  "train.de: the file is empty: it needs one sentence a line" },
		{ "train.de", TEXT("\x1f\x8b\x08\n"), BAD_LINES_DROP,
		  "train.de: the file is compressed: unpack it first (gunzip)" },
		{ "train.de", NULL, 0, BAD_LINES_DROP,
		  "train.de: cannot be opened: No such file or directory" },
		{ "val.de", TEXT("a\xc3\n"), BAD_LINES_DROP,
		  "val.de:1: invalid UTF-8 at byte 2: convert the file to UTF-8 (iconv)" },
		{ "test.en", TEXT("A\nA\0\nA\n"), BAD_LINES_DROP,
		  "test.en:2: NUL at byte 2: the file is not plain text" },
		{ "test.en", TEXT("A\n"), BAD_LINES_DROP,
		  "test.de has 3 lines, test.en 1: parallel files need the same number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct data_settings settings = plain;
		struct dataset data;
		struct error error;
		char reports[DATA_REPORTS];

		settings.bad_lines = cases[i].bad_lines;
		write_good_files();
		unlink(cases[i].path);
		if (cases[i].bytes)
			data_write(cases[i].path, cases[i].bytes, cases[i].size);
		assert_false(open_pairs(&data, &settings, reports, &error));
		assert_string_equal(error.message, cases[i].message);
		assert_null(data.vocabulary[SIDE_SOURCE]);
	}
}

static void dataset_errors_name_missing_settings(void **state)
{
	struct data_settings settings = plain;
	struct dataset data;
	struct error error;

	(void)state;
	assert_false(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	assert_string_equal(error.message, "data.train: needs two files: [source, target]");
	settings.train.file[SIDE_SOURCE] = (char[]){ "." };
	settings.train.file[SIDE_TARGET] = (char[]){ "." };
	assert_false(dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error));
	assert_string_equal(error.message, ".: cannot be read: Is a directory");
}

static void dataset_learns_a_vocabulary_once(void **state)
{
	static const int models[] = { SUBWORD_BPE, SUBWORD_UNIGRAM, SUBWORD_WORDS, SUBWORD_CHARS };

	(void)state;
	for (size_t i = 0; i < COUNT(models); i++)
		for (int joint = 0; joint < 2; joint++) {
			struct data_settings settings = plain;
			struct dataset first, second;
			struct error error;
			char reports[DATA_REPORTS];
			size_t before = count_files(".model");

			settings.subword_model = models[i];
			settings.subword_size = joint ? 15 : 10;
			settings.longest = 20;
			settings.joint = joint;
			write_good_files();
			if (!open_pairs(&first, &settings, reports, &error))
				fail_msg("%s", error.message);
			assert_non_null(strstr(reports, "learning a vocabulary from train.de"));
			assert_int_equal(count_files(".model"), before + (joint ? 1 : 2));
			assert_int_equal(count_files(".tmp"), 0);
			assert_true(open_pairs(&second, &settings, reports, &error));
			assert_string_equal(reports, "");
			assert_true(first.hash == second.hash);
			dataset_free(&second);
			data_write_text("val.en", "A E\n");
			assert_true(open_pairs(&second, &settings, reports, &error));
			assert_false(first.hash == second.hash);
			dataset_free(&first);
			dataset_free(&second);
		}
}

static void dataset_refuses_a_damaged_vocabulary(void **state)
{
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS];
	DIR *folder;
	struct dirent *entry;

	(void)state;
	write_good_files();
	data_write_text("train.de", "a b c\nd e\nz\n"); /* a vocabulary of its own */
	assert_true(open_pairs(&data, &plain, reports, &error));
	dataset_free(&data);
	folder = opendir(".");
	while ((entry = readdir(folder)))
		if (strstr(entry->d_name, ".model"))
			data_write_text(entry->d_name, "bakeoff-vocabulary-1 words as-is 14");
	closedir(folder);
	assert_false(open_pairs(&data, &plain, reports, &error));
	assert_non_null(strstr(error.message, "delete the file"));
	assert_int_equal(strncmp(error.message, "./vocabulary-", 13), 0);
}

static void dataset_of_real_sentences_opens(void **state)
{
	static const char *const name[][2] = {
		{ "train.de", "train.de" },
		{ "train.en", "train.en" },
		{ "val.de", "val.de" },
		{ "val.en", "val.en" },
		{ "test_2016_flickr.de", "test.de" },
		{ "test_2016_flickr.en", "test.en" },
	};
	const struct data_place *place = *state;
	struct data_settings settings = plain;
	struct dataset data;
	struct error error;
	char reports[DATA_REPORTS], command[8192];

	snprintf(command, sizeof command, "%s/../shared/data/multi30k/train.de.gz", place->start);
	if (access(command, R_OK)) {
		print_message("skipped: there is no ../shared/data/multi30k/train.de.gz\n");
		skip();
	}
	for (size_t i = 0; i < COUNT(name); i++) {
		snprintf(command, sizeof command,
		         "gunzip -c '%s/../shared/data/multi30k/%s.gz' > %s", place->start,
		         name[i][0], name[i][1]);
		assert_int_equal(system(command), 0);
	}
	settings.subword_model = SUBWORD_BPE;
	settings.subword_size = 2000;
	settings.longest = 128;
	if (!open_pairs(&data, &settings, reports, &error))
		fail_msg("%s", error.message);
	assert_int_equal(vocabulary_size(data.vocabulary[0]), 2000);
	assert_int_equal(data.train.sentences + data.train.dropped, 29000);
	assert_int_equal(data.train.unknown[0] + data.train.unknown[1], 0);
	dataset_free(&data);
}

static void settings_have_names_of_their_own(void **state)
{
	(void)state;
	for (const struct setting *a = data_settings_table; a->name; a++) {
		assert_non_null(a->help);
		for (const struct setting *b = a + 1; b->name; b++) {
			assert_string_not_equal(a->name, b->name);
			assert_int_not_equal(a->offset, b->offset);
		}
	}
}

static void settings_free_what_they_own(void **state)
{
	struct data_settings settings = plain;

	(void)state;
	settings.train.file[SIDE_SOURCE] = memory_text("train.de");
	settings.test = memory_new(1, sizeof *settings.test);
	settings.tests = 1;
	settings.test->name = memory_text("flickr");
	data_settings_free(&settings);
	data_settings_free(&settings);
	data_settings_free(NULL);
	assert_null(settings.test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dataset_keeps_good_pairs_and_their_text),
		cmocka_unit_test(dataset_drops_bad_pairs_and_says_so),
		cmocka_unit_test(dataset_cuts_long_test_sentences_and_says_so),
		cmocka_unit_test(dataset_lowercases_where_asked),
		cmocka_unit_test(dataset_errors_name_place_and_remedy),
		cmocka_unit_test(dataset_errors_name_missing_settings),
		cmocka_unit_test(dataset_learns_a_vocabulary_once),
		cmocka_unit_test(dataset_refuses_a_damaged_vocabulary),
		cmocka_unit_test(dataset_of_real_sentences_opens),
		cmocka_unit_test(settings_have_names_of_their_own),
		cmocka_unit_test(settings_free_what_they_own),
	};

	return cmocka_run_group_tests_name("data", tests, data_enter, data_leave);
}
