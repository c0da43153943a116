/* tokenize.c - text to tokens as mteval-v13a.pl and mteval-v14.pl (NIST) do it, by characters, and
 * Chinese, in the reading of sacreBLEU. */
#include "eval/tokenize.h"

#include "eval/tokenize_steps.h"
#include "eval/unicode.h"

#include <stdbool.h>
#include <string.h>

/* The language-independent part: marks of skipped text, line breaks inside, entities. */
static void clean(struct buffer *text)
{
	step_replace(text, "<skipped>", "");
	step_replace(text, "-\n", "");
	step_replace(text, "\n", " ");
	step_entities(text);
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
	step_symbols(a, b);
	step_marks(b, a);
	step_join(a, out);
}

static void tokenize_none(const char *text, size_t bytes, struct buffer *out,
                          struct buffer scratch[TOKENIZER_SCRATCH])
{
	(void)scratch;
	buffer_add(out, text, bytes);
}

static void tokenize_char(const char *text, size_t bytes, struct buffer *out,
                          struct buffer scratch[TOKENIZER_SCRATCH])
{
	const char *at = text, *end = text + bytes;

	(void)scratch;
	while (at < end) {
		const char *start = at;

		unicode_next(&at, end);
		buffer_add(out, " ", start > text);
		buffer_add(out, start, (size_t)(at - start));
	}
}

/* Two of the ranges are what Python makes of escapes with five digits: \u20000 is U+2000 and a 0.
 * So much of the text between U+2001 and U+2A6D is set apart, and no ideograph beyond U+FFFF. */
static bool is_chinese(int32_t c)
{
	static const struct character_range chinese[] = {
		{ 0x2001, 0x2a6d }, { 0x2e80, 0x2eff }, { 0x2f00, 0x2fdf }, { 0x2f81, 0x2fa1 },
		{ 0x2ff0, 0x2fff }, { 0x3000, 0x303f }, { 0x3100, 0x312f }, { 0x31a0, 0x31bf },
		{ 0x31c0, 0x31ef }, { 0x3200, 0x33ff }, { 0x3400, 0x4db5 }, { 0x4e00, 0x9fbb },
		{ 0xf900, 0xfa2d }, { 0xfa30, 0xfa6a }, { 0xfa70, 0xfad9 }, { 0xfe10, 0xfe1f },
		{ 0xfe30, 0xfe4f }, { 0xff00, 0xffef }, { 0, 0 },
	};

	return character_is_in(chinese, c);
}

static void tokenize_zh(const char *text, size_t bytes, struct buffer *out,
                        struct buffer scratch[TOKENIZER_SCRATCH])
{
	struct buffer *a = &scratch[0], *b = &scratch[1];
	const char *at = text, *end = text + bytes, *start = text;

	while (at < end && unicode_is_space(unicode_next(&at, end)))
		start = at;
	a->bytes = 0;
	buffer_reserve(a, 1);
	step_characters(is_chinese, start, (size_t)(end - start), a);
	step_symbols(a, b);
	step_marks(b, a);
	step_join(a, out);
}

/* (not a number)(punctuation) -> "\1 \2 ", and (punctuation)(not a number) -> " \1 \2" where it is
 * `before`. */
static void set_punctuation_apart(bool before, const struct buffer *in, struct buffer *out)
{
	const char *at = in->data, *end = in->data + in->bytes;

	out->bytes = 0;
	buffer_reserve(out, 1);
	while (at < end) {
		const char *first = at, *second;
		int32_t a = unicode_next(&at, end), b = 0;
		bool hit = false;

		second = at;
		if (at < end) {
			b = unicode_next(&at, end);
			hit = before ? unicode_is_punctuation(a) && !unicode_is_number(b)
			             : !unicode_is_number(a) && unicode_is_punctuation(b);
		}
		if (!hit)
			at = second;
		buffer_add(out, " ", hit && before);
		buffer_add(out, first, (size_t)(second - first));
		buffer_add(out, " ", hit);
		buffer_add(out, second, (size_t)(at - second));
		buffer_add(out, " ", hit && !before);
	}
}

static void tokenize_intl(const char *text, size_t bytes, struct buffer *out,
                          struct buffer scratch[TOKENIZER_SCRATCH])
{
	struct buffer *a = &scratch[0], *b = &scratch[1];

	a->bytes = 0;
	buffer_reserve(a, 1);
	buffer_add(a, text, bytes);
	set_punctuation_apart(false, a, b);
	set_punctuation_apart(true, b, a);
	b->bytes = 0;
	step_characters(unicode_is_symbol, a->data, a->bytes, b);
	step_join(b, out);
}

const struct tokenizer tokenizers[] = {
	{ "13a", "mteval-v13a: Western punctuation set apart, entities resolved", tokenize_13a },
	{ "intl", "mteval-v14: punctuation and symbols of all scripts set apart", tokenize_intl },
	{ "zh", "Chinese characters set apart, the rest as 13a", tokenize_zh },
	{ "char", "tokens are the characters", tokenize_char },
	{ "none", "tokens are the words between white space", tokenize_none },
	{ NULL, NULL, NULL },
};

const struct tokenizer *tokenizer_find(const char *name)
{
	for (const struct tokenizer *tokenizer = tokenizers; tokenizer->name; tokenizer++)
		if (!strcmp(tokenizer->name, name))
			return tokenizer;
	return NULL;
}

void tokenized_set(struct tokenized *t, const struct tokenizer *tokenizer, bool lowercase,
                   const char *text, size_t bytes)
{
	if (lowercase) {
		t->lower.bytes = 0;
		buffer_reserve(&t->lower, bytes + 1);
		unicode_lower(text, bytes, &t->lower);
		text = t->lower.data;
		bytes = t->lower.bytes;
	}
	t->text.bytes = 0;
	buffer_reserve(&t->text, bytes + 1);
	tokenizer->tokenize(text, unicode_trim(text, bytes), &t->text, t->scratch);
	tokens_clear(&t->tokens);
	tokens_add_words(&t->tokens, t->text.data, t->text.bytes);
}

void tokenized_free(struct tokenized *t)
{
	buffer_free(&t->text);
	buffer_free(&t->lower);
	tokens_free(&t->tokens);
	for (int i = 0; i < TOKENIZER_SCRATCH; i++)
		buffer_free(&t->scratch[i]);
}
