/* attend.c - bakeoff attend: what a trained run attends to. */
#include "cli/attend.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "results/table.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KIND = 256,
	LAYER,
	HEAD,
	END,
	MASK,
	STATISTICS,
	IMPORTANCE,
	SENTENCES,
	TEST_SET,
	SOURCE,
	TARGET,
	FORMAT,
	OUT,
	THREADS
};

static const struct command_option option_table[] = {
	RUN_CHOICE_OPTIONS("the run"),
	{ "kind", KIND, "KIND", "encoder, decoder or cross",
	  "(cross, where the run has it): encoder and decoder look at themselves, cross is the "
	  "decoder looking at the encoder" },
	{ "layer", LAYER, "N", NULL, "from 1 (the last)" },
	{ "head", HEAD, "N", NULL, "from 1 (the mean of all)" },
	{ "end", END, "WHETHER", "on or off",
	  "(on): show begin and end of sentence; off: the rest of each row is scaled to 1" },
	{ "mask", MASK, "HEADS", NULL,
	  "switch heads off: `cross:2.1` is head 1 of layer 2, `encoder:1` all of a layer, "
	  "`decoder` all of a kind; several are separated by commas" },
	{ "format", FORMAT, "NAME", "terminal, svg, json or html",
	  "(terminal): svg is that map; json and html have all maps, or those of --kind, --layer "
	  "and --head" },
	{ "out", OUT, "FILE", NULL, "where svg, json and html go (standard output)" },
	{ .about = "What each head, or those of --kind, --layer and --head, does, over sentences "
	           "of the run's test set" },
	{ "statistics", STATISTICS, NULL, NULL,
	  "entropy, distance, shares on neighbours and ends, agreement with other heads" },
	{ "importance", IMPORTANCE, NULL, NULL,
	  "how the loss changes when the head is switched off; either or both" },
	{ "sentences", SENTENCES, "N", NULL, "the first N (200)" },
	{ "test-set", TEST_SET, "NAME", NULL, "where the run has several" },
	{ "source", SOURCE, "FILE", NULL, "other sentences than the test set's, with --target" },
	{ "target", TARGET, "FILE", NULL, "their translations" },
	{ "threads", THREADS, "N", NULL, "(all processors)" },
	{ 0 },
};

const struct command command_attend = {
	.name = "attend",
	.group = GROUP_USE,
	.summary = "show what a trained run attends to in a sentence",
	.usage = { "--run ID [OPTION...] \"SOURCE\" [\"TARGET\"]",
	           "--run ID --statistics --importance [OPTION...]" },
	.argument = "TEXT",
	.about = "Shows the attention weights of a trained run (`bakeoff runs` lists them) on a "
		 "sentence pair: a row for each token that asks, a column for each that it may "
		 "look at. Without TARGET the run translates SOURCE.",
	.options = option_table,
	.notes = "With --statistics and --importance, --format is " TABLE_FORMATS
		 " (box), and --out takes any of them.",
	.example = { { "bakeoff attend --run 3 \"a dog runs\"", "the map in the terminal" },
	             { "bakeoff attend --run 3 --format html --out heads.html \"a dog runs\"",
	               "all heads on one page" } },
};

static bool wrong(const char *option, const char *text, const char *what)
{
	fprintf(stderr, "bakeoff attend: %s %s: must be %s\n", option, text, what);
	return false;
}

static bool take_kind(struct attend_options *o, const char *text)
{
	for (int kind = 0; kind < ATTENTION_KINDS; kind++)
		if (!strcmp(text, attention_kind_name((enum attention_kind)kind))) {
			o->kind = text;
			return true;
		}
	return wrong("--kind", text, "encoder, decoder or cross");
}

static bool take_word(const char **word, const char *text)
{
	*word = text;
	return true;
}

static bool take_flag(bool *flag)
{
	return *flag = true;
}

static bool take_option(struct attend_options *o, int option, const char *text)
{
	switch (option) {
	case KIND:
		return take_kind(o, text);
	case LAYER:
		return option_number("attend", "--layer", text, 1, 1000, &o->layer);
	case HEAD:
		return option_number("attend", "--head", text, 1, 1000, &o->head);
	case END:
		o->no_end = !strcmp(text, "off");
		return o->no_end || !strcmp(text, "on") || wrong("--end", text, "on or off");
	case MASK:
		return take_word(&o->mask, text);
	case STATISTICS:
		return take_flag(&o->statistics);
	case IMPORTANCE:
		return take_flag(&o->importance);
	case SENTENCES:
		return option_number("attend", "--sentences", text, 1, 1L << 30, &o->sentences);
	case TEST_SET:
		return take_word(&o->test_set, text);
	case SOURCE:
		return take_word(&o->source_file, text);
	case TARGET:
		return take_word(&o->target_file, text);
	case FORMAT:
		return take_word(&o->format, text);
	case OUT:
		return take_word(&o->out, text);
	case THREADS:
		return option_number("attend", "--threads", text, 1, 1024, &o->threads);
	}
	return run_choice_take(&o->run, "attend", option, text);
}

static bool about_heads(const struct attend_options *o)
{
	return o->statistics || o->importance;
}

static bool usage_error(const char *what)
{
	fprintf(stderr, "bakeoff attend: %s\n", what);
	return false;
}

static bool is_pair_format(const char *format)
{
	static const char *const formats[] = { "terminal", "svg", "json", "html" };

	for (size_t i = 0; format && i < sizeof formats / sizeof formats[0]; i++)
		if (!strcmp(format, formats[i]))
			return true;
	return !format;
}

/* What options and arguments must have in common. */
static bool check_usage(struct attend_options *o, int arguments, char **argument)
{
	struct error error;

	if (!run_choice_made(&o->run))
		return usage_error("give --run ID, or --pack FILE; `bakeoff runs` lists them");
	if (about_heads(o)) {
		if (arguments)
			return usage_error("--statistics and --importance are of many sentences: "
			                   "name their files with --source and --target");
		if (!o->source_file != !o->target_file)
			return usage_error("--source and --target go together");
		return attend_table_format(o->format, &error) || usage_error(error.message);
	}
	if (arguments < 1 || arguments > 2)
		return usage_error("give a sentence in quotes, or a sentence and its translation, "
		                   "or --statistics or --importance");
	if (!is_pair_format(o->format))
		return wrong("--format", o->format,
		             "terminal, svg, json or html for a sentence pair");
	if (o->out && (!o->format || !strcmp(o->format, "terminal")))
		return usage_error("--out goes with --format svg, json or html");
	if (o->source_file || o->target_file)
		return usage_error("--source and --target go with --statistics or --importance");
	o->source = argument[0];
	o->target = arguments > 1 ? argument[1] : NULL;
	return true;
}

static bool show_pair(const struct attend_options *o, const struct trained *t,
                      const struct heads *heads, struct error *error)
{
	struct attend_pair pair;
	bool shown;

	if (!attend_pair_open(&pair, o, t, heads, error))
		return false;
	shown = !o->format || !strcmp(o->format, "terminal") ? attend_terminal(&pair, error)
	                                                     : attend_export(&pair, error);
	attend_pair_free(&pair);
	return shown;
}

static bool attend(const struct attend_options *o, struct trained *t, struct database *database,
                   struct error *error)
{
	struct heads all, masked = { 0 };
	bool shown;

	if (about_heads(o) && !model_has_source(&t->model))
		return error_set(error,
		                 "--statistics and --importance are of translations, and the "
		                 "run is a language model; give it one text to look at");
	heads_of(&all, &t->model);
	shown = !o->mask || heads_read(&masked, &all, o->mask, error) ||
	        error_prefix(error, "--mask");
	t->model.masked = masked.head;
	t->model.masks = masked.count;
	if (shown)
		shown = about_heads(o) ? attend_heads(o, t, &all, database, error)
		                       : show_pair(o, t, &all, error);
	heads_free(&all);
	heads_free(&masked);
	return shown && output_flush(error);
}

int attend_command(int argc, char **argv)
{
	struct attend_options o = { .sentences = 200, .threads = machine_processors() };
	struct database database = { 0 };
	struct trained trained;
	struct error error;
	bool shown = false;
	int option;

	while ((option = command_option(&command_attend, argc, argv)) > 0)
		if (!take_option(&o, option, optarg))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	if (!check_usage(&o, argc - optind, argv + optind))
		return 2;
	interrupt_catch();
	if (gemm_init(&error) && run_choice_open(&o.run, &database, &error) &&
	    trained_open(&trained, &database, o.run.id, &error)) {
		shown = attend(&o, &trained, &database, &error);
		trained_close(&trained);
	}
	database_close(&database);
	if (!shown)
		fprintf(stderr, "bakeoff attend: %s\n", error.message);
	return shown ? 0 : 1;
}
