/* dataset.h - the data of an experiment, ready to train on: vocabularies and encoded corpora. */
#ifndef BAKEOFF_DATASET_H
#define BAKEOFF_DATASET_H

#include "core/pool.h"
#include "core/ranks.h"
#include "data/task.h"
#include "data/vocabulary.h"

#include <stddef.h>
#include <stdint.h>

/* Parallel sentences. Sentence i of a side is id[side][start[side][i] .. start[side][i + 1]),
 * without begin and end of sentence. Without targets, id, start and text of SIDE_TARGET are NULL.
 *
 * Of OBJECTIVE_CONTINUE the target side alone is there: its ids are one stream, each line's tokens
 * and TOKEN_END, and "sentences" are blocks that it is cut into, equally long but for the last.
 */
struct corpus {
	char *name; /* "train", "valid", the test set's name, or "input"; owned */
	enum objective objective;
	size_t sentences;
	int *id[SIDES];
	size_t *start[SIDES];  /* [sentences + 1] */
	char **text[SIDES];    /* lines as read (lower-cased if asked); NULL for train, input, and a
	                          stream */
	size_t characters;     /* of a stream: code points as they become tokens, each end of line
	                          one more */
	size_t dropped;        /* pairs or lines left out because they were bad or too long */
	size_t cut;            /* sentences of which a side was cut to data.longest */
	size_t unknown[SIDES]; /* tokens that are TOKEN_UNKNOWN */
	uint64_t hash;         /* xxHash of both sides' text */
};

struct dataset {
	struct vocabulary *vocabulary[SIDES]; /* the same pointer twice where it is joint */
	struct corpus train, valid;
	struct corpus *test; /* [tests] */
	int tests;
	uint64_t hash; /* of all texts and vocabularies: runs with equal hashes saw the same data */
};

/* Told about slow steps and about what was dropped, in words for people, one line a call. */
typedef void dataset_report(void *context, const char *line);

/* Opens or generates the data; the pool, which may be NULL, shares the work of encoding. Vocabularies are learned from the training text, kept in `folder`
 * (which exists) as vocabulary-<16 hex>.model, a name that holds the hash of their text and
 * settings, and are taken from there when they are there already.
 * Training pairs that are empty on a side, not UTF-8 or longer than data.longest are errors or,
 * with data.bad_lines: drop, left out and reported. Validation and test sets stay whole: an empty
 * line stays and is an empty sentence, the ids of a too long side are cut to data.longest (its
 * text is not) and reported, and a line that is not UTF-8 is an error in any case.
 * Errors name the file, the line and the byte: unequal line counts (both counts), invalid UTF-8,
 * empty or missing files. On error the dataset is zeroed. Generated tasks write no files; their
 * test sets are "test" and those that their settings ask for (generated.h).
 * A stream keeps its empty lines, and both sides have its vocabulary. */
bool dataset_open(struct dataset *, const struct data_settings *, const char *folder,
                  struct pool *, dataset_report *, void *context, struct error *);
void dataset_free(struct dataset *);

/* The test sets alone, from files, of a dataset that has vocabularies and nothing else. On an error
 * it is still to be freed. */
bool dataset_open_tests(struct dataset *, const struct data_settings *, struct pool *,
                        dataset_report *, void *context, struct error *);

/* Gives all ranks what training needs of the dataset that rank 0 has opened: vocabularies, and the
 * ids of training and validation sets; they have no texts and no test sets. Theirs is zeroed before
 * and to be freed after, also where it fails. */
bool dataset_share(struct ranks *, struct dataset *, struct error *);

/* A corpus from lines in memory: sources, and targets where `target` is not NULL; a side longer
 * than `longest` - 1 tokens is cut and counted. */
void corpus_of_lines(struct corpus *, struct vocabulary *const vocabulary[SIDES],
                     char *const *source, char *const *target, size_t lines, long longest);
void corpus_free(struct corpus *);

/* Whether batches end a side's sentences with TOKEN_END. */
static inline bool corpus_ends(const struct corpus *corpus, enum side side)
{
	return side == SIDE_SOURCE || corpus->objective == OBJECTIVE_TRANSLATE;
}

/* Tokens of a sentence, end of sentence not counted; 0 for a side that the corpus lacks. */
static inline size_t corpus_length(const struct corpus *corpus, enum side side, size_t sentence)
{
	const size_t *start = corpus->start[side];

	return start ? start[sentence + 1] - start[sentence] : 0;
}

/* Steps of a sentence in a batch: tokens, and the end where there is one; 0 for a side that the
 * corpus lacks. */
static inline size_t corpus_steps(const struct corpus *corpus, enum side side, size_t sentence)
{
	return corpus->start[side] ? corpus_length(corpus, side, sentence) + corpus_ends(corpus, side)
	                           : 0;
}

/* The same of the first `sentences` together. */
static inline size_t corpus_steps_of(const struct corpus *corpus, enum side side, size_t sentences)
{
	const size_t *start = corpus->start[side];

	return start ? start[sentences] - start[0] + (corpus_ends(corpus, side) ? sentences : 0) : 0;
}

#endif
