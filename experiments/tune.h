/* tune.h - `tune:` of an experiment: short trials of every contestant with the values of one key,
 * before the comparison; the best is what its trials then use. */
#ifndef BAKEOFF_TUNE_H
#define BAKEOFF_TUNE_H

#include "experiments/run.h"

/* The training settings of the trial of a value, counted from 0: those of the contestant, with the
 * value, and with the budget as its only stop rule. A cosine ends where the whole training would.
 */
struct train_settings tune_settings(const struct experiment *, const struct contestant *,
                                    int value);

/* How many trials that is: values times contestants that are wanted. 0 without `tune:`. */
int tune_trials(const struct experiment *, const char *only);

/* Whether a trial of a contestant is among those that the options ask for. */
bool run_wants(const struct experiment *, const struct run_options *, const struct contestant *);

/* Runs the trials as those of the experiment "NAME/tune", first seed, without tests; what is done
 * is skipped. Then sets each contestant's key to the value of the lowest validation perplexity, of
 * two alike the earlier, and says so in a line to `report`; a contestant of which no trial was done
 * is marked left out. Does nothing without `tune:`. Adds to the result; interrupted: nothing was
 * chosen. */
bool tune_run(struct experiment *, const struct trial *common, const struct run_options *,
              dataset_report *report, run_watch *, void *context, struct run_result *,
              struct error *);

#endif
