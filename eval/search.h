/* search.h - hypotheses from next-token probabilities: greedy search, beam search, sampling. */
#ifndef BAKEOFF_SEARCH_H
#define BAKEOFF_SEARCH_H

#include "core/real.h"
#include "eval/scan.h"
#include "eval/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* What is searched. Rows are hypotheses; those of a sentence lie side by side, and each live
 * sentence has equally many (1 before the first token; of a sentence that has fewer than others,
 * the last is there again). A trained model is one (stepper.h), a table of probabilities in a
 * test another. */
struct predictor {
	void *context;
	int vocabulary; /* V */
	int begin, end; /* tokens that start and end a hypothesis */

	/* Feeds one token to each row; the array stays as it is until select or the next step. */
	void (*step)(void *context, int rows, const int *token);

	/* The logits [scan->rows][V] of what follows the rows from `first` on of the last step, all
	 * of them shown to scan_tokens. The predictor's own, valid until the next call; the search
	 * may write there. */
	real *(*logits)(void *context, int first, struct scan *scan);

	/* From now on row i continues what was row[i], and sentence j what was sentence[j]
	 * (ascending); others are forgotten. Not called where everything stays in its place, nor
	 * after the last step. The number of rows may grow or fall. */
	void (*select)(void *context, int rows, const int *row, int sentences, const int *sentence);
};

struct hypothesis {
	int *token;    /* without begin and end */
	int length;    /* of token */
	bool finished; /* false: cut at the limit */
	double total;  /* sum of the tokens' log-probabilities, the end counted */
	double score;  /* total / penalty of the length with the end; the best is highest */
};

/* The hypotheses of one sentence, best first: finished before cut, high scores first, ties in the
 * order in which they were found. Samples are in the order of their draws. At least one; fewer than
 * asked for where a sentence has no more. */
struct nbest {
	struct hypothesis *best; /* [count] */
	int count;
	double seconds; /* of one worker, by translate.h: an equal share of those of the sentences
	                   that were searched together, which are about as long; 0 elsewhere */
};

/* Searches `sentences` at once; `limit` is each one's longest hypothesis, in tokens with the end,
 * at least 1. Sentences leave as they end, and a result depends on which others are searched with it
 * only where the predictor's logits do: a trained model's round by the number of rows (translate.h). Writes result[sentences], each of `nbest` hypotheses (not more than `beam`, but
 * for samples); free each with nbest_free.
 *
 * beam 1: the most probable token each time, up to the end or the limit.
 * beam K: a step takes the best 2K continuations of a sentence's K hypotheses, equal ones by row,
 * then token. Those that end and are among the K best of the 2K are finished; the best K others
 * live on. A sentence ends when it has K finished ones, or is at its limit (those that live are
 * then cut, and their score is that of a hypothesis as long), or when no live one can still come
 * among the `nbest` best, whatever its length; the last changes no result.
 * sample: draws `nbest` independent hypotheses from softmax(logits / temperature), a function of
 * (seed, number[sentence], draw) and the logits alone, whatever the batch; number NULL counts the
 * sentences from 0, and only sampling reads it. Their totals are the
 * model's, at temperature 1.
 *
 * A logit of NaN counts as -infinity, and a token of -infinity is never taken. After logits none of
 * which is a number, a hypothesis ends with a total of -infinity. */
void search(const struct predictor *, const struct search_settings *, int sentences,
            const int *limit, const size_t *number, struct nbest *result);

/* Frees what search() gave and empties it. NULL and zeroed are fine. */
void nbest_free(struct nbest *);

#endif
