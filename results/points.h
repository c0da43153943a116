/* points.h - the points of curves between memory and file. Internal to results/. */
#ifndef BAKEOFF_POINTS_H
#define BAKEOFF_POINTS_H

#include "results/database.h"

struct database_metric {
	long id;
	char *name;
	int sign; /* the best is the lowest of sign * value; 0: there is no best */
};

struct database_point {
	long run, metric, step;
	size_t order; /* in which points came: of equal keys the later one counts */
	int sign;     /* of the metric */
	double value;
};

/* Reads the metrics of the file; called once, at opening. */
bool points_load_metrics(struct database *, struct error *);

/* The metric of that name, or NULL with an error that says where the names are listed. */
const struct database_metric *points_metric(struct database *, const char *name, struct error *);

/* Counts summaries anew from the points of a run; `metric` 0: of all its metrics. Inside a
 * transaction. */
bool points_summarise(struct database *, long run, long metric, struct error *);

/* Counts the medians of a run's curves, when it ends: they cannot be kept up to date point by
 * point. Inside a transaction. */
bool points_medians(struct database *, long run, struct error *);

void points_free(struct database *);

#endif
