/* measured.h - what a probe measured: curves over x, several numbers (seeds) at each point. */
#ifndef BAKEOFF_MEASURED_H
#define BAKEOFF_MEASURED_H

#include "results/plot.h"
#include "results/table.h"

/* One number; there may be several of one x. Series are contestants, or what else has a curve of
 * its own. */
struct measured_point {
	int series;
	long seed;
	double x, value;
};

struct measured {
	char **name; /* [series] */
	bool *aside; /* [series]: for claims, neither in tables nor in plots */
	int series;
	struct measured_point *point; /* [points] */
	size_t points, capacity;
};

/* The number of the series of that name, new where there was none. */
int measured_series(struct measured *, const char *name);
/* The same, kept aside. */
int measured_aside(struct measured *, const char *name);
/* NaN is left out. */
void measured_add(struct measured *, int series, long seed, double x, double value);
/* Of each seed that the series has between x = from and to, the mean of its numbers there; seeds in
 * order. Returns how many, 0 where there is no such series. The caller frees both. */
size_t measured_by_seed(const struct measured *, const char *series, double from, double to,
                        long **seed, double **value);
void measured_free(struct measured *);

/* How a probe's x and y are called and shown. */
struct measured_axes {
	const char *x, *y;
	bool x_log, y_log;
	const char *const *label; /* of x = 0, 1, ...; NULL: x is a number */
	double bin; /* x that are shown as one, from a multiple of it on; 0: each its own */
};

/* A row an x, a column a series: mean and deviation over seeds of the mean of a bin. `table` is
 * empty. */
void measured_table(const struct measured *, const struct measured_axes *, struct table *);
/* The means as curves, with whiskers of the least and the greatest seed. */
void measured_plot(const struct measured *, const struct measured_axes *, const char *title,
                   struct plot *);
/* The curves as characters: a line a series, a character an x, all on one scale. */
void measured_shape(FILE *, const struct measured *, const struct measured_axes *);

#endif
