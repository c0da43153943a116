/* match.c - solve for the width that gives a number of parameters. */
#include "experiments/match.h"
#include "experiments/trial.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { WIDTH_STEP = 4, WIDTH_MOST = 8192 };

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

/* Parameters, or 0 where the settings do not fit together. */
static size_t count(const struct experiment *e, const struct contestant *c,
                    const struct dataset *dataset, struct error *error)
{
	struct model model;
	size_t parameters = 0;

	if (trial_model(&model, e, c, dataset, error))
		parameters = parameters_count(&model.parameters);
	model_close(&model);
	return parameters;
}

static bool match_one(const struct experiment *e, struct contestant *c,
                      const struct dataset *dataset, struct error *error)
{
	const long target = e->match_parameters;
	struct design original;
	long best = 0, least = 0;

	design_copy(&original, &c->design);
	for (long width = WIDTH_STEP; width <= WIDTH_MOST; width += WIDTH_STEP) {
		long parameters, distance;

		scale(&c->design, &original, width);
		parameters = (long)count(e, c, dataset, error);
		distance = labs(parameters - target);
		if (parameters && (!best || distance < least)) {
			best = width;
			least = distance;
		}
		if (best && parameters > 2 * target)
			break;
	}
	if (best)
		scale(&c->design, &original, best);
	design_free(&original);
	if (!best || least <= target / 10)
		return best != 0;
	return error_set(error,
	                 "match.parameters = %ld: contestants.%s comes no nearer than %ld away, "
	                 "with width %ld; "
	                 "match another size, or change its layers",
	                 target, c->name, least, best);
}

bool match_contestants(struct experiment *e, const struct dataset *dataset, struct error *error)
{
	for (int i = 0; e->match_parameters && i < e->contestants; i++)
		if (!match_one(e, &e->contestant[i], dataset, error))
			return false;
	return true;
}
