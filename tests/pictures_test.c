/* pictures_test.c - scenes, captions, pictures: all that is drawn is read again, and nothing else.
 */
#include "data/codebook.h"
#include "data/picture.h"
#include "eval/picture_score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SCENES = 2000 };

static gsl_rng *chance_new(unsigned long seed)
{
	gsl_rng *chance = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(chance, seed);
	return chance;
}

static int below(gsl_rng *chance, int n)
{
	return (int)gsl_rng_uniform_int(chance, (unsigned long)n);
}

static bool is_right(const struct facts *wanted, const struct facts *given)
{
	struct picture_tally tally = { { 0 }, { 0 } };

	picture_tally_add(&tally, wanted, given);
	return tally.right[PICTURE_WHOLE];
}

/* The facts of a scene's caption. */
static struct facts said(const struct scene *scene)
{
	const struct facts facts = facts_of_scene(scene);
	char text[CAPTION_SIZE];

	caption_write(&facts, text);
	return picture_facts_of_caption(text);
}

/* Every scene is what its caption says, and so is its picture at either size. */
static void scenes_are_read(void **state)
{
	gsl_rng *chance = chance_new(1);

	(void)state;
	for (int i = 0; i < SCENES; i++) {
		struct picture picture;
		struct facts wanted, drawn;
		struct scene scene;

		scene_draw(&scene, chance, i % 2);
		wanted = said(&scene);
		assert_int_equal(wanted.objects, scene.objects);
		for (int edge = 16; edge <= 32; edge += 16) {
			picture_draw(&picture, &scene, edge);
			drawn = picture_facts(&picture);
			assert_true(is_right(&wanted, &drawn));
		}
		drawn = facts_of_scene(&scene);
		assert_true(is_right(&wanted, &drawn));
		assert_true(is_right(&drawn, &wanted));
	}
	gsl_rng_free(chance);
}

/* One fact of a scene is made another. */
static void change(struct scene *scene, gsl_rng *chance, int what)
{
	struct scene_object *o = &scene->object[below(chance, scene->objects)];

	if (what == 0)
		o->shape = (o->shape + 1 + below(chance, SHAPES - 1)) % SHAPES;
	else if (what == 1)
		o->colour = (o->colour + 1 + below(chance, COLOURS - 1)) % COLOURS;
	else if (what == 2) /* its lower right corner stays, so that it may grow */
		o->extent = EXTENT_SMALL + EXTENT_LARGE - o->extent;
	else
		scene->objects = SCENE_OBJECTS + 1 - scene->objects;
}

static bool fits(const struct scene *scene)
{
	for (int i = 0; i < scene->objects; i++) {
		const struct scene_object *o = &scene->object[i];
		const int n = scene_extent(o->extent, 1);

		if (o->x + n > SCENE_EDGE || o->y + n > SCENE_EDGE)
			return false;
	}
	return true;
}

/* Pictures of another scene are found wrong, and in the fact that is another. */
static void other_scenes_are_refuted(void **state)
{
	static const enum picture_metric wrong[] = { PICTURE_SHAPE, PICTURE_COLOUR, PICTURE_EXTENT,
		                                     PICTURE_WHOLE };
	gsl_rng *chance = chance_new(2);
	int tested = 0;

	(void)state;
	for (int i = 0; i < SCENES; i++) {
		struct picture_tally tally = { { 0 }, { 0 } };
		struct facts wanted, drawn;
		struct picture picture;
		struct scene scene;
		const int what = i % 4;

		scene_draw(&scene, chance, false);
		wanted = said(&scene);
		if (what == 3 && scene.objects == 1)
			continue; /* the second object is not there */
		change(&scene, chance, what);
		if (!fits(&scene))
			continue;
		picture_draw(&picture, &scene, 16);
		drawn = picture_facts(&picture);
		picture_tally_add(&tally, &wanted, &drawn);
		assert_int_equal(tally.right[PICTURE_WHOLE], 0);
		assert_true(what == 3 || tally.right[wrong[what]] < tally.asked[wrong[what]] ||
		            drawn.objects != wanted.objects);
		tested++;
	}
	assert_true(tested > SCENES / 2);
	gsl_rng_free(chance);
}

/* A turned relation, and another place, are found wrong; colours exchanged too. */
static void arrangement_is_checked(void **state)
{
	gsl_rng *chance = chance_new(3);

	(void)state;
	for (int i = 0; i < SCENES; i++) {
		struct facts wanted, drawn;
		struct picture_tally tally = { { 0 }, { 0 } };
		struct scene scene, other;
		int metric;

		scene_draw(&scene, chance, false);
		scene_draw(&other, chance, false);
		if (other.objects != scene.objects)
			continue;
		wanted = said(&scene);
		for (int o = 0; o < scene.objects; o++) {
			other.object[o].shape = scene.object[o].shape;
			other.object[o].colour = scene.object[o].colour;
			other.object[o].extent = scene.object[o].extent;
		}
		if (!fits(&other))
			continue;
		drawn = facts_of_scene(&other);
		picture_tally_add(&tally, &wanted, &drawn);
		metric = scene.objects == 1 ? PICTURE_PLACE : PICTURE_RELATION;
		assert_int_equal(tally.asked[metric], 1);
		if (scene.objects == 1)
			assert_int_equal(tally.right[metric],
			                 wanted.object[0].place == drawn.object[0].place);
		else if (memcmp(&scene.object[0], &scene.object[1], 3 * sizeof(int)) != 0)
			assert_int_equal(tally.right[metric],
			                 wanted.relation[0][1] == drawn.relation[0][1]);
	}
	gsl_rng_free(chance);
}

/* One pixel of an object may be wrong, not three; and nothing may stand beside. */
static void pixels_are_checked(void **state)
{
	gsl_rng *chance = chance_new(4);

	(void)state;
	for (int i = 0; i < SCENES; i++) {
		struct picture picture;
		struct facts wanted, drawn;
		struct scene scene;
		int x, y;

		scene_draw(&scene, chance, false);
		wanted = said(&scene);
		picture_draw(&picture, &scene, 16);
		x = scene.object[0].x + scene_extent(scene.object[0].extent, 1) / 2;
		y = scene.object[0].y + scene_extent(scene.object[0].extent, 1) - 2;
		picture.pixel[16 * y + x] =
			(unsigned char)(1 + (scene.object[0].colour + 1) % COLOURS);
		drawn = picture_facts(&picture);
		assert_true(is_right(&wanted, &drawn));
		picture.pixel[16 * (y - 1) + x] = picture.pixel[16 * y + x];
		picture.pixel[16 * (y + 1) + x] = picture.pixel[16 * y + x];
		drawn = picture_facts(&picture);
		assert_false(is_right(&wanted, &drawn));
		picture.pixel[16 * (y - 1) + x] = PIXEL_EMPTY;
		picture.pixel[16 * (y + 1) + x] = PIXEL_EMPTY;
		drawn = picture_facts(&picture);
		assert_false(is_right(&wanted, &drawn));
		picture_draw(&picture, &scene, 16);
		do {
			x = below(chance, 14);
			y = below(chance, 14);
		} while (picture.pixel[16 * y + x] || picture.pixel[16 * y + x + 1] ||
		         picture.pixel[16 * y + x + 16] || picture.pixel[16 * y + x + 17]);
		memset(&picture.pixel[16 * y + x], 1, 2);
		memset(&picture.pixel[16 * y + x + 16], 1, 2);
		drawn = picture_facts(&picture);
		assert_false(is_right(&wanted, &drawn));
	}
	gsl_rng_free(chance);
}

/* Any pixels are read without harm, and a picture of chance alone is nearly never right. */
static void noise_is_read(void **state)
{
	gsl_rng *chance = chance_new(5);

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct picture picture = { .edge = i % 2 ? 32 : 16 };
		struct facts facts;

		for (int at = 0; at < picture.edge * picture.edge; at++)
			picture.pixel[at] =
				(unsigned char)(below(chance, 2 + i) ? 0 : below(chance, 5));
		facts = picture_facts(&picture);
		assert_true(facts.objects >= 0);
		for (int o = 0; o < facts.objects && o < FACTS_OBJECTS; o++)
			assert_in_range(facts.object[o].colour, 0, COLOURS - 1);
	}
	gsl_rng_free(chance);
}

static void captions_are_checked(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "ends where 'a' should follow" },
		{ "red circle", "'red' where 'a' should stand" },
		{ "a huge red circle in the middle", "'huge' where small, large, red" },
		{ "a small purple circle in the middle", "'purple' where red, green, blue" },
		{ "a red dog", "'dog' where circle, square" },
		{ "a red circle", "ends where above, below" },
		{ "a red circle over a blue square", "'over' where above" },
		{ "a red circle left a blue square", "'left' where above" },
		{ "a red circle above", "ends where 'a' should follow" },
		{ "a red circle above a blue square today", "'today' where the end" },
		{ "a redcircle in the middle", "'redcircle' where" },
	};
	struct facts facts;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(caption_read(&facts, bad[i].text, &error));
		if (!strstr(error.message, bad[i].says))
			fail_msg("\"%s\" says: %s", bad[i].text, error.message);
	}
	assert_true(caption_read(&facts, "  a large\tred circle  left  of a small blue square ",
	                         &error));
	assert_int_equal(facts.objects, 2);
	assert_int_equal(facts.relation[0][1], RELATION_LEFT);
	assert_int_equal(facts.relation[1][0], RELATION_RIGHT);
	assert_int_equal(facts.object[0].extent, EXTENT_LARGE);
	assert_int_equal(facts.object[1].extent, EXTENT_SMALL);
	assert_true(caption_read(&facts, "a red circle at the top", &error));
	assert_int_equal(facts.object[0].place, 1);
	assert_true(caption_read(&facts, "a red circle at the top right", &error));
	assert_int_equal(facts.object[0].place, 2);
}

/* The text of a picture shows that picture, where the codebook has all of its patches. */
static void texts_show_pictures(void **state)
{
	enum { PICTURES = 400 };
	gsl_rng *chance = chance_new(6);

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct picture *picture = memory_new(PICTURES, sizeof *picture), read;
		const int edge = kind == 2 ? 32 : 16;
		struct codebook codebook, again;
		struct error error;
		char *text;

		for (int i = 0; i < PICTURES; i++) {
			struct scene scene;

			scene_draw(&scene, chance, false);
			picture_draw(&picture[i], &scene, edge);
		}
		if (kind)
			codebook_learn(&codebook, picture, PICTURES, 100000);
		else
			codebook_of_pixels(&codebook);
		assert_true(codebook_of_words(&again, (const char *const *)codebook.word.string,
		                              codebook.word.count, &error));
		text = memory_new(picture_text_size(&codebook, edge), 1);
		for (int i = 0; i < PICTURES; i++) {
			picture_write(kind ? &again : &codebook, &picture[i], text);
			assert_int_equal(strlen(text) + 1, picture_text_size(&codebook, edge));
			assert_true(picture_read(&read, text, &error));
			assert_int_equal(read.edge, edge);
			assert_memory_equal(read.pixel, picture[i].pixel, (size_t)(edge * edge));
		}
		codebook_free(&codebook);
		codebook_free(&again);
		free(text);
		free(picture);
	}
	gsl_rng_free(chance);
}

/* Pixels in which texts by a codebook of `size` differ from the pictures. */
static long lost_pixels(const struct picture *picture, size_t pictures, int size)
{
	struct codebook codebook;
	struct picture read;
	struct error error;
	char *text;
	long lost = 0;

	codebook_learn(&codebook, picture, pictures, size);
	assert_true(codebook.word.count <= (size_t)size);
	text = memory_new(picture_text_size(&codebook, picture->edge), 1);
	for (size_t i = 0; i < pictures; i++) {
		picture_write(&codebook, &picture[i], text);
		assert_true(picture_read(&read, text, &error));
		for (int at = 0; at < read.edge * read.edge; at++)
			lost += read.pixel[at] != picture[i].pixel[at];
	}
	free(text);
	codebook_free(&codebook);
	return lost;
}

/* A larger codebook loses less, and one is the same whenever it is learned. */
static void codebooks_are_learned(void **state)
{
	enum { PICTURES = 300 };
	struct picture *picture = memory_new(PICTURES, sizeof *picture);
	gsl_rng *chance = chance_new(7);
	struct codebook one, two;
	long least;

	(void)state;
	for (int i = 0; i < PICTURES; i++) {
		struct scene scene;

		scene_draw(&scene, chance, false);
		picture_draw(&picture[i], &scene, 32);
	}
	least = lost_pixels(picture, PICTURES, 8);
	for (int size = 32; size <= 512; size *= 4) {
		const long lost = lost_pixels(picture, PICTURES, size);

		assert_true(lost < least || !lost);
		least = lost;
	}
	codebook_learn(&one, picture, PICTURES, 64);
	codebook_learn(&two, picture, PICTURES, 64);
	assert_int_equal(one.word.count, two.word.count);
	for (size_t i = 0; i < one.word.count; i++)
		assert_string_equal(one.word.string[i], two.word.string[i]);
	codebook_free(&one);
	codebook_free(&two);
	free(picture);
	gsl_rng_free(chance);
}

static void texts_are_checked(void **state)
{
	char long_text[2 * 16 * 16 + 3];
	struct picture picture;
	struct error error;

	(void)state;
	for (int i = 0; i < 16 * 16 + 1; i++)
		memcpy(&long_text[2 * i], i == 99 ? "x " : ". ", 3);
	assert_false(picture_read(&picture, long_text, &error)); /* a pixel too many */
	long_text[2 * 16 * 16] = '\0';
	assert_false(picture_read(&picture, long_text, &error));
	assert_non_null(strstr(error.message, "'x'"));
	long_text[2 * 99] = 'g';
	assert_true(picture_read(&picture, long_text, &error));
	assert_int_equal(picture.pixel[99], 1 + COLOUR_GREEN);
	assert_false(picture_read(&picture, "", &error));
	assert_false(picture_read(&picture, "a red circle", &error));
	assert_false(picture_read(&picture, "................ ....", &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenes_are_read),
		cmocka_unit_test(other_scenes_are_refuted),
		cmocka_unit_test(arrangement_is_checked),
		cmocka_unit_test(pixels_are_checked),
		cmocka_unit_test(noise_is_read),
		cmocka_unit_test(captions_are_checked),
		cmocka_unit_test(texts_show_pictures),
		cmocka_unit_test(codebooks_are_learned),
		cmocka_unit_test(texts_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
