/* significance_test.c - intervals and p-values are sacreBLEU's; shifts are edits. */
#include "eval/edits.h"
#include "eval/significance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SYSTEMS_MOST = 4, WORDS_MOST = 12 };

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static double *read_rows(const json_t *rows, size_t *segments, size_t columns)
{
	double *out;
	size_t i, j;
	const json_t *row, *value;

	*segments = json_array_size(rows);
	assert_true(*segments > 0);
	out = memory_new(*segments * columns, sizeof *out);
	json_array_foreach(rows, i, row)
	{
		assert_int_equal(json_array_size(row), columns);
		json_array_foreach(row, j, value) out[i * columns + j] = json_number_value(value);
	}
	return out;
}

static void expect(const json_t *object, const char *name, double actual, double most)
{
	if (json_object_get(object, name))
		assert_true(fabs(json_number_value(json_object_get(object, name)) - actual) <=
		            most);
}

static void expect_interval(const json_t *expected, const double *scores, size_t n)
{
	struct interval interval = interval_of(scores, n);

	expect(expected, "mean", interval.mean, 1e-9);
	expect(expected, "ci", interval.half_width, 1e-9);
}

static size_t whole(const json_t *object, const char *name)
{
	return (size_t)json_integer_value(json_object_get(object, name));
}

static void check_bootstrap(const json_t *given, const json_t *expected, struct counted both[2],
                            size_t segments, double difference)
{
	size_t n = whole(given, "n_samples");
	double *scores = memory_new(2 * n, sizeof *scores);
	struct generator generator;

	generator_seed(&generator, whole(given, "seed"));
	bootstrap_scores(&generator, both, 2, segments, n, scores);
	expect_interval(expected, scores + n, n);
	expect(expected, "p_value", bootstrap_p_value(scores, scores + n, n, difference), 0);
	free(scores);
}

static void check_randomization(const json_t *given, const json_t *expected, struct counted both[2],
                                size_t segments, double difference)
{
	size_t n = whole(given, "n_samples"), m = whole(given, "n_interval");
	double *differences = memory_new(n, sizeof *differences);
	double *scores = memory_new(m, sizeof *scores);
	struct generator generator;

	generator_seed(&generator, whole(given, "seed"));
	if (json_object_get(expected, "p_value"))
		shuffle_differences(&generator, &both[0], &both[1], 1, segments, n, differences);
	expect(expected, "p_value", shuffle_p_value(differences, n, difference), 0);
	bootstrap_scores(&generator, &both[1], 1, segments, m, scores);
	expect_interval(expected, scores, m);
	free(differences);
	free(scores);
}

static void check_case(const json_t *all_rows, json_t *given)
{
	const json_t *rows =
		json_object_get(all_rows, json_string_value(json_object_get(given, "rows")));
	const char *kind = json_string_value(json_object_get(given, "kind")), *name;
	const struct metric *metric =
		metric_find(json_string_value(json_object_get(given, "metric")));
	union metric_settings settings;
	size_t segments, columns;
	json_t *expected;
	double *baseline;

	metric->defaults(&settings);
	columns = metric->columns(&settings);
	baseline = read_rows(json_object_get(rows, "baseline"), &segments, columns);
	json_object_foreach(json_object_get(given, "systems"), name, expected)
	{
		const json_t *own = json_object_get(rows, name);
		double *system = read_rows(own ? own : json_object_get(rows, "baseline"), &segments,
		                           columns);
		struct counted both[] = { { metric, &settings, baseline },
			                  { metric, &settings, system } };
		double score = metric_score_of_rows(metric, &settings, system, segments);
		double difference =
			fabs(score - metric_score_of_rows(metric, &settings, baseline, segments));

		expect(expected, "score", score, 1e-9);
		(strcmp(kind, "randomization") ? check_bootstrap : check_randomization)(
			given, expected, both, segments, difference);
		free(system);
	}
	free(baseline);
}

static void p_values_and_intervals_are_those_of_sacrebleu(void **state)
{
	json_t *whole_file = json_load_file("tests/golden/bleu/significance.json", 0, NULL);
	json_t *cases = json_object_get(whole_file, "cases"), *given;
	size_t i;

	(void)state;
	assert_true(json_array_size(cases) >= 8);
	json_array_foreach(cases, i, given) check_case(json_object_get(whole_file, "rows"), given);
	json_decref(whole_file);
}

/* Each is worked out by hand; letters are words. */
static void a_moved_block_is_one_edit(void **state)
{
	static const struct {
		const char *hypothesis, *reference;
		size_t edits;
	} cases[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "abcdef", "abcdef", 0 },
		{ "abcdef", "abXdef", 1 },
		{ "defabc", "abcdef", 1 }, /* distance 6 */
		{ "efabcd", "abcdef", 1 },
		{ "bcdefa", "abcdef", 1 },
		{ "dabcXf", "abcdef", 2 }, /* d is moved, X replaced */
		{ "fedcba", "abcdef", 5 }, /* all but one word are moved */
		{ "ab", "ba", 1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		uint32_t hypothesis[WORDS_MOST], reference[WORDS_MOST];
		size_t n = strlen(cases[i].hypothesis), m = strlen(cases[i].reference);
		struct edits *edits = edits_new();

		for (size_t k = 0; k < n; k++)
			hypothesis[k] = (uint32_t)cases[i].hypothesis[k];
		for (size_t k = 0; k < m; k++)
			reference[k] = (uint32_t)cases[i].reference[k];
		assert_int_equal(edits_count(edits, hypothesis, n, reference, m), cases[i].edits);
		edits_free(edits);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_values_and_intervals_are_those_of_sacrebleu),
		cmocka_unit_test(a_moved_block_is_one_edit),
	};

	return cmocka_run_group_tests_name("significance", tests, NULL, NULL);
}
