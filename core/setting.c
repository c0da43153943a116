/* setting.c - values of settings from text, and back. */
#include "core/setting.h"
#include "core/number.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	WORDS_MOST = 32,  /* words of one setting */
	SHOWN_MOST = 60,  /* bytes of a bad value that a message shows */
	RANGE_SIZE = 256, /* bytes of setting_range's text in a message */
};

static const double UNBOUNDED = 9e15; /* a highest value from here on means none */

static long *int_field(const struct setting *s, void *base)
{
	return (long *)((char *)base + s->offset);
}

static double *real_field(const struct setting *s, void *base)
{
	return (double *)((char *)base + s->offset);
}

static bool *bool_field(const struct setting *s, void *base)
{
	return (bool *)((char *)base + s->offset);
}

static int *word_field(const struct setting *s, void *base)
{
	return (int *)((char *)base + s->offset);
}

static struct ints *ints_field(const struct setting *s, void *base)
{
	return (struct ints *)((char *)base + s->offset);
}

long ints_at(const struct ints *ints, int i)
{
	return ints->value[i < ints->count ? i : ints->count - 1];
}

void setting_word(const struct setting *setting, int index, char word[SETTING_TEXT_SIZE])
{
	const char *p = setting->words;
	size_t length;

	*word = '\0';
	for (; p && index > 0; index--) {
		p = strchr(p, '|');
		if (p)
			p++;
	}
	if (!p || index < 0)
		return;
	length = strcspn(p, "|");
	if (length < SETTING_TEXT_SIZE) {
		memcpy(word, p, length);
		word[length] = '\0';
	}
}

/* All words, NULL after the last. */
static void list_words(const struct setting *setting, char word[WORDS_MOST][SETTING_TEXT_SIZE],
                       const char *list[WORDS_MOST + 1])
{
	int n = 0;

	while (n < WORDS_MOST) {
		setting_word(setting, n, word[n]);
		if (!*word[n])
			break;
		list[n] = word[n];
		n++;
	}
	list[n] = NULL;
}

static void words_range(const struct setting *setting, char *text, size_t size)
{
	char word[WORDS_MOST][SETTING_TEXT_SIZE];
	const char *list[WORDS_MOST + 1];
	size_t used = 0;

	list_words(setting, word, list);
	*text = '\0';
	for (int i = 0; list[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		                         !i            ? ""
		                         : list[i + 1] ? ", "
		                                       : " or ",
		                         list[i]);
}

void setting_range(const struct setting *setting, char *text, size_t size)
{
	char least[SETTING_TEXT_SIZE], most[SETTING_TEXT_SIZE];

	switch (setting->type) {
	case SETTING_INT:
	case SETTING_INTS:
	case SETTING_REAL:
		number_write_limit(setting->least, least);
		number_write_limit(setting->most, most);
		if (setting->most >= UNBOUNDED)
			snprintf(text, size, "at least %s", least);
		else
			snprintf(text, size, "%s to %s", least, most);
		if (setting->type == SETTING_INTS)
			snprintf(text + strlen(text), size - strlen(text),
			         ", or up to %d of them joined by /", INTS_MOST);
		break;
	case SETTING_BOOL:
		snprintf(text, size, "true or false");
		break;
	case SETTING_WORD:
		words_range(setting, text, size);
		break;
	}
}

/* Bytes of the text that a message shows: no UTF-8 character is cut in two. */
static int shown_bytes(const char *text)
{
	size_t n = strnlen(text, SHOWN_MOST + 1);

	if (n <= SHOWN_MOST)
		return (int)n;
	for (n = SHOWN_MOST; n && ((unsigned char)text[n] & 0xc0) == 0x80;)
		n--;
	return (int)n;
}

static bool refuse(const struct setting *setting, const char *text, const char *nearest,
                   struct error *error)
{
	static const char *const kind[] = { "a whole number ", "a number ", "", "",
		                            "a whole number " };
	const int shown = shown_bytes(text);
	const bool is_number = setting->type == SETTING_INT || setting->type == SETTING_REAL ||
	                       setting->type == SETTING_INTS;
	char range[RANGE_SIZE];

	setting_range(setting, range, sizeof range);
	return error_set(error, "%s = %.*s%s: must be %s%s%s%s%s%s", setting->name,
	                 *text ? shown : 7, *text ? text : "nothing", text[shown] ? "..." : "",
	                 kind[setting->type], is_number && setting->most < UNBOUNDED ? "from " : "",
	                 range, nearest ? "; did you mean " : "", nearest ? nearest : "",
	                 nearest ? "?" : "");
}

static bool read_bool(const char *text, bool *value)
{
	static const char *const word[] = { "false", "true", "no",    "yes",
		                            "off",   "on",   "False", "True" };

	for (int i = 0; i < 8; i++)
		if (!strcmp(text, word[i])) {
			*value = i % 2;
			return true;
		}
	return false;
}

static bool read_word(const struct setting *setting, void *base, const char *text,
                      struct error *error)
{
	char word[WORDS_MOST][SETTING_TEXT_SIZE];
	const char *list[WORDS_MOST + 1];

	list_words(setting, word, list);
	for (int i = 0; list[i]; i++)
		if (!strcmp(list[i], text)) {
			*word_field(setting, base) = i;
			return true;
		}
	return refuse(setting, text, nearest_word(text, list), error);
}

static void write_ints(const struct ints *ints, char text[SETTING_TEXT_SIZE])
{
	size_t used = 0;

	for (int i = 0; i < ints->count && used < SETTING_TEXT_SIZE; i++)
		used += (size_t)snprintf(text + used, SETTING_TEXT_SIZE - used, "%s%ld",
		                         i ? "/" : "", ints->value[i]);
}

/* At most INTS_MOST numbers, whose text fits into SETTING_TEXT_SIZE. */
static bool parse_ints(const struct setting *setting, const char *text, struct ints *ints)
{
	size_t length = strnlen(text, SETTING_TEXT_SIZE);
	char part[SETTING_TEXT_SIZE];

	if (length == SETTING_TEXT_SIZE)
		return false;
	for (ints->count = 0;; text += length + 1) {
		long *value = &ints->value[ints->count];

		if (ints->count++ == INTS_MOST)
			return false;
		length = strcspn(text, "/");
		snprintf(part, sizeof part, "%.*s", (int)length, text);
		if (!number_read_whole(part, value) || (double)*value < setting->least ||
		    (double)*value > setting->most)
			return false;
		if (!text[length])
			break;
	}
	while (ints->count > 1 && ints->value[ints->count - 1] == ints->value[ints->count - 2])
		ints->count--;
	return true;
}

bool setting_read(const struct setting *setting, void *base, const char *text, struct error *error)
{
	struct ints ints = { 0 };
	long whole = 0;
	double number = 0;

	switch (setting->type) {
	case SETTING_INT:
		if (!number_read_whole(text, &whole) || (double)whole < setting->least ||
		    (double)whole > setting->most)
			return refuse(setting, text, NULL, error);
		*int_field(setting, base) = whole;
		return true;
	case SETTING_REAL:
		if (!number_read_real(text, &number) || number < setting->least || number > setting->most)
			return refuse(setting, text, NULL, error);
		*real_field(setting, base) = number;
		return true;
	case SETTING_BOOL:
		return read_bool(text, bool_field(setting, base)) ||
		       refuse(setting, text, NULL, error);
	case SETTING_WORD:
		return read_word(setting, base, text, error);
	case SETTING_INTS:
		if (!parse_ints(setting, text, &ints))
			return refuse(setting, text, NULL, error);
		*ints_field(setting, base) = ints;
		return true;
	}
	panic("setting %s has no type", setting->name);
}

void setting_write(const struct setting *setting, const void *base, char text[SETTING_TEXT_SIZE])
{
	void *fields = (void *)(uintptr_t)base; /* only read */

	switch (setting->type) {
	case SETTING_INT:
		snprintf(text, SETTING_TEXT_SIZE, "%ld", *int_field(setting, fields));
		break;
	case SETTING_REAL:
		number_write_real(*real_field(setting, fields), text);
		break;
	case SETTING_BOOL:
		snprintf(text, SETTING_TEXT_SIZE, "%s",
		         *bool_field(setting, fields) ? "true" : "false");
		break;
	case SETTING_WORD:
		setting_word(setting, *word_field(setting, fields), text);
		break;
	case SETTING_INTS:
		write_ints(ints_field(setting, fields), text);
		break;
	}
}

void settings_default(const struct setting *table, void *base)
{
	struct error error;

	for (const struct setting *s = table; s->name; s++)
		if (!setting_read(s, base, s->standard, &error))
			panic("default of a setting: %s", error.message);
}

const struct setting *setting_find(const struct setting *table, const char *name)
{
	for (const struct setting *s = table; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}
