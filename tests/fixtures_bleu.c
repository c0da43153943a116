/* fixtures_bleu.c - runs the files of a folder of reference scores of sacreBLEU. */
#include "tests/fixtures_bleu.h"

#include "eval/unicode.h"
#include "tests/fixture_scores.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void run_case(const char *folder, const json_t *given, struct outcome *outcome)
{
	const char *metric = json_string_value(json_object_get(given, "metric"));

	if (metric && !strcmp(metric, "bleu-counts"))
		fixture_counts(given, outcome);
	else if (json_object_get(given, "systems"))
		fixture_significance(folder, given, outcome);
	else
		fixture_score(folder, given, outcome);
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
	const char *text = json_string_value(input);
	size_t bytes = unicode_trim(text, json_string_length(input));
	struct buffer output = { 0 }, scratch[TOKENIZER_SCRATCH] = { 0 };
	union metric_settings settings;

	(void)folder;
	buffer_reserve(&output, 1);
	if (tokenizer)
		tokenizer->tokenize(text, bytes, &output, scratch);
	else if (fixture_metric(name, json_object_get(given, "settings"), &settings, outcome))
		ter_tokenize(&settings.ter, text, bytes, &output, scratch);
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

/* Runs each line of a file; false where it cannot be read to its end or has no line. A line without
 * an id is known by its number. */
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
		if (given)
			run(folder, given, &outcome);
		else
			put(&outcome, FAILED, "its line, which is not JSON");
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
	good = run_file(folder, "generator.jsonl", fixture_generator, tally) && good;
	return !good || tally->failed > failed;
}
