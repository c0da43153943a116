/* sample_test.c - draws against the probabilities of the model. */
#include "tests/search_model.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Outcomes of at most two tokens, numbered: first token * V + second, an end as the first with
 * second 0. */
static int outcome(const struct hypothesis *h, int vocabulary, int end)
{
	int first = h->length > 0 ? h->token[0] : end;

	if (!h->length)
		return first * vocabulary;
	return first * vocabulary + (h->length > 1 ? h->token[1] : end);
}

static void tempered(const struct model *m, const struct prefix *p, double temperature,
                     double *probability)
{
	double sum = 0;

	model_log_probabilities(m, p, probability);
	for (int i = 0; i < m->predictor.vocabulary; i++)
		sum += probability[i] = exp(probability[i] / temperature);
	for (int i = 0; i < m->predictor.vocabulary; i++)
		probability[i] /= sum;
}

static void outcome_probabilities(const struct model *m, double temperature, double *probability)
{
	int n = m->predictor.vocabulary;
	double first[WORDS], second[WORDS];
	struct prefix p = { .sentence = 4 };

	tempered(m, &p, temperature, first);
	p.length = 1;
	for (int i = 0; i < n; i++) {
		p.token[0] = i;
		tempered(m, &p, temperature, second);
		for (int k = 0; k < n; k++)
			probability[i * n + k] =
				i == m->predictor.end ? first[i] * (k == 0) : first[i] * second[k];
	}
}

/* Tail probability of Pearson's chi-square. */
static double chi_square_tail(int cells, const double *probability, const int *count, int draws)
{
	double sum = 0;
	int freedom = -1;

	for (int i = 0; i < cells; i++) {
		double expected = probability[i] * draws;

		if (expected == 0)
			continue;
		assert_true(expected >= 5);
		sum += (count[i] - expected) * (count[i] - expected) / expected;
		freedom++;
	}
	return gsl_cdf_chisq_Q(sum, freedom);
}

static void samples_have_the_frequencies_of_the_temperature(void **state)
{
	static const double temperatures[] = { 1, 0.5, 2 };
	enum { V = 5, DRAWS = 40000 };

	(void)state;
	for (size_t t = 0; t < 3; t++) {
		struct search_settings settings = { .beam = 1,
			                            .nbest = DRAWS,
			                            .sample = true,
			                            .temperature = temperatures[t],
			                            .seed = 17 };
		struct model m = model_of(V, 12, 2);
		double expected[V * V], other[V * V];
		int count[V * V] = { 0 }, limit = 2;
		struct nbest n;

		model_search(&m, &settings, 4, 1, &limit, &n);
		assert_int_equal(n.count, DRAWS);
		for (int i = 0; i < DRAWS; i++)
			count[outcome(&n.best[i], V, 1)]++;
		outcome_probabilities(&m, temperatures[t], expected);
		outcome_probabilities(&m, temperatures[t] * 1.3, other);
		assert_true(chi_square_tail(V * V, expected, count, DRAWS) > 1e-3);
		assert_true(chi_square_tail(V * V, other, count, DRAWS) <
		            1e-6); /* the test has power */
		nbest_free(&n);
	}
}

static void totals_of_samples_are_the_models(void **state)
{
	struct search_settings settings = {
		.beam = 1, .nbest = 20, .sample = true, .temperature = 3, .length_penalty = 1
	};
	struct model m = model_of(7, 2, 3);
	struct nbest n;
	int limit = 9;

	(void)state;
	model_search(&m, &settings, 3, 1, &limit, &n);
	for (int i = 0; i < n.count; i++) {
		struct answer a = { .prefix = { .sentence = 3 } };
		double logp[WORDS];

		for (int k = 0; k < n.best[i].length + n.best[i].finished; k++) {
			model_log_probabilities(&m, &a.prefix, logp);
			int token = k < n.best[i].length ? n.best[i].token[k] : 1;
			a = answer_extend(&m, &settings, a, token, logp[token]);
		}
		expect_hypothesis(&n.best[i], &a);
	}
	nbest_free(&n);
}

static void samples_depend_on_seed_sentence_and_draw(void **state)
{
	struct search_settings settings = {
		.beam = 1, .nbest = 3, .sample = true, .temperature = 1
	};
	double flat[30 * 30] = { 0 };
	struct model m = model_of(30, 0, 0);
	struct nbest a[2], b, again;
	int limit[2] = { 12, 12 };

	(void)state;
	m.table = flat; /* the same for all sentences */
	model_search(&m, &settings, 0, 2, limit, a);
	model_search(&m, &settings, 0, 1, limit, &again);
	settings.seed = 1;
	model_search(&m, &settings, 0, 1, limit, &b);
	expect_same_bits(&a[0], &again);
	assert_false(same_tokens(&a[0].best[0], &a[0].best[1]));
	assert_false(same_tokens(&a[0].best[0], &a[1].best[0]));
	assert_false(same_tokens(&a[0].best[0], &b.best[0]));
	nbest_free(&a[0]);
	nbest_free(&a[1]);
	nbest_free(&b);
	nbest_free(&again);
}

static void a_low_temperature_is_greedy(void **state)
{
	struct search_settings cold = {
		.beam = 1, .nbest = 2, .sample = true, .temperature = 1e-300
	};
	struct search_settings greedy = { .beam = 1, .nbest = 1 };
	int limit = 12;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct model m = model_of(9, seed, 3);
		struct nbest a, b;

		model_search(&m, &cold, 0, 1, &limit, &a);
		model_search(&m, &greedy, 0, 1, &limit, &b);
		assert_true(same_tokens(&a.best[0], &b.best[0]));
		assert_true(same_tokens(&a.best[1], &b.best[0]));
		nbest_free(&a);
		nbest_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_have_the_frequencies_of_the_temperature),
		cmocka_unit_test(totals_of_samples_are_the_models),
		cmocka_unit_test(samples_depend_on_seed_sentence_and_draw),
		cmocka_unit_test(a_low_temperature_is_greedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
