/* fixtures_bleu.c - compares scores, counts and tokens with those of sacreBLEU. */
#include "tests/fixtures_bleu.h"

#include "eval/metric.h"
#include "eval/unicode.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, PATH_SIZE = 4096, WHY_SIZE = 1024 };

static const double tolerance = 1e-9;

enum verdict { PASSED, FAILED, MISSING };

/* What is found out about a case. */
struct outcome {
	enum verdict verdict;
	double worst;       /* largest difference of a number that is too large */
	char why[WHY_SIZE]; /* behind "by", or in the parentheses */
};

static void put(struct outcome *outcome, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void put(struct outcome *outcome, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(outcome->why, sizeof outcome->why, format, arguments);
	va_end(arguments);
	outcome->verdict = verdict;
}

static void expect_number(struct outcome *outcome, const char *name, const json_t *expected,
                          double actual, double most)
{
	double by =
		json_is_number(expected) ? fabs(json_number_value(expected) - actual) : HUGE_VAL;

	if (by <= most || (outcome->verdict == FAILED && !(by > outcome->worst)))
		return;
	outcome->worst = by;
	put(outcome, FAILED, "%.3g (%s is %.17g)", by, name, actual);
}

static void expect_close(struct outcome *outcome, const json_t *object, const char *name,
                         double actual)
{
	expect_number(outcome, name, json_object_get(object, name), actual, tolerance);
}

static void expect_same(struct outcome *outcome, const json_t *object, const char *name,
                        double actual)
{
	expect_number(outcome, name, json_object_get(object, name), actual, 0);
}

static void expect_array(struct outcome *outcome, const json_t *array, const char *name,
                         const double *actual, size_t count, double most)
{
	if (json_array_size(array) != count) {
		put(outcome, FAILED, "length (%s has %zu numbers, not %zu)", name, count,
		    json_array_size(array));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		char place[NAME_SIZE];

		snprintf(place, sizeof place, "%s[%zu]", name, i);
		expect_number(outcome, place, json_array_get(array, i), actual[i], most);
	}
}

static void expect_text(struct outcome *outcome, const json_t *object, const char *name,
                        const char *actual)
{
	const char *expected = json_string_value(json_object_get(object, name));

	if (!expected || strcmp(expected, actual))
		put(outcome, FAILED, "text (%s is \"%s\", not \"%s\")", name, actual,
		    expected ? expected : "");
}

/* False, with the reason, where this program does not have such settings. */
static bool read_settings(const json_t *object, struct bleu_settings *settings,
                          struct outcome *outcome)
{
	const json_t *tokenizer = json_object_get(object, "tokenize");
	const json_t *value = json_object_get(object, "smooth_value");
	const char *method = json_string_value(json_object_get(object, "smooth_method"));
	int smoothing = 0;

	bleu_default(settings);
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
	settings->lowercase = json_is_true(json_object_get(object, "lowercase"));
	settings->effective_order = json_is_true(json_object_get(object, "effective_order"));
	settings->order = (int)json_integer_value(json_object_get(object, "max_ngram_order"));
	if (settings->order < 1 || settings->order > BLEU_MOST_ORDER) {
		put(outcome, MISSING, "order %d", settings->order);
		return false;
	}
	return true;
}

static void expect_score(struct outcome *outcome, const json_t *expected,
                         const struct bleu_score *score)
{
	size_t order = (size_t)score->order;
	char text[NAME_SIZE];

	snprintf(text, sizeof text, "%.2f", score->score);
	expect_text(outcome, expected, "score_text", text);
	expect_close(outcome, expected, "score", score->score);
	expect_close(outcome, expected, "bp", score->brevity_penalty);
	expect_same(outcome, expected, "sys_len", score->length);
	expect_same(outcome, expected, "ref_len", score->reference_length);
	expect_array(outcome, json_object_get(expected, "counts"), "counts", score->matches, order,
	             0);
	expect_array(outcome, json_object_get(expected, "totals"), "totals", score->totals, order,
	             0);
	expect_array(outcome, json_object_get(expected, "precisions"), "precisions",
	             score->precisions, order, tolerance);
}

static void run_counts(const json_t *given, struct outcome *outcome)
{
	const json_t *input = json_object_get(given, "input");
	double row[BLEU_COUNTS + 2 * BLEU_MOST_ORDER] = { 0 };
	struct bleu_settings settings;
	struct bleu_score score;

	if (!read_settings(json_object_get(given, "settings"), &settings, outcome))
		return;
	row[BLEU_LENGTH] = json_number_value(json_object_get(input, "sys_len"));
	row[BLEU_REFERENCE_LENGTH] = json_number_value(json_object_get(input, "ref_len"));
	for (int n = 0; n < settings.order; n++) {
		const json_t *matches = json_object_get(input, "counts");
		const json_t *totals = json_object_get(input, "totals");

		row[BLEU_COUNTS + n] = json_number_value(json_array_get(matches, (size_t)n));
		row[BLEU_COUNTS + settings.order + n] =
			json_number_value(json_array_get(totals, (size_t)n));
	}
	bleu_score(&settings, row, &score);
	expect_score(outcome, given, &score);
}

/* Hypotheses and references of a case; [0] are the hypotheses. */
static struct segments *read_texts(const char *folder, const json_t *given, int *references,
                                   struct outcome *outcome)
{
	const json_t *refs = json_object_get(given, "refs"), *name = json_object_get(given, "hyp");
	const char *empty = json_string_value(json_object_get(given, "empty_reference"));
	struct segments *texts = memory_new(1 + json_array_size(refs), sizeof *texts);
	struct error error;

	*references = (int)json_array_size(refs);
	for (int i = 0; i <= *references; i++) {
		char path[PATH_SIZE];

		if (i > 0)
			name = json_array_get(refs, (size_t)i - 1);
		snprintf(path, sizeof path, "%s/%s", folder, json_string_value(name));
		if (!segments_read(&texts[i], path, &error) || texts[i].count != texts[0].count) {
			put(outcome, FAILED, "its texts (%s)", path);
			break;
		}
		if (i > 1 && empty && !strcmp(empty, "missing"))
			segments_drop_empty(&texts[i]);
	}
	return texts;
}

static void expect_sentences(struct outcome *outcome, const json_t *expected, const char *name,
                             const struct bleu_settings *settings, const double *rows, size_t count)
{
	double *scores = memory_new(count, sizeof *scores);
	struct bleu_score score;

	for (size_t i = 0; i < count; i++) {
		bleu_score(settings, rows + i * bleu_columns(settings), &score);
		scores[i] = score.score;
	}
	expect_array(outcome, json_object_get(expected, name), name, scores, count, tolerance);
	free(scores);
}

static void expect_rows(struct outcome *outcome, const json_t *expected,
                        const struct bleu_settings *settings, const double *rows, size_t count)
{
	const json_t *stats = json_object_get(expected, "segment_stats");
	size_t columns = bleu_columns(settings);

	if (json_array_size(stats) != count)
		put(outcome, FAILED, "length (segment_stats has %zu rows)", count);
	for (size_t i = 0; i < count; i++) {
		char name[NAME_SIZE];

		snprintf(name, sizeof name, "segment_stats[%zu]", i);
		expect_array(outcome, json_array_get(stats, i), name, rows + i * columns, columns,
		             0);
	}
}

static void expect_corpus(struct outcome *outcome, const json_t *expected,
                          struct bleu_settings settings, const struct segments *texts,
                          int references, const double *rows)
{
	char signature[BLEU_TEXT_SIZE], verbose[BLEU_TEXT_SIZE], line[3 * BLEU_TEXT_SIZE];
	double sum[METRIC_MOST_COLUMNS];
	size_t count = texts[0].count;
	struct bleu_score score;

	metric_sum(metric_find("BLEU"), &(union metric_settings){ .bleu = settings }, rows, count,
	           sum);
	bleu_score(&settings, sum, &score);
	bleu_signature(&settings, segments_references(texts + 1, references), signature);
	bleu_verbose(&score, verbose);
	snprintf(line, sizeof line, "BLEU|%s = %.2f %s", signature, score.score, verbose);
	expect_text(outcome, expected, "signature", signature);
	expect_text(outcome, expected, "line", line);
	expect_score(outcome, expected, &score);
	expect_rows(outcome, expected, &settings, rows, count);
	expect_sentences(outcome, expected, "sentence_scores", &settings, rows, count);
	settings.effective_order = true;
	if (json_object_get(expected, "sentence_scores_effective"))
		expect_sentences(outcome, expected, "sentence_scores_effective", &settings, rows,
		                 count);
}

static void run_bleu(const char *folder, const json_t *given, struct outcome *outcome)
{
	struct bleu_settings settings;
	struct segments *texts;
	int references;

	if (!read_settings(json_object_get(given, "settings"), &settings, outcome))
		return;
	texts = read_texts(folder, given, &references, outcome);
	if (outcome->verdict == PASSED) {
		double *rows = memory_new(texts->count, bleu_columns(&settings) * sizeof *rows);

		metric_rows(metric_find("BLEU"), &(union metric_settings){ .bleu = settings },
		            texts, texts + 1, references, rows);
		expect_corpus(outcome, given, settings, texts, references, rows);
		free(rows);
	}
	for (int i = 0; i <= references; i++)
		segments_free(&texts[i]);
	free(texts);
}

static void run_case(const char *folder, const json_t *given, struct outcome *outcome)
{
	const char *metric = json_string_value(json_object_get(given, "metric"));

	if (metric && !strcmp(metric, "bleu"))
		run_bleu(folder, given, outcome);
	else if (metric && !strcmp(metric, "bleu-counts"))
		run_counts(given, outcome);
	else
		put(outcome, MISSING, "metric %s", metric ? metric : "without a name");
}

static bool is_json_text(const json_t *text, const char *data, size_t bytes)
{
	return json_is_string(text) && json_string_length(text) == bytes &&
	       !memcmp(json_string_value(text), data, bytes);
}

static void expect_tokens(struct outcome *outcome, const json_t *expected,
                          const struct buffer *output)
{
	const json_t *tokens = json_object_get(expected, "tokens");
	const char *at = output->data, *end = at + output->bytes, *word;
	size_t count = 0, bytes;

	if (!is_json_text(json_object_get(expected, "output"), output->data, output->bytes))
		put(outcome, FAILED, "text (output is \"%.*s\")", (int)output->bytes, output->data);
	for (; (word = unicode_word(&at, end, &bytes)); count++)
		if (!is_json_text(json_array_get(tokens, count), word, bytes))
			put(outcome, FAILED, "text (tokens[%zu] is \"%.*s\")", count, (int)bytes,
			    word);
	if (count != json_array_size(tokens))
		put(outcome, FAILED, "length (%zu tokens, not %zu)", count,
		    json_array_size(tokens));
}

static void run_tokenizer(const char *folder, const json_t *given, struct outcome *outcome)
{
	const char *name = json_string_value(json_object_get(given, "tokenizer"));
	const struct tokenizer *tokenizer = name ? tokenizer_find(name) : NULL;
	const json_t *input = json_object_get(given, "input");
	struct buffer output = { 0 }, scratch[TOKENIZER_SCRATCH] = { 0 };

	(void)folder;
	if (!tokenizer || json_object_get(given, "settings")) {
		put(outcome, MISSING, "tokenizer %s", name ? name : "without a name");
		return;
	}
	buffer_reserve(&output, 1);
	tokenizer->tokenize(json_string_value(input),
	                    unicode_trim(json_string_value(input), json_string_length(input)),
	                    &output, scratch);
	expect_tokens(outcome, given, &output);
	buffer_free(&output);
	for (int i = 0; i < TOKENIZER_SCRATCH; i++)
		buffer_free(&scratch[i]);
}

static void report(const char *id, const struct outcome *outcome, struct tally *tally)
{
	switch (outcome->verdict) {
	case PASSED:
		printf("passed %s\n", id);
		tally->passed++;
		break;
	case FAILED:
		printf("failed %s by %s\n", id, outcome->why);
		tally->failed++;
		break;
	case MISSING:
		printf("not implemented %s (%s)\n", id, outcome->why);
		tally->missing++;
		break;
	}
}

typedef void run_line(const char *folder, const json_t *given, struct outcome *);

/* Runs each line of a file; false where it cannot be read to its end or has no line. */
static bool run_file(const char *folder, const char *name, run_line *run, struct tally *tally)
{
	char path[PATH_SIZE], *line = NULL;
	size_t capacity = 0, number = 0;
	FILE *file;
	ssize_t bytes;
	bool good;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		printf("failed %s by its file, which cannot be opened\n", path);
		return false;
	}
	while ((bytes = getline(&line, &capacity, file)) > 0) {
		json_t *given = json_loadb(line, (size_t)bytes, JSON_ALLOW_NUL, NULL);
		const char *id = json_string_value(json_object_get(given, "id"));
		struct outcome outcome = { 0 };
		char place[PATH_SIZE + NAME_SIZE];

		snprintf(place, sizeof place, "%s:%zu", path, ++number);
		if (id)
			run(folder, given, &outcome);
		else
			put(&outcome, FAILED, "its line, which is not JSON with an id");
		report(id ? id : place, &outcome, tally);
		json_decref(given);
	}
	good = number > 0 && !ferror(file);
	free(line);
	fclose(file);
	return good;
}

int fixtures_bleu(const char *folder, struct tally *tally)
{
	int failed = tally->failed;
	bool good = run_file(folder, "cases.jsonl", run_case, tally);

	good = run_file(folder, "tokenize.jsonl", run_tokenizer, tally) && good;
	return !good || tally->failed > failed;
}
