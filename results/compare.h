/* compare.h - the table of an experiment: a row a contestant, what it costs and what it is worth.
 */
#ifndef BAKEOFF_COMPARE_H
#define BAKEOFF_COMPARE_H

#include "results/database.h"
#include "results/table.h"

enum { COMPARE_MOST_VERDICTS = 28 }; /* pairs, of eight contestants; above, name a baseline */

struct compare_options {
	enum table_format format;
	const char *baseline; /* verdicts only of pairs with this contestant; NULL: of all pairs */
	/* As in differing_settings. */
	bool (*is_default)(const char *architecture, const char *key, const char *value);
};

/* Prints, for each contestant, means and deviations over the seeds of its done runs (speeds:
 * medians), the best of each quality marked; then, in formats for reading, verdicts
 * (contest.h), the settings that differ, what was tuned before, and the runs that are
 * not done. A setting that some
 * contestants lack is left out where it has its default in the others. A contestant whose settings
 * or data were changed between runs has a row for each. Works on a database opened either way. */
bool compare_print(FILE *out, struct database *, const char *experiment,
                   const struct compare_options *, struct error *);

/* Prints all pairs of contestants, or those with the baseline: every number of every verdict, in
 * the metric of that name. */
bool compare_pairs(FILE *out, struct database *, const char *experiment, const char *metric,
                   const struct compare_options *, struct error *);

#endif
