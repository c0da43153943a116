/* spec_arrangement.c - a contestant's arrangement, and the keys that decoder-only leaves without a
 * meaning. */
#include "experiments/spec_parts.h"

#include <string.h>

static bool is_among(const char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

/* "encoder: {...}", and "encoder.heads" of a grid. */
static bool is_of_side(const char *key)
{
	return !strcmp(key, "encoder") || !strcmp(key, "decoder") ||
	       !strncmp(key, "encoder.", 8) || !strncmp(key, "decoder.", 8);
}

static bool check_key(const struct design *design, const struct node *node, const char *key,
                      struct error *error)
{
	if (is_of_side(key))
		return node_error(node, error,
		                  ": arrangement: decoder-only has one stack of layers; write "
		                  "its settings beside arrangement");
	if (is_among(layer_settings_of_encoder, key) ||
	    is_among(design->side[SIDE_TARGET].architecture->of_encoder, key))
		return node_error(node, error,
		                  ": is about an encoder, and arrangement: decoder-only has "
		                  "none; leave it out");
	return true;
}

bool spec_arrange(struct design *design, const struct node *node, const struct choice *choice,
                  int choices, struct error *error)
{
	if (!design_is_decoder_only(design))
		return true;
	for (int i = 0; i < node->children; i++)
		if (!check_key(design, node->child[i], node->child[i]->key, error))
			return false;
	for (int i = 0; i < choices; i++)
		if (!check_key(design, choice[i].value, choice[i].key, error))
			return false;
	design_arrange(design);
	return true;
}
