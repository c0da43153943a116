/* image.c - pictures of red, green and blue, as PNG by libpng. */
#include "core/image.h"

#include "core/file.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

void image_new(struct image *image, int width, int height)
{
	*image = (struct image){ width, height, memory_new((size_t)width * (size_t)height, 3) };
}

void image_free(struct image *image)
{
	free(image->rgb);
	*image = (struct image){ 0 };
}

unsigned char *image_png(const struct image *image, size_t *bytes)
{
	png_image png = { .version = PNG_IMAGE_VERSION,
		          .width = (png_uint_32)image->width,
		          .height = (png_uint_32)image->height,
		          .format = PNG_FORMAT_RGB };
	png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
	unsigned char *memory = memory_new(size, 1);

	if (!png_image_write_to_memory(&png, memory, &size, 0, image->rgb, 0, NULL))
		panic("a PNG of %d x %d pixels: %s", image->width, image->height, png.message);
	*bytes = size;
	return memory;
}

bool image_write(const struct image *image, const char *path, struct error *error)
{
	struct new_file file;
	unsigned char *png;
	size_t bytes;

	if (!new_file_begin(&file, path, error))
		return false;
	png = image_png(image, &bytes);
	new_file_write(&file, png, bytes);
	free(png);
	return new_file_commit(&file, error);
}

bool image_read(struct image *image, const char *path, struct error *error)
{
	static const png_color white = { 255, 255, 255 };
	png_image png = { .version = PNG_IMAGE_VERSION };
	bool good;

	*image = (struct image){ 0 };
	if (!png_image_begin_read_from_file(&png, path))
		return error_set(error, "%s: cannot be read as a PNG: %s", path, png.message);
	if (png.width > IMAGE_MOST || png.height > IMAGE_MOST) {
		good = error_set(error, "%s: %u x %u pixels, at most %d x %d are read", path,
		                 (unsigned)png.width, (unsigned)png.height, IMAGE_MOST, IMAGE_MOST);
		png_image_free(&png);
		return good;
	}
	png.format = PNG_FORMAT_RGB;
	image_new(image, (int)png.width, (int)png.height);
	good = png_image_finish_read(&png, &white, image->rgb, 0, NULL);
	if (!good) {
		error_set(error, "%s: cannot be read as a PNG: %s", path, png.message);
		image_free(image);
	}
	png_image_free(&png);
	return good;
}
