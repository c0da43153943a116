/* dataset.h - the data of an experiment, ready to train on: vocabularies and encoded corpora. */
#ifndef BAKEOFF_DATASET_H
#define BAKEOFF_DATASET_H

#include "data/settings.h"
#include "data/vocabulary.h"

#include <stddef.h>
#include <stdint.h>

/* Parallel sentences. Sentence i of a side is id[side][start[side][i] .. start[side][i + 1]), without
 * begin and end of sentence. */
struct corpus {
	const char *name;    /* "train", "valid" or the test set's name */
	size_t sentences;
	int *id[SIDES];
	size_t *start[SIDES]; /* [sentences + 1] */
	char **text[SIDES];   /* the lines as they were read (lower-cased if asked); NULL for train */
	size_t dropped;       /* pairs left out because they were bad or too long */
	size_t unknown[SIDES]; /* tokens that are TOKEN_UNKNOWN */
	uint64_t hash;        /* xxHash of both sides' text */
};

struct dataset {
	struct vocabulary *vocabulary[SIDES]; /* the same pointer twice where it is joint */
	struct corpus train, valid;
	struct corpus *test; /* [tests] */
	int tests;
	uint64_t hash;       /* of all texts and vocabularies: two runs with equal hashes saw the same data */
};

/* Told about slow steps and about what was dropped, in words for people, one line a call. */
typedef void dataset_report(void *context, const char *line);

/* Opens or generates the data. Vocabularies are kept in `folder` (which exists), under names that hold the hash
 * of their text and settings, and are taken from there when they are there already. Errors name the file, the
 * line and the byte: unequal line counts (both counts), invalid UTF-8, empty lines and too long sentences
 * (where data.bad_lines is not `drop`), empty or missing files.
 * Test sets and validation: a too long sentence is never dropped from a test set; its source is cut to the
 * limit and the report says so. Generated tasks write no files; they use TOKEN_SPECIALS + symbols words. */
bool dataset_open(struct dataset *, const struct data_settings *, const char *folder,
		  dataset_report *, void *context, struct error *);
void dataset_free(struct dataset *);

/* A corpus from lines in memory, for translation of standard input: encodes `lines` sources only; a source longer
 * than `longest` - 1 tokens is cut. */
void corpus_of_sources(struct corpus *, const struct vocabulary *, char *const *line, size_t lines,
		       long longest);
void corpus_free(struct corpus *);

#endif
