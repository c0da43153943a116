/* probe_test.c - claims and verdicts on made-up numbers; how hypotheses are rated. */
#include "experiments/probe.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double jitter[] = { -1, 0, 1 };
enum { SEEDS = 3 };

/* A value for each seed: `value` and `spread` to both sides. */
static void add(struct measured *m, const char *series, double x, double value, double spread)
{
	const int s = measured_series(m, series);

	for (int i = 0; i < SEEDS; i++)
		measured_add(m, s, i + 1, x, value + spread * jitter[i]);
}

static void seeds_are_means_of_their_points(void **state)
{
	struct measured m = { 0 };
	double *value;
	long *seed;

	(void)state;
	measured_add(&m, measured_series(&m, "b"), 2, 1, 9);
	measured_add(&m, measured_series(&m, "a"), 2, 1, 4);
	measured_add(&m, measured_series(&m, "a"), 1, 3, 1);
	measured_add(&m, measured_series(&m, "a"), 1, 1, 2);
	measured_add(&m, measured_series(&m, "a"), 1, 4, 100);
	measured_add(&m, measured_series(&m, "a"), 1, 2, (double)NAN);
	assert_int_equal(measured_by_seed(&m, "a", 1, 3, &seed, &value), 2);
	assert_int_equal(seed[0], 1);
	assert_int_equal(seed[1], 2);
	assert_true(value[0] == 1.5 && value[1] == 4);
	free(seed);
	free(value);
	assert_int_equal(measured_by_seed(&m, "c", 1, 3, &seed, &value), 0);
	free(seed);
	free(value);
	measured_free(&m);
}

/* high - factor low against the margin, by its sign and its spread. */
static const struct {
	const char *name;
	double high, low, spread, factor, margin;
	enum claim_kind kind;
	enum verdict finding, verdict;
} cases[] = {
	{ "above", 2, 1, 0.1, 0, 0, CLAIM_SHAPE, VERDICT_AGREES, VERDICT_AGREES },
	{ "below", 1, 2, 0.1, 0, 0, CLAIM_SHAPE, VERDICT_DIFFERS, VERDICT_DIFFERS },
	{ "within the spread", 2, 1, 3, 0, 0, CLAIM_SHAPE, VERDICT_OPEN, VERDICT_OPEN },
	{ "above, but not by the margin", 2, 1, 0.1, 0, 1.5, CLAIM_SHAPE, VERDICT_DIFFERS,
	  VERDICT_DIFFERS },
	{ "a factor of low", 2, 1, 0.1, 3, 0, CLAIM_SHAPE, VERDICT_DIFFERS, VERDICT_DIFFERS },
	{ "a factor of low below 1", 1, 2, 0.1, 0.25, 0, CLAIM_SHAPE, VERDICT_AGREES,
	  VERDICT_AGREES },
	{ "no chance, another number", 2, 1, 0, 0, 0, CLAIM_SHAPE, VERDICT_AGREES, VERDICT_AGREES },
	{ "no chance, the same number", 1, 1, 0, 0, 0, CLAIM_SHAPE, VERDICT_OPEN, VERDICT_OPEN },
	{ "a premise that fails decides nothing", 1, 2, 0.1, 0, 0, CLAIM_PREMISE, VERDICT_DIFFERS,
	  VERDICT_OPEN },
	{ "exactly", 0, 1, 0, 0, 0, CLAIM_EXACT, VERDICT_AGREES, VERDICT_AGREES },
	{ "nearly", 0, 1, 1e-30, 0, 0, CLAIM_EXACT, VERDICT_DIFFERS, VERDICT_DIFFERS },
	{ "a fact needs no test", 2, 1, 30, 0, 0, CLAIM_FACT, VERDICT_AGREES, VERDICT_AGREES },
	{ "nor does its contrary", 1, 2, 30, 0, 0, CLAIM_FACT, VERDICT_DIFFERS, VERDICT_DIFFERS },
};

static void a_claim_holds_where_the_test_says_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int paired = 0; paired < 2; paired++) {
			const char *other = paired ? "a" : "b";
			const struct claim claim = { cases[i].name,   { "a", 1, 1 },
				                     { other, 2, 2 }, cases[i].factor,
				                     cases[i].margin, cases[i].kind };
			struct measured m = { 0 };
			struct finding finding;
			enum verdict verdict;

			add(&m, "a", 1, cases[i].high, cases[i].spread);
			add(&m, other, 2, cases[i].low, -cases[i].spread);
			verdict = claims_judge(&m, &claim, 1, &finding);
			if (finding.verdict != cases[i].finding || verdict != cases[i].verdict)
				fail_msg("%s, %s: found %s, verdict %s", cases[i].name,
				         paired ? "paired" : "not paired",
				         verdict_text(finding.verdict), verdict_text(verdict));
			measured_free(&m);
		}
	}
}

static void one_seed_decides_nothing(void **state)
{
	const struct claim claim = { .text = "", .high = { "a", 1, 1 } };
	struct measured m = { 0 };
	struct finding finding;
	char text[200];

	(void)state;
	assert_int_equal(claims_judge(&m, &claim, 1, &finding), VERDICT_OPEN);
	finding_text(&finding, text, sizeof text);
	assert_string_equal(text, "no numbers, n = 0");
	measured_add(&m, measured_series(&m, "a"), 1, 1, 5);
	assert_int_equal(claims_judge(&m, &claim, 1, &finding), VERDICT_OPEN);
	assert_true(isnan(finding.p));
	measured_free(&m);
}

/* p of one-sample t(2) = sqrt(3): 0.2254; Holm doubles the lesser of two. */
static void p_values_are_holms(void **state)
{
	const struct claim claim[2] = { { .text = "", .high = { "a", 1, 1 } },
		                        { .text = "", .high = { "b", 1, 1 } } };
	struct measured m = { 0 };
	struct finding finding[2];
	char text[200];

	(void)state;
	add(&m, "a", 1, 1, 1);
	add(&m, "b", 1, 1, 2);
	claims_judge(&m, claim, 2, finding);
	assert_true(fabs(finding[0].p - 2 * 0.225403) < 1e-5);
	assert_true(fabs(finding[1].p - 0.477767) < 1e-5);
	finding_text(&finding[0], text, sizeof text);
	assert_string_equal(text, "1 > 0, p = 0.45, n = 3");
	measured_free(&m);
}

/* Numbers of each probe by which all its claims hold, and by which one that is no premise does
 * not. */
static const struct {
	const char *probe, *series;
	double x, agrees, differs;
} made_up[] = {
	{ "cost", "lstm: sequential", 0, 4, 4 },
	{ "cost", "transformer: sequential", 0, 0, 0 },
	{ "cost", "convolution: sequential", 0, 0, 0 },
	{ "cost", "transformer: crossing / d", 0, 3, 3 },
	{ "cost", "transformer: d / crossing", 0, 0.33, 0.33 },
	{ "cost", "transformer", 64, 1, 1 },
	{ "cost", "transformer", 1024, 3, 1 },
	{ "cost", "convolution", 64, 1, 1 },
	{ "cost", "convolution", 1024, 1, 1 },
	{ "cost", "lstm", 64, 4, 4 },
	{ "influence", "convolution", 3, 0.2, 0.2 },
	{ "influence", "convolution", 12, 0, 1e-9 },
	{ "influence", "lstm, untrained", 1, 0.2, 0.2 },
	{ "influence", "lstm, untrained", 30, 0.001, 0.001 },
	{ "influence", "lstm", 1, 0.2, 0.2 },
	{ "influence", "lstm", 30, 0.01, 0.01 },
	{ "influence", "transformer, untrained", 2, 0.02, 0.02 },
	{ "influence", "transformer, untrained", 30, 0.02, 0.02 },
	{ "influence", "transformer", 2, 0.02, 0.02 },
	{ "influence", "transformer", 30, 0.02, 0.02 },
	{ "copy-memory", "convolution", 5, 0.98, 0.98 },
	{ "copy-memory", "convolution", 18, 0.13, 0.98 },
	{ "copy-memory", "dilated", 18, 0.9, 0.9 },
	{ "copy-memory", "lstm", 3, 0.9, 0.9 },
	{ "copy-memory", "lstm", 18, 0.3, 0.3 },
	{ "recall", "transformer", 4, 1, 1 },
	{ "recall", "transformer", 11, 0.97, 0.97 },
	{ "recall", "lstm", 2, 0.9, 0.9 },
	{ "recall", "lstm", 11, 0.3, 0.3 },
	{ "recall", "convolution", 11, 0.3, 1.2 },
	{ "adding", "dilated", 10, 0.95, 0.95 },
	{ "adding", "dilated", 35, 0.95, 0.95 },
	{ "adding", "convolution", 10, 0.9, 0.9 },
	{ "adding", "convolution", 35, 0.3, 0.3 },
	{ "adding", "lstm", 5, 0.9, 0.2 },
	{ "adding", "lstm", 35, 0.4, 0.4 },
	{ "string-edits", "lstm", 0, 0.7, 0.9 },
	{ "string-edits", "lstm", 2, 0.35, 0.35 },
	{ "string-edits", "convolution", 0, 0.8, 0.9 },
	{ "string-edits", "convolution", 2, 0.4, 0.4 },
	{ "string-edits", "transformer", 0, 0.9, 0.7 },
	{ "string-edits", "transformer", 2, 0.45, 0.45 },
	{ "string-edits", "transformer", 1, 0.6, 0.6 },
	{ "parity", "lstm", 8, 0.98, 0.98 },
	{ "parity", "lstm", 20, 0.95, 0.95 },
	{ "parity", "convolution", 8, 0.9, 0.9 },
	{ "parity", "convolution", 20, 0.5, 0.5 },
	{ "parity", "transformer", 8, 0.9, 0.9 },
	{ "parity", "transformer", 20, 0.52, 0.99 },
	{ "modular-arithmetic", "lstm", 8, 0.98, 0.98 },
	{ "modular-arithmetic", "lstm", 20, 0.95, 0.95 },
	{ "modular-arithmetic", "convolution", 8, 0.9, 0.9 },
	{ "modular-arithmetic", "convolution", 20, 0.5, 0.5 },
	{ "modular-arithmetic", "transformer", 8, 0.9, 0.9 },
	{ "modular-arithmetic", "transformer", 20, 0.52, 0.99 },
	{ "list-ops", "lstm", 8, 0.98, 0.98 },
	{ "list-ops", "lstm", 20, 0.95, 0.95 },
	{ "list-ops", "convolution", 8, 0.9, 0.9 },
	{ "list-ops", "convolution", 20, 0.5, 0.5 },
	{ "list-ops", "transformer", 8, 0.9, 0.9 },
	{ "list-ops", "transformer", 20, 0.52, 0.99 },
	{ "contrastive", "lstm", 3, 0.98, 0.98 },
	{ "contrastive", "lstm", 12, 0.9, 0.7 },
	{ "contrastive", "transformer", 3, 0.98, 0.98 },
	{ "contrastive", "transformer", 12, 0.9, 0.9 },
	{ "contrastive", "convolution", 12, 0.6, 0.6 },
	{ "positions", "lstm", 5, 0.99, 0.99 },
	{ "positions", "transformer", 5, 0.99, 0.99 },
	{ "positions", "transformer-blind", 5, 0.2, 0.99 },
	{ "copy", "lstm", 10, 0.96, 0.96 },
	{ "copy", "convolution", 10, 0.96, 0.96 },
	{ "copy", "transformer-learned", 10, 0.96, 0.96 },
	{ "copy", "lstm-alone", 10, 0.3, 0.96 },
	{ "copy", "transformer-learned", 20, 0.02, 0.9 },
	{ "copy", "convolution", 20, 0.02, 0.02 },
	{ "reverse", "lstm", 10, 0.96, 0.96 },
	{ "reverse", "convolution", 10, 0.96, 0.96 },
	{ "reverse", "transformer-learned", 10, 0.96, 0.96 },
	{ "reverse", "lstm-alone", 10, 0.3, 0.96 },
	{ "reverse", "transformer-learned", 20, 0.02, 0.9 },
	{ "reverse", "convolution", 20, 0.02, 0.02 },
	{ "sort", "lstm", 10, 0.96, 0.96 },
	{ "sort", "convolution", 10, 0.96, 0.96 },
	{ "sort", "transformer-learned", 10, 0.96, 0.96 },
	{ "sort", "transformer", 10, 0.96, 0.96 },
	{ "sort", "transformer-relative", 10, 0.96, 0.96 },
	{ "sort", "lstm-alone", 10, 0.3, 0.96 },
	{ "sort", "transformer-learned", 20, 0.02, 0.9 },
	{ "sort", "transformer-relative", 20, 0.2, 0.2 },
};

static enum verdict judge(const struct probe *probe, bool differs, double spread)
{
	struct measured m = { 0 };
	struct finding finding[CLAIMS_MOST];
	enum verdict verdict;

	for (size_t i = 0; i < sizeof made_up / sizeof made_up[0]; i++) {
		const double value = differs ? made_up[i].differs : made_up[i].agrees;

		if (!strcmp(made_up[i].probe, probe->name))
			add(&m, made_up[i].series, made_up[i].x, value, value * spread);
	}
	verdict = claims_judge(&m, probe->claim, probe->claims, finding);
	measured_free(&m);
	return verdict;
}

static void each_probe_has_all_three_verdicts(void **state)
{
	(void)state;
	for (const struct probe *p = probes; p->name; p++) {
		if (judge(p, false, 0.01) != VERDICT_AGREES)
			fail_msg("%s: numbers that agree do not", p->name);
		if (judge(p, true, 0.01) != VERDICT_DIFFERS)
			fail_msg("%s: numbers that differ do not", p->name);
		if (judge(p, false, 5) != VERDICT_OPEN)
			fail_msg("%s: numbers all over the place decide", p->name);
	}
}

static void hypotheses_are_rated(void **state)
{
	static const struct {
		const char *hypothesis, *reference;
		double exact, right;
	} rated[] = {
		{ "a b c", "a b c", 1, 1 },
		{ "a b", "a b c", 0, 2.0 / 3 },
		{ "a b c d", "a b", 0, 0.5 },
		{ "b a", "a b", 0, 0 },
		{ "", "", 1, 1 },
		{ "", "a", 0, 0 },
		{ "ab", "a", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rated / sizeof rated[0]; i++) {
		const struct translation t = { "x y", rated[i].reference, rated[i].hypothesis, 0,
			                       0.01 };

		assert_true(probe_exact(&t) == rated[i].exact);
		assert_true(fabs(probe_tokens_right(&t) - rated[i].right) < 1e-12);
		assert_true(probe_source_words("test", &t) == 2);
	}
	assert_true(probe_answers_right(&(struct translation){ .source = "k1 v2 ? k1 k1",
	                                                       .reference = "- k1 - v2 v2",
	                                                       .hypothesis = "- - - v2 v1" }) == 0.5);
	assert_true(probe_blanks("", &(struct translation){ .source = "s1 _ _ go __" }) == 2);
	assert_true(probe_pairs("", &(struct translation){ .source = "k1 v2 k3 v1 ? k3 k1" }) == 2);
	assert_true(isnan(probe_pairs("", &(struct translation){ .source = "k1" })));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_are_means_of_their_points),
		cmocka_unit_test(a_claim_holds_where_the_test_says_so),
		cmocka_unit_test(one_seed_decides_nothing),
		cmocka_unit_test(p_values_are_holms),
		cmocka_unit_test(each_probe_has_all_three_verdicts),
		cmocka_unit_test(hypotheses_are_rated),
	};

	return cmocka_run_group_tests_name("probes", tests, NULL, NULL);
}
