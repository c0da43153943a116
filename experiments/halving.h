/* halving.h - `halving:` of an experiment: all variants of a contestant are trained a little, the
 * best a little more, and so on. */
#ifndef BAKEOFF_HALVING_H
#define BAKEOFF_HALVING_H

#include "experiments/run.h"

/* Rungs before the last of the variants are trained to the end; 0: nothing is halved. */
int halving_rungs(const struct experiment *);

/* The same of the contestants that `only` means: one alone is trained to the end. */
int halving_rungs_of(const struct experiment *, const char *only);

/* Where a rung, counted from 0, ends: first * factor^rung, in its unit. */
struct trial_pause halving_pause(const struct experiment *, int rung);

/* How many trials of what `only` means are trained up to a rung, counted from 0, or, from
 * halving_rungs on, to the end. */
int halving_trials(const struct experiment *, const char *only, int rung);

/* Trains the trials (contestants of the experiment that are not left out yet, with all seeds) from
 * rung to rung: each waits at its first validation at or after the rung's end. The variants of a
 * contestant are then compared by their lowest validation loss so far, the mean over the seeds; a
 * trial that failed is worse than all others, of two alike the earlier is better. Those that do not
 * go on are marked left out, here and in their runs' rows, and `report` is told. A function of what
 * the trials learn alone: stopped and run again, it chooses the same. Returns false, with an error,
 * where that cannot be done; interrupted: result says so. */
bool halving_run(struct experiment *, const struct trial *common, const struct run_options *,
                 dataset_report *report, run_watch *watch, void *context, struct run_result *,
                 struct error *);

#endif
