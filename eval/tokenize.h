/* tokenize.h - the tokenizers of BLEU, by sacreBLEU's names. */
#ifndef BAKEOFF_TOKENIZE_H
#define BAKEOFF_TOKENIZE_H

#include "eval/buffer.h"

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

#endif
