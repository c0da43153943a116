/* data_files.c - where the texts of a run lie and what they were. */
#include "experiments/data_files.h"

#include "core/file.h"
#include "data/task.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_hash(char text[17], const struct corpus *corpus)
{
	snprintf(text, 17, "%016" PRIx64, corpus->hash);
}

/* {"name": ..., "files": [..., ...], "hash": ...}, of a text alone one file; NULL where a path is
 * not UTF-8. */
static json_t *pair_to_json(const char *name, const struct text_pair *pair,
                            const struct corpus *corpus)
{
	json_t *files = json_array();
	char hash[17];
	int bad = 0;

	write_hash(hash, corpus);
	for (int side = 0; side < SIDES; side++)
		if (pair->file[side]) {
			char *whole = realpath(pair->file[side], NULL);

			bad |= !whole || json_array_append_new(files, json_string(whole));
			free(whole);
		}
	if (!bad)
		return json_pack("{ss so ss}", "name", name, "files", files, "hash", hash);
	json_decref(files);
	return NULL;
}

bool data_files_save(const char *path, const struct data_settings *data,
                     const struct dataset *dataset, struct error *error)
{
	json_t *list = json_array();
	struct new_file file;
	char *text;
	int bad = 0;

	if (!task_of(data)->generator) {
		bad |= json_array_append_new(list,
		                             pair_to_json("train", &data->train, &dataset->train));
		bad |= json_array_append_new(list,
		                             pair_to_json("valid", &data->valid, &dataset->valid));
		for (int i = 0; i < data->tests; i++)
			bad |= json_array_append_new(list, pair_to_json(data->test[i].name,
			                                                &data->test[i],
			                                                &dataset->test[i]));
	}
	text = json_array_size(list) && !bad ? json_dumps(list, JSON_INDENT(1)) : NULL;
	json_decref(list);
	if (!text)
		return true; /* a path that JSON cannot hold: rerun will ask for the folder */
	if (!new_file_begin(&file, path, error)) {
		free(text);
		return false;
	}
	new_file_write(&file, text, strlen(text));
	new_file_write(&file, "\n", 1);
	free(text);
	return new_file_commit(&file, error);
}

bool data_files_take(const json_t *list, char *file[SIDES])
{
	const size_t files = json_is_array(list) ? json_array_size(list) : 1;
	const char *path[SIDES] = { NULL };

	if (files < 1 || files > SIDES)
		return false;
	for (size_t i = 0; i < files; i++) {
		const json_t *one = json_is_array(list) ? json_array_get(list, i) : list;

		path[SIDES - files + i] = json_string_value(one);
		if (!path[SIDES - files + i])
			return false;
	}
	for (int side = 0; side < SIDES; side++)
		file[side] = path[side] ? memory_text(path[side]) : NULL;
	return true;
}

static bool read_pair(const json_t *object, struct data_pair *pair)
{
	const char *name = NULL, *hash = NULL;
	json_t *list = NULL;

	if (json_unpack((json_t *)(uintptr_t)object, "{ss so ss}", "name", &name, "files", &list,
	                "hash", &hash) ||
	    strlen(hash) != 16 || !data_files_take(list, pair->file))
		return false;
	pair->name = memory_text(name);
	strcpy(pair->hash, hash);
	return true;
}

bool data_files_load(const char *path, struct data_files *files, bool *found, struct error *error)
{
	json_t *list, *object;
	bool good;
	size_t i;

	*files = (struct data_files){ 0 };
	*found = access(path, F_OK) == 0;
	if (!*found)
		return true;
	list = json_load_file(path, 0, NULL);
	good = json_is_array(list) && json_array_size(list) >= 2;
	if (good) {
		files->pair = memory_new(json_array_size(list), sizeof *files->pair);
		json_array_foreach(list, i, object)
		{
			good = good && read_pair(object, &files->pair[files->pairs]);
			files->pairs += good;
		}
	}
	json_decref(list);
	if (good)
		return true;
	data_files_free(files);
	return error_set(error,
	                 "%s is damaged; delete it, and name the folder of the texts with --data",
	                 path);
}

void data_files_free(struct data_files *files)
{
	if (!files)
		return;
	for (int i = 0; i < files->pairs; i++) {
		free(files->pair[i].name);
		for (int side = 0; side < SIDES; side++)
			free(files->pair[i].file[side]);
	}
	free(files->pair);
	*files = (struct data_files){ 0 };
}

const struct data_pair *data_files_changed(const struct data_files *files,
                                           const struct dataset *dataset)
{
	char now[17];

	for (int i = 0; i < files->pairs && i < 2 + dataset->tests; i++) {
		write_hash(now, i == 0   ? &dataset->train
		                : i == 1 ? &dataset->valid
		                         : &dataset->test[i - 2]);
		if (strcmp(now, files->pair[i].hash) != 0)
			return &files->pair[i];
	}
	return NULL;
}
