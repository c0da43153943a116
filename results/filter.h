/* filter.h - a condition on runs, as a user writes it, made into SQL in which every value is a
 * bound parameter: no text of the user becomes part of it.
 *
 *   condition  = and { OR and }
 *   and        = not { AND not }
 *   not        = NOT not | "(" condition ")" | NAME operator VALUE | NAME IN "(" VALUE { "," VALUE
 * } ")" operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
 *
 * Words reach to a space, comma, parenthesis or operator, or stand in quotes ("..." or '...'). The
 * key words AND, OR, NOT and IN may be in either case. "~" compares with a pattern: * any
 * characters, ? one.
 *
 * NAME is a column (filter_columns), a metric (BLEU; in either case), a metric on one test set
 * (BLEU.news), or a setting as `bakeoff query settings` prints it (train.warmup), also after
 * "settings.". A metric's value is its mean over the test sets, or else its best point, or where no
 * direction is better its last. A date is compared as far as VALUE goes: started = 2026-01-31 is
 * the whole day. A comparison with what a run lacks does not hold, so NOT of it does. */
#ifndef BAKEOFF_FILTER_H
#define BAKEOFF_FILTER_H

#include "results/database.h"

enum filter_kind {
	FILTER_NUMBER,
	FILTER_TEXT,
	FILTER_STATUS,
	FILTER_DATE,
	FILTER_TAG,     /* any of a run's tags */
	FILTER_SETTING, /* a value in JSON, of any type */
};

struct filter_column {
	const char *name;
	enum filter_kind kind;
	const char
		*sql; /* of r, a row of runs, and e, its row of experiments; NULL: made by code */
};

extern const struct filter_column filter_columns[]; /* ends with a NULL name */

/* SQL that grows, and the values of its parameters ?1, ?2, ... A zeroed struct is an empty one. */
struct filter {
	struct sqlite3_str *sql;
	struct filter_value *value; /* [values] */
	int values;
};

/* Appends SQL of the program's own. */
void filter_append(struct filter *, const char *sql);
/* Appends a parameter. */
void filter_integer(struct filter *, long);
void filter_real(struct filter *, double);
void filter_text(struct filter *, const char *); /* copies */

/* Appends the condition of `text`. An error names the column, counted in characters from 1, and the
 * word there. */
bool filter_condition(struct filter *, struct database *, const char *text, struct error *);

/* Appends the value that a name stands for, to sort by; tags have none. */
bool filter_value(struct filter *, struct database *, const char *name, struct error *);

/* The statement that has grown, its parameters bound; the caller finalizes it before filter_free.
 * NULL on error. */
struct sqlite3_stmt *filter_prepare(struct filter *, struct database *, struct error *);
void filter_free(struct filter *);

#endif
