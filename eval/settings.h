/* settings.h - how a trained model is asked for text: the keys below `search:`. */
#ifndef BAKEOFF_EVAL_SETTINGS_H
#define BAKEOFF_EVAL_SETTINGS_H

#include "core/setting.h"

enum length_penalty_kind {
	PENALTY_GNMT,   /* log p / ((5 + length) / 6)^alpha, Wu et al. 2016, equation 14 */
	PENALTY_LENGTH, /* log p / length^alpha */
};

struct search_settings {
	long beam;             /* hypotheses kept a sentence; 1: greedy */
	long nbest;            /* hypotheses returned a sentence, at most `beam` */
	double length_penalty; /* alpha */
	int penalty;           /* enum length_penalty_kind */
	double length_factor; /* a hypothesis has at most factor * source length + offset tokens ...
	                       */
	long length_offset;
	long rows;          /* hypotheses decoded together */
	int weights;        /* enum packed_numbers */
	long shortlist;     /* target tokens a source token may bring (eval/shortlist.h); 0: all */
	bool sample;        /* draw from the model instead of searching */
	double temperature; /* sampling: logits are divided by it */
	long top_k;         /* sampling: from the so many most probable tokens; 0: from all */
	double top_p; /* sampling: from the most probable that have this share together; 0, 1: from
	                 all */
	long seed;    /* sampling */
	long samples; /* language-model: places of a test set that are gone on from */
	long sample_tokens; /* tokens of each */
};

extern const struct setting search_settings_table[];

/* Rules between settings, as in the contract of an architecture: false and a message that starts
 * with a key, "nbest = 8: must be at most beam = 5". */
bool search_settings_check(const struct search_settings *, struct error *);

#endif
