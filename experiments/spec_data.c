/* spec_data.c - `data:` of an experiment file: settings, and the files that it names. */
#include "core/ranks.h"
#include "data/generated.h"
#include "data/labels.h"
#include "data/task.h"
#include "experiments/spec_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TESTS_MOST = 100 };

static bool is_there(const char *path)
{
	struct stat status;

	return !stat(path, &status);
}

static bool is_folder(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

/* The path as seen from the folder of the experiment file. */
static char *path_beside(const char *spec, const char *text)
{
	const char *slash = strrchr(spec, '/');
	const size_t folder = slash && *text != '/' ? (size_t)(slash - spec) + 1 : 0;
	char *path = memory_new(folder + strlen(text) + 1, 1);

	memcpy(path, spec, folder);
	strcpy(path + folder, text);
	return path;
}

static bool is_unread(const struct node *node)
{
	while (node->parent)
		node = node->parent;
	return node->files_unread;
}

/* *file becomes the path that opens the file of an item: beside the file that names it, or in the
 * working directory. Of several ranks rank 0 alone has texts. */
static bool find_file(const struct node *item, const char *spec, char **file, struct error *error)
{
	char *beside = path_beside(item->line ? item->place : spec, item->text);
	const char *found = is_there(beside) ? beside : is_there(item->text) ? item->text : NULL;

	if (!found && (ranks_launched_number() > 0 || is_unread(item)))
		found = beside;
	if (!found && !strcmp(beside, item->text))
		node_error(item, error, " = %s: there is no such file", item->text);
	else if (!found)
		node_error(item, error,
		           " = %s: there is neither %s nor, in the working directory, %s",
		           item->text, beside, item->text);
	else if (is_folder(found))
		node_error(item, error, " = %s: is a folder, must be a text file", found);
	else
		*file = memory_text(found);
	free(beside);
	return *file != NULL;
}

static bool read_file(struct text_pair *pair, int side, const struct node *item, const char *spec,
                      struct error *error)
{
	if (item->kind != NODE_VALUE || item->none || !*item->text)
		return node_error(item, error, ": must be the path of a text file");
	return find_file(item, spec, &pair->file[side], error);
}

/* What two files are, and an example. */
static const char *pair_of(const struct task *task)
{
	return task->objective == OBJECTIVE_CLASSIFY
	               ? "texts and their labels, as in [train.txt, train.labels]"
	       : task->objective == OBJECTIVE_TAG
	               ? "sentences and their tags, as in [train.words, train.tags]"
	               : "the source and its translation, as in [train.de, train.en]";
}

static bool read_pair(const struct task *task, struct text_pair *pair, const struct node *node,
                      const char *spec, struct error *error)
{
	if (task->objective == OBJECTIVE_CONTINUE && node->kind != NODE_VALUE)
		return node_error(node, error,
		                  ": must be one file, the text of task: %s, as in train: "
		                  "text.txt",
		                  task->name);
	if (task->objective == OBJECTIVE_CONTINUE)
		return read_file(pair, SIDE_TARGET, node, spec, error);
	if (node->kind != NODE_LIST || node->children != SIDES)
		return node_error(node, error, ": must be two files, %s", pair_of(task));
	for (int side = 0; side < SIDES; side++)
		if (!read_file(pair, side, node->child[side], spec, error))
			return false;
	return true;
}

static bool read_test(struct data_settings *data, const struct node *node, const char *name,
                      const char *spec, struct error *error)
{
	struct text_pair *pair = &data->test[data->tests++];

	if (!spec_name(node, name, "the name of a test set", error))
		return false;
	pair->name = memory_text(name);
	return read_pair(task_of(data), pair, node, spec, error);
}

/* A pair (or a text alone), which is called "test", or a map of them. */
static bool read_tests(struct data_settings *data, const struct node *node, const char *spec,
                       struct error *error)
{
	const bool alone = task_of(data)->objective == OBJECTIVE_CONTINUE;

	if (!node || node->none)
		return true;
	if (node->kind == NODE_VALUE && !alone)
		return node_error(
			node, error,
			": must be two files, as in [test.de, test.en], or a map of names "
			"to such pairs");
	if (node->children > TESTS_MOST)
		return node_error(node, error, ": more than %d test sets", TESTS_MOST);
	data->test = memory_new((size_t)node->children + 1, sizeof *data->test);
	if (node->kind != NODE_MAP)
		return read_test(data, node, "test", spec, error);
	for (int i = 0; i < node->children; i++)
		if (!read_test(data, node->child[i], node->child[i]->key, spec, error))
			return false;
	return true;
}

static bool read_part(const struct task *task, struct text_pair *pair, const struct node *data,
                      const char *name, const char *spec, struct error *error)
{
	const struct node *node = node_child(data, name);

	if ((!node || node->none) && task->objective == OBJECTIVE_CONTINUE)
		return node_error(data, error,
		                  ".%s: is missing; task: %s needs a text, as in %s: %s.txt", name,
		                  task->name, name, name);
	if (!node || node->none)
		return node_error(
			data, error,
			objective_labels(task->objective)
				? ".%s: is missing; task: %s needs two files, as in [%s.txt, "
				  "%s.labels]"
				: ".%s: is missing; task: %s needs two files, as in [%s.de, "
				  "%s.en]",
			name, task->name, name, name);
	return read_pair(task, pair, node, spec, error);
}

static bool refuse_files(const struct node *data, const char *const *names, struct error *error)
{
	for (; *names; names++) {
		const struct node *node = node_child(data, *names);

		if (node)
			return node_error(node, error,
			                  ": is for task: translation; a generated task makes its "
			                  "own data");
	}
	return true;
}

/* ", but recall and multi-recall do": who reads the key; "" where most do or none. */
static void readers(const char *key, char *text, size_t size)
{
	const struct task *task, *reader[4];
	int count = 0;
	size_t used = 0;

	*text = '\0';
	for (int i = 0; (task = task_at(i)); i++)
		if (task_reads(task, key) && count++ < 4)
			reader[count - 1] = task;
	for (int i = 0; i < count && count <= 4; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		                         !i              ? ", but "
		                         : i < count - 1 ? ", "
		                                         : " and ",
		                         reader[i]->name);
	if (*text)
		snprintf(text + used, size - used, count > 1 ? " do" : " does");
}

/* A key that the task does not read would change nothing, and who wrote it thinks that it does. */
static bool refuse_unread(const struct task *task, const struct node *data, struct error *error)
{
	for (const struct setting *s = data_settings_table; s->name; s++) {
		const struct node *node = node_find(data, s->name);
		char others[160];

		if (!node || task_reads(task, s->name))
			continue;
		readers(s->name, others, sizeof others);
		return node_error(node, error, ": task: %s does not read it%s; leave it out",
		                  task->name, others);
	}
	return true;
}

/* The rule's message starts with data.KEY: puts the key's place before it. */
static bool check_generated(const struct data_settings *data, const struct node *node,
                            struct error *error)
{
	struct error broken;
	const char *key = broken.message + strlen("data.");
	char name[64];
	int length;

	if (generated_check(data, &broken))
		return true;
	length = (int)strspn(key, "abcdefghijklmnopqrstuvwxyz_");
	snprintf(name, sizeof name, "%.*s", length, key);
	if (!node_child(node, name))
		return node_error(node, error, ".%s", key);
	return node_error(node_child(node, name), error, "%s", key + length);
}

/* A tag belongs to a token. */
static bool check_tokens(const struct data_settings *data, const struct node *node,
                         struct error *error)
{
	const struct node *own = node_find(node, "subwords.model");

	if (task_of(data)->objective != OBJECTIVE_TAG || data->subword_model == SUBWORD_WORDS ||
	    data->subword_model == SUBWORD_CHARS)
		return true;
	return node_error(own ? own : node, error,
	                  "%s: task: tagging has a tag for each word or character, and pieces of "
	                  "words have none; set data.subwords.model: words or chars",
	                  own ? "" : ".subwords.model = bpe");
}

bool spec_data(struct experiment *e, const struct node *top, const char *path, struct error *error)
{
	static const char *const files[] = { "train", "valid", "test", NULL };
	const struct keys_target target[] = { { data_settings_table, &e->data }, { NULL, NULL } };
	const struct node *node = node_child(top, "data");
	const struct task *task;

	settings_default(data_settings_table, &e->data);
	if (!node || node->none)
		return node_error_place(top, error,
		                        "data: is missing; write what to learn, as in data: {task: "
		                        "copy} or data: {train: [train.de, train.en], ...}");
	if (!keys_is_map(node, "data: {task: copy}", error) ||
	    !keys_read(node, target, files, error))
		return false;
	task = task_of(&e->data);
	if (task->generator && !refuse_files(node, files, error))
		return false;
	if (!refuse_unread(task, node, error))
		return false;
	if (task->generator)
		return check_generated(&e->data, node, error);
	if (!check_tokens(&e->data, node, error))
		return false;
	return read_part(task, &e->data.train, node, "train", path, error) &&
	       read_part(task, &e->data.valid, node, "valid", path, error) &&
	       read_tests(&e->data, node_child(node, "test"), path, error);
}
