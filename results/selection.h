/* selection.h - some of the runs, in an order: what a command shows, exports or deletes. */
#ifndef BAKEOFF_SELECTION_H
#define BAKEOFF_SELECTION_H

#include "results/database.h"

struct selection {
	const char *experiment; /* its name; NULL: all */
	const char *where;      /* filter.h; NULL: all */
	const char *sort;       /* a name as in filter.h, descending after "-"; NULL: by number */
	long limit;             /* at most so many, the first in the order; 0: all */
};

/* Makes the temporary table chosen(place, run) of this connection, one row a run that is selected,
 * places from 1 in the order; runs without the value that they are sorted by come last. Works on a
 * database opened either way, once a connection. */
bool selection_choose(struct database *, const struct selection *, struct error *);

/* Tables and views show on this connection only what was chosen, from now on, whoever reads them by
 * their bare names. Nothing can be written to the tables then. */
bool selection_apply(struct database *, struct error *);

/* The numbers of the chosen runs in their order; the caller frees the list. */
bool selection_runs(struct database *, long **run, size_t *runs, struct error *);

#endif
