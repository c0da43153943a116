/* lexicon_test.c - lexicons: against IBM Model 1 written plainly, and as files. */
#include "core/error.h"
#include "data/lexicon.h"
#include "tests/golden_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 160 };

/* p[s][t] after five rounds, with a table for all pairs whether they occur together or not. */
static void plain_model(const struct corpus *c, int n, double p[MOST][MOST])
{
	static double expected[MOST][MOST];

	for (int s = 0; s < n; s++)
		for (int t = 0; t < n; t++)
			p[s][t] = 1;
	for (int round = 0; round < 5; round++) {
		memset(expected, 0, sizeof expected);
		for (size_t i = 0; i < c->sentences; i++)
			for (size_t t = c->start[SIDE_TARGET][i]; t < c->start[SIDE_TARGET][i + 1];
			     t++) {
				const int e = c->id[SIDE_TARGET][t];
				const size_t first = c->start[SIDE_SOURCE][i];
				const size_t last = c->start[SIDE_SOURCE][i + 1];
				double sum = 0;

				for (size_t s = first; s < last; s++)
					sum += p[c->id[SIDE_SOURCE][s]][e];
				for (size_t s = first; s < last; s++)
					expected[c->id[SIDE_SOURCE][s]][e] +=
						p[c->id[SIDE_SOURCE][s]][e] / sum;
			}
		for (int s = 0; s < n; s++) {
			double sum = 0;

			for (int t = 0; t < n; t++)
				sum += expected[s][t];
			for (int t = 0; t < n; t++)
				p[s][t] = sum > 0 ? expected[s][t] / sum : 0;
		}
	}
}

/* The list has the likeliest tokens, in falling order, and ends where the limit or the least is. */
static void check_list(const struct lexicon *l, int s, const double *p, int n)
{
	const int *list = l->likely + l->first[s];
	const int count = (int)(l->first[s + 1] - l->first[s]);
	int likely = 0, listed[MOST] = { 0 };
	double last = 2;

	for (int t = 0; t < n; t++)
		likely += p[t] > 1.0001e-4;
	assert_true(count >= (likely < LEXICON_MOST ? likely : LEXICON_MOST));
	assert_true(count <= LEXICON_MOST);
	for (int i = 0; i < count; i++) {
		assert_false(listed[list[i]]++);
		assert_true(p[list[i]] > 0.9999e-4);
		assert_true(p[list[i]] < last * (1 + 1e-9));
		last = p[list[i]];
	}
	for (int t = 0; t < n && count == LEXICON_MOST; t++)
		assert_true(listed[t] || p[t] < last * (1 + 1e-9));
}

static void lists_are_those_of_the_plain_model(void **state)
{
	static const struct {
		size_t sentences;
		int vocabulary, longest;
	} cases[] = { { 1, 9, 4 }, { 60, 12, 6 }, { 400, 30, 9 }, { 300, 150, 20 } };
	static double p[MOST][MOST];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const int n = cases[i].vocabulary, vocabulary[SIDES] = { n, n };
		struct lexicon *l;
		struct corpus c;

		made_up_corpus(&c, cases[i].sentences, n, 1, cases[i].longest, 7 + (unsigned)i);
		plain_model(&c, n, p);
		l = lexicon_learn(&c, vocabulary);
		for (int s = 0; s < n; s++)
			check_list(l, s, p[s], n);
		lexicon_free(l);
		corpus_free(&c);
	}
}

/* What IBM Model 1 is explained with: "das Haus" and "the house" and so on. */
static void words_find_their_translations(void **state)
{
	enum { DAS = 4, HAUS, BUCH, EIN, THE = 4, HOUSE, BOOK, A };
	static const int german[] = { DAS, HAUS, DAS, BUCH, EIN, BUCH };
	static const int english[] = { THE, HOUSE, THE, BOOK, A, BOOK };
	static const int first[][2] = { { DAS, THE }, { HAUS, HOUSE }, { BUCH, BOOK }, { EIN, A } };
	static const int frequent[] = { THE, BOOK, HOUSE, A };
	const int vocabulary[SIDES] = { 8, 8 };
	size_t start[] = { 0, 2, 4, 6 };
	struct corpus c = { .sentences = 3,
		            .id = { (int *)german, (int *)english },
		            .start = { start, start } };
	struct lexicon *l = lexicon_learn(&c, vocabulary);

	(void)state;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		assert_int_equal(l->likely[l->first[first[i][0]]], first[i][1]);
	assert_int_equal(l->frequent_count, 4);
	assert_memory_equal(l->frequent, frequent, sizeof frequent);
	lexicon_free(l);
}

static char path[256];

static struct lexicon *learned(const int vocabulary[SIDES])
{
	struct lexicon *l;
	struct corpus c;

	made_up_corpus(&c, 40, 20, 1, 6, 3);
	l = lexicon_learn(&c, vocabulary);
	corpus_free(&c);
	return l;
}

static void files_give_back_what_was_saved(void **state)
{
	const int vocabulary[SIDES] = { 20, 25 }, other[SIDES] = { 20, 24 };
	struct lexicon *l = learned(vocabulary), *read;
	struct error error;

	(void)state;
	assert_true(lexicon_save(l, path, &error));
	read = lexicon_load(path, vocabulary, &error);
	assert_non_null(read);
	assert_int_equal(read->frequent_count, l->frequent_count);
	assert_memory_equal(read->frequent, l->frequent,
	                    (size_t)l->frequent_count * sizeof *l->frequent);
	assert_memory_equal(read->first, l->first, 21 * sizeof *l->first);
	assert_memory_equal(read->likely, l->likely, l->first[20] * sizeof *l->likely);
	assert_null(lexicon_load(path, other, &error));
	assert_non_null(strstr(error.message, "of another run"));
	lexicon_free(read);
	lexicon_free(l);
}

static void write_file(const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void damaged_files_are_errors(void **state)
{
	const int vocabulary[SIDES] = { 20, 20 };
	struct lexicon *l = learned(vocabulary);
	static char bytes[1 << 16];
	struct error error;
	FILE *file;
	size_t size;

	(void)state;
	assert_true(lexicon_save(l, path, &error));
	lexicon_free(l);
	file = fopen(path, "rb");
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	for (size_t i = 0; i + 1 < size; i++) { /* the last line break may be missing */
		const char was = bytes[i];

		write_file(bytes, i);
		assert_null(lexicon_load(path, vocabulary, &error));
		assert_non_null(strstr(error.message, "the lexicon is damaged"));
		bytes[i] = was == '7' ? '8' : '7';
		write_file(bytes, size);
		assert_null(lexicon_load(path, vocabulary, &error));
		bytes[i] = was;
	}
	unlink(path);
	assert_null(lexicon_load(path, vocabulary, &error));
}

static int name_file(void **state)
{
	const char *temporary = getenv("TMPDIR");
	int file;

	(void)state;
	snprintf(path, sizeof path, "%.200s/lexicon_test_XXXXXX", temporary ? temporary : "/tmp");
	file = mkstemp(path);
	return file < 0 || close(file);
}

static int delete_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_those_of_the_plain_model),
		cmocka_unit_test(words_find_their_translations),
		cmocka_unit_test(files_give_back_what_was_saved),
		cmocka_unit_test(damaged_files_are_errors),
	};

	return cmocka_run_group_tests(tests, name_file, delete_file);
}
