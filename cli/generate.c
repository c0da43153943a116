/* generate.c - bakeoff generate: a trained language model goes on with a text. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_choice.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "eval/generation.h"
#include "experiments/trial.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROMPT = 256, TOKENS, SAMPLES, TEMPERATURE, TOP_K, TOP_P, SEED, QUIET };

/* Settings of search: that an option sets, the first of them TEMPERATURE. */
enum { SETTINGS = SEED - TEMPERATURE + 1 };

static const char *const setting_key[SETTINGS] = { "temperature", "top_k", "top_p", "seed" };

static const struct command_option option_table[] = {
	RUN_CHOICE_OPTIONS("the run, of task: language-model"),
	{ "prompt", PROMPT, "TEXT", NULL,
	  "what it goes on from; -: standard input, whose last line it goes on with (a new line)" },
	{ "tokens", TOKENS, "N", NULL, "so many tokens (200)" },
	{ "samples", SAMPLES, "K", NULL,
	  "so many times, by other chance, a line --- between them (1)" },
	{ "temperature", TEMPERATURE, "T", NULL,
	  "below 1 prefers likely tokens, above 1 evens them out (the run's own setting, as the "
	  "next three)" },
	{ "top-k", TOP_K, "N", NULL, "only from the N most probable tokens; 0: from all" },
	{ "top-p", TOP_P, "P", NULL,
	  "only from the most probable tokens that have the share P together" },
	{ "seed", SEED, "N", NULL, "where chance starts: the same text again" },
	{ "quiet", QUIET, NULL, NULL, "no line on speed" },
	{ 0 },
};

const struct command command_generate = {
	.name = "generate",
	.group = GROUP_USE,
	.summary = "go on with a text by a trained language model",
	.usage = { "--run ID [OPTION...]" },
	.argument = "",
	.about = "Goes on with a text, by a run of task: language-model (`bakeoff runs` lists "
		 "runs), and prints it as it is made; tokens per second go to standard error.",
	.options = option_table,
	.example = { { "bakeoff generate --run 3 --prompt 'In the beginning' --temperature 0.8",
	               "" },
	             { "bakeoff generate --run 3 --top-p 0.9 --samples 4 --tokens 100",
	               "four texts from nothing" } },
};

struct options {
	const char *prompt;
	struct run_choice run;
	long tokens, samples;
	const char *setting[SETTINGS]; /* as given; NULL: the run's own */
	bool quiet;
};

/* The settings that were given, into those of the run. */
static bool apply_settings(const struct options *o, struct search_settings *s)
{
	for (int i = 0; i < SETTINGS; i++) {
		const struct setting *setting = setting_find(search_settings_table, setting_key[i]);
		struct error error;

		if (!o->setting[i] || setting_read(setting, s, o->setting[i], &error))
			continue;
		fprintf(stderr, "bakeoff generate: %s\n", error.message);
		return false;
	}
	return true;
}

static bool take_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case PROMPT:
		o->prompt = text;
		return true;
	case TOKENS:
		return option_number("generate", "--tokens", text, 1, 1000000000, &o->tokens);
	case SAMPLES:
		return option_number("generate", "--samples", text, 1, 1000000, &o->samples);
	case QUIET:
		o->quiet = true;
		return true;
	case TEMPERATURE:
	case TOP_K:
	case TOP_P:
	case SEED:
		o->setting[option - TEMPERATURE] = text;
		return true;
	}
	return run_choice_take(&o->run, "generate", option, text);
}

/* What the text begins with, as text and as tokens: the end of the line before, then lines. */
struct prompt {
	char **line; /* [lines] the last is unfinished */
	size_t lines;
	int *id;
	size_t ids, unknown;
};

static void prompt_free(struct prompt *p)
{
	free_lines(p->line, p->lines);
	free(p->id);
}

static bool split(struct prompt *p, const char *text, struct error *error)
{
	const size_t bad = text_bad_byte(text, strlen(text));

	if (bad)
		return error_set(error, "--prompt: invalid UTF-8 at byte %zu", bad);
	for (const char *end = text; end; text = end + 1) {
		end = strchr(text, '\n');
		p->line = memory_resize(p->line, p->lines + 1, sizeof *p->line);
		p->line[p->lines++] = end ? strndup(text, (size_t)(end - text)) : memory_text(text);
	}
	return true;
}

static void encode_line(struct prompt *p, const struct vocabulary *vocabulary, const char *line)
{
	const size_t bytes = strlen(line);
	const size_t count = vocabulary_encode(vocabulary, line, bytes, NULL, 0);

	p->id = memory_resize(p->id, p->ids + count + 1, sizeof *p->id);
	p->id[p->ids++] = TOKEN_END;
	vocabulary_encode(vocabulary, line, bytes, p->id + p->ids, count);
	for (size_t i = 0; i < count; i++)
		p->unknown += p->id[p->ids + i] == TOKEN_UNKNOWN;
	p->ids += count;
}

static bool read_prompt(struct prompt *p, const char *text, const struct vocabulary *vocabulary,
                        struct error *error)
{
	*p = (struct prompt){ 0 };
	if (!text || strcmp(text, "-") != 0) {
		if (!split(p, text ? text : "", error))
			return false;
	} else if (!read_lines("-", &p->line, &p->lines, error)) {
		return false;
	}
	for (size_t i = 0; i < p->lines; i++)
		encode_line(p, vocabulary, p->line[i]);
	if (!p->lines)
		encode_line(p, vocabulary, "");
	if (p->ids > (size_t)INT_MAX)
		return error_set(error, "--prompt: %zu tokens are too many", p->ids);
	if (p->unknown)
		fprintf(stderr,
		        "bakeoff generate: %zu of the prompt's tokens are unknown to the run\n",
		        p->unknown);
	return true;
}

/* What a token adds to the line: nothing of it shows but behind the one before. */
static void print_token(const struct vocabulary *vocabulary, int before, int token)
{
	const int pair[] = { before, token };
	const size_t old = before == TOKEN_END ? 0 : 1;
	char *text, *shown;

	if (token == TOKEN_END) {
		putchar('\n');
		return;
	}
	shown = vocabulary_decode(vocabulary, pair, old);
	text = vocabulary_decode(vocabulary, pair + !old, old + 1);
	fputs(text + strlen(shown), stdout);
	free(text);
	free(shown);
}

static bool go_on(const struct options *o, const struct vocabulary *vocabulary,
                  struct generation *g, const struct prompt *p, long sample, struct error *error)
{
	int before = p->id[p->ids - 1], token;

	generation_begin(g, p->id, (int)p->ids, (uint64_t)sample);
	for (size_t i = 0; i < p->lines; i++)
		printf(i + 1 < p->lines ? "%s\n" : "%s", p->line[i]);
	for (long i = 0; i < o->tokens; i++, before = token) {
		if (interrupt_asked())
			return error_set(error, "stopped");
		generation_next(g, &token, NULL);
		print_token(vocabulary, before, token);
		if (!output_flush(error))
			return false;
	}
	putchar('\n');
	return true;
}

static bool generate(const struct options *o, const struct trained *t, struct error *error)
{
	const struct vocabulary *vocabulary = t->vocabulary[SIDE_TARGET];
	struct search_settings settings = t->search;
	struct generation *g;
	struct prompt prompt;
	double start = 0, seconds;
	bool whole;

	if (!model_has_source(&t->model))
		whole = read_prompt(&prompt, o->prompt, vocabulary, error);
	else
		return error_set(error, "the run is none of task: language-model; `bakeoff "
		                        "translate` asks it for translations or labels");
	apply_settings(o, &settings);
	g = generation_open(&t->model, &settings, 1);
	start = machine_seconds();
	for (long i = 0; whole && i < o->samples; i++) {
		if (i)
			puts("---");
		whole = go_on(o, vocabulary, g, &prompt, i, error);
	}
	seconds = machine_seconds() - start;
	whole = whole && output_flush(error);
	if (whole && !o->quiet)
		fprintf(stderr, "%ld tokens in %.2f s, %.0f tokens/s\n", o->tokens * o->samples,
		        seconds, (double)(o->tokens * o->samples) / seconds);
	generation_close(g);
	prompt_free(&prompt);
	return whole;
}

/* The status where the command ends there, else -1. */
static int read_options(struct options *o, int argc, char **argv)
{
	struct search_settings tried;
	int option;

	while ((option = command_option(&command_generate, argc, argv)) > 0)
		if (!take_option(o, option, optarg))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	settings_default(search_settings_table, &tried);
	if (!apply_settings(o, &tried))
		return 2;
	if (optind < argc)
		return command_wrong(&command_generate, "write the text as --prompt 'TEXT'");
	if (!run_choice_made(&o->run))
		return command_wrong(&command_generate, "give --run ID or --pack FILE");
	return -1;
}

int generate_command(int argc, char **argv)
{
	struct options o = { .tokens = 200, .samples = 1 };
	struct database database = { 0 };
	struct trained trained;
	struct error error;
	bool done = false;
	const int status = read_options(&o, argc, argv);

	if (status >= 0)
		return status;
	interrupt_catch();
	if (gemm_init(&error) && run_choice_open(&o.run, &database, &error) &&
	    trained_open(&trained, &database, o.run.id, &error)) {
		done = generate(&o, &trained, &error);
		trained_close(&trained);
	}
	database_close(&database);
	if (!done)
		fprintf(stderr, "bakeoff generate: %s\n", error.message);
	return done ? 0 : 1;
}
