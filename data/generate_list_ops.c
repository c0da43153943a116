/* generate_list_ops.c - list-ops: the value of nested lists of digits.
 *
 * After Nangia and Bowman 2018, "ListOps: a diagnostic dataset for latent tree learning": "[MAX"
 * and its like open a list of 2 to 5 arguments, each a digit or a list, "]" closes it. MIN, MAX;
 * MED, the median, of an even number of values the mean of the middle two, rounded down; SM, the
 * sum modulo 10. Lists are at most `depth` deep. A length is of tokens, all of them uniformly
 * drawn, other than there, where a tree is drawn and may be of any length. */
#include "data/generator.h"

#include <stdio.h>
#include <stdlib.h>

enum { OPERATOR_MIN, OPERATOR_MAX, OPERATOR_MED, OPERATOR_SM, OPERATORS };
enum { DIGITS = 10, FIRST_OPERATOR = DIGITS, CLOSE = FIRST_OPERATOR + OPERATORS, WORDS };
enum { ARGUMENTS_LEAST = 2, ARGUMENTS = 5, LIST_LEAST = 2 + ARGUMENTS_LEAST };

static long words(const struct data_settings *settings, enum side side)
{
	(void)settings;
	return side == SIDE_SOURCE ? WORDS : DIGITS;
}

static void word(const struct data_settings *settings, enum side side, long number,
                 char text[GENERATED_WORD_BYTES])
{
	static const char *const name[] = { "[MIN", "[MAX", "[MED", "[SM", "]" };

	(void)settings, (void)side;
	if (number < DIGITS)
		snprintf(text, GENERATED_WORD_BYTES, "%ld", number);
	else
		snprintf(text, GENERATED_WORD_BYTES, "%s", name[number - FIRST_OPERATOR]);
}

/* Tokens of an expression of that depth at most; there are expressions of every number from
 * LIST_LEAST on, because a list may have up to 5 arguments. */
static long most_tokens(long depth)
{
	return depth ? 2 + ARGUMENTS * most_tokens(depth - 1) : 1;
}

static bool check(const struct data_settings *s, struct error *error)
{
	const long length = s->longer_generated ? s->longer_generated : s->longest_generated;

	if (s->shortest_generated < LIST_LEAST)
		return error_set(error,
		                 "data.shortest_sentence = %ld: must be %d or more, the tokens of "
		                 "the smallest list",
		                 s->shortest_generated, LIST_LEAST);
	if (length > most_tokens(s->depth))
		return error_set(error,
		                 "data.depth = %ld: lists so deep have %ld tokens at most, fewer "
		                 "than data.%s_sentence = %ld",
		                 s->depth, most_tokens(s->depth),
		                 s->longer_generated ? "longer" : "longest", length);
	return true;
}

/* How many arguments a list has, and how many of them are lists. */
struct shape {
	int arguments, lists;
};

/* Whether such arguments, each of at most `most` tokens, can have so many tokens together. */
static bool fits(struct shape shape, long tokens, long most)
{
	const long digits = shape.arguments - shape.lists;

	if (!shape.lists)
		return tokens == digits;
	return most >= LIST_LEAST && tokens >= digits + LIST_LEAST * shape.lists &&
	       tokens <= digits + most * shape.lists;
}

static struct shape draw_shape(struct drawing *d, long tokens, long most)
{
	struct shape fit[(ARGUMENTS + 1) * (ARGUMENTS + 1)], shape;
	int count = 0;

	for (shape.arguments = ARGUMENTS_LEAST; shape.arguments <= ARGUMENTS; shape.arguments++)
		for (shape.lists = 0; shape.lists <= shape.arguments; shape.lists++)
			if (fits(shape, tokens, most))
				fit[count++] = shape;
	return fit[drawing_below(d, count)];
}

/* Splits tokens into those of the arguments; returns how many there are. */
static int draw_split(struct drawing *d, long tokens, long most, long size[ARGUMENTS])
{
	const struct shape shape = draw_shape(d, tokens, most);
	long spare = tokens - shape.arguments - (LIST_LEAST - 1) * shape.lists;
	int lists = shape.lists;

	for (int i = 0; i < shape.arguments; i++) {
		long others, least, largest = most - LIST_LEAST;

		size[i] = 1;
		if (drawing_below(d, shape.arguments - i) >= lists)
			continue;
		others = --lists * largest;
		least = spare > others ? spare - others : 0;
		size[i] = drawing_between(d, least, spare < largest ? spare : largest);
		spare -= size[i];
		size[i] += LIST_LEAST;
	}
	return shape.arguments;
}

static int by_value(const void *left, const void *right)
{
	const long *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static long apply(long kind, long value[ARGUMENTS], int count)
{
	long sum = 0;

	qsort(value, (size_t)count, sizeof *value, by_value);
	for (int i = 0; i < count; i++)
		sum += value[i];
	switch (kind) {
	case OPERATOR_MIN:
		return value[0];
	case OPERATOR_MAX:
		return value[count - 1];
	case OPERATOR_MED:
		return (value[(count - 1) / 2] + value[count / 2]) / 2;
	default:
		return sum % 10;
	}
}

/* Draws an expression of so many tokens; returns its value. */
static long draw_expression(struct drawing *d, long tokens, long depth)
{
	long size[ARGUMENTS], value[ARGUMENTS], kind;
	int count;

	if (tokens == 1) {
		const long digit = drawing_below(d, DIGITS);

		sequence_add(&d->side[SIDE_SOURCE], digit);
		return digit;
	}
	kind = drawing_below(d, OPERATORS);
	sequence_add(&d->side[SIDE_SOURCE], FIRST_OPERATOR + kind);
	count = draw_split(d, tokens - 2, most_tokens(depth - 1), size);
	for (int i = 0; i < count; i++)
		value[i] = draw_expression(d, size[i], depth - 1);
	sequence_add(&d->side[SIDE_SOURCE], CLOSE);
	return apply(kind, value, count);
}

static void draw(struct drawing *d)
{
	const long tokens = drawing_length(d);

	sequence_add(&d->side[SIDE_TARGET], draw_expression(d, tokens, d->settings->depth));
}

const struct generator generate_list_ops = {
	.lengths = true,
	.keys = "|depth|",
	.check = check,
	.words = words,
	.word = word,
	.draw = draw,
};
