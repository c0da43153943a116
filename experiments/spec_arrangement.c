/* spec_arrangement.c - a contestant's arrangement, and the keys that one stack of layers leaves
 * without a meaning. */
#include "experiments/spec_parts.h"

#include <stdio.h>
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
	return !strcmp(key, "encoder") || !strcmp(key, "decoder") || !strncmp(key, "encoder.", 8) ||
	       !strncmp(key, "decoder.", 8);
}

/* The only arrangement that a task can have; ARRANGEMENT_ENCODER_DECODER where it leaves the
 * choice. */
static enum arrangement needed(const struct task *task)
{
	switch (task ? task->objective : OBJECTIVE_TRANSLATE) {
	case OBJECTIVE_CONTINUE:
		return ARRANGEMENT_DECODER_ONLY;
	case OBJECTIVE_CLASSIFY:
	case OBJECTIVE_TAG:
		return ARRANGEMENT_ENCODER_ONLY;
	case OBJECTIVE_TRANSLATE:
		break;
	}
	return ARRANGEMENT_ENCODER_DECODER;
}

/* "arrangement: decoder-only", or what makes it so. */
static void name_cause(const struct design *design, const struct task *task, char text[64])
{
	if (needed(task) != ARRANGEMENT_ENCODER_DECODER)
		snprintf(text, 64, "task: %s", task->name);
	else
		snprintf(text, 64, "arrangement: %s",
		         design_is_encoder_only(design) ? "encoder-only" : "decoder-only");
}

static bool check_key(const struct design *design, const struct task *task, const struct node *node,
                      const char *key, struct error *error)
{
	const bool encoder = design_is_encoder_only(design);
	const struct architecture *a =
		design->side[encoder ? SIDE_SOURCE : SIDE_TARGET].architecture;
	const char *const *layers =
		encoder ? layer_settings_only[SIDE_TARGET] : layer_settings_of_encoder;
	char cause[64];

	name_cause(design, task, cause);
	if (is_of_side(key))
		return node_error(node, error,
		                  ": %s has one stack of layers; write its settings beside %s",
		                  cause,
		                  needed(task) != ARRANGEMENT_ENCODER_DECODER ? "architecture"
		                                                              : "arrangement");
	if (is_among(layers, key) || is_among(encoder ? a->only[SIDE_TARGET] : a->of_encoder, key))
		return node_error(node, error, ": is about %s, and %s has none; leave it out",
		                  encoder ? "a decoder" : "an encoder", cause);
	if (encoder && !strcmp(key, "tied"))
		return node_error(
			node, error,
			": is about the target's embeddings, and %s has none; leave it out", cause);
	return true;
}

/* Keys of the arrangement that say other than what the task makes of it. */
static bool check_alone(const struct design *design, const struct task *task,
                        const struct node *node, const char *key, struct error *error)
{
	const struct model_settings *s = &design->model;
	const bool tags = task->objective == OBJECTIVE_TAG;

	if (!strcmp(key, "arrangement") && s->arrangement != (int)needed(task))
		return node_error(node, error,
		                  " = %s: task: %s %s-only without being told; leave it out",
		                  node->text, task->name,
		                  needed(task) == ARRANGEMENT_DECODER_ONLY
		                          ? "has no source to encode, and is decoder"
		                          : "has no target to decode, and is encoder");
	if (!strcmp(key, "prefix") && task->objective == OBJECTIVE_CONTINUE &&
	    s->prefix != PREFIX_NONE)
		return node_error(node, error,
		                  ": is about the steps of a source, and task: %s has none; leave "
		                  "it out",
		                  task->name);
	if (!strcmp(key, "pooling") && needed(task) == ARRANGEMENT_ENCODER_ONLY &&
	    tags != (s->pooling == POOLING_NONE))
		return node_error(node, error, " = %s: task: %s has %s", node->text, task->name,
		                  tags ? "a label for each token; leave it out"
		                       : "one label; set pooling: mean or last");
	return true;
}

/* Arrangements without a source or without a target, where the task has both. */
static bool check_both(const struct design *design, const struct task *task,
                       const struct node *node, struct error *error)
{
	const bool alone = design->model.prefix == PREFIX_NONE;
	const struct node *own = node_child(node, alone ? "prefix" : "arrangement");

	if (!alone && !design_is_encoder_only(design))
		return true;
	return node_error(own ? own : node, error,
	                  " = %s: is what task: %s has, and task: %s %s; leave it out",
	                  alone ? "none" : "encoder-only",
	                  alone ? "language-model" : "classification", task->name,
	                  alone ? "has a source" : "asks for a target");
}

/* What the task says of the arrangement. */
static bool arrange_task(struct design *design, const struct task *task, const struct node *node,
                         const struct choice *choice, int choices, struct error *error)
{
	if (needed(task) == ARRANGEMENT_ENCODER_DECODER)
		return check_both(design, task, node, error);
	for (int i = 0; i < node->children; i++)
		if (!check_alone(design, task, node->child[i], node->child[i]->key, error))
			return false;
	for (int i = 0; i < choices; i++)
		if (!check_alone(design, task, choice[i].value, choice[i].key, error))
			return false;
	design->model.arrangement = needed(task);
	if (task->objective == OBJECTIVE_CONTINUE)
		design->model.prefix = PREFIX_NONE;
	if (task->objective == OBJECTIVE_TAG)
		design->model.pooling = POOLING_NONE;
	return true;
}

bool spec_arrange(struct design *design, const struct task *task, const struct node *node,
                  const struct choice *choice, int choices, struct error *error)
{
	if (task && !arrange_task(design, task, node, choice, choices, error))
		return false;
	if (design_has(design, SIDE_SOURCE) && design_has(design, SIDE_TARGET))
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
