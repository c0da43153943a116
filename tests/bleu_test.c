/* bleu_test.c - BLEU is sacreBLEU's; `bleu_test FOLDER` runs another folder of reference scores. */
#include "eval/bleu.h"
#include "eval/unicode.h"
#include "tests/fixtures_bleu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void golden_cases_agree_and_all_are_implemented(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	assert_int_equal(fixtures_bleu("tests/golden/bleu", &tally), 0);
	assert_int_equal(tally.failed, 0);
	assert_int_equal(tally.missing, 0);
	assert_true(tally.passed > 800);
}

/* Expected values: Python 3.11, str.lower. */
static void lower_case_is_that_of_python(void **state)
{
	static const struct {
		const char *text, *lower;
	} cases[] = {
		{ "", "" },
		{ "ABC xyz 019 @[`{", "abc xyz 019 @[`{" },
		{ "ÄÖÜ ẞ ЖЯ Ⴀ Ꭰ", "äöü ß жя ⴀ ꭰ" },
		{ "İI", "i̇i" },
		{ "Σ", "σ" },
		{ "ΟΔΟΣ ΟΔΟΣ.", "οδος οδος." },
		{ "ΑΣΑ Σ Α'Σ' Σ'Α Α:Σ", "ασα σ α'ς' σ'α α:ς" },
		{ "ΑΣ'Α ΑΣ.", "ασ'α ας." },
		{ "1Σ ΑΣ1 Α1Σ", "1σ ας1 α1σ" },
		{ "Α\u0301Σ\u0301 ªΣ ⓐΣ ΣΣΣ", "α\u0301ς\u0301 ªς ⓐς σσς" },
		{ "\U00010400Σ", "\U00010428ς" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct buffer lower = { 0 };

		unicode_lower(cases[i].text, strlen(cases[i].text), &lower);
		buffer_add(&lower, "", 1);
		assert_string_equal(lower.data, cases[i].lower);
		buffer_free(&lower);
	}
}

static void bytes_that_are_not_utf8_are_found(void **state)
{
	static const struct {
		const char *text;
		size_t bad;
	} cases[] = {
		{ "", 0 },
		{ "plain", 0 },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 0 },
		{ "a\xff", 2 },
		{ "\x80", 1 },
		{ "ab\xc3", 3 },
		{ "\xc0\xaf", 1 },          /* overlong */
		{ "\xed\xa0\x80", 1 },      /* a surrogate */
		{ "x\xf4\x90\x80\x80", 2 }, /* beyond U+10FFFF */
		{ "\xe2\x82", 1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_int_equal(unicode_bad_byte(cases[i].text, strlen(cases[i].text)),
		                 cases[i].bad);
}

/* A file of those bytes, whose name is written to `path`. */
static void write_file(char path[], const char *data, size_t bytes)
{
	int file;

	strcpy(path, "/tmp/bleu_test.XXXXXX");
	file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, data, bytes), bytes);
	close(file);
}

static void files_are_cut_at_line_feeds_alone(void **state)
{
	static const char data[] = "one \r\n\n\xc2\x85two\vthree\xe2\x80\xa8\nlast\0!";
	static const char *const expected[] = { "one", "", "\xc2\x85two\vthree", "last" };
	struct segments segments;
	struct error error;
	char path[64];

	(void)state;
	write_file(path, data, sizeof data - 1);
	assert_true(segments_read(&segments, path, &error));
	unlink(path);
	assert_int_equal(segments.count, 4);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(segments.segment[i].bytes, strlen(expected[i]));
	for (size_t i = 0; i < 4; i++)
		assert_memory_equal(segments.segment[i].text, expected[i], strlen(expected[i]));
	assert_int_equal(segments.segment[3].bytes, 6);
	segments_drop_empty(&segments);
	assert_null(segments.segment[1].text);
	segments_free(&segments);
}

static void bad_files_are_errors_that_name_the_place(void **state)
{
	static const struct {
		const char *data, *message;
	} cases[] = {
		{ "", ": has no line" },
		{ "fine\nab\xff\n", ":2: byte 3 of the line (0xff) is not UTF-8" },
		{ "\xc3", ":1: byte 1 of the line (0xc3) is not UTF-8" },
	};
	struct segments segments;
	struct error error;
	char path[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		write_file(path, cases[i].data, strlen(cases[i].data));
		assert_false(segments_read(&segments, path, &error));
		unlink(path);
		assert_memory_equal(error.message, path, strlen(path));
		assert_memory_equal(error.message + strlen(path), cases[i].message,
		                    strlen(cases[i].message));
	}
	assert_false(segments_read(&segments, path, &error));
	assert_non_null(strstr(error.message, "cannot be opened"));
}

static void a_segment_does_not_depend_on_those_before(void **state)
{
	static const char *const texts[] = { "a b a b a b c d e f g h", "", "b b", "a b c, d. e" };
	struct bleu_settings settings;
	double kept[BLEU_COUNTS + 2 * BLEU_MOST_ORDER], fresh[BLEU_COUNTS + 2 * BLEU_MOST_ORDER];
	struct bleu *reused;

	(void)state;
	bleu_default(&settings);
	settings.lowercase = true;
	reused = bleu_new(&settings);
	for (size_t i = 0; i < LENGTH(texts) * LENGTH(texts); i++) {
		const char *h = texts[i % LENGTH(texts)], *r = texts[i / LENGTH(texts)];
		struct segment hypothesis = { h, strlen(h) }, reference = { r, strlen(r) };
		struct bleu *single = bleu_new(&settings);

		bleu_segment(reused, hypothesis, &reference, 1, kept);
		bleu_segment(single, hypothesis, &reference, 1, fresh);
		bleu_free(single);
		assert_memory_equal(kept, fresh, bleu_columns(&settings) * sizeof *kept);
	}
	bleu_free(reused);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_cases_agree_and_all_are_implemented),
		cmocka_unit_test(lower_case_is_that_of_python),
		cmocka_unit_test(bytes_that_are_not_utf8_are_found),
		cmocka_unit_test(files_are_cut_at_line_feeds_alone),
		cmocka_unit_test(bad_files_are_errors_that_name_the_place),
		cmocka_unit_test(a_segment_does_not_depend_on_those_before),
	};
	struct tally tally = { 0 };
	int status;

	if (argc < 2)
		return cmocka_run_group_tests_name("bleu", tests, NULL, NULL);
	status = fixtures_bleu(argv[1], &tally);
	printf("%d passed, %d failed, %d not implemented\n", tally.passed, tally.failed,
	       tally.missing);
	return status;
}
