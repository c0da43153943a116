/* progress.h - how a run goes, in lines for people: one a trial that is rewritten on a terminal,
 * plain ones elsewhere. */
#ifndef BAKEOFF_PROGRESS_H
#define BAKEOFF_PROGRESS_H

#include "experiments/trial.h"

enum { PROGRESS_MOST_JOBS = 64, PROGRESS_LINE = 320 };

/* A trial under way. */
struct progress_trial {
	int number;           /* of the trial; 0: a free place */
	bool started;         /* it has made an update here */
	double started_share; /* of its work after that update, which may be of a resumed run */
	double started_seconds;
	double loss;  /* of the last report, nats a token */
	double speed; /* target tokens/s of the last report */
	double next;  /* where lines are not rewritten: time before which no further update is shown
	               */
	char line[PROGRESS_LINE];
};

struct progress_view {
	int trials, jobs;
	bool terminal, quiet;
	struct progress_trial trial[PROGRESS_MOST_JOBS];
	int drawn;   /* lines of the terminal that are to be rewritten */
	double next; /* time before which they are not */
};

/* trials: in all; jobs: at once, at most PROGRESS_MOST_JOBS. */
void progress_open(struct progress_view *, int trials, int jobs, bool quiet);
void progress_close(struct progress_view *);

/* Callbacks; the context is the view. */
void progress_line(void *view, const char *line);
void progress_watch(void *view, const struct trial_news *);

/* The same news as lines of JSON on standard output, for programs; the context is not used.
 * Every object has "event", and of a trial "trial", "contestant", "seed", "run". */
void progress_json_line(void *context, const char *line);
void progress_json_watch(void *context, const struct trial_news *);

#endif
