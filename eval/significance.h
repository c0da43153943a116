/* significance.h - how far a score can be trusted: intervals of one system, tests of a system
 * against a baseline; the same resamples, p-values and intervals as sacreBLEU's (Koehn 2004;
 * Riezler and Maxwell 2005), with sums in double. */
#ifndef BAKEOFF_SIGNIFICANCE_H
#define BAKEOFF_SIGNIFICANCE_H

#include "eval/generator.h"
#include "eval/metric.h"

#include <stddef.h>
#include <stdint.h>

/* A system's segments, counted by one metric. */
struct counted {
	const struct metric *metric;
	const union metric_settings *settings;
	const double *rows; /* [segments][columns] */
};

/* Scores `resamples` choices of as many segments as there are, with replacement, the same choices
 * for each of `count` systems: score[count][resamples]. */
void bootstrap_scores(struct generator *, const struct counted *, size_t count, size_t segments,
                      size_t resamples, double *score);

/* In each of `trials`, each segment of baseline[k] and system[k] is exchanged with probability 1/2,
 * the same segments for each k < count; writes the absolute differences of the scores,
 * difference[count][trials]. Metric and settings of both are the same. */
void shuffle_differences(struct generator *, const struct counted *baseline,
                         const struct counted *system, size_t count, size_t segments, size_t trials,
                         double *difference);

struct interval {
	double mean;       /* of the resamples' scores */
	double half_width; /* half of what their middle 95 % span */
};

struct interval interval_of(const double *score, size_t resamples);

/* (1 + resamples whose |system - baseline| exceeds its mean by more than `difference`) / (n + 1);
 * `difference` is that of the whole set, not negative. */
double bootstrap_p_value(const double *baseline, const double *system, size_t n, double difference);

/* (1 + trials whose difference is greater than `difference`) / (n + 1) */
double shuffle_p_value(const double *differences, size_t n, double difference);

#endif
