/* attend.c - bakeoff attend: which source tokens a trained run looks at while it writes, in the
 * terminal. */
#include "cli/commands.h"
#include "cli/options.h"
#include "core/gemm.h"
#include "data/text.h"
#include "eval/translate.h"
#include "experiments/trial.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const char usage[] =
	"usage: bakeoff attend --run ID [OPTION...] \"SENTENCE\"\n\n"
	"Translates the sentence with a trained run (`bakeoff runs` lists them) and draws the "
	"weights of its\n"
	"cross-attention: a row for each token written, a column for each source token, darker is "
	"more.\n\n"
	"  --run ID    the run\n"
	"  --db FILE   its database (results.db)\n"
	"  --layer N   decoder layer, from 1 (the last)\n"
	"  --head N    attention head, from 1 (the mean of all)\n"
	"  --target T  the target to read instead of the run's own translation\n";

enum { RUN = 256, DB, LAYER, HEAD, TARGET, HELP };

static const struct option long_options[] = {
	{ "run", required_argument, NULL, RUN },
	{ "db", required_argument, NULL, DB },
	{ "layer", required_argument, NULL, LAYER },
	{ "head", required_argument, NULL, HEAD },
	{ "target", required_argument, NULL, TARGET },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

struct options {
	const char *database, *target;
	long run, layer, head; /* layer and head 0: not given */
};

static int columns_of(const char *text)
{
	int columns = 0;

	while (*text) {
		utf8proc_int32_t c;
		const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);

		columns += n > 0 ? utf8proc_charwidth(c) : 1;
		text += n > 0 ? n : 1;
	}
	return columns;
}

/* Right-aligned in `width` columns; control characters become '?'. */
static void print_token(const char *text, int width)
{
	for (int i = columns_of(text); i < width; i++)
		putchar(' ');
	for (; *text; text++)
		putchar((unsigned char)*text < 32 || *text == 127 ? '?' : *text);
}

static const char *shade(double weight)
{
	static const char *const step[] = { "··", "░░", "▒▒", "▓▓", "██" };
	const int n = (int)(weight * 5);

	return step[n < 0 ? 0 : n > 4 ? 4 : n];
}

static double weight_of(const struct attention_weights *a, long head, int t, int s)
{
	const size_t each = (size_t)a->t * (size_t)a->s, at = (size_t)t * (size_t)a->s + (size_t)s;
	double sum = 0;

	if (head)
		return (double)a->weight[(size_t)(head - 1) * each + at];
	for (int h = 0; h < a->heads; h++)
		sum += (double)a->weight[(size_t)h * each + at];
	return sum / a->heads;
}

/* The source tokens as numbered columns, with their names below. */
static void draw(const struct trained *t, const struct attention_weights *a,
                 const struct batch *batch, long head)
{
	int width = 4;

	for (int i = 0; i < a->t; i++) {
		const int w =
			columns_of(vocabulary_token(t->vocabulary[SIDE_TARGET], batch->gold[i]));

		width = w > width ? w : width;
	}
	printf("%*s ", width, "");
	for (int s = 0; s < a->s; s++)
		printf("%2d", (s + 1) % 100);
	putchar('\n');
	for (int i = 0; i < a->t; i++) {
		print_token(vocabulary_token(t->vocabulary[SIDE_TARGET], batch->gold[i]), width);
		putchar(' ');
		for (int s = 0; s < a->s; s++)
			fputs(shade(weight_of(a, head, i, s)), stdout);
		putchar('\n');
	}
	putchar('\n');
	for (int s = 0; s < a->s; s++)
		printf("%s%d %s", s ? "  " : "source: ", s + 1,
		       vocabulary_token(t->vocabulary[SIDE_SOURCE], batch->source[s]));
	putchar('\n');
}

/* The weights of the layer asked for, or of the last that has any. */
static const struct attention_weights *find_layer(const struct attention_weights *a, long layer)
{
	for (; a; a = a->next)
		if (a->kind == ATTENTION_CROSS && (!layer || a->layer == layer - 1))
			return a;
	return NULL;
}

static bool show(const struct options *o, const struct trained *t, const struct corpus *pair,
                 struct error *error)
{
	const uint32_t first = 0;
	struct batch batch = { 0 };
	const struct attention_weights *a;
	struct tape tape;
	bool shown = false;

	tape_init(&tape);
	batch_fill(&batch, pair, &first, 1);
	attention_of(&tape, &t->model, &batch);
	a = find_layer(tape.attention, o->layer);
	if (!a)
		error_set(error,
		          o->layer ? "--layer %ld: this run has no cross-attention there"
		                   : "this run has no cross-attention%.0ld",
		          o->layer);
	else if (o->head > a->heads)
		error_set(error, "--head %ld: this layer has %d", o->head, a->heads);
	else {
		char *text = vocabulary_decode(t->vocabulary[SIDE_TARGET], pair->id[SIDE_TARGET],
		                               pair->start[SIDE_TARGET][1]);

		printf("%s\n\ncross-attention of layer %d, ", text, a->layer + 1);
		if (o->head || a->heads == 1)
			printf("head %ld of %d\n\n", o->head ? o->head : 1, a->heads);
		else
			printf("mean of its %d heads\n\n", a->heads);
		draw(t, a, &batch, o->head);
		free(text);
		shown = true;
	}
	batch_free(&batch);
	tape_free(&tape);
	return shown;
}

/* The run's own translation of a sentence, to be freed; NULL and an error where there can be none.
 */
static char *translation_of(const struct trained *t, char *sentence, struct error *error)
{
	struct pool *pool = pool_open(1, error);
	struct nbest best = { 0 };
	struct corpus source;
	char *text;

	if (!pool)
		return NULL;
	corpus_of_lines(&source, t->vocabulary, &sentence, NULL, 1, t->longest);
	translate(&t->model, &source, &t->search, pool, NULL, NULL, &best);
	text = vocabulary_decode(t->vocabulary[SIDE_TARGET], best.count ? best.best[0].token : NULL,
	                         best.count ? (size_t)best.best[0].length : 0);
	nbest_free(&best);
	corpus_free(&source);
	pool_close(pool);
	return text;
}

static bool is_text(const char *what, const char *text, struct error *error)
{
	const size_t bad = text_bad_byte(text, strlen(text));

	return !bad || error_set(error, "%s: invalid UTF-8 at byte %zu", what, bad);
}

static bool attend(const struct options *o, const struct trained *t, char *sentence,
                   struct error *error)
{
	struct corpus pair;
	char *target;
	bool shown;

	if (!is_text("the sentence", sentence, error) ||
	    (o->target && !is_text("--target", o->target, error)))
		return false;
	target = o->target ? memory_text(o->target) : translation_of(t, sentence, error);
	if (!target)
		return false;
	corpus_of_lines(&pair, t->vocabulary, &sentence, &target, 1, t->longest);
	warn_cut("attend", pair.cut, t->longest);
	shown = show(o, t, &pair, error);
	corpus_free(&pair);
	free(target);
	return shown;
}

static bool take_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case RUN:
		return option_number("attend", "--run", text, 1, 1L << 40, &o->run);
	case DB:
		o->database = text;
		return true;
	case LAYER:
		return option_number("attend", "--layer", text, 1, 1000, &o->layer);
	case HEAD:
		return option_number("attend", "--head", text, 1, 1000, &o->head);
	case TARGET:
		o->target = text;
		return true;
	}
	return false;
}

int attend_command(int argc, char **argv)
{
	struct options o = { .database = "results.db" };
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
	if (!o.run || optind + 1 != argc) {
		fputs("bakeoff attend: give --run ID and one sentence in quotes\n", stderr);
		return 2;
	}
	if (gemm_init(&error) && database_open(&database, o.database, DATABASE_READ, &error) &&
	    trained_open(&trained, &database, o.run, &error)) {
		shown = attend(&o, &trained, argv[optind], &error);
		trained_close(&trained);
	}
	database_close(&database);
	if (!shown)
		fprintf(stderr, "bakeoff attend: %s\n", error.message);
	return shown ? 0 : 1;
}
