/* node.c - the tree of an experiment file: paths, errors with their place, overrides. */
#include "experiments/node.h"
#include "experiments/node_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node *node_new(enum node_kind kind, const char *place, int line)
{
	struct node *node = memory_new(1, sizeof *node);

	node->kind = kind;
	node->place = place;
	node->line = line;
	return node;
}

void node_free(struct node *node)
{
	if (!node)
		return;
	for (int i = 0; i < node->children; i++)
		node_free(node->child[i]);
	free(node->child);
	node_free(node->under);
	free(node->key);
	free(node->text);
	free(node->memory);
	free(node);
}

void node_add(struct node *parent, struct node *child)
{
	const int n = parent->children;

	if (!(n & (n - 1)))
		parent->child =
			memory_resize(parent->child, n ? 2 * (size_t)n : 1, sizeof(struct node *));
	parent->child[n] = child;
	parent->children++;
	child->parent = parent;
}

static int child_index(const struct node *map, const char *key, size_t length)
{
	if (map && map->kind == NODE_MAP)
		for (int i = 0; i < map->children; i++)
			if (!strncmp(map->child[i]->key, key, length) &&
			    !map->child[i]->key[length])
				return i;
	return -1;
}

const struct node *node_child(const struct node *map, const char *key)
{
	const int i = child_index(map, key, strlen(key));

	return i < 0 ? NULL : map->child[i];
}

const struct node *node_find(const struct node *map, const char *path)
{
	while (map) {
		const struct node *whole = node_child(map, path);
		const char *dot = strchr(path, '.');
		int i;

		if (whole || !dot)
			return whole;
		i = child_index(map, path, (size_t)(dot - path));
		map = i < 0 ? NULL : map->child[i];
		path = dot + 1;
	}
	return NULL;
}

void node_path(const struct node *node, char path[NODE_PATH_SIZE])
{
	const struct node *up[NODE_DEPTH_MOST + 1];
	size_t used = 0;
	int n = 0;

	for (; node && n <= NODE_DEPTH_MOST; node = node->parent)
		if (node->key)
			up[n++] = node;
	*path = '\0';
	while (n-- > 0 && used < NODE_PATH_SIZE)
		used += (size_t)snprintf(path + used, NODE_PATH_SIZE - used, "%s%s",
		                         used ? "." : "", up[n]->key);
}

static bool error_at(const struct node *node, const char *path, struct error *error,
                     const char *format, va_list arguments)
{
	char message[sizeof error->message];

	vsnprintf(message, sizeof message, format, arguments);
	if (!node->line)
		return error_set(error, "--set %s: %s%s", node->place, path, message);
	return error_set(error, "%s:%d: %s%s", node->place, node->line, path, message);
}

bool node_error(const struct node *node, struct error *error, const char *format, ...)
{
	char path[NODE_PATH_SIZE];
	va_list arguments;

	node_path(node, path);
	va_start(arguments, format);
	error_at(node, path, error, format, arguments);
	va_end(arguments);
	return false;
}

bool node_error_place(const struct node *node, struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_at(node, "", error, format, arguments);
	va_end(arguments);
	return false;
}

/* Puts `value` in the map under the key, in the place of what was there. */
static void put(struct node *map, const char *key, size_t length, struct node *value)
{
	const int i = child_index(map, key, length);

	value->key = memory_new(length + 1, 1);
	memcpy(value->key, key, length);
	if (i < 0) {
		node_add(map, value);
		return;
	}
	node_free(map->child[i]);
	map->child[i] = value;
	value->parent = map;
}

void node_lay_over(struct node *over, struct node *base)
{
	struct node **last = &over->under;
	int kept = 0;

	for (int i = 0; i < base->children; i++) {
		struct node *child = base->child[i];
		const int own = child_index(over, child->key, strlen(child->key));

		if (own < 0)
			node_add(over, child);
		else if (over->child[own]->kind == NODE_MAP && child->kind == NODE_MAP)
			node_lay_over(over->child[own], child);
		else
			base->child[kept++] = child;
	}
	base->children = kept;
	while (*last)
		last = &(*last)->under;
	*last = base;
}

struct node *node_copy(const struct node *node)
{
	struct node *copy = node_new(node->kind, node->place, node->line);

	copy->none = node->none;
	copy->text = node->text ? memory_text(node->text) : NULL;
	for (int i = 0; i < node->children; i++) {
		struct node *child = node_copy(node->child[i]);

		child->key = node->child[i]->key ? memory_text(node->child[i]->key) : NULL;
		node_add(copy, child);
	}
	return copy;
}

void node_remove(struct node *map, const char *key)
{
	const int i = child_index(map, key, strlen(key));

	if (i < 0)
		return;
	node_free(map->child[i]);
	map->children--;
	memmove(&map->child[i], &map->child[i + 1],
	        (size_t)(map->children - i) * sizeof *map->child);
}

/* The map under that part of a path; an empty one is made where there is nothing yet. */
static struct node *enter(struct node *map, const char *key, size_t length, const char *assignment,
                          struct error *error)
{
	const int i = child_index(map, key, length);
	struct node *inner;

	if (i >= 0 && map->child[i]->kind == NODE_MAP)
		return map->child[i];
	if (i >= 0 && !map->child[i]->none) {
		char path[NODE_PATH_SIZE];

		node_path(map->child[i], path);
		error_set(error,
		          "--set %s: %s is a single value or a list and has no keys below it",
		          assignment, path);
		return NULL;
	}
	inner = node_new(NODE_MAP, assignment, 0);
	put(map, key, length, inner);
	return inner;
}

/* Length of the path before the '=': 0 where a part of it is empty or there are too many. */
static size_t path_length(const char *assignment)
{
	const size_t length = strcspn(assignment, "=");
	int parts = 1;

	if (!assignment[length] || !length || length >= NODE_PATH_SIZE || *assignment == '.' ||
	    assignment[length - 1] == '.')
		return 0;
	for (size_t i = 0; i + 1 < length; i++) {
		parts += assignment[i] == '.';
		if (assignment[i] == '.' && assignment[i + 1] == '.')
			return 0;
	}
	return parts < NODE_DEPTH_MOST / 2 ? length : 0;
}

bool node_assign(struct node *top, const char *assignment, struct error *error)
{
	size_t length = path_length(assignment), part;
	const char *path = assignment;
	struct node *value;

	if (!length)
		return error_set(error,
		                 "--set %s: must be KEY=VALUE, as in train.batch_tokens=4096",
		                 assignment);
	value = node_parse_value(assignment, assignment + length + 1, error);
	while (value && child_index(top, path, length) < 0 &&
	       (part = strcspn(path, ".")) < length) {
		top = enter(top, path, part, assignment, error);
		if (!top) {
			node_free(value);
			return false;
		}
		path += part + 1;
		length -= part + 1;
	}
	if (value)
		put(top, path, length, value);
	return value != NULL;
}
