/* curves.h - how contestants learn: power laws, and what it costs to reach a score. */
#ifndef BAKEOFF_CURVES_H
#define BAKEOFF_CURVES_H

#include "results/database.h"
#include "results/table.h"

/* What a curve is drawn over. */
enum curve_cost {
	COST_UPDATES,
	COST_TOKENS,        /* target tokens trained on */
	COST_SECONDS,       /* of training alone */
	COST_MULTIPLY_ADDS, /* of training: three times forward, for the gradient costs two more */
	COSTS,
};

#define CURVE_COSTS "updates, tokens, seconds or multiply-adds"

/* The cost of that name. */
bool curve_cost_find(const char *word, enum curve_cost *, struct error *);

/* One run's curve of a metric; costs between reports are interpolated, NaN where the database does
 * not know them. */
struct curve {
	long run, seed;
	char *label;         /* of the contestant, as in the view run_setups */
	bool done;           /* false: the run failed */
	double *value;       /* [count], points that are numbers, in the order of updates */
	double *cost[COSTS]; /* [count] */
	size_t count;
};

struct curves {
	struct curve *curve; /* [count], by setup and seed; done and failed runs */
	size_t count;
	int sign; /* of the metric: the best has the lowest sign * value */
};

/* An error where the experiment is not there, or the metric has no better and worse. curves_free in
 * any case. */
bool curves_read(struct curves *, struct database *, const char *experiment, const char *metric,
                 struct error *);
void curves_free(struct curves *); /* takes zeroed structs */

/* What the curve cost where it first was as good as `target`, between the points on either side;
 * false where it never was. */
bool curve_reaches(const struct curve *, int sign, double target, double cost[COSTS]);

struct curves_options {
	enum table_format format;
	enum curve_cost x;
	const char *metric;
	double target; /* NaN: none */
};

/* Prints the power law of each contestant with what it says of twice and four times the cost; and,
 * where there is a target, what every run spent to reach it, with means over seeds where all did.
 * Formats for programs have one table: runs where there is a target, else power laws. */
bool curves_print(FILE *out, struct database *, const char *experiment,
                  const struct curves_options *, struct error *);

#endif
