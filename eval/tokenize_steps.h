/* tokenize_steps.h - the substitutions of regular expressions that tokenizers are made of, each
 * over the whole result of the one before. Internal to the tokenizers. */
#ifndef BAKEOFF_TOKENIZE_STEPS_H
#define BAKEOFF_TOKENIZE_STEPS_H

#include "eval/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A set of characters as ranges; the last has `first` 0. */
struct character_range {
	int32_t first, last;
};
bool character_is_in(const struct character_range *, int32_t);

/* Replaces every `what`, from left to right, in place; `with` is not longer. */
void step_replace(struct buffer *, const char *what, const char *with);

/* &quot; &amp; &lt; &gt;, in that order, in place. */
void step_entities(struct buffer *);

/* Blanks around each character of ASCII punctuation but ' , - . and around the blank itself;
 * overwrites `out`. */
void step_symbols(const struct buffer *in, struct buffer *out);

/* Sets apart . and , unless behind a digit, then . and , unless before a digit, then - behind a
 * digit. What was `text` ends up in `other`. */
void step_marks(struct buffer *text, struct buffer *other);

/* Adds the text with blanks around each character that `is_apart`. */
void step_characters(bool (*is_apart)(int32_t), const char *text, size_t bytes, struct buffer *out);

/* Adds the words with one blank between them, none at the ends. */
void step_join(const struct buffer *in, struct buffer *out);

#endif
