/* queries.h - the questions that users ask most, as SQL with a name. */
#ifndef BAKEOFF_QUERIES_H
#define BAKEOFF_QUERIES_H

/* :experiment, where the SQL has it, is the name of an experiment or NULL for all. */
struct named_query {
	const char *name;
	const char *help; /* one line */
	const char *sql;
};

extern const struct named_query named_queries[]; /* ends with a NULL name */

/* The query of that name, or NULL. */
const struct named_query *named_query_find(const char *name);

#endif
