/* picture_read.c - what is drawn, read from the pixels alone. */
#include "data/picture.h"
#include "data/picture_parts.h"

#include <stdlib.h>
#include <string.h>

enum { PIXELS = PICTURE_MOST * PICTURE_MOST };

/* Pixels that touch. */
struct blob {
	int pixels, colour;           /* how many, and 1 + enum scene_colour of most */
	int other;                    /* of another colour */
	int left, top, right, bottom; /* the last column and row are in it */
};

struct reader {
	const struct picture *picture;
	int label[PIXELS]; /* 1 + blob; 0: background, or not seen yet */
	int waiting[PIXELS];
};

/* Where an object lies, and what it is. */
struct found {
	struct fact fact;
	int pixels;
	int x, y, extent;
};

static void visit(struct reader *r, int at, int number, int *count)
{
	if (r->picture->pixel[at] == PIXEL_EMPTY || r->label[at])
		return;
	r->label[at] = number;
	r->waiting[(*count)++] = at;
}

static void visit_neighbours(struct reader *r, int at, int number, int *count)
{
	const int edge = r->picture->edge, row = at / edge, column = at % edge;

	for (int y = row - 1; y <= row + 1; y++)
		for (int x = column - 1; x <= column + 1; x++)
			if (y >= 0 && y < edge && x >= 0 && x < edge)
				visit(r, y * edge + x, number, count);
}

/* Labels the blob that has this pixel. */
static struct blob take_blob(struct reader *r, int at, int number)
{
	const int edge = r->picture->edge;
	struct blob b = { .left = edge, .top = edge };
	int of_colour[PIXEL_COLOURS] = { 0 }, count = 0;

	visit(r, at, number, &count);
	for (int i = 0; i < count; i++) {
		const int row = r->waiting[i] / edge, column = r->waiting[i] % edge;

		of_colour[r->picture->pixel[r->waiting[i]]]++;
		b.left = column < b.left ? column : b.left;
		b.right = column > b.right ? column : b.right;
		b.top = row < b.top ? row : b.top;
		b.bottom = row > b.bottom ? row : b.bottom;
		visit_neighbours(r, r->waiting[i], number, &count);
	}
	b.pixels = count;
	for (int colour = 1; colour < PIXEL_COLOURS; colour++)
		if (of_colour[colour] > of_colour[b.colour])
			b.colour = colour;
	b.other = count - of_colour[b.colour];
	return b;
}

/* Pixels that differ from a shape whose square has this left upper corner. */
static int difference(const struct reader *r, const struct blob *b, int number, int shape, int n,
                      int x, int y)
{
	const int edge = r->picture->edge;
	int common = 0, area = 0;

	for (int row = 0; row < n; row++)
		for (int column = 0; column < n; column++)
			if (shape_has(shape, n, column, row)) {
				area++;
				if (y + row >= 0 && y + row < edge && x + column >= 0 &&
				    x + column < edge)
					common += r->label[(y + row) * edge + x + column] == number;
			}
	return area + b->pixels - 2 * common + b->other;
}

/* How many pixels may differ: as many can move an edge of the blob. */
static int tolerance(const struct picture *picture)
{
	const int scale = picture->edge / SCENE_EDGE;

	return scale * scale;
}

/* The nearest shape of this extent, where it is nearer than *least. */
static void try_extent(const struct reader *r, const struct blob *b, int number, int extent,
                       struct found *found, int *least)
{
	const int n = scene_extent(extent, r->picture->edge / SCENE_EDGE);
	const int slack = tolerance(r->picture);

	if (abs(b->right - b->left + 1 - n) > slack || abs(b->bottom - b->top + 1 - n) > slack)
		return;
	for (int shape = 0; shape < SHAPES; shape++)
		for (int y = b->top - slack; y <= b->top + slack; y++)
			for (int x = b->left - slack; x <= b->left + slack; x++) {
				const int d = difference(r, b, number, shape, n, x, y);

				if (d >= *least)
					continue;
				*least = d;
				found->fact.shape = shape;
				found->fact.extent = extent;
				found->x = x;
				found->y = y;
				found->extent = n;
			}
}

static struct found name_blob(const struct reader *r, const struct blob *b, int number)
{
	const int edge = r->picture->edge;
	const int width = b->right - b->left + 1, height = b->bottom - b->top + 1;
	int least = tolerance(r->picture) + 1;
	struct found found = {
		.fact = { SCENE_UNKNOWN, b->colour - 1, SCENE_UNKNOWN, SCENE_UNKNOWN },
		.pixels = b->pixels,
		.x = b->left,
		.y = b->top,
		.extent = width > height ? width : height,
	};

	for (int extent = 0; extent < EXTENTS; extent++)
		try_extent(r, b, number, extent, &found, &least);
	found.fact.place = scene_place(found.x, found.y, found.extent, edge);
	return found;
}

/* Keeps the FACTS_OBJECTS largest, in order; of equal ones the first. */
static void keep(struct found kept[FACTS_OBJECTS], int *count, const struct found *one)
{
	int at = *count;

	while (at > 0 && kept[at - 1].pixels < one->pixels)
		at--;
	if (at == FACTS_OBJECTS)
		return;
	*count += *count < FACTS_OBJECTS;
	memmove(&kept[at + 1], &kept[at], (size_t)(*count - 1 - at) * sizeof *kept);
	kept[at] = *one;
}

struct facts picture_facts(const struct picture *picture)
{
	struct reader r = { .picture = picture };
	struct found kept[FACTS_OBJECTS];
	struct facts facts;
	int count = 0, objects = 0;

	for (int at = 0; at < picture->edge * picture->edge; at++)
		if (picture->pixel[at] != PIXEL_EMPTY && !r.label[at]) {
			const struct blob b = take_blob(&r, at, ++objects);
			const struct found one = name_blob(&r, &b, objects);

			keep(kept, &count, &one);
		}
	facts = facts_unknown(objects);
	for (int i = 0; i < count; i++) {
		facts.object[i] = kept[i].fact;
		for (int j = 0; j < count; j++)
			if (i != j)
				facts.relation[i][j] =
					scene_relation(kept[i].x, kept[i].y, kept[i].extent,
				                       kept[j].x, kept[j].y, kept[j].extent);
	}
	return facts;
}
