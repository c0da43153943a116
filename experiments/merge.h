/* merge.h - databases merged into one, with the folders of their runs. */
#ifndef BAKEOFF_EXPERIMENTS_MERGE_H
#define BAKEOFF_EXPERIMENTS_MERGE_H

#include "results/merge.h"

/* What came of one source. */
struct merge_report {
	long runs[MERGE_OUTCOMES];
	long first_added, last_added; /* numbers in the target */
	long without_files;           /* taken, but the source has no folder of them */
};

/* Is told each conflict. */
typedef void merge_tell(void *context, const struct merge_run *);

/* Merges the database at `path` into one that is open to write, see database_merge. Where `files`,
 * the folder of each run that is taken, or that is the same and has none here, is copied first: a
 * row never lacks its files for want of time. A folder's name is made here from contestant, seed
 * and key, so that no database can name a place outside, or another run's. A pack (pack.h) has its
 * files in it. Refuses a run that a process works on here. */
bool merge_database(struct database *into, const char *path, bool files, merge_tell *,
                    void *context, struct merge_report *, struct error *);

#endif
