/* tokenize.h - the tokenizers of BLEU, by sacreBLEU's names. */
#ifndef BAKEOFF_TOKENIZE_H
#define BAKEOFF_TOKENIZE_H

#include "eval/buffer.h"
#include "eval/tokens.h"

#include <stdbool.h>
#include <stddef.h>

enum { TOKENIZER_SCRATCH = 2 }; /* buffers for intermediate steps */

/* One tokenizer. A new one is a function and an entry in tokenizers[]. */
struct tokenizer {
	const char *name; /* on the command line and in signatures */
	const char *help; /* what it does, in one line */

	/* Adds the text to `out` so that its tokens are the words between white space. The text is
	 * valid UTF-8 without white space at its right end, and lies neither in `out` nor in
	 * `scratch`, which a caller keeps for speed. */
	void (*tokenize)(const char *text, size_t bytes, struct buffer *out,
	                 struct buffer scratch[TOKENIZER_SCRATCH]);
};

extern const struct tokenizer tokenizers[]; /* ends with an entry whose name is NULL */

/* The tokenizer of that name, or NULL. */
const struct tokenizer *tokenizer_find(const char *name);

/* A text in tokens; zeroed, it is empty. */
struct tokenized {
	struct buffer text;   /* what the tokens point into */
	struct tokens tokens; /* words between white space */
	struct buffer lower;
	struct buffer scratch[TOKENIZER_SCRATCH];
};

/* Takes a text, `lowercase`: by str.lower before the tokenizer; replaces what was. */
void tokenized_set(struct tokenized *, const struct tokenizer *, bool lowercase, const char *text,
                   size_t bytes);
void tokenized_free(struct tokenized *);

#endif
