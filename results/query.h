/* query.h - runs a SELECT, of this program or of its user, and prints what it gives. */
#ifndef BAKEOFF_QUERY_H
#define BAKEOFF_QUERY_H

#include "results/database.h"
#include "results/table.h"

/* Runs one SELECT (WITH and VALUES too) on a database opened to read and prints its rows; rows go
 * out as they come but in a box. :experiment in it becomes `experiment`, which may be NULL.
 * Anything that would write, attach, set a pragma or load code is refused with a line that says
 * so. */
bool query_print(FILE *out, struct database *, const char *sql, const char *experiment,
                 enum table_format, struct error *);

/* The same into `table`, which must be empty; the caller frees it, also after an error. */
bool query_table(struct database *, const char *sql, const char *experiment, struct table *,
                 struct error *);

#endif
