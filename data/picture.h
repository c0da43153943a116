/* picture.h - square pictures of five colours: scenes drawn, written as text, and read again. */
#ifndef BAKEOFF_DATA_PICTURE_H
#define BAKEOFF_DATA_PICTURE_H

#include "data/scene.h"

#include <stddef.h>

enum {
	PICTURE_MOST = 32, /* pixels of an edge */
	PIXEL_EMPTY = 0,   /* background; above it 1 + enum scene_colour */
	PIXEL_COLOURS = 1 + COLOURS,
};

struct picture {
	int edge;                                         /* 16 or 32 pixels */
	unsigned char pixel[PICTURE_MOST * PICTURE_MOST]; /* [edge][edge] from the top */
};

/* A pixel as a letter of texts: '.', 'r', 'g', 'b', 'y'; and back, -1 for any other. */
char pixel_letter(int pixel);
int pixel_of_letter(char);

/* Red, green and blue, 0 to 255, of each pixel value. */
extern const unsigned char pixel_rgb[PIXEL_COLOURS][3];

/* The pixel value that is nearest to a colour by squared distance. */
int pixel_of_rgb(const unsigned char rgb[3]);

/* Draws a scene; an edge of 32 is as 16, but finer. */
void picture_draw(struct picture *, const struct scene *, int edge);

/* What is drawn, read from the pixels alone. Pixels that touch, also by a corner, are an object; it
 * has the colour of most of them, and is a shape of an extent where at most (edge / 16)^2 pixels
 * differ from that shape. An object that is none has no shape and no extent. Objects from the
 * largest on; places and relations of all that are told. */
struct facts picture_facts(const struct picture *);

#endif
