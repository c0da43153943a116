/* picture.c - square pictures of five colours: scenes drawn. */
#include "data/picture.h"
#include "data/picture_parts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char letters[PIXEL_COLOURS + 1] = ".rgby";

const unsigned char pixel_rgb[PIXEL_COLOURS][3] = {
	{ 244, 243, 238 },
	[1 + COLOUR_RED] = { 209, 48, 46 },
	[1 + COLOUR_GREEN] = { 45, 150, 80 },
	[1 + COLOUR_BLUE] = { 48, 98, 190 },
	[1 + COLOUR_YELLOW] = { 240, 185, 30 },
};

char pixel_letter(int pixel)
{
	return letters[pixel];
}

int pixel_of_letter(char letter)
{
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at ? (int)(at - letters) : -1;
}

int pixel_of_rgb(const unsigned char rgb[3])
{
	int nearest = 0, least = INT_MAX;

	for (int pixel = 0; pixel < PIXEL_COLOURS; pixel++) {
		int distance = 0;

		for (int i = 0; i < 3; i++) {
			const int difference = rgb[i] - pixel_rgb[pixel][i];

			distance += difference * difference;
		}
		if (distance < least) {
			least = distance;
			nearest = pixel;
		}
	}
	return nearest;
}

/* Coordinates are doubled and from the centre, -(n - 1) to n - 1. */
bool shape_has(int shape, int n, int column, int row)
{
	const int u = abs(2 * column + 1 - n), v = abs(2 * row + 1 - n);

	switch (shape) {
	case SHAPE_CIRCLE:
		return u * u + v * v <= n * n;
	case SHAPE_TRIANGLE:
		return u <= row / 2 * 2 + (n % 2 == 0);
	case SHAPE_CROSS:
		return 4 * (u < v ? u : v) < n;
	}
	return true;
}

void picture_draw(struct picture *picture, const struct scene *scene, int edge)
{
	const int scale = edge / SCENE_EDGE;

	*picture = (struct picture){ .edge = edge };
	for (int i = 0; i < scene->objects; i++) {
		const struct scene_object *o = &scene->object[i];
		const int n = scene_extent(o->extent, scale);
		unsigned char *corner = &picture->pixel[o->y * scale * edge + o->x * scale];

		for (int row = 0; row < n; row++)
			for (int column = 0; column < n; column++)
				if (shape_has(o->shape, n, column, row))
					corner[row * edge + column] =
						(unsigned char)(1 + o->colour);
	}
}
