/* tokenize_ter.c - text to tokens as tercom's normalizer does it, in the reading of sacreBLEU. */
#include "eval/ter.h"

#include "eval/tokenize_steps.h"
#include "eval/unicode.h"

#include <string.h>

static const struct character_range asian_punctuation[] = {
	{ 0x3001, 0x3002 }, { 0x3008, 0x3011 }, { 0x3014, 0x301f }, { 0x30fb, 0x30fb },
	{ 0xff01, 0xff02 }, { 0xff08, 0xff09 }, { 0xff0c, 0xff0c }, { 0xff0e, 0xff0e },
	{ 0xff1a, 0xff1b }, { 0xff1f, 0xff1f }, { 0xff61, 0xff65 }, { 0, 0 },
};

/* One range, U+3200 to U+3F22, is wider than it was meant. Kana are set apart only at the start of
 * a text, where a blank stands: never. */
static bool is_asian(int32_t c)
{
	static const struct character_range asian[] = {
		{ 0x2e80, 0x2eff }, { 0x31c0, 0x31ef }, { 0x3200, 0x4dbf }, { 0x4e00, 0x9fff },
		{ 0xf900, 0xfaff }, { 0xfe30, 0xfe4f }, { 0, 0 },
	};

	return character_is_in(asian, c) || character_is_in(asian_punctuation, c);
}

/* 's before a blank -> " 's" */
static void set_possessives_apart(const struct buffer *in, struct buffer *out)
{
	const char *from = in->data, *end = in->data + in->bytes, *hit;

	out->bytes = 0;
	buffer_reserve(out, 1);
	while ((hit = memmem(from, (size_t)(end - from), "'s ", 3))) {
		buffer_add(out, from, (size_t)(hit - from));
		buffer_add(out, " 's ", 4);
		from = hit + 3;
	}
	buffer_add(out, from, (size_t)(end - from));
}

/* In place of `text`; `other` is overwritten. */
static void normalize(struct buffer *text, struct buffer *other, bool asian)
{
	step_replace(text, "\n-", "");
	step_replace(text, "\n", " ");
	step_entities(text);
	other->bytes = 0;
	buffer_add(other, " ", 1);
	buffer_add(other, text->data, text->bytes);
	buffer_add(other, " ", 1);
	step_symbols(other, text);
	set_possessives_apart(text, other);
	step_marks(other, text);
	if (!asian)
		return;
	other->bytes = 0;
	step_characters(is_asian, text->data, text->bytes, other);
	text->bytes = 0;
	buffer_add(text, other->data, other->bytes);
}

/* Adds the text without punctuation. */
static void leave_out_punctuation(const struct buffer *in, bool asian, struct buffer *out)
{
	const char *at = in->data, *end = in->data + in->bytes;

	while (at < end) {
		const char *start = at;
		int32_t c = unicode_next(&at, end);

		if (c < 0x80 ? c && strchr(".,?:;!\"()", (int)c)
		             : asian && character_is_in(asian_punctuation, c))
			continue;
		buffer_add(out, start, (size_t)(at - start));
	}
}

void ter_tokenize(const struct ter_settings *settings, const char *text, size_t bytes,
                  struct buffer *out, struct buffer scratch[TER_TOKENIZER_SCRATCH])
{
	struct buffer *a = &scratch[0], *b = &scratch[1];

	bytes = unicode_trim(text, bytes);
	a->bytes = 0;
	buffer_reserve(a, 1);
	if (settings->case_sensitive)
		buffer_add(a, text, bytes);
	else
		unicode_lower(text, bytes, a);
	if (settings->normalized && a->bytes)
		normalize(a, b, settings->asian_support);
	b->bytes = 0;
	buffer_reserve(b, 1);
	if (settings->no_punct)
		leave_out_punctuation(a, settings->asian_support, b);
	step_join(settings->no_punct ? b : a, out);
}
