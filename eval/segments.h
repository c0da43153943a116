/* segments.h - text to be scored: files of one segment a line. */
#ifndef BAKEOFF_SEGMENTS_H
#define BAKEOFF_SEGMENTS_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { SEGMENT_MOST = 1 << 26 }; /* bytes of a segment */

/* Valid UTF-8 that does not end in a NUL. `text` is NULL where there is no segment: a missing
 * reference. An empty segment has text and no bytes. */
struct segment {
	const char *text;
	size_t bytes;
};

struct segments {
	struct segment *segment; /* [count] */
	size_t count;
	char *memory; /* what they point into */
};

/* Reads a file, or standard input where `path` is "-". Only \n ends a segment, the last may lack
 * it; white space at a segment's right end is cut, so that \r\n is read too. False and an error
 * where the file cannot be read, has no line, or a line is not valid UTF-8 (file:line and byte of
 * the line) or longer than SEGMENT_MOST. */
bool segments_read(struct segments *, const char *path, struct error *);

/* A text that ends in a NUL, as a segment: white space at its right end is left out. */
struct segment segment_of(const char *text);

/* How many references each segment has; 0 where they do not have equally many. `reference` are
 * `references` files with as many segments. */
int segments_references(const struct segments *reference, int references);

/* Empty segments become missing ones. */
void segments_drop_empty(struct segments *);
void segments_free(struct segments *);

#endif
