/* match.c - solve for the widths that give a size. */
#include "experiments/match.h"
#include "experiments/trial.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH_STEP = 4, WIDTH_MOST = 8192, STEP_MOST = 64 };
static const double NEAR = 0.01; /* of the size that is asked: near enough */

static bool has_width(const struct body *body, const char *name)
{
	for (const char *const *own = body->architecture->widths; *own; own++)
		if (!strcmp(*own, name))
			return true;
	return false;
}

/* A width of a side: a setting of its architecture, or of its layers. */
static long *width_field(const struct body *body, const char *name)
{
	const struct setting *s = setting_find(body->architecture->settings, name);
	const void *base = body->settings;

	if (!s) {
		s = setting_find(layer_settings_table, name);
		base = &body->layer;
	}
	if (!s || s->type != SETTING_INT)
		panic("%s: %s is no width", body->architecture->name, name);
	return (long *)(uintptr_t)((const char *)base + s->offset);
}

/* Sets the width, and the architectures' own widths in the proportion that `original` has. */
static void scale(struct design *design, const struct design *original, long width)
{
	design->model.width = width;
	for (int side = 0; side < SIDES; side++) {
		const struct body *before = &original->side[side];

		for (const char *const *name = before->architecture->widths; *name; name++) {
			const double wanted = (double)*width_field(before, *name) * (double)width /
			                      (double)original->model.width;
			const long even = 2 * lround(wanted / 2);

			if (wanted > 0)
				*width_field(&design->side[side], *name) = even > 2 ? even : 2;
		}
	}
}

/* What is solved for. */
struct goal {
	const char *key; /* of the experiment file */
	double size;
};

static struct goal goal_of(const struct experiment *e)
{
	if (e->match_multiply_adds)
		return (struct goal){ "multiply_adds", (double)e->match_multiply_adds };
	return (struct goal){ "parameters", (double)e->match_parameters };
}

bool match_asked(const struct experiment *e)
{
	return goal_of(e).size > 0;
}

/* A contestant whose widths are changed, and the best that was seen of them. */
struct search {
	const struct experiment *experiment;
	struct contestant *contestant;
	const struct dataset *dataset;
	struct design original, best;
	double goal, least; /* distance of `best` from it */
	long width;         /* of `best`; 0: none yet */
	struct error *error;
};

static double size_of(const struct search *s)
{
	const struct experiment *e = s->experiment;
	struct model model;
	double size = 0;

	if (trial_model(&model, e, s->contestant, s->dataset, s->error))
		size = e->match_multiply_adds ? trial_multiply_adds(&model, &s->dataset->train)
		                              : (double)parameters_count(&model.parameters);
	model_close(&model);
	return size;
}

/* The size of the widths as they are now, 0 where they do not fit together; kept where it is the
 * best. */
static double look(struct search *s)
{
	const double size = size_of(s), distance = fabs(size - s->goal);

	if (size <= 0 || (s->width && distance >= s->least))
		return size;
	if (s->width)
		design_free(&s->best);
	design_copy(&s->best, &s->contestant->design);
	s->width = s->best.model.width;
	s->least = distance;
	return size;
}

static bool is_near(const struct search *s)
{
	return s->width && s->least <= NEAR * s->goal;
}

/* Adds to a setting of both sides, where they have it. */
static void shift(struct search *s, const struct design *from, const char *name, long by)
{
	for (int side = 0; side < SIDES; side++) {
		const struct body *before = &from->side[side];

		if (has_width(before, name) && *width_field(before, name) > 0)
			*width_field(&s->contestant->design.side[side], name) =
				*width_field(before, name) + by;
	}
}

/* The least value of the setting, 0 where no side has it. */
static long least_of(const struct design *design, const char *name)
{
	long least = 0;

	for (int side = 0; side < SIDES; side++) {
		const struct body *body = &design->side[side];
		const long value = has_width(body, name) ? *width_field(body, name) : 0;

		if (value > 0 && (!least || value < least))
			least = value;
	}
	return least;
}

/* Bisects one of the architectures' own widths, from what scale() left, in the smallest steps that
 * fit the other settings. Size grows with it. */
static void vary(struct search *s, const char *name)
{
	struct design from;
	long step = 2, low, high;

	design_copy(&from, &s->contestant->design);
	low = least_of(&from, name);
	for (; low && step <= STEP_MOST; step *= 2) {
		shift(s, &from, name, step);
		if (look(s) > 0)
			break;
	}
	if (low && step <= STEP_MOST) {
		high = low / step + 1;
		low = -(low - 1) / step;
		while (high - low > 1) {
			const long middle = low + (high - low) / 2;

			shift(s, &from, name, middle * step);
			if (look(s) < s->goal)
				low = middle;
			else
				high = middle;
		}
		shift(s, &from, name, low * step);
		look(s);
	}
	design_free(&s->contestant->design);
	s->contestant->design = from;
}

/* The own widths of both sides, one after the other, at every width near the best. */
static void vary_all(struct search *s, long step)
{
	const long centre = s->width;

	for (long width = centre - step; width <= centre + step; width += step) {
		if (width < step)
			continue;
		scale(&s->contestant->design, &s->original, width);
		if (look(s) <= 0)
			continue;
		for (int side = 0; side < SIDES; side++)
			for (const char *const *name = s->original.side[side].architecture->widths;
			     *name && !is_near(s); name++)
				vary(s, *name);
	}
}

static void find_width(struct search *s)
{
	for (long width = WIDTH_STEP; width <= WIDTH_MOST; width += WIDTH_STEP) {
		scale(&s->contestant->design, &s->original, width);
		if (look(s) > 1.25 * s->goal && s->width)
			break;
	}
}

static bool match_one(const struct experiment *e, struct contestant *c,
                      const struct dataset *dataset, struct error *error)
{
	const struct goal goal = goal_of(e);
	struct search s = { e, c, dataset, .goal = goal.size, .error = error };
	bool found;

	design_copy(&s.original, &c->design);
	find_width(&s);
	if (s.width && !is_near(&s))
		vary_all(&s, WIDTH_STEP);
	if (s.width && !is_near(&s))
		vary_all(&s, WIDTH_STEP / 2);
	found = s.width != 0;
	if (found) {
		design_free(&c->design);
		c->design = s.best;
		c->matched = size_of(&s);
	}
	design_free(&s.original);
	if (!found || s.least <= s.goal / 10)
		return found;
	return error_set(error,
	                 "match.%s = %.0f: contestants.%s comes no nearer than %.0f away, "
	                 "with width %ld; match another size, or change its layers",
	                 goal.key, goal.size, c->name, s.least, s.width);
}

bool match_contestants(struct experiment *e, const struct dataset *dataset, struct error *error)
{
	for (int i = 0; match_asked(e) && i < e->contestants; i++)
		if (!match_one(e, &e->contestant[i], dataset, error))
			return false;
	return true;
}

void match_text(const struct experiment *e, const struct contestant *c, char text[MATCH_TEXT])
{
	static const char *const of_side[SIDES] = { "encoder.", "decoder." };
	const struct goal goal = goal_of(e);
	const double percent = 100 * (c->matched - goal.size) / goal.size;
	const struct body *side = c->design.side;
	const bool alike = body_equal(&side[SIDE_SOURCE], &side[SIDE_TARGET]);
	size_t used = (size_t)snprintf(text, MATCH_TEXT, "match: %s has width %ld", c->name,
	                               c->design.model.width);

	for (int i = alike ? SIDE_TARGET : 0; i < SIDES; i++)
		for (const char *const *name = side[i].architecture->widths; *name; name++)
			if (*width_field(&side[i], *name) > 0 && used < MATCH_TEXT)
				used += (size_t)snprintf(text + used, MATCH_TEXT - used,
				                         ", %s%s %ld", alike ? "" : of_side[i],
				                         *name, *width_field(&side[i], *name));
	if (used < MATCH_TEXT)
		snprintf(text + used, MATCH_TEXT - used, ": %.0f %s, %.2f %% %s than asked",
		         c->matched, e->match_multiply_adds ? "multiply-adds" : "parameters",
		         fabs(percent), percent < 0 ? "less" : "more");
}
