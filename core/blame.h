/* blame.h - which operation of a forward or backward pass first made a number that is not finite.
 *
 * A tape that has a blame, and a graph beside it (core/graph.h), looks at the result of every
 * operation and at every gradient that it passes on: for an update that is done again because it
 * went wrong, not for one that may go well. */
#ifndef BAKEOFF_BLAME_H
#define BAKEOFF_BLAME_H

#include "core/graph.h"

#include <stdbool.h>
#include <stddef.h>

struct blame {
	bool found, backward;
	double value;          /* infinite, or not a number */
	const char *operation; /* NULL: the parameter itself */
	const char *parameter; /* the first that the operation reads, or NULL */
	struct graph_place place;
};

/* Each keeps the first that it finds, and does nothing once one is found. */
void blame_parameters(struct blame *, const struct parameters *);
/* The gradient of all shards, flat like the parameters. */
void blame_sum(struct blame *, const struct parameters *, const real *gradient);
void blame_result(struct blame *, const struct graph *, const struct var *y);
/* Looks at the gradients of y's inputs, to which y's has just been passed. */
void blame_gradients(struct blame *, const struct graph *, const struct var *y);

enum { BLAME_TEXT = 256 };

/* "inf first in forward of linear (encoder, layer 2, feed-forward; decoder.out.weight)". Without a
 * find: "no single operation". */
void blame_text(const struct blame *, char text[BLAME_TEXT]);

#endif
