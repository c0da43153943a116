/* codebook.h - pictures as text: a word is a square of pixels, out of a codebook of such patches.
 *
 * A word has a letter for each pixel of its patch, row after row: "." is a pixel,
 * ".....rrr..rrr..r" a patch of 4 x 4. So a text says by itself what it shows, and a vocabulary of
 * such words is the codebook that a model was trained with. */
#ifndef BAKEOFF_DATA_CODEBOOK_H
#define BAKEOFF_DATA_CODEBOOK_H

#include "data/picture.h"
#include "data/string_table.h"

enum { PATCH_EDGE = 4, PATCH_PIXELS = PATCH_EDGE * PATCH_EDGE };

struct codebook {
	int edge;                  /* of a patch: 1 or PATCH_EDGE */
	struct string_table word;  /* the patches as words */
	struct string_table coded; /* patches that were met, as words ... */
	size_t *code;              /* [coded.count] ... and the nearest word's number */
};

/* A word for each value of a pixel. */
void codebook_of_pixels(struct codebook *);

/* At most `size` patches that stand for all of the pictures': k-means (Lloyd 1982) over patches as
 * vectors with one of PIXEL_COLOURS coordinates set a pixel, beginning at the most frequent
 * patches; a centre then has the most frequent colour of each pixel. A function of the pictures
 * alone. */
void codebook_learn(struct codebook *, const struct picture *, size_t pictures, int size);

/* The codebook of these words; false and an error where they are no patches of one size. */
bool codebook_of_words(struct codebook *, const char *const *word, size_t words, struct error *);
void codebook_free(struct codebook *);

/* Bytes of a picture's text with its NUL at most. */
size_t picture_text_size(const struct codebook *, int edge);

/* The picture as text, each patch by the word that differs in the fewest pixels (the first of
 * equals). */
void picture_write(struct codebook *, const struct picture *, char *text);

/* The picture that a text shows. False and an error where it is none: an unknown letter, words of
 * different sizes, too few or too many. */
bool picture_read(struct picture *, const char *text, struct error *);

#endif
