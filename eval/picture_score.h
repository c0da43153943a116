/* picture_score.h - are the right shapes there? What was asked for beside what was drawn or said.
 */
#ifndef BAKEOFF_PICTURE_SCORE_H
#define BAKEOFF_PICTURE_SCORE_H

#include "data/scene.h"

enum picture_metric {
	PICTURE_SHAPE,    /* of each object that is asked for */
	PICTURE_COLOUR,   /* the same */
	PICTURE_EXTENT,   /* the same */
	PICTURE_PLACE,    /* where one is asked for */
	PICTURE_RELATION, /* where one is asked for */
	PICTURE_WHOLE,    /* all that is asked for, and as many objects */
	PICTURE_METRICS
};

/* As scores are stored: "shape_accuracy", ..., "picture_accuracy". */
const char *picture_metric_name(enum picture_metric);

struct picture_tally {
	long asked[PICTURE_METRICS], right[PICTURE_METRICS];
};

/* Counts what is right in `given` of what `wanted` asks for. Objects that are asked for and those
 * that are given are put together such that the most is right; where there are fewer, those that
 * are missing are wrong in all. */
void picture_tally_add(struct picture_tally *, const struct facts *wanted,
                       const struct facts *given);

/* In percent; NaN where nothing was asked. */
double picture_accuracy(const struct picture_tally *, enum picture_metric);

/* The facts of a hypothesis or reference: of a caption, or of what a text of a picture shows. Where
 * it is neither, no objects. */
struct facts picture_facts_of_caption(const char *text);
struct facts picture_facts_of_text(const char *text);

#endif
