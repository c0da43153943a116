/* spec_json_test.c - a contestant as JSON, and from there again. */
#include "tests/spec_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_same_settings(const struct setting *table, const void *a, const void *b)
{
	for (const struct setting *s = table; s->name; s++) {
		char one[SETTING_TEXT_SIZE], other[SETTING_TEXT_SIZE];

		setting_write(s, a, one);
		setting_write(s, b, other);
		assert_string_equal(one, other);
	}
}

static void assert_same_json_again(const struct experiment *e)
{
	for (int i = 0; i < e->contestants; i++) {
		const struct contestant *c = &e->contestant[i];
		json_t *json = contestant_to_json(e, c);
		struct contestant back;
		struct error error;

		assert_true(contestant_from_json(&back, json, &error));
		for (int side = 0; side < SIDES; side++)
			assert_true(body_equal(&back.design.side[side], &c->design.side[side]));
		assert_same_settings(model_settings_table, &c->design.model, &back.design.model);
		assert_same_settings(train_settings_table, &c->train, &back.train);
		assert_same_settings(search_settings_table, &c->search, &back.search);
		contestant_free(&back);
		json_decref(json);
	}
}

static void each_side_has_an_architecture_of_its_own_where_it_says_so(void **state)
{
	struct experiment e;
	char name[64];

	(void)state;
	spec_read_good(&e,
	               HEAD "grid:\n  m.encoder.heads: [1, 2]\n  m.hidden: [32, 64]\n"
	                    "contestants:\n  m:\n    architecture: rnn\n    layers: 4\n"
	                    "    encoder: {architecture: transformer, layers: 6}\n",
	               NULL, 0);
	assert_int_equal(e.contestants, 4);
	assert_string_equal(e.contestant[3].name, "m encoder.heads=2 hidden=64");
	for (int i = 0; i < 4; i++) {
		const struct design *d = &e.contestant[i].design;

		design_name(d, name);
		assert_string_equal(name, "transformer-rnn");
		assert_int_equal(d->side[SIDE_SOURCE].layer.heads, i / 2 + 1);
		assert_int_equal(d->side[SIDE_TARGET].layer.heads, 1);
		assert_int_equal(layers_of(&d->side[SIDE_SOURCE].layer, SIDE_SOURCE), 6);
		assert_int_equal(layers_of(&d->side[SIDE_TARGET].layer, SIDE_TARGET), 4);
		assert_int_equal(design_width(d, SIDE_SOURCE), 128);
		assert_int_equal(design_width(d, SIDE_TARGET), i % 2 ? 64 : 32);
	}
	assert_same_json_again(&e);
	experiment_free(&e);
}

/* Fields one by one: padding has no value. */
static void json_gives_the_same_contestant_again(void **state)
{
	struct experiment e;

	(void)state;
	spec_read_good(&e, SPEC_WHOLE, NULL, 0);
	assert_same_json_again(&e);
	experiment_free(&e);
}

static void json_has_its_keys_sorted_and_the_data_without_folders(void **state)
{
	static const char *const keys[] = { "architecture", "data",     "model",
		                            "search",       "settings", "train" };
	struct experiment e;
	const char *key;
	json_t *json, *value;
	int n = 0;

	(void)state;
	spec_read_good(&e, SPEC_WHOLE, NULL, 0);
	free(e.data.train.file[SIDE_SOURCE]);
	e.data.train.file[SIDE_SOURCE] = memory_text("some/where/train.de");
	json = contestant_to_json(&e, &e.contestant[0]);
	json_object_foreach(json, key, value) assert_string_equal(key, keys[n++]);
	value = json_object_get(json_object_get(json, "data"), "train");
	assert_string_equal(json_string_value(json_array_get(value, 0)), "train.de");
	assert_string_equal(json_string_value(json_array_get(value, 1)), "train.en");
	json_decref(json);
	experiment_free(&e);
}

static const struct {
	const char *json, *message; /* NULL: is read */
} records[] = {
	{ "{\"architecture\": \"rnn\", \"seed\": 3}", NULL },
	{ "{\"architecture\": \"cnn\", \"settings\": {\"kernel\": 5}}", NULL },
	{ "{}", "architecture: is missing in the settings" },
	{ "[1]", "architecture: is missing in the settings" },
	{ "{\"architecture\": \"mamba\"}",
	  "architecture = mamba: this program has none of that name; `bakeoff models` lists them" },
	{ "{\"architecture\": \"rnn\", \"settings\": {\"kernel\": 5}}",
	  "settings: kernel: unknown setting" },
	{ "{\"architecture\": \"rnn\", \"model\": {\"width\": 0}}",
	  "model: width = 0: must be a whole number from 1 to 65536" },
	{ "{\"architecture\": \"rnn\", \"train\": 3}", "train: settings: must be a JSON object" },
};

static void json_of_another_program_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		json_t *json = json_loads(records[i].json, 0, NULL);
		struct error error = { "" };
		struct contestant c;

		assert_int_equal(contestant_from_json(&c, json, &error), !records[i].message);
		assert_string_equal(error.message, records[i].message ? records[i].message : "");
		contestant_free(&c);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_side_has_an_architecture_of_its_own_where_it_says_so),
		cmocka_unit_test(json_gives_the_same_contestant_again),
		cmocka_unit_test(json_has_its_keys_sorted_and_the_data_without_folders),
		cmocka_unit_test(json_of_another_program_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, spec_enter, spec_leave);
}
