/* spec_inherit.c - what an experiment file takes from others (`include:`), and a contestant from
 * another (`like:`). */
#include "experiments/spec_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEPTH_MOST = 8,
	FILES_MOST = 64, /* of all files together that include others */
	NODES_MOST = 100000, /* that all contestants together take from others */
};

/* The path of an included file as seen from the folder of the file that names it. */
static char *path_of(const struct node *item)
{
	const char *slash = item->line ? strrchr(item->place, '/') : NULL;
	const size_t folder = slash && *item->text != '/' ? (size_t)(slash - item->place) + 1 : 0;
	char *path = memory_new(folder + strlen(item->text) + 1, 1);

	memcpy(path, item->place, folder);
	strcpy(path + folder, item->text);
	return path;
}

static bool include_all(struct node *top, int depth, int *files, struct error *error);

static bool include_one(struct node *top, const struct node *item, int depth, int *files,
                        struct error *error)
{
	struct node *file;
	char *path;

	if (item->kind != NODE_VALUE || item->none || !*item->text)
		return node_error(item, error,
		                  ": must be a file, or a list of them, as in "
		                  "include: base.yaml");
	if (depth == DEPTH_MOST)
		return node_error(item, error,
		                  " = %s: files include each other, or are more than %d deep",
		                  item->text, DEPTH_MOST);
	if (++*files > FILES_MOST)
		return node_error(item, error, " = %s: more than %d files are included in all",
		                  item->text, FILES_MOST);
	path = path_of(item);
	file = node_read(path, error);
	if (!file) {
		free(path);
		return error_prefix(error, "%s:%d: include", item->place, item->line);
	}
	file->memory = path;
	if (!include_all(file, depth + 1, files, error)) {
		node_free(file);
		return false;
	}
	node_lay_over(top, file);
	return true;
}

/* Of several, what a later one says counts. */
static bool include_all(struct node *top, int depth, int *files, struct error *error)
{
	const struct node *found = node_child(top, "include");
	struct node *list;
	bool done = true;

	if (!found)
		return true;
	list = node_copy(found);
	list->key = memory_text("include");
	node_remove(top, "include");
	if (list->kind == NODE_LIST)
		for (int i = list->children - 1; done && i >= 0; i--)
			done = include_one(top, list->child[i], depth, files, error);
	else
		done = include_one(top, list, depth, files, error);
	node_free(list);
	return done;
}

bool spec_include(struct node *top, struct error *error)
{
	int files = 0;

	return include_all(top, 0, &files, error);
}

static bool unknown(const struct node *like, const struct node *contestants, struct error *error)
{
	const char **names = memory_new((size_t)contestants->children + 1, sizeof *names);
	const char *nearest;

	for (int i = 0; i < contestants->children; i++)
		names[i] = contestants->child[i]->key;
	nearest = nearest_word(like->text, names);
	node_error(like, error, " = %s: there is no such contestant%s%s%s", like->text,
	           nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	free(names);
	return false;
}

static long count(const struct node *node)
{
	long nodes = 1;

	for (int i = 0; i < node->children; i++)
		nodes += count(node->child[i]);
	return nodes;
}

static bool inherit(const struct node *contestants, struct node *own, int depth, long *nodes,
                    struct error *error)
{
	const struct node *like = node_child(own, "like");
	struct node *base = NULL;

	if (!like)
		return true;
	if (like->kind != NODE_VALUE || like->none)
		return node_error(like, error, ": must be the name of another contestant");
	for (int i = 0; i < contestants->children; i++)
		if (!strcmp(contestants->child[i]->key, like->text))
			base = contestants->child[i];
	if (!base)
		return unknown(like, contestants, error);
	if (base == own || depth == DEPTH_MOST)
		return node_error(like, error, " = %s: contestants are like each other in a circle",
		                  like->text);
	if (base->kind != NODE_MAP)
		return node_error(like, error, " = %s: has no settings", like->text);
	if (!inherit(contestants, base, depth + 1, nodes, error))
		return false;
	*nodes += count(base);
	if (*nodes > NODES_MOST)
		return node_error(like, error,
		                  " = %s: contestants take more than %d settings from others",
		                  like->text, NODES_MOST);
	node_remove(own, "like");
	node_lay_over(own, node_copy(base));
	return true;
}

bool spec_inherit(struct node *top, struct error *error)
{
	const struct node *contestants = node_child(top, "contestants");
	long nodes = 0;

	if (!contestants || contestants->kind != NODE_MAP)
		return true;
	for (int i = 0; i < contestants->children; i++)
		if (contestants->child[i]->kind == NODE_MAP &&
		    !inherit(contestants, contestants->child[i], 0, &nodes, error))
			return false;
	return true;
}
