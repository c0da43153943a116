/* compare.h - the table of an experiment: a row a contestant, what it costs and what it is worth.
 */
#ifndef BAKEOFF_COMPARE_H
#define BAKEOFF_COMPARE_H

#include "results/database.h"
#include "results/table.h"

/* Prints, for each contestant, means and deviations over the seeds of its done runs (speeds:
 * medians), the best of each quality marked; then, in box, markdown and latex, the settings that
 * differ and the runs that are not done. A contestant whose settings or data were changed between
 * runs has a row for each. Works on a database opened either way. */
bool compare_print(FILE *out, struct database *, const char *experiment, enum table_format,
                   struct error *);

#endif
