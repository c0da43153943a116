/* unicode.c - white space and lower case by the rules of Python's str.
 * The Unicode Standard, 3.13 (default case conversion, final sigma); DerivedCoreProperties.txt. */
#include "eval/unicode.h"

#include <stdint.h>
#include <utf8proc.h>

enum {
	CAPITAL_DOTTED_I = 0x130,
	COMBINING_DOT_ABOVE = 0x307,
	CAPITAL_SIGMA = 0x3a3,
	FINAL_SIGMA = 0x3c2,
	SMALL_SIGMA = 0x3c3,
	CHARACTER_MOST = 4, /* bytes */
};

struct range {
	int32_t first, last;
};

/* Other_Lowercase and Other_Uppercase of PropList.txt: cased, though no letters of the categories
 * Lu, Ll, Lt. */
static const struct range cased_others[] = {
	{ 0xaa, 0xaa },       { 0xba, 0xba },       { 0x2b0, 0x2b8 },     { 0x2c0, 0x2c1 },
	{ 0x2e0, 0x2e4 },     { 0x345, 0x345 },     { 0x37a, 0x37a },     { 0x1d2c, 0x1d6a },
	{ 0x1d78, 0x1d78 },   { 0x1d9b, 0x1dbf },   { 0x2071, 0x2071 },   { 0x207f, 0x207f },
	{ 0x2090, 0x209c },   { 0x2160, 0x217f },   { 0x24b6, 0x24e9 },   { 0x2c7c, 0x2c7d },
	{ 0xa69c, 0xa69d },   { 0xa770, 0xa770 },   { 0xa7f8, 0xa7f9 },   { 0xab5c, 0xab5f },
	{ 0x10780, 0x10780 }, { 0x10783, 0x10785 }, { 0x10787, 0x107b0 }, { 0x107b2, 0x107ba },
	{ 0x1f130, 0x1f149 }, { 0x1f150, 0x1f169 }, { 0x1f170, 0x1f189 },
};

/* Word_Break = MidLetter, MidNumLet or Single_Quote: case-ignorable by name, not by category. */
static const struct range ignorable_others[] = {
	{ 0x27, 0x27 },     { 0x2e, 0x2e },     { 0x3a, 0x3a },     { 0xb7, 0xb7 },
	{ 0x387, 0x387 },   { 0x55f, 0x55f },   { 0x5f4, 0x5f4 },   { 0x2018, 0x2019 },
	{ 0x2024, 0x2024 }, { 0x2027, 0x2027 }, { 0xfe13, 0xfe13 }, { 0xfe52, 0xfe52 },
	{ 0xfe55, 0xfe55 }, { 0xff07, 0xff07 }, { 0xff0e, 0xff0e }, { 0xff1a, 0xff1a },
};

static bool in_ranges(const struct range *range, size_t count, int32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= range[i].first && c <= range[i].last)
			return true;
	return false;
}

static bool is_cased(int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
		return true;
	default:
		return in_ranges(cased_others, sizeof cased_others / sizeof *cased_others, c);
	}
}

static bool is_case_ignorable(int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_SK:
		return true;
	default:
		return in_ranges(ignorable_others,
		                 sizeof ignorable_others / sizeof *ignorable_others, c);
	}
}

static bool is_space_beyond_ascii(int32_t c)
{
	const utf8proc_property_t *property = utf8proc_get_property(c);

	return property->category == UTF8PROC_CATEGORY_ZS ||
	       property->bidi_class == UTF8PROC_BIDI_CLASS_WS ||
	       property->bidi_class == UTF8PROC_BIDI_CLASS_B ||
	       property->bidi_class == UTF8PROC_BIDI_CLASS_S;
}

static inline bool is_space(int32_t c)
{
	if (c > ' ' && c < 0x80)
		return false;
	if (c <= ' ')
		return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
	return is_space_beyond_ascii(c);
}

/* The character at `text` (before `end`) and its bytes; a byte that is not UTF-8 is U+FFFD. */
static inline int32_t decode(const char *text, const char *end, size_t *bytes)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t taken;

	*bytes = 1;
	if ((unsigned char)*text < 0x80)
		return (unsigned char)*text;
	taken = utf8proc_iterate((const utf8proc_uint8_t *)text, end - text, &c);
	if (taken <= 0)
		return 0xfffd;
	*bytes = (size_t)taken;
	return c;
}

int32_t unicode_next(const char **at, const char *end)
{
	size_t bytes;
	int32_t c = decode(*at, end, &bytes);

	*at += bytes;
	return c;
}

size_t unicode_length(const char *text, size_t bytes)
{
	const char *at = text;
	size_t length = 0;

	for (; at < text + bytes; length++)
		unicode_next(&at, text + bytes);
	return length;
}

bool unicode_is_space(int32_t c)
{
	return is_space(c);
}

bool unicode_is_number(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool unicode_is_punctuation(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool unicode_is_symbol(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO;
}

/* Where the character that ends before `end` starts. */
static const char *step_back(const char *start, const char *end)
{
	const char *text = end - 1;

	while (text > start && end - text < CHARACTER_MOST && ((unsigned char)*text & 0xc0) == 0x80)
		text--;
	return text;
}

size_t unicode_bad_byte(const char *text, size_t bytes)
{
	size_t i = 0;

	while (i < bytes) {
		utf8proc_int32_t c;
		utf8proc_ssize_t taken = 1;

		if ((unsigned char)text[i] >= 0x80)
			taken = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
			                         (utf8proc_ssize_t)(bytes - i), &c);
		if (taken <= 0)
			return i + 1;
		i += (size_t)taken;
	}
	return 0;
}

size_t unicode_trim(const char *text, size_t bytes)
{
	const char *end = text + bytes;

	while (end > text) {
		const char *last = step_back(text, end);
		size_t taken;

		if (!is_space(decode(last, end, &taken)))
			break;
		end = last;
	}
	return (size_t)(end - text);
}

const char *unicode_word(const char **at, const char *end, size_t *bytes)
{
	const char *text = *at, *word;
	size_t taken;

	while (text < end && is_space(decode(text, end, &taken)))
		text += taken;
	word = text;
	while (text < end && !is_space(decode(text, end, &taken)))
		text += taken;
	*at = text;
	*bytes = (size_t)(text - word);
	return *bytes ? word : NULL;
}

/* Final: after a cased character and not before one, case-ignorable characters skipped. */
static bool is_final_sigma(const char *start, const char *sigma, const char *after, const char *end)
{
	const char *text = sigma;
	bool follows_cased = false;
	size_t taken;
	int32_t c;

	while (text > start && !follows_cased) {
		text = step_back(start, text);
		c = decode(text, sigma, &taken);
		if (is_case_ignorable(c))
			continue;
		if (!is_cased(c))
			return false;
		follows_cased = true;
	}
	if (!follows_cased)
		return false;
	for (text = after; text < end; text += taken) {
		c = decode(text, end, &taken);
		if (!is_case_ignorable(c))
			return !is_cased(c);
	}
	return true;
}

static void add_character(struct buffer *out, int32_t c)
{
	char *room = buffer_reserve(out, CHARACTER_MOST);

	out->bytes += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)room);
}

void unicode_lower(const char *text, size_t bytes, struct buffer *out)
{
	const char *at = text, *end = text + bytes;
	size_t taken;

	for (; at < end; at += taken) {
		int32_t c = decode(at, end, &taken);

		if (c < 0x80) {
			*buffer_reserve(out, 1) = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
			out->bytes++;
		} else if (c == CAPITAL_DOTTED_I) {
			add_character(out, 'i');
			add_character(out, COMBINING_DOT_ABOVE);
		} else if (c == CAPITAL_SIGMA) {
			add_character(out, is_final_sigma(text, at, at + taken, end) ? FINAL_SIGMA
			                                                             : SMALL_SIGMA);
		} else {
			add_character(out, utf8proc_tolower(c));
		}
	}
}
