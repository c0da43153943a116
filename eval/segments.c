/* segments.c - reads text to be scored, one segment a line. */
#include "eval/segments.h"

#include "eval/buffer.h"
#include "eval/unicode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 1 << 20 };

/* All that the file holds. */
static bool read_whole(FILE *file, const char *name, struct buffer *out, struct error *error)
{
	size_t taken;

	do {
		char *room = buffer_reserve(out, READ_BYTES);

		taken = fread(room, 1, READ_BYTES, file);
		out->bytes += taken;
	} while (taken > 0);
	if (ferror(file))
		return error_set(error, "%s: cannot be read: %s", name, strerror(errno));
	return true;
}

static bool read_file(const char *path, const char *name, struct buffer *out, struct error *error)
{
	FILE *file;
	bool good;

	if (!strcmp(path, "-"))
		return read_whole(stdin, name, out, error);
	file = fopen(path, "rb");
	if (!file)
		return error_set(error, "%s: cannot be opened: %s", name, strerror(errno));
	good = read_whole(file, name, out, error);
	fclose(file);
	return good;
}

static bool check_line(const char *name, size_t number, const struct segment *line,
                       struct error *error)
{
	size_t bad;

	if (line->bytes > SEGMENT_MOST)
		return error_set(error,
		                 "%s:%zu: a line of %zu bytes; put one segment of at most %d bytes "
		                 "on a line",
		                 name, number, line->bytes, (int)SEGMENT_MOST);
	bad = unicode_bad_byte(line->text, line->bytes);
	if (bad)
		return error_set(error,
		                 "%s:%zu: byte %zu of the line (0x%02x) is not UTF-8; convert the "
		                 "file to UTF-8",
		                 name, number, bad, (unsigned char)line->text[bad - 1]);
	return true;
}

static size_t count_lines(const char *text, const char *end)
{
	size_t lines = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		lines++;
		text = newline ? newline + 1 : end;
	}
	return lines;
}

/* Cuts what was read into lines; `memory` is theirs already. */
static bool split(struct segments *segments, const char *name, size_t bytes, struct error *error)
{
	const char *text = segments->memory, *end = text + bytes;
	size_t lines = count_lines(text, end);

	if (!lines)
		return error_set(error, "%s: has no line; give one segment a line", name);
	segments->segment = memory_new(lines, sizeof *segments->segment);
	for (; segments->count < lines; segments->count++) {
		struct segment *line = &segments->segment[segments->count];
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		line->text = text;
		line->bytes = (size_t)((newline ? newline : end) - text);
		if (!check_line(name, segments->count + 1, line, error))
			return false;
		line->bytes = unicode_trim(line->text, line->bytes);
		text = newline ? newline + 1 : end;
	}
	return true;
}

bool segments_read(struct segments *segments, const char *path, struct error *error)
{
	const char *name = strcmp(path, "-") ? path : "standard input";
	struct buffer whole = { 0 };
	bool good = read_file(path, name, &whole, error);

	*segments = (struct segments){ .memory = whole.data };
	if (good)
		good = split(segments, name, whole.bytes, error);
	if (!good)
		segments_free(segments);
	return good;
}

struct segment segment_of(const char *text)
{
	return (struct segment){ text, unicode_trim(text, strlen(text)) };
}

int segments_references(const struct segments *reference, int references)
{
	int first = 0;

	for (size_t i = 0; i < reference[0].count; i++) {
		int present = 0;

		for (int r = 0; r < references; r++)
			present += reference[r].segment[i].text != NULL;
		if (i > 0 && present != first)
			return 0;
		first = present;
	}
	return first;
}

void segments_drop_empty(struct segments *segments)
{
	for (size_t i = 0; i < segments->count; i++)
		if (!segments->segment[i].bytes)
			segments->segment[i].text = NULL;
}

void segments_free(struct segments *segments)
{
	if (!segments)
		return;
	free(segments->segment);
	free(segments->memory);
	*segments = (struct segments){ 0 };
}
