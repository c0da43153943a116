/* two_way.h - whether one system is better than another, over new seeds and new sentences at once.
 *
 * Both systems translate the same sentences, each in several runs that differ in the seed. What
 * sentence i gives to the corpus score of run r of system s is taken apart:
 *
 *	y_sri = mean_s + run_sr + sentence_i + (system x sentence)_si + (run x sentence)_sri
 *
 * Runs and sentences are random: the question is about other seeds and other sentences like these.
 * The sentences' own difficulty falls out of a difference. Its variance is that of the runs' scores
 * over seeds, which holds runs and their sentences, and that of system x sentence, from the
 * variance over sentences less what runs add to it:
 *
 *	V = S_a^2 / R_a + S_b^2 / R_b + max(0, S_d^2 - M_a / R_a - M_b / R_b) / N
 *
 * S_s^2 variance of the runs' scores, S_d^2 of the sentences' differences of means over runs, M_s
 * mean square of run x sentence. V is at least S_d^2 / N, so that seeds never make a difference
 * surer than the sentences alone do. t has Satterthwaite's degrees of freedom. Seeds of one number
 * are not paired: they share nothing but the order of the data. Sources: docs/statistics.md. */
#ifndef BAKEOFF_TWO_WAY_H
#define BAKEOFF_TWO_WAY_H

#include "eval/metric.h"
#include "eval/statistics.h"

#include <stdbool.h>

/* What a corpus score owes to each sentence: the jackknife's linear form (Efron and Stein 1981),
 *
 *	value_i = f + (N - 1) (mean_j f_without_j - f_without_i)
 *
 * whose mean is the score f itself. `rows` are the metric's, [count][columns]; `count` is 2 or
 *more. */
void two_way_values(const struct metric *, const union metric_settings *, const double *rows,
                    size_t count, double *values);

/* The runs of one system: values[run][sentence]. */
struct two_way_side {
	const double *const *values;
	size_t runs; /* 1 or more */
};

struct two_way {
	struct t_test test; /* a - b */
	bool seeds; /* false: a side has one run, so that the test is over sentences alone */
	struct spread spread; /* what more seeds would change; without meaning where !seeds */
};

/* Tests a - b over `sentences`, 2 or more. Where a side has one run, V is S_d^2 / N: of these very
 * models on other sentences; the luck of training is not in it. */
void two_way_test(const struct two_way_side *a, const struct two_way_side *b, size_t sentences,
                  double confidence, struct two_way *);

#endif
