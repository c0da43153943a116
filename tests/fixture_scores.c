/* fixture_scores.c - scores, rows and signatures beside those of sacreBLEU. */
#include "tests/fixture_scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double tolerance = 1e-9;

static bool is_on(const json_t *settings, const char *name)
{
	return json_is_true(json_object_get(settings, name));
}

static int whole(const json_t *settings, const char *name)
{
	return (int)json_integer_value(json_object_get(settings, name));
}

static bool read_bleu(const json_t *given, struct bleu_settings *settings, struct outcome *outcome)
{
	const json_t *tokenizer = json_object_get(given, "tokenize");
	const json_t *value = json_object_get(given, "smooth_value");
	const char *method = json_string_value(json_object_get(given, "smooth_method"));
	int smoothing = 0;

	if (tokenizer)
		settings->tokenizer = tokenizer_find(json_string_value(tokenizer));
	if (!settings->tokenizer) {
		put(outcome, MISSING, "tokenizer %s", json_string_value(tokenizer));
		return false;
	}
	while (method && smoothing < BLEU_SMOOTHINGS &&
	       strcmp(method, bleu_smoothing_names[smoothing]))
		smoothing++;
	if (!method || smoothing == BLEU_SMOOTHINGS) {
		put(outcome, MISSING, "smoothing %s", method ? method : "without a name");
		return false;
	}
	settings->smoothing = (enum bleu_smoothing)smoothing;
	if (json_is_number(value))
		settings->smoothing_value = json_number_value(value);
	settings->lowercase = is_on(given, "lowercase");
	settings->effective_order = is_on(given, "effective_order");
	settings->order = whole(given, "max_ngram_order");
	if (settings->order < 1 || settings->order > BLEU_MOST_ORDER) {
		put(outcome, MISSING, "order %d", settings->order);
		return false;
	}
	return true;
}

const struct metric *fixture_metric(const char *name, const json_t *given,
                                    union metric_settings *settings, struct outcome *outcome)
{
	const struct metric *metric = name ? metric_find(name) : NULL;

	if (!metric) {
		put(outcome, MISSING, "metric %s", name ? name : "without a name");
		return NULL;
	}
	metric->defaults(settings);
	if (!strcmp(name, "bleu"))
		return read_bleu(given, &settings->bleu, outcome) ? metric : NULL;
	if (!strcmp(name, "chrf"))
		settings->chrf = (struct chrf_settings){
			.character_order = whole(given, "char_order"),
			.word_order = whole(given, "word_order"),
			.beta = whole(given, "beta"),
			.lowercase = is_on(given, "lowercase"),
			.white_space = is_on(given, "whitespace"),
			.eps_smoothing = is_on(given, "eps_smoothing"),
		};
	else
		settings->ter = (struct ter_settings){
			.normalized = is_on(given, "normalized"),
			.no_punct = is_on(given, "no_punct"),
			.asian_support = is_on(given, "asian_support"),
			.case_sensitive = is_on(given, "case_sensitive"),
		};
	return metric;
}

struct segments *fixture_texts(const char *folder, const json_t *names, bool missing,
                               struct outcome *outcome)
{
	size_t count = json_array_size(names);
	struct segments *texts = memory_new(count + !count, sizeof *texts);
	struct error error;

	for (size_t i = 0; i < count; i++) {
		char path[PATH_SIZE];

		snprintf(path, sizeof path, "%s/%s", folder,
		         json_string_value(json_array_get(names, i)));
		if (!segments_read(&texts[i], path, &error) || texts[i].count != texts[0].count) {
			put(outcome, FAILED, "its texts (%s)", path);
			fixture_texts_free(texts, count);
			return NULL;
		}
		if (i > 0 && missing)
			segments_drop_empty(&texts[i]);
	}
	return texts;
}

void fixture_texts_free(struct segments *texts, size_t count)
{
	for (size_t i = 0; texts && i < count; i++)
		segments_free(&texts[i]);
	free(texts);
}

static void expect_bleu(struct outcome *outcome, const json_t *expected,
                        const struct bleu_settings *settings, const double *sum)
{
	struct bleu_score score;
	size_t order;

	bleu_score(settings, sum, &score);
	order = (size_t)score.order;
	expect_member(outcome, expected, "bp", score.brevity_penalty, tolerance);
	expect_member(outcome, expected, "sys_len", score.length, 0);
	expect_member(outcome, expected, "ref_len", score.reference_length, 0);
	expect_array(outcome, json_object_get(expected, "counts"), "counts", score.matches, order,
	             0);
	expect_array(outcome, json_object_get(expected, "totals"), "totals", score.totals, order,
	             0);
	expect_array(outcome, json_object_get(expected, "precisions"), "precisions",
	             score.precisions, order, tolerance);
}

static void expect_score(struct outcome *outcome, const json_t *expected, double score)
{
	char text[NAME_SIZE];

	snprintf(text, sizeof text, "%.2f", score);
	expect_text(outcome, expected, "score_text", text);
	expect_member(outcome, expected, "score", score, tolerance);
}

void fixture_counts(const json_t *given, struct outcome *outcome)
{
	const json_t *input = json_object_get(given, "input");
	double row[METRIC_MOST_COLUMNS] = { 0 };
	union metric_settings settings;
	const struct metric *metric =
		fixture_metric("bleu", json_object_get(given, "settings"), &settings, outcome);

	if (!metric)
		return;
	row[BLEU_LENGTH] = json_number_value(json_object_get(input, "sys_len"));
	row[BLEU_REFERENCE_LENGTH] = json_number_value(json_object_get(input, "ref_len"));
	for (int n = 0; n < settings.bleu.order; n++) {
		const json_t *matches = json_object_get(input, "counts");
		const json_t *totals = json_object_get(input, "totals");

		row[BLEU_COUNTS + n] = json_number_value(json_array_get(matches, (size_t)n));
		row[BLEU_COUNTS + settings.bleu.order + n] =
			json_number_value(json_array_get(totals, (size_t)n));
	}
	expect_score(outcome, given, metric->score(&settings, row));
	expect_bleu(outcome, given, &settings.bleu, row);
}

static void expect_sentences(struct outcome *outcome, const json_t *expected, const char *name,
                             const struct metric *metric, const union metric_settings *settings,
                             const double *rows, size_t count)
{
	double *scores = memory_new(count, sizeof *scores);

	for (size_t i = 0; i < count; i++)
		scores[i] = metric->score(settings, rows + i * metric->columns(settings));
	expect_array(outcome, json_object_get(expected, name), name, scores, count, tolerance);
	free(scores);
}

static void expect_rows(struct outcome *outcome, const json_t *expected, const double *rows,
                        size_t count, size_t columns)
{
	const json_t *stats = json_object_get(expected, "segment_stats");

	if (json_array_size(stats) != count)
		put(outcome, FAILED, "length (segment_stats has %zu rows)", count);
	for (size_t i = 0; i < count; i++) {
		char name[NAME_SIZE];

		snprintf(name, sizeof name, "segment_stats[%zu]", i);
		expect_array(outcome, json_array_get(stats, i), name, rows + i * columns, columns,
		             0);
	}
}

static void expect_line(struct outcome *outcome, const json_t *expected,
                        const struct metric *metric, const union metric_settings *settings,
                        int references, const double *sum)
{
	char title[METRIC_TEXT_SIZE], signature[METRIC_TEXT_SIZE], verbose[METRIC_TEXT_SIZE] = "";
	char line[4 * METRIC_TEXT_SIZE];

	metric->title(settings, title);
	metric->signature(settings, references, signature);
	if (metric->verbose)
		metric->verbose(settings, sum, verbose);
	snprintf(line, sizeof line, "%s|%s = %.2f%s%s", title, signature,
	         metric->score(settings, sum), *verbose ? " " : "", verbose);
	expect_text(outcome, expected, "signature", signature);
	expect_text(outcome, expected, "line", line);
}

static void expect_corpus(struct outcome *outcome, const json_t *expected,
                          const struct metric *metric, union metric_settings *settings,
                          int references, const double *rows, size_t count)
{
	double sum[METRIC_MOST_COLUMNS];

	metric_sum(metric, settings, rows, count, sum);
	expect_score(outcome, expected, metric->score(settings, sum));
	expect_line(outcome, expected, metric, settings, references, sum);
	expect_rows(outcome, expected, rows, count, metric->columns(settings));
	expect_sentences(outcome, expected, "sentence_scores", metric, settings, rows, count);
	if (metric->verbose)
		expect_bleu(outcome, expected, &settings->bleu, sum);
	if (metric->lower_is_better) {
		expect_member(outcome, expected, "num_edits", sum[TER_EDITS], 0);
		expect_member(outcome, expected, "ref_length", sum[TER_REFERENCE_WORDS], tolerance);
	}
	if (json_object_get(expected, "sentence_scores_effective")) {
		settings->bleu.effective_order = true;
		expect_sentences(outcome, expected, "sentence_scores_effective", metric, settings,
		                 rows, count);
	}
}

void fixture_score(const char *folder, const json_t *given, struct outcome *outcome)
{
	const char *name = json_string_value(json_object_get(given, "metric"));
	const char *empty = json_string_value(json_object_get(given, "empty_reference"));
	const json_t *refs = json_object_get(given, "refs");
	json_t *hyp = json_pack("[O]", json_object_get(given, "hyp"));
	union metric_settings settings;
	const struct metric *metric =
		fixture_metric(name, json_object_get(given, "settings"), &settings, outcome);
	struct segments *hypotheses = NULL, *references = NULL;
	int count = (int)json_array_size(refs);

	if (metric)
		hypotheses = fixture_texts(folder, hyp, false, outcome);
	if (hypotheses)
		references =
			fixture_texts(folder, refs, empty && !strcmp(empty, "missing"), outcome);
	if (references) {
		double *rows =
			memory_new(hypotheses->count, metric->columns(&settings) * sizeof *rows);

		metric_rows(metric, &settings, hypotheses, references, count, rows);
		expect_corpus(outcome, given, metric, &settings,
		              segments_references(references, count), rows, hypotheses->count);
		free(rows);
	}
	fixture_texts_free(hypotheses, 1);
	fixture_texts_free(references, (size_t)count);
	json_decref(hyp);
}
