/* compare_parts.h - what follows the table of an experiment. Internal to results/. */
#ifndef BAKEOFF_COMPARE_PARTS_H
#define BAKEOFF_COMPARE_PARTS_H

#include "results/compare.h"

enum { COMPARE_WIDTH = 100 }; /* columns of a box where there is no terminal */

/* A title and a line a pair, one line for all where `contestants` are too many for that; nothing
 * where there is no pair. The caller frees *text, also after an error. */
bool compare_verdicts(struct database *, const char *experiment, size_t contestants,
                      const struct compare_options *, char **text, struct error *);

/* A row a setting; `contestants` has their names in its first column. */
bool compare_settings(FILE *out, struct database *, const char *experiment,
                      const struct table *contestants, const struct compare_options *,
                      struct error *);

#endif
