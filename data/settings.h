/* settings.h - what data an experiment names: files or a generated task, and how text becomes ids.
 */
#ifndef BAKEOFF_DATA_SETTINGS_H
#define BAKEOFF_DATA_SETTINGS_H

#include "core/setting.h"

enum side { SIDE_SOURCE, SIDE_TARGET, SIDES };

enum subword_model { SUBWORD_BPE, SUBWORD_UNIGRAM, SUBWORD_WORDS, SUBWORD_CHARS };
enum picture_size { PICTURE_SIZE_16, PICTURE_SIZE_32 };
enum picture_tokens { PICTURE_PIXELS, PICTURE_PATCHES };
enum bad_lines { BAD_LINES_ERROR, BAD_LINES_DROP };

/* Two parallel text files, one sentence a line; or one, on the target side, where the task has text
 * alone. The paths are relative to the working directory and owned by the struct that holds this
 * one. */
struct text_pair {
	char *name; /* of a test set; NULL for train and valid */
	char *file[SIDES];
};

struct data_settings {
	int task;                      /* number of a task, see task.h */
	struct text_pair train, valid; /* of a task with files */
	struct text_pair *test;        /* [tests] */
	int tests;
	int subword_model;       /* enum subword_model */
	long subword_size;       /* entries of a vocabulary, the four special ones included */
	bool joint;              /* one vocabulary for both sides */
	bool lowercase;          /* training, validation and test text is lower-cased first */
	long longest;            /* tokens a sentence on either side, end of sentence included; of a
	                            block of text */
	int bad_lines;           /* enum bad_lines: empty, too long or not UTF-8 */
	long symbols;            /* generated: different symbols, in one joint vocabulary */
	long shortest_generated; /* generated: symbols a sentence at least */
	long longest_generated;  /* and at most */
	long longer_generated;   /* of a test set of longer ones; 0: none */
	long blanks;             /* copy-memory: between symbols and their recall */
	long pairs, queries;     /* recall: of a sentence */
	long keys, values;       /* recall: different ones */
	bool vary;               /* fewer blanks or pairs, too */
	long levels;             /* adding, series, forecast: of a number */
	int quantisation;        /* series, forecast: enum series_quantisation */
	double noise;            /* series, forecast: deviation */
	long horizon;            /* forecast: values that follow */
	long depth;              /* list-ops: of lists in lists */
	long attractors, longer_attractors; /* agreement: in training, in longer; 0: none */
	long functions, longer_functions; /* string-edits: in training, in productivity; 0: none */
	long train_sentences, valid_sentences, test_sentences; /* generated */
	int picture_size;      /* enum picture_size: draw and describe */
	int picture_tokens;    /* enum picture_tokens */
	long picture_codebook; /* patches that stand for all others, at most */
	long seed; /* generated: of the data, the same for all trials */
};

/* The keys below `data:` whose values are single; train, valid and test are read by the caller. */
extern const struct setting data_settings_table[];

/* Frees names and paths. */
void data_settings_free(struct data_settings *);

#endif
