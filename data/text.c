/* text.c - lines of UTF-8 text files, and the form in which text becomes tokens. */
#include "data/text.h"

#include "core/error.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utf8proc.h>

enum { READ_STEP = 1 << 20 };

/* What a file is likely to need: its size and a NUL, and a byte to see its end by. */
static size_t first_capacity(FILE *file)
{
	struct stat status;

	if (fstat(fileno(file), &status) || !S_ISREG(status.st_mode) || status.st_size < 0)
		return READ_STEP;
	return (size_t)status.st_size + 2;
}

/* The file's bytes, one NUL after them. */
static char *read_all(const char *path, size_t *size, struct error *error)
{
	FILE *file = fopen(path, "rb");
	char *memory = NULL;
	size_t used = 0, capacity, got = 1;

	if (!file) {
		error_set(error, "%s: cannot be opened: %s", path, strerror(errno));
		return NULL;
	}
	setvbuf(file, NULL, _IONBF, 0); /* straight into `memory` */
	capacity = first_capacity(file);
	memory = memory_resize(memory, capacity, 1);
	while (got) {
		if (used + 1 == capacity) {
			capacity = 2 * capacity + READ_STEP;
			memory = memory_resize(memory, capacity, 1);
		}
		got = fread(memory + used, 1, capacity - used - 1, file);
		used += got;
	}
	if (ferror(file)) {
		error_set(error, "%s: cannot be read: %s", path, strerror(errno));
		free(memory);
		memory = NULL;
	} else {
		memory[used] = '\0';
	}
	fclose(file);
	*size = used;
	return memory;
}

static size_t count_lines(const char *at, const char *end)
{
	size_t lines = 0;

	for (; at < end; lines++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		at = stop ? stop + 1 : end;
	}
	return lines;
}

static void split_lines(struct text *text, char *at, char *end)
{
	text->lines = count_lines(at, end);
	text->line = memory_new(text->lines, sizeof *text->line);
	for (size_t i = 0; i < text->lines; i++) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		char *next = stop ? stop + 1 : end;

		if (!stop)
			stop = end;
		else if (stop > at && stop[-1] == '\r')
			stop--;
		*stop = '\0';
		text->line[i] = (struct line){ at, (size_t)(stop - at), i + 1 };
		at = next;
	}
}

bool text_read(struct text *text, const char *path, struct error *error)
{
	static const char mark[] = "\xef\xbb\xbf", gzip[] = "\x1f\x8b";
	size_t size, start = 0;

	*text = (struct text){ 0 };
	text->memory = read_all(path, &size, error);
	if (!text->memory)
		return false;
	if (size >= 3 && !memcmp(text->memory, mark, 3))
		start = 3;
	if (size >= 2 && !memcmp(text->memory, gzip, 2))
		error_set(error, "%s: the file is compressed: unpack it first (gunzip)", path);
	else
		split_lines(text, text->memory + start, text->memory + size);
	if (!text->line)
		text_free(text);
	return text->line != NULL;
}

void text_free(struct text *text)
{
	free(text->line);
	free(text->memory);
	*text = (struct text){ 0 };
}

size_t text_bad_byte(const char *text, size_t bytes)
{
	const utf8proc_uint8_t *byte = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t code;

	for (size_t i = 0; i < bytes;) {
		utf8proc_ssize_t used = 1;

		if (byte[i] >= 0x80)
			used = utf8proc_iterate(byte + i, (utf8proc_ssize_t)(bytes - i), &code);
		if (used <= 0 || !byte[i])
			return i + 1;
		i += (size_t)used;
	}
	return 0;
}

/* Code points of the text after `map`, in a new array with room for a NUL, or NULL. */
static utf8proc_int32_t *decompose(const char *text, size_t bytes, utf8proc_option_t options,
                                   utf8proc_custom_func map, utf8proc_ssize_t *count)
{
	const utf8proc_uint8_t *byte = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t *code = NULL;
	utf8proc_ssize_t room;

	*count = (utf8proc_ssize_t)bytes;
	do { /* normal form D can be longer; then again with enough room */
		room = *count;
		code = memory_resize(code, (size_t)room + 1, sizeof *code);
		*count = utf8proc_decompose_custom(byte, (utf8proc_ssize_t)bytes, code, room,
		                                   options, map, NULL);
	} while (*count > room);
	if (*count >= 0)
		return code;
	free(code);
	return NULL;
}

static char *map_text(const char *text, size_t bytes, utf8proc_option_t options,
                      utf8proc_custom_func map)
{
	utf8proc_ssize_t count;
	utf8proc_int32_t *code = decompose(text, bytes, options, map, &count);

	if (!code)
		return NULL;
	if (utf8proc_reencode(code, count, options) >= 0)
		return (char *)code;
	free(code);
	return NULL;
}

static utf8proc_int32_t blank_of_space(utf8proc_int32_t code, void *context)
{
	(void)context;
	if (code < 0x80)
		return code >= '\t' && code <= '\r' ? ' ' : code;
	if (code == 0x85 || code == 0x2581) /* next line; SentencePiece's blank */
		return ' ';
	switch (utf8proc_category(code)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return ' ';
	default:
		return code;
	}
}

static utf8proc_int32_t lower(utf8proc_int32_t code, void *context)
{
	(void)context;
	return utf8proc_tolower(code);
}

static utf8proc_int32_t lower_blank(utf8proc_int32_t code, void *context)
{
	return lower(blank_of_space(code, context), context);
}

/* One blank where there were several, none at the ends; in place. Returns the bytes left. */
static size_t squeeze(char *text)
{
	size_t used = 0;

	for (const char *at = text; *at; at++)
		if (*at != ' ' || (used && text[used - 1] != ' '))
			text[used++] = *at;
	if (used && text[used - 1] == ' ')
		used--;
	text[used] = '\0';
	return used;
}

enum { FIRST_COMBINING = 0x300 };

/* The byte or two bytes at `at` as a code point below FIRST_COMBINING; -1: something else. */
static int short_code(const unsigned char *at, const unsigned char *end)
{
	if (*at < 0x80)
		return *at ? *at : -1;
	if (*at < 0xc2 || *at >= 0xc0 + (FIRST_COMBINING >> 6) || at + 1 == end ||
	    (at[1] & 0xc0) != 0x80)
		return -1;
	return (*at & 0x1f) << 6 | (at[1] & 0x3f);
}

/* Below the first combining character normal form C changes nothing, so text of such code points
 * needs their mapping alone. NULL: not such text. */
static char *map_short(const char *text, size_t bytes, utf8proc_custom_func map)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + bytes;
	char *new = memory_resize(NULL, bytes + 1, 1), *to = new;

	while (at < end) {
		const int code = short_code(at, end), now = code < 0 ? -1 : map(code, NULL);

		if (now < 0 || now >= FIRST_COMBINING) {
			free(new);
			return NULL;
		}
		at += code < 0x80 ? 1 : 2;
		if (now >= 0x80)
			*to++ = (char)(0xc0 | now >> 6);
		*to++ = (char)(now < 0x80 ? now : 0x80 | (now & 0x3f));
	}
	*to = '\0';
	return new;
}

char *text_fold(const char *text, size_t bytes, bool lowercase, size_t *folded)
{
	const utf8proc_custom_func map = lowercase ? lower_blank : blank_of_space;
	char *new = map_short(text, bytes, map);

	if (!new)
		new = map_text(text, bytes, UTF8PROC_COMPOSE | UTF8PROC_STABLE, map);
	*folded = new ? squeeze(new) : 0;
	return new;
}

char *text_lower(const char *text, size_t bytes)
{
	return map_text(text, bytes, 0, lower);
}
