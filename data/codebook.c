/* codebook.c - pictures as text: words that are patches, and back. */
#include "data/codebook.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void codebook_of_pixels(struct codebook *codebook)
{
	*codebook = (struct codebook){ .edge = 1 };
	for (int pixel = 0; pixel < PIXEL_COLOURS; pixel++)
		string_table_add(&codebook->word, &(char){ pixel_letter(pixel) }, 1);
}

/* The edge of the patches whose words have so many letters; 0 for others. */
static int edge_of(size_t letters)
{
	return letters == 1 ? 1 : letters == PATCH_PIXELS ? PATCH_EDGE : 0;
}

bool codebook_of_words(struct codebook *codebook, const char *const *word, size_t words,
                       struct error *error)
{
	*codebook = (struct codebook){ .edge = words ? edge_of(strlen(word[0])) : 0 };
	for (size_t i = 0; i < words; i++) {
		const size_t letters = strlen(word[i]);
		bool good = codebook->edge && edge_of(letters) == codebook->edge;

		for (size_t at = 0; at < letters; at++)
			good &= pixel_of_letter(word[i][at]) >= 0;
		if (!good) {
			codebook_free(codebook);
			return error_set(error, "'%.40s' is no patch of a picture", word[i]);
		}
		string_table_add(&codebook->word, word[i], letters);
	}
	return words || error_set(error, "there are no patches of pictures");
}

void codebook_free(struct codebook *codebook)
{
	string_table_free(&codebook->word);
	string_table_free(&codebook->coded);
	free(codebook->code);
	*codebook = (struct codebook){ 0 };
}

size_t picture_text_size(const struct codebook *codebook, int edge)
{
	const size_t patches =
		(size_t)edge * (size_t)edge / ((size_t)codebook->edge * (size_t)codebook->edge);

	return (size_t)edge * (size_t)edge + patches;
}

static size_t nearest(const struct codebook *codebook, const char *patch, size_t letters)
{
	size_t best = 0, least = SIZE_MAX;

	for (size_t i = 0; i < codebook->word.count; i++) {
		size_t different = 0;

		for (size_t at = 0; at < letters; at++)
			different += codebook->word.string[i][at] != patch[at];
		if (different < least) {
			least = different;
			best = i;
		}
	}
	return best;
}

/* The number of the word for a patch, remembered. */
static size_t code_of(struct codebook *codebook, const char *patch, size_t letters)
{
	const size_t known = codebook->coded.count;
	const size_t number = string_table_add(&codebook->coded, patch, letters);

	if (number == known) {
		codebook->code = memory_resize(codebook->code, known + 1, sizeof *codebook->code);
		codebook->code[known] = nearest(codebook, patch, letters);
	}
	return codebook->code[number];
}

static void copy_letters(const struct picture *picture, int row, int column, int edge,
                         char *letters)
{
	for (int y = 0; y < edge; y++)
		for (int x = 0; x < edge; x++)
			*letters++ = pixel_letter(
				picture->pixel[(row + y) * picture->edge + column + x]);
}

void picture_write(struct codebook *codebook, const struct picture *picture, char *text)
{
	const int edge = codebook->edge;
	const size_t letters = (size_t)edge * (size_t)edge;

	for (int row = 0; row < picture->edge; row += edge)
		for (int column = 0; column < picture->edge; column += edge) {
			char patch[PATCH_PIXELS];

			copy_letters(picture, row, column, edge, patch);
			memcpy(text, codebook->word.string[code_of(codebook, patch, letters)],
			       letters);
			text += letters;
			*text++ = ' ';
		}
	text[-1] = '\0';
}

/* Puts the patch of number `patch` into its place. */
static bool place_patch(struct picture *picture, size_t patch, int edge, const char *word)
{
	const size_t in_row = (size_t)(picture->edge / edge);
	unsigned char *corner = &picture->pixel[patch / in_row * (size_t)(edge * picture->edge) +
	                                        patch % in_row * (size_t)edge];

	for (int i = 0; i < edge * edge; i++) {
		const int pixel = pixel_of_letter(word[i]);

		if (pixel < 0)
			return false;
		corner[i / edge * picture->edge + i % edge] = (unsigned char)pixel;
	}
	return true;
}

/* The edge of a picture of so many pixels; 0 where there is none. */
static int picture_edge(size_t pixels)
{
	for (int edge = SCENE_EDGE; edge <= PICTURE_MOST; edge += SCENE_EDGE)
		if ((size_t)edge * (size_t)edge == pixels)
			return edge;
	return 0;
}

static size_t count_words(const char *text)
{
	size_t words = 0;

	for (; *(text += strspn(text, " ")); text += strcspn(text, " "))
		words++;
	return words;
}

bool picture_read(struct picture *picture, const char *text, struct error *error)
{
	const char *word = text + strspn(text, " ");
	const size_t letters = strcspn(word, " "), words = count_words(text);
	const int edge = edge_of(letters);

	*picture = (struct picture){ .edge = edge ? picture_edge(words * letters) : 0 };
	if (!picture->edge)
		return error_set(error, "%zu words, the first of %zu letters, are no picture",
		                 words, letters);
	for (size_t i = 0; i < words; i++) {
		const size_t here = strcspn(word, " ");

		if (here != letters || !place_patch(picture, i, edge, word))
			return error_set(error, "'%.*s' is no patch of %d x %d pixels",
			                 here < 40 ? (int)here : 40, word, edge, edge);
		word += here + strspn(word + here, " ");
	}
	return true;
}
