/* query.h - runs a SELECT, of this program or of its user, and prints what it gives. */
#ifndef BAKEOFF_QUERY_H
#define BAKEOFF_QUERY_H

#include "results/database.h"
#include "results/table.h"

/* What :NAME in the SQL becomes: a number where the text reads as one, but :experiment is always a
 * text. NULL: NULL, as every :NAME without a value. */
struct query_value {
	const char *name, *text;
};

struct query {
	const char *sql;
	const struct query_value *values; /* [value_count] */
	size_t value_count;
	double timeout; /* s until it is stopped with an error; 0: never */
};

/* Runs one SELECT (WITH and VALUES too) and prints its rows; rows go out as they come but in a box.
 * Bytes that are no text (blobs) are printed as SQL writes them, x'00ff'. Anything that would
 * write, attach, set a pragma or load code is refused with a line that says so, and so is a value
 * whose name the SQL does not have, :experiment excepted. */
bool query_run(FILE *out, struct database *, const struct query *, enum table_format,
               struct error *);

/* The same without other values than `experiment`, which may be NULL, and without a timeout. */
bool query_print(FILE *out, struct database *, const char *sql, const char *experiment,
                 enum table_format, struct error *);

/* The same into `table`, which must be empty; the caller frees it, also after an error. */
bool query_table(struct database *, const char *sql, const char *experiment, struct table *,
                 struct error *);

#endif
