/* evaluate.h - what a model makes of sentences that are given: losses, forced scores. */
#ifndef BAKEOFF_EVALUATE_H
#define BAKEOFF_EVALUATE_H

#include "core/pool.h"
#include "core/ranks.h"
#include "models/model.h"

/* The loss of a whole corpus without smoothing or dropout, batches shared out over the pool and
 * summed in their order. `log_probability` [sentences], where not NULL, gets each target's log p,
 * its end counted. */
struct loss evaluate(const struct model *, const struct corpus *, long batch_tokens, struct pool *,
                     double *log_probability);
/* The same loss, its batches shared out over ranks too; not to be used where one is lost. */
struct loss evaluate_on_ranks(const struct model *, const struct corpus *, long batch_tokens,
                              struct pool *, struct ranks *);

#endif
