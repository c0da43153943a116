/* search_model.h - a predictor that checks its callers, and slow searches of the same model. */
#ifndef BAKEOFF_TESTS_SEARCH_MODEL_H
#define BAKEOFF_TESTS_SEARCH_MODEL_H

#include "eval/search.h"

#include <stdint.h>

enum { LONGEST = 24, WORDS = 64 };

/* Absolute, of a sum of a few log-probabilities. */
static const double tolerance = 1000 * (double)REAL_EPSILON;

enum quirk {
	NO_QUIRK,
	END_FIRST,  /* the end is most probable at once */
	NEVER_ENDS, /* the end is impossible */
	ALL_NAN,    /* from `quirk_at` on nothing is a number */
	SOME_NAN,   /* token 2 never is one */
	INFINITE,   /* tokens 2 and 3 are infinite */
	LATE_END,   /* the end has 0.6 and token 2 0.4; then token 2 and then the end are sure */
};

struct prefix {
	int sentence, length;
	int token[LONGEST]; /* without begin */
};

struct model {
	struct predictor predictor;
	uint64_t seed;
	double spread;       /* logits lie in [0, spread) before they are shifted */
	const double *table; /* [V][V] logits by the last word; NULL: a hash of the prefix */
	enum quirk quirk;
	int quirk_at;

	struct prefix *row; /* [rows] */
	real *logits;
	int rows, sentences;
	int *sentence; /* [sentences] that live */
	int steps;
	long rows_fed;
};

/* Hash of Steele et al. 2014 (SplitMix64). */
uint64_t model_hash(uint64_t x);

/* Begins with token 0, ends with 1. */
struct model model_of(int vocabulary, uint64_t seed, double spread);

/* search() of the sentences first, first + 1, ... of the model. Fails the test where step or select
 * is called with rows that do not fit the prefixes. */
void model_search(struct model *, const struct search_settings *, int first, int sentences,
                  const int *limit, struct nbest *result);

/* Log-probabilities [V] of the token after a prefix, in double. */
void model_log_probabilities(const struct model *, const struct prefix *, double *logp);

struct answer {
	struct prefix prefix;
	double total, score;
	bool finished;
	int order; /* of being found */
};

struct answers {
	struct answer *a;
	int count, room;
};

/* The settings' length penalty. */
double expected_penalty(const struct search_settings *, int length);

/* One token more. */
struct answer answer_extend(const struct model *, const struct search_settings *,
                            struct answer from, int token, double logp);

/* Every finished hypothesis of one sentence, best first. Free .a. */
struct answers answers_of_all(const struct model *, const struct search_settings *, int sentence,
                              int limit);

/* Beam search of one sentence up to K finished ones or the limit, without any bound; best first.
 * Free .a. */
struct answers answers_of_beam(const struct model *, const struct search_settings *, int sentence,
                               int limit);

/* Fail the test where something differs. */
void expect_hypothesis(const struct hypothesis *, const struct answer *);
void expect_nbest(const struct nbest *, const struct answers *, long wanted);
void expect_same_bits(const struct nbest *, const struct nbest *);
void expect_distinct_and_sorted(const struct nbest *);

bool same_tokens(const struct hypothesis *, const struct hypothesis *);

#endif
