/* grid.c - `grid:` of an experiment file: lists of values whose product makes contestants. */
#include "experiments/spec_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 512 };

static bool is_shared(const char *path)
{
	return !strncmp(path, "train.", 6) || !strncmp(path, "search.", 7);
}

static bool unknown_contestant(const struct node *list, const char *name,
                               const struct node *contestants, struct error *error)
{
	const char **names = memory_new((size_t)contestants->children + 3, sizeof *names);
	const char *nearest;
	int n = 0;

	for (; n < contestants->children; n++)
		names[n] = contestants->child[n]->key;
	names[n++] = "train";
	names[n] = "search";
	nearest = nearest_word(name, names);
	node_error(list, error, ": there is no contestant %s%s%s%s", name,
	           nearest ? "; did you mean "
	                   : "; a grid's keys are CONTESTANT.KEY, train.KEY or search.KEY",
	           nearest ? nearest : "", nearest ? "?" : "");
	free(names);
	return false;
}

/* Whose setting the path means. */
static bool read_path(struct grid_axis *axis, const struct node *contestants, struct error *error)
{
	const char *dot = strchr(axis->path, '.');
	char name[PATH_SIZE];

	axis->key = axis->path;
	if (is_shared(axis->path))
		return true;
	if (!dot)
		return node_error(axis->list, error,
		                  ": must be CONTESTANT.KEY, train.KEY or search.KEY, as in "
		                  "transformer.heads");
	snprintf(name, sizeof name, "%.*s", (int)(dot - axis->path), axis->path);
	axis->key = dot + 1;
	axis->contestant = node_child(contestants, name);
	if (!axis->contestant)
		return unknown_contestant(axis->list, name, contestants, error);
	if (!strcmp(axis->key, "architecture"))
		return node_error(
			axis->list, error,
			": a grid varies settings; write each architecture as a contestant "
			"of its own");
	return true;
}

static bool add_axis(struct grid *grid, const struct node *list, const char *path,
                     const struct node *contestants, struct error *error)
{
	struct grid_axis *axis = &grid->axis[grid->axes];

	if (list->kind != NODE_LIST || !list->children)
		return node_error(list, error,
		                  ": must be a list of values to try, as in [1, 2, 4]");
	if (grid->axes == GRID_AXES_MOST)
		return node_error(list, error, ": more than %d keys in one grid", GRID_AXES_MOST);
	grid->axes++;
	axis->list = list;
	axis->path = memory_text(path);
	if (!read_path(axis, contestants, error))
		return false;
	for (const struct grid_axis *other = grid->axis; other < axis; other++)
		if (!strcmp(other->key, axis->key) && (other->contestant == axis->contestant ||
		                                       !other->contestant || !axis->contestant))
			return node_error(list, error, ": the grid varies this already, as %s",
			                  other->path);
	return true;
}

static bool read_map(struct grid *grid, const struct node *map, const char *prefix,
                     const struct node *contestants, struct error *error)
{
	for (int i = 0; i < map->children; i++) {
		const struct node *child = map->child[i];
		char path[PATH_SIZE];
		const int length = snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "",
		                            child->key);

		if (length >= PATH_SIZE)
			return node_error(child, error, ": too long a key");
		if (child->kind == NODE_MAP ? !read_map(grid, child, path, contestants, error)
		                            : !add_axis(grid, child, path, contestants, error))
			return false;
	}
	return true;
}

bool grid_read(struct grid *grid, const struct node *top, const struct node *contestants,
               struct error *error)
{
	const struct node *node = node_child(top, "grid");

	*grid = (struct grid){ 0 };
	if (!node || node->none)
		return true;
	grid->axis = memory_new(GRID_AXES_MOST, sizeof *grid->axis);
	return keys_is_map(node, "grid: {transformer.heads: [1, 2, 4]}", error) &&
	       read_map(grid, node, "", contestants, error);
}

void grid_free(struct grid *grid)
{
	for (int i = 0; i < grid->axes; i++)
		free(grid->axis[i].path);
	free(grid->axis);
	*grid = (struct grid){ 0 };
}

bool grid_variant(const struct grid *grid, const struct node *contestant, int v,
                  struct choice *choice, int *choices)
{
	int n = 0;

	for (int i = 0; i < grid->axes; i++)
		n += !grid->axis[i].contestant || grid->axis[i].contestant == contestant;
	*choices = n;
	/* v in mixed radix, the last axis its lowest digit. */
	for (int i = grid->axes - 1; i >= 0; i--) {
		const struct grid_axis *axis = &grid->axis[i];

		if (axis->contestant && axis->contestant != contestant)
			continue;
		choice[--n] =
			(struct choice){ axis->key, axis->list->child[v % axis->list->children] };
		v /= axis->list->children;
	}
	return v == 0;
}
