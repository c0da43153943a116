/* weight_map.h - how tensors of another program's model become our parameters: rules by name, in a
 * YAML file; docs/import.md.
 *
 * In a name `*` stands for the number of a layer, the same one on both sides of a rule.
 */
#ifndef BAKEOFF_WEIGHT_MAP_H
#define BAKEOFF_WEIGHT_MAP_H

#include "core/parameters.h"
#include "core/safetensors.h"
#include "experiments/node.h"

enum { WEIGHT_PARTS = 16, WEIGHT_NAME_SIZE = 256 };

enum weight_way {
	WEIGHT_JOIN,     /* parts below each other; one part: as it is */
	WEIGHT_SUM,      /* of parts */
	WEIGHT_PRODUCT,  /* of two matrices */
	WEIGHT_CONSTANT, /* every number `value` */
	WEIGHT_IDENTITY, /* `value` where row and column are one, else 0 */
};

/* Rows, or columns, cut into `of` equal pieces, of which those of `take` remain, in that order. */
struct weight_cut {
	int of; /* 0: all, as they are */
	int take[WEIGHT_PARTS], count;
};

/* One of our parameters, or one in each layer. */
struct weight_rule {
	const struct node *node; /* place, and our name */
	enum weight_way way;
	const char *part[WEIGHT_PARTS]; /* their names */
	int parts;
	/* What becomes of each part first: axes in another order, then the cuts. */
	int axis[TENSOR_DIMENSIONS];
	int axes; /* 0: as they are */
	struct weight_cut rows, columns;
	double scale, value;
	bool optional; /* where none of the parts is there every number is `absent` */
	double absent;
};

struct weight_map {
	const char *path;         /* not owned */
	struct node *top;         /* of all texts */
	struct weight_rule *rule; /* [rules] */
	int rules;
	const char *prefix;        /* may stand before each of their names; "" */
	const struct node *ignore; /* list of their names that are not read, or NULL */
	const struct node *same;   /* map of names that may be there, and must have the numbers of
	                              another of theirs, or NULL */
};

/* Reads a map. Errors have file and line. `path` must live as long as the map. */
bool weight_map_read(struct weight_map *, const char *path, struct error *);
void weight_map_free(struct weight_map *);

/* Whether a name is of the pattern; *number is that of its layer, -1 where the pattern has none. */
bool weight_name_matches(const char *pattern, const char *name, int *number);
/* The name of a pattern in that layer (-1: the `*` stays); false where it is too long. */
bool weight_name_fill(const char *pattern, int number, char name[WEIGHT_NAME_SIZE]);

/* Makes all parameters of tensors. Each parameter must come from one rule and each tensor go into
 * one parameter or be named as ignored; shapes must fit, numbers be finite, tensors be of F32, F64,
 * F16 or BF16. Errors name both sides. Memory is taken only after names and shapes have been
 * checked; on an error there are no weights. */
bool weight_map_apply(const struct weight_map *, const struct safetensors *, struct parameters *,
                      struct error *);

#endif
