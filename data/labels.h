/* labels.h - whether targets are labels: one a line, or one for each token of the source. */
#ifndef BAKEOFF_DATA_LABELS_H
#define BAKEOFF_DATA_LABELS_H

#include "data/corpus.h"

/* Whether the objective's targets are labels. */
static inline bool objective_labels(enum objective objective)
{
	return objective == OBJECTIVE_CLASSIFY || objective == OBJECTIVE_TAG;
}

/* False and an error that names file and line of the first target that has not as many labels as
 * the objective asks for: one, or as many as its source has tokens. */
bool labels_check(const struct parallel *, enum objective, struct vocabulary *const[SIDES],
                  struct error *);

/* The same of lines in memory, whose targets `name` calls by name. */
bool labels_check_corpus(const struct corpus *, const char *name, struct error *);

#endif
