/* jobs.h - trials as child processes, several at once: what becomes of one is its own outcome.
 *
 * A child is a fork of the program with the data already read, so it starts at once and shares the
 * data's memory. It ends with its parent, whatever ends that. Internal to experiments/. */
#ifndef BAKEOFF_JOBS_H
#define BAKEOFF_JOBS_H

#include "experiments/run.h"

struct jobs {
	const struct trial *trial; /* [trials], in the order in which they start; pool and database
	                              are the child's own and not set here */
	int trials;
	const struct run_options *options;
	run_watch *watch;
	void *context;
	struct run_result *result; /* counted up */
};

/* Runs them all, at most options->jobs at once, each with its share of the threads. A trial whose
 * contestant needs more memory than is left waits until another has ended. The caller has no
 * threads and no database open. A child that dies, or says nothing for options->stall_seconds and
 * is killed for it, is a failed trial with the reason in the database. When options->asked() says
 * so, children stop at their next update with a checkpoint, and no other starts. */
void jobs_run(const struct jobs *);

#endif
