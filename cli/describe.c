/* describe.c - bakeoff describe: a caption that a trained run gives a picture. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/run_choice.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "data/picture_image.h"
#include "eval/translate.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 256 };

static const struct command_option option_table[] = {
	RUN_CHOICE_OPTIONS("the run"),
	{ "threads", THREADS, "N", NULL, "(all processors)" },
	{ 0 },
};

const struct command command_describe = {
	.name = "describe",
	.group = GROUP_USE,
	.summary = "say what a picture shows, by a trained run",
	.usage = { "--run ID [OPTION...] FILE.png..." },
	.about = "Says what pictures show, by a trained run of the task describe (`bakeoff runs` "
		 "lists runs). A picture is square, as `bakeoff draw --out` writes it; each of its "
		 "pixels becomes the nearest colour of the palette.",
	.options = option_table,
};

struct options {
	struct run_choice run;
	long threads;
	char **file;
	int files;
};

static bool take_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case THREADS:
		return option_number("describe", "--threads", text, 1, 1024, &o->threads);
	}
	return run_choice_take(&o->run, "describe", option, text);
}

/* The picture of a file as a source of the run; of the caller. NULL and an error where it cannot
 * be. */
static char *read_source(struct picture_run *r, const char *file, struct error *error)
{
	struct picture picture;
	struct image image;
	char *text = NULL;

	if (!image_read(&image, file, error))
		return NULL;
	if (picture_of_image(&picture, &image, r->edge, error)) {
		text = memory_new(picture_text_size(&r->codebook, r->edge), 1);
		picture_write(&r->codebook, &picture, text);
	} else {
		error_prefix(error, "%s", file);
	}
	image_free(&image);
	return text;
}

static void print_caption(const struct trained *t, const char *file, const struct nbest *found,
                          bool named)
{
	char *text = vocabulary_decode(t->vocabulary[SIDE_TARGET], found->best[0].token,
	                               (size_t)found->best[0].length);

	if (named)
		printf("%s: ", file);
	printf("%s\n", text);
	free(text);
}

static bool describe_all(const struct options *o, struct picture_run *r, struct pool *pool,
                         char **source, struct error *error)
{
	struct nbest *found = memory_new((size_t)o->files, sizeof *found);
	struct search_settings search = r->trained.search;
	struct corpus corpus;
	bool good;

	search.nbest = 1;
	search.length_factor = 0;
	search.length_offset = CAPTION_SIZE;
	corpus_of_lines(&corpus, r->trained.vocabulary, source, NULL, (size_t)o->files,
	                r->trained.longest);
	good = translate(&r->trained.model, &corpus, &search, pool, interrupt_go_on, NULL, found) ||
	       error_set(error, "stopped");
	for (int i = 0; i < o->files; i++) {
		if (good)
			print_caption(&r->trained, o->file[i], &found[i], o->files > 1);
		nbest_free(&found[i]);
	}
	free(found);
	corpus_free(&corpus);
	return good && output_flush(error);
}

static bool describe(const struct options *o, struct database *database, struct error *error)
{
	char **source = memory_new((size_t)o->files, sizeof *source);
	struct pool *pool = pool_open((int)o->threads, error);
	struct picture_run r = { 0 };
	bool good = pool && picture_run_open(&r, database, o->run.id, false, error);

	for (int i = 0; i < o->files && good; i++)
		good = (source[i] = read_source(&r, o->file[i], error)) != NULL;
	good = good && describe_all(o, &r, pool, source, error);
	free_lines(source, (size_t)o->files);
	picture_run_close(&r);
	pool_close(pool);
	return good;
}

int describe_command(int argc, char **argv)
{
	struct options o = { .threads = machine_processors() };
	struct database database = { 0 };
	struct error error;
	bool described;
	int option;

	while ((option = command_option(&command_describe, argc, argv)) > 0)
		if (!take_option(&o, option, optarg))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	o.file = argv + optind;
	o.files = argc - optind;
	if (!run_choice_made(&o.run) || !o.files) {
		fputs("bakeoff describe: give --run ID or --pack FILE, and a PNG\n", stderr);
		return 2;
	}
	interrupt_catch();
	described = gemm_init(&error) && run_choice_open(&o.run, &database, &error) &&
	            describe(&o, &database, &error);
	database_close(&database);
	if (!described)
		fprintf(stderr, "bakeoff describe: %s\n", error.message);
	return described ? 0 : 1;
}
