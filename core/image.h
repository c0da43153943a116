/* image.h - pictures of red, green and blue, as PNG. */
#ifndef BAKEOFF_IMAGE_H
#define BAKEOFF_IMAGE_H

#include "core/error.h"

enum { IMAGE_MOST = 8192 }; /* pixels of an edge */

struct image {
	int width, height;
	unsigned char *rgb; /* [height][width][3] from the top; owned */
};

/* All black. */
void image_new(struct image *, int width, int height);
void image_free(struct image *); /* takes zeroed structs */

/* The image as a PNG in memory that the caller frees, and its bytes. */
unsigned char *image_png(const struct image *, size_t *bytes);

/* Writes it to a file, which is whole or as it was. */
bool image_write(const struct image *, const char *path, struct error *);

/* Reads a PNG of any kind, what is transparent on white. An error where it is none, or larger than
 * IMAGE_MOST; *image is zeroed then. */
bool image_read(struct image *, const char *path, struct error *);

#endif
