/* standard.c - what a setting of an architecture is where nobody says otherwise. */
#include "experiments/standard.h"

#include "core/number.h"
#include "models/architecture.h"
#include "models/design.h"

#include <string.h>

/* Numbers are equal by value: 0.0 and 0. */
static bool equal(const char *a, const char *b)
{
	double x, y;

	if (number_read_real(a, &x) && number_read_real(b, &y))
		return x == y;
	return !strcmp(a, b);
}

bool standard_is(const char *architecture, const char *key, const char *value)
{
	const struct architecture *a = architecture_find(architecture);
	const struct setting *setting;
	struct body body;
	const void *base;
	char text[SETTING_TEXT_SIZE];

	if (!a)
		return false;
	body_default(&body, a);
	setting = setting_find(layer_settings_table, key);
	base = setting ? (const void *)&body.layer : body.settings;
	if (!setting)
		setting = setting_find(a->settings, key);
	if (setting)
		setting_write(setting, base, text);
	body_free(&body);
	return setting && equal(text, value);
}
