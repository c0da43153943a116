/* merge_rows.h - rows of one database written to another. Internal to results/. */
#ifndef BAKEOFF_MERGE_ROWS_H
#define BAKEOFF_MERGE_ROWS_H

#include "results/database.h"

/* Statements for the rows of one table that belong to a run. */
struct row_copy {
	struct sqlite3_stmt *read;  /* ?1: run in the source */
	struct sqlite3_stmt *write; /* ?1: run in the target, then the columns of `read` */
};

enum { ROW_TABLES = 4 }; /* points, scores, hypotheses, tags */

extern const char *const row_tables[ROW_TABLES];

struct row_copies {
	struct row_copy run;               /* write: ?1 experiment, ?2 folder */
	struct row_copy table[ROW_TABLES]; /* in the order of row_tables */
};

/* Whether the tables that are copied are plain tables in the source, not views and the like. */
bool rows_check(struct database *from, struct error *);

/* Prepares all statements from the columns that the target's tables have. rows_close in any case.
 */
bool rows_open(struct row_copies *, struct database *into, struct database *from, struct error *);
void rows_close(struct row_copies *);

/* Adds the source's metrics that the target lacks. */
bool rows_metrics(struct database *into, struct database *from, struct error *);

/* Writes the run's row under that experiment and folder, over one of the same key where there is
 * one, and gives its number in the target. */
bool rows_copy_run(const struct row_copies *, struct database *into, struct database *from,
                   long run, long experiment, const char *key, const char *folder, long *id,
                   struct error *);

/* Replaces what belongs to run `id` of the target by what belongs to run `run` of the source; tags
 * are added. */
bool rows_copy_parts(const struct row_copies *, struct database *into, struct database *from,
                     long run, long id, struct error *);

#endif
