/* spec_json.c - a contestant's resolved settings as JSON, and back: what a run's row keeps. */
#include "experiments/spec.h"
#include "data/task.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const side_key[SIDES] = { "encoder", "decoder" };

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static json_t *pair_to_json(const struct text_pair *pair)
{
	if (!pair->file[SIDE_SOURCE])
		return json_string(last_name(pair->file[SIDE_TARGET]));
	return json_pack("[ss]", last_name(pair->file[SIDE_SOURCE]),
	                 last_name(pair->file[SIDE_TARGET]));
}

static json_t *data_to_json(const struct data_settings *data)
{
	json_t *object = settings_to_json(data_settings_table, data), *test = json_object();

	for (int i = 0; i < data->tests; i++)
		json_object_set_new(test, data->test[i].name, pair_to_json(&data->test[i]));
	if (!task_of(data)->generator) {
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

/* Settings of the layers and of the architecture side by side. */
static void add_body(json_t *object, const struct body *body)
{
	json_t *settings = settings_to_json(layer_settings_table, &body->layer);
	json_t *own = settings_to_json(body->architecture->settings, body->settings);

	json_object_update(settings, own);
	json_decref(own);
	json_object_set_new(object, "settings", settings);
}

static void add_design(json_t *object, const struct design *design)
{
	char name[64];

	design_name(design, name);
	json_object_set_new(object, "architecture", json_string(name));
	json_object_set_new(object, "model", settings_to_json(model_settings_table, &design->model));
	if (body_equal(&design->side[SIDE_SOURCE], &design->side[SIDE_TARGET])) {
		add_body(object, &design->side[SIDE_SOURCE]);
		return;
	}
	for (int side = 0; side < SIDES; side++) {
		json_t *own = json_object();

		json_object_set_new(own, "architecture",
		                    json_string(design->side[side].architecture->name));
		add_body(own, &design->side[side]);
		json_object_set_new(object, side_key[side], own);
	}
}

json_t *contestant_to_json(const struct experiment *e, const struct contestant *c)
{
	json_t *object = json_object();

	add_design(object, &c->design);
	json_object_set_new(object, "train", settings_to_json(train_settings_table, &c->train));
	json_object_set_new(object, "search", settings_to_json(search_settings_table, &c->search));
	json_object_set_new(object, "data", data_to_json(&e->data));
	if (c->tuned)
		json_object_set_new(object, "tune",
		                    json_pack("{ssss}", "contestant", c->tuned, "setting",
		                              c->tuned_setting));
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

/* The keys of an object that a table has, or those that it has not. */
static json_t *part_of(const json_t *object, const struct setting *table, bool has)
{
	json_t *part = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
		if (!!setting_find(table, key) == has)
			json_object_set(part, key, value);
	return part;
}

static bool read_settings(const json_t *settings, struct body *body, struct error *error)
{
	json_t *layer, *own;
	bool done;

	if (!settings)
		return true;
	if (!json_is_object(settings))
		return error_set(error, "settings: must be a JSON object");
	layer = part_of(settings, layer_settings_table, true);
	own = part_of(settings, layer_settings_table, false);
	done = (settings_from_json(layer_settings_table, &body->layer, layer, error) &&
	        settings_from_json(body->architecture->settings, body->settings, own, error)) ||
	       error_prefix(error, "settings");
	json_decref(layer);
	json_decref(own);
	return done;
}

/* {architecture, settings} */
static bool read_body(const json_t *object, struct body *body, struct error *error)
{
	const char *name = json_string_value(json_object_get(object, "architecture"));
	const struct architecture *a;

	if (!name)
		return error_set(error, "architecture: is missing in the settings");
	a = architecture_find(name);
	if (!a)
		return error_set(error,
		                 "architecture = %.60s: this program has none of that name; "
		                 "`bakeoff models` lists them",
		                 name);
	body_default(body, a);
	return read_settings(json_object_get(object, "settings"), body, error);
}

static bool read_design(const json_t *object, struct design *design, struct error *error)
{
	for (int side = 0; side < SIDES; side++) {
		const json_t *own = json_object_get(object, side_key[side]);

		if (!read_body(own ? own : object, &design->side[side], error))
			return false;
	}
	return read_part(object, "model", model_settings_table, &design->model, error);
}

static void read_tune(const json_t *object, struct contestant *c)
{
	const json_t *tune = json_object_get(object, "tune");
	const char *name = json_string_value(json_object_get(tune, "contestant"));
	const char *setting = json_string_value(json_object_get(tune, "setting"));

	if (!name || !setting)
		return;
	c->tuned = memory_text(name);
	c->tuned_setting = memory_text(setting);
}

bool contestant_from_json(struct contestant *c, const json_t *object, struct error *error)
{
	*c = (struct contestant){ 0 };
	read_tune(object, c);
	if (read_design(object, &c->design, error) &&
	    read_part(object, "train", train_settings_table, &c->train, error) &&
	    read_part(object, "search", search_settings_table, &c->search, error))
		return true;
	contestant_free(c);
	return false;
}
