/* breakdown_test.c - right words are counted where they belong. Values are worked out by hand. */
#include "eval/breakdown.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEGMENTS = 3, TRAINING = 4 };

static const char *const hypothesis_text[SEGMENTS] = { "a b b c", "", "x a a" };
static const char *const reference_text[SEGMENTS] = { "a b d b b", "e", "a x" };
static const char *const source_text[SEGMENTS] = { "common", "", "common rare" };
static const char *const training_text[TRAINING] = { "a a a a a b b x", "b", "common common",
	                                             "rare" };

static void cut(const char *const *text, struct segment *segment, size_t count,
                struct segments *segments)
{
	for (size_t i = 0; i < count; i++)
		segment[i] = segment_of(text[i]);
	*segments = (struct segments){ segment, count, NULL };
}

struct texts {
	struct segment hypothesis[SEGMENTS], reference[SEGMENTS], source[SEGMENTS],
		training[TRAINING];
	struct segments hypotheses, references, sources, train;
	struct frequencies *frequencies;
};

static void run(struct texts *t, enum breakdown_by by, struct bucket *bucket, int *of_segment)
{
	struct breakdown_input in = { .by = by, .tokenizer = tokenizer_find("13a") };

	cut(hypothesis_text, t->hypothesis, SEGMENTS, &t->hypotheses);
	cut(reference_text, t->reference, SEGMENTS, &t->references);
	cut(source_text, t->source, SEGMENTS, &t->sources);
	cut(training_text, t->training, TRAINING, &t->train);
	t->frequencies = frequencies_new(in.tokenizer, false, &t->train);
	in.hypotheses = &t->hypotheses;
	in.reference = &t->references;
	in.source = &t->sources;
	in.frequencies = t->frequencies;
	breakdown(&in, bucket, of_segment);
	frequencies_free(t->frequencies);
}

static void expect(const struct bucket *b, long reference, long recalled, long hypothesis,
                   long precise)
{
	assert_int_equal(b->reference_words, reference);
	assert_int_equal(b->recalled, recalled);
	assert_int_equal(b->hypothesis_words, hypothesis);
	assert_int_equal(b->precise, precise);
}

/* Right in segment 0: a, b, b; in segment 2: x and one a. */
static void by_length_segments_fall_into_buckets(void **state)
{
	struct bucket bucket[BREAKDOWN_MOST_BUCKETS];
	int of_segment[SEGMENTS] = { 9, 9, 9 };
	struct texts texts;

	(void)state;
	run(&texts, BREAKDOWN_LENGTH, bucket, of_segment);
	expect(&bucket[0], 8, 5, 7, 5);
	expect(&bucket[1], 0, 0, 0, 0);
	assert_int_equal(bucket[0].segments, SEGMENTS);
	for (int i = 0; i < SEGMENTS; i++)
		assert_int_equal(of_segment[i], 0);
	assert_true(fabs(breakdown_f1(&bucket[0]) - 200.0 * 5 / 15) < 1e-12);
	assert_true(isnan(breakdown_f1(&bucket[1])));
}

/* In training: a 5 times, b 3, x 1, all others never. */
static void by_frequency_words_fall_into_buckets(void **state)
{
	struct bucket bucket[BREAKDOWN_MOST_BUCKETS];
	struct texts texts;

	(void)state;
	run(&texts, BREAKDOWN_FREQUENCY, bucket, NULL);
	expect(&bucket[0], 2, 0, 1, 0); /* d, e; c */
	expect(&bucket[1], 1, 1, 1, 1); /* x */
	expect(&bucket[3], 3, 2, 2, 2); /* b */
	expect(&bucket[5], 2, 2, 3, 2); /* a */
	assert_string_equal(breakdown_bucket_name(BREAKDOWN_FREQUENCY, 5), "5-9");
}

/* A source without words has a rarest word that is in training never. */
static void by_source_frequency_the_rarest_word_counts(void **state)
{
	struct bucket bucket[BREAKDOWN_MOST_BUCKETS];
	int of_segment[SEGMENTS];
	struct texts texts;

	(void)state;
	run(&texts, BREAKDOWN_SOURCE_FREQUENCY, bucket, of_segment);
	assert_int_equal(of_segment[0], 2);
	assert_int_equal(of_segment[1], 0);
	assert_int_equal(of_segment[2], 1);
	expect(&bucket[0], 1, 0, 0, 0);
	expect(&bucket[1], 2, 2, 3, 2);
	expect(&bucket[2], 5, 3, 4, 3);
}

/* Tenths of a b d b b: 0, 2, 4, 6, 8, of a b b c: 0, 2, 5, 7; the first two b are right. */
static void by_position_each_side_has_its_own(void **state)
{
	struct bucket bucket[BREAKDOWN_MOST_BUCKETS];
	struct texts texts;

	(void)state;
	run(&texts, BREAKDOWN_POSITION, bucket, NULL);
	expect(&bucket[0], 3, 2, 2, 2); /* a, e, a; a, x */
	expect(&bucket[2], 1, 1, 1, 1);
	expect(&bucket[3], 0, 0, 1, 1); /* the first a of x a a */
	expect(&bucket[4], 1, 0, 0, 0);
	expect(&bucket[5], 1, 1, 1, 1); /* x; b */
	expect(&bucket[6], 1, 1, 1, 0); /* b; the second a of x a a */
	expect(&bucket[7], 0, 0, 1, 0);
	expect(&bucket[8], 1, 0, 0, 0);
}

static void many_words_are_told_apart(void **state)
{
	enum { WORDS = 20000, SIZE = 8 };
	char *text = memory_new(WORDS, SIZE);
	struct numbers *numbers = numbers_new();

	(void)state;
	numbers_begin(numbers, 0);
	for (size_t i = 0; i < WORDS; i++) {
		snprintf(text + i * SIZE, SIZE, "%zu", i);
		assert_int_equal(numbers_add(numbers, (struct token){ text + i * SIZE,
		                                                      strlen(text + i * SIZE) }),
		                 i + 1);
	}
	for (size_t i = 0; i < WORDS; i++)
		assert_int_equal(numbers_find(numbers, (struct token){ text + i * SIZE,
		                                                       strlen(text + i * SIZE) }),
		                 i + 1);
	assert_int_equal(numbers_find(numbers, (struct token){ "x", 1 }), 0);
	numbers_free(numbers);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_length_segments_fall_into_buckets),
		cmocka_unit_test(by_frequency_words_fall_into_buckets),
		cmocka_unit_test(by_source_frequency_the_rarest_word_counts),
		cmocka_unit_test(by_position_each_side_has_its_own),
		cmocka_unit_test(many_words_are_told_apart),
	};

	return cmocka_run_group_tests_name("breakdown", tests, NULL, NULL);
}
