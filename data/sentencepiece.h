/* sentencepiece.h - the C face of SentencePiece: learning pieces, text to ids, ids to text. */
#ifndef BAKEOFF_DATA_SENTENCEPIECE_H
#define BAKEOFF_DATA_SENTENCEPIECE_H

#include "data/text.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PIECES_LONGEST_LINE = 4192 }; /* bytes */

struct pieces;

/* Whether pieces can be learned from a folded line. Others must not be given to pieces_train:
 * SentencePiece skips lines with U+2585, which it reserves, and ends the program at words of 65536
 * characters. */
bool pieces_can_learn_from(const struct line *);

/* Learns at most `size` pieces, the four special tokens included, from folded lines (text_fold) of
 * which there is one at least; fewer where the text has no more. Byte-pair encoding (Sennrich et
 * al. 2016), or the unigram model (Kudo 2018). Character coverage is 1, nothing is normalised, one
 * thread. NULL and a message where SentencePiece refuses. */
struct pieces *pieces_train(bool unigram, int size, const struct line *line, size_t lines,
                            char *message, size_t message_size);

/* The model of given pieces and scores; ids 0 to 3 are the special tokens, whatever their text.
 * Pieces must be valid UTF-8 and scores finite. NULL and a message where pieces are empty or
 * double. */
struct pieces *pieces_new(bool unigram, char *const *piece, const float *score, int size,
                          char *message, size_t message_size);
void pieces_free(struct pieces *);

int pieces_size(const struct pieces *);
const char *pieces_piece(const struct pieces *, int id); /* lives as long as the model; id > 3 */
float pieces_score(const struct pieces *, int id);

/* Both write up to `capacity` ids or bytes (without a NUL), and return how many there are.
 * Thread-safe. Ids must be in range. */
size_t pieces_encode(const struct pieces *, const char *text, size_t bytes, int *id,
                     size_t capacity);
size_t pieces_decode(const struct pieces *, const int *id, size_t count, char *text,
                     size_t capacity);
/* The same ids from SentencePiece alone, which is slower. */
size_t pieces_encode_whole(const struct pieces *, const char *text, size_t bytes, int *id,
                           size_t capacity);
/* Gives back the memory in which words and their ids are remembered, for the next text. */
void pieces_forget(const struct pieces *);

#ifdef __cplusplus
}
#endif

#endif
