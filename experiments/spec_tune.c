/* spec_tune.c - `tune:` of an experiment file: a key, its values, the budget of a trial. */
#include "experiments/spec_parts.h"
#include "experiments/tune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 512, VALUES_MOST = 100 };

static const char example[] =
	"tune: {train.learning_rate: [0.0005, 0.001, 0.002], budget: {epochs: 1}}";

#define S struct tuning
static const struct setting budget_table[] = {
	SETTING_OF_INT(S, epochs, "epochs", "0", 0, 1e9, "passes over the data"),
	SETTING_OF_INT(S, updates, "updates", "0", 0, 1e12, "updates"),
	SETTING_OF_INT(S, tokens, "tokens", "0", 0, 1e15, "target tokens"),
	SETTING_OF_REAL(S, minutes, "minutes", "0", 0, 1e7, "training time"),
	SETTING_OF_REAL(S, multiply_adds, "multiply_adds", "0", 0, 1e30,
	                "multiply-adds, forward and backward"),
	{ .name = NULL },
};
#undef S

void tuning_free(struct tuning *t)
{
	for (int i = 0; i < t->values; i++)
		free(t->value[i]);
	free(t->value);
	free(t->key);
	*t = (struct tuning){ 0 };
}

struct train_settings tune_settings(const struct experiment *e, const struct contestant *c,
                                    int value)
{
	const struct tuning *t = &e->tuning;
	struct train_settings s = c->train;
	struct error error;

	if (!s.cosine_updates)
		s.cosine_updates = s.stop_updates;
	s.stop_epochs = t->epochs;
	s.stop_updates = t->updates;
	s.stop_tokens = t->tokens;
	s.stop_minutes = t->minutes;
	s.stop_multiply_adds = t->multiply_adds;
	s.stop_patience = 0;
	s.stop_perplexity = 0;
	if (!setting_read(setting_find(train_settings_table, t->key), &s, t->value[value], &error))
		panic("a value to tune that was read before: %s", error.message);
	return s;
}

/* The one key below `tune:` beside the budget: train.KEY, or train: {KEY: ...}. */
static const struct node *find_key(const struct node *tune, char path[PATH_SIZE],
                                   struct error *error)
{
	const struct node *found = NULL;

	for (int i = 0; i < tune->children; i++) {
		const struct node *child = tune->child[i];

		if (!strcmp(child->key, "budget"))
			continue;
		if (found) {
			node_error(child, error, ": one key is tuned; vary others with `grid:`");
			return NULL;
		}
		found = child;
	}
	if (!found) {
		node_error(tune, error, ": names no key, as in %s", example);
		return NULL;
	}
	snprintf(path, PATH_SIZE, "%s", found->key);
	while (found->kind == NODE_MAP && found->children == 1 && !node_child(found, "from")) {
		const size_t used = strlen(path);

		found = found->child[0];
		snprintf(path + used, PATH_SIZE - used, ".%s", found->key);
	}
	return found;
}

static bool read_budget(struct tuning *t, const struct node *tune, struct error *error)
{
	const struct node *node = node_child(tune, "budget");
	const struct keys_target target[] = { { budget_table, t }, { NULL, NULL } };

	if (!keys_is_map(node, "budget: {epochs: 1}", error) ||
	    !keys_read(node, target, NULL, error))
		return false;
	return t->epochs || t->updates || t->tokens || t->minutes > 0 || t->multiply_adds > 0 ||
	       node_error(node ? node : tune, error,
	                  "%s: needs what every trial may take, as in budget: {epochs: 1}",
	                  node ? "" : ".budget");
}

static bool read_values(struct tuning *t, const struct node *list, struct error *error)
{
	struct grid_axis axis = { .list = list };
	bool read = grid_axis_fill(&axis, error);

	if (read && axis.values->children > VALUES_MOST)
		read = node_error(list, error, ": more than %d values", VALUES_MOST);
	if (read) {
		t->value = memory_new((size_t)axis.values->children, sizeof *t->value);
		for (; t->values < axis.values->children; t->values++)
			t->value[t->values] = memory_text(axis.values->child[t->values]->text);
	}
	node_free(axis.values);
	return read;
}

/* Every value must be one, and unlike those before it. */
static bool check_values(const struct experiment *e, const struct node *list, struct error *error)
{
	const struct tuning *t = &e->tuning;
	const struct setting *setting = setting_find(train_settings_table, t->key);
	char text[VALUES_MOST][SETTING_TEXT_SIZE];

	for (int i = 0; i < t->values; i++) {
		struct train_settings s = e->train;
		struct error broken;

		if (!setting_read(setting, &s, t->value[i], &broken))
			return node_error(list, error, "%s", broken.message + strlen(t->key));
		setting_write(setting, &s, text[i]);
		for (int j = 0; j < i; j++)
			if (!strcmp(text[i], text[j]))
				return node_error(list, error, " = %s: is in the list twice",
				                  text[i]);
	}
	return true;
}

/* The grid has the key as " KEY=" in a variant. */
static bool is_varied(const struct contestant *c, const char *key)
{
	const size_t length = strlen(key);
	const char *at = c->variant;

	while (at && *at) {
		if (!strncmp(at, key, length) && at[length] == '=')
			return true;
		at = strchr(at, ' ');
		at += at ? 1 : 0;
	}
	return false;
}

static bool check_contestants(const struct experiment *e, const struct node *list,
                              struct error *error)
{
	for (int i = 0; i < e->contestants; i++) {
		const struct contestant *c = &e->contestant[i];

		if (is_varied(c, e->tuning.key))
			return node_error(list, error, ": the grid varies this already");
		for (int v = 0; v < e->tuning.values; v++) {
			const struct train_settings s = tune_settings(e, c, v);
			struct error broken;

			if (!train_settings_check(&s, &broken))
				return node_error(list, error, ": contestants.%s: %s", c->name,
				                  broken.message);
		}
	}
	return true;
}

static bool read_key(struct tuning *t, const struct node *list, const char *path,
                     struct error *error)
{
	const char *key = path + strlen("train.");
	struct train_settings nothing;
	const struct keys_target target[] = { { train_settings_table, &nothing }, { NULL, NULL } };

	if (strncmp(path, "train.", strlen("train.")) != 0 || !strncmp(key, "stop", 4))
		return node_error(list, error, ": tunes keys of `train:` but `stop:`, as in %s",
		                  example);
	if (!setting_find(train_settings_table, key))
		return keys_unknown(list, key, target, NULL, "", error);
	t->key = memory_text(key);
	return true;
}

bool spec_tune(struct experiment *e, const struct node *top, struct error *error)
{
	const struct node *tune = node_child(top, "tune"), *list;
	char path[PATH_SIZE];

	if (!tune || tune->none)
		return true;
	if (!keys_is_map(tune, example, error) || !(list = find_key(tune, path, error)))
		return false;
	return read_key(&e->tuning, list, path, error) && read_values(&e->tuning, list, error) &&
	       read_budget(&e->tuning, tune, error) && check_values(e, list, error) &&
	       check_contestants(e, list, error);
}
