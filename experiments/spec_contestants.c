/* spec_contestants.c - the list of an experiment's contestants: names, the grid's product, no two
 * alike. */
#include "experiments/spec_parts.h"

#include <stdlib.h>
#include <string.h>

/* "--set contestants.lstn.width=4" makes a contestant that the file does not have: a slip. */
static bool check_known(const struct node *map, const struct node *node, struct error *error)
{
	const char **names;
	const char *nearest;
	int n = 0;

	if (node->line || node->none || node_child(node, "architecture"))
		return true;
	names = memory_new((size_t)map->children + 1, sizeof *names);
	for (int i = 0; i < map->children; i++)
		if (map->child[i] != node)
			names[n++] = map->child[i]->key;
	nearest = nearest_word(node->key, names);
	node_error(node, error, ": there is no contestant %s%s%s%s", node->key,
	           nearest ? "; did you mean " : "; a new one needs its architecture",
	           nearest ? nearest : "", nearest ? "?" : "");
	free(names);
	return false;
}

static bool check_name(const struct node *map, const struct node *node, struct error *error)
{
	if (!spec_name(node, node->key, "the name", error))
		return false;
	if (strpbrk(node->key, ".=/"))
		return node_error(node, error, ": the name of a contestant has no '.', '=' or '/'");
	if (!strcmp(node->key, "train") || !strcmp(node->key, "search"))
		return node_error(node, error,
		                  ": cannot be a contestant's name, `grid:` would take it "
		                  "for the settings of all");
	return check_known(map, node, error);
}

/* All that decides a trial's result, as text. */
static char *text_of(const struct experiment *e, const struct contestant *c)
{
	json_t *json = contestant_to_json(e, c);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}

/* The last contestant against those before it. `value`: a value of the grid that made it, or its
 * own node. */
static bool check_unlike(const struct experiment *e, const struct node *node,
                         const struct node *value, char *const *text, struct error *error)
{
	const int last = e->contestants - 1;

	for (int i = 0; i < last; i++)
		if (!strcmp(e->contestant[i].name, e->contestant[last].name))
			return node_error(value, error, ": %s comes out of the grid twice",
			                  e->contestant[i].name);
		else if (!strcmp(text[i], text[last]))
			return node_error(
				node, error,
				": %s has the same settings as %s; leave one out, or give "
				"more seeds",
				e->contestant[last].name, e->contestant[i].name);
	return true;
}

/* A sample of few values draws some combinations twice: the last contestant is one that there is. */
static bool is_repeated(const struct experiment *e)
{
	const int last = e->contestants - 1;

	for (int i = 0; i < last; i++)
		if (!strcmp(e->contestant[i].name, e->contestant[last].name))
			return true;
	return false;
}

static bool add_variants(struct experiment *e, const struct node *top, const struct node *node,
                         const struct grid *grid, char **text, struct error *error)
{
	struct choice choice[GRID_AXES_MOST];
	int choices;

	for (int v = 0; grid_variant(grid, node, v, choice, &choices); v++) {
		struct contestant *c;

		if (e->contestants == CONTESTANTS_MOST)
			return node_error(node, error, ": more than %d contestants with the grid's",
			                  CONTESTANTS_MOST);
		c = &e->contestant[e->contestants++];
		if (!contestant_read(c, e, top, node, choice, choices, error))
			return false;
		if (grid->samples && is_repeated(e)) {
			contestant_free(c);
			e->contestants--;
			continue;
		}
		text[e->contestants - 1] = text_of(e, c);
		if (!check_unlike(e, node, choices ? choice[choices - 1].value : node, text, error))
			return false;
	}
	return true;
}

static bool add_all(struct experiment *e, const struct node *top, const struct node *map,
                    const struct grid *grid, struct error *error)
{
	char **text = memory_new(CONTESTANTS_MOST, sizeof *text);
	bool done = true;

	e->contestant = memory_new(CONTESTANTS_MOST, sizeof *e->contestant);
	for (int i = 0; done && i < map->children; i++)
		done = add_variants(e, top, map->child[i], grid, text, error);
	for (int i = 0; i < CONTESTANTS_MOST; i++)
		free(text[i]);
	free(text);
	return done;
}

bool spec_contestants(struct experiment *e, const struct node *top, struct error *error)
{
	const struct node *map = node_child(top, "contestants");
	struct grid grid = { 0 };
	bool done = true;

	if (!map || map->none || (map->kind == NODE_MAP && !map->children))
		return node_error_place(
			map ? map : top, error,
			"contestants: is missing; name at least one, as in contestants: "
			"{lstm: {architecture: rnn}}");
	if (!keys_is_map(map, "contestants: {lstm: {architecture: rnn}}", error))
		return false;
	for (int i = 0; done && i < map->children; i++)
		done = check_name(map, map->child[i], error);
	done = done && grid_read(&grid, top, map, error) && add_all(e, top, map, &grid, error);
	grid_free(&grid);
	return done;
}
