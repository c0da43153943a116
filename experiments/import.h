/* import.h - weights that another program trained, as a run of their own. */
#ifndef BAKEOFF_IMPORT_H
#define BAKEOFF_IMPORT_H

#include "experiments/spec.h"
#include "results/database.h"

struct import_request {
	const char *weights;           /* safetensors */
	const char *map;               /* see weight_map.h */
	const char *vocabulary[SIDES]; /* see vocabulary_import; the target's is NULL where both
	                                  are one */
	const char *database;
	const struct experiment *experiment;
	const char *contestant; /* of the experiment; the weights are of such a model */
	struct pool *test; /* translates and scores the experiment's test sets, too; NULL: not */
};

/* Makes a run (done, with no curves, and scores of the test sets alone where that is asked, note
 * "imported ...") of a contestant whose weights are those of the file. Equal weights, vocabularies
 * and settings are one run: *again is true where the database had it before, which is then as it
 * was. `say` is told what the text of a vocabulary will not have in common with the other
 * program's; may be NULL. */
bool import_run(const struct import_request *, long *run, bool *again,
                void say(void *context, const char *line), void *context, struct error *);

#endif
