/* text_test.c - text files and the form in which text becomes tokens. */
#include "data/text.h"
#include "core/error.h"
#include "tests/data_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) literal, sizeof(literal) - 1

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
		{ TEXT(""), 0, { NULL } },
		{ TEXT("\xef\xbb\xbf"), 0, { NULL } },
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

		data_write("text", cases[i].bytes, cases[i].size);
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
		data_write("text", bytes, sizes[i]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_split_at_line_feeds_only),
		cmocka_unit_test(a_pipe_is_read_like_a_file),
		cmocka_unit_test(text_tells_the_first_bad_byte),
		cmocka_unit_test(text_is_folded_to_one_form),
		cmocka_unit_test(short_way_folds_as_the_long_one),
	};

	return cmocka_run_group_tests_name("text", tests, data_enter, data_leave);
}
