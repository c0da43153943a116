/* tokenize.c - mteval-v13a's tokenizer as sacreBLEU has it, and Python's ideas of white space and lower case. */
#include "eval/tokenize.h"
#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Text that grows. */
struct buffer {
	char *text;
	size_t used, room;
};

static void put(struct buffer *b, const char *bytes, size_t n)
{
	if (b->used + n + 1 > b->room) {
		b->room = 2 * (b->used + n + 1);
		b->text = memory_resize(b->text, b->room, 1);
	}
	memcpy(b->text + b->used, bytes, n);
	b->used += n;
	b->text[b->used] = '\0';
}

static char *replace_all(char *text, const char *from, const char *to)
{
	struct buffer b = { 0 };
	const char *at = text, *found;

	if (!strstr(text, from))
		return text;
	while ((found = strstr(at, from))) {
		put(&b, at, (size_t)(found - at));
		put(&b, to, strlen(to));
		at = found + strlen(from);
	}
	put(&b, at, strlen(at));
	free(text);
	return b.text;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_stop(char c)
{
	return c == '.' || c == ',';
}

/* ASCII punctuation and symbols but for . , - and the apostrophe. */
static bool is_split(char c)
{
	return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
	       (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

/* " \1 " around each of is_split. */
static char *split_symbols(const char *text)
{
	struct buffer b = { 0 };

	for (; *text; text++) {
		const char spaced[3] = { ' ', *text, ' ' };

		if (is_split(*text))
			put(&b, spaced, 3);
		else
			put(&b, text, 1);
	}
	return b.text;
}

/* Pairs of bytes for which `split` holds, left to right without overlap, written as `before`, first, ' ', second, `after`. A
 * character of several bytes is no digit and no stop, so that its bytes do for it. */
static char *split_pairs(char *text, bool (*split)(char, char), bool before, bool after)
{
	struct buffer b = { 0 };

	put(&b, "", 0);
	for (const char *at = text; *at; at++) {
		if (!at[1] || !split(at[0], at[1])) {
			put(&b, at, 1);
			continue;
		}
		if (before)
			put(&b, " ", 1);
		put(&b, at, 1);
		put(&b, " ", 1);
		put(&b, at + 1, 1);
		if (after)
			put(&b, " ", 1);
		at++;
	}
	free(text);
	return b.text;
}

static bool stop_after_other(char a, char b)
{
	return !is_digit(a) && is_stop(b);
}

static bool stop_before_other(char a, char b)
{
	return is_stop(a) && !is_digit(b);
}

static bool dash_after_digit(char a, char b)
{
	return is_digit(a) && b == '-';
}

static char *tokenize_13a(const char *line)
{
	struct buffer b = { 0 };
	char *text = replace_all(memory_text(line), "<skipped>", "");

	text = replace_all(text, "-\n", "");
	text = replace_all(text, "\n", " ");
	text = replace_all(text, "&quot;", "\"");
	text = replace_all(text, "&amp;", "&");
	text = replace_all(text, "&lt;", "<");
	text = replace_all(text, "&gt;", ">");
	put(&b, " ", 1);
	put(&b, text, strlen(text));
	put(&b, " ", 1);
	free(text);
	text = split_symbols(b.text);
	free(b.text);
	text = split_pairs(text, stop_after_other, false, true);
	text = split_pairs(text, stop_before_other, true, false);
	return split_pairs(text, dash_after_digit, false, true);
}

static char *tokenize_none(const char *line)
{
	return memory_text(line);
}

static const struct tokenizer tokenizers[] = {
	{ "13a", tokenize_13a },
	{ "none", tokenize_none },
	{ NULL, NULL },
};

const struct tokenizer *tokenizer_find(const char *name)
{
	for (const struct tokenizer *t = tokenizers; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

void tokenizer_names(char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const struct tokenizer *t = tokenizers; t->name && used < size; t++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 t == tokenizers ? "" : t[1].name ? ", " : " or ", t->name);
}

bool is_space(int c)
{
	if (c < 128)
		return (c >= 9 && c <= 13) || (c >= 28 && c <= 32);
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return c == 0x85;
	}
}

/* The next code point and its bytes; what is no UTF-8 counts as itself, a byte at a time. */
static int next_character(const char *at, size_t *bytes)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	*bytes = 1;
	if ((unsigned char)*at < 128)
		return *at;
	n = utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &c);
	if (n <= 0)
		return 0xfffd;
	*bytes = (size_t)n;
	return c;
}

const char *word_next(const char **at, size_t *bytes)
{
	const char *start;
	size_t n;

	while (**at && is_space(next_character(*at, &n)))
		*at += n;
	start = *at;
	while (**at && !is_space(next_character(*at, &n)))
		*at += n;
	*bytes = (size_t)(*at - start);
	return *bytes ? start : NULL;
}

static bool is_cased(int c)
{
	const utf8proc_category_t category = utf8proc_category(c);

	return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
	       category == UTF8PROC_CATEGORY_LT;
}

/* Characters that do not interrupt a word for the final sigma's rule (Unicode, section 3.13). */
static bool is_ignorable(int c)
{
	const utf8proc_category_t category = utf8proc_category(c);

	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
	       category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_LM ||
	       category == UTF8PROC_CATEGORY_SK || c == '\'' || c == '.' || c == ':' || c == 0xb7 ||
	       c == 0x2018 || c == 0x2019 || c == 0x2024 || c == 0x2027;
}

/* Whether a cased letter follows, ignorable characters between. */
static bool cased_follows(const char *at)
{
	while (*at) {
		size_t n;
		const int c = next_character(at, &n);

		if (!is_ignorable(c))
			return is_cased(c);
		at += n;
	}
	return false;
}

char *lower_case(const char *line)
{
	enum { SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2, DOTTED_I = 0x130 };
	struct buffer b = { 0 };
	bool in_word = false; /* a cased letter stands before, ignorable characters between */

	put(&b, "", 0);
	while (*line) {
		utf8proc_uint8_t bytes[4];
		size_t n;
		const int c = next_character(line, &n);
		int lower = utf8proc_tolower(c);

		if (c == 0xfffd) {
			put(&b, line, n);
		} else if (c == DOTTED_I) {
			put(&b, "i\xcc\x87", 3);
		} else {
			utf8proc_ssize_t size;

			if (c == SIGMA && in_word && !cased_follows(line + n))
				lower = FINAL_SIGMA;
			size = utf8proc_encode_char(lower, bytes);
			put(&b, (const char *)bytes, (size_t)size);
		}
		if (!is_ignorable(c))
			in_word = is_cased(c);
		line += n;
	}
	return b.text;
}
