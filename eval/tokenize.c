/* tokenize.c - text to tokens as mteval-v13a.pl (NIST) does it, in the reading of sacreBLEU. */
#include "eval/tokenize.h"

#include "eval/unicode.h"

#include <stdbool.h>
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

/* Replaces every `what`, from left to right, in place; `with` is not longer. */
static void replace(struct buffer *text, const char *what, const char *with)
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

/* The steps below are substitutions of regular expressions, each over the whole result of the one
 * before; all that they look at is ASCII, so they work on bytes. A byte becomes at most so many: */
enum { SYMBOL_GROWTH = 3, PAIR_GROWTH = 2 };

/* ([symbol]) -> " \1 " */
static void set_symbols_apart(const struct buffer *in, struct buffer *out)
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

/* Words with one blank between them, none at the ends. */
static void join_words(const struct buffer *in, struct buffer *out)
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

/* The language-independent part: marks of skipped text, line breaks inside, entities. */
static void clean(struct buffer *text)
{
	replace(text, "<skipped>", "");
	replace(text, "-\n", "");
	replace(text, "\n", " ");
	if (!memchr(text->data, '&', text->bytes))
		return;
	replace(text, "&quot;", "\"");
	replace(text, "&amp;", "&");
	replace(text, "&lt;", "<");
	replace(text, "&gt;", ">");
}

static void tokenize_13a(const char *text, size_t bytes, struct buffer *out,
                         struct buffer scratch[TOKENIZER_SCRATCH])
{
	struct buffer *a = &scratch[0], *b = &scratch[1];

	a->bytes = 0;
	buffer_add(a, " ", 1);
	buffer_add(a, text, bytes);
	buffer_add(a, " ", 1);
	clean(a);
	set_symbols_apart(a, b);
	set_pairs_apart(is_pair_before_mark, false, b, a);
	set_pairs_apart(is_pair_after_mark, true, a, b);
	set_pairs_apart(is_pair_of_dash, false, b, a);
	join_words(a, out);
}

static void tokenize_none(const char *text, size_t bytes, struct buffer *out,
                          struct buffer scratch[TOKENIZER_SCRATCH])
{
	(void)scratch;
	buffer_add(out, text, bytes);
}

const struct tokenizer tokenizers[] = {
	{ "13a", "mteval-v13a: Western punctuation set apart, entities resolved", tokenize_13a },
	{ "none", "none: tokens are the words between white space", tokenize_none },
	{ NULL, NULL, NULL },
};

const struct tokenizer *tokenizer_find(const char *name)
{
	for (const struct tokenizer *tokenizer = tokenizers; tokenizer->name; tokenizer++)
		if (!strcmp(tokenizer->name, name))
			return tokenizer;
	return NULL;
}
