/* parallel.c - parallel files: reading both sides, and which pairs are fit to train on. */
#include "data/corpus.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void parallel_free(struct parallel *pairs)
{
	for (int side = 0; side < SIDES; side++)
		text_free(&pairs->side[side]);
}

bool parallel_read(struct parallel *pairs, const struct text_pair *files, struct error *error)
{
	const struct text *text = pairs->side;

	*pairs = (struct parallel){ 0 };
	for (int side = 0; side < SIDES; side++) {
		pairs->file[side] = files->file[side];
		if (!files->file[side])
			continue;
		if (!text_read(&pairs->side[side], files->file[side], error))
			goto failed;
		if (!text[side].lines) {
			error_set(error, "%s: the file is empty: it needs one sentence a line",
			          files->file[side]);
			goto failed;
		}
	}
	pairs->read = text[SIDE_TARGET].lines;
	if (files->file[SIDE_SOURCE] && text[SIDE_SOURCE].lines != text[SIDE_TARGET].lines)
		error_set(error, "%s has %zu lines, %s %zu: parallel files need the same number",
		          files->file[SIDE_SOURCE], text[SIDE_SOURCE].lines,
		          files->file[SIDE_TARGET], text[SIDE_TARGET].lines);
	else if (pairs->read > UINT32_MAX)
		error_set(error, "%s has %zu lines: use at most %lu", files->file[SIDE_TARGET],
		          pairs->read, (unsigned long)UINT32_MAX);
	else
		return true;
failed:
	parallel_free(pairs);
	return false;
}

static bool invalid_line(const char *file, const struct line *line, const char *way_out,
                         struct error *error)
{
	size_t byte = text_bad_byte(line->text, line->bytes);

	if (byte && !line->text[byte - 1])
		return error_set(error, "%s:%zu: NUL at byte %zu: the file is not plain text%s",
		                 file, line->number, byte, way_out);
	return error_set(error,
	                 "%s:%zu: invalid UTF-8 at byte %zu: convert the file to UTF-8 "
	                 "(iconv)%s",
	                 file, line->number, byte, way_out);
}

void parallel_name(const struct parallel *pairs, char *name, size_t size)
{
	const char *source = pairs->file[SIDE_SOURCE];

	snprintf(name, size, "%s%s%s", source ? source : "", source ? ", " : "",
	         pairs->file[SIDE_TARGET]);
}

/* Whether pair i may stay; counts it or says why where not. */
static bool pair_is_clean(struct parallel *pairs, size_t i, enum bad_lines bad_lines, bool *stop,
                          struct error *error)
{
	const bool alone = !pairs->file[SIDE_SOURCE];

	for (int side = alone ? SIDE_TARGET : SIDE_SOURCE; side < SIDES; side++) {
		const struct line *line = &pairs->side[side].line[i];
		bool invalid = text_bad_byte(line->text, line->bytes);

		if ((line->bytes || alone) && !invalid)
			continue;
		*stop = bad_lines == BAD_LINES_ERROR;
		if (invalid) {
			pairs->invalid++;
			invalid_line(pairs->file[side], line, ", or set data.bad_lines: drop",
			             error);
		} else {
			pairs->empty++;
			error_set(error,
			          "%s:%zu: empty line: remove the pair or set "
			          "data.bad_lines: drop",
			          pairs->file[side], line->number);
		}
		return false;
	}
	return true;
}

bool parallel_clean(struct parallel *pairs, enum bad_lines bad_lines, struct error *error)
{
	size_t kept = 0, lines = pairs->side[SIDE_TARGET].lines;
	const int first = pairs->file[SIDE_SOURCE] ? SIDE_SOURCE : SIDE_TARGET;
	bool stop = false;
	char name[1024];

	for (size_t i = 0; i < lines; i++) {
		if (pair_is_clean(pairs, i, bad_lines, &stop, error)) {
			for (int side = first; side < SIDES; side++)
				pairs->side[side].line[kept] = pairs->side[side].line[i];
			kept++;
		} else if (stop) {
			return false;
		}
	}
	for (int side = first; side < SIDES; side++)
		pairs->side[side].lines = kept;
	parallel_name(pairs, name, sizeof name);
	return kept || error_set(error, "%s: no %s is fit to train on: every one %s not UTF-8",
	                         name, first == SIDE_SOURCE ? "pair" : "line",
	                         first == SIDE_SOURCE ? "has an empty line or one that is" : "is");
}

bool parallel_check(const struct parallel *pairs, struct error *error)
{
	for (int side = 0; side < SIDES; side++)
		for (size_t i = 0; i < pairs->side[side].lines; i++) {
			const struct line *line = &pairs->side[side].line[i];

			if (text_bad_byte(line->text, line->bytes))
				return invalid_line(pairs->file[side], line, "", error);
		}
	return true;
}

void parallel_describe(const struct parallel *pairs, long longest, char *line, size_t size)
{
	size_t dropped = pairs->empty + pairs->invalid + pairs->too_long;

	char name[512];

	*line = '\0';
	if (!dropped)
		return;
	parallel_name(pairs, name, sizeof name);
	if (!pairs->file[SIDE_SOURCE]) {
		snprintf(line, size, "%s: dropped %zu of %zu lines, which are not UTF-8", name,
		         dropped, pairs->read);
		return;
	}
	snprintf(line, size,
	         "%s: dropped %zu of %zu pairs: %zu with an empty line, %zu not UTF-8, "
	         "%zu longer than data.longest = %ld tokens",
	         name, dropped, pairs->read, pairs->empty, pairs->invalid, pairs->too_long,
	         longest);
}
