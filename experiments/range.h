/* range.h - a range of a grid: {from: 0.0001, to: 0.01, scale: log, points: 5}. Internal to
 * experiments/. */
#ifndef BAKEOFF_RANGE_H
#define BAKEOFF_RANGE_H

#include "experiments/node.h"

#include <stddef.h>

struct range {
	double from, to;
	bool log;    /* even steps of the logarithm */
	double step; /* values are from + whole multiples of it; 0: any */
	int points;  /* 0: as many as `step` gives; where that is 0 too, only `sample:` can draw */
};

/* Whether a map is a range: it has `from`. */
bool range_is(const struct node *map);

bool range_read(struct range *, const struct node *map, struct error *);

/* How many values it stands for, at most `most` + 1; 0: a continuum. */
int range_count(const struct range *, int most);

/* Value number i of range_count. */
double range_at(const struct range *, int i);

/* The value at a share from 0 to below 1 of the range. */
double range_share(const struct range *, double share);

enum { RANGE_TEXT = 40 };

/* As it is written in an experiment file: six digits. */
void range_text(double value, char text[RANGE_TEXT]);

#endif
