/* data_test.c - text files, datasets, generated tasks: what is read, dropped, cut and refused. */
#include "data/dataset.h"
#include "data/task.h"
#include "data/text.h"

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

/* Where the tests run, and where they were started. */
struct place {
	char folder[32];
	char start[4096];
};

static int enter_folder(void **state)
{
	struct place *place = memory_new(1, sizeof *place);

	*state = place;
	strcpy(place->folder, "/tmp/bakeoff-data-XXXXXX");
	return !getcwd(place->start, sizeof place->start) || !mkdtemp(place->folder) ||
	       chdir(place->folder);
}

static int leave_folder(void **state)
{
	struct place *place = *state;
	DIR *folder = opendir(".");
	struct dirent *entry;

	while ((entry = readdir(folder)))
		unlink(entry->d_name);
	closedir(folder);
	rmdir(place->folder);
	free(place);
	return chdir("/");
}

static void write_file(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text));
}

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

/* Reports, one behind the other. */
static void collect(void *context, const char *line)
{
	char *all = context;

	assert_true(strlen(all) + strlen(line) + 2 < 4096);
	strcat(strcat(all, line), "\n");
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
	return dataset_open(data, &settings, ".", NULL, collect, reports, error);
}

static void write_good_files(void)
{
	write_text("train.de", "a b c\nd e\na\n");
	write_text("train.en", "A B C\nD E\nA\n");
	write_text("val.de", "a d\n");
	write_text("val.en", "A D\n");
	write_text("test.de", "e x\n\nb\n");
	write_text("test.en", "E X\nB\nB\n");
}

static void text_is_split_at_line_feeds_only(void **state)
{
	static const struct {
		const char *bytes;
		size_t size, lines;
		const char *line[3];
	} cases[] = {
		{ TEXT("a\nb\n"), 2, { "a", "b" } },
		{ TEXT("a\nb"), 2, { "a", "b" } },
		{ TEXT("a\r\nb\r\n"), 2, { "a", "b" } },
		{ TEXT("a\rb\n"), 1, { "a\rb" } },
		{ TEXT("a\r"), 1, { "a\r" } },
		{ TEXT("\n"), 1, { "" } },
		{ TEXT("a\n\n"), 2, { "a", "" } },
		{ TEXT("\r\n\n"), 2, { "", "" } },
		{ TEXT("\xef\xbb\xbf"
		       "a\n"),
		  1,
		  { "a" } },
		{ TEXT("a\xe2\x80\xa8"
		       "b\x0b\x0c\n"),
		  1,
		  { "a\xe2\x80\xa8"
		    "b\x0b\x0c" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text text;
		struct error error;

		write_file("text", cases[i].bytes, cases[i].size);
		assert_true(text_read(&text, "text", &error));
		assert_int_equal(text.lines, cases[i].lines);
		for (size_t n = 0; n < text.lines; n++) {
			assert_string_equal(text.line[n].text, cases[i].line[n]);
			assert_int_equal(text.line[n].bytes, strlen(cases[i].line[n]));
			assert_int_equal(text.line[n].number, n + 1);
		}
		text_free(&text);
	}
}

/* What does not say how long it is, is read as it comes: sizes about where memory grows. */
static void a_pipe_is_read_like_a_file(void **state)
{
	static const size_t sizes[] = { 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3500000 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *bytes = memory_new(sizes[i], 1), path[32];
		struct text text[2];
		struct error error;
		FILE *pipe;

		for (size_t j = 0; j < sizes[i]; j++)
			bytes[j] = j % 71 == 70 ? '\n' : (char)('a' + j % 26);
		write_file("text", bytes, sizes[i]);
		pipe = popen("cat text", "r");
		assert_non_null(pipe);
		snprintf(path, sizeof path, "/dev/fd/%d", fileno(pipe));
		assert_true(text_read(&text[0], "text", &error));
		assert_true(text_read(&text[1], path, &error));
		pclose(pipe);
		assert_int_equal(text[0].lines, (sizes[i] + 70) / 71);
		assert_int_equal(text[1].lines, text[0].lines);
		for (size_t n = 0; n < text[0].lines; n++)
			assert_string_equal(text[1].line[n].text, text[0].line[n].text);
		text_free(&text[0]);
		text_free(&text[1]);
		free(bytes);
	}
}

static void text_tells_the_first_bad_byte(void **state)
{
	static const struct {
		const char *bytes;
		size_t size, bad;
	} cases[] = {
		{ TEXT(""), 0 },
		{ TEXT("gr\xc3\xbc\xc3\x9f"), 0 },
		{ TEXT("ab\xff"), 3 },
		{ TEXT("ab\xc3"), 3 },           /* cut */
		{ TEXT("\xc0\xaf"), 1 },         /* overlong */
		{ TEXT("a\xed\xa0\x80"), 2 },    /* surrogate */
		{ TEXT("\xf4\x90\x80\x80"), 1 }, /* past U+10FFFF */
		{ TEXT("a\xbf"), 2 },
		{ TEXT("ab\0c"), 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_bad_byte(cases[i].bytes, cases[i].size), cases[i].bad);
}

static void text_is_folded_to_one_form(void **state)
{
	static const struct {
		const char *text;
		bool lowercase;
		const char *folded;
	} cases[] = {
		{ "", false, "" },
		{ " \t ", false, "" },
		{ "  a \t\xc2\xa0 b ", false, "a b" },
		{ "u\xcc\x88", false, "\xc3\xbc" },
		{ "\xc3\x9c"
		  "BER",
		  true,
		  "\xc3\xbc"
		  "ber" },
		{ "U\xcc\x88", true, "\xc3\xbc" },
		{ "\xe2\x96\x81"
		  "a\xe3\x80\x80"
		  "B",
		  false, "a B" },
		{ "\xf0\x9d\x85\x9e\xf0\x9d\x85\x9e", false, /* normal form grows */
		  "\xf0\x9d\x85\x97\xf0\x9d\x85\xa5\xf0\x9d\x85\x97\xf0\x9d\x85\xa5" },
		{ "bad \xff", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t bytes;
		char *folded =
			text_fold(cases[i].text, strlen(cases[i].text), cases[i].lowercase, &bytes);

		if (!cases[i].folded) {
			assert_null(folded);
			continue;
		}
		assert_string_equal(folded, cases[i].folded);
		assert_int_equal(bytes, strlen(folded));
		free(folded);
	}
}

/* Text of code points below the first combining one takes a short way; a longer text does not. */
static void short_way_folds_as_the_long_one(void **state)
{
	static const char far[] = "a\xe4\xb8\x80"; /* U+4E00 */

	(void)state;
	for (int code = 1; code < 0x300; code++)
		for (int lowercase = 0; lowercase < 2; lowercase++) {
			char one[16], both[32], *folded, *whole;
			size_t bytes, all;
			int n = 0;

			one[n++] = 'A';
			if (code >= 0x80)
				one[n++] = (char)(0xc0 | code >> 6);
			one[n++] = (char)(code < 0x80 ? code : 0x80 | (code & 0x3f));
			snprintf(one + n, sizeof one - (size_t)n, "a");
			snprintf(both, sizeof both, "%s%s", one, far);
			folded = text_fold(one, strlen(one), lowercase, &bytes);
			whole = text_fold(both, strlen(both), lowercase, &all);
			assert_int_equal(all, bytes + strlen(far));
			assert_memory_equal(whole, folded, bytes);
			free(folded);
			free(whole);
		}
}

static void dataset_keeps_good_pairs_and_their_text(void **state)
{
	struct dataset data;
	struct error error;
	char reports[4096];

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
	char reports[4096];

	(void)state;
	write_good_files();
	write_text("train.de", "a b\n\n \t\nx \xff\na b c d e f\na b c d e\n");
	write_text("train.en", "A B\nA\nA\nA\nA\nA\n");
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
	char reports[4096];

	(void)state;
	write_good_files();
	write_text("test.de", "a b c d e a b\na\n");
	write_text("test.en", "A\nA B C D E A\n");
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
	char reports[4096];

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
		char reports[4096];

		settings.bad_lines = cases[i].bad_lines;
		write_good_files();
		unlink(cases[i].path);
		if (cases[i].bytes)
			write_file(cases[i].path, cases[i].bytes, cases[i].size);
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
			char reports[4096];
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
			write_text("val.en", "A E\n");
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
	char reports[4096];
	DIR *folder;
	struct dirent *entry;

	(void)state;
	write_good_files();
	write_text("train.de", "a b c\nd e\nz\n"); /* a vocabulary of its own */
	assert_true(open_pairs(&data, &plain, reports, &error));
	dataset_free(&data);
	folder = opendir(".");
	while ((entry = readdir(folder)))
		if (strstr(entry->d_name, ".model"))
			write_text(entry->d_name, "bakeoff-vocabulary-1 words as-is 14");
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
	const struct place *place = *state;
	struct data_settings settings = plain;
	struct dataset data;
	struct error error;
	char reports[4096], command[8192];

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
				assert_int_equal(source[t],
				                 target[backwards ? n - 1 - t : t]);
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
	char reports[4096] = "";

	(void)state;
	settings.symbols = 4; /* 340 different sentences, more than train can have */
	settings.shortest_generated = 1;
	settings.longest_generated = 4;
	settings.train_sentences = 100;
	assert_true(dataset_open(&data, &settings, ".", NULL, collect, reports, &error));
	assert_string_equal(reports, "");
	for (size_t i = 0; i < data.test[0].sentences; i++) {
		assert_false(corpus_has(&data.train, &data.test[0], i));
		assert_false(corpus_has(&data.valid, &data.test[0], i));
	}
	for (size_t i = 0; i < data.valid.sentences; i++)
		assert_false(corpus_has(&data.train, &data.valid, i));
	dataset_free(&data);
	settings.longest_generated = 1;
	assert_true(dataset_open(&data, &settings, ".", NULL, collect, reports, &error));
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
		cmocka_unit_test(text_is_split_at_line_feeds_only),
		cmocka_unit_test(a_pipe_is_read_like_a_file),
		cmocka_unit_test(text_tells_the_first_bad_byte),
		cmocka_unit_test(text_is_folded_to_one_form),
		cmocka_unit_test(short_way_folds_as_the_long_one),
		cmocka_unit_test(dataset_keeps_good_pairs_and_their_text),
		cmocka_unit_test(dataset_drops_bad_pairs_and_says_so),
		cmocka_unit_test(dataset_cuts_long_test_sentences_and_says_so),
		cmocka_unit_test(dataset_lowercases_where_asked),
		cmocka_unit_test(dataset_errors_name_place_and_remedy),
		cmocka_unit_test(dataset_errors_name_missing_settings),
		cmocka_unit_test(dataset_learns_a_vocabulary_once),
		cmocka_unit_test(dataset_refuses_a_damaged_vocabulary),
		cmocka_unit_test(dataset_of_real_sentences_opens),
		cmocka_unit_test(generated_targets_follow_the_task),
		cmocka_unit_test(generated_lengths_and_symbols_are_uniform),
		cmocka_unit_test(generated_sets_share_no_sentence),
		cmocka_unit_test(generated_data_are_a_function_of_the_seed_alone),
		cmocka_unit_test(generated_lengths_must_fit),
		cmocka_unit_test(sources_are_encoded_and_cut),
		cmocka_unit_test(settings_have_names_of_their_own),
		cmocka_unit_test(settings_free_what_they_own),
	};

	return cmocka_run_group_tests_name("data", tests, enter_folder, leave_folder);
}
