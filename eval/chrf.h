/* chrf.h - chrF, chrF+ and chrF++ of a corpus or a sentence, equal to sacreBLEU's (Popovic 2015,
 * 2017).
 *
 *	score = (1 + beta^2) P R / (beta^2 P + R) in percent
 *
 * with P and R the means over orders n of precision and recall of character n-grams, then of word
 * n-grams. Orders that hypothesis or reference is too short for are left out; with eps smoothing
 * all count, and the score is the mean of each order's. Of several references the one counts with
 * which the segment alone scores best. */
#ifndef BAKEOFF_CHRF_H
#define BAKEOFF_CHRF_H

#include "eval/ngrams.h"
#include "eval/segments.h"

#include <stdbool.h>
#include <stddef.h>

enum { CHRF_MOST_ORDER = NGRAMS_MOST_ORDER, CHRF_MOST_BETA = 1000 };
enum { CHRF_TEXT_SIZE = 512 }; /* bytes that any text of this module needs at most */

struct chrf_settings {
	int character_order; /* 1 to CHRF_MOST_ORDER */
	int word_order;      /* 0 to CHRF_MOST_ORDER; 2 is chrF++ */
	int beta;            /* 1 to CHRF_MOST_BETA: how much more recall counts */
	bool lowercase;      /* str.lower */
	bool white_space;    /* counts among the characters */
	bool eps_smoothing;  /* as NLTK, Moses and chrF++.py do it */
};

/* sacreBLEU's defaults: chrF2, 6 characters, no words. */
void chrf_default(struct chrf_settings *);

/* A row of statistics: for each order, characters then words, n-grams of the hypothesis, of the
 * reference, and of both. */
enum { CHRF_HYPOTHESIS, CHRF_REFERENCE, CHRF_MATCHES, CHRF_COUNTS };

/* Numbers in a row. */
size_t chrf_columns(const struct chrf_settings *);

/* Scores one segment after the other; one for each thread. The settings are copied. */
struct chrf *chrf_new(const struct chrf_settings *);
void chrf_free(struct chrf *);

/* Writes a row. Missing references (text NULL) are left out; one at least must be there. */
void chrf_segment(struct chrf *, struct segment hypothesis, const struct segment *reference,
                  int references, double *row);

/* The score of a row, or of the sum of rows, in percent. */
double chrf_score(const struct chrf_settings *, const double *row);

/* "chrF2++": the beta, and a + for each order of words. */
void chrf_title(const struct chrf_settings *, char text[CHRF_TEXT_SIZE]);

/* "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"; `references` 0: "var". */
void chrf_signature(const struct chrf_settings *, int references, char text[CHRF_TEXT_SIZE]);

#endif
