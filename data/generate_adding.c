/* generate_adding.c - adding: the sum of the two numbers of a sequence that are marked.
 *
 * After Hochreiter and Schmidhuber 1997, "Long short-term memory", and Bai, Kolter, Koltun 2018,
 * "An empirical evaluation of generic convolutional and recurrent networks for sequence modeling",
 * whose numbers are real, marked by a second channel, and whose answer is a regression. Here
 * numbers are levels 0 to levels - 1, a marked one is a word of its own ("+3"), and the sum is one
 * of the labels 0 to 2 (levels - 1). One mark is in the first half, one in the second. Who ignores
 * the source is right once in `levels` times. */
#include "data/generator.h"

#include <stdio.h>

static long words(const struct data_settings *settings, enum side side)
{
	return side == SIDE_SOURCE ? 2 * settings->levels : 2 * settings->levels - 1;
}

static void word(const struct data_settings *settings, enum side side, long number,
                 char text[GENERATED_WORD_BYTES])
{
	const bool marked = side == SIDE_SOURCE && number >= settings->levels;

	snprintf(text, GENERATED_WORD_BYTES, marked ? "+%ld" : "%ld",
	         marked ? number - settings->levels : number);
}

static bool check(const struct data_settings *s, struct error *error)
{
	return s->shortest_generated >= 2 ||
	       error_set(error,
	                 "data.shortest_sentence = %ld: must be 2 or more, because adding marks "
	                 "two numbers",
	                 s->shortest_generated);
}

static void draw(struct drawing *d)
{
	const long length = drawing_length(d), levels = d->settings->levels;
	const long first = drawing_below(d, length / 2);
	const long second = drawing_between(d, length / 2, length - 1);
	long sum = 0;

	for (long i = 0; i < length; i++) {
		const bool marked = i == first || i == second;
		const long level = drawing_below(d, levels);

		sequence_add(&d->side[SIDE_SOURCE], level + (marked ? levels : 0));
		sum += marked ? level : 0;
	}
	sequence_add(&d->side[SIDE_TARGET], sum);
}

const struct generator generate_adding = {
	.lengths = true,
	.keys = "|levels|",
	.check = check,
	.words = words,
	.word = word,
	.draw = draw,
};
