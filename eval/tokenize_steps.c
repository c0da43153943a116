/* tokenize_steps.c - the substitutions that tokenizers are made of.
 *
 * Those of punctuation look at ASCII alone, so that they work on bytes. */
#include "eval/tokenize_steps.h"

#include "eval/unicode.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_period_or_comma(char c)
{
	return c == '.' || c == ',';
}

/* ASCII punctuation but ' , - . and the blank itself. */
static bool is_symbol(char c)
{
	if (c >= '{')
		return c <= '~';
	if (c >= '[')
		return c <= '`';
	if (c >= ':')
		return c <= '@';
	return c == '/' || (c >= '(' && c <= '+') || (c >= ' ' && c <= '&');
}

void step_replace(struct buffer *text, const char *what, const char *with)
{
	size_t what_bytes = strlen(what), with_bytes = strlen(with);
	const char *from = text->data, *end = text->data + text->bytes, *hit;
	char *to = text->data;

	while ((hit = memmem(from, (size_t)(end - from), what, what_bytes))) {
		memmove(to, from, (size_t)(hit - from));
		to += hit - from;
		memcpy(to, with, with_bytes);
		to += with_bytes;
		from = hit + what_bytes;
	}
	memmove(to, from, (size_t)(end - from));
	text->bytes = (size_t)(to + (end - from) - text->data);
}

bool character_is_in(const struct character_range *range, int32_t c)
{
	for (; range->first; range++)
		if (c >= range->first && c <= range->last)
			return true;
	return false;
}

void step_entities(struct buffer *text)
{
	if (!memchr(text->data, '&', text->bytes))
		return;
	step_replace(text, "&quot;", "\"");
	step_replace(text, "&amp;", "&");
	step_replace(text, "&lt;", "<");
	step_replace(text, "&gt;", ">");
}

/* A byte becomes at most so many: */
enum { SYMBOL_GROWTH = 3, PAIR_GROWTH = 2 };

void step_symbols(const struct buffer *in, struct buffer *out)
{
	char *to;

	out->bytes = 0;
	to = buffer_reserve(out, in->bytes * SYMBOL_GROWTH);
	for (size_t i = 0; i < in->bytes; i++) {
		char c = in->data[i];

		if (is_symbol(c)) {
			*to++ = ' ';
			*to++ = c;
			*to++ = ' ';
		} else {
			*to++ = c;
		}
	}
	out->bytes = (size_t)(to - out->data);
}

/* ([^0-9])([.,]) -> "\1 \2 " */
static bool is_pair_before_mark(char first, char second)
{
	return !is_digit(first) && is_period_or_comma(second);
}

/* ([.,])([^0-9]) -> " \1 \2" */
static bool is_pair_after_mark(char first, char second)
{
	return is_period_or_comma(first) && !is_digit(second);
}

/* ([0-9])(-) -> "\1 \2 " */
static bool is_pair_of_dash(char first, char second)
{
	return is_digit(first) && second == '-';
}

/* Sets a pair of characters apart, with the other blank behind the pair or, `before`, ahead of it.
 * Pairs do not overlap. */
static void set_pairs_apart(bool (*is_pair)(char, char), bool before, const struct buffer *in,
                            struct buffer *out)
{
	char *to;
	size_t i = 0;

	out->bytes = 0;
	to = buffer_reserve(out, in->bytes * PAIR_GROWTH);
	while (i < in->bytes) {
		if (i + 1 == in->bytes || !is_pair(in->data[i], in->data[i + 1])) {
			*to++ = in->data[i++];
			continue;
		}
		if (before)
			*to++ = ' ';
		*to++ = in->data[i++];
		*to++ = ' ';
		*to++ = in->data[i++];
		if (!before)
			*to++ = ' ';
	}
	out->bytes = (size_t)(to - out->data);
}

void step_marks(struct buffer *text, struct buffer *other)
{
	set_pairs_apart(is_pair_before_mark, false, text, other);
	set_pairs_apart(is_pair_after_mark, true, other, text);
	set_pairs_apart(is_pair_of_dash, false, text, other);
}

void step_characters(bool (*is_apart)(int32_t), const char *text, size_t bytes, struct buffer *out)
{
	const char *at = text, *end = text + bytes;

	while (at < end) {
		const char *start = at;
		bool apart = is_apart(unicode_next(&at, end));

		buffer_add(out, " ", apart);
		buffer_add(out, start, (size_t)(at - start));
		buffer_add(out, " ", apart);
	}
}

void step_join(const struct buffer *in, struct buffer *out)
{
	const char *at = in->data, *end = in->data + in->bytes, *word;
	char *to = buffer_reserve(out, in->bytes), *start = to;
	size_t bytes;

	while ((word = unicode_word(&at, end, &bytes))) {
		if (to > start)
			*to++ = ' ';
		memcpy(to, word, bytes);
		to += bytes;
	}
	out->bytes += (size_t)(to - start);
}
