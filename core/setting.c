/* setting.c - values of settings from text, and back. */
#include "core/setting.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int power_of_suffix(char c)
{
	return c == 'k' ? 3 : c == 'M' ? 6 : c == 'G' ? 9 : 0;
}

/* Moves the point of a number with `places` decimals by `power` places; false if it is not whole
 * then. */
static bool shift_point(long *number, int places, int power)
{
	for (; places > power; places--) {
		if (*number % 10)
			return false;
		*number /= 10;
	}
	for (; places < power; places++)
		if (__builtin_mul_overflow(*number, 10, number))
			return false;
	return true;
}

/* The whole text: a sign, digits, and k, M or G, which allow a point ("7.5M"). */
static bool parse_whole(const char *text, long *value)
{
	const bool negative = *text == '-';
	int digits = 0, places = 0, power;
	bool point = false;
	long number = 0;

	text += *text == '-' || *text == '+';
	for (; is_digit(*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		digits++;
		places += point;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *text - '0', &number))
			return false;
	}
	power = power_of_suffix(*text);
	text += power != 0;
	if (!digits || *text || (point && (!power || !places)) ||
	    !shift_point(&number, places, power))
		return false;
	*value = negative ? -number : number;
	return true;
}

static const char *skip_digits(const char *p)
{
	while (is_digit(*p))
		p++;
	return p;
}

/* Decimal digits alone: no inf, nan, hexadecimal, spaces or locale's comma, all of which strtod
 * takes. */
static bool is_decimal(const char *text)
{
	const char *p = text + (*text == '-' || *text == '+'), *start = p;
	size_t digits;

	p = skip_digits(p);
	digits = (size_t)(p - start);
	if (*p == '.') {
		start = ++p;
		p = skip_digits(p);
		digits += (size_t)(p - start);
	}
	if (digits && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '-' || *p == '+';
		start = p;
		p = skip_digits(p);
		digits = (size_t)(p - start);
	}
	return digits && !*p;
}

static bool parse_real(const char *text, double *value)
{
	locale_t plain;

	if (!is_decimal(text))
		return false;
	plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	*value = strtod_l(text, NULL, plain);
	freelocale(plain);
	return isfinite(*value);
}

/* printf of numbers with a point as decimal sign, whatever the locale. */
__attribute__((format(printf, 3, 4))) static void print_plain(char *text, size_t size,
                                                              const char *format, ...)
{
	const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	const locale_t old = uselocale(plain);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, size, format, arguments);
	va_end(arguments);
	uselocale(old);
	freelocale(plain);
}

/* 1e-09 becomes 1e-9. */
static void shorten_exponent(char *text)
{
	char *e = strchr(text, 'e'), *digits;

	if (!e)
		return;
	e += 1 + (e[1] == '-' || e[1] == '+');
	for (digits = e; *digits == '0' && digits[1];)
		digits++;
	memmove(e, digits, strlen(digits) + 1);
}

/* The shortest text that parse_real turns into the same bits. */
static void write_real(double value, char text[SETTING_TEXT_SIZE])
{
	double back = 0;

	if (fabs(value) < 1e15 && value == floor(value)) {
		print_plain(text, SETTING_TEXT_SIZE, "%.0f", value);
		return;
	}
	for (int precision = 1; precision <= 17; precision++) {
		print_plain(text, SETTING_TEXT_SIZE, "%.*g", precision, value);
		if (parse_real(text, &back) && back == value)
			break;
	}
	shorten_exponent(text);
}

/* 1000000 as 1M, 65536 as it is. */
static void write_limit(double limit, char text[SETTING_TEXT_SIZE])
{
	static const struct {
		double unit;
		const char *suffix;
	} units[] = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };

	for (int i = 0; i < 3; i++)
		if (fabs(limit) >= 1e5 && fmod(limit, units[i].unit) == 0) {
			write_real(limit / units[i].unit, text);
			strcat(text, units[i].suffix);
			return;
		}
	write_real(limit, text);
}

void setting_word(const struct setting *setting, int index, char word[SETTING_TEXT_SIZE])
{
	const char *p = setting->words;
	size_t length;

	*word = '\0';
	for (; p && index > 0; index--) {
		p = strchr(p, '|');
		p += p != NULL;
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
		write_limit(setting->least, least);
		write_limit(setting->most, most);
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
		if (!parse_whole(part, value) || (double)*value < setting->least ||
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
		if (!parse_whole(text, &whole) || (double)whole < setting->least ||
		    (double)whole > setting->most)
			return refuse(setting, text, NULL, error);
		*int_field(setting, base) = whole;
		return true;
	case SETTING_REAL:
		if (!parse_real(text, &number) || number < setting->least || number > setting->most)
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
		write_real(*real_field(setting, fields), text);
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
