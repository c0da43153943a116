/* bleu.h - BLEU (Papineni et al. 2002) as sacreBLEU 2.6.0 computes it (Post 2018). */
#ifndef BAKEOFF_BLEU_H
#define BAKEOFF_BLEU_H

#include "eval/tokenize.h"

#include <stdbool.h>
#include <stddef.h>

enum { BLEU_ORDERS = 16 }; /* longest n-grams that can be asked for */

/* What stands in for a precision of 0 (Chen and Cherry 2014). */
enum bleu_smoothing {
	BLEU_SMOOTH_NONE,
	BLEU_SMOOTH_FLOOR, /* value / total; default value 0.1 */
	BLEU_SMOOTH_ADD_K, /* value added to counts and totals above order 1; default 1 */
	BLEU_SMOOTH_EXP,   /* 1 / (2^k total), k counting the orders without a match */
};

struct bleu_settings {
	const struct tokenizer *tokenizer;
	bool lowercase;
	int smoothing;        /* enum bleu_smoothing */
	double smooth_value;  /* negative: the default of the method */
	bool effective_order; /* leave out orders that the hypothesis is too short for */
	int order;            /* n-grams of 1 .. order */
};

/* Counts of one segment, or their sum over a corpus. */
struct bleu_statistics {
	double hypothesis_length, reference_length; /* tokens; reference: the closest one */
	double correct[BLEU_ORDERS], total[BLEU_ORDERS];
};

struct bleu_score {
	double score;                    /* 0 .. 100 */
	double brevity_penalty;
	double precision[BLEU_ORDERS];   /* percentages, smoothed; 0 where nothing matches at all */
	struct bleu_statistics sum;      /* what was added to smooth included */
};

/* 13a, mixed case, exponential smoothing, order 4. */
void bleu_settings_default(struct bleu_settings *);

/* Counts of a segment. A reference that is NULL is missing; white space at the right end of texts does not count. */
void bleu_segment(const struct bleu_settings *, const char *hypothesis, int references,
		  const char *const *reference, struct bleu_statistics *);
void bleu_add(struct bleu_statistics *sum, const struct bleu_statistics *);
void bleu_of(const struct bleu_settings *, const struct bleu_statistics *, struct bleu_score *);

/* All segments: reference[r][i] is reference r of segment i. */
void bleu_corpus(const struct bleu_settings *, size_t segments, const char *const *hypothesis,
		 int references, const char *const *const *reference, struct bleu_score *);

/* "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"; references 0: their number varies. */
void bleu_signature(const struct bleu_settings *, int references, char *text, size_t size);
/* "65.00 87.8/70.4/58.2/49.6 (BP = 1.000 ratio = 1.003 hyp_len = 328 ref_len = 327)" */
void bleu_line(const struct bleu_settings *, const struct bleu_score *, char *text, size_t size);

#endif
