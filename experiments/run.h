/* run.h - all trials of an experiment. */
#ifndef BAKEOFF_RUN_H
#define BAKEOFF_RUN_H

#include "experiments/trial.h"

struct run_options {
	const char *database; /* path */
	const char *only;     /* the contestant to run (contestant_is), or NULL for all */
	int threads;          /* of all trials together */
	int jobs;             /* trials at once, at least 1 */
	double memory_bytes;  /* for all of them; 0: what the machine has left */
	double stall_seconds; /* a trial that says nothing for so long is killed; 0: never */
	/* Whether the data are what they shall be, asked before any trial; may be NULL. */
	bool (*check)(void *check_context, const struct dataset *, struct error *);
	void *check_context;
	bool retry;           /* run trials that diverged before again */
	int first, last;      /* numbers of the trials to run, from 1; both 0: all of them */
	struct ranks *ranks;  /* that train each trial together, then without processes of their own;
	                         all call run_experiment; NULL: none */
	bool (*asked)(void);  /* whether the user said stop; may be NULL. Also called in children,
	                         where a signal of their own may say so */
};

/* What came of the trials. */
struct run_result {
	int trials, done, skipped, failed;
	bool interrupted;
};

/* Is told what the trials do. */
typedef void run_watch(void *context, const struct trial_news *);

/* Matches and tunes the contestants (match.h, tune.h) where that is asked, then runs every trial in a process of its own:
 * contestants in the order of the file, for each seed. A trial that fails, crashes or is killed is
 * reported to the watcher and does not keep the others from running. False where nothing can go on
 * (data, database). `report` is told about the preparation of the data. */
bool run_experiment(struct experiment *, const char *specification, const struct run_options *,
                    dataset_report *report, run_watch *watch, void *context, struct run_result *,
                    struct error *);

/* How many trials there are: contestants times seeds, of those that `only` means (contestant_is; NULL: any). */
int run_trials(const struct experiment *, const char *only);

/* The contestant of trial `number`, 1 to run_trials, in the order in which they start, and its seed.
 */
const struct contestant *run_trial(const struct experiment *, const char *only, int number,
                                   long *seed);

/* What tells whether the trials are those that they were, and in the same order: 16 hex digits of
 * names, settings and seeds, without the contents of the data. */
void run_plan_key(const struct experiment *, const char *only, char key[17]);

/* The data of an experiment, its vocabularies kept below `folder`, which is made where it is
 * missing. */
bool experiment_data(const struct experiment *, const char *folder, struct pool *, struct dataset *,
                     dataset_report *report, void *context, struct error *);

/* Folder of the runs of a database: "results.db" -> "results.runs". */
void runs_folder(const char *database, char *folder, size_t size);

#endif
