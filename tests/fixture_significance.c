/* fixture_significance.c - p-values, means and intervals beside those of sacreBLEU's draws. */
#include "eval/significance.h"
#include "tests/fixture_scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double tolerance = 1e-9;

/* A case under way: one metric at a time. */
struct test {
	const json_t *given;
	struct segments *systems, *references;
	size_t system_count, segments;
	int reference_count;
	uint64_t seed;
	size_t draws, interval_draws; /* n_samples, n_interval */
	const struct metric *metric;
	union metric_settings settings;
	double **rows; /* [system_count] */
};

static double score_of(const struct test *t, size_t system)
{
	return metric_score_of_rows(t->metric, &t->settings, t->rows[system], t->segments);
}

static struct counted counted(const struct test *t, size_t system)
{
	return (struct counted){ t->metric, &t->settings, t->rows[system] };
}

static void expect_interval(struct outcome *outcome, const json_t *exact, const double *scores,
                            size_t n)
{
	struct interval interval = interval_of(scores, n);

	expect_member(outcome, exact, "mean", interval.mean, tolerance);
	expect_member(outcome, exact, "ci", interval.half_width, tolerance);
}

static void expect_all(struct outcome *outcome, const json_t *system, const char *name,
                       const double *actual, size_t n)
{
	const json_t *expected = json_object_get(system, name);

	if (expected)
		expect_array(outcome, expected, name, actual, n, tolerance);
}

static void run_bootstrap(const struct test *t, const json_t *expected, size_t system,
                          struct outcome *outcome)
{
	const json_t *exact = json_object_get(expected, "exact");
	struct counted both[] = { counted(t, 0), counted(t, system) };
	double *scores = memory_new(2 * t->draws, sizeof *scores);
	double *ours = scores + t->draws;
	struct generator generator;

	generator_seed(&generator, t->seed);
	bootstrap_scores(&generator, both, 2, t->segments, t->draws, scores);
	expect_all(outcome, expected, "resample_scores", ours, t->draws);
	expect_interval(outcome, exact, ours, t->draws);
	if (system > 0) {
		double difference = fabs(score_of(t, 0) - score_of(t, system));

		expect_member(outcome, exact, "p_value",
		              bootstrap_p_value(scores, ours, t->draws, difference), 0);
	}
	free(scores);
}

static void run_randomization(const struct test *t, const json_t *expected, size_t system,
                              struct outcome *outcome)
{
	const json_t *exact = json_object_get(expected, "exact");
	struct counted baseline = counted(t, 0), other = counted(t, system);
	double *differences = memory_new(t->draws, sizeof *differences);
	double *scores = memory_new(t->interval_draws + 1, sizeof *scores);
	struct generator generator;

	generator_seed(&generator, t->seed);
	if (system > 0) {
		double difference = fabs(score_of(t, 0) - score_of(t, system));

		shuffle_differences(&generator, &baseline, &other, 1, t->segments, t->draws,
		                    differences);
		expect_all(outcome, expected, "statistics", differences, t->draws);
		expect_member(outcome, exact, "difference", difference, tolerance);
		expect_member(outcome, exact, "p_value",
		              shuffle_p_value(differences, t->draws, difference), 0);
	}
	if (t->interval_draws) {
		bootstrap_scores(&generator, &other, 1, t->segments, t->interval_draws, scores);
		expect_interval(outcome, exact, scores, t->interval_draws);
	}
	free(differences);
	free(scores);
}

static void expect_signature(const struct test *t, const json_t *result, bool randomization,
                             struct outcome *outcome)
{
	char draws[128] = "", signature[METRIC_TEXT_SIZE];
	size_t resamples = randomization ? t->interval_draws : t->draws;
	int used = 0;

	if (resamples)
		used = snprintf(draws, sizeof draws, "bs:%zu|", resamples);
	if (randomization)
		used += snprintf(draws + used, sizeof draws - (size_t)used, "ar:%zu|", t->draws);
	snprintf(draws + used, sizeof draws - (size_t)used, "seed:%llu",
	         (unsigned long long)t->seed);
	metric_signature(t->metric, &t->settings,
	                 segments_references(t->references, t->reference_count), draws, signature);
	expect_text(outcome, result, "signature", signature);
}

static void run_metric(struct test *t, const json_t *result, struct outcome *outcome)
{
	const char *kind = json_string_value(json_object_get(t->given, "metric"));
	bool randomization = !strcmp(kind, "randomization");
	const json_t *expected;
	const char *name;
	size_t i = 0;

	t->metric = fixture_metric(json_string_value(json_object_get(result, "metric")),
	                           json_object_get(result, "settings"), &t->settings, outcome);
	if (!t->metric)
		return;
	for (i = 0; i < t->system_count; i++) {
		t->rows[i] = memory_new(t->segments,
		                        t->metric->columns(&t->settings) * sizeof **t->rows);
		metric_rows(t->metric, &t->settings, &t->systems[i], t->references,
		            t->reference_count, t->rows[i]);
	}
	i = 0;
	json_object_foreach(json_object_get(t->given, "systems"), name, expected)
	{
		expected = json_object_get(json_object_get(result, "systems"), name);
		expect_member(outcome, json_object_get(expected, "exact"), "score", score_of(t, i),
		              tolerance);
		(randomization ? run_randomization : run_bootstrap)(t, expected, i++, outcome);
	}
	expect_signature(t, result, randomization, outcome);
	for (i = 0; i < t->system_count; i++)
		free(t->rows[i]);
}

/* The resamples or shuffles that a file has are those of our generator. */
static void expect_draws(const struct test *t, const char *folder, struct outcome *outcome)
{
	const json_t *draws = json_object_get(t->given, "draws");
	const char *name = json_string_value(json_object_get(draws, "resamples"));
	uint32_t *choice = memory_new(t->segments, sizeof *choice);
	struct generator generator;
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name ? name : "");
	file = name ? fopen(path, "r") : NULL;
	generator_seed(&generator, t->seed);
	for (size_t i = 0; file && i < t->draws; i++) {
		generator_choose(&generator, (uint32_t)t->segments, t->segments, choice);
		for (size_t j = 0; j < t->segments; j++) {
			unsigned long drawn;

			if (fscanf(file, "%lu", &drawn) != 1 || drawn != choice[j])
				put(outcome, FAILED, "its draws (resample %zu)", i);
		}
	}
	if (file)
		fclose(file);
	else if (name)
		put(outcome, FAILED, "its draws (%s cannot be opened)", path);
	free(choice);
}

static json_t *values_of(json_t *object)
{
	json_t *array = json_array(), *value;
	const char *key;

	json_object_foreach(object, key, value) json_array_append(array, value);
	return array;
}

void fixture_significance(const char *folder, const json_t *given, struct outcome *outcome)
{
	json_t *names = values_of(json_object_get(given, "systems"));
	const json_t *refs = json_object_get(given, "refs"), *result;
	struct test t = {
		.given = given,
		.system_count = json_array_size(names),
		.reference_count = (int)json_array_size(refs),
		.seed = (uint64_t)json_integer_value(json_object_get(given, "seed")),
		.draws = (size_t)json_integer_value(json_object_get(given, "n_samples")),
		.interval_draws = (size_t)json_integer_value(json_object_get(given, "n_interval")),
	};
	size_t i;

	t.rows = memory_new(t.system_count, sizeof *t.rows);
	t.systems = fixture_texts(folder, names, false, outcome);
	t.references = fixture_texts(folder, refs, false, outcome);
	if (t.systems && t.references) {
		t.segments = t.systems[0].count;
		expect_draws(&t, folder, outcome);
		json_array_foreach(json_object_get(given, "results"), i, result)
			run_metric(&t, result, outcome);
	}
	fixture_texts_free(t.systems, t.system_count);
	fixture_texts_free(t.references, (size_t)t.reference_count);
	free(t.rows);
	json_decref(names);
}

void fixture_generator(const char *folder, const json_t *given, struct outcome *outcome)
{
	uint64_t seed = (uint64_t)json_integer_value(json_object_get(given, "seed"));
	uint32_t bound = (uint32_t)json_integer_value(json_object_get(given, "bound"));
	const json_t *value;
	struct generator generator;
	struct generator_bits bits = { 0 };
	size_t i;

	(void)folder;
	generator_seed(&generator, seed);
	json_array_foreach(json_object_get(given, "pcg64"), i, value)
	{
		char text[NAME_SIZE];

		snprintf(text, sizeof text, "%llu", (unsigned long long)generator_next(&generator));
		if (strcmp(text, json_string_value(value)))
			put(outcome, FAILED, "text (pcg64[%zu] is %s)", i, text);
	}
	generator_seed(&generator, seed);
	json_array_foreach(json_object_get(given, "choice"), i, value)
	{
		uint32_t drawn;

		generator_choose(&generator, bound, 1, &drawn);
		expect_number(outcome, "choice", value, drawn, 0);
	}
	generator_seed(&generator, seed);
	json_array_foreach(json_object_get(given, "bits"), i, value)
	{
		uint8_t drawn;

		generator_flip(&generator, &bits, 1, &drawn);
		expect_number(outcome, "bits", value, drawn, 0);
	}
}
