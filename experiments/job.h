/* job.h - one trial as a child process: started, heard, and explained when it dies. Internal to
 * experiments/. */
#ifndef BAKEOFF_JOB_H
#define BAKEOFF_JOB_H

#include "experiments/run.h"
#include "experiments/trial_message.h"

#include <sys/types.h>

enum { JOB_LAST_WORDS = 2048 };

/* A place for a child. */
struct job {
	const struct trial *trial; /* NULL: free */
	pid_t process;
	int messages, words; /* read: struct trial_message, standard error; -1: closed */
	int control;         /* closed to say stop; -1: it is */
	struct trial_message message;
	size_t received; /* bytes of a next message, in `next` */
	struct trial_message next;
	char said[JOB_LAST_WORDS]; /* end of its standard error */
	size_t said_size;
	double silent; /* s since its last message */
	bool stalled;  /* killed for that */
	bool measured; /* message.peak_memory is near what the trial will need */
	bool concluded;
};

/* Puts a child into a free place: it runs the trial with so many threads, tells of it through
 * `messages`, and ends with this process, whatever ends that. `all` [count] are the places of its
 * siblings, whose pipes are not its own. False, and errno, where no process can be started. */
bool job_start(struct job *, const struct trial *, const struct run_options *, int threads,
               struct job *all, int count);

/* Closes what is open of its pipes, and frees the place. */
void job_close(struct job *);

/* Says stop: the trial ends at its next update with a checkpoint. */
void job_stop(struct job *);

/* What it wrote to standard error goes on to ours; the end is kept, for the reason. */
void job_read_words(struct job *);

/* Why a child that has not said how it ended is gone: `status` is waitpid's. */
void job_explain(struct job *, int status, double stall_seconds, struct error *);

#endif
