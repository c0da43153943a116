/* together.h - trials one after the other, each trained by all ranks: rank 0 keeps database and
 * files. Internal to experiments/. */
#ifndef BAKEOFF_TOGETHER_H
#define BAKEOFF_TOGETHER_H

#include "experiments/jobs.h"

/* Whether the contestants can be trained by so many ranks, and all ranks were told the same; the
 * same answer on all. */
bool together_check(const struct experiment *, const struct run_options *, struct error *);

/* Reports, on rank 0, where ranks multiply by other kernels than it: the bits of a run are then not
 * those of one process. All ranks call it; `report` may be NULL on the others. */
void together_kernels(struct ranks *, dataset_report *report, void *context);

/* Rank 0: runs the trials in this process; as jobs_run, but for options->jobs and memory_bytes.
 * False where the other ranks, or one of them, are lost. */
bool together_lead(const struct jobs *, struct error *);

/* Another rank: trains along with rank 0 until it says that all is done. False where it is lost. */
bool together_follow(const struct jobs *, struct error *);

/* Runs the trials: by all ranks where there are any, else in processes of their own (jobs_run). */
bool together_run(const struct jobs *, struct error *);

#endif
