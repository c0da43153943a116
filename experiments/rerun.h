/* rerun.h - a run made again from what its row says, to see whether the bits are the same. */
#ifndef BAKEOFF_RERUN_H
#define BAKEOFF_RERUN_H

#include "experiments/data_files.h"
#include "experiments/run.h"
#include "results/same.h"

/* A run that is to be made again. */
struct rerun {
	struct run_record record;
	struct data_files files;      /* as they were, where the run's folder says so */
	struct experiment experiment; /* of this run alone */
	char folder[4096];            /* of its files; "" where it has none */
};

/* Reads a run that is done and makes the experiment of it. `data` is the folder of the texts, or
 * NULL: where they were. Refuses, naming the remedy: a run that is not done, settings that this
 * program does not know, texts that are gone. */
bool rerun_open(struct rerun *, struct database *, long run, const char *data, struct error *);
void rerun_close(struct rerun *);

/* For run_options.check, the context being the rerun: whether the data are those of the run; else
 * says what has changed. */
bool rerun_check_data(void *rerun, const struct dataset *, struct error *);

enum weights_state { WEIGHTS_EQUAL, WEIGHTS_DIFFER, WEIGHTS_GONE };

struct rerun_result {
	struct same_part part[SAME_KINDS];
	enum weights_state weights; /* gone: the first run's are no longer kept */
	long updates;               /* of the second run */
	bool equal;                 /* all of it */
	struct run_record again;    /* the second run's row */
};

/* Compares the run with the latest one of `again`, the database that it was made again in. */
bool rerun_compare(const struct rerun *, struct database *, struct database *again,
                   struct rerun_result *, struct error *);

/* Calls `tell` for each thing that was not as it is now: program, kernels, processor, settings. */
typedef void rerun_tell(void *context, const char *what, const char *then, const char *now);
void rerun_differences(const struct run_record *then, const struct run_record *now, rerun_tell *,
                       void *context);

/* Deletes a database that a run was made again in, with its folder of runs. */
bool rerun_discard(const char *database, struct error *);

#endif
