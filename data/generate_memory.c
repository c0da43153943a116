/* generate_memory.c - copy-memory, recall and multi-recall: something from far back, asked for at the end. */
#include "data/generator.h"

#include <stdio.h>
#include <stdlib.h>

/* copy-memory, after Hochreiter and Schmidhuber 1997, "Long short-term memory", Arjovsky, Shah,
 * Bengio 2016, "Unitary evolution recurrent neural networks", and Bai, Kolter, Koltun 2018, "An
 * empirical evaluation of generic convolutional and recurrent networks for sequence modeling":
 * symbols, blanks, a marker; the target is the symbols. They are asked for in a target rather than
 * at the last steps of a sequence of equal length, so that no answer is "blank" and every score is
 * of what was remembered. */
enum { BLANK, MARKER, FIRST_SYMBOL };

static long memory_words(const struct data_settings *settings, enum side side)
{
	(void)side;
	return FIRST_SYMBOL + settings->symbols;
}

static void memory_word(const struct data_settings *settings, enum side side, long number,
                        char text[GENERATED_WORD_BYTES])
{
	(void)settings, (void)side;
	if (number < FIRST_SYMBOL)
		snprintf(text, GENERATED_WORD_BYTES, "%s", number == BLANK ? "_" : "go");
	else
		snprintf(text, GENERATED_WORD_BYTES, "s%ld", number - FIRST_SYMBOL + 1);
}

static long memory_tokens(const struct data_settings *settings, long length)
{
	return length + settings->blanks + 1;
}

/* A number of the settings, or with `vary` any from `least` to it. */
static long draw_number(struct drawing *d, long least, long most)
{
	return d->settings->vary ? drawing_between(d, least, most) : most;
}

static void draw_memory(struct drawing *d)
{
	const long length = drawing_length(d), blanks = draw_number(d, 0, d->settings->blanks);
	struct sequence *source = &d->side[SIDE_SOURCE];

	for (long i = 0; i < length; i++)
		sequence_add(source, FIRST_SYMBOL + drawing_below(d, d->settings->symbols));
	sequence_join(&d->side[SIDE_TARGET], source);
	for (long i = 0; i < blanks; i++)
		sequence_add(source, BLANK);
	sequence_add(source, MARKER);
}

const struct generator generate_copy_memory = {
	.joint = true,
	.lengths = true,
	.keys = "|symbols|blanks|vary|",
	.tokens = memory_tokens,
	.words = memory_words,
	.word = memory_word,
	.draw = draw_memory,
};

/* recall: associative recall, of several keys at once, after Ba et al. 2016, "Using fast weights to
 * attend to the recent past", section 4.1, and Arora et al. 2023, "Zoology: measuring and improving
 * recall in efficient language models": keys each with its value, then some of the keys again; the
 * target is their values. The keys of a sentence are different; values may be alike. */
static long recall_words(const struct data_settings *settings, enum side side)
{
	(void)side;
	return 1 + settings->keys + settings->values;
}

static void recall_word(const struct data_settings *settings, enum side side, long number,
                        char text[GENERATED_WORD_BYTES])
{
	const long keys = settings->keys;

	(void)side;
	if (number == 0)
		snprintf(text, GENERATED_WORD_BYTES, "?");
	else if (number > keys + settings->values)
		snprintf(text, GENERATED_WORD_BYTES, "-");
	else
		snprintf(text, GENERATED_WORD_BYTES, number <= keys ? "k%ld" : "v%ld",
		         number <= keys ? number : number - keys);
}

#define RECALL_KEYS "|pairs|queries|keys|values|vary|"

static bool check_keys(const struct data_settings *s, struct error *error)
{
	return s->pairs <= s->keys ||
	       error_set(error,
	                 "data.pairs = %ld: must not be more than data.keys = %ld, because a "
	                 "sentence's keys are different",
	                 s->pairs, s->keys);
}

static bool recall_check(const struct data_settings *s, struct error *error)
{
	if (!check_keys(s, error))
		return false;
	if (s->queries > s->pairs)
		return error_set(error,
		                 "data.queries = %ld: must not be more than data.pairs = %ld",
		                 s->queries, s->pairs);
	return true;
}

static long recall_tokens(const struct data_settings *settings, long length)
{
	(void)length;
	return 2 * settings->pairs + 1 + settings->queries;
}

static void draw_recall(struct drawing *d)
{
	const struct data_settings *s = d->settings;
	struct sequence *source = &d->side[SIDE_SOURCE];
	const long pairs = draw_number(d, s->queries, s->pairs);
	long *key = drawing_choose(d, pairs, s->keys);
	long *query = drawing_choose(d, s->queries, pairs);

	for (long i = 0; i < pairs; i++) {
		sequence_add(source, 1 + key[i]);
		sequence_add(source, 1 + s->keys + drawing_below(d, s->values));
	}
	sequence_add(source, 0);
	for (long i = 0; i < s->queries; i++) {
		sequence_add(source, source->word[2 * query[i]]);
		sequence_add(&d->side[SIDE_TARGET], source->word[2 * query[i] + 1]);
	}
	free(key);
	free(query);
}

const struct generator generate_recall = {
	.joint = true,
	.keys = RECALL_KEYS,
	.check = recall_check,
	.tokens = recall_tokens,
	.words = recall_words,
	.word = recall_word,
	.draw = draw_recall,
};

/* multi-recall: the same as labels, in one sequence, after Arora et al. 2023, section 3: many keys
 * are asked for, again and again. The label of a value is its key, that of a key that is asked for
 * its value; of all else "-". Without the labels of values, which ask for no more than the word
 * before, whether a model comes upon the two steps of a look-up together is a matter of luck. */
static long multi_words(const struct data_settings *settings, enum side side)
{
	return recall_words(settings, side) + 1;
}

static void draw_multi(struct drawing *d)
{
	const struct data_settings *s = d->settings;
	const long pairs = draw_number(d, s->pairs < 2 ? s->pairs : 2, s->pairs);
	const long nothing = 1 + s->keys + s->values;
	long *key = drawing_choose(d, pairs, s->keys);
	struct sequence *source = &d->side[SIDE_SOURCE], *target = &d->side[SIDE_TARGET];

	for (long i = 0; i < pairs; i++) {
		sequence_add(source, 1 + key[i]);
		sequence_add(source, 1 + s->keys + drawing_below(d, s->values));
		sequence_add(target, nothing);
		sequence_add(target, 1 + key[i]);
	}
	sequence_add(source, 0);
	sequence_add(target, nothing);
	for (long i = 0; i < s->queries; i++) {
		const long asked = drawing_below(d, pairs);

		sequence_add(source, source->word[2 * asked]);
		sequence_add(target, source->word[2 * asked + 1]);
	}
	free(key);
}

const struct generator generate_multi_recall = {
	.keys = RECALL_KEYS,
	.check = check_keys,
	.tokens = recall_tokens,
	.words = multi_words,
	.word = recall_word,
	.draw = draw_multi,
};
