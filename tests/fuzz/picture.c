/* picture.c - PNG images as pictures, what they show, and captions. */
#include "data/picture_image.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void look(const struct image *image)
{
	for (int edge = 16; edge <= 32; edge *= 2) {
		struct picture picture;
		struct error error;
		const bool good = picture_of_image(&picture, image, edge, &error);

		fuzz_said(good, &error);
		if (!good)
			continue;
		for (int i = 0; i < edge * edge; i++)
			fuzz_check(picture.pixel[i] < PIXEL_COLOURS,
			           "a pixel has one of the colours");
		fuzz_check(picture_facts(&picture).objects >= 0, "objects are counted");
	}
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	char *caption = fuzz_text(&in);
	struct image image;
	struct facts facts;
	struct error error;
	bool good = image_read(&image, fuzz_file("x.png", in.bytes, in.size), &error);

	fuzz_said(good, &error);
	if (good)
		look(&image);
	image_free(&image);
	good = caption_read(&facts, caption, &error);
	fuzz_said(good, &error);
	if (good) {
		caption_write(&facts, caption = realloc(caption, CAPTION_SIZE));
		fuzz_check(caption_read(&facts, caption, &error),
		           "a caption that is written is read");
	}
	free(caption);
}

static void more_seeds(void)
{
	static const char *const captions[] = { "a small red circle at the top left",
		                                "a blue square below a small green cross",
		                                "a Large\tred" };

	for (size_t i = 0; i < sizeof captions / sizeof *captions; i++) {
		const size_t head = strlen(captions[i]) + 1;
		struct image image;
		unsigned char *png, *seed;
		size_t size;

		image_new(&image, i ? 32 : 16, i ? 32 : 16);
		image.rgb[16] = 255;
		png = image_png(&image, &size);
		seed = memory_new(head + size, 1);
		memcpy(seed, captions[i], head - 1);
		seed[head - 1] = (unsigned char)*PART;
		memcpy(seed + head, png, size);
		fuzz_seed(seed, head + size);
		free(seed);
		free(png);
		image_free(&image);
	}
}

const struct fuzz_target fuzz_picture = {
	"picture", "PNG images, what they show, and captions", NULL, one, NULL, more_seeds,
};
