/* corpus.h - from lines of text to corpora of ids: reading, checking, encoding. */
#ifndef BAKEOFF_DATA_CORPUS_H
#define BAKEOFF_DATA_CORPUS_H

#include "data/dataset.h"
#include "data/text.h"

/* The lines of both sides, before they are encoded; a text alone is on the target side. */
struct parallel {
	const char *file[SIDES]; /* as errors and reports name them; a source of NULL: no such side */
	struct text side[SIDES]; /* equally many lines; lines keep their number in the file */
	size_t read;             /* pairs before any was dropped */
	size_t empty, invalid, too_long; /* pairs dropped, by reason */
};

/* Reads the two files; false and an error where one cannot be read or the line counts differ. */
bool parallel_read(struct parallel *, const struct text_pair *, struct error *);
void parallel_free(struct parallel *);

/* The files as errors and reports name them together. */
void parallel_name(const struct parallel *, char *name, size_t size);

/* Training text: removes pairs with an empty or invalid line, or ends with an error at the first
 * where bad_lines is BAD_LINES_ERROR. Of a text alone empty lines stay. */
bool parallel_clean(struct parallel *, enum bad_lines, struct error *);

/* Validation and test text: false and an error at the first line that is not UTF-8. */
bool parallel_check(const struct parallel *, struct error *);

/* What was dropped and why, for people; "" where nothing was. */
void parallel_describe(const struct parallel *, long longest, char *line, size_t size);

/* Encodes clean training text, on all workers of the pool where there is one; pairs that are too long (or without any token) are dropped or an
 * error. */
bool corpus_of_training(struct corpus *, struct parallel *,
                        struct vocabulary *const vocabulary[SIDES], long longest, enum bad_lines,
                        struct pool *, struct error *);

/* Encodes a text alone as one stream, cut into blocks of `longest` tokens; see struct corpus. */
void corpus_of_stream(struct corpus *, const char *name, const struct parallel *,
                      struct vocabulary *const vocabulary[SIDES], long longest, struct pool *);

/* The same of one line in memory, its first `longest` tokens: one block, without an end. */
void corpus_of_line(struct corpus *, const char *text, const struct vocabulary *, long longest);

/* Texts by themselves, each a block of its own behind an end of line, its end included: evaluate
 * then tells the log p of each. One of more than `longest` - 1 tokens is cut and counted. */
void corpus_of_texts(struct corpus *, char *const *text, size_t texts, const struct vocabulary *,
                     long longest);

/* Encodes validation or test text, cutting what is too long, and keeps the text. */
void corpus_of_test(struct corpus *, const char *name, const struct parallel *,
                    struct vocabulary *const vocabulary[SIDES], long longest, bool lowercase);

#endif
