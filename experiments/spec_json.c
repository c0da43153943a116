/* spec_json.c - a contestant's resolved settings as JSON, and back: what a run's row keeps. */
#include "experiments/spec.h"

#include <stdlib.h>
#include <string.h>

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static json_t *pair_to_json(const struct text_pair *pair)
{
	return json_pack("[ss]", last_name(pair->file[SIDE_SOURCE]),
	                 last_name(pair->file[SIDE_TARGET]));
}

static json_t *data_to_json(const struct data_settings *data)
{
	json_t *object = settings_to_json(data_settings_table, data), *test = json_object();

	for (int i = 0; i < data->tests; i++)
		json_object_set_new(test, data->test[i].name, pair_to_json(&data->test[i]));
	if (data->task == TASK_TRANSLATION) {
		json_object_set_new(object, "train", pair_to_json(&data->train));
		json_object_set_new(object, "valid", pair_to_json(&data->valid));
		json_object_set(object, "test", test);
	}
	json_decref(test);
	return object;
}

/* The same object with its keys in order, at every depth. Steals `object`. */
static json_t *sorted(json_t *object)
{
	char *text = json_dumps(object, JSON_SORT_KEYS);
	json_t *result = text ? json_loads(text, 0, NULL) : NULL;

	if (!result)
		panic("settings cannot be written as JSON");
	free(text);
	json_decref(object);
	return result;
}

json_t *contestant_to_json(const struct experiment *e, const struct contestant *c)
{
	json_t *object = json_object();

	json_object_set_new(object, "architecture", json_string(c->architecture->name));
	json_object_set_new(object, "settings",
	                    settings_to_json(c->architecture->settings, c->settings));
	json_object_set_new(object, "model", settings_to_json(model_settings_table, &c->model));
	json_object_set_new(object, "train", settings_to_json(train_settings_table, &c->train));
	json_object_set_new(object, "search", settings_to_json(search_settings_table, &c->search));
	json_object_set_new(object, "data", data_to_json(&e->data));
	return sorted(object);
}

static bool read_part(const json_t *object, const char *name, const struct setting *table,
                      void *base, struct error *error)
{
	const json_t *part = json_object_get(object, name);

	settings_default(table, base);
	if (!part || settings_from_json(table, base, part, error))
		return true;
	return error_prefix(error, "%s", name);
}

bool contestant_from_json(struct contestant *c, const json_t *object, struct error *error)
{
	const char *name = json_string_value(json_object_get(object, "architecture"));

	*c = (struct contestant){ 0 };
	if (!name)
		return error_set(error, "architecture: is missing in the settings");
	c->architecture = architecture_find(name);
	if (!c->architecture)
		return error_set(error,
		                 "architecture = %.60s: this program has none of that name; "
		                 "`bakeoff models` lists them",
		                 name);
	c->settings = memory_new(1, c->architecture->settings_size);
	if (read_part(object, "settings", c->architecture->settings, c->settings, error) &&
	    read_part(object, "model", model_settings_table, &c->model, error) &&
	    read_part(object, "train", train_settings_table, &c->train, error) &&
	    read_part(object, "search", search_settings_table, &c->search, error))
		return true;
	contestant_free(c);
	return false;
}
