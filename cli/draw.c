/* draw.c - bakeoff draw: a picture that a trained run draws of a caption. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/run_choice.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "data/picture_image.h"
#include "eval/evaluate.h"
#include "eval/picture_score.h"
#include "eval/translate.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 4, ZOOM = 16, FORCED_TOKENS = 4096 };

enum { SAMPLES = 256, RANK, TEMPERATURE, SEED, OUT, THREADS };

static const struct command_option option_table[] = {
	RUN_CHOICE_OPTIONS("the run"),
	{ "samples", SAMPLES, "N", NULL, "draw N pictures by chance (one, as the run searches)" },
	{ "rank", RANK, "ID", NULL,
	  "show the best of them alone: the one of which that run, of the task describe, finds the "
	  "caption most probable" },
	{ "temperature", TEMPERATURE, "T", NULL, "of chance: below 1 prefers likely pixels (1)" },
	{ "seed", SEED, "N", NULL, "of chance (1)" },
	{ "out", OUT, "FILE", NULL, "write what is shown as a PNG too" },
	{ "threads", THREADS, "N", NULL, "(all processors)" },
	{ 0 },
};

const struct command command_draw = {
	.name = "draw",
	.group = GROUP_USE,
	.summary = "draw a caption with a trained run",
	.usage = { "--run ID [OPTION...] \"CAPTION\"" },
	.argument = "TEXT",
	.about = "Draws a caption with a trained run of the task draw (`bakeoff runs` lists runs), "
		 "and says what the picture shows, read from its pixels.",
	.options = option_table,
	.example = { { "bakeoff draw --run 3 \"a small red circle above a blue square\"", "" },
	             { "bakeoff draw --run 3 --samples 8 --out eight.png \"a green cross at the "
	               "top "
	               "left\"",
	               "eight by chance" } },
};

struct options {
	const char *out;
	struct run_choice run;
	long rank, samples, threads;
	struct search_settings search; /* temperature and seed */
	bool has_temperature;
	char caption[CAPTION_SIZE];
	struct facts facts; /* of the caption */
};

/* A picture that was drawn. */
struct sketch {
	struct picture picture;
	double log_probability; /* of the caption, where ranked */
};

static bool take_temperature(struct options *o, const char *text)
{
	struct error error;

	o->has_temperature = setting_read(setting_find(search_settings_table, "temperature"),
	                                  &o->search, text, &error);
	if (!o->has_temperature)
		fprintf(stderr, "bakeoff draw: --temperature: %s\n", error.message);
	return o->has_temperature;
}

static bool take_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case SAMPLES:
		return option_number("draw", "--samples", text, 1, 1000, &o->samples);
	case RANK:
		return option_number("draw", "--rank", text, 1, 1L << 40, &o->rank);
	case TEMPERATURE:
		return take_temperature(o, text);
	case SEED:
		return option_number("draw", "--seed", text, 0, 1L << 40, &o->search.seed);
	case OUT:
		o->out = text;
		return true;
	case THREADS:
		return option_number("draw", "--threads", text, 1, 1024, &o->threads);
	}
	return run_choice_take(&o->run, "draw", option, text);
}

/* The run's own settings, or chance; room for the whole picture. */
static struct search_settings search_of(const struct options *o, const struct picture_run *r)
{
	struct search_settings s = r->trained.search;

	s.nbest = o->samples ? o->samples : 1;
	s.sample = o->samples || s.sample;
	if (o->has_temperature)
		s.temperature = o->search.temperature;
	if (o->search.seed >= 0)
		s.seed = o->search.seed;
	s.length_factor = 0;
	s.length_offset = r->trained.longest;
	return s;
}

/* Those of the hypotheses that are pictures; how many there are. */
static int take_pictures(const struct picture_run *r, const struct nbest *found,
                         struct sketch *sketch)
{
	int count = 0;

	for (int i = 0; i < found->count; i++) {
		struct error error;
		char *text = vocabulary_decode(r->trained.vocabulary[SIDE_TARGET],
		                               found->best[i].token, (size_t)found->best[i].length);

		count += picture_read(&sketch[count].picture, text, &error) &&
		         sketch[count].picture.edge == r->edge;
		free(text);
	}
	return count;
}

static bool draw(const struct options *o, const struct picture_run *r, struct pool *pool,
                 struct sketch *sketch, int *count, struct error *error)
{
	const struct search_settings search = search_of(o, r);
	char *caption = (char *)o->caption;
	struct nbest found = { 0 };
	struct corpus corpus;
	bool good;

	corpus_of_lines(&corpus, r->trained.vocabulary, &caption, NULL, 1, r->trained.longest);
	good = translate(&r->trained.model, &corpus, &search, pool, interrupt_go_on, NULL,
	                 &found) ||
	       error_set(error, "stopped");
	*count = good ? take_pictures(r, &found, sketch) : 0;
	if (good && !*count)
		good = error_set(error,
		                 "none of %ld: what the run drew has not the size of a picture; "
		                 "train it longer, or ask for more --samples",
		                 search.nbest);
	nbest_free(&found);
	corpus_free(&corpus);
	return good;
}

static int by_probability(const void *a, const void *b)
{
	const double x = ((const struct sketch *)a)->log_probability;
	const double y = ((const struct sketch *)b)->log_probability;

	return (x < y) - (x > y);
}

/* log p(caption | picture) of each, by a run that describes such pictures; the best first. */
static void rank_by(struct picture_run *r, const char *caption, struct pool *pool,
                    struct sketch *sketch, int count)
{
	char **source = memory_new((size_t)count, sizeof *source);
	char **target = memory_new((size_t)count, sizeof *target);
	double *log_probability = memory_new((size_t)count, sizeof *log_probability);
	struct corpus pairs;

	for (int i = 0; i < count; i++) {
		source[i] = memory_new(picture_text_size(&r->codebook, r->edge), 1);
		picture_write(&r->codebook, &sketch[i].picture, source[i]);
		target[i] = memory_text(caption);
	}
	corpus_of_lines(&pairs, r->trained.vocabulary, source, target, (size_t)count,
	                r->trained.longest);
	evaluate(&r->trained.model, &pairs, FORCED_TOKENS, pool, log_probability);
	for (int i = 0; i < count; i++)
		sketch[i].log_probability = log_probability[i];
	qsort(sketch, (size_t)count, sizeof *sketch, by_probability);
	corpus_free(&pairs);
	free_lines(source, (size_t)count);
	free_lines(target, (size_t)count);
	free(log_probability);
}

static bool rank(const struct options *o, struct database *database, struct pool *pool,
                 struct sketch *sketch, int count, struct error *error)
{
	const int edge = sketch[0].picture.edge;
	struct picture_run r;
	bool good = picture_run_open(&r, database, o->rank, false, error);

	if (good && r.edge != edge)
		good = error_set(
			error,
			"--rank: run %ld describes pictures of %d x %d pixels, run %ld draws "
			"them of %d x %d",
			o->rank, r.edge, r.edge, o->run.id, edge, edge);
	if (good)
		rank_by(&r, o->caption, pool, sketch, count);
	picture_run_close(&r);
	return good;
}

/* How many of the pictures show what the caption says; what the first shows in its place. */
static void print_verdict(const struct options *o, const struct sketch *sketch, int shown,
                          int drawn)
{
	int right = 0;

	for (int i = 0; i < shown; i++) {
		const struct facts facts = picture_facts(&sketch[i].picture);
		struct picture_tally tally = { { 0 }, { 0 } };
		char text[CAPTION_SIZE];

		picture_tally_add(&tally, &o->facts, &facts);
		right += (int)tally.right[PICTURE_WHOLE];
		picture_say(&facts, text);
		if (shown == 1)
			printf("%s: %s\n", right ? "as asked" : "not as asked, but", text);
	}
	if (shown > 1)
		printf("%d of %d as asked\n", right, shown);
	if (o->rank)
		printf("log p(caption | picture) = %.3f, the best of %d\n",
		       sketch[0].log_probability, drawn);
}

static bool show(const struct options *o, const struct sketch *sketch, int drawn,
                 struct error *error)
{
	const int shown = o->rank ? 1 : drawn;
	struct picture *picture = memory_new((size_t)shown, sizeof *picture);
	struct image image;
	bool good = true;

	for (int i = 0; i < shown; i++)
		picture[i] = sketch[i].picture;
	pictures_print(stdout, picture, shown);
	print_verdict(o, sketch, shown, drawn);
	if (o->samples > drawn)
		printf("%ld more have not the size of a picture\n", o->samples - drawn);
	if (o->out) {
		picture_image(&image, picture, shown, COLUMNS, ZOOM);
		good = image_write(&image, o->out, error);
		image_free(&image);
	}
	free(picture);
	return good && output_flush(error);
}

static bool draw_with(const struct options *o, struct database *database, struct error *error)
{
	struct sketch *sketch = memory_new((size_t)(o->samples ? o->samples : 1), sizeof *sketch);
	struct pool *pool = pool_open((int)o->threads, error);
	struct picture_run r = { 0 };
	int count;
	bool good = pool && picture_run_open(&r, database, o->run.id, true, error) &&
	            (!o->rank || picture_run_check(database, o->rank, false, error)) &&
	            draw(o, &r, pool, sketch, &count, error) &&
	            (!o->rank || rank(o, database, pool, sketch, count, error)) &&
	            show(o, sketch, count, error);

	picture_run_close(&r);
	pool_close(pool);
	free(sketch);
	return good;
}

static bool take_caption(struct options *o, int words, char **word)
{
	struct error error;

	if (!run_choice_made(&o->run) || words != 1) {
		fputs("bakeoff draw: give --run ID or --pack FILE, and a caption in quotes\n",
		      stderr);
		return false;
	}
	if (o->rank && (!o->samples || o->run.pack)) {
		fprintf(stderr, "bakeoff draw: --rank %s\n",
		        o->run.pack ? "needs --run, of the same database as that of RUN"
		                    : "chooses among several: give --samples too");
		return false;
	}
	if (!caption_read(&o->facts, word[0], &error)) {
		fprintf(stderr, "bakeoff draw: %s\n", error.message);
		return false;
	}
	caption_write(&o->facts, o->caption);
	return true;
}

int draw_command(int argc, char **argv)
{
	struct options o = { .threads = machine_processors() };
	struct database database = { 0 };
	struct error error;
	bool drawn;
	int option;

	o.search.seed = -1;
	while ((option = command_option(&command_draw, argc, argv)) > 0)
		if (!take_option(&o, option, optarg))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	if (!take_caption(&o, argc - optind, argv + optind))
		return 2;
	interrupt_catch();
	drawn = gemm_init(&error) && run_choice_open(&o.run, &database, &error) &&
	        draw_with(&o, &database, &error);
	database_close(&database);
	if (!drawn)
		fprintf(stderr, "bakeoff draw: %s\n", error.message);
	return drawn ? 0 : 1;
}
