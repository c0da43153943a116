/* generate_agreement.c - agreement: sentences whose verb agrees with a subject some words before
 * it.
 *
 * After Linzen, Dupoux, Goldberg 2016, "Assessing the ability of LSTMs to learn syntax-sensitive
 * dependencies": other nouns, of either number, stand between subject and verb, in phrases and in
 * clauses that have a verb of their own:
 *
 *     sentence:  phrase modifier* VERB [ADVERB] | phrase modifier* is|are ADJECTIVE [ADVERB]
 *     phrase:    the [ADJECTIVE] NOUN
 *     modifier:  PREPOSITION phrase | that phrase TRANSITIVE
 *
 * Training has 0 to `attractors` modifiers, each number as probable, the test set `longer` more, up
 * to longer_attractors. Every noun's number is drawn by itself. */
#include "data/agreement.h"
#include "data/generator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where words of two numbers are, the singular is first. */
enum {
	THE,
	THAT,
	PREPOSITION,
	PREPOSITIONS = 4,
	ADJECTIVE = PREPOSITION + PREPOSITIONS,
	ADJECTIVES = 6,
	ADVERB = ADJECTIVE + ADJECTIVES,
	ADVERBS = 6,
	NOUN = ADVERB + ADVERBS,
	NOUNS = 12,
	TRANSITIVE = NOUN + 2 * NOUNS,
	TRANSITIVES = 6,
	VERB = TRANSITIVE + 2 * TRANSITIVES,
	VERBS = 6,
	COPULA = VERB + 2 * VERBS,
	WORDS = COPULA + 2
};

static const char *const lexicon[WORDS] = {
	"the",    "that",     "near",    "behind",   "beside",  "with",     "old",     "new",
	"big",    "small",    "red",     "good",     "now",     "here",     "often",   "again",
	"slowly", "today",    "key",     "keys",     "cabinet", "cabinets", "dog",     "dogs",
	"child",  "children", "teacher", "teachers", "author",  "authors",  "picture", "pictures",
	"man",    "men",      "woman",   "women",    "boat",    "boats",    "farmer",  "farmers",
	"house",  "houses",   "likes",   "like",     "sees",    "see",      "knows",   "know",
	"helps",  "help",     "finds",   "find",     "wants",   "want",     "falls",   "fall",
	"sleeps", "sleep",    "waits",   "wait",     "stays",   "stay",     "moves",   "move",
	"sings",  "sing",     "is",      "are",
};

static long words(const struct data_settings *settings, enum side side)
{
	(void)settings, (void)side;
	return WORDS;
}

static void word(const struct data_settings *settings, enum side side, long number,
                 char text[GENERATED_WORD_BYTES])
{
	(void)settings, (void)side;
	snprintf(text, GENERATED_WORD_BYTES, "%s", lexicon[number]);
}

static bool has(const struct data_settings *settings, enum generated_set set)
{
	return set == GENERATED_LONGER && settings->longer_attractors;
}

static bool check(const struct data_settings *s, struct error *error)
{
	return !s->longer_attractors || s->longer_attractors > s->attractors ||
	       error_set(error,
	                 "data.longer_attractors = %ld: must be more than data.attractors = %ld, "
	                 "or 0 for no such test set",
	                 s->longer_attractors, s->attractors);
}

/* A subject, modifiers of 5 words, a verb and what follows. */
static long tokens(const struct data_settings *s, long length)
{
	(void)length;
	return 6 + 5 * (s->longer_attractors ? s->longer_attractors : s->attractors);
}

static void add_phrase(struct drawing *d, long number)
{
	sequence_add(&d->side[SIDE_TARGET], THE);
	if (drawing_below(d, 2))
		sequence_add(&d->side[SIDE_TARGET], ADJECTIVE + drawing_below(d, ADJECTIVES));
	sequence_add(&d->side[SIDE_TARGET], NOUN + 2 * drawing_below(d, NOUNS) + number);
}

static void add_modifier(struct drawing *d)
{
	struct sequence *text = &d->side[SIDE_TARGET];
	const bool clause = drawing_below(d, 2);
	const long number = drawing_below(d, 2);

	sequence_add(text, clause ? THAT : PREPOSITION + drawing_below(d, PREPOSITIONS));
	add_phrase(d, number);
	if (clause)
		sequence_add(text, TRANSITIVE + 2 * drawing_below(d, TRANSITIVES) + number);
}

static void draw(struct drawing *d)
{
	const struct data_settings *s = d->settings;
	struct sequence *text = &d->side[SIDE_TARGET];
	const long number = drawing_below(d, 2);
	const long modifiers = d->set == GENERATED_LONGER
	                               ? drawing_between(d, s->attractors + 1, s->longer_attractors)
	                               : drawing_below(d, s->attractors + 1);

	add_phrase(d, number);
	for (long i = 0; i < modifiers; i++)
		add_modifier(d);
	if (drawing_below(d, 2)) {
		sequence_add(text, VERB + 2 * drawing_below(d, VERBS) + number);
	} else {
		sequence_add(text, COPULA + number);
		sequence_add(text, ADJECTIVE + drawing_below(d, ADJECTIVES));
	}
	if (drawing_below(d, 2))
		sequence_add(text, ADVERB + drawing_below(d, ADVERBS));
}

const struct generator generate_agreement = {
	.joint = true,
	.keys = "|attractors|longer_attractors|",
	.has = has,
	.check = check,
	.tokens = tokens,
	.words = words,
	.word = word,
	.draw = draw,
};

/* A word's number in the lexicon; WORDS where it has none. */
static int find_word(const char *text, size_t bytes)
{
	int i = 0;

	while (i < WORDS && (strlen(lexicon[i]) != bytes || memcmp(lexicon[i], text, bytes)))
		i++;
	return i;
}

static bool is_plural(int word)
{
	return (word - NOUN) % 2;
}

/* The sentence with other bytes in place of one word. */
static char *replace(const char *sentence, const char *word, size_t bytes, const char *other)
{
	const size_t before = (size_t)(word - sentence), added = strlen(other);
	const size_t after = strlen(word + bytes) + 1;
	char *text = memory_new(before + added + after, 1);

	memcpy(text, sentence, before);
	memcpy(text + before, other, added);
	memcpy(text + before + added, word + bytes, after);
	return text;
}

/* Counts the noun in; its number beside the subject's decides what it is. */
static void count_noun(struct agreement *found, int noun, int *subject)
{
	if (*subject < 0) {
		*subject = noun;
		found->distance = 0;
		return;
	}
	found->nouns++;
	found->attractors += is_plural(noun) != is_plural(*subject);
}

/* The verb of the sentence is the first outside a clause; each clause has one of its own. */
bool agreement_contrast(const char *sentence, struct agreement *found)
{
	bool clause = false;
	int subject = -1;

	*found = (struct agreement){ 0 };
	for (const char *at = sentence; *at; at += *at == ' ') {
		const size_t bytes = strcspn(at, " ");
		const int word = find_word(at, bytes);

		if (word == WORDS)
			return false;
		if (word >= VERB && subject >= 0 && !clause) {
			found->wrong = replace(sentence, at, bytes,
			                       lexicon[is_plural(word) ? word - 1 : word + 1]);
			return true;
		}
		found->distance++;
		clause = word == THAT || (clause && word < TRANSITIVE);
		if (word >= NOUN && word < TRANSITIVE)
			count_noun(found, word, &subject);
		at += bytes;
	}
	return false;
}
