/* unicode.h - UTF-8 as Python's str sees it: white space and lower case. */
#ifndef BAKEOFF_UNICODE_H
#define BAKEOFF_UNICODE_H

#include "eval/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first byte, counted from 1, where the text is not valid UTF-8; 0 where all is well. NUL is
 * valid. */
size_t unicode_bad_byte(const char *text, size_t bytes);

/* The character at *at, which must lie before `end`; moves *at behind it. A byte that is not UTF-8
 * is U+FFFD. */
int32_t unicode_next(const char **at, const char *end);

/* Characters of a text. */
size_t unicode_length(const char *text, size_t bytes);

/* str.isspace of a character. */
bool unicode_is_space(int32_t);

/* General categories N*, P* and S*. */
bool unicode_is_number(int32_t);
bool unicode_is_punctuation(int32_t);
bool unicode_is_symbol(int32_t);

/* How many bytes are left without the white space at the right end (str.rstrip). Text must be valid
 * UTF-8, here and below; bytes that are not count as letters. */
size_t unicode_trim(const char *text, size_t bytes);

/* The next word between white space (str.isspace): moves *at behind it and returns its first byte,
 * NULL where none is left before `end`. */
const char *unicode_word(const char **at, const char *end, size_t *bytes);

/* Adds the text in lower case (str.lower): with the final sigma, and the dotted capital I as i and
 * U+0307. `text` must not lie in `out`. */
void unicode_lower(const char *text, size_t bytes, struct buffer *out);

#endif
