/* contest.h - which contestant of an experiment is better than which, and where the test does not
 * carry a verdict. Methods and their limits: docs/statistics.md. */
#ifndef BAKEOFF_CONTEST_H
#define BAKEOFF_CONTEST_H

#include "eval/metric.h"
#include "eval/two_way.h"
#include "results/database.h"
#include "results/table.h"

enum { CONTEST_FEWEST_SENTENCES = 20 }; /* a test set with fewer is not tested */

#define CONTEST_LEVEL 0.05      /* of a verdict, after Holm */
#define CONTEST_CONFIDENCE 0.95 /* of an interval, each for itself */
#define CONTEST_POWER 0.8       /* that seeds_needed gives */

enum contest_verdict {
	CONTEST_BETTER,  /* `first` is better than `second` */
	CONTEST_TIE,     /* the test does not tell them apart */
	CONTEST_UNTESTED /* there is no test: `refusal` says why */
};

/* A contestant with one set of settings and data, as in the view run_setups; only done runs
 * count. */
struct contest_side {
	long setup;
	char *label;
};

/* Two contestants on one test set; `first` has the better mean, or the lower setup where they are
 * equal. */
struct contest_pair {
	size_t test_set;      /* of contest.test_sets */
	size_t first, second; /* of contest.sides */
	double mean[2];       /* scores over seeds, as recomputed from hypotheses */
	size_t seeds[2];
	size_t sentences;
	enum contest_verdict verdict;
	const char *refusal;   /* a line, where untested; what follows is 0 then */
	struct two_way result; /* by how much `first` is better; !result.seeds: over sentences
	                          alone, the luck of training is not covered */
	double p;              /* after Holm, over all pairs that were tested */
	double effect;         /* Hedges' g over seeds, in favour of `first`; NaN for one seed */
	long seeds_needed; /* of each to show the metric's `difference`; 0: no number up to 1,000
	                      would, or one seed says nothing of it */
};

struct contest {
	const struct metric *metric;
	struct contest_side *sides; /* [side_count], in the order of setups */
	size_t side_count;
	char **test_sets; /* [test_set_count], by name: those that have a score of the metric or
	                     BLEU */
	size_t test_set_count;
	struct contest_pair *pairs; /* [pair_count], by test set, first and second contestant */
	size_t pair_count;
};

/* The metric that an experiment's test sets are compared by, the one that ranks its runs: BLEU,
 * accuracy where they have labels, mean absolute error of forecasts; NULL where they are pictures,
 * whose accuracy has no test. */
bool contest_metric(struct database *, const char *experiment, const struct metric **,
                    struct error *);

/* Reads hypotheses and references of every done run of an experiment and tests all pairs, or those
 * with the contestant `baseline` where it is not NULL. Time goes with runs x sentences, and with
 * pairs x sentences. An error where the experiment or the baseline is not there; contest_free in
 * any case. */
bool contest_read(struct contest *, struct database *, const char *experiment,
                  const struct metric *, const char *baseline, struct error *);

void contest_free(struct contest *); /* takes zeroed structs */

/* The pair of two setups, in either order; NULL where it was not asked for. */
const struct contest_pair *contest_find(const struct contest *, const char *test_set, long setup,
                                        long other);

/* The verdict as a sentence without a full stop, to be freed by the caller; names in it are as the
 * database has them. "transformer is better than lstm on flickr2016 by 3.1 BLEU (95 % 2.0 to 4.2,
 * p = 0.003 after Holm, 3 seeds, 1,000 sentences)". */
char *contest_sentence(const struct contest *, const struct contest_pair *);

/* All pairs, a row each, with every number: for programs. `table` is empty. */
void contest_table(const struct contest *, struct table *);

#endif
