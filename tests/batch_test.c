/* batch_test.c - batches: each sentence once, within the limit, time-major, a function of the seed.
 */
#include "data/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A corpus of random lengths from 0 to longest - 1; the ids tell sentence, side and place. */
static void make_corpus(struct corpus *corpus, size_t sentences, int longest, int sides)
{
	uint32_t chance = 3;

	*corpus = (struct corpus){ .sentences = sentences };
	for (int side = 0; side < sides; side++) {
		size_t *start = memory_new(sentences + 1, sizeof *start);
		int *id = memory_new(sentences * (size_t)longest + 1, sizeof *id);

		for (size_t i = 0; i < sentences; i++) {
			int length;

			chance = chance * 1664525u + 1013904223u;
			length = (int)((chance >> 16) % (uint32_t)longest);
			for (int t = 0; t < length; t++)
				id[start[i] + (size_t)t] = 10 + (int)i * 1000 + side * 500 + t;
			start[i + 1] = start[i] + (size_t)length;
		}
		corpus->start[side] = start;
		corpus->id[side] = id;
	}
}

static size_t longest_of(const struct corpus *corpus, int side, const uint32_t *sentence, size_t n)
{
	size_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		size_t length = corpus_length(corpus, (enum side)side, sentence[i]) + 1;

		longest = length > longest ? length : longest;
	}
	return longest;
}

static void assert_fits(const struct batch_plan *plan, const struct corpus *corpus, size_t tokens)
{
	char *seen = memory_new(corpus->sentences, 1);

	assert_int_equal(plan->start[0], 0);
	assert_int_equal(plan->start[plan->batches], corpus->sentences);
	for (size_t b = 0; b < plan->batches; b++) {
		const uint32_t *sentence = plan->order + plan->start[b];
		size_t n = plan->start[b + 1] - plan->start[b];

		assert_true(n >= 1);
		for (int side = 0; side < SIDES; side++)
			assert_true(n == 1 || n * longest_of(corpus, side, sentence, n) <= tokens);
		for (size_t i = 0; i < n; i++) {
			assert_false(seen[sentence[i]]);
			seen[sentence[i]] = 1;
		}
	}
	free(seen);
}

static void a_plan_has_each_sentence_once_and_never_too_many_tokens(void **state)
{
	static const struct {
		size_t sentences;
		int longest, sides;
		long tokens;
	} cases[] = {
		{ 0, 5, 2, 100 },   { 1, 5, 2, 100 },  { 500, 30, 2, 200 }, { 500, 30, 2, 1 },
		{ 500, 30, 2, 30 }, { 500, 1, 2, 64 }, { 500, 30, 1, 200 }, { 100, 10, 2, 1000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct corpus corpus;
		struct batch_plan plan;

		make_corpus(&corpus, cases[i].sentences, cases[i].longest, cases[i].sides);
		batch_plan_make(&plan, &corpus, cases[i].tokens, 1, 2);
		assert_fits(&plan, &corpus, (size_t)cases[i].tokens);
		batch_plan_free(&plan);
		batch_plan_sorted(&plan, &corpus, cases[i].tokens);
		assert_fits(&plan, &corpus, (size_t)cases[i].tokens);
		batch_plan_free(&plan);
		corpus_free(&corpus);
	}
}

static void batches_waste_little(void **state)
{
	struct corpus corpus;
	struct batch_plan plan;
	size_t positions = 0, tokens;

	(void)state;
	make_corpus(&corpus, 2000, 30, 2);
	tokens = corpus.start[1][2000] + 2000;
	batch_plan_make(&plan, &corpus, 500, 1, 1);
	for (size_t b = 0; b < plan.batches; b++) {
		size_t n = plan.start[b + 1] - plan.start[b];

		positions += n * longest_of(&corpus, 1, plan.order + plan.start[b], n);
	}
	assert_true(positions < tokens + tokens / 20);
	batch_plan_free(&plan);
	corpus_free(&corpus);
}

static bool same_plan(const struct batch_plan *a, const struct batch_plan *b)
{
	return a->batches == b->batches &&
	       !memcmp(a->start, b->start, (a->batches + 1) * sizeof *a->start) &&
	       !memcmp(a->order, b->order, a->start[a->batches] * sizeof *a->order);
}

static void a_plan_is_a_function_of_seed_and_epoch(void **state)
{
	static const struct {
		uint64_t seed, epoch;
		bool same;
	} cases[] = {
		{ 1, 1, true }, { 1, 2, false }, { 2, 1, false }, { 1 + (1ull << 40), 1, false }
	};
	struct corpus corpus;
	struct batch_plan first, plan;

	(void)state;
	make_corpus(&corpus, 500, 12, 2);
	batch_plan_make(&first, &corpus, 100, 1, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		batch_plan_make(&plan, &corpus, 100, cases[i].seed, cases[i].epoch);
		assert_int_equal(same_plan(&first, &plan), cases[i].same);
		batch_plan_free(&plan);
	}
	batch_plan_free(&first);
	corpus_free(&corpus);
}

static void ties_are_in_random_order(void **state)
{
	struct corpus corpus;
	struct batch_plan first, plan;

	(void)state;
	make_corpus(&corpus, 100, 1, 2); /* all are empty */
	batch_plan_make(&first, &corpus, 1000, 1, 1);
	batch_plan_make(&plan, &corpus, 1000, 1, 2);
	assert_int_equal(plan.batches, 1);
	assert_memory_not_equal(first.order, plan.order, 100 * sizeof *plan.order);
	batch_plan_free(&first);
	batch_plan_free(&plan);
	corpus_free(&corpus);
}

static void a_sorted_plan_goes_from_long_to_short(void **state)
{
	struct corpus corpus;
	struct batch_plan plan;

	(void)state;
	for (int sides = 1; sides <= 2; sides++) {
		make_corpus(&corpus, 300, 30, sides);
		batch_plan_sorted(&plan, &corpus, 100);
		for (size_t i = 1; i < corpus.sentences; i++)
			assert_true(corpus_length(&corpus, sides - 1, plan.order[i - 1]) >=
			            corpus_length(&corpus, sides - 1, plan.order[i]));
		batch_plan_free(&plan);
		corpus_free(&corpus);
	}
}

static void assert_column(const struct batch *batch, const struct corpus *corpus, int i, size_t s)
{
	int source = (int)corpus_length(corpus, SIDE_SOURCE, s);
	int target = (int)corpus_length(corpus, SIDE_TARGET, s);

	assert_int_equal(batch->source_length[i], source + 1);
	for (int t = 0; t < batch->source_t; t++)
		assert_int_equal(batch->source[t * batch->n + i], t < source
		                                                          ? 10 + (int)s * 1000 + t
		                                                  : t == source ? TOKEN_END
		                                                                : TOKEN_PAD);
	if (batch->target_t)
		assert_int_equal(batch->target_length[i], target + 1);
	for (int t = 0; t < batch->target_t; t++) {
		int token = 10 + (int)s * 1000 + 500 + t;

		assert_int_equal(batch->gold[t * batch->n + i], t < target    ? token
		                                                : t == target ? TOKEN_END
		                                                              : TOKEN_PAD);
		assert_int_equal(batch->target[t * batch->n + i], t == 0        ? TOKEN_BEGIN
		                                                  : t <= target ? token - 1
		                                                                : TOKEN_PAD);
	}
}

static void a_batch_is_time_major_and_padded(void **state)
{
	struct batch batch = { 0 };
	struct corpus corpus;
	struct batch_plan plan;

	(void)state;
	for (int sides = 1; sides <= 2; sides++) {
		make_corpus(&corpus, 200, 20, sides);
		batch_plan_make(&plan, &corpus, 150, 1, 1);
		for (size_t b = 0; b < plan.batches; b++) {
			const uint32_t *sentence = plan.order + plan.start[b];
			int n = (int)(plan.start[b + 1] - plan.start[b]);
			size_t source = 0, target = 0;

			batch_fill(&batch, &corpus, sentence, n);
			assert_int_equal(batch.n, n);
			assert_int_equal(batch.source_t,
			                 longest_of(&corpus, 0, sentence, (size_t)n));
			if (sides == 1)
				assert_int_equal(batch.target_t, 0);
			for (int i = 0; i < n; i++) {
				assert_column(&batch, &corpus, i, sentence[i]);
				source += (size_t)batch.source_length[i];
				target += sides > 1 ? (size_t)batch.target_length[i] : 0;
			}
			assert_int_equal(batch.source_tokens, source);
			assert_int_equal(batch.target_tokens, target);
		}
		batch_plan_free(&plan);
		corpus_free(&corpus);
	}
	batch_free(&batch);
	batch_free(&batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_has_each_sentence_once_and_never_too_many_tokens),
		cmocka_unit_test(batches_waste_little),
		cmocka_unit_test(a_plan_is_a_function_of_seed_and_epoch),
		cmocka_unit_test(ties_are_in_random_order),
		cmocka_unit_test(a_sorted_plan_goes_from_long_to_short),
		cmocka_unit_test(a_batch_is_time_major_and_padded),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
