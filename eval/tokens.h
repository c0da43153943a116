/* tokens.h - a text cut into pieces: words or characters, and numbers for them. */
#ifndef BAKEOFF_TOKENS_H
#define BAKEOFF_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points into the text that was cut. */
struct token {
	const char *text;
	size_t bytes;
};

/* Zeroed, it is empty. */
struct tokens {
	struct token *token; /* [count] */
	size_t count, capacity;
};

/* Forgets the tokens, keeps the memory. */
void tokens_clear(struct tokens *);
void tokens_add(struct tokens *, const char *text, size_t bytes);
/* Adds the words between white space. */
void tokens_add_words(struct tokens *, const char *text, size_t bytes);
/* Adds each character; `white_space`: those too that are white space. */
void tokens_add_characters(struct tokens *, const char *text, size_t bytes, bool white_space);
void tokens_free(struct tokens *);

/* Numbers from 1 for different tokens, in the order in which they are first seen. Tokens are
 * compared, not only their hashes. */
struct numbers;

struct numbers *numbers_new(void);
void numbers_free(struct numbers *);

/* Forgets all tokens; about `most` different ones follow. Their text must stay where it is. */
void numbers_begin(struct numbers *, size_t most);
/* The number of the token, a new one where it was not seen before. */
uint32_t numbers_add(struct numbers *, struct token);
/* The same, but 0 where it was not seen before. */
uint32_t numbers_find(const struct numbers *, struct token);

#endif
