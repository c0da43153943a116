/* scene.h - scenes of one or two coloured shapes, what is true of them, and captions that say it.
 */
#ifndef BAKEOFF_DATA_SCENE_H
#define BAKEOFF_DATA_SCENE_H

#include "core/error.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>

enum scene_shape { SHAPE_CIRCLE, SHAPE_SQUARE, SHAPE_TRIANGLE, SHAPE_CROSS, SHAPES };
enum scene_colour { COLOUR_RED, COLOUR_GREEN, COLOUR_BLUE, COLOUR_YELLOW, COLOURS };
enum scene_extent { EXTENT_SMALL, EXTENT_LARGE, EXTENTS };
enum scene_relation { RELATION_ABOVE, RELATION_BELOW, RELATION_LEFT, RELATION_RIGHT, RELATIONS };

enum {
	SCENE_EDGE = 16,    /* a scene is so many units wide and high */
	SCENE_OBJECTS = 2,  /* at most */
	SCENE_PLACES = 9,   /* 3 * row + column, each a third of the scene */
	SCENE_UNKNOWN = -1, /* a fact that is not said, or cannot be told */
	FACTS_OBJECTS = 4,  /* that are told apart at most */
	CAPTION_SIZE = 128, /* bytes that any caption needs at most */
};

/* An object fills a square of 5 (small) or 7 (large) units. */
struct scene_object {
	int shape, colour, extent; /* the enums above */
	int x, y;                  /* of its left upper corner, in units */
};

struct scene {
	int objects; /* 1 or 2, with an empty row or column between them */
	struct scene_object object[SCENE_OBJECTS];
};

/* What is true of a scene, or what a caption says of one. Fields are SCENE_UNKNOWN where nothing is
 * known. */
struct fact {
	int shape, colour, extent, place;
};

struct facts {
	int objects; /* may be more than FACTS_OBJECTS: the others are not told */
	struct fact object[FACTS_OBJECTS];
	int relation[FACTS_OBJECTS][FACTS_OBJECTS]; /* of the first to the second */
};

/* Units, or pixels `scale` times as many, that an object of this extent is wide and high. */
int scene_extent(int extent, int scale);

/* Of each colour there is one shape that training never shows: red crosses, green circles, blue
 * triangles and yellow squares are new. */
bool scene_pair_is_new(int shape, int colour);

/* Draws a scene: one object (in a third of all scenes), its place uniform; or two, the relation
 * of the first to the second uniform; no pair is new, or, where `with_new`, that of one object. */
void scene_draw(struct scene *, gsl_rng *, bool with_new);

/* The third of the scene in which the centre of a square lies; lengths in any unit of which the
 * scene is `edge` wide. */
int scene_place(int x, int y, int extent, int edge);

/* How one square lies to another: an empty row (or column) is between them, and their centres
 * are further apart that way than the other. SCENE_UNKNOWN where neither holds. */
int scene_relation(int x, int y, int extent, int to_x, int to_y, int to_extent);

/* The relation of the second to the first. */
int scene_relation_turned(int relation);

/* Facts of which nothing is known but the number of objects. */
struct facts facts_unknown(int objects);
struct facts facts_of_scene(const struct scene *);

/* "a small red circle at the top left", "a blue square below a small green cross": what is not
 * called small is large. Of the facts of one object with a place, or of two with a relation. */
void caption_write(const struct facts *, char text[CAPTION_SIZE]);

/* The facts of a caption; words between any white space, "large" is taken too. False and an error
 * that names the first word that does not fit, and those that would. */
bool caption_read(struct facts *, const char *text, struct error *);

/* All words of captions, in one line. */
const char *caption_words(void);

#endif
