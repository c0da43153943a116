/* rung.h - how far a run was, and how good, when its training had come to a point. */
#ifndef BAKEOFF_RUNG_H
#define BAKEOFF_RUNG_H

#include "results/database.h"

/* A run's first validation at which the metric `unit` ("updates", or one that has a point at each
 * validation: "epoch", "target_tokens") is at least `amount`: whether there was one, and the lowest
 * valid_nll up to it; of a run that is done, up to its end if it has none. NaN where there was no
 * validation. */
struct rung {
	bool reached;
	double best;
};

bool rung_read(struct database *, long run, const char *unit, double amount, struct rung *,
               struct error *);

#endif
