/* picture_image.h - pictures of five colours as images, and images as such pictures. */
#ifndef BAKEOFF_DATA_PICTURE_IMAGE_H
#define BAKEOFF_DATA_PICTURE_IMAGE_H

#include "core/image.h"
#include "data/picture.h"

/* Draws pictures of one edge side by side, `columns` in a row, each pixel a square of `zoom`, with
 * a gap of `zoom` between them. A new image. */
void picture_image(struct image *, const struct picture *, int count, int columns, int zoom);

/* The picture of an edge that an image shows: each of edge x edge equal squares has the colour
 * nearest to that of its middle. False and an error where the image is not square, or smaller. */
bool picture_of_image(struct picture *, const struct image *, int edge, struct error *);

#endif
