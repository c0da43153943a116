/* filter_parts.h - a condition that is being read, and what its names stand for. Internal to
 * results/. */
#ifndef BAKEOFF_FILTER_PARTS_H
#define BAKEOFF_FILTER_PARTS_H

#include "results/filter.h"

/* A name that was understood. */
struct filter_name {
	enum filter_kind kind;
	const char *sql; /* of a column; NULL: of a metric or a setting */
	long metric;
	const char *test_set; /* of the metric, part of the name; NULL: all */
	char path[512];       /* of a setting in the JSON of settings: $."train"."warmup" */
};

/* Looks a name up; the error says what is nearest to it. `name` must live as long as *found. */
bool filter_find(struct database *, const char *name, struct filter_name *found, struct error *);

/* Appends the value of the run r, or NULL where it has none; not for tags. */
void filter_put(struct filter *, const struct filter_name *);

enum filter_token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_OPERATOR,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA
};

struct filter_parser {
	struct filter *filter;
	struct database *database;
	struct error *error;
	const char *start, *next; /* of the condition; behind the token */
	const char *at;           /* the token */
	enum filter_token token;
	char *word; /* the token without quotes; owned */
	int comparisons;
};

/* Sets the error, with the place of the token before it: "column 7, near "foo": ...". `format` has
 * one %s, for `word`. Returns false. */
bool filter_wrong(struct filter_parser *, const char *format, const char *word);

/* Whether the token can be a name or a value. */
bool filter_is_value(const struct filter_parser *);

/* The SQL of an operator; NULL where there is none such. */
const char *filter_operator(const char *word);

/* Appends the comparison with the token; `sql` is of filter_operator. */
bool filter_compare(struct filter_parser *, const struct filter_name *, const char *sql);

#endif
