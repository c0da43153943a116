/* run_plan.h - `bakeoff run --dry-run`: the plan of an experiment as a table. */
#ifndef BAKEOFF_RUN_PLAN_H
#define BAKEOFF_RUN_PLAN_H

#include "experiments/run.h"

/* Prints it; returns the exit status. */
int run_plan_print(struct experiment *, const struct run_options *);

#endif
