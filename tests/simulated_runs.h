/* simulated_runs.h - experiments whose truth is known: BLEU statistics of two systems' runs. */
#ifndef BAKEOFF_TESTS_SIMULATED_RUNS_H
#define BAKEOFF_TESTS_SIMULATED_RUNS_H

#include "eval/metric.h"

#include <gsl/gsl_rng.h>
#include <stddef.h>

enum { SIMULATED_SYSTEMS = 2, SIMULATED_MOST_RUNS = 8 };

/* A hypothesis word of sentence i in run r of system s is right with the chance 1 / (1 + exp(-q)),
 * q = 0.8 + difficulty_i + run_sr + (system x sentence)_si + (run x sentence)_sri, all normal about
 * 0 with these deviations but for the first system, which is `difference` better. A deviation of
 * 0.1 of the runs is 2.4 BLEU. */
struct simulation {
	size_t runs, sentences;
	double difference;
	double of_runs, of_systems,
		of_both; /* deviations: runs, system x sentence, run x sentence */
};

/* rows[s][r] is [sentences][10], values[s][r] is [sentences]. */
struct simulated {
	const struct metric *bleu;
	union metric_settings settings;
	double *rows[SIMULATED_SYSTEMS][SIMULATED_MOST_RUNS];
	double *values[SIMULATED_SYSTEMS][SIMULATED_MOST_RUNS]; /* of two_way_values */
	double score[SIMULATED_SYSTEMS][SIMULATED_MOST_RUNS];
};

void simulated_init(struct simulated *, const struct simulation *);
void simulated_free(struct simulated *);

/* Draws new runs and sentences. */
void simulated_draw(struct simulated *, const struct simulation *, gsl_rng *);

#endif
