/* fixture_kinds.h - the tables of what kinds of reference values are understood. */
#ifndef BAKEOFF_FIXTURE_KINDS_H
#define BAKEOFF_FIXTURE_KINDS_H

#include "tests/fixture.h"

struct fixture_kind {
	const char *name; /* the case in index.tsv */
	void (*run)(struct fixture *);
};

extern const struct fixture_kind fixture_kinds_layers[]; /* layers and losses */
extern const struct fixture_kind fixture_kinds_attention[];
extern const struct fixture_kind fixture_kinds_recurrent[];
extern const struct fixture_kind fixture_kinds_models[]; /* Transformer layers and whole models */
extern const struct fixture_kind fixture_kinds_train[];  /* optimizers, schedules, search */

#endif
