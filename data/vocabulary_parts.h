/* vocabulary_parts.h - the inside of a vocabulary, for the files that make, learn and store it. */
#ifndef BAKEOFF_DATA_VOCABULARY_PARTS_H
#define BAKEOFF_DATA_VOCABULARY_PARTS_H

#include "data/sentencepiece.h"
#include "data/string_table.h"
#include "data/vocabulary.h"

/* Entries by id; the first four are the special tokens. */
struct entries {
	char **token; /* [size], owned */
	float *score; /* [size]: what SentencePiece ranks by; else 0 */
	int size;
};

struct vocabulary {
	enum subword_model model;
	bool lowercase;
	struct entries entries;
	struct string_table table; /* words and chars: number + TOKEN_SPECIALS is the id */
	struct pieces *pieces;     /* bpe and unigram */
	uint64_t hash;
};

static inline bool model_has_pieces(enum subword_model model)
{
	return model == SUBWORD_BPE || model == SUBWORD_UNIGRAM;
}

/* Appends a copy of the token. */
void entries_add(struct entries *, const char *token, size_t bytes, float score);
void entries_add_specials(struct entries *);
void entries_free(struct entries *);

/* See vocabulary_hash. */
uint64_t entries_hash(const struct entries *, enum subword_model, bool lowercase);

/* A vocabulary of these entries, which it takes. NULL and an error where a token is empty or
 * double. */
struct vocabulary *vocabulary_of_entries(enum subword_model, bool lowercase, struct entries *,
                                         struct error *);

/* The next word or character of folded text from *at on: its bytes (0 at the end) and its start in
 * *at. */
size_t token_next(enum subword_model, const char **at, const char *end);

#endif
