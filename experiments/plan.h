/* plan.h - what an experiment will take, without running it. */
#ifndef BAKEOFF_PLAN_H
#define BAKEOFF_PLAN_H

#include "experiments/run.h"

/* What a training takes, with its validations and checkpoints, and the tests after it. */
struct plan_cost {
	double updates; /* 0 where only patience or perplexity stops it; all below too then */
	double target_tokens;
	double multiply_adds; /* forward and backward */
	double seconds;       /* wall-clock */
};

/* What the trials of a contestant will take. Times and memory are measured on this machine, with
 * as many threads as a trial will have: a few updates, a part of the validation and of the tests, a
 * checkpoint. */
struct plan_entry {
	const struct contestant *contestant;
	int trials;
	size_t parameters;
	double multiply_adds;  /* a target token, forward */
	struct plan_cost cost; /* of one trial */
	int tune_trials;       /* before those; 0: nothing is tuned */
	struct plan_cost tune; /* of all of them */
	double peak_bytes;     /* resident, of one trial */
	double disk_bytes;     /* checkpoints of one trial */
};

/* All trials together. */
struct plan_total {
	int trials;            /* those that tune among them */
	struct plan_cost cost; /* seconds: until the last has ended, `jobs` at once */
	double peak_bytes;     /* of the `jobs` trials that take most */
	double disk_bytes;
	bool open_ended; /* trials that nothing but patience or perplexity ends are left out of cost
	                  */
};

typedef void plan_watch(void *context, const struct plan_entry *);

/* Opens the data, matches the contestants where that is asked, and tells the watcher about each.
 * Measures in processes of their own, so that memory is that of a trial. */
bool plan_experiment(struct experiment *, const struct run_options *, dataset_report *report,
                     plan_watch *watch, void *context, struct plan_total *, struct error *);

#endif
