/* attend.c - bakeoff attend: what a trained run attends to. */
#include "cli/attend.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "core/gemm.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: bakeoff attend --run ID [OPTION...] \"SOURCE\" [\"TARGET\"]\n\n"
	"Shows the attention weights of a trained run (`bakeoff runs` lists them) on a sentence "
	"pair: a row for\n"
	"each token that asks, a column for each that it may look at. Without TARGET the run "
	"translates SOURCE.\n\n"
	"  --run ID      the run\n"
	"  --db FILE     its database (results.db)\n"
	"  --kind KIND   encoder or decoder (each looks at itself), or cross (the decoder looks at "
	"the encoder)\n"
	"                (cross, where the run has it)\n"
	"  --layer N     from 1 (the last)\n"
	"  --head N      from 1 (the mean of all)\n"
	"  --end on|off  show begin and end of sentence; off: the rest of each row is scaled to 1 "
	"(on)\n"
	"  --mask HEADS  switch heads off: cross:2.1 is head 1 of layer 2, encoder:1 all of a "
	"layer, decoder\n"
	"                all of a kind; several are separated by commas\n";

enum { RUN = 256, DB, KIND, LAYER, HEAD, END, MASK, HELP };

static const struct option long_options[] = {
	{ "run", required_argument, NULL, RUN },
	{ "db", required_argument, NULL, DB },
	{ "kind", required_argument, NULL, KIND },
	{ "layer", required_argument, NULL, LAYER },
	{ "head", required_argument, NULL, HEAD },
	{ "end", required_argument, NULL, END },
	{ "mask", required_argument, NULL, MASK },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
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

static bool take_option(struct attend_options *o, int option, const char *text)
{
	switch (option) {
	case RUN:
		return option_number("attend", "--run", text, 1, 1L << 40, &o->run);
	case DB:
		o->database = text;
		return true;
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
		o->mask = text;
		return true;
	}
	return false;
}

static bool show_pair(const struct attend_options *o, const struct trained *t,
                      const struct heads *heads, struct error *error)
{
	struct attend_pair pair;
	bool shown;

	if (!attend_pair_open(&pair, o, t, heads, error))
		return false;
	shown = attend_terminal(&pair, error);
	attend_pair_free(&pair);
	return shown;
}

static bool attend(const struct attend_options *o, struct trained *t, struct error *error)
{
	struct heads all, masked = { 0 };
	bool shown;

	heads_of(&all, &t->model);
	shown = !o->mask || heads_read(&masked, &all, o->mask, error) ||
	        error_prefix(error, "--mask");
	t->model.masked = masked.head;
	t->model.masks = masked.count;
	shown = shown && show_pair(o, t, &all, error);
	heads_free(&all);
	heads_free(&masked);
	return shown && ((!fflush(stdout) && !ferror(stdout)) ||
	                 error_set(error, "standard output cannot be written"));
}

int attend_command(int argc, char **argv)
{
	struct attend_options o = { .database = "results.db" };
	struct database database = { 0 };
	struct trained trained;
	struct error error;
	bool shown = false;
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == HELP) {
			fputs(usage, stdout);
			return 0;
		}
		if (!take_option(&o, option, optarg))
			return 2;
	}
	if (!o.run || argc - optind < 1 || argc - optind > 2) {
		fputs("bakeoff attend: give --run ID and a sentence in quotes, or a sentence and "
		      "its translation\n",
		      stderr);
		return 2;
	}
	o.source = argv[optind];
	o.target = argc - optind > 1 ? argv[optind + 1] : NULL;
	if (gemm_init(&error) && database_open(&database, o.database, DATABASE_READ, &error) &&
	    trained_open(&trained, &database, o.run, &error)) {
		shown = attend(&o, &trained, &error);
		trained_close(&trained);
	}
	database_close(&database);
	if (!shown)
		fprintf(stderr, "bakeoff attend: %s\n", error.message);
	return shown ? 0 : 1;
}
