/* generator.c - what generators share: sequences of words, draws. */
#include "data/generator.h"

#include <stdlib.h>
#include <string.h>

static void make_room(struct sequence *s, long more)
{
	if (more <= s->room - s->length)
		return;
	s->room = 2 * (s->length + more);
	s->word = memory_resize(s->word, (size_t)s->room, sizeof *s->word);
}

void sequence_add(struct sequence *s, long word)
{
	make_room(s, 1);
	s->word[s->length++] = word;
}

void sequence_join(struct sequence *s, const struct sequence *other)
{
	if (!other->length)
		return;
	make_room(s, other->length);
	memcpy(s->word + s->length, other->word, (size_t)other->length * sizeof *s->word);
	s->length += other->length;
}

void sequence_free(struct sequence *s)
{
	free(s->word);
	*s = (struct sequence){ 0 };
}

long drawing_below(struct drawing *d, long n)
{
	return (long)gsl_rng_uniform_int(d->chance, (unsigned long)n);
}

long drawing_between(struct drawing *d, long least, long most)
{
	return least + drawing_below(d, most - least + 1);
}

long drawing_length(struct drawing *d)
{
	const struct data_settings *s = d->settings;

	return d->set == GENERATED_LONGER
	               ? drawing_between(d, s->longest_generated + 1, s->longer_generated)
	               : drawing_between(d, s->shortest_generated, s->longest_generated);
}

long *drawing_choose(struct drawing *d, long count, long n)
{
	long *number = memory_new((size_t)n, sizeof *number);

	for (long i = 0; i < n; i++)
		number[i] = i;
	for (long i = 0; i < count; i++) {
		const long j = drawing_between(d, i, n - 1), other = number[j];

		number[j] = number[i];
		number[i] = other;
	}
	return number;
}
