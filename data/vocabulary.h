/* vocabulary.h - text to token ids and back: words, characters, or SentencePiece subwords. */
#ifndef BAKEOFF_VOCABULARY_H
#define BAKEOFF_VOCABULARY_H

#include "core/error.h"
#include "data/settings.h"

#include <stddef.h>
#include <stdint.h>

/* The special tokens have the same ids in every vocabulary. */
enum { TOKEN_PAD, TOKEN_UNKNOWN, TOKEN_BEGIN, TOKEN_END, TOKEN_SPECIALS };

struct vocabulary;

/* Learns a vocabulary from text files (`files` paths). Words: split at white space, the `size` - 4 most
 * frequent (ties in code point order); chars: Unicode code points, likewise; bpe and unigram:
 * SentencePiece, single-threaded and deterministic, character coverage 1. NULL and an error where a
 * file cannot be read, is empty or not UTF-8, or the text is too small for `size`. */
struct vocabulary *vocabulary_train(enum subword_model, long size, bool lowercase,
				    const char *const *path, size_t files, struct error *);

/* One file holds one vocabulary. Saving writes a temporary file, fsync, rename. */
bool vocabulary_save(const struct vocabulary *, const char *path, struct error *);
struct vocabulary *vocabulary_load(const char *path, struct error *);
void vocabulary_free(struct vocabulary *);

int vocabulary_size(const struct vocabulary *);

/* A hash (xxHash, 64 bits) of all that decides the ids; recorded in runs and checkpoints. */
uint64_t vocabulary_hash(const struct vocabulary *);

/* The token as text for people ("▁the", "<s>"); valid as long as the vocabulary. */
const char *vocabulary_token(const struct vocabulary *, int id);

/* Encodes one sentence of valid UTF-8, without special tokens but TOKEN_UNKNOWN. Writes up to
 * `capacity` ids and returns how many there are (more than `capacity`: call again). Thread-safe. */
size_t vocabulary_encode(const struct vocabulary *, const char *text, size_t bytes, int *id,
			 size_t capacity);

/* The detokenised text of ids; special tokens vanish, TOKEN_UNKNOWN becomes " ⁇ ". The caller frees it. */
char *vocabulary_decode(const struct vocabulary *, const int *id, size_t count);

#endif
