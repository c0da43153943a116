/* merge.h - runs of one database taken over into another. */
#ifndef BAKEOFF_MERGE_H
#define BAKEOFF_MERGE_H

#include "results/database.h"

enum { MERGE_FOLDER_SIZE = 128 };

/* What came of one run. Two rows are the same run where name of the experiment and key are equal.
 */
enum merge_outcome {
	MERGE_ADDED,
	MERGE_REPLACED, /* it was further along there */
	MERGE_SAME,     /* nothing new */
	MERGE_BEHIND,   /* it is further along here: nothing is taken */
	MERGE_CONFLICT, /* finished in both, with different results: nothing is taken */
	MERGE_OUTCOMES,
};

struct merge_run {
	enum merge_outcome outcome;
	const char *experiment;
	const struct run_record *from; /* as the source has it */
	long id;                       /* in the target; 0: none yet */
	const char *difference;        /* of a conflict: what differs first, both values */
};

/* What a merge tells and asks. */
struct merge_handler {
	/* Called for a run that is added or replaced before its rows are written, and for one that
	 * is the same: time for its files. `folder` is what its row is to have (of one that is the
	 * same it stays). False stops, and nothing of the source is taken. */
	bool (*take)(void *context, const struct merge_run *, char folder[MERGE_FOLDER_SIZE],
	             struct error *);
	/* Called when the rows of a run are written, or are left; may be NULL. */
	void (*tell)(void *context, const struct merge_run *);
	void *context;
};

/* Takes over the run `only` of a database that was opened to read, or all of them (0), in one
 * transaction, with points, scores, hypotheses, tags, notes and metrics that the target lacks; the
 * runs get numbers of the target. Of a run that both have, the one that is further along counts:
 * done over all else, then by updates, then the one that ended later. A replaced run keeps its
 * number, its tags, and its note where the other has none. Merging again changes nothing.
 * Summaries are counted anew. The source is believed nothing: its tables must be tables, and what
 * does not fit the target's rules is refused; on error the target is as it was. */
bool database_merge(struct database *into, struct database *from, long only,
                    const struct merge_handler *, struct error *);

/* The run but `id` whose row has that folder; 0: none. */
bool database_folder_run(struct database *, const char *folder, long id, long *other,
                         struct error *);

#endif
