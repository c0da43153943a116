/* generate_order.c - copy, reverse, sort: the symbols of the source again, in some order.
 *
 * After Graves, Wayne, Danihelka 2014, "Neural Turing machines", sections 4.1 and 4.5, and
 * Grefenstette et al. 2015, "Learning to transduce with unbounded memory": random symbols, tested
 * at lengths beyond those of training. Symbols may be there more than once; sorting is by number:
 * s2 before s10. */
#include "data/generator.h"

#include <stdio.h>
#include <stdlib.h>

static long words(const struct data_settings *settings, enum side side)
{
	(void)side;
	return settings->symbols;
}

static void word(const struct data_settings *settings, enum side side, long number,
                 char text[GENERATED_WORD_BYTES])
{
	(void)settings, (void)side;
	snprintf(text, GENERATED_WORD_BYTES, "s%ld", number + 1);
}

static void draw_source(struct drawing *d)
{
	const long length = drawing_length(d);

	for (long i = 0; i < length; i++)
		sequence_add(&d->side[SIDE_SOURCE], drawing_below(d, d->settings->symbols));
}

static void draw_copy(struct drawing *d)
{
	draw_source(d);
	sequence_join(&d->side[SIDE_TARGET], &d->side[SIDE_SOURCE]);
}

static void draw_reverse(struct drawing *d)
{
	const struct sequence *source = &d->side[SIDE_SOURCE];

	draw_source(d);
	for (long i = source->length - 1; i >= 0; i--)
		sequence_add(&d->side[SIDE_TARGET], source->word[i]);
}

static int by_number(const void *left, const void *right)
{
	const long *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void draw_sort(struct drawing *d)
{
	struct sequence *target = &d->side[SIDE_TARGET];

	draw_copy(d);
	qsort(target->word, (size_t)target->length, sizeof *target->word, by_number);
}

#define ORDER(drawn)                                                                               \
	{                                                                                          \
		.joint = true, .lengths = true, .keys = "|symbols|", .words = words, .word = word, \
		.draw = drawn                                                                      \
	}

const struct generator generate_copy = ORDER(draw_copy);
const struct generator generate_reverse = ORDER(draw_reverse);
const struct generator generate_sort = ORDER(draw_sort);
