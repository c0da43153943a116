/* search_test.c - greedy and beam search against enumeration and a plain beam search. */
#include "core/error.h"
#include "tests/golden/search.h"
#include "tests/search_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_beam_of_all_prefixes_finds_the_best_of_all_sequences(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(golden_search) / sizeof(*golden_search); c++) {
		const struct golden_search *golden = &golden_search[c];
		struct search_settings settings = { .beam = 5 * 5 * 5 * 5 * 5,
			                            .nbest = GOLDEN_BEST,
			                            .length_penalty = golden->alpha,
			                            .penalty = PENALTY_GNMT };
		struct model m = model_of(GOLDEN_WORDS, 0, 0);
		struct nbest n;
		int limit = GOLDEN_LONGEST;

		m.table = golden->logp;
		model_search(&m, &settings, 0, 1, &limit, &n);
		assert_int_equal(n.count, GOLDEN_BEST);
		for (int i = 0; i < n.count; i++) {
			const struct hypothesis *h = &n.best[i];

			assert_true(h->finished);
			assert_true(fabs(h->total - golden->total[i]) < tolerance);
			assert_true(fabs(h->score - golden->score[i]) < tolerance);
			for (int k = 0; k < GOLDEN_LONGEST; k++)
				assert_int_equal(k < h->length ? h->token[k] : 1,
				                 golden->words[i][k]);
		}
		nbest_free(&n);
	}
}

static const struct {
	int penalty;
	double alpha;
} penalties[] = {
	{ PENALTY_GNMT, 0 },   { PENALTY_GNMT, 0.6 },    { PENALTY_GNMT, 2 },
	{ PENALTY_LENGTH, 1 }, { PENALTY_LENGTH, -0.5 },
};

enum { PENALTIES = sizeof(penalties) / sizeof(*penalties) };

static struct search_settings beam_settings(int beam, int nbest, int p)
{
	return (struct search_settings){ .beam = beam,
		                         .nbest = nbest,
		                         .penalty = penalties[p].penalty,
		                         .length_penalty = penalties[p].alpha };
}

static void a_wide_beam_equals_enumeration_on_random_tables(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		for (int p = 0; p < PENALTIES; p++) {
			struct model m = model_of(4, seed, 1 + (double)(seed % 6));
			int limit = 2 + (int)(seed % 3);
			struct search_settings settings = beam_settings(64, 1 + (int)(seed % 8), p);
			struct answers all = answers_of_all(&m, &settings, 5, limit);
			struct nbest n;

			model_search(&m, &settings, 5, 1, &limit, &n);
			assert_true(n.count >= all.count || n.count == settings.nbest);
			for (int i = 0; i < n.count && i < all.count; i++)
				expect_hypothesis(&n.best[i], &all.a[i]);
			for (int i = all.count; i < n.count; i++)
				assert_false(n.best[i].finished); /* cut ones fill it up */
			nbest_free(&n);
			free(all.a);
		}
	}
}

static void the_early_stop_never_changes_a_result(void **state)
{
	long steps = 0, late = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 150; seed++) {
		for (int p = 0; p < PENALTIES; p++) {
			int beam = 2 + (int)(seed % 5), limit = 1 + (int)(seed % 11);
			struct model m = model_of(3 + (int)(model_hash(seed) % 8), seed,
			                          2 + (double)(seed % 7));
			struct search_settings settings = beam_settings(
				beam, 1 + (int)(model_hash(seed + 9) % (uint64_t)beam), p);
			struct answers all = answers_of_beam(&m, &settings, 0, limit);
			struct nbest n;

			model_search(&m, &settings, 0, 1, &limit, &n);
			expect_nbest(&n, &all, settings.nbest);
			expect_distinct_and_sorted(&n);
			steps += m.steps;
			late += limit;
			nbest_free(&n);
			free(all.a);
		}
	}
	assert_true(steps < late);
}

static void a_search_stops_when_nothing_better_can_come(void **state)
{
	struct search_settings settings = beam_settings(4, 1, 0);
	struct model m = model_of(8, 3, 2);
	struct nbest n;
	int limit = 20;

	(void)state;
	m.quirk = END_FIRST;
	model_search(&m, &settings, 0, 1, &limit, &n);
	assert_int_equal(m.steps, 1);
	nbest_free(&n);
}

/* The end at once scores log 0.6, "2 2 end" log 0.4 / (8 / 6)^3, which is more, though log 0.4 / (7
 * / 6)^3, that of a hypothesis that ended one step after the first, is less. */
static void a_longer_hypothesis_may_still_win(void **state)
{
	struct search_settings settings = {
		.beam = 3, .nbest = 1, .penalty = PENALTY_GNMT, .length_penalty = 3
	};
	struct model m = model_of(5, 0, 0);
	struct nbest n;
	int limit = 10;

	(void)state;
	m.quirk = LATE_END;
	model_search(&m, &settings, 0, 1, &limit, &n);
	assert_int_equal(n.best[0].length, 2);
	assert_true(fabs(n.best[0].total - log(0.4)) < tolerance);
	assert_true(fabs(n.best[0].score - log(0.4) / pow(8.0 / 6, 3)) < tolerance);
	nbest_free(&n);
}

static void equal_continuations_go_by_row_then_token(void **state)
{
	static const double flat[16] = { 0 };
	struct search_settings settings = beam_settings(3, 3, 0);
	struct model m = model_of(4, 0, 0);
	struct nbest n;
	int limit = 2;

	(void)state;
	m.table = flat;
	model_search(&m, &settings, 0, 1, &limit, &n);
	assert_int_equal(n.count, 3); /* the end; 0 and the end; then what is cut: 0 and 0 */
	assert_int_equal(n.best[0].length, 0);
	assert_int_equal(n.best[1].length, 1);
	assert_int_equal(n.best[1].token[0], 0);
	assert_false(n.best[2].finished);
	assert_int_equal(n.best[2].token[0], 0);
	assert_int_equal(n.best[2].token[1], 0);
	nbest_free(&n);
}

static void greedy_takes_the_most_probable_token(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct model m = model_of(2 + (int)(model_hash(seed) % 62), seed, 4);
		struct search_settings settings = beam_settings(1, 1, (int)(seed % PENALTIES));
		struct answers all;
		struct nbest n;
		int limit = 1 + (int)(seed % LONGEST);

		all = answers_of_beam(&m, &settings, 2, limit);
		model_search(&m, &settings, 2, 1, &limit, &n);
		expect_nbest(&n, &all, 1);
		assert_int_equal(m.rows_fed, n.best[0].length + n.best[0].finished);
		nbest_free(&n);
		free(all.a);
	}
}

enum { SENTENCES = 12 };

static const struct search_settings batch_cases[] = {
	{ .beam = 1, .nbest = 1 },
	{ .beam = 3, .nbest = 3, .length_penalty = 1 },
	{ .beam = 5, .nbest = 1 },
	{ .beam = 40, .nbest = 7, .length_penalty = 0.6, .penalty = PENALTY_LENGTH },
	{ .beam = 1, .nbest = 1, .sample = true, .temperature = 1, .seed = 5 },
	{ .beam = 1, .nbest = 6, .sample = true, .temperature = 0.7, .seed = 5 },
};

static void together_gives_the_bits_of_alone(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		for (uint64_t seed = 0; seed < 10; seed++) {
			struct model m = model_of(6 + (int)seed, seed, 5);
			struct nbest together[SENTENCES], alone;
			int limit[SENTENCES];

			for (int s = 0; s < SENTENCES; s++)
				limit[s] = 1 + (int)(model_hash(seed * 100 + (uint64_t)s) % 14);
			model_search(&m, &batch_cases[c], 0, SENTENCES, limit, together);
			for (int s = 0; s < SENTENCES; s++) {
				model_search(&m, &batch_cases[c], s, 1, &limit[s], &alone);
				expect_same_bits(&together[s], &alone);
				nbest_free(&alone);
				nbest_free(&together[s]);
			}
		}
	}
}

static void sentences_leave_as_they_end(void **state)
{
	struct search_settings settings = beam_settings(1, 1, 0);
	struct model m = model_of(5, 1, 1);
	int limit[4] = { 3, 1, 7, 2 };
	struct nbest n[4];

	(void)state;
	m.quirk = NEVER_ENDS;
	model_search(&m, &settings, 0, 4, limit, n);
	assert_int_equal(m.steps, 7);
	assert_int_equal(m.rows_fed, 3 + 1 + 7 + 2);
	for (int s = 0; s < 4; s++)
		nbest_free(&n[s]);
}

static void no_sentences_give_nothing(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		struct model m = model_of(5, 1, 1);

		model_search(&m, &batch_cases[c], 0, 0, NULL, NULL);
		assert_int_equal(m.steps, 0);
	}
}

static void what_never_ends_is_cut_at_the_limit(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		struct model m = model_of(5, 8, 3);
		struct nbest n[2];
		int limit[2] = { 6, 9 };

		m.quirk = NEVER_ENDS;
		model_search(&m, &batch_cases[c], 0, 2, limit, n);
		for (int s = 0; s < 2; s++) {
			assert_int_equal(n[s].count, batch_cases[c].nbest);
			for (int i = 0; i < n[s].count; i++) {
				const struct hypothesis *h = &n[s].best[i];

				assert_false(h->finished);
				assert_int_equal(h->length, limit[s]);
				assert_true(
					fabs(h->score - h->total / expected_penalty(&batch_cases[c],
				                                                    limit[s])) <
					tolerance);
			}
			nbest_free(&n[s]);
		}
	}
}

static void an_end_at_once_is_an_empty_hypothesis(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		struct model m = model_of(9, 4, 2);
		struct nbest n;
		int limit = 8;

		m.quirk = END_FIRST;
		model_search(&m, &batch_cases[c], 0, 1, &limit, &n);
		assert_int_equal(n.best[0].length, 0);
		assert_true(n.best[0].finished);
		assert_true(n.best[0].total > -1e-6 && n.best[0].total <= 0);
		assert_true(n.best[0].score == n.best[0].total / 1);
		nbest_free(&n);
	}
}

static void a_beam_wider_than_the_vocabulary_gives_what_there_is(void **state)
{
	static const struct {
		int vocabulary, limit, count; /* of all hypotheses, those cut included */
	} cases[] = { { 3, 1, 3 }, { 3, 2, 7 }, { 2, 5, 6 }, { 3, 3, 15 } };

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		struct search_settings settings = beam_settings(50, 50, 0);
		struct model m = model_of(cases[c].vocabulary, c, 2);
		struct nbest n;

		model_search(&m, &settings, 0, 1, &cases[c].limit, &n);
		assert_int_equal(n.count, cases[c].count);
		expect_distinct_and_sorted(&n);
		nbest_free(&n);
	}
}

static void what_is_not_a_number_ends_a_hypothesis(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		for (int at = 0; at < 3; at++) {
			struct model m = model_of(6, 2, 1);
			struct nbest n[2];
			int limit[2] = { 10, 4 };

			m.quirk = ALL_NAN;
			m.quirk_at = at;
			model_search(&m, &batch_cases[c], 0, 2, limit, n);
			assert_true(m.steps <= at + 1);
			for (int s = 0; s < 2; s++) {
				assert_true(n[s].count >= 1);
				for (int i = 0; i < n[s].count; i++) {
					const struct hypothesis *h = &n[s].best[i];

					assert_true(h->finished && h->length <= at);
					assert_true(isfinite(h->total) == (h->length < at));
				}
				nbest_free(&n[s]);
			}
		}
	}
}

static void a_logit_that_is_not_a_number_is_never_taken(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		struct model m = model_of(4, 6, 1);
		struct nbest n;
		int limit = 7;

		m.quirk = SOME_NAN;
		model_search(&m, &batch_cases[c], 0, 1, &limit, &n);
		for (int i = 0; i < n.count; i++) {
			assert_true(isfinite(n.best[i].total));
			for (int k = 0; k < n.best[i].length; k++)
				assert_int_not_equal(n.best[i].token[k], 2);
		}
		nbest_free(&n);
	}
}

static void infinite_logits_share_the_probability(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(batch_cases) / sizeof(*batch_cases); c++) {
		struct model m = model_of(6, 6, 1);
		struct nbest n;
		int limit = 5;

		m.quirk = INFINITE;
		model_search(&m, &batch_cases[c], 0, 1, &limit, &n);
		for (int i = 0; i < n.count; i++) {
			assert_true(fabs(n.best[i].total - 5 * log(0.5)) < tolerance);
			for (int k = 0; k < n.best[i].length; k++)
				assert_in_range(n.best[i].token[k], 2, 3);
		}
		nbest_free(&n);
	}
}

static void freeing_nothing_is_fine(void **state)
{
	struct nbest none = { 0 };

	(void)state;
	nbest_free(NULL);
	nbest_free(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_beam_of_all_prefixes_finds_the_best_of_all_sequences),
		cmocka_unit_test(a_wide_beam_equals_enumeration_on_random_tables),
		cmocka_unit_test(the_early_stop_never_changes_a_result),
		cmocka_unit_test(a_search_stops_when_nothing_better_can_come),
		cmocka_unit_test(a_longer_hypothesis_may_still_win),
		cmocka_unit_test(equal_continuations_go_by_row_then_token),
		cmocka_unit_test(greedy_takes_the_most_probable_token),
		cmocka_unit_test(together_gives_the_bits_of_alone),
		cmocka_unit_test(sentences_leave_as_they_end),
		cmocka_unit_test(no_sentences_give_nothing),
		cmocka_unit_test(what_never_ends_is_cut_at_the_limit),
		cmocka_unit_test(an_end_at_once_is_an_empty_hypothesis),
		cmocka_unit_test(a_beam_wider_than_the_vocabulary_gives_what_there_is),
		cmocka_unit_test(what_is_not_a_number_ends_a_hypothesis),
		cmocka_unit_test(a_logit_that_is_not_a_number_is_never_taken),
		cmocka_unit_test(infinite_logits_share_the_probability),
		cmocka_unit_test(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
