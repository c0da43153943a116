/* keys.h - maps of an experiment file into structs of settings. */
#ifndef BAKEOFF_KEYS_H
#define BAKEOFF_KEYS_H

#include "core/setting.h"
#include "experiments/node.h"

/* Where the keys of a map go: a table and its struct. A list of them ends with table NULL. */
struct keys_target {
	const struct setting *table;
	void *base;
};

/* Reads every key of the map into the first target that knows it, but the `others`, which the
 * caller reads (NULL after the last; may be NULL itself). A NULL or empty node is an empty map.
 * Unknown keys are errors that name the nearest known one. */
bool keys_read(const struct node *map, const struct keys_target *, const char *const *others,
               struct error *);

/* Reads one value, of the setting `name` of the targets; for errors that have the node's place and
 * key. */
bool keys_read_value(const struct node *, const struct setting *, void *base, struct error *);

/* The setting of that name, and its struct, or NULL. */
const struct setting *keys_find(const struct keys_target *, const char *name, void **base);

/* "NODE: no such key; did you mean ...?", where it belongs, or what there is; returns false.
 * `name`: the key that was meant; `prefix`: the part of the targets' names that its map stands for,
 * "" or "stop.". */
bool keys_unknown(const struct node *, const char *name, const struct keys_target *,
                  const char *const *others, const char *prefix, struct error *);

/* True: a map, an empty value or no node at all; otherwise an error that shows how it is written.
 */
bool keys_is_map(const struct node *, const char *example, struct error *);

#endif
