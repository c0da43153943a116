/* vocabulary.h - text to token ids and back: words, characters, or SentencePiece subwords. */
#ifndef BAKEOFF_VOCABULARY_H
#define BAKEOFF_VOCABULARY_H

#include "core/error.h"
#include "data/settings.h"
#include "data/text.h"

#include <stddef.h>
#include <stdint.h>

/* The special tokens have the same ids in every vocabulary. */
enum { TOKEN_PAD, TOKEN_UNKNOWN, TOKEN_BEGIN, TOKEN_END, TOKEN_SPECIALS };

enum { VOCABULARY_MOST = 1000000 }; /* entries */

struct vocabulary;

/* Learns a vocabulary of at most `size` entries from lines of valid UTF-8, in the form of
 * text_fold. Words: split at white space, the size - 4 most frequent (ties in code point order);
 * chars: Unicode code points, likewise; both have fewer entries where the text has fewer. bpe and
 * unigram: SentencePiece, single-threaded and deterministic, character coverage 1, exactly `size`
 * entries. NULL and an error where the text has nothing to learn from, or its characters are more
 * or its pieces fewer than `size`; the error names data.subwords.size and the size that fits. */
struct vocabulary *vocabulary_train(enum subword_model, long size, bool lowercase,
                                    const struct line *line, size_t lines, struct error *);

/* One file holds one vocabulary, as text: a line of model, case, entries and vocabulary_hash, then
 * score, tab and token of each entry. Saving writes a temporary file, fsync, rename. A file that
 * is damaged or cut short is one error that names it; the caller knows the remedy. */
bool vocabulary_save(const struct vocabulary *, const char *path, struct error *);
struct vocabulary *vocabulary_load(const char *path, struct error *);
void vocabulary_free(struct vocabulary *);

/* The vocabulary of a file that vocabulary_save wrote, or of a model file of SentencePiece: bpe or
 * unigram, padding, unknown, begin and end of sentence being pieces 0 to 3, and all others plain.
 * `say` (may be NULL) is told where that model's text would be normalised otherwise than here. */
struct vocabulary *vocabulary_import(const char *path, void say(void *context, const char *line),
                                     void *context, struct error *);

int vocabulary_size(const struct vocabulary *);

/* Whether text is lower-cased before it is encoded. */
bool vocabulary_lowercases(const struct vocabulary *);

/* A hash (xxHash, 64 bits) of all that decides the ids; recorded in runs and checkpoints. */
uint64_t vocabulary_hash(const struct vocabulary *);

/* The token as text for people ("▁the", "<s>"; the blank of a chars vocabulary is "▁"); valid as
 * long as the vocabulary. */
const char *vocabulary_token(const struct vocabulary *, int id);

/* Gives back the memory that makes encoding the same words again fast. */
void vocabulary_forget(const struct vocabulary *);

/* Encodes one sentence, without special tokens but TOKEN_UNKNOWN; it is folded first (and
 * lower-cased where the vocabulary is). Writes up to `capacity` ids and returns how many there are
 * (more than `capacity`: call again). A sentence that is not valid UTF-8 is one TOKEN_UNKNOWN.
 * Thread-safe. */
size_t vocabulary_encode(const struct vocabulary *, const char *text, size_t bytes, int *id,
                         size_t capacity);

/* The detokenised text of ids; special tokens vanish, TOKEN_UNKNOWN becomes " ⁇ " (words: "⁇"
 * between blanks). The caller frees it. */
char *vocabulary_decode(const struct vocabulary *, const int *id, size_t count);

/* The same of a part of a stream: each TOKEN_END is the end of a line, "\n". */
char *vocabulary_decode_lines(const struct vocabulary *, const int *id, size_t count);

#endif
