/* progress.h - how a run goes, in lines for people: one that is rewritten on a terminal, plain ones
 * elsewhere. */
#ifndef BAKEOFF_PROGRESS_H
#define BAKEOFF_PROGRESS_H

#include "experiments/trial.h"

struct progress_view {
	int trials, trial; /* in all, and now */
	bool terminal, quiet;
	bool line_open;       /* the terminal's last line is to be rewritten */
	double next;          /* time before which no further update is shown */
	bool started;         /* the trial has made an update here */
	double started_share; /* of its work after that update, which may be of a resumed run */
	double started_seconds;
	double loss;  /* of the last report, nats a token */
	double speed; /* target tokens/s of the last report */
};

void progress_open(struct progress_view *, int trials, bool quiet);
void progress_close(struct progress_view *);

/* Callbacks; the context is the view. progress_watch says stop when interrupt_asked(). */
void progress_line(void *view, const char *line);
bool progress_watch(void *view, const struct trial_news *);

#endif
