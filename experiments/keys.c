/* keys.c - maps of an experiment file into structs of settings. */
#include "experiments/keys.h"
#include "data/settings.h"
#include "eval/settings.h"
#include "models/architecture.h"
#include "train/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256, LIST_SIZE = 400 };

/* What reading of nested maps passes on. */
struct context {
	const struct keys_target *target;
	const char *const *others;
	struct error *error;
};

const struct setting *keys_find(const struct keys_target *target, const char *name, void **base)
{
	for (; target->table; target++) {
		const struct setting *found = setting_find(target->table, name);

		if (found) {
			*base = target->base;
			return found;
		}
	}
	return NULL;
}

/* Whether settings have names that start with `prefix`, which ends in a dot. */
static bool is_group(const struct keys_target *target, const char *prefix)
{
	const size_t length = strlen(prefix);

	for (; target->table; target++)
		for (const struct setting *s = target->table; s->name; s++)
			if (!strncmp(s->name, prefix, length))
				return true;
	return false;
}

static bool is_among(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

bool keys_is_map(const struct node *node, const char *example, struct error *error)
{
	if (!node || node->kind == NODE_MAP || node->none)
		return true;
	return node_error(node, error, ": must be a map of keys, as in %s", example);
}

/* Names that may stand where a key is wrong: what follows the prefix, up to the next dot. */
struct names {
	const char **name; /* NULL after the last */
	char *text;        /* the names' bytes */
	size_t count, used;
};

static void add_name(struct names *n, const char *name)
{
	const size_t length = strcspn(name, ".");
	char *copy = n->text + n->used;

	memcpy(copy, name, length);
	copy[length] = '\0';
	if (is_among(n->name, copy))
		return;
	n->name[n->count++] = copy;
	n->name[n->count] = NULL;
	n->used += length + 1;
}

static struct names list_names(const struct keys_target *target, const char *const *others,
                               const char *prefix)
{
	const size_t length = strlen(prefix);
	size_t count = 1, bytes = 1;
	struct names n = { 0 };

	for (const char *const *o = others; o && *o; o++, count++)
		bytes += strlen(*o) + 1;
	for (const struct keys_target *t = target; t->table; t++)
		for (const struct setting *s = t->table; s->name; s++, count++)
			bytes += strlen(s->name) + 1;
	n.name = memory_new(count, sizeof *n.name);
	n.text = memory_new(bytes, 1);
	for (; !length && others && *others; others++)
		add_name(&n, *others);
	for (; target->table; target++)
		for (const struct setting *s = target->table; s->name; s++)
			if (!strncmp(s->name, prefix, length))
				add_name(&n, s->name + length);
	return n;
}

static bool has_key(const struct setting *table, const char *name)
{
	const size_t length = strlen(name);

	for (; table->name; table++)
		if (!strncmp(table->name, name, length) &&
		    (!table->name[length] || table->name[length] == '.'))
			return true;
	return false;
}

/* Another part of the file that has this key, for "it belongs ..."; false where none has. */
static bool find_elsewhere(const char *name, char text[LIST_SIZE])
{
	static const struct {
		const char *where;
		const struct setting *table;
	} part[] = { { "in `train:`", train_settings_table },
		     { "in `search:`", search_settings_table },
		     { "in `data:`", data_settings_table },
		     { "to a contestant", model_settings_table },
		     { "to a contestant", layer_settings_table } };

	for (int i = 0; i < 5; i++)
		if (has_key(part[i].table, name)) {
			snprintf(text, LIST_SIZE, "%s", part[i].where);
			return true;
		}
	for (int i = 0; architecture_at(i); i++)
		if (has_key(architecture_at(i)->settings, name)) {
			snprintf(text, LIST_SIZE, "to contestants of architecture: %s",
			         architecture_at(i)->name);
			return true;
		}
	return false;
}

static void join(const struct names *n, char text[LIST_SIZE])
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < n->count && used < LIST_SIZE; i++)
		used += (size_t)snprintf(text + used, LIST_SIZE - used, "%s%s", i ? ", " : "",
		                         n->name[i]);
}

bool keys_unknown(const struct node *node, const char *name, const struct keys_target *target,
                  const char *const *others, const char *prefix, struct error *error)
{
	const char *dot = strrchr(name, '.'), *nearest;
	char group[NAME_SIZE], text[LIST_SIZE];
	struct names n;
	void *base;

	if (dot && keys_find(target, name, &base))
		return node_error(node, error, ": write it as a map, %.*s: {%s: ...}",
		                  (int)(dot - name), name, dot + 1);
	snprintf(group, sizeof group, "%.*s", dot ? (int)(dot - name) + 1 : 0, name);
	if (dot && is_group(target, group)) {
		prefix = group;
		name = dot + 1;
	}
	n = list_names(target, others, prefix);
	nearest = nearest_word(name, n.name);
	if (nearest)
		node_error(node, error, ": no such key; did you mean %s?", nearest);
	else if (!*prefix && find_elsewhere(name, text))
		node_error(node, error, ": no such key here; it belongs %s", text);
	else {
		join(&n, text);
		node_error(node, error, ": no such key; there are %s", text);
	}
	free(n.name);
	free(n.text);
	return false;
}

/* The items of a list as one text, "3/7/15"; NULL where one is no plain value. The caller frees
 * it. */
static char *join_items(const struct node *list)
{
	char *text = memory_text("");

	for (int i = 0; i < list->children; i++) {
		const struct node *item = list->child[i];
		const size_t old = strlen(text);
		size_t size;

		if (item->kind != NODE_VALUE || item->none) {
			free(text);
			return NULL;
		}
		size = old + strlen(item->text) + 2;
		text = memory_resize(text, size, 1);
		snprintf(text + old, size - old, "%s%s", i ? "/" : "", item->text);
	}
	return text;
}

/* One number for each of several things, written as a list. */
static bool read_list(const struct node *node, const struct setting *setting, void *base,
                      const char *range, struct error *error)
{
	char *text = join_items(node);
	struct error inner;
	bool done;

	if (!text)
		return node_error(node, error, ": must be a list of plain numbers, each %s", range);
	done = setting_read(setting, base, text, &inner);
	free(text);
	return done || node_error(node, error, "%s", inner.message + strlen(setting->name));
}

bool keys_read_value(const struct node *node, const struct setting *setting, void *base,
                     struct error *error)
{
	const size_t name = strlen(setting->name);
	struct error inner;
	char range[128];

	setting_range(setting, range, sizeof range);
	if (node->kind == NODE_LIST && setting->type == SETTING_INTS)
		return read_list(node, setting, base, range, error);
	if (node->kind == NODE_LIST)
		return node_error(node, error,
		                  ": must be one value, %s; a list of values to try belongs "
		                  "under `grid:`",
		                  range);
	if (node->kind == NODE_MAP)
		return node_error(node, error, ": must be one value, %s", range);
	if (node->none)
		return node_error(node, error, ": has no value; it may be %s", range);
	if (setting_read(setting, base, node->text, &inner))
		return true;
	return node_error(node, error, "%s", inner.message + name);
}

static bool read_map(const struct context *c, const struct node *map, const char *prefix);

static bool read_group(const struct context *c, const struct node *node, const char *prefix)
{
	char example[NAME_SIZE], first[SETTING_TEXT_SIZE] = "";

	for (const struct keys_target *t = c->target; t->table && !*first; t++)
		for (const struct setting *s = t->table; s->name && !*first; s++)
			if (!strncmp(s->name, prefix, strlen(prefix)))
				snprintf(first, sizeof first, "%s", s->name + strlen(prefix));
	snprintf(example, sizeof example, "%s: {%s: ...}", node->key, first);
	return keys_is_map(node, example, c->error) && read_map(c, node, prefix);
}

static bool read_key(const struct context *c, const struct node *node, const char *prefix)
{
	const struct setting *setting;
	char name[NAME_SIZE];
	void *base;

	if (!*prefix && is_among(c->others, node->key))
		return true;
	/* A key with a dot would name what the map of its first part also names. */
	if (strchr(node->key, '.'))
		return keys_unknown(node, node->key, c->target, c->others, prefix, c->error);
	snprintf(name, sizeof name - 1, "%s%s", prefix, node->key);
	setting = keys_find(c->target, name, &base);
	if (setting)
		return keys_read_value(node, setting, base, c->error);
	strcat(name, ".");
	if (is_group(c->target, name))
		return read_group(c, node, name);
	return keys_unknown(node, node->key, c->target, c->others, prefix, c->error);
}

static bool read_map(const struct context *c, const struct node *map, const char *prefix)
{
	for (int i = 0; map && i < map->children; i++)
		if (!read_key(c, map->child[i], prefix))
			return false;
	return true;
}

bool keys_read(const struct node *map, const struct keys_target *target, const char *const *others,
               struct error *error)
{
	const struct context context = { target, others, error };

	return read_map(&context, map, "");
}
