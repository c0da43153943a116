/* codebook_learn.c - patches that stand for those of all pictures: k-means, Lloyd 1982. */
#include "data/codebook.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 30, WIDTH = PATCH_PIXELS * PIXEL_COLOURS };

/* Different patches of the pictures, and the centres that stand for them. */
struct clusters {
	struct string_table patch; /* as words */
	double *weight;            /* [patch.count] how often it is met */
	size_t *centre_of;         /* [patch.count] */
	double (*centre)[WIDTH]; /* [centres] the mean of its patches: a share a pixel and colour */
	size_t centres;
};

static void count_patch(struct clusters *c, const struct picture *picture, int row, int column)
{
	const size_t known = c->patch.count;
	char word[PATCH_PIXELS];
	size_t number;

	for (int i = 0; i < PATCH_PIXELS; i++)
		word[i] = pixel_letter(picture->pixel[(row + i / PATCH_EDGE) * picture->edge +
		                                      column + i % PATCH_EDGE]);
	number = string_table_add(&c->patch, word, PATCH_PIXELS);
	if (number == known) {
		c->weight = memory_resize(c->weight, c->patch.capacity, sizeof *c->weight);
		c->weight[number] = 0;
	}
	c->weight[number]++;
}

struct ranked {
	size_t number;
	double weight;
};

static int by_weight(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->weight < y->weight   ? 1
	       : x->weight > y->weight ? -1
	       : x->number > y->number ? 1
	                               : -1;
}

static void set_centre(double centre[WIDTH], const char *word)
{
	memset(centre, 0, WIDTH * sizeof *centre);
	for (int i = 0; i < PATCH_PIXELS; i++)
		centre[i * PIXEL_COLOURS + pixel_of_letter(word[i])] = 1;
}

/* The most frequent patches, of equal ones the first met. */
static void start(struct clusters *c, size_t size)
{
	struct ranked *order = memory_new(c->patch.count, sizeof *order);

	for (size_t i = 0; i < c->patch.count; i++)
		order[i] = (struct ranked){ i, c->weight[i] };
	qsort(order, c->patch.count, sizeof *order, by_weight);
	c->centres = size < c->patch.count ? size : c->patch.count;
	c->centre = memory_new(c->centres, sizeof *c->centre);
	c->centre_of = memory_new(c->patch.count, sizeof *c->centre_of);
	for (size_t i = 0; i < c->centres; i++)
		set_centre(c->centre[i], c->patch.string[order[i].number]);
	free(order);
}

/* Squared distance, without the part that all centres share: |c|^2 - 2 c.x */
static double distance(const double centre[WIDTH], double square, const int set[PATCH_PIXELS])
{
	for (int i = 0; i < PATCH_PIXELS; i++)
		square -= 2 * centre[set[i]];
	return square;
}

static double square_of(const double centre[WIDTH])
{
	double sum = 0;

	for (int i = 0; i < WIDTH; i++)
		sum += centre[i] * centre[i];
	return sum;
}

/* Gives each patch its nearest centre; whether any changed. */
static bool assign(struct clusters *c)
{
	double *square = memory_new(c->centres, sizeof *square);
	bool changed = false;

	for (size_t j = 0; j < c->centres; j++)
		square[j] = square_of(c->centre[j]);
	for (size_t i = 0; i < c->patch.count; i++) {
		double least = 1e300;
		int set[PATCH_PIXELS];
		size_t best = 0;

		for (int p = 0; p < PATCH_PIXELS; p++)
			set[p] = p * PIXEL_COLOURS + pixel_of_letter(c->patch.string[i][p]);
		for (size_t j = 0; j < c->centres; j++) {
			const double d = distance(c->centre[j], square[j], set);

			if (d < least) {
				least = d;
				best = j;
			}
		}
		changed |= c->centre_of[i] != best;
		c->centre_of[i] = best;
	}
	free(square);
	return changed;
}

/* Moves each centre to the mean of its patches; one that has none stays. */
static void move(struct clusters *c)
{
	double *total = memory_new(c->centres, sizeof *total);
	double(*sum)[WIDTH] = memory_new(c->centres, sizeof *sum);

	for (size_t i = 0; i < c->patch.count; i++) {
		const size_t j = c->centre_of[i];

		total[j] += c->weight[i];
		for (int p = 0; p < PATCH_PIXELS; p++)
			sum[j][p * PIXEL_COLOURS + pixel_of_letter(c->patch.string[i][p])] +=
				c->weight[i];
	}
	for (size_t j = 0; j < c->centres; j++)
		for (int i = 0; i < WIDTH && total[j] > 0; i++)
			c->centre[j][i] = sum[j][i] / total[j];
	free(total);
	free(sum);
}

/* The most frequent colour of each pixel. */
static void centre_word(const double centre[WIDTH], char word[PATCH_PIXELS])
{
	for (int i = 0; i < PATCH_PIXELS; i++) {
		const double *share = centre + i * PIXEL_COLOURS;
		int most = 0;

		for (int colour = 1; colour < PIXEL_COLOURS; colour++)
			if (share[colour] > share[most])
				most = colour;
		word[i] = pixel_letter(most);
	}
}

void codebook_learn(struct codebook *codebook, const struct picture *picture, size_t pictures,
                    int size)
{
	struct clusters c = { 0 };

	*codebook = (struct codebook){ .edge = PATCH_EDGE };
	for (size_t i = 0; i < pictures; i++)
		for (int row = 0; row < picture[i].edge; row += PATCH_EDGE)
			for (int column = 0; column < picture[i].edge; column += PATCH_EDGE)
				count_patch(&c, &picture[i], row, column);
	start(&c, (size_t)size);
	for (int round = 0; round < ROUNDS && assign(&c); round++)
		move(&c);
	for (size_t j = 0; j < c.centres; j++) {
		char word[PATCH_PIXELS];

		centre_word(c.centre[j], word);
		string_table_add(&codebook->word, word, PATCH_PIXELS);
	}
	string_table_free(&c.patch);
	free(c.weight);
	free(c.centre_of);
	free(c.centre);
}
