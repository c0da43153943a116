/* translate.c - bakeoff translate: standard input through a trained run. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_choice.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "data/labels.h"
#include "eval/evaluate.h"
#include "eval/heads.h"
#include "eval/translate.h"
#include "experiments/trial.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORCED_TOKENS = 4096 }; /* padded positions a batch */

enum {
	BEAM = 256,
	NBEST,
	PENALTY,
	SAMPLE,
	TEMPERATURE,
	TOP_K,
	TOP_P,
	SEED,
	WEIGHTS,
	SHORTLIST,
	STREAM,
	FORCE,
	MASK,
	THREADS
};

static const struct command_option option_table[] = {
	RUN_CHOICE_OPTIONS("the run"),
	{ "beam", BEAM, "N", NULL, "hypotheses kept; 1: greedy (the run's own setting)" },
	{ "nbest", NBEST, "N", NULL,
	  "print the N best of each line, as LINE ||| HYPOTHESIS ||| SCORE" },
	{ "length-penalty", PENALTY, "A", NULL,
	  "exponent of the length penalty (the run's own setting)" },
	{ "sample", SAMPLE, NULL, NULL, "draw from the model instead of searching" },
	{ "temperature", TEMPERATURE, "T", NULL, "of sampling (1)" },
	{ "top-k", TOP_K, "N", NULL, "sampling from the N most probable tokens; 0: from all (0)" },
	{ "top-p", TOP_P, "P", NULL,
	  "sampling from the most probable tokens that have the share P together (1)" },
	{ "seed", SEED, "N", NULL, "of sampling (1)" },
	{ "weights", WEIGHTS, "NUMBERS", NULL,
	  "float32, bfloat16 or int8: what products read (the run's own setting)" },
	{ "shortlist", SHORTLIST, "N", NULL,
	  "choose from N likely tokens of each source token; of a run with search.shortlist (its own "
	  "setting)" },
	{ "stream", STREAM, NULL, NULL, "answer each line at once, before the next is read" },
	{ "force", FORCE, "FILE", NULL,
	  "do not search: print log p of each line of FILE as the translation of its line" },
	{ "mask", MASK, "HEADS", NULL,
	  "switch attention heads off, named as in `bakeoff attend --help`" },
	{ "threads", THREADS, "N", NULL, "(all processors)" },
	{ 0 },
};

const struct command command_translate = {
	.name = "translate",
	.group = GROUP_USE,
	.summary = "translate standard input with a trained run",
	.usage = { "--run ID [OPTION...] < SOURCE > HYPOTHESES" },
	.argument = "",
	.about = "Translates each line of standard input with a trained run (`bakeoff runs` lists "
		 "them); of a run that labels text or its words, prints the labels.",
	.options = option_table,
	.example = { { "bakeoff translate --run 3 --beam 5 < news.de > news.en", "" },
	             { "bakeoff translate --run 3 --sample --temperature 0.8 < news.de",
	               "other words each --seed" } },
};

struct options {
	const char *force, *mask;
	struct run_choice run;
	long threads;
	struct search_settings search; /* beam 0 and the like: not given */
	bool nbest_form, has_penalty, has_temperature, has_top_k, has_top_p, has_weights, has_shortlist, stream;
};

static bool setting_option(const char *option, const char *text, const char *key,
                           struct search_settings *s)
{
	struct error error;

	if (setting_read(setting_find(search_settings_table, key), s, text, &error))
		return true;
	fprintf(stderr, "bakeoff translate: %s: %s\n", option, error.message);
	return false;
}

static bool take_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case BEAM:
		return option_number("translate", "--beam", text, 1, 1000, &o->search.beam);
	case NBEST:
		o->nbest_form = true;
		return option_number("translate", "--nbest", text, 1, 1000, &o->search.nbest);
	case PENALTY:
		o->has_penalty = true;
		return setting_option("--length-penalty", text, "length_penalty", &o->search);
	case SAMPLE:
		o->search.sample = true;
		return true;
	case TEMPERATURE:
		o->has_temperature = true;
		return setting_option("--temperature", text, "temperature", &o->search);
	case TOP_K:
		o->has_top_k = true;
		return setting_option("--top-k", text, "top_k", &o->search);
	case TOP_P:
		o->has_top_p = true;
		return setting_option("--top-p", text, "top_p", &o->search);
	case SEED:
		return option_number("translate", "--seed", text, 0, 1L << 40, &o->search.seed);
	case WEIGHTS:
		o->has_weights = true;
		return setting_option("--weights", text, "weights", &o->search);
	case SHORTLIST:
		o->has_shortlist = true;
		return setting_option("--shortlist", text, "shortlist", &o->search);
	case STREAM:
		o->stream = true;
		return true;
	case FORCE:
		o->force = text;
		return true;
	case MASK:
		o->mask = text;
		return true;
	case THREADS:
		return option_number("translate", "--threads", text, 1, 1024, &o->threads);
	}
	return run_choice_take(&o->run, "translate", option, text);
}

/* The run's own settings but for what was given. */
static struct search_settings search_of(const struct options *o, const struct search_settings *own)
{
	struct search_settings s = *own;

	s.nbest = o->search.nbest ? o->search.nbest : 1;
	if (o->search.beam)
		s.beam = o->search.beam;
	else if (s.beam < s.nbest)
		s.beam = s.nbest;
	if (o->has_penalty)
		s.length_penalty = o->search.length_penalty;
	if (o->has_temperature)
		s.temperature = o->search.temperature;
	if (o->has_top_k)
		s.top_k = o->search.top_k;
	if (o->has_top_p)
		s.top_p = o->search.top_p;
	if (o->has_weights)
		s.weights = o->search.weights;
	if (o->has_shortlist)
		s.shortlist = o->search.shortlist;
	if (o->search.seed >= 0)
		s.seed = o->search.seed;
	s.sample = o->search.sample;
	return s;
}

static void print_nbest(const struct vocabulary *vocabulary, size_t line, const struct nbest *n,
                        bool form)
{
	for (int i = 0; i < n->count; i++) {
		char *text =
			vocabulary_decode(vocabulary, n->best[i].token, (size_t)n->best[i].length);

		if (form)
			printf("%zu ||| ", line);
		output_text(stdout, text);
		if (form)
			printf(" ||| %.6f", n->best[i].score);
		putchar('\n');
		free(text);
	}
	if (!n->count)
		putchar('\n');
}

/* log p of each target, its end counted, in nats. */
static bool force(const struct options *o, struct trained *t, struct pool *pool, char **source,
                  size_t lines, struct error *error)
{
	struct corpus pairs = { 0 };
	double *log_probability = NULL;
	char **target;
	size_t targets;
	bool whole = read_lines(o->force, &target, &targets, error);

	if (whole && targets != lines)
		whole = error_set(error, "standard input has %zu lines, %s %zu", lines, o->force,
		                  targets);
	if (whole) {
		corpus_of_lines(&pairs, t->vocabulary, source, target, lines, t->longest);
		warn_cut("translate", pairs.cut, t->longest);
		pairs.objective = model_objective(&t->model);
		whole = labels_check_corpus(&pairs, o->force, error);
	}
	if (whole) {
		log_probability = memory_new(lines, sizeof *log_probability);
		evaluate(&t->model, &pairs, FORCED_TOKENS, pool, log_probability);
		for (size_t i = 0; i < lines; i++)
			printf("%.6f\n", log_probability[i]);
		whole = output_flush(error);
	}
	free(log_probability);
	corpus_free(&pairs);
	free_lines(target, targets);
	return whole;
}

static bool search_all(const struct options *o, struct trained *t, struct pool *pool, char **source,
                       size_t lines, struct error *error)
{
	const struct search_settings search = search_of(o, &t->search);
	struct nbest *found = memory_new(lines, sizeof *found);
	struct corpus corpus;
	bool whole;

	corpus_of_lines(&corpus, t->vocabulary, source, NULL, lines, t->longest);
	warn_cut("translate", corpus.cut, t->longest);
	whole = translate(&t->model, &corpus, &search, pool, interrupt_go_on, NULL, found) ||
	        error_set(error, "stopped");
	for (size_t i = 0; i < lines; i++) {
		if (whole)
			print_nbest(t->vocabulary[SIDE_TARGET], i, &found[i], o->nbest_form);
		nbest_free(&found[i]);
	}
	free(found);
	corpus_free(&corpus);
	return whole && output_flush(error);
}

/* Line after line, the weights laid out once. */
static bool search_stream(const struct options *o, struct trained *t, struct pool *pool,
                          struct error *error)
{
	const struct search_settings search = search_of(o, &t->search);
	struct translator *translator = translator_open(&t->model, pool, search.weights);
	char *line = NULL;
	size_t room = 0;
	bool whole = true;

	for (size_t i = 0; whole && next_line(&line, &room, i + 1, error); i++) {
		struct nbest found = { 0 };
		struct corpus corpus;

		corpus_of_lines(&corpus, t->vocabulary, &line, NULL, 1, t->longest);
		warn_cut("translate", corpus.cut, t->longest);
		whole = translator_run(translator, &corpus, &search, interrupt_go_on, NULL,
		                       &found) ||
		        error_set(error, "stopped");
		if (whole)
			print_nbest(t->vocabulary[SIDE_TARGET], i, &found, o->nbest_form);
		nbest_free(&found);
		corpus_free(&corpus);
		whole = whole && output_flush(error);
	}
	free(line);
	translator_close(translator);
	return whole && !error->message[0];
}

static bool check(const struct options *o, const struct trained *t, struct error *error)
{
	const struct search_settings search = search_of(o, &t->search);

	if (!model_has_source(&t->model))
		return error_set(error, "the run is a language model, which has nothing to "
		                        "translate; `bakeoff generate` goes on with a text");
	if (model_is_encoder_only(&t->model) && search.sample)
		return error_set(error, "--sample: the run gives labels, which are not searched; "
		                        "--nbest N prints the N most probable");
	if (search.shortlist && !t->lexicon)
		return error_set(error, "--shortlist %ld: the run has learned no lexicon; it does "
		                        "with search.shortlist above 0", search.shortlist);
	if (search.nbest > search.beam && !search.sample)
		return error_set(error, "--nbest %ld: needs --beam of at least as much",
		                 search.nbest);
	if (o->stream && (o->force || search.sample))
		return error_set(error, "--stream: not together with %s",
		                 o->force ? "--force" : "--sample");
	return true;
}

static bool translate_lines(const struct options *o, struct trained *t, struct pool *pool,
                            struct error *error)
{
	char **line = NULL;
	size_t lines = 0;
	bool whole = read_lines("-", &line, &lines, error);

	if (whole)
		whole = o->force ? force(o, t, pool, line, lines, error)
		                 : search_all(o, t, pool, line, lines, error);
	free_lines(line, lines);
	return whole;
}

/* The heads that --mask names, which the caller frees. */
static bool mask_heads(const struct options *o, struct trained *t, struct heads *masked,
                       struct error *error)
{
	struct heads all;
	bool whole;

	*masked = (struct heads){ 0 };
	if (!o->mask)
		return true;
	heads_of(&all, &t->model);
	whole = heads_read(masked, &all, o->mask, error) || error_prefix(error, "--mask");
	heads_free(&all);
	t->model.masked = masked->head;
	t->model.masks = masked->count;
	return whole;
}

static bool translate_input(const struct options *o, struct trained *t, struct error *error)
{
	struct heads masked = { 0 };
	struct pool *pool = check(o, t, error) && mask_heads(o, t, &masked, error)
	                            ? pool_open((int)o->threads, error)
	                            : NULL;
	bool whole = pool && (o->stream ? search_stream(o, t, pool, error)
	                                : translate_lines(o, t, pool, error));

	pool_close(pool);
	heads_free(&masked);
	return whole;
}

int translate_command(int argc, char **argv)
{
	struct options o = { .threads = machine_processors() };
	struct database database = { 0 };
	struct trained trained;
	struct error error;
	bool translated = false;
	int option;

	o.search.seed = -1;
	while ((option = command_option(&command_translate, argc, argv)) > 0)
		if (!take_option(&o, option, optarg))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	if (!run_choice_made(&o.run) || optind < argc) {
		fputs("bakeoff translate: give --run ID or --pack FILE, and text on standard "
		      "input\n",
		      stderr);
		return 2;
	}
	interrupt_catch();
	if (gemm_init(&error) && run_choice_open(&o.run, &database, &error) &&
	    trained_open(&trained, &database, o.run.id, &error)) {
		translated = translate_input(&o, &trained, &error);
		trained_close(&trained);
	}
	database_close(&database);
	if (!translated)
		fprintf(stderr, "bakeoff translate: %s\n", error.message);
	return translated ? 0 : 1;
}
