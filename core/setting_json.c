/* setting_json.c - settings as JSON objects, nested at the dots of names. */
#include "core/setting.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 128 }; /* bytes of a dotted key */

static json_t *value_to_json(const struct setting *setting, const void *base)
{
	const void *field = (const char *)base + setting->offset;
	char word[SETTING_TEXT_SIZE];

	switch (setting->type) {
	case SETTING_INT:
		return json_integer(*(const long *)field);
	case SETTING_REAL:
		return json_real(*(const double *)field);
	case SETTING_BOOL:
		return json_boolean(*(const bool *)field);
	case SETTING_WORD:
		setting_word(setting, *(const int *)field, word);
		return json_string(word);
	case SETTING_INTS:
		if (((const struct ints *)field)->count == 1)
			return json_integer(((const struct ints *)field)->value[0]);
		setting_write(setting, base, word);
		return json_string(word);
	}
	panic("setting %s has no type", setting->name);
}

/* The object in which the last part of a dotted name belongs; made where it is missing. */
static json_t *object_of(json_t *object, const char *name, const char **last)
{
	const char *dot;

	for (; (dot = strchr(name, '.')); name = dot + 1) {
		char part[NAME_SIZE];
		json_t *inner;

		snprintf(part, sizeof part, "%.*s", (int)(dot - name), name);
		inner = json_object_get(object, part);
		if (!inner) {
			inner = json_object();
			json_object_set_new(object, part, inner);
		}
		object = inner;
	}
	*last = name;
	return object;
}

json_t *settings_to_json(const struct setting *table, const void *base)
{
	json_t *whole = json_object();

	for (const struct setting *s = table; s->name; s++) {
		const char *last;
		json_t *object = object_of(whole, s->name, &last);

		if (json_object_set_new(object, last, value_to_json(s, base)))
			panic("setting %s cannot be written as JSON", s->name);
	}
	return whole;
}

/* The value as setting_read takes it; words and several numbers alone may be strings. */
static const char *value_text(const struct setting *setting, const json_t *value,
                              char text[SETTING_TEXT_SIZE])
{
	static const struct setting number = { .type = SETTING_REAL };
	const double x = json_number_value(value);

	if ((setting->type == SETTING_WORD || setting->type == SETTING_INTS) && json_is_string(value))
		return json_string_value(value);
	if (setting->type == SETTING_BOOL && json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if ((setting->type == SETTING_INT || setting->type == SETTING_INTS) &&
	    json_is_integer(value))
		snprintf(text, SETTING_TEXT_SIZE, "%lld", (long long)json_integer_value(value));
	else if (setting->type == SETTING_REAL && json_is_number(value))
		setting_write(&number, &x, text);
	else
		snprintf(text, SETTING_TEXT_SIZE, "a JSON value of another type");
	return text;
}

static bool read_object(const struct setting *table, void *base, const json_t *object,
                        const char *prefix, struct error *error)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return error_set(error, "%s: must be a JSON object", *prefix ? prefix : "settings");
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		const struct setting *setting;
		char name[NAME_SIZE], text[SETTING_TEXT_SIZE];
		const int length =
			snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", key);

		if (length >= (int)sizeof name)
			return error_set(error, "%.60s...: unknown setting", name);
		setting = setting_find(table, name);
		if (setting ? !setting_read(setting, base, value_text(setting, value, text), error)
		    : json_is_object(value) ? !read_object(table, base, value, name, error)
		                            : !error_set(error, "%s: unknown setting", name))
			return false;
	}
	return true;
}

bool settings_from_json(const struct setting *table, void *base, const json_t *object,
                        struct error *error)
{
	return read_object(table, base, object, "", error);
}
