/* picture_score.c - are the right shapes there? What was asked for beside what was drawn or said.
 */
#include "eval/picture_score.h"

#include "data/codebook.h"

#include <math.h>

const char *picture_metric_name(enum picture_metric metric)
{
	static const char *const name[PICTURE_METRICS] = {
		[PICTURE_SHAPE] = "shape_accuracy",       [PICTURE_COLOUR] = "colour_accuracy",
		[PICTURE_EXTENT] = "size_accuracy",       [PICTURE_PLACE] = "place_accuracy",
		[PICTURE_RELATION] = "relation_accuracy", [PICTURE_WHOLE] = "picture_accuracy",
	};

	return name[metric];
}

/* Counts one fact that is asked for. */
static void ask(struct picture_tally *t, enum picture_metric metric, int wanted, int given)
{
	if (wanted == SCENE_UNKNOWN)
		return;
	t->asked[metric]++;
	t->right[metric] += wanted == given;
}

/* given[i] stands for what is wanted as object i; -1: nothing does. */
static struct picture_tally compare(const struct facts *wanted, const struct facts *given,
                                    const int of[SCENE_OBJECTS])
{
	static const struct fact nothing = { SCENE_UNKNOWN, SCENE_UNKNOWN, SCENE_UNKNOWN,
		                             SCENE_UNKNOWN };
	struct picture_tally t = { { 0 }, { 0 } };

	for (int i = 0; i < wanted->objects; i++) {
		const struct fact *want = &wanted->object[i];
		const struct fact *got = of[i] < 0 ? &nothing : &given->object[of[i]];

		ask(&t, PICTURE_SHAPE, want->shape, got->shape);
		ask(&t, PICTURE_COLOUR, want->colour, got->colour);
		ask(&t, PICTURE_EXTENT, want->extent, got->extent);
		if (wanted->objects == 1)
			ask(&t, PICTURE_PLACE, want->place, got->place);
	}
	if (wanted->objects == 2)
		ask(&t, PICTURE_RELATION, wanted->relation[0][1],
		    of[0] < 0 || of[1] < 0 ? SCENE_UNKNOWN : given->relation[of[0]][of[1]]);
	return t;
}

static long all_of(const long count[PICTURE_METRICS])
{
	long sum = 0;

	for (int m = 0; m < PICTURE_WHOLE; m++)
		sum += count[m];
	return sum;
}

/* The best of all ways to put objects together. */
static struct picture_tally best_of(const struct facts *wanted, const struct facts *given)
{
	const int told = given->objects < FACTS_OBJECTS ? given->objects : FACTS_OBJECTS;
	struct picture_tally best = { { 0 }, { -1 } };

	for (int first = -1; first < told; first++)
		for (int second = -1; second < told; second++) {
			const int of[SCENE_OBJECTS] = { first, second };
			struct picture_tally t;

			if (first >= 0 && first == second)
				continue;
			t = compare(wanted, given, of);
			if (all_of(t.right) > all_of(best.right))
				best = t;
		}
	return best;
}

void picture_tally_add(struct picture_tally *tally, const struct facts *wanted,
                       const struct facts *given)
{
	struct picture_tally best = best_of(wanted, given);

	best.asked[PICTURE_WHOLE] = 1;
	best.right[PICTURE_WHOLE] =
		wanted->objects == given->objects && all_of(best.right) == all_of(best.asked);
	for (int m = 0; m < PICTURE_METRICS; m++) {
		tally->asked[m] += best.asked[m];
		tally->right[m] += best.right[m];
	}
}

double picture_accuracy(const struct picture_tally *t, enum picture_metric metric)
{
	return t->asked[metric] ? 100.0 * (double)t->right[metric] / (double)t->asked[metric]
	                        : (double)NAN;
}

struct facts picture_facts_of_caption(const char *text)
{
	struct facts facts;
	struct error error;

	return caption_read(&facts, text, &error) ? facts : facts_unknown(0);
}

struct facts picture_facts_of_text(const char *text)
{
	struct picture picture;
	struct error error;

	return picture_read(&picture, text, &error) ? picture_facts(&picture) : facts_unknown(0);
}
