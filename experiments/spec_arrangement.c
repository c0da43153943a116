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

static bool is_text_alone(const struct task *task)
{
	return task->objective == OBJECTIVE_CONTINUE;
}

static bool check_key(const struct design *design, const struct task *task, const struct node *node,
                      const char *key, struct error *error)
{
	if (is_of_side(key) && is_text_alone(task))
		return node_error(node, error,
		                  ": task: %s has text alone, read by one stack of layers; write "
		                  "its settings beside architecture",
		                  task->name);
	if (is_of_side(key))
		return node_error(node, error,
		                  ": arrangement: decoder-only has one stack of layers; write "
		                  "its settings beside arrangement");
	if (is_among(layer_settings_of_encoder, key) ||
	    is_among(design->side[SIDE_TARGET].architecture->of_encoder, key))
		return node_error(node, error,
		                  ": is about an encoder, and %s%s has none; leave it out",
		                  is_text_alone(task) ? "task: " : "arrangement: ",
		                  is_text_alone(task) ? task->name : "decoder-only");
	return true;
}

/* Keys of the arrangement that say other than what the task makes of it. */
static bool check_alone(const struct design *design, const struct task *task,
                        const struct node *node, const char *key, struct error *error)
{
	const struct model_settings *s = &design->model;

	if (!strcmp(key, "arrangement") && s->arrangement != ARRANGEMENT_DECODER_ONLY)
		return node_error(node, error,
		                  " = encoder-decoder: task: %s has no source to encode, and is "
		                  "decoder-only without being told; leave it out",
		                  task->name);
	if (!strcmp(key, "prefix") && s->prefix != PREFIX_NONE)
		return node_error(node, error,
		                  ": is about the steps of a source, and task: %s has none; leave "
		                  "it out",
		                  task->name);
	return true;
}

/* What the task says of the arrangement. */
static bool arrange_task(struct design *design, const struct task *task, const struct node *node,
                         const struct choice *choice, int choices, struct error *error)
{
	const struct node *prefix = node_child(node, "prefix");

	if (!is_text_alone(task))
		return design->model.prefix != PREFIX_NONE ||
		       node_error(prefix ? prefix : node, error,
		                  "%s = none: is what task: language-model has, and task: %s has a "
		                  "source; leave it out",
		                  prefix ? "" : ".prefix", task->name);
	for (int i = 0; i < node->children; i++)
		if (!check_alone(design, task, node->child[i], node->child[i]->key, error))
			return false;
	for (int i = 0; i < choices; i++)
		if (!check_alone(design, task, choice[i].value, choice[i].key, error))
			return false;
	design->model.arrangement = ARRANGEMENT_DECODER_ONLY;
	design->model.prefix = PREFIX_NONE;
	return true;
}

bool spec_arrange(struct design *design, const struct task *task, const struct node *node,
                  const struct choice *choice, int choices, struct error *error)
{
	if (!arrange_task(design, task, node, choice, choices, error))
		return false;
	if (!design_is_decoder_only(design))
		return true;
	for (int i = 0; i < node->children; i++)
		if (!check_key(design, task, node->child[i], node->child[i]->key, error))
			return false;
	for (int i = 0; i < choices; i++)
		if (!check_key(design, task, choice[i].value, choice[i].key, error))
			return false;
	design_arrange(design);
	return true;
}
