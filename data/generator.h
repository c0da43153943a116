/* generator.h - what makes the sentences of a generated task. */
#ifndef BAKEOFF_DATA_GENERATOR_H
#define BAKEOFF_DATA_GENERATOR_H

#include "data/settings.h"

#include <gsl/gsl_rng.h>

/* What is generated; those behind the test set ask for more than training showed. */
enum generated_set {
	GENERATED_TRAIN,
	GENERATED_VALID,
	GENERATED_TEST,          /* of the same distribution */
	GENERATED_LONGER,        /* longer sentences than any in training */
	GENERATED_SYSTEMATICITY, /* parts put together as never in training */
	GENERATED_PRODUCTIVITY,  /* more parts put together than ever in training */
	GENERATED_COMBINATIONS,  /* colours and shapes put together as never in training */
	GENERATED_SETS
};

enum { GENERATED_WORD_BYTES = 24 }; /* of the text of a word at most, its NUL counted */

/* Words by number, from 0. Starts zeroed. */
struct sequence {
	long *word; /* [length]; freed by sequence_free */
	long length, room;
};

void sequence_add(struct sequence *, long word);
void sequence_join(struct sequence *, const struct sequence *other);
void sequence_free(struct sequence *);

/* One sentence that is being drawn. */
struct drawing {
	const struct data_settings *settings;
	enum generated_set set;
	gsl_rng *chance;
	struct sequence side[SIDES]; /* empty before */
};

/* A number from 0 to n - 1, each as probable. */
long drawing_below(struct drawing *, long n);

/* The same from `least` to `most`. */
long drawing_between(struct drawing *, long least, long most);

/* A length of the set: shortest_sentence to longest_sentence, of GENERATED_LONGER from there to
 * longer_sentence. */
long drawing_length(struct drawing *);

/* `count` different ones of the numbers below n, in an order by chance; the caller frees them. */
long *drawing_choose(struct drawing *, long count, long n);

struct generated;

/* What draws a sentence is a function of settings, set and chance alone. */
struct generator {
	bool joint;   /* one vocabulary, words are asked for with SIDE_SOURCE; of texts alone too */
	bool lengths; /* shortest_sentence, longest_sentence and longer_sentence say how long */

	/* The other keys of `data:` that are its own, "|symbols|blanks|"; NULL: none. An experiment
	 * file that sets one that no part of its task reads is refused (task_reads). */
	const char *keys;

	/* Whether a set behind the test set is made; NULL: none but GENERATED_LONGER, where there
	 * are lengths. */
	bool (*has)(const struct data_settings *, enum generated_set);

	/* What cannot be together, beside lengths; NULL: nothing. */
	bool (*check)(const struct data_settings *, struct error *);

	/* Tokens of the longer side of a sentence of that length at most; NULL: the length. */
	long (*tokens)(const struct data_settings *, long length);

	/* How many words a side has, and the text of one. */
	long (*words)(const struct data_settings *, enum side);
	void (*word)(const struct data_settings *, enum side, long number,
	             char text[GENERATED_WORD_BYTES]);

	void (*draw)(struct drawing *);

	/* In place of word and draw: makes all at once, of `words` at most. */
	void (*make)(struct generated *, const struct data_settings *);
};

extern const struct generator generate_copy, generate_reverse, generate_sort; /* _order.c */
extern const struct generator generate_copy_memory, generate_recall, generate_multi_recall; /* _memory.c */
extern const struct generator generate_adding;
extern const struct generator generate_parity, generate_modular; /* _state.c */
extern const struct generator generate_list_ops;
extern const struct generator generate_string_edits;
extern const struct generator generate_draw, generate_describe; /* _pictures.c */
extern const struct generator generate_series, generate_forecast;
extern const struct generator generate_agreement;

#endif
