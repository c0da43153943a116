/* match.c - solve for the width that gives a number of parameters. */
#include "experiments/match.h"
#include "experiments/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_STEP = 4, WIDTH_MOST = 8192 };

static long *width_field(const struct contestant *c, const char *name)
{
	const struct setting *s = setting_find(c->architecture->settings, name);

	if (!s || s->type != SETTING_INT)
		panic("%s: %s is no width", c->architecture->name, name);
	return (long *)(void *)((char *)c->settings + s->offset);
}

/* Sets the width, and the architecture's own widths in the proportion that `original` has. */
static void scale(struct contestant *c, const void *original, long from, long width)
{
	const struct contestant before = { .architecture = c->architecture,
		                           .settings = (void *)(uintptr_t)original };

	c->model.width = width;
	for (const char *const *name = c->architecture->widths; *name; name++) {
		const double wanted =
			(double)*width_field(&before, *name) * (double)width / (double)from;
		const long even = 2 * lround(wanted / 2);

		*width_field(c, *name) = even > 2 ? even : 2;
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
	const long from = c->model.width, target = e->match_parameters;
	void *original = memory_new(1, c->architecture->settings_size);
	long best = 0, least = 0;

	memcpy(original, c->settings, c->architecture->settings_size);
	for (long width = WIDTH_STEP; width <= WIDTH_MOST; width += WIDTH_STEP) {
		long parameters, distance;

		scale(c, original, from, width);
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
		scale(c, original, from, best);
	free(original);
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
