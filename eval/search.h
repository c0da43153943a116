/* search.h - hypotheses out of a model of next-token probabilities: greedy, beam search, sampling. */
#ifndef BAKEOFF_SEARCH_H
#define BAKEOFF_SEARCH_H

#include "core/real.h"
#include "eval/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* What is searched. Rows are hypotheses; those of a sentence lie side by side, and each live sentence has equally many
 * (1 before the first token). A trained model is one (eval/decode.c), a table of probabilities in a test another. */
struct predictor {
	void *context;
	int vocabulary; /* V */
	int begin, end; /* tokens that start and end a hypothesis */

	/* Feeds one token to each row and writes the logits of the next, [rows][V], unnormalised. */
	void (*step)(void *context, int rows, const int *token, real *logits);

	/* From now on row i continues what was row[i], and sentence j what was sentence[j] (both ascending where nothing was
	 * reordered); others are forgotten. */
	void (*select)(void *context, int rows, const int *row, int sentences, const int *sentence);
};

struct hypothesis {
	int *token;    /* without begin and end */
	int length;    /* of token */
	bool finished; /* false: cut at the limit */
	double total;  /* sum of the tokens' log-probabilities, the end counted */
	double score;  /* total after the length penalty (the end counted in the length); the best is highest */
};

/* The hypotheses of one sentence, best first; ties go to the one found first. */
struct nbest {
	struct hypothesis *best; /* [count] */
	int count;
};

/* Searches `sentences` at once; `limit` is each one's longest hypothesis, in tokens with the end. Sentences leave as
 * they end. A beam step takes the best 2K continuations of a sentence's K rows; those that end and are among the
 * K best are finished, the best K others live on; a sentence ends when it has K finished ones or is at its
 * limit, or when no live one can become better than the K-th finished. Writes result[sentences]; free each with nbest_free.
 * Sampling (settings->sample) draws `nbest` independent hypotheses a sentence from the temperature's distribution, a function of
 * (seed, first_sentence + sentence number, draw) alone, not of the batch. */
void search(const struct predictor *, const struct search_settings *, int sentences,
	    const int *limit, size_t first_sentence, struct nbest *result);
void nbest_free(struct nbest *);

#endif
