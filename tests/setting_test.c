/* setting_test.c - settings: what text is taken, what is refused and in which words, and the way
 * back. */
#include "core/setting.h"
#include "eval/settings.h"
#include "models/settings.h"
#include "train/settings.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct sample {
	long kernel;
	double rate;
	bool joint;
	int optimizer;
	long updates, epochs;
	struct ints dilation;
};

#define S struct sample
static const struct setting table[] = {
	SETTING_OF_INT(S, kernel, "kernel", "3", 1, 99, "steps that a convolution sees"),
	SETTING_OF_REAL(S, rate, "rate", "0.1", 0, 1, "learning rate"),
	SETTING_OF_BOOL(S, joint, "joint", "true", "one vocabulary"),
	SETTING_OF_WORD(S, optimizer, "optimizer", "adam", "sgd|adam|adamw", "of the update"),
	SETTING_OF_INT(S, updates, "stop.updates", "2k", -1e15, 1e15, "updates"),
	SETTING_OF_INT(S, epochs, "stop.epochs", "0", 0, 1e6, "epochs"),
	SETTING_OF_INTS(S, dilation, "dilation", "1", 1, 1000, "steps between taps, layer by layer"),
	{ .name = NULL },
};
#undef S

static const struct {
	const char *text;
	long value;
} wholes[] = {
	{ "0", 0 },
	{ "2048", 2048 },
	{ "+7", 7 },
	{ "-7", -7 },
	{ "007", 7 },
	{ "2k", 2000 },
	{ "7.5M", 7500000 },
	{ "1G", 1000000000 },
	{ "-1.5k", -1500 },
	{ ".5k", 500 },
	{ "1.50000k", 1500 },
	{ "0.001k", 1 },
	{ "1000000000000000", 1000000000000000 },
	{ "1000000G", 1000000000000000 },
};

static const char *const not_wholes[] = {
	"",
	" ",
	"-",
	"k",
	"4.5",
	"4.0",
	"4.",
	"5.M",
	"1.2345k",
	"0x10",
	"1e3",
	"1_000",
	"1,000",
	"4 ",
	" 4",
	"4kk",
	"4m",
	"4K",
	"4 k",
	"inf",
	"nan",
	"--4",
	"+-4",
	"1.2.3k",
	"four",
	"\xd9\xa4",
	"99999999999999999999",
	"9223372036854775807G",
	"1000000000000001",
	"-1000000000000001",
};

static void whole_numbers_are_taken_exactly(void **state)
{
	const struct setting *s = setting_find(table, "stop.updates");
	struct sample sample;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
		assert_true(setting_read(s, &sample, wholes[i].text, &error));
		assert_int_equal(sample.updates, wholes[i].value);
	}
}

static void whole_numbers_of_another_form_are_refused_and_change_nothing(void **state)
{
	const struct setting *s = setting_find(table, "stop.updates");
	struct sample sample = { .updates = 77 };
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof not_wholes / sizeof not_wholes[0]; i++) {
		if (setting_read(s, &sample, not_wholes[i], &error))
			fail_msg("'%s' was taken", not_wholes[i]);
		assert_int_equal(sample.updates, 77);
	}
}

static const struct {
	const char *text;
	double value;
} numbers[] = {
	{ "0", 0 },       { "1", 1 },        { "0.1", 0.1 },
	{ ".5", 0.5 },    { "1.", 1 },       { "1e-9", 1e-9 },
	{ "3E-4", 3e-4 }, { "+0.25", 0.25 }, { "0.30000000000000004", 0.1 + 0.2 },
	{ "1e-400", 0 },
};

static const char *const not_numbers[] = {
	"",     ".",     "-",        "e5",  "1e",    "1e+",  "inf",  "-inf",
	"nan",  "NAN",   "infinity", "0x1", "0,5",   "0.5 ", " 0.5", "1/2",
	"0.5f", "1e999", "-1e999",   "1k",  "0.0.1", "1.01", "-0.1",
};

static void numbers_are_taken_to_the_last_bit(void **state)
{
	const struct setting *s = setting_find(table, "rate");
	struct sample sample;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		assert_true(setting_read(s, &sample, numbers[i].text, &error));
		assert_true(sample.rate == numbers[i].value);
	}
}

static void numbers_of_another_form_are_refused_and_change_nothing(void **state)
{
	const struct setting *s = setting_find(table, "rate");
	struct sample sample = { .rate = 0.75 };
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof not_numbers / sizeof not_numbers[0]; i++) {
		if (setting_read(s, &sample, not_numbers[i], &error))
			fail_msg("'%s' was taken", not_numbers[i]);
		assert_true(sample.rate == 0.75);
	}
}

static void booleans_have_three_pairs_of_words(void **state)
{
	static const char *const yes[] = { "true", "yes", "on", "True" };
	static const char *const no[] = { "false", "no", "off", "False" };
	static const char *const neither[] = { "", "1", "0", "y", "tru", "true " };
	const struct setting *s = setting_find(table, "joint");
	struct sample sample = { 0 };
	struct error error;

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(setting_read(s, &sample, yes[i], &error) && sample.joint);
		assert_true(setting_read(s, &sample, no[i], &error) && !sample.joint);
	}
	for (int i = 0; i < 6; i++)
		assert_false(setting_read(s, &sample, neither[i], &error));
}

static const struct {
	const char *text, *written; /* written NULL: refused */
	int count;
	long third;
} several[] = {
	{ "4", "4", 1, 4 },
	{ "1/2/4/8", "1/2/4/8", 4, 4 },
	{ "3/7", "3/7", 2, 7 },
	{ "3/7/7/7", "3/7", 2, 7 },
	{ "3/3/3", "3", 1, 3 },
	{ "0.5k/1/+2", "500/1/2", 3, 2 },
	{ "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", 16,
	  3 },
	{ "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", NULL, 0, 0 },
	{ "991/992/993/994/995/996/997/998/999/981/982/983/984/985/986/987",
	  "991/992/993/994/995/996/997/998/999/981/982/983/984/985/986/987", 16, 993 },
	{ "991/992/993/994/995/996/997/998/999/981/982/983/984/985/986/987/988", NULL, 0, 0 },
	{ "", NULL, 0, 0 },
	{ "/", NULL, 0, 0 },
	{ "3/", NULL, 0, 0 },
	{ "/3", NULL, 0, 0 },
	{ "3/0", NULL, 0, 0 },
	{ "3/1001", NULL, 0, 0 },
	{ "3, 7", NULL, 0, 0 },
	{ "3 / 7", NULL, 0, 0 },
};

/* The last goes on; what is written is read back the same, and a refusal changes nothing. */
static void several_numbers_are_joined_by_slashes(void **state)
{
	const struct setting *s = setting_find(table, "dilation");

	(void)state;
	for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
		struct sample sample, back;
		struct error error;
		char text[SETTING_TEXT_SIZE];

		settings_default(table, &sample);
		assert_int_equal(setting_read(s, &sample, several[i].text, &error),
		                 several[i].written != NULL);
		setting_write(s, &sample, text);
		assert_string_equal(text, several[i].written ? several[i].written : "1");
		assert_int_equal(ints_at(&sample.dilation, 2),
		                 several[i].written ? several[i].third : 1);
		assert_true(setting_read(s, &back, text, &error));
		assert_int_equal(back.dilation.count, several[i].written ? several[i].count : 1);
	}
}

static const struct {
	const char *key, *text, *message;
} refusals[] = {
	{ "kernel", "4.5", "kernel = 4.5: must be a whole number from 1 to 99" },
	{ "kernel", "", "kernel = nothing: must be a whole number from 1 to 99" },
	{ "kernel", "100", "kernel = 100: must be a whole number from 1 to 99" },
	{ "rate", "1.5", "rate = 1.5: must be a number from 0 to 1" },
	{ "joint", "maybe", "joint = maybe: must be true or false" },
	{ "optimizer", "rmsprop", "optimizer = rmsprop: must be sgd, adam or adamw" },
	{ "optimizer", "adm", "optimizer = adm: must be sgd, adam or adamw; did you mean adam?" },
	{ "optimizer", "ADAMW",
	  "optimizer = ADAMW: must be sgd, adam or adamw; did you mean adamw?" },
	{ "optimizer", "sgd|adam", "optimizer = sgd|adam: must be sgd, adam or adamw" },
	{ "dilation", "1/2/x",
	  "dilation = 1/2/x: must be a whole number from 1 to 1000, or up to 16 of them joined by /" },
	{ "dilation", "1//2",
	  "dilation = 1//2: must be a whole number from 1 to 1000, or up to 16 of them joined by /" },
	{ "stop.epochs", "-1", "stop.epochs = -1: must be a whole number from 0 to 1M" },
	{ "kernel", "a\x1b[31m", "kernel = a?[31m: must be a whole number from 1 to 99" },
	{ "kernel", "1234567890123456789012345678901234567890123456789012345678901234567890",
	  "kernel = 123456789012345678901234567890123456789012345678901234567890...: must be a "
	  "whole number from 1 to 99" },
};

static void a_refusal_names_key_value_and_what_may_be(void **state)
{
	struct sample sample;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		assert_false(setting_read(setting_find(table, refusals[i].key), &sample,
		                          refusals[i].text, &error));
		assert_string_equal(error.message, refusals[i].message);
	}
}

static void a_long_value_is_not_cut_within_a_character(void **state)
{
	struct sample sample;
	struct error error;
	char text[200];

	(void)state;
	for (size_t i = 0; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 4);
	text[0] = 'x';
	memmove(text + 1, text + 3, strlen(text + 3) + 1);
	assert_false(setting_read(&table[0], &sample, text, &error));
	assert_non_null(strstr(error.message, "\xe2\x82\xac...: must"));
}

static const double awkward[] = { 0.1,     1e-9,   3e-4,
	                          1.0 / 3, 5e-324, 2.2250738585072014e-308,
	                          0.98,    1,      123456,
	                          1e15,    1e22,   1.7976931348623157e308,
	                          -0.5,    100,    0.30000000000000004,
	                          1e-5 };

static void written_numbers_read_back_the_same_bits(void **state)
{
	const struct setting s =
		SETTING_OF_REAL(struct sample, rate, "rate", "0", -HUGE_VAL, HUGE_VAL, "");
	struct sample sample = { 0 }, back = { 0 };
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof awkward / sizeof awkward[0]; i++) {
		char text[SETTING_TEXT_SIZE];

		sample.rate = awkward[i];
		setting_write(&s, &sample, text);
		assert_true(setting_read(&s, &back, text, &error));
		assert_memory_equal(&back.rate, &sample.rate, sizeof back.rate);
	}
}

static void written_numbers_are_as_short_as_a_person_writes(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = { { 0.1, "0.1" },       { 1e-9, "1e-9" },     { 100, "100" },
		      { 100000, "100000" }, { 0.0003, "0.0003" }, { 1e-5, "1e-5" } };
	struct sample sample = { 0 };
	char text[SETTING_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		sample.rate = cases[i].value;
		setting_write(setting_find(table, "rate"), &sample, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
	static const char *const comma[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
		                             "ru_RU.UTF-8" };
	const struct setting *s = setting_find(table, "rate");
	struct sample sample = { 0 };
	struct error error;
	char text[SETTING_TEXT_SIZE];
	const char *found = NULL;

	(void)state;
	for (int i = 0; i < 4 && !found; i++)
		found = setlocale(LC_ALL, comma[i]);
	if (!found) {
		puts("skipped: no locale with a decimal comma is installed");
		skip();
	}
	assert_true(setting_read(s, &sample, "0.25", &error));
	assert_false(setting_read(s, &sample, "0,5", &error));
	setting_write(s, &sample, text);
	setlocale(LC_ALL, "C");
	assert_true(sample.rate == 0.25);
	assert_string_equal(text, "0.25");
}

static void defaults_of_every_table_are_within_their_ranges(void **state)
{
	struct train_settings train;
	struct search_settings search;
	struct model_settings model;
	struct sample sample;
	struct error error;

	(void)state;
	settings_default(table, &sample);
	assert_int_equal(sample.kernel, 3);
	assert_int_equal(sample.updates, 2000);
	assert_int_equal(sample.optimizer, 1);
	settings_default(train_settings_table, &train);
	settings_default(search_settings_table, &search);
	settings_default(model_settings_table, &model);
	assert_true(search_settings_check(&search, &error));
	train.stop_epochs = 1;
	assert_true(train_settings_check(&train, &error));
}

static const struct {
	const char *key[3], *text[3]; /* put into defaults that stop after an epoch */
	const char *message;
} rules[] = {
	{ { "stop.epochs" },
	  { "0" },
	  "stop: nothing would end the training: set epochs, updates, tokens, minutes, "
	  "multiply_adds, perplexity or patience, "
	  "as "
	  "in {epochs: 10}" },
	{ { "nesterov" },
	  { "true" },
	  "nesterov = true: needs optimizer: sgd and a momentum above 0" },
	{ { "nesterov", "optimizer" },
	  { "true", "sgd" },
	  "nesterov = true: needs optimizer: sgd and a momentum above 0" },
	{ { "schedule" },
	  { "cosine" },
	  "schedule = cosine: needs its last update: set cosine.updates or stop.updates" },
	{ { "schedule", "cosine.updates" },
	  { "cosine", "400" },
	  "warmup = 400: must be less than the 400 updates of schedule: cosine" },
	{ { "schedule", "stop.updates", "floor" },
	  { "cosine", "500", "0.01" },
	  "floor = 0.01: must not be above learning_rate = 0.001" },
	{ { "nesterov", "optimizer", "momentum" }, { "true", "sgd", "0.9" }, NULL },
	{ { "schedule", "stop.updates" }, { "cosine", "500" }, NULL },
};

static void rules_between_training_settings_name_the_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct error error = { "" };
		struct train_settings train;

		settings_default(train_settings_table, &train);
		train.stop_epochs = 1;
		for (int k = 0; k < 3 && rules[i].key[k]; k++)
			assert_true(
				setting_read(setting_find(train_settings_table, rules[i].key[k]),
			                     &train, rules[i].text[k], &error));
		assert_int_equal(train_settings_check(&train, &error), !rules[i].message);
		assert_string_equal(error.message, rules[i].message ? rules[i].message : "");
	}
}

static void ranges_are_in_words(void **state)
{
	static const char *const words[] = {
		"1 to 99", "0 to 1", "true or false", "sgd, adam or adamw", "-1000000G to 1000000G",
		"0 to 1M"
	};
	static const struct setting open = { "seed", SETTING_INT, 0, "1", 0, 9.2e18, NULL, "" };
	char text[128];

	(void)state;
	for (int i = 0; i < 6; i++) {
		setting_range(&table[i], text, sizeof text);
		assert_string_equal(text, words[i]);
	}
	setting_range(&open, text, sizeof text);
	assert_string_equal(text, "at least 0");
	setting_range(&table[3], text, 8);
	assert_string_equal(text, "sgd, ad");
}

static void words_are_found_by_index(void **state)
{
	static const char *const word[] = { "sgd", "adam", "adamw", "", "" };
	char text[SETTING_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 5; i++) {
		setting_word(&table[3], i, text);
		assert_string_equal(text, word[i]);
	}
	setting_word(&table[3], -1, text);
	assert_string_equal(text, "");
}

static void json_gives_the_same_settings_again(void **state)
{
	struct sample sample = { 5, 0.1 + 0.2, false, 2, 123456789012345, 3, { 3, { 1, 2, 4 } } }, back;
	json_t *json = settings_to_json(table, &sample);
	struct error error;

	(void)state;
	settings_default(table, &back);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json, "stop"), "epochs")), 3);
	assert_string_equal(json_string_value(json_object_get(json, "optimizer")), "adamw");
	assert_true(settings_from_json(table, &back, json, &error));
	assert_int_equal(back.kernel, 5);
	assert_true(back.rate == 0.1 + 0.2);
	assert_false(back.joint);
	assert_int_equal(back.optimizer, 2);
	assert_int_equal(back.updates, 123456789012345);
	assert_int_equal(back.epochs, 3);
	assert_int_equal(back.dilation.count, 3);
	assert_int_equal(back.dilation.value[2], 4);
	json_decref(json);
}

static const struct {
	const char *json, *message; /* NULL: is read */
} objects[] = {
	{ "{}", NULL },
	{ "{\"rate\": 1}", NULL },
	{ "{\"stop\": {\"epochs\": 4}}", NULL },
	{ "{\"dilation\": 4}", NULL },
	{ "{\"dilation\": \"1/2/4\"}", NULL },
	{ "{\"dilation\": \"1/2000\"}",
	  "dilation = 1/2000: must be a whole number from 1 to 1000, or up to 16 of them joined by /" },
	{ "[]", "settings: must be a JSON object" },
	{ "{\"kernle\": 3}", "kernle: unknown setting" },
	{ "{\"stop\": {\"epoch\": 3}}", "stop.epoch: unknown setting" },
	{ "{\"stop\": 3}", "stop: unknown setting" },
	{ "{\"kernel\": 3.5}",
	  "kernel = a JSON value of another type: must be a whole number from 1 to 99" },
	{ "{\"kernel\": \"3\"}",
	  "kernel = a JSON value of another type: must be a whole number from 1 to 99" },
	{ "{\"kernel\": 100}", "kernel = 100: must be a whole number from 1 to 99" },
	{ "{\"joint\": 1}", "joint = a JSON value of another type: must be true or false" },
	{ "{\"rate\": {}}", "rate = a JSON value of another type: must be a number from 0 to 1" },
};

static void json_of_another_shape_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
		json_t *json = json_loads(objects[i].json, 0, NULL);
		struct error error = { "" };
		struct sample sample;

		settings_default(table, &sample);
		assert_int_equal(settings_from_json(table, &sample, json, &error),
		                 objects[i].message == NULL);
		assert_string_equal(error.message, objects[i].message ? objects[i].message : "");
		json_decref(json);
	}
}

static const struct {
	const char *word, *nearest;
} slips[] = {
	{ "lerning_rate", "learning_rate" },
	{ "learning-rate", "learning_rate" },
	{ "LEARNING_RATE", "learning_rate" },
	{ "hedas", "heads" },
	{ "head", "heads" },
	{ "bema", "beam" },
	{ "kernle", "kernel" },
	{ "", NULL },
	{ "x", NULL },
	{ "temperature", NULL },
	{ "beet", NULL },
};

static void a_slip_of_the_finger_finds_its_word_and_another_word_none(void **state)
{
	static const char *const words[] = { "learning_rate", "heads", "beam", "kernel", NULL };
	char endless[5000];

	(void)state;
	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		const char *nearest = nearest_word(slips[i].word, words);

		assert_string_equal(nearest ? nearest : "none",
		                    slips[i].nearest ? slips[i].nearest : "none");
	}
	memset(endless, 'a', sizeof endless);
	endless[sizeof endless - 1] = '\0';
	assert_null(nearest_word(endless, words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_taken_exactly),
		cmocka_unit_test(whole_numbers_of_another_form_are_refused_and_change_nothing),
		cmocka_unit_test(numbers_are_taken_to_the_last_bit),
		cmocka_unit_test(numbers_of_another_form_are_refused_and_change_nothing),
		cmocka_unit_test(booleans_have_three_pairs_of_words),
		cmocka_unit_test(several_numbers_are_joined_by_slashes),
		cmocka_unit_test(a_refusal_names_key_value_and_what_may_be),
		cmocka_unit_test(a_long_value_is_not_cut_within_a_character),
		cmocka_unit_test(written_numbers_read_back_the_same_bits),
		cmocka_unit_test(written_numbers_are_as_short_as_a_person_writes),
		cmocka_unit_test(numbers_do_not_depend_on_the_locale),
		cmocka_unit_test(defaults_of_every_table_are_within_their_ranges),
		cmocka_unit_test(rules_between_training_settings_name_the_key),
		cmocka_unit_test(ranges_are_in_words),
		cmocka_unit_test(words_are_found_by_index),
		cmocka_unit_test(json_gives_the_same_settings_again),
		cmocka_unit_test(json_of_another_shape_is_refused),
		cmocka_unit_test(a_slip_of_the_finger_finds_its_word_and_another_word_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
