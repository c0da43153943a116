/* breakdown.h - where a system's words are right: by sentence length, by how often words are in the
 * training text, by place in the sentence (after compare-mt, Neubig et al. 2019).
 *
 * A word of the reference is recalled, and one of the hypothesis precise, where the other side of
 * the segment has the word as often: the k-th of equal words needs k of them. Words are what BLEU's
 * tokenizer makes. */
#ifndef BAKEOFF_BREAKDOWN_H
#define BAKEOFF_BREAKDOWN_H

#include "eval/segments.h"
#include "eval/tokenize.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum breakdown_by {
	BREAKDOWN_LENGTH,           /* words of the segment's reference */
	BREAKDOWN_FREQUENCY,        /* how often the word is in the training text */
	BREAKDOWN_SOURCE_FREQUENCY, /* the same of the rarest word of the segment's source */
	BREAKDOWN_POSITION,         /* tenth of its sentence that the word stands in */
	BREAKDOWNS,
};

/* "length", "frequency", "source-frequency", "position". */
extern const char *const breakdown_names[BREAKDOWNS];

enum { BREAKDOWN_MOST_BUCKETS = 10 };

/* How many buckets there are, and what is in one: "10-19". */
int breakdown_buckets(enum breakdown_by);
const char *breakdown_bucket_name(enum breakdown_by, int bucket);

/* Whether a segment as a whole falls into a bucket, so that other scores can be broken down too. */
bool breakdown_is_of_segments(enum breakdown_by);

/* How often each word is in a text. */
struct frequencies;

struct frequencies *frequencies_new(const struct tokenizer *, bool lowercase,
                                    const struct segments *);
void frequencies_free(struct frequencies *);

struct breakdown_input {
	enum breakdown_by by;
	const struct tokenizer *tokenizer;
	bool lowercase;
	const struct segments *hypotheses, *reference;
	const struct segments *source;         /* of source-frequency */
	const struct frequencies *frequencies; /* of frequency; of source-frequency, the source's */
};

struct bucket {
	long segments; /* 0 where segments do not fall into buckets as a whole */
	long reference_words, recalled;
	long hypothesis_words, precise;
};

/* 2 P R / (P + R) in percent of precision and recall; NaN without words. */
double breakdown_f1(const struct bucket *);

/* Fills bucket[breakdown_buckets]; `of_segment` [segments], where not NULL and segments fall into
 * buckets, gets the bucket of each. */
void breakdown(const struct breakdown_input *, struct bucket *, int *of_segment);

#endif
