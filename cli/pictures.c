/* pictures.c - what `bakeoff draw` and `bakeoff describe` have in common: runs of these tasks, and
 * pictures in a terminal. */
#include "cli/pictures.h"

#include "cli/terminal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The task of a run, and the edge of its pictures. */
static bool read_settings(struct picture_run *r, struct database *database, long run, bool draws,
                          struct error *error)
{
	const char *const wanted = draws ? "draw" : "describe", *task, *size;
	struct run_record record;
	json_t *settings, *data;
	bool good;

	if (!database_run_read(database, run, &record, error))
		return false;
	settings = json_loads(record.settings, 0, NULL);
	data = json_object_get(settings, "data");
	task = json_string_value(json_object_get(data, "task"));
	size = json_string_value(json_object_get(json_object_get(data, "picture"), "size"));
	good = task && !strcmp(task, wanted);
	if (!good)
		error_set(error, "run %ld has learned the task %s; this needs a run of %s", run,
		          task ? task : "of an older version", wanted);
	r->edge = size && !strcmp(size, "32") ? 32 : 16;
	json_decref(settings);
	run_record_free(&record);
	return good;
}

static bool read_codebook(struct picture_run *r, bool draws, struct error *error)
{
	const struct vocabulary *vocabulary =
		r->trained.vocabulary[draws ? SIDE_TARGET : SIDE_SOURCE];
	const int words = vocabulary_size(vocabulary) - TOKEN_SPECIALS;
	const char **word = memory_new((size_t)words + 1, sizeof *word);
	bool good;

	for (int i = 0; i < words; i++)
		word[i] = vocabulary_token(vocabulary, TOKEN_SPECIALS + i);
	good = codebook_of_words(&r->codebook, word, (size_t)words, error);
	free(word);
	return good;
}

bool picture_run_open(struct picture_run *r, struct database *database, long run, bool draws,
                      struct error *error)
{
	*r = (struct picture_run){ 0 };
	if (!read_settings(r, database, run, draws, error) ||
	    !trained_open(&r->trained, database, run, error))
		return false;
	if (read_codebook(r, draws, error))
		return true;
	picture_run_close(r);
	return false;
}

void picture_run_close(struct picture_run *r)
{
	codebook_free(&r->codebook);
	trained_close(&r->trained);
}

static bool is_told(const struct facts *facts)
{
	if (facts->objects < 1 || facts->objects > SCENE_OBJECTS)
		return false;
	for (int i = 0; i < facts->objects; i++)
		if (facts->object[i].shape < 0 || facts->object[i].colour < 0)
			return false;
	return facts->objects == 1 || facts->relation[0][1] >= 0;
}

void picture_say(const struct facts *facts, char text[CAPTION_SIZE])
{
	if (is_told(facts))
		caption_write(facts, text);
	else
		snprintf(text, CAPTION_SIZE, "nothing that a caption could say");
}

/* Two pixels, one above the other. */
static void put_pair(FILE *out, const struct terminal *terminal, int upper, int lower)
{
	const int pixel[2] = { upper, lower };

	for (int i = 0; i < 2; i++) {
		const unsigned char *rgb = pixel_rgb[pixel[i]];

		if (terminal->colours == COLOURS_TRUE)
			fprintf(out, "\033[%d;2;%d;%d;%dm", i ? 48 : 38, rgb[0], rgb[1], rgb[2]);
		else
			fprintf(out, "\033[%d;5;%dm", i ? 48 : 38,
			        16 + 36 * ((rgb[0] * 5 + 127) / 255) +
			                6 * ((rgb[1] * 5 + 127) / 255) + (rgb[2] * 5 + 127) / 255);
	}
	fputs("▀", out);
}

static void put_row(FILE *out, const struct terminal *terminal, const struct picture *picture,
                    int row)
{
	const unsigned char *pixel = &picture->pixel[row * picture->edge];

	for (int x = 0; x < picture->edge; x++)
		if (terminal->colours == COLOURS_NONE)
			fputc(pixel_letter(pixel[x]), out);
		else
			put_pair(out, terminal, pixel[x], pixel[x + picture->edge]);
	if (terminal->colours != COLOURS_NONE)
		fputs("\033[0m", out);
}

void pictures_print(FILE *out, const struct picture *picture, int count)
{
	const struct terminal terminal = terminal_of(out);
	const int edge = picture->edge, step = terminal.colours == COLOURS_NONE ? 1 : 2;
	const int fit = (terminal.columns + 1) / (edge + 1), columns = fit > 1 ? fit : 1;

	for (int first = 0; first < count; first += columns) {
		if (first)
			fputc('\n', out);
		for (int row = 0; row < edge; row += step) {
			for (int i = first; i < count && i < first + columns; i++) {
				if (i > first)
					fputc(' ', out);
				put_row(out, &terminal, &picture[i], row);
			}
			fputc('\n', out);
		}
	}
}
