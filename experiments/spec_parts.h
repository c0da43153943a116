/* spec_parts.h - what the readers of an experiment file's parts share. */
#ifndef BAKEOFF_SPEC_PARTS_H
#define BAKEOFF_SPEC_PARTS_H

#include "data/task.h"
#include "experiments/keys.h"
#include "experiments/spec.h"

enum { CONTESTANTS_MOST = 1000, GRID_AXES_MOST = 32 };

/* `data:` of the file into experiment->data; `path` is the file's. */
bool spec_data(struct experiment *, const struct node *top, const char *path, struct error *);

/* `contestants:` and `grid:` into experiment->contestant; all else is read already. */
bool spec_contestants(struct experiment *, const struct node *top, struct error *);

/* `tune:`, after the contestants. */
bool spec_tune(struct experiment *, const struct node *top, struct error *);
void tuning_free(struct tuning *);

/* `halving:`, after the contestants. */
bool spec_halving(struct experiment *, const struct node *top, struct error *);

/* Whether text can be a name in tables and file names: 1 to 60 bytes without control characters;
 * else an error at the node, which is called `what`. */
bool spec_name(const struct node *, const char *text, const char *what, struct error *);

/* `include:` of the file, and of those: their keys where it has none of its own. Before --set. */
bool spec_include(struct node *top, struct error *);

/* `like:` of the contestants: the other's settings where it has none of its own. After --set. */
bool spec_inherit(struct node *top, struct error *);

/* Values that are tried. */
struct grid_axis {
	const struct node *list;       /* of the file: for errors */
	struct node *values;           /* [samples or more] a list, owned; text only */
	const struct node *contestant; /* whose setting it is; NULL: everyone's */
	char *path;                    /* "transformer.heads", "train.learning_rate" */
	const char *key; /* in a contestant: "heads", "train.learning_rate"; part of path */
};

struct grid {
	struct grid_axis *axis; /* [axes] */
	int axes;
	int samples; /* variants that `sample:` draws; value number v of every axis makes one. 0: all
	                combinations */
};

/* `grid:` and `sample:` of the file; `contestants` is the map of that name. */
bool grid_read(struct grid *, const struct node *top, const struct node *contestants,
               struct error *);
void grid_free(struct grid *);

/* All values of axis->list, a list or a range, to axis->values, which the caller frees, also after
 * an error. */
bool grid_axis_fill(struct grid_axis *, struct error *);

/* A value of an axis. */
struct choice {
	const char *key;
	const struct node *value;
};

/* Writes the choices for a contestant's variant number v, counted from 0, and how many there are
 * (the axes that apply to it); false past the last variant. `choice` has room for GRID_AXES_MOST.
 */
bool grid_variant(const struct grid *, const struct node *contestant, int v, struct choice *choice,
                  int *choices);

/* The architectures and settings of a contestant's map. What was made is to be freed even on an
 * error; `design` is zeroed. */
bool spec_design(struct design *, const struct node *, struct error *);

/* Puts a grid's value in: "heads" of both sides that know it, "encoder.heads" of one. Returns the
 * setting, and the struct that it was read into. NULL and an error where it does not fit. */
const struct setting *spec_design_choose(struct design *, const struct choice *, const void **base,
                                         struct error *);

/* Once all keys and choices are read: what the task says of the arrangement, and the rest of what the
 * arrangement says (design_arrange). False and an error at a key that means nothing in it. A task of NULL
 * leaves all open. */
bool spec_arrange(struct design *, const struct task *, const struct node *, const struct choice *,
                  int choices, struct error *);

/* Resolves one variant of a contestant. */
bool contestant_read(struct contestant *, const struct experiment *, const struct node *top,
                     const struct node *, const struct choice *, int choices, struct error *);

#endif
