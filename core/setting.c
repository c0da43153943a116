/* setting.c - read, write and describe typed settings. */
#include "core/setting.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void settings_default(const struct setting *table, void *base)
{
	for (const struct setting *s = table; s->name; s++) {
		struct error error;

		if (!setting_read(s, base, s->standard, &error))
			panic("default of %s", error.message);
	}
}

const struct setting *setting_find(const struct setting *table, const char *name)
{
	for (const struct setting *s = table; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

void setting_word(const struct setting *s, int index, char word[SETTING_TEXT_SIZE])
{
	const char *at = s->words;
	size_t length;

	for (; index > 0 && at; index--) {
		at = strchr(at, '|');
		at = at ? at + 1 : NULL;
	}
	word[0] = '\0';
	if (!at)
		return;
	length = strcspn(at, "|");
	if (length < SETTING_TEXT_SIZE) {
		memcpy(word, at, length);
		word[length] = '\0';
	}
}

static int find_word(const struct setting *s, const char *text)
{
	char word[SETTING_TEXT_SIZE];

	for (int i = 0;; i++) {
		setting_word(s, i, word);
		if (!word[0])
			return -1;
		if (!strcmp(word, text))
			return i;
	}
}

static void range_of_words(const struct setting *s, char *text, size_t size)
{
	char word[SETTING_TEXT_SIZE], next[SETTING_TEXT_SIZE];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; used < size; i++) {
		setting_word(s, i, word);
		if (!word[0])
			return;
		setting_word(s, i + 1, next);
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 !i ? "" : next[0] ? ", " : " or ", word);
	}
}

void setting_range(const struct setting *s, char *text, size_t size)
{
	switch (s->type) {
	case SETTING_BOOL:
		snprintf(text, size, "true or false");
		break;
	case SETTING_WORD:
		range_of_words(s, text, size);
		break;
	case SETTING_INT:
		snprintf(text, size, "%.0f to %.0f", s->least, s->most);
		break;
	case SETTING_REAL:
		snprintf(text, size, "%g to %g", s->least, s->most);
		break;
	}
}

static bool refuse(const struct setting *s, const char *text, const char *kind, struct error *error)
{
	char range[256];

	setting_range(s, range, sizeof range);
	return error_set(error, "%s = %.64s: must be %s%s", s->name, text, kind, range);
}

/* Digits as the C locale has them: strtod would take a comma elsewhere, "inf", "nan" and hexadecimal. */
static bool read_number(const char *text, double *number)
{
	char *end;

	if (!text[0] || text[strspn(text, "0123456789+-.eEkMG")])
		return false;
	errno = 0;
	*number = strtod(text, &end);
	if (end == text || !isfinite(*number))
		return false;
	if (*end && strchr("kMG", *end))
		*number *= *end == 'k' ? 1e3 : *end == 'M' ? 1e6 : 1e9, end++;
	return !*end;
}

static bool read_truth(const char *text, bool *truth)
{
	static const char *const yes[] = { "true", "yes", "on" }, *const no[] = { "false", "no", "off" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(text, yes[i]) && strcmp(text, no[i]))
			continue;
		*truth = !strcmp(text, yes[i]);
		return true;
	}
	return false;
}

static bool refuse_word(const struct setting *s, const char *text, struct error *error)
{
	char words[16][SETTING_TEXT_SIZE];
	const char *candidate[17] = { NULL }, *near;
	struct error plain;

	for (int i = 0; i < 16; i++) {
		setting_word(s, i, words[i]);
		if (!words[i][0])
			break;
		candidate[i] = words[i];
	}
	refuse(s, text, "", &plain);
	near = nearest_word(text, candidate);
	if (near)
		return error_set(error, "%s; did you mean %s?", plain.message, near);
	*error = plain;
	return false;
}

bool setting_read(const struct setting *s, void *base, const char *text, struct error *error)
{
	char *field = (char *)base + s->offset;
	double number;
	int word;

	switch (s->type) {
	case SETTING_BOOL:
		return read_truth(text, (bool *)field) || refuse(s, text, "", error);
	case SETTING_WORD:
		word = find_word(s, text);
		if (word < 0)
			return refuse_word(s, text, error);
		*(int *)(void *)field = word;
		return true;
	case SETTING_INT:
		if (!read_number(text, &number) || number != floor(number) || number < s->least ||
		    number > s->most)
			return refuse(s, text, "a whole number from ", error);
		*(long *)(void *)field = (long)number;
		return true;
	case SETTING_REAL:
		if (!read_number(text, &number) || number < s->least || number > s->most)
			return refuse(s, text, "a number from ", error);
		*(double *)(void *)field = number;
		return true;
	}
	return false;
}

/* The shortest decimal that reads back as the same double. */
static void write_double(double x, char text[SETTING_TEXT_SIZE])
{
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, SETTING_TEXT_SIZE, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			return;
	}
}

void setting_write(const struct setting *s, const void *base, char text[SETTING_TEXT_SIZE])
{
	const char *field = (const char *)base + s->offset;

	switch (s->type) {
	case SETTING_BOOL:
		snprintf(text, SETTING_TEXT_SIZE, "%s", *(const bool *)field ? "true" : "false");
		break;
	case SETTING_WORD:
		setting_word(s, *(const int *)(const void *)field, text);
		break;
	case SETTING_INT:
		snprintf(text, SETTING_TEXT_SIZE, "%ld", *(const long *)(const void *)field);
		break;
	case SETTING_REAL:
		write_double(*(const double *)(const void *)field, text);
		break;
	}
}

static json_t *to_json(const struct setting *s, const void *base)
{
	const char *field = (const char *)base + s->offset;
	char word[SETTING_TEXT_SIZE];

	switch (s->type) {
	case SETTING_BOOL:
		return json_boolean(*(const bool *)field);
	case SETTING_INT:
		return json_integer(*(const long *)(const void *)field);
	case SETTING_REAL:
		return json_real(*(const double *)(const void *)field);
	case SETTING_WORD:
		break;
	}
	setting_word(s, *(const int *)(const void *)field, word);
	return json_string(word);
}

json_t *settings_to_json(const struct setting *table, const void *base)
{
	json_t *all = json_object();

	for (const struct setting *s = table; s->name; s++) {
		const char *dot = strchr(s->name, '.');
		char group[SETTING_TEXT_SIZE];
		json_t *into = all;

		if (dot) {
			snprintf(group, sizeof group, "%.*s", (int)(dot - s->name), s->name);
			into = json_object_get(all, group);
			if (!into) {
				into = json_object();
				json_object_set_new(all, group, into);
			}
		}
		json_object_set_new(into, dot ? dot + 1 : s->name, to_json(s, base));
	}
	return all;
}

static bool from_json(const struct setting *table, void *base, const char *key, const json_t *value,
		      struct error *error)
{
	const struct setting *s = setting_find(table, key);
	char text[SETTING_TEXT_SIZE];

	if (!s)
		return error_set(error, "%s: no such setting", key);
	if (json_is_boolean(value))
		snprintf(text, sizeof text, "%s", json_is_true(value) ? "true" : "false");
	else if (json_is_integer(value))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		write_double(json_real_value(value), text);
	else if (json_is_string(value))
		snprintf(text, sizeof text, "%s", json_string_value(value));
	else
		return error_set(error, "%s: neither a number, a truth value nor a word", key);
	return setting_read(s, base, text, error);
}

bool settings_from_json(const struct setting *table, void *base, const json_t *object, struct error *error)
{
	json_t *all = (json_t *)(uintptr_t)object, *value, *inner;
	const char *key, *name;
	char dotted[2 * SETTING_TEXT_SIZE];

	json_object_foreach(all, key, value)
	{
		if (!json_is_object(value)) {
			if (!from_json(table, base, key, value, error))
				return false;
			continue;
		}
		json_object_foreach(value, name, inner)
		{
			snprintf(dotted, sizeof dotted, "%s.%s", key, name);
			if (!from_json(table, base, dotted, inner, error))
				return false;
		}
	}
	return true;
}

enum { LONGEST_WORD = 64 };

static int least_of(int a, int b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance, three rows of its table at a time. */
static int distance(const char *a, const char *b)
{
	int row[3][LONGEST_WORD + 1];
	const int n = (int)strlen(a), m = (int)strlen(b);

	for (int j = 0; j <= m; j++)
		row[0][j] = j;
	for (int i = 1; i <= n; i++) {
		int *here = row[i % 3], *above = row[(i + 2) % 3], *twice = row[(i + 1) % 3];

		here[0] = i;
		for (int j = 1; j <= m; j++) {
			here[j] = least_of(above[j - 1] + (a[i - 1] != b[j - 1]),
					   least_of(above[j], here[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				here[j] = least_of(here[j], twice[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

const char *nearest_word(const char *word, const char *const *candidates)
{
	const size_t length = strlen(word);
	int best = (int)(length / 3) + 2;
	const char *nearest = NULL;

	if (length > LONGEST_WORD)
		return NULL;
	for (; *candidates; candidates++) {
		int d;

		if (strlen(*candidates) > LONGEST_WORD)
			continue;
		d = distance(word, *candidates);
		if (d < best) {
			best = d;
			nearest = *candidates;
		}
	}
	return nearest;
}
