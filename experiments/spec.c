/* spec.c - reads an experiment file: the parts that all contestants share. */
#include "experiments/spec.h"
#include "experiments/spec_parts.h"
#include "core/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS_MOST = 1000, NAME_MOST = 60, SECTIONS_MOST = 16 };

static const struct setting match_table[] = {
	SETTING_OF_INT(struct experiment, match_parameters, "parameters", "0", 0, 1e12,
	               "parameters that every contestant shall have; 0: widths stay as they are"),
	SETTING_OF_INT(struct experiment, match_multiply_adds, "multiply_adds", "0", 0, 1e15,
	               "multiply-adds of every contestant, a target token, forward; 0: any"),
	{ .name = NULL },
};

static const struct setting seed_setting = { "seeds", SETTING_INT, 0,    "1",
	                                     0,       1e15,        NULL, "where chance starts" };

const struct spec_section spec_sections[] = {
	{ "experiment", "its name in the database" },
	{ "data", "what is learned from: a generated task, or `train: [FILE, FILE]`, `valid: [FILE, "
		  "FILE]` and `test: {NAME: [FILE, FILE]}`, a sentence a line, source and target; and "
		  "how text becomes tokens" },
	{ "train", "how all contestants are trained; a contestant's own `train:` overrides it" },
	{ "search", "how tests are decoded; a contestant's own `search:` overrides it" },
	{ "match", "`{parameters: 7.5M}` or `{multiply_adds: 6M}` (of a target token, forward): "
		   "widths are solved so that contestants are equally large" },
	{ "seeds", "a list of numbers ([1]); every contestant is trained with each" },
	{ "contestants", "the models by name, `NAME: {architecture: rnn, ...}`; `like: NAME` takes "
			 "the settings of another" },
	{ "grid", "`CONTESTANT.KEY`, `train.KEY` or `search.KEY`, each with a list or a range: every "
		  "combination is a contestant" },
	{ "sample", "`{sobol: 20}` or `{random: 20, seed: 1}`: so many combinations of the grid "
		    "instead of all" },
	{ "tune", "`{train.KEY: [VALUE, ...], budget: {epochs: 1}}`: each contestant tries the values "
		  "first, and takes its best" },
	{ "include", "another file, or a list of them, that this one builds on" },
	{ "halving", "`{first: {updates: 200}, factor: 3, keep: 1}`: every variant of the grid is "
		     "trained a little, and only the best go on" },
	{ NULL, NULL },
};

bool spec_name(const struct node *node, const char *text, const char *what, struct error *error)
{
	const size_t length = strlen(text);
	char shown[NAME_MOST + 1];

	snprintf(shown, sizeof shown, "%s", text);
	printable_make(shown);
	if (length <= NAME_MOST && strcmp(shown, text) != 0)
		return node_error(node, error, ": %s has control characters", what);
	if (!length || length > NAME_MOST || text[0] == ' ' || text[length - 1] == ' ')
		return node_error(node, error,
		                  ": %s must have 1 to %d bytes, and no space at its ends", what,
		                  NAME_MOST);
	return true;
}

static bool read_name(struct experiment *e, const struct node *top, struct error *error)
{
	const struct node *node = node_child(top, "experiment");

	if (!node)
		return node_error_place(top, error,
		                        "experiment: is missing; it names the experiment in the "
		                        "database");
	if (node->kind != NODE_VALUE || node->none)
		return node_error(node, error,
		                  ": must be a name, as in experiment: multi30k-de-en");
	if (!spec_name(node, node->text, "the name", error))
		return false;
	e->name = memory_text(node->text);
	return true;
}

static bool read_section(const struct node *top, const char *name, const struct setting *table,
                         void *base, const char *example, struct error *error)
{
	const struct keys_target target[] = { { table, base }, { NULL, NULL } };
	const struct node *node = node_child(top, name);

	settings_default(table, base);
	return keys_is_map(node, example, error) && keys_read(node, target, NULL, error);
}

static bool read_seed(struct experiment *e, const struct node *item, struct error *error)
{
	long seed;

	if (!keys_read_value(item, &seed_setting, &seed, error))
		return false;
	for (int i = 0; i < e->seeds; i++)
		if (e->seed[i] == seed)
			return node_error(item, error, " = %ld: is in the list twice", seed);
	e->seed[e->seeds++] = seed;
	return true;
}

static bool read_seeds(struct experiment *e, const struct node *top, struct error *error)
{
	const struct node *node = node_child(top, "seeds");

	if (!node) {
		e->seed = memory_new(1, sizeof *e->seed);
		e->seed[e->seeds++] = 1;
		return true;
	}
	if (node->kind != NODE_LIST || !node->children)
		return node_error(node, error, ": must be a list, as in seeds: [1, 2, 3]");
	if (node->children > SEEDS_MOST)
		return node_error(node, error, ": more than %d seeds", SEEDS_MOST);
	e->seed = memory_new((size_t)node->children, sizeof *e->seed);
	for (int i = 0; i < node->children; i++)
		if (!read_seed(e, node->child[i], error))
			return false;
	return true;
}

static bool read_match(struct experiment *e, const struct node *top, struct error *error)
{
	static const char example[] = "match: {parameters: 7.5M}";

	return read_section(top, "match", match_table, e, example, error) &&
	       (!e->match_parameters || !e->match_multiply_adds ||
	        node_error(node_child(top, "match"), error,
	                   ": takes one of `parameters` and `multiply_adds`"));
}

static bool read_all(struct experiment *e, const struct node *top, const char *path,
                     struct error *error)
{
	static const struct keys_target none[] = { { NULL, NULL } };
	const char *sections[SECTIONS_MOST] = { NULL };

	for (int i = 0; spec_sections[i].name; i++)
		sections[i] = spec_sections[i].name;
	return keys_read(top, none, sections, error) && read_name(e, top, error) &&
	       spec_data(e, top, path, error) &&
	       read_section(top, "train", train_settings_table, &e->train,
	                    "train: {learning_rate: 0.001, stop: {epochs: 10}}", error) &&
	       read_section(top, "search", search_settings_table, &e->search, "search: {beam: 5}",
	                    error) &&
	       read_match(e, top, error) &&
	       read_seeds(e, top, error) && spec_contestants(e, top, error) &&
	       spec_tune(e, top, error) && spec_halving(e, top, error);
}

static bool read_file(struct experiment *e, const char *path, bool files, char *const *set,
                      int sets, struct error *error)
{
	struct node *top = node_read(path, error);
	bool done = top && spec_include(top, error);

	*e = (struct experiment){ 0 };
	if (top)
		top->files_unread = !files;
	for (int i = 0; done && i < sets; i++)
		done = node_assign(top, set[i], error);
	done = done && spec_inherit(top, error) && read_all(e, top, path, error);
	node_free(top);
	if (!done)
		experiment_free(e);
	return done;
}

bool experiment_read(struct experiment *e, const char *path, char *const *set, int sets,
                     struct error *error)
{
	return read_file(e, path, true, set, sets, error);
}

bool experiment_read_settings(struct experiment *e, const char *path, char *const *set, int sets,
                              struct error *error)
{
	return read_file(e, path, false, set, sets, error);
}

void experiment_free(struct experiment *e)
{
	if (!e)
		return;
	for (int i = 0; i < e->contestants; i++)
		contestant_free(&e->contestant[i]);
	free(e->contestant);
	free(e->seed);
	free(e->name);
	tuning_free(&e->tuning);
	data_settings_free(&e->data);
	*e = (struct experiment){ 0 };
}
