/* draw.c - bakeoff draw: a picture that a trained run draws of a caption. */
#include "cli/draw.h"

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "data/picture_image.h"
#include "eval/picture_score.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 4, ZOOM = 16 };

enum { SAMPLES = 256, RANK, TEST, TEMPERATURE, SEED, OUT, THREADS };

static const struct command_option option_table[] = {
	RUN_CHOICE_OPTIONS("the run"),
	{ "samples", SAMPLES, "N", NULL, "draw N pictures by chance (one, as the run searches)" },
	{ "rank", RANK, "ID", NULL,
	  "show the best of them alone: the one of which that run, of the task describe, finds the "
	  "caption most probable" },
	{ "test", TEST, NULL, NULL,
	  "the captions of the run's test sets: keeps the best pictures as test sets \"..., best "
	  "of N\", which `bakeoff report` shows beside what the run's search drew" },
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
	.usage = { "--run ID [OPTION...] \"CAPTION\"",
	           "--run ID --samples N --rank ID --test [OPTION...]" },
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

static bool take_temperature(struct draw_options *o, const char *text)
{
	struct error error;

	o->has_temperature = setting_read(setting_find(search_settings_table, "temperature"),
	                                  &o->search, text, &error);
	if (!o->has_temperature)
		fprintf(stderr, "bakeoff draw: --temperature: %s\n", error.message);
	return o->has_temperature;
}

static bool take_option(struct draw_options *o, int option, const char *text)
{
	switch (option) {
	case SAMPLES:
		return option_number("draw", "--samples", text, 1, 1000, &o->samples);
	case RANK:
		return option_number("draw", "--rank", text, 1, 1L << 40, &o->rank);
	case TEST:
		o->test = true;
		return true;
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

/* Draws the caption, the best first where a run ranks. */
static bool draw(const struct draw_options *o, const struct picture_run *drawing,
                 struct picture_run *ranking, struct pool *pool, struct sketch *sketch, int *count,
                 struct error *error)
{
	const struct search_settings search = draw_search(o, drawing);
	char *caption = (char *)o->caption;
	struct nbest found = { 0 };
	bool good = draw_captions(drawing, &search, &caption, 1, pool, &found, error);

	*count = good ? draw_sketches(drawing, &found, sketch) : 0;
	if (good && !*count)
		good = error_set(error,
		                 "none of %ld: what the run drew has not the size of a picture; "
		                 "train it longer, or ask for more --samples",
		                 search.nbest);
	if (good && o->rank)
		draw_rank(ranking, caption, pool, sketch, *count);
	nbest_free(&found);
	return good;
}

/* How many of the pictures show what the caption says; what the first shows in its place. */
static void print_verdict(const struct draw_options *o, const struct sketch *sketch, int shown,
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

static bool show(const struct draw_options *o, const struct sketch *sketch, int drawn,
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

static bool draw_one(const struct draw_options *o, const struct picture_run *drawing,
                     struct picture_run *ranking, struct pool *pool, struct error *error)
{
	struct sketch *sketch = memory_new((size_t)(o->samples ? o->samples : 1), sizeof *sketch);
	int count;
	const bool good = draw(o, drawing, ranking, pool, sketch, &count, error) &&
	                  show(o, sketch, count, error);

	free(sketch);
	return good;
}

static bool draw_with(const struct draw_options *o, struct database *database, struct error *error)
{
	struct pool *pool = pool_open((int)o->threads, error);
	struct picture_run drawing = { 0 }, ranking = { 0 };
	bool good = pool && picture_run_open(&drawing, database, o->run.id, true, error) &&
	            (!o->rank || draw_open_ranking(&ranking, o, database, &drawing, error));

	if (good && o->test)
		good = draw_tests(o, database, &drawing, &ranking, pool, error) &&
		       output_flush(error);
	else
		good = good && draw_one(o, &drawing, &ranking, pool, error);
	picture_run_close(&ranking);
	picture_run_close(&drawing);
	pool_close(pool);
	return good;
}

/* False, and a line that says why, where the options do not go together. */
static bool check_options(const struct draw_options *o, int words)
{
	const char *wrong = NULL;

	if (!run_choice_made(&o->run) || words != !o->test)
		wrong = o->test ? "--test draws the captions of the run --run ID, and none beside"
		                : "give --run ID or --pack FILE, and a caption in quotes";
	else if (o->rank && o->run.pack)
		wrong = "--rank needs --run, of the same database as that of RUN";
	else if (o->rank && !o->samples)
		wrong = "--rank chooses among several: give --samples too";
	else if (o->test && (!o->rank || o->out))
		wrong = o->out ? "--test keeps its pictures in the database: leave --out away"
		               : "--test keeps the best of several: give --samples and --rank too";
	if (wrong)
		fprintf(stderr, "bakeoff draw: %s\n", wrong);
	return !wrong;
}

static bool take_caption(struct draw_options *o, const char *text)
{
	struct error error;

	if (!caption_read(&o->facts, text, &error)) {
		fprintf(stderr, "bakeoff draw: %s\n", error.message);
		return false;
	}
	caption_write(&o->facts, o->caption);
	return true;
}

int draw_command(int argc, char **argv)
{
	struct draw_options o = { .threads = machine_processors() };
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
	if (!check_options(&o, argc - optind) || (!o.test && !take_caption(&o, argv[optind])))
		return 2;
	o.run.writes = o.test;
	interrupt_catch();
	drawn = gemm_init(&error) && run_choice_open(&o.run, &database, &error) &&
	        draw_with(&o, &database, &error);
	database_close(&database);
	if (!drawn)
		fprintf(stderr, "bakeoff draw: %s\n", error.message);
	return drawn ? 0 : 1;
}
