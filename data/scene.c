/* scene.c - scenes of one or two coloured shapes, drawn by chance, and what is true of them. */
#include "data/scene.h"

#include <stdlib.h>

int scene_extent(int extent, int scale)
{
	return (extent == EXTENT_SMALL ? 5 : 7) * scale;
}

bool scene_pair_is_new(int shape, int colour)
{
	static const int new_shape[COLOURS] = {
		[COLOUR_RED] = SHAPE_CROSS,
		[COLOUR_GREEN] = SHAPE_CIRCLE,
		[COLOUR_BLUE] = SHAPE_TRIANGLE,
		[COLOUR_YELLOW] = SHAPE_SQUARE,
	};

	return new_shape[colour] == shape;
}

int scene_place(int x, int y, int extent, int edge)
{
	const int column = 3 * (2 * x + extent) / (2 * edge);
	const int row = 3 * (2 * y + extent) / (2 * edge);

	return 3 * (row < 0 ? 0 : row > 2 ? 2 : row) + (column < 0 ? 0 : column > 2 ? 2 : column);
}

int scene_relation(int x, int y, int extent, int to_x, int to_y, int to_extent)
{
	const int across = (2 * to_x + to_extent) - (2 * x + extent); /* of centres, in halves */
	const int down = (2 * to_y + to_extent) - (2 * y + extent);

	if (abs(down) > abs(across)) {
		if (y + extent < to_y)
			return RELATION_ABOVE;
		if (to_y + to_extent < y)
			return RELATION_BELOW;
	} else if (abs(across) > abs(down)) {
		if (x + extent < to_x)
			return RELATION_LEFT;
		if (to_x + to_extent < x)
			return RELATION_RIGHT;
	}
	return SCENE_UNKNOWN;
}

int scene_relation_turned(int relation)
{
	return relation < 0 ? relation : relation ^ 1; /* pairs of neighbours are opposites */
}

static int one_of(gsl_rng *chance, int count)
{
	return (int)gsl_rng_uniform_int(chance, (unsigned long)count);
}

static void draw_look(struct scene_object *object, gsl_rng *chance, bool is_new)
{
	do {
		object->shape = one_of(chance, SHAPES);
		object->colour = one_of(chance, COLOURS);
	} while (scene_pair_is_new(object->shape, object->colour) != is_new);
	object->extent = one_of(chance, EXTENTS);
}

static void draw_position(struct scene_object *object, gsl_rng *chance)
{
	const int room = SCENE_EDGE - scene_extent(object->extent, 1) + 1;

	object->x = one_of(chance, room);
	object->y = one_of(chance, room);
}

static int place_of(const struct scene_object *o)
{
	return scene_place(o->x, o->y, scene_extent(o->extent, 1), SCENE_EDGE);
}

static int relation_of(const struct scene_object *a, const struct scene_object *b)
{
	return scene_relation(a->x, a->y, scene_extent(a->extent, 1), b->x, b->y,
	                      scene_extent(b->extent, 1));
}

void scene_draw(struct scene *scene, gsl_rng *chance, bool with_new)
{
	struct scene_object *object = scene->object;
	int which, wanted;

	scene->objects = one_of(chance, 3) ? 2 : 1;
	which = one_of(chance, scene->objects);
	for (int i = 0; i < scene->objects; i++)
		draw_look(&object[i], chance, with_new && i == which);
	wanted = one_of(chance, scene->objects == 1 ? SCENE_PLACES : RELATIONS);
	do
		for (int i = 0; i < scene->objects; i++)
			draw_position(&object[i], chance);
	while (scene->objects == 1 ? place_of(object) != wanted
	                           : relation_of(&object[0], &object[1]) != wanted);
}

struct facts facts_unknown(int objects)
{
	struct facts facts = { .objects = objects };

	for (int i = 0; i < FACTS_OBJECTS; i++) {
		facts.object[i] =
			(struct fact){ SCENE_UNKNOWN, SCENE_UNKNOWN, SCENE_UNKNOWN, SCENE_UNKNOWN };
		for (int j = 0; j < FACTS_OBJECTS; j++)
			facts.relation[i][j] = SCENE_UNKNOWN;
	}
	return facts;
}

struct facts facts_of_scene(const struct scene *scene)
{
	struct facts facts = facts_unknown(scene->objects);

	for (int i = 0; i < scene->objects; i++) {
		const struct scene_object *o = &scene->object[i];

		facts.object[i] = (struct fact){ o->shape, o->colour, o->extent, place_of(o) };
		for (int j = 0; j < scene->objects; j++)
			if (i != j)
				facts.relation[i][j] = relation_of(o, &scene->object[j]);
	}
	return facts;
}
