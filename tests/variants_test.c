/* variants_test.c - every value of every setting is in the table that properties are tested with.
 */
#include "tests/variants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Settings under which a family has all parts that a setting may be about. */
static const char *const settings_of_all_parts[] = {
	"", "norm=pre attention_layers=all self_attention=scaled-dot",
	"norm=pre attention_layers=all self_attention=scaled-dot arrangement=decoder-only",
	"arrangement=encoder-only"
};
enum { WAYS = sizeof settings_of_all_parts / sizeof *settings_of_all_parts };

/* The struct of a body that a table is about. */
static void *base_of(struct design *design, int side, const struct setting *table)
{
	if (table == model_settings_table)
		return &design->model;
	return table == layer_settings_table ? (void *)&design->side[side].layer
	                                     : design->side[side].settings;
}

static bool has_value(struct design *design, const struct architecture *a,
                      const struct setting *table, const struct setting *setting, const char *value)
{
	for (int side = 0; side < SIDES; side++) {
		char text[SETTING_TEXT_SIZE];

		if (design->side[side].architecture != a)
			continue;
		setting_write(setting, base_of(design, side, table), text);
		if (value ? !strcmp(text, value) : strcmp(text, setting->standard) != 0)
			return true;
	}
	return false;
}

/* Whether a variant has that value of a family's setting; NULL: any but the default. */
static bool is_tested(const struct architecture *a, const struct setting *table,
                      const struct setting *setting, const char *value)
{
	bool found = false;

	for (int i = 0; i < variants_count && !found; i++) {
		struct design design;

		variant_design(&design, &variants[i], variant_small);
		found = has_value(&design, a, table, setting, value);
		design_free(&design);
	}
	return found;
}

/* Whether the rules between settings allow the value in some model of the family. */
static bool is_allowed(const struct architecture *a, const struct setting *table,
                       const struct setting *setting, const char *value)
{
	bool allowed = false;

	for (int i = 0; i < WAYS && !allowed; i++) {
		const struct variant variant = { a->name, settings_of_all_parts[i] };
		struct design design;
		struct error error;
		int side;

		variant_design(&design, &variant, variant_small);
		for (side = 0; side < SIDES; side++)
			assert_true(setting_read(setting, base_of(&design, side, table), value,
			                         &error));
		design_arrange(&design);
		allowed = design_check(&design, &side, &error) &&
		          has_value(&design, a, table, setting, value);
		design_free(&design);
	}
	return allowed;
}

static int missing_of(const struct architecture *a, const struct setting *table,
                      const struct setting *setting)
{
	static const char *const truth[] = { "false", "true", "" };
	char word[SETTING_TEXT_SIZE] = "";
	int missing = 0;

	if (setting->type != SETTING_WORD && setting->type != SETTING_BOOL)
		return is_tested(a, table, setting, NULL)
		               ? 0
		               : (print_error("%s: %s\n", a->name, setting->name), 1);
	for (int i = 0;; i++) {
		if (setting->type == SETTING_WORD)
			setting_word(setting, i, word);
		else
			snprintf(word, sizeof word, "%s", truth[i]);
		if (!word[0])
			return missing;
		if (is_tested(a, table, setting, word) || !is_allowed(a, table, setting, word))
			continue;
		print_error("%s: %s=%s\n", a->name, setting->name, word);
		missing++;
	}
}

static void every_value_of_every_setting_is_tested(void **state)
{
	int missing = 0;

	(void)state;
	for (int i = 0; architecture_at(i); i++) {
		const struct architecture *a = architecture_at(i);
		const struct setting *const table[] = { model_settings_table, layer_settings_table,
			                                a->settings };

		for (int t = 0; t < 3; t++)
			for (const struct setting *s = table[t]; s->name; s++)
				missing += missing_of(a, table[t], s);
	}
	if (missing)
		fail_msg("%d values that no variant has", missing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_of_every_setting_is_tested),
	};

	return cmocka_run_group_tests_name("variants", tests, NULL, NULL);
}
