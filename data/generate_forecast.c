/* generate_forecast.c - forecast: the values that follow a noisy series of numbers (series.h). */
#include "data/generator.h"
#include "data/series.h"

#include <stdio.h>
#include <stdlib.h>

static enum series_quantisation quantisation_of(const struct data_settings *settings)
{
	return (enum series_quantisation)settings->quantisation;
}

static long levels(const struct data_settings *settings, enum side side)
{
	(void)side;
	return settings->levels;
}

/* Words are the numbers themselves, so that a text of them can be scored without the settings. */
static void level(const struct data_settings *settings, enum side side, long number,
                  char text[GENERATED_WORD_BYTES])
{
	(void)side;
	snprintf(text, GENERATED_WORD_BYTES, "%.6g",
	         series_value(quantisation_of(settings), (int)settings->levels, (int)number));
}

static bool check(const struct data_settings *settings, struct error *error)
{
	if (settings->levels < 2)
		return error_set(error, "data.levels = %ld: a forecast needs two levels or more",
		                 settings->levels);
	return settings->shortest_generated >= 2 ||
	       error_set(error, "data.shortest_sentence = %ld: a forecast needs two values or more",
	                 settings->shortest_generated);
}

static long tokens(const struct data_settings *settings, long length)
{
	return length > settings->horizon ? length : settings->horizon;
}

static void draw(struct drawing *d)
{
	const enum series_process process = (enum series_process)drawing_below(d, SERIES_PROCESSES);
	const long past = drawing_length(d), length = past + d->settings->horizon;
	double *x = memory_new((size_t)length, sizeof *x);

	series_draw(process, d->settings->noise, d->chance, past, length, x);
	for (long t = 0; t < length; t++)
		sequence_add(
			&d->side[t < past ? SIDE_SOURCE : SIDE_TARGET],
			series_level(quantisation_of(d->settings), (int)d->settings->levels, x[t]));
	free(x);
}

const struct generator generate_forecast = {
	.joint = true,
	.lengths = true,
	.keys = "|levels|quantisation|noise|horizon|",
	.check = check,
	.tokens = tokens,
	.words = levels,
	.word = level,
	.draw = draw,
};
