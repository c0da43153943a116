/* weight_map.c - reads the rules by which another program's tensors become our parameters. */
#include "experiments/weight_map.h"
#include "experiments/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct setting rule_table[] = {
	SETTING_OF_REAL(struct weight_rule, scale, "scale", "1", -1e6, 1e6, "times this"),
	SETTING_OF_REAL(struct weight_rule, absent, "absent", "0", -1e6, 1e6,
	                "every number of what may be missing"),
	{ .name = NULL },
};

static const char *const other_keys[] = { "from",     "join",     "sum",       "product",
	                                  "constant", "identity", "transpose", "axes",
	                                  "rows",     "columns",  NULL };
static const char *const ways[] = { "join", "sum", "product", "constant", "identity", "from" };
enum { WAYS = sizeof ways / sizeof ways[0], WAY_FROM = WEIGHT_IDENTITY + 1 };

bool weight_name_matches(const char *pattern, const char *name, int *number)
{
	*number = -1;
	for (; *pattern; pattern++) {
		char *end;
		long layer;

		if (*pattern != '*') {
			if (*pattern != *name++)
				return false;
			continue;
		}
		if (*name < '0' || *name > '9' ||
		    (*name == '0' && name[1] >= '0' && name[1] <= '9'))
			return false;
		layer = strtol(name, &end, 10);
		if (layer > 1000000 || (*number >= 0 && *number != layer))
			return false;
		*number = (int)layer;
		name = end;
	}
	return !*name;
}

bool weight_name_fill(const char *pattern, int number, char name[WEIGHT_NAME_SIZE])
{
	size_t used = 0;

	for (; *pattern && used < WEIGHT_NAME_SIZE - 16; pattern++) {
		if (*pattern == '*' && number >= 0)
			used += (size_t)sprintf(name + used, "%d", number);
		else
			name[used++] = *pattern;
	}
	name[used] = '\0';
	return !*pattern;
}

/* A name of theirs; a `*` needs one in ours. */
static bool add_part(struct weight_rule *rule, const struct node *node, struct error *error)
{
	if (node->kind != NODE_VALUE || node->none || !*node->text)
		return node_error(node, error, ": must be the name of a tensor");
	if (rule->parts == WEIGHT_PARTS)
		return node_error(node, error, ": more than %d parts", WEIGHT_PARTS);
	if (strchr(node->text, '*') && !strchr(rule->node->key, '*'))
		return node_error(node, error,
		                  ": %.100s has a layer's number (*), and the parameter has none",
		                  node->text);
	rule->part[rule->parts++] = node->text;
	return true;
}

static bool read_parts(struct weight_rule *rule, const struct node *node, struct error *error)
{
	if (node->kind != NODE_LIST || !node->children)
		return node_error(node, error, ": must be a list of names, as in [q, k, v]");
	for (int i = 0; i < node->children; i++)
		if (!add_part(rule, node->child[i], error))
			return false;
	return rule->way != WEIGHT_PRODUCT || rule->parts == 2 ||
	       node_error(node, error, ": is of two matrices");
}

static bool read_way(struct weight_rule *rule, const struct node *map, struct error *error)
{
	static const struct setting value = {
		"value", SETTING_REAL, offsetof(struct weight_rule, value), "0", -1e6, 1e6, NULL, ""
	};
	const struct node *found = NULL, *node;

	for (int i = 0; i < WAYS; i++) {
		if (!(node = node_child(map, ways[i])))
			continue;
		if (found)
			return node_error(map, error,
			                  ": has %s and %s; one says what it is made of",
			                  found->key, node->key);
		found = node;
		rule->way = i == WAY_FROM ? WEIGHT_JOIN : (enum weight_way)i;
	}
	if (!found)
		return node_error(map, error,
		                  ": says not what it is made of; needs from, join, sum, product, "
		                  "constant or identity");
	if (rule->way == WEIGHT_CONSTANT || rule->way == WEIGHT_IDENTITY)
		return keys_read_value(found, &value, rule, error);
	return strcmp(found->key, "from") ? read_parts(rule, found, error)
	                                  : add_part(rule, found, error);
}

/* Axes are counted from 0, as in PyTorch's permute. */
static bool read_axes(struct weight_rule *rule, const struct node *map, struct error *error)
{
	const struct node *transpose = node_child(map, "transpose");
	const struct node *axes = node_child(map, "axes");
	unsigned seen = 0;

	if (transpose && (axes || transpose->kind != NODE_VALUE || strcmp(transpose->text, "true")))
		return node_error(transpose, error,
		                  axes ? ": not together with axes"
		                       : ": must be true, or left out");
	if (transpose) {
		rule->axes = 2;
		rule->axis[0] = 1;
	}
	if (!axes)
		return true;
	if (axes->kind != NODE_LIST || !axes->children || axes->children > TENSOR_DIMENSIONS)
		return node_error(axes, error, ": must be a list, as in [0, 2, 1]");
	rule->axes = axes->children;
	for (int i = 0; i < rule->axes; i++) {
		const struct node *n = axes->child[i];

		if (n->kind != NODE_VALUE || strlen(n->text) != 1 || n->text[0] < '0' ||
		    n->text[0] >= '0' + rule->axes || (seen >> (n->text[0] - '0') & 1))
			return node_error(axes, error,
			                  ": must be each number from 0 to %d once, in another "
			                  "order",
			                  rule->axes - 1);
		rule->axis[i] = n->text[0] - '0';
		seen |= 1u << rule->axis[i];
	}
	return true;
}

static bool read_piece(struct weight_cut *cut, const struct node *node, struct error *error)
{
	int piece, of, used = 0;

	if (node->kind != NODE_VALUE || sscanf(node->text, "%4d/%4d%n", &piece, &of, &used) != 2 ||
	    node->text[used] || of < 1 || piece < 1 || piece > of)
		return node_error(node, error, ": must be a piece, as in 2/3, or a list of them");
	if (cut->of && cut->of != of)
		return node_error(node, error, ": pieces of %d and of %d; all must be of one",
		                  cut->of, of);
	if (cut->count == WEIGHT_PARTS)
		return node_error(node, error, ": more than %d pieces", WEIGHT_PARTS);
	cut->of = of;
	cut->take[cut->count++] = piece - 1;
	return true;
}

static bool read_cut(struct weight_cut *cut, const struct node *node, struct error *error)
{
	if (!node || node->kind != NODE_LIST)
		return !node || read_piece(cut, node, error);
	for (int i = 0; i < node->children; i++)
		if (!read_piece(cut, node->child[i], error))
			return false;
	return cut->count || node_error(node, error, ": is an empty list");
}

static bool read_rule(struct weight_rule *rule, const struct node *node, struct error *error)
{
	const struct keys_target target[] = { { rule_table, rule }, { NULL, NULL } };

	*rule = (struct weight_rule){ .node = node, .scale = 1 };
	if (node->kind == NODE_VALUE)
		return add_part(rule, node, error);
	if (node->kind != NODE_MAP)
		return node_error(node, error,
		                  ": must be a tensor's name, or a map, as in "
		                  "{join: [q, k, v]}");
	rule->optional = node_child(node, "absent");
	return keys_read(node, target, other_keys, error) && read_way(rule, node, error) &&
	       read_axes(rule, node, error) &&
	       read_cut(&rule->rows, node_child(node, "rows"), error) &&
	       read_cut(&rule->columns, node_child(node, "columns"), error);
}

static bool read_rules(struct weight_map *map, struct error *error)
{
	const struct node *parameters = node_child(map->top, "parameters");

	if (!parameters || parameters->kind != NODE_MAP || !parameters->children)
		return node_error_place(parameters ? parameters : map->top, error,
		                        "parameters: must be a map from our names to theirs");
	map->rule = memory_new((size_t)parameters->children, sizeof *map->rule);
	for (; map->rules < parameters->children; map->rules++)
		if (!read_rule(&map->rule[map->rules], parameters->child[map->rules], error))
			return false;
	return true;
}

static bool check_values(const struct node *list, enum node_kind kind, const char *example,
                         struct error *error)
{
	if (!list || list->none)
		return true;
	if (list->kind != kind)
		return node_error(list, error, ": must be like %s", example);
	for (int i = 0; i < list->children; i++)
		if (list->child[i]->kind != NODE_VALUE || list->child[i]->none)
			return node_error(list->child[i], error, ": must be the name of a tensor");
	return true;
}

static bool read_all(struct weight_map *map, struct error *error)
{
	static const char *const sections[] = { "parameters", "ignore", "same", "prefix", NULL };
	static const struct keys_target none[] = { { NULL, NULL } };
	const struct node *prefix = node_child(map->top, "prefix");

	if (!keys_read(map->top, none, sections, error))
		return false;
	if (prefix && (prefix->kind != NODE_VALUE || strlen(prefix->text) >= WEIGHT_NAME_SIZE))
		return node_error(prefix, error, ": must be the beginning of names");
	map->prefix = prefix ? prefix->text : "";
	map->ignore = node_child(map->top, "ignore");
	map->same = node_child(map->top, "same");
	return check_values(map->ignore, NODE_LIST, "[name, name]", error) &&
	       check_values(map->same, NODE_MAP, "{name: name}", error) && read_rules(map, error);
}

bool weight_map_read(struct weight_map *map, const char *path, struct error *error)
{
	*map = (struct weight_map){ .path = path, .top = node_read(path, error) };
	if (map->top && read_all(map, error))
		return true;
	weight_map_free(map);
	return false;
}

void weight_map_free(struct weight_map *map)
{
	free(map->rule);
	node_free(map->top);
	*map = (struct weight_map){ 0 };
}
