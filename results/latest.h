/* latest.h - where runs are, from what they have written so far. */
#ifndef BAKEOFF_LATEST_H
#define BAKEOFF_LATEST_H

#include "results/database.h"

/* Numbers that are not known are NaN. */
struct latest {
	long update;                                       /* of the latest point */
	double loss, speed, epoch, target_tokens, seconds; /* of training, the latest points */
	double perplexity;                                 /* validation, the best */
	double score; /* the mean of the score that ranks over the test sets that are scored */
	char metric[64]; /* its name: BLEU, of a language model bits_per_character; "": none */
};

bool latest_read(struct database *, long run, struct latest *, struct error *);

/* The training loss over the updates 0 .. update, in `bins` equal parts: the mean of each. */
bool latest_losses(struct database *, long run, long update, int bins, double *mean,
                   struct error *);

/* The numbers of the runs of an experiment (NULL: of all) that are running by their rows, and of
 * the runs `seen` [seen_count], or where that is NULL of all runs; in their order, in a list that the
 * caller frees. */
bool latest_runs(struct database *, const char *experiment, const long *seen, size_t seen_count,
                 long **run, size_t *runs, struct error *);

#endif
