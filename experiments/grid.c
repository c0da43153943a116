/* grid.c - `grid:` of an experiment file: values whose product, or a sample of it, makes
 * contestants. */
#include "experiments/node_parse.h"
#include "experiments/range.h"
#include "experiments/spec_parts.h"

#include <gsl/gsl_qrng.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 512, SAMPLES_MOST = CONTESTANTS_MOST };

struct sample {
	long random, sobol; /* how many; 0: not that way */
	long seed;
};

#define S struct sample
static const struct setting sample_table[] = {
	SETTING_OF_INT(S, random, "random", "0", 0, SAMPLES_MOST, "combinations drawn by chance"),
	SETTING_OF_INT(S, sobol, "sobol", "0", 0, SAMPLES_MOST,
	               "combinations of Sobol's sequence, which fills the space evenly"),
	SETTING_OF_INT(S, seed, "seed", "1", 0, 1000000000, "random: where chance starts"),
	{ .name = NULL },
};
#undef S

static bool is_shared(const char *path)
{
	return !strncmp(path, "train.", 6) || !strncmp(path, "search.", 7);
}

static bool unknown_contestant(const struct node *list, const char *name,
                               const struct node *contestants, struct error *error)
{
	const char **names = memory_new((size_t)contestants->children + 3, sizeof *names);
	const char *nearest;
	int n = 0;

	for (; n < contestants->children; n++)
		names[n] = contestants->child[n]->key;
	names[n++] = "train";
	names[n] = "search";
	nearest = nearest_word(name, names);
	node_error(list, error, ": there is no contestant %s%s%s%s", name,
	           nearest ? "; did you mean "
	                   : "; a grid's keys are CONTESTANT.KEY, train.KEY or search.KEY",
	           nearest ? nearest : "", nearest ? "?" : "");
	free(names);
	return false;
}

/* Whose setting the path means. */
static bool read_path(struct grid_axis *axis, const struct node *contestants, struct error *error)
{
	const char *dot = strchr(axis->path, '.');
	char name[PATH_SIZE];

	axis->key = axis->path;
	if (is_shared(axis->path))
		return true;
	if (!dot)
		return node_error(axis->list, error,
		                  ": must be CONTESTANT.KEY, train.KEY or search.KEY, as in "
		                  "transformer.heads");
	snprintf(name, sizeof name, "%.*s", (int)(dot - axis->path), axis->path);
	axis->key = dot + 1;
	axis->contestant = node_child(contestants, name);
	if (!axis->contestant)
		return unknown_contestant(axis->list, name, contestants, error);
	if (!strcmp(axis->key, "architecture"))
		return node_error(
			axis->list, error,
			": a grid varies settings; write each architecture as a contestant "
			"of its own");
	return true;
}

static bool add_axis(struct grid *grid, const struct node *list, const char *path,
                     const struct node *contestants, struct error *error)
{
	struct grid_axis *axis = &grid->axis[grid->axes];

	if (!range_is(list) && (list->kind != NODE_LIST || !list->children))
		return node_error(list, error,
		                  ": must be a list of values to try, as in [1, 2, 4], or a range, "
		                  "as in {from: 0.0001, to: 0.01, scale: log, points: 5}");
	if (grid->axes == GRID_AXES_MOST)
		return node_error(list, error, ": more than %d keys in one grid", GRID_AXES_MOST);
	grid->axes++;
	axis->list = list;
	axis->path = memory_text(path);
	if (!read_path(axis, contestants, error))
		return false;
	for (const struct grid_axis *other = grid->axis; other < axis; other++)
		if (!strcmp(other->key, axis->key) && (other->contestant == axis->contestant ||
		                                       !other->contestant || !axis->contestant))
			return node_error(list, error, ": the grid varies this already, as %s",
			                  other->path);
	return true;
}

static bool read_map(struct grid *grid, const struct node *map, const char *prefix,
                     const struct node *contestants, struct error *error)
{
	for (int i = 0; i < map->children; i++) {
		const struct node *child = map->child[i];
		char path[PATH_SIZE];
		const int length = snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "",
		                            child->key);

		if (length >= PATH_SIZE)
			return node_error(child, error, ": too long a key");
		if (child->kind == NODE_MAP && !range_is(child)
		            ? !read_map(grid, child, path, contestants, error)
		            : !add_axis(grid, child, path, contestants, error))
			return false;
	}
	return true;
}

/* One more value of an axis. Errors have the place where the axis is written. */
static void add_value(struct grid_axis *axis, const char *text)
{
	struct node *value = node_new(NODE_VALUE, axis->list->place, axis->list->line);

	value->text = memory_text(text);
	node_add(axis->values, value);
	value->parent = (struct node *)axis->list;
}

/* The value at a share, from 0 to below 1, of a list or range. */
static void add_share(struct grid_axis *axis, const struct range *range, double share)
{
	char text[RANGE_TEXT];

	if (axis->list->kind == NODE_LIST) {
		const struct node *from = axis->list->child[(int)(share * axis->list->children)];
		struct node *copy = node_copy(from);

		node_add(axis->values, copy);
		copy->parent = (struct node *)axis->list;
		return;
	}
	range_text(range_share(range, share), text);
	add_value(axis, text);
}

/* All values of an axis, one after the other. */
static bool add_all_values(struct grid_axis *axis, const struct range *range, struct error *error)
{
	char text[RANGE_TEXT];
	int count;

	if (axis->list->kind == NODE_LIST) {
		for (int i = 0; i < axis->list->children; i++)
			add_share(axis, NULL, ((double)i + 0.5) / axis->list->children);
		return true;
	}
	count = range_count(range, CONTESTANTS_MOST);
	if (!count)
		return node_error(
			axis->list, error,
			": needs `points` or `step`, or a sample of it: sample: {sobol: 20}");
	if (count > CONTESTANTS_MOST)
		return node_error(axis->list, error, ": more than %d values", CONTESTANTS_MOST);
	for (int i = 0; i < count; i++) {
		range_text(range_at(range, i), text);
		add_value(axis, text);
	}
	return true;
}

/* Values of all axes, point by point: what contestants have in common they get alike. */
static void draw(struct grid *grid, const struct range *range, const struct sample *sample)
{
	double share[GRID_AXES_MOST];
	gsl_qrng *even =
		sample->sobol ? gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)grid->axes) : NULL;
	gsl_rng *chance = sample->sobol ? NULL : gsl_rng_alloc(gsl_rng_mt19937);

	if (!even && !chance)
		memory_die(0);
	if (chance)
		gsl_rng_set(chance, (unsigned long)sample->seed);
	for (int v = 0; v < grid->samples; v++) {
		if (even)
			gsl_qrng_get(even, share);
		for (int i = 0; i < grid->axes; i++)
			add_share(&grid->axis[i], &range[i],
			          even ? share[i] : gsl_rng_uniform(chance));
	}
	if (even)
		gsl_qrng_free(even);
	if (chance)
		gsl_rng_free(chance);
}

static bool read_sample(struct sample *sample, const struct node *top, bool grid,
                        struct error *error)
{
	const struct keys_target target[] = { { sample_table, sample }, { NULL, NULL } };
	const struct node *node = node_child(top, "sample");

	settings_default(sample_table, sample);
	if (!keys_is_map(node, "sample: {sobol: 20}", error) ||
	    !keys_read(node, target, NULL, error))
		return false;
	if (!node || node->none)
		return true;
	if (!grid)
		return node_error(node, error, ": needs a grid to draw from");
	if (!sample->random == !sample->sobol)
		return node_error(node, error,
		                  ": needs one of `random` and `sobol`, as in sample: {sobol: 20}");
	return true;
}

/* The values of every axis, once all are known. */
static bool fill_axes(struct grid *grid, const struct sample *sample, struct error *error)
{
	struct range range[GRID_AXES_MOST];
	bool done = true;

	for (int i = 0; i < grid->axes; i++) {
		struct grid_axis *axis = &grid->axis[i];

		axis->values = node_new(NODE_LIST, axis->list->place, axis->list->line);
		if (range_is(axis->list) && !range_read(&range[i], axis->list, error))
			return false;
	}
	grid->samples = (int)(sample->random + sample->sobol);
	if (grid->samples)
		draw(grid, range, sample);
	for (int i = 0; done && !grid->samples && i < grid->axes; i++)
		done = add_all_values(&grid->axis[i], &range[i], error);
	return done;
}

bool grid_axis_fill(struct grid_axis *axis, struct error *error)
{
	const struct node *list = axis->list;
	struct range range;

	axis->values = node_new(NODE_LIST, list->place, list->line);
	if (range_is(list))
		return range_read(&range, list, error) && add_all_values(axis, &range, error);
	if (list->kind != NODE_LIST || !list->children)
		return node_error(list, error,
		                  ": must be a list of values to try, as in [1, 2, 4], or a range, "
		                  "as in {from: 0.0001, to: 0.01, scale: log, points: 5}");
	for (int i = 0; i < list->children; i++)
		if (list->child[i]->kind != NODE_VALUE || list->child[i]->none)
			return node_error(list->child[i], error, ": must be one value");
	return add_all_values(axis, NULL, error);
}

bool grid_read(struct grid *grid, const struct node *top, const struct node *contestants,
               struct error *error)
{
	const struct node *node = node_child(top, "grid");
	struct sample sample;

	*grid = (struct grid){ 0 };
	if (!read_sample(&sample, top, node && !node->none && node->children, error))
		return false;
	if (!node || node->none)
		return true;
	grid->axis = memory_new(GRID_AXES_MOST, sizeof *grid->axis);
	return keys_is_map(node, "grid: {transformer.heads: [1, 2, 4]}", error) &&
	       read_map(grid, node, "", contestants, error) && fill_axes(grid, &sample, error);
}

void grid_free(struct grid *grid)
{
	for (int i = 0; i < grid->axes; i++) {
		free(grid->axis[i].path);
		node_free(grid->axis[i].values);
	}
	free(grid->axis);
	*grid = (struct grid){ 0 };
}

static bool applies(const struct grid_axis *axis, const struct node *contestant)
{
	return !axis->contestant || axis->contestant == contestant;
}

bool grid_variant(const struct grid *grid, const struct node *contestant, int v,
                  struct choice *choice, int *choices)
{
	const int number = v;
	int n = 0;

	for (int i = 0; i < grid->axes; i++)
		n += applies(&grid->axis[i], contestant);
	*choices = n;
	/* v in mixed radix, the last axis its lowest digit. */
	for (int i = grid->axes - 1; i >= 0; i--) {
		const struct grid_axis *axis = &grid->axis[i];
		const struct node *values = axis->values;

		if (!applies(axis, contestant))
			continue;
		if (grid->samples && number >= grid->samples)
			return false;
		choice[--n] = (struct choice){ axis->key, values->child[v % values->children] };
		if (!grid->samples)
			v /= values->children;
	}
	return *choices && grid->samples ? true : v == 0;
}
