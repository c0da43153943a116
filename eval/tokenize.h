/* tokenize.h - how a metric cuts text into tokens: sacreBLEU's tokenizers, byte for byte. */
#ifndef BAKEOFF_TOKENIZE_H
#define BAKEOFF_TOKENIZE_H

#include <stdbool.h>
#include <stddef.h>

struct tokenizer {
	const char *name; /* as on sacreBLEU's command line and in its signature */
	/* The text with its tokens set apart by white space; the caller frees it. */
	char *(*tokenize)(const char *line);
};

/* "13a": mteval-v13a, what BLEU of papers is made with. "none": the text as it is. NULL where the name is unknown. */
const struct tokenizer *tokenizer_find(const char *name);
/* "13a or none": for messages. */
void tokenizer_names(char *text, size_t size);

/* The next token of tokenised text: white space is Python's str.isspace. Returns its start and sets *bytes, or NULL. *at moves on. */
const char *word_next(const char **at, size_t *bytes);

/* Text in lower case as Python's str.lower has it (final sigma, dotted I); the caller frees it. */
char *lower_case(const char *line);

/* Python's str.isspace of one code point. */
bool is_space(int character);

#endif
