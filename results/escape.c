/* escape.c - text of unknown origin, made harmless for one output format. */
#include "results/escape.h"

#include "core/error.h"
#include "core/printable.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { UNKNOWN = 0xfffd };

/* The character at *text, which is advanced; UNKNOWN for a byte that is not UTF-8. */
static int next_character(const char **text, size_t *left)
{
	utf8proc_int32_t character;
	utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)*text,
	                                          (utf8proc_ssize_t)*left, &character);

	if (bytes < 1) {
		bytes = 1;
		character = UNKNOWN;
	}
	*text += bytes;
	*left -= (size_t)bytes;
	return character;
}

static void put_character(FILE *out, int character)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t count = utf8proc_encode_char(character, bytes);

	fwrite(bytes, 1, (size_t)count, out);
}

/* What a terminal may be given instead of a character. */
static int visible(int c)
{
	if (c < 0x20)
		return 0x2400 + c;
	if (c == 0x7f)
		return 0x2421;
	return printable_is(c) ? c : UNKNOWN;
}

static void put_markdown(FILE *out, int c, int before)
{
	(void)before;
	if (c < 0x80 && strchr("\\`*_[]<>|&~$!#", c))
		fputc('\\', out);
	put_character(out, c);
}

static void put_html(FILE *out, int c, int before)
{
	(void)before;
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		put_character(out, c);
	}
}

static const char *latex_command(int c)
{
	switch (c) {
	case '\\':
		return "\\textbackslash{}";
	case '~':
		return "\\textasciitilde{}";
	case '^':
		return "\\textasciicircum{}";
	case '<':
		return "\\textless{}";
	case '>':
		return "\\textgreater{}";
	case '|':
		return "\\textbar{}";
	case '"':
		return "{\\char34}"; /* may be a command of babel's */
	case '[':
		return "{[}";
	case ']':
		return "{]}";
	case '*':
		return "{*}";
	case '`':
		return "{`}";
	default:
		return NULL;
	}
}

static void put_latex(FILE *out, int c, int before)
{
	const char *command = latex_command(c);

	if (command) {
		fputs(command, out);
		return;
	}
	if (c < 0x80 && strchr("{}$&#_%", c))
		fputc('\\', out);
	else if ((c == '-' || c == '\'' || c == ',') && before == c)
		fputs("{}", out);
	put_character(out, c);
}

static void put_plain(FILE *out, int c, int before)
{
	(void)before;
	put_character(out, c);
}

/* Box, Markdown and LaTeX share the treatment of what a terminal or a line of a file must not see.
 */
static void write_shown(FILE *out, const char *text, size_t length, bool breaks_as_spaces,
                        void (*put)(FILE *, int, int))
{
	int before = 0;

	while (length) {
		int c = next_character(&text, &length);

		c = breaks_as_spaces && (c == '\n' || c == '\r' || c == '\t') ? ' ' : visible(c);
		put(out, c, before);
		before = c;
	}
}

static bool begins(const char *text, size_t length, const char *const *starts)
{
	for (; *starts; starts++)
		if (length >= strlen(*starts) && !memcmp(text, *starts, strlen(*starts)))
			return true;
	return false;
}

/* Whether a spreadsheet would take the text for a formula. Behind + and -, with which texts and
 * numbers begin too, only where it could call a function or name another file or program. */
static bool is_formula(const char *text, size_t length)
{
	static const char *const always[] = { "=", "@", "\t", "\r", "\uff1d", "\uff20", NULL };
	static const char *const perhaps[] = { "+", "-", "\uff0b", "\uff0d", NULL };

	if (begins(text, length, always))
		return true;
	if (!begins(text, length, perhaps))
		return false;
	for (size_t i = 1; i < length; i++)
		if (text[i] && strchr("(|[\\", text[i]))
			return true;
	return false;
}

static void write_csv(FILE *out, const char *text, size_t length)
{
	const char *guard = is_formula(text, length) ? "'" : "";
	bool quoted = !length || text[0] == ' ' || text[length - 1] == ' ';

	for (size_t i = 0; i < length && !quoted; i++)
		quoted = text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
	if (!quoted) {
		fputs(guard, out);
		fwrite(text, 1, length, out);
		return;
	}
	fputc('"', out);
	fputs(guard, out);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"')
			fputc('"', out);
		fputc(text[i], out);
	}
	fputc('"', out);
}

static void write_tsv(FILE *out, const char *text, size_t length)
{
	static const char special[] = "\\\t\n\r", letters[] = "\\tnr";

	for (size_t i = 0; i < length; i++) {
		const char *place = text[i] ? strchr(special, text[i]) : NULL;

		if (place)
			fputc('\\', out);
		fputc(place ? letters[place - special] : text[i], out);
	}
}

static void write_json(FILE *out, const char *text, size_t length)
{
	fputc('"', out);
	while (length) {
		int c = next_character(&text, &length);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (!printable_is(c))
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			put_character(out, c);
	}
	fputc('"', out);
}

void escape_write(FILE *out, enum table_format format, const char *text, size_t length)
{
	switch (format) {
	case TABLE_BOX:
		write_shown(out, text, length, false, put_plain);
		break;
	case TABLE_CSV:
		write_csv(out, text, length);
		break;
	case TABLE_TSV:
		write_tsv(out, text, length);
		break;
	case TABLE_JSON:
	case TABLE_JSONL:
		write_json(out, text, length);
		break;
	case TABLE_MARKDOWN:
		write_shown(out, text, length, true, put_markdown);
		break;
	case TABLE_LATEX:
		write_shown(out, text, length, true, put_latex);
		break;
	case TABLE_HTML:
		write_shown(out, text, length, true, put_html);
		break;
	}
}

char *escape_text(enum table_format format, const char *text, size_t length)
{
	char *escaped = NULL;
	size_t size;
	FILE *out = memory_stream(&escaped, &size);

	escape_write(out, format, text, length);
	memory_stream_end(out);
	return escaped;
}

int escape_width(const char *text)
{
	size_t left = strlen(text);
	int width = 0;

	while (left)
		width += utf8proc_charwidth(next_character(&text, &left));
	return width;
}

void escape_clip(char *text, int width)
{
	const char *at = text, *end = text;
	size_t left = strlen(text);
	int taken = 0;

	if (escape_width(text) <= width)
		return;
	while (left) {
		taken += utf8proc_charwidth(next_character(&at, &left));
		if (taken > width - 1)
			break;
		end = at;
	}
	strcpy(text + (end - text), "…");
}
