/* contestant.c - `contestants:` of an experiment file: every model to train, resolved. */
#include "data/labels.h"
#include "experiments/spec_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256 };

/* What one contestant is made from; for the place of an error. */
struct source {
	const struct node *top, *node;
	const struct choice *choice;
	int choices;
};

static bool read_own_keys(struct contestant *c, const struct node *node, struct error *error)
{
	const struct keys_target train[] = { { train_settings_table, &c->train }, { NULL, NULL } };
	const struct keys_target search[] = { { search_settings_table, &c->search },
		                              { NULL, NULL } };
	const struct node *train_node = node_child(node, "train");
	const struct node *search_node = node_child(node, "search");

	return spec_design(&c->design, node, error) &&
	       keys_is_map(train_node, "train: {learning_rate: 0.003}", error) &&
	       keys_read(train_node, train, NULL, error) &&
	       keys_is_map(search_node, "search: {beam: 1}", error) &&
	       keys_read(search_node, search, NULL, error);
}

/* " heads=4" at the end of the variant. */
static void extend_variant(struct contestant *c, const char *name, const struct setting *setting,
                           const void *base)
{
	const size_t old = strlen(c->variant);
	char value[SETTING_TEXT_SIZE];
	size_t size;

	setting_write(setting, base, value);
	size = old + strlen(name) + strlen(value) + 3;
	c->variant = memory_resize(c->variant, size, 1);
	snprintf(c->variant + old, size - old, "%s%s=%s", old ? " " : "", name, value);
}

/* A key of `train:` or `search:`. */
static bool apply_shared(const struct choice *choice, const char *name,
                         const struct keys_target *target, struct contestant *c,
                         struct error *error)
{
	void *base;
	const struct setting *setting = keys_find(target, name, &base);

	if (!setting)
		return keys_unknown(choice->value, name, target, NULL, "", error);
	if (!keys_read_value(choice->value, setting, base, error))
		return false;
	extend_variant(c, setting->name, setting, base);
	return true;
}

static bool apply_choice(struct contestant *c, const struct choice *choice, struct error *error)
{
	const struct keys_target train[] = { { train_settings_table, &c->train }, { NULL, NULL } };
	const struct keys_target search[] = { { search_settings_table, &c->search },
		                              { NULL, NULL } };
	const struct setting *setting;
	const void *base;

	if (!strncmp(choice->key, "train.", 6))
		return apply_shared(choice, choice->key + 6, train, c, error);
	if (!strncmp(choice->key, "search.", 7))
		return apply_shared(choice, choice->key + 7, search, c, error);
	setting = spec_design_choose(&c->design, choice, &base, error);
	if (setting)
		extend_variant(c, choice->key, setting, base);
	return setting;
}

/* Where the value of a setting was written, or NULL. `scope`: "", "encoder.", "decoder.", "train."
 * or "search.". */
static const struct node *origin(const struct source *s, const char *scope, const char *key)
{
	const struct node *found;
	char path[NAME_SIZE];

	snprintf(path, sizeof path, "%s%s", scope, key);
	for (int i = 0; i < s->choices; i++)
		if (!strcmp(s->choice[i].key, path))
			return s->choice[i].value;
	found = node_find(s->node, path);
	return found || !*scope ? found : node_find(s->top, path);
}

/* A rule's message starts with a key: puts the key's place before it. */
static bool blame(const struct source *s, const char *scope, const struct error *broken,
                  struct error *error)
{
	const bool side = !strcmp(scope, "encoder.") || !strcmp(scope, "decoder.");
	const char *message = broken->message;
	const size_t length = strspn(message, "abcdefghijklmnopqrstuvwxyz0123456789_.");
	const struct node *node;
	char key[NAME_SIZE];

	snprintf(key, sizeof key, "%.*s", (int)(length < sizeof key ? length : 0), message);
	node = origin(s, scope, key);
	if (!node && side)
		node = origin(s, "", key);
	if (node)
		return node_error(node, error, "%s", message + length);
	return node_error(s->node, error, ".%s%s", side ? "" : scope, message);
}

static bool check(const struct contestant *c, const struct experiment *e, const struct source *s,
                  struct error *error)
{
	const struct task *task = task_of(&e->data);
	const bool alone = task->objective == OBJECTIVE_CONTINUE;
	const bool labels = objective_labels(task->objective);
	const bool two = !task_is_joint(&e->data) && !labels;
	struct error broken;
	int side;

	if (!design_check(&c->design, &side, &broken))
		return blame(s, side == SIDE_SOURCE ? "encoder." : "decoder.", &broken, error);
	if (two && c->design.model.tied == TIED_ALL) {
		error_set(&broken, "tied = all: needs one vocabulary for both sides, %s",
		          task_of(&e->data)->generator ? "and this task has two"
		                                       : "data: {subwords: {joint: true}}");
		return blame(s, "", &broken, error);
	}
	if ((alone || labels) && c->train.validate_bleu > 0) {
		error_set(&broken,
		          "validate_bleu = %ld: is about translations, and task: %s has none; "
		          "leave it out",
		          c->train.validate_bleu, task->name);
		return blame(s, "train.", &broken, error);
	}
	if (!train_settings_check(&c->train, &broken))
		return blame(s, "train.", &broken, error);
	if (!search_settings_check(&c->search, &broken))
		return blame(s, "search.", &broken, error);
	return true;
}

static void name_it(struct contestant *c, const char *name)
{
	const size_t size = strlen(name) + strlen(c->variant) + 2;

	c->name = memory_new(size, 1);
	snprintf(c->name, size, "%s%s%s", name, *c->variant ? " " : "", c->variant);
}

bool contestant_read(struct contestant *c, const struct experiment *e, const struct node *top,
                     const struct node *node, const struct choice *choice, int choices,
                     struct error *error)
{
	const struct source source = { top, node, choice, choices };

	*c = (struct contestant){ .line = node->line, .train = e->train, .search = e->search };
	c->variant = memory_text("");
	if (!keys_is_map(node, "lstm: {architecture: rnn}", error) ||
	    !read_own_keys(c, node, error))
		return false;
	for (int i = 0; i < choices; i++)
		if (!apply_choice(c, &choice[i], error))
			return false;
	if (!spec_arrange(&c->design, task_of(&e->data), node, choice, choices, error))
		return false;
	name_it(c, node->key);
	return check(c, e, &source, error);
}

size_t contestant_base(const struct contestant *c)
{
	const size_t variant = strlen(c->variant);

	return strlen(c->name) - (variant ? variant + 1 : 0);
}

bool contestant_is(const struct contestant *c, const char *only)
{
	const size_t base = contestant_base(c);

	return !only || !strcmp(only, c->name) ||
	       (strlen(only) == base && !strncmp(only, c->name, base));
}

void contestant_free(struct contestant *c)
{
	if (!c)
		return;
	free(c->name);
	free(c->variant);
	free(c->tuned);
	free(c->tuned_setting);
	design_free(&c->design);
	*c = (struct contestant){ 0 };
}
