/* known_metrics.h - the metrics that the program itself records: one table, of what they are and
 * how people read them. */
#ifndef BAKEOFF_KNOWN_METRICS_H
#define BAKEOFF_KNOWN_METRICS_H

#include "results/best_of.h"

#include <stdbool.h>

/* What is tested, and with it which scores say something of it and how a report shows examples. A
 * run with scores of several kinds is of the last of them: pictures are translated, too. */
enum kind {
	KIND_NONE,      /* a curve or a cost: no score */
	KIND_SENTENCES, /* that are translated */
	KIND_TEXTS,     /* that are gone on with */
	KIND_LABELS,
	KIND_NUMBERS, /* that are foreseen */
	KIND_PICTURES,
};

struct known_metric {
	const char *name;
	const char *unit;      /* of values */
	const char *direction; /* "higher" or "lower" is better, or "none" */
	unsigned of;           /* the kinds that it says something of, a bit 1 << kind each */
	enum kind ranks;       /* the kind whose runs are ranked by it; KIND_NONE: none */
	int decimals;          /* that people read */
	const char *help;      /* the definition, one line */
};

extern const struct known_metric known_metrics[]; /* ends with a NULL name */

/* NULL: none has the name. */
const struct known_metric *known_metric_find(const char *name);

/* The kind that it ranks runs of, KIND_NONE where there is none. */
enum kind known_metric_ranks(const char *name);

/* Whether it says something of runs of that kind. */
bool known_metric_is_of(const char *name, enum kind);

/* Decimals that people read, of others than known ones 2. */
int known_metric_decimals(const char *name);

/* FROM clause of SQL: a run's scores (s) of the metric (m) that ranks it, one a test set that it was
 * tested by; ranks(name) is known_metric_ranks. */
#define HEADLINE_OF(run)                                                                           \
	"FROM scores s JOIN metrics m ON m.id = s.metric WHERE s.run = " run                       \
	" AND ranks(m.name) AND ranks(m.name) = (SELECT max(ranks(q.name)) FROM scores p"          \
	" JOIN metrics q ON q.id = p.metric WHERE p.run = " run ") AND NOT " IS_BEST_OF("s.test_set")

#endif
