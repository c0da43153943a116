/* same.h - whether two runs gave the same bits. */
#ifndef BAKEOFF_SAME_H
#define BAKEOFF_SAME_H

#include "results/database.h"

enum same_kind { SAME_CURVES, SAME_SCORES, SAME_HYPOTHESES, SAME_KINDS };

struct same_part {
	const char *name;
	long rows, differing; /* of the first run; how many of them the second has not, or not so */
	char first[400];      /* what differs first: "update 35, train_loss: 2.25, was 2.5" */
};

/* Compares what the first run has with what the second has in its place, bit for bit: points of all
 * curves but those of time, scores but those of time, hypotheses and their log-probabilities. What
 * only the second has is not compared, nor the best of several samples (best_of.h). */
bool same_runs(struct database *first, long first_run, struct database *second, long second_run,
               struct same_part part[SAME_KINDS], struct error *);

#endif
