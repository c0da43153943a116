/* slurm_queue.h - what Slurm says of the tasks of job arrays. */
#ifndef BAKEOFF_SLURM_QUEUE_H
#define BAKEOFF_SLURM_QUEUE_H

#include "core/error.h"

/* A task of a job array, or some that are alike. */
struct slurm_task {
	long job;
	int first, last; /* numbers of the tasks */
	char state[32];  /* Slurm's word: PENDING, RUNNING, NODE_FAIL, ... */
	char node[64];   /* "" where it has none */
	char reason[64]; /* why it waits or ended; "" where there is none */
};

struct slurm_queue {
	struct slurm_task *task; /* [tasks]; of two of the same number the later counts */
	int tasks;
};

/* Adds what is in lines "JOB_TASK|STATE|NODE|REASON", JOB_TASK as squeue (%i) and sacct (JobID)
 * have it: "7_3", "7_[1-3,5%2]"; what is anything else is passed over, as are jobs that are no
 * arrays. */
void slurm_queue_parse(struct slurm_queue *, const char *lines);
void slurm_queue_free(struct slurm_queue *);

/* Asks sacct about the jobs [jobs], where there is one, then squeue about this user's. An error
 * where squeue is missing or fails. */
bool slurm_queue_read(struct slurm_queue *, const long *job, int jobs, struct error *);

/* The latest that is known of a task; NULL: nothing. */
const struct slurm_task *slurm_queue_find(const struct slurm_queue *, long job, int task);

/* Whether a state is one of a task that will run, runs, or is just ending. */
bool slurm_is_active(const char *state);

#endif
