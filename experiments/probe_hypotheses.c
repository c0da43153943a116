/* probe_hypotheses.c - how right hypotheses are, by what was asked. */
#include "experiments/probe.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The next word of a text, or NULL. */
static const char *next_word(const char **text, size_t *length)
{
	const char *word = *text + strspn(*text, " ");

	*length = strcspn(word, " ");
	*text = word + *length;
	return *length ? word : NULL;
}

static long words_of(const char *text)
{
	size_t length;
	long words = 0;

	while (next_word(&text, &length))
		words++;
	return words;
}

double probe_source_words(const char *test_set, const struct translation *t)
{
	(void)test_set;
	return (double)words_of(t->source);
}

/* Words of a text that are this one. */
static long count_word(const char *text, const char *which)
{
	const char *word;
	size_t length;
	long count = 0;

	while ((word = next_word(&text, &length)))
		count += length == strlen(which) && !memcmp(word, which, length);
	return count;
}

double probe_blanks(const char *test_set, const struct translation *t)
{
	(void)test_set;
	return (double)count_word(t->source, "_");
}

double probe_pairs(const char *test_set, const struct translation *t)
{
	const char *question = strchr(t->source, '?');

	(void)test_set;
	return question ? (double)(words_of(t->source) - 1 - words_of(question + 1)) / 2
	                : (double)NAN;
}

double probe_exact(const struct translation *t)
{
	return !strcmp(t->hypothesis, t->reference);
}

/* Of the words from number `from` on, the share of places where both texts have the same. */
static double share_right(const char *hypothesis, const char *reference, long from)
{
	const char *a, *b;
	size_t a_length = 0, b_length = 0;
	long right = 0, words = 0;

	for (long place = 0;; place++) {
		a = next_word(&hypothesis, &a_length);
		b = next_word(&reference, &b_length);
		if (!a && !b)
			return words ? (double)right / (double)words : 1;
		words += place >= from;
		right += place >= from && a && b && a_length == b_length &&
		         !memcmp(a, b, a_length);
	}
}

double probe_tokens_right(const struct translation *t)
{
	return share_right(t->hypothesis, t->reference, 0);
}

double probe_answers_right(const struct translation *t)
{
	const char *question = strchr(t->source, '?');

	return share_right(t->hypothesis, t->reference,
	                   question ? words_of(t->source) - words_of(question + 1) : 0);
}

struct taking {
	const struct probe_material *material;
	int series;
	long seed;
};

static void take(void *context, const char *test_set, const struct translation *translation)
{
	const struct taking *t = context;
	const struct probe *probe = t->material->probe;

	measured_add(t->material->measured, t->series, t->seed, probe->place(test_set, translation),
	             probe->value(translation));
}

bool probe_measure_hypotheses(const struct probe_material *material, struct error *error)
{
	for (int i = 0; i < material->experiment->contestants; i++)
		measured_series(material->measured, material->experiment->contestant[i].name);
	for (size_t i = 0; i < material->trials; i++) {
		const struct probe_trial *trial = &material->trial[i];
		struct taking taking = {
			material, measured_series(material->measured, trial->contestant->name),
			trial->seed
		};

		if (!translations_each(material->database, trial->run, take, &taking, error))
			return false;
	}
	return true;
}
