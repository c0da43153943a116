/* picture_image.c - pictures of five colours as images, and images as such pictures. */
#include "data/picture_image.h"

#include <string.h>

static void copy_picture(struct image *image, const struct picture *picture, int left, int top,
                         int zoom)
{
	for (int y = 0; y < picture->edge * zoom; y++)
		for (int x = 0; x < picture->edge * zoom; x++) {
			const int pixel = picture->pixel[y / zoom * picture->edge + x / zoom];

			memcpy(&image->rgb[3 * ((size_t)(top + y) * (size_t)image->width +
			                        (size_t)(left + x))],
			       pixel_rgb[pixel], 3);
		}
}

void picture_image(struct image *image, const struct picture *picture, int count, int columns,
                   int zoom)
{
	const int wide = count < columns ? count : columns, high = (count + columns - 1) / columns;
	const int step = (picture->edge + 1) * zoom;

	image_new(image, wide * step - zoom, high * step - zoom);
	memset(image->rgb, 255, 3 * (size_t)image->width * (size_t)image->height);
	for (int i = 0; i < count; i++)
		copy_picture(image, &picture[i], i % columns * step, i / columns * step, zoom);
}

bool picture_of_image(struct picture *picture, const struct image *image, int edge,
                      struct error *error)
{
	if (image->width != image->height || image->width < edge)
		return error_set(error, "%d x %d pixels: must be square, and %d x %d at least",
		                 image->width, image->height, edge, edge);
	*picture = (struct picture){ .edge = edge };
	for (int i = 0; i < edge * edge; i++) {
		const size_t row = (size_t)((2 * (i / edge) + 1) * image->height / (2 * edge));
		const size_t column = (size_t)((2 * (i % edge) + 1) * image->width / (2 * edge));

		picture->pixel[i] = (unsigned char)pixel_of_rgb(
			&image->rgb[3 * (row * (size_t)image->width + column)]);
	}
	return true;
}
