/* text.h - lines of UTF-8 text files, and the form in which text becomes tokens. */
#ifndef BAKEOFF_DATA_TEXT_H
#define BAKEOFF_DATA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* One line without its break, followed by a NUL. */
struct line {
	const char *text;
	size_t bytes;  /* without the NUL; NULs of a bad line count */
	size_t number; /* in its file, from 1 */
};

/* A whole file, or lines that were made. */
struct text {
	struct line *line; /* [lines] */
	size_t lines;
	char *memory; /* what the lines point into */
};

/* Reads a file (or pipe) whole and splits it at \n; a \r before the \n, a byte order mark at the
 * start and a missing last \n are accepted; an empty file has no lines. The bytes are not checked.
 * False and an error where the file cannot be read or is compressed. */
bool text_read(struct text *, const char *path, struct error *);
void text_free(struct text *);

/* The first byte, counted from 1, that is NUL or not valid UTF-8; 0 where all is well. */
size_t text_bad_byte(const char *text, size_t bytes);

/* The form in which text becomes tokens: Unicode normal form C, every run of white space one
 * blank, none at the ends, lower-cased where asked. New text that ends in NUL, `folded` its bytes;
 * NULL where the text is not valid UTF-8. */
char *text_fold(const char *text, size_t bytes, bool lowercase, size_t *folded);

/* The text with each code point in lower case, otherwise as it is; new, ends in NUL. NULL where
 * the text is not valid UTF-8. */
char *text_lower(const char *text, size_t bytes);

#endif
