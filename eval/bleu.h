/* bleu.h - BLEU of a corpus or a sentence, equal to sacreBLEU's (Papineni et al. 2002; Post 2018).
 *
 *	score = BP exp(sum over n <= N of log p_n / N) in percent
 *	p_n   = matches_n / totals_n of the whole corpus, smoothed where an order has no match
 *	BP    = 1 if h >= r, else exp(1 - r / h)
 *
 * with h the tokens of the hypotheses and r those of the references that are closest in length. A
 * segment's statistics are a row of numbers, and a score depends on the sum of rows alone: a
 * resample of a corpus is a sum of other rows. Rows are doubles, so that one resampler can serve
 * every metric; the counts in them are whole numbers. */
#ifndef BAKEOFF_BLEU_H
#define BAKEOFF_BLEU_H

#include "eval/ngrams.h"
#include "eval/segments.h"
#include "eval/tokenize.h"

#include <stdbool.h>
#include <stddef.h>

#define SACREBLEU_VERSION "2.6.0" /* whose scores and signatures these are */

enum { BLEU_MOST_ORDER = NGRAMS_MOST_ORDER };
enum { BLEU_MOST_SMOOTHING = 1000000 };
enum { BLEU_TEXT_SIZE = 512 }; /* bytes that any text of this module needs at most */

/* What becomes of p_n where no n-gram matches. Chen and Cherry 2014. */
enum bleu_smoothing {
	BLEU_SMOOTH_NONE,  /* p_n = 0 */
	BLEU_SMOOTH_FLOOR, /* p_n = value / totals_n */
	BLEU_SMOOTH_ADD_K, /* value is added to matches and totals of every order above 1 */
	BLEU_SMOOTH_EXP,   /* p_n = 1 / (2^k totals_n) for the k-th order without a match */
	BLEU_SMOOTHINGS,
};

/* sacreBLEU's names of them, by enum bleu_smoothing. */
extern const char *const bleu_smoothing_names[BLEU_SMOOTHINGS];

struct bleu_settings {
	const struct tokenizer *tokenizer;
	bool lowercase; /* str.lower before the tokenizer */
	enum bleu_smoothing smoothing;
	double smoothing_value; /* floor, add-k: 0 to BLEU_MOST_SMOOTHING; NAN: 0.1 and 1 */
	bool effective_order;   /* N is the last order that the hypothesis is long enough for */
	int order;              /* N, from 1 to BLEU_MOST_ORDER */
};

/* sacreBLEU's defaults: 13a, case kept, exp, no effective order, N = 4. */
void bleu_default(struct bleu_settings *);

/* Columns of a row of statistics; then matches of order 1 to N, then totals of order 1 to N. */
enum { BLEU_LENGTH, BLEU_REFERENCE_LENGTH, BLEU_COUNTS };

/* Numbers in a row: 2 + 2 N. */
size_t bleu_columns(const struct bleu_settings *);

/* Scores one segment after the other; one for each thread. The settings are copied. */
struct bleu *bleu_new(const struct bleu_settings *);
void bleu_free(struct bleu *);

/* Writes a row. Missing references (text NULL) are left out; one at least must be there. */
void bleu_segment(struct bleu *, struct segment hypothesis, const struct segment *reference,
                  int references, double *row);

struct bleu_score {
	double score;                       /* percent */
	int order;                          /* N */
	double matches[BLEU_MOST_ORDER];    /* [N], with what add-k added */
	double totals[BLEU_MOST_ORDER];     /* [N], with what add-k added */
	double precisions[BLEU_MOST_ORDER]; /* [N], percent, smoothed; all 0 if nothing matches */
	double brevity_penalty;
	double length;           /* h, tokens */
	double reference_length; /* r, tokens */
};

/* The score of a row, or of the sum of rows. */
void bleu_score(const struct bleu_settings *, const double *row, struct bleu_score *);

/* "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"; `references` as
 * segments_references says, 0: "var". */
void bleu_signature(const struct bleu_settings *, int references, char text[BLEU_TEXT_SIZE]);

/* "87.8/70.4/58.2/49.6 (BP = 1.000 ratio = 1.003 hyp_len = 328 ref_len = 327)" */
void bleu_verbose(const struct bleu_score *, char text[BLEU_TEXT_SIZE]);

#endif
