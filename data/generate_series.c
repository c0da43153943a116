/* generate_series.c - series: which process made a noisy series of numbers (series.h)? */
#include "data/generator.h"
#include "data/series.h"

#include <stdio.h>
#include <stdlib.h>

static long series_words(const struct data_settings *settings, enum side side)
{
	return side == SIDE_SOURCE ? settings->levels : SERIES_PROCESSES;
}

static void series_word(const struct data_settings *settings, enum side side, long number,
                        char text[GENERATED_WORD_BYTES])
{
	(void)settings;
	if (side == SIDE_SOURCE)
		snprintf(text, GENERATED_WORD_BYTES, "%ld", number);
	else
		snprintf(text, GENERATED_WORD_BYTES, "%s", series_process_name[number]);
}

static bool check_series(const struct data_settings *settings, struct error *error)
{
	if (settings->levels < 2)
		return error_set(error, "data.levels = %ld: a series needs two levels or more",
		                 settings->levels);
	return settings->shortest_generated >= 2 ||
	       error_set(error, "data.shortest_sentence = %ld: a series needs two values or more",
	                 settings->shortest_generated);
}

static void draw_series(struct drawing *d)
{
	const enum series_process process = (enum series_process)drawing_below(d, SERIES_PROCESSES);
	const long length = drawing_length(d);
	double *x = memory_new((size_t)length, sizeof *x);

	series_draw(process, d->settings->noise, d->chance, length, length, x);
	for (long t = 0; t < length; t++)
		sequence_add(&d->side[SIDE_SOURCE],
		             series_level((enum series_quantisation)d->settings->quantisation,
		                          (int)d->settings->levels, x[t]));
	sequence_add(&d->side[SIDE_TARGET], process);
	free(x);
}

const struct generator generate_series = {
	.lengths = true,
	.keys = "|levels|quantisation|noise|",
	.check = check_series,
	.words = series_words,
	.word = series_word,
	.draw = draw_series,
};
