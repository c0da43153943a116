/* match_test.c - widths that are solved for a size: within 1 %, or nothing near is nearer. */
#include "experiments/match.h"
#include "experiments/trial.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FAMILIES                                                                                   \
	"experiment: m\n"                                                                          \
	"data: {task: copy, symbols: 40, train_sentences: 200, valid_sentences: 2}\n"              \
	"train: {stop: {epochs: 1}}\n"                                                             \
	"contestants:\n"                                                                           \
	"  lstm: {architecture: rnn, width: 32, hidden: 48}\n"                                     \
	"  convs2s: {architecture: cnn, width: 32, encoder_layers: 2, decoder_layers: 3}\n"        \
	"  wide: {architecture: cnn, width: 32, layers: 2, feed_forward: 64}\n"                    \
	"  transformer: {architecture: transformer, width: 32, heads: 8, feed_forward: 48, "       \
	"layers: 2}\n"                                                                             \
	"  mixed: {encoder: {architecture: transformer, feed_forward: 64, heads: 2}, "             \
	"decoder: {architecture: rnn, hidden: 64}, width: 32}\n"

static const char *const goals[] = {
	"parameters: 20k",    "parameters: 41k",     "parameters: 77777",   "parameters: 150k",
	"parameters: 333k",   "parameters: 1M",      "multiply_adds: 20k",  "multiply_adds: 55k",
	"multiply_adds: 90k", "multiply_adds: 200k", "multiply_adds: 1.1M",
};

static void open_all(struct experiment *e, struct dataset *data, const char *goal)
{
	struct error error = { "" };
	FILE *file = fopen("m.yaml", "w");
	bool good;

	assert_non_null(file);
	fprintf(file, FAMILIES "match: {%s}\n", goal);
	assert_int_equal(fclose(file), 0);
	good = experiment_read(e, "m.yaml", NULL, 0, &error) &&
	       dataset_open(data, &e->data, ".", NULL, NULL, NULL, &error);
	if (!good)
		fail_msg("%s", error.message);
}

static double size_of(const struct experiment *e, const struct contestant *c,
                      const struct dataset *data)
{
	struct error error;
	struct model model;
	double size = 0;

	if (trial_model(&model, e, c, data, &error))
		size = e->match_parameters ? (double)parameters_count(&model.parameters)
		                           : trial_multiply_adds(&model, &data->train);
	model_close(&model);
	return size;
}

/* The architecture's own width, the only one of each of these families. */
static long *own_width(struct body *body)
{
	const char *name = strcmp(body->architecture->name, "rnn") ? "feed_forward" : "hidden";
	const struct setting *s = setting_find(body->architecture->settings, name);
	char *base = s ? body->settings : (void *)&body->layer;

	if (!s)
		s = setting_find(layer_settings_table, name);
	return (long *)(void *)(base + s->offset);
}

/* The distance with another width, and so much more of the families' own width. */
static double distance_with(const struct experiment *e, const struct contestant *c,
                            const struct dataset *data, long width, long more)
{
	struct contestant other = *c;
	double size = 0, goal = e->match_parameters ? (double)e->match_parameters
	                                            : (double)e->match_multiply_adds;
	bool fits = true;

	design_copy(&other.design, &c->design);
	other.design.model.width = width;
	for (int side = 0; side < SIDES; side++) {
		long *own = own_width(&other.design.side[side]);

		*own += *own > 0 ? more : 0;
		fits = fits && *own >= 0;
	}
	if (fits)
		size = size_of(e, &other, data);
	design_free(&other.design);
	return size > 0 ? fabs(size - goal) : (double)INFINITY;
}

/* Whether a neighbour is nearer: the same width with other own widths, or the other way round. */
static bool is_beaten(const struct experiment *e, const struct contestant *c,
                      const struct dataset *data, double distance)
{
	for (long more = -32; more <= 32; more += 2)
		if (distance_with(e, c, data, c->design.model.width, more) < distance)
			return true;
	for (long width = 2; width <= 2 * c->design.model.width; width += 2)
		if (distance_with(e, c, data, width, 0) < distance)
			return true;
	return false;
}

static void sizes_are_within_one_percent_or_the_nearest(void **state)
{
	int near = 0, all = 0;

	(void)state;
	for (size_t g = 0; g < sizeof goals / sizeof *goals; g++) {
		struct error error = { "" };
		struct experiment e;
		struct dataset data;
		double goal;

		open_all(&e, &data, goals[g]);
		goal = e.match_parameters ? (double)e.match_parameters
		                          : (double)e.match_multiply_adds;
		if (!match_contestants(&e, &data, &error))
			fail_msg("%s: %s", goals[g], error.message);
		for (int i = 0; i < e.contestants; i++) {
			struct contestant *c = &e.contestant[i];
			const double size = size_of(&e, c, &data), distance = fabs(size - goal);

			assert_true(size == c->matched);
			all++;
			near += distance <= goal / 100;
			if (distance > goal / 100 && is_beaten(&e, c, &data, distance))
				fail_msg("%s: %s has %g, and a neighbour is nearer", goals[g],
				         c->name, size);
		}
		dataset_free(&data);
		experiment_free(&e);
	}
	print_message("%d of %d within 1 %%\n", near, all);
	assert_true(near >= all - 12);
}

static void widths_grow_in_proportion_where_that_is_near_enough(void **state)
{
	struct error error = { "" };
	struct experiment e;
	struct dataset data;
	const struct contestant *c;

	(void)state;
	open_all(&e, &data, "parameters: 1M");
	assert_true(match_contestants(&e, &data, &error));
	c = &e.contestant[0];
	assert_int_equal(c->design.model.width % 2, 0);
	assert_true(fabs((double)*own_width(&e.contestant[0].design.side[SIDE_TARGET]) /
	                         (double)c->design.model.width -
	                 1.5) < 0.2);
	dataset_free(&data);
	experiment_free(&e);
}

static void the_text_names_widths_and_difference(void **state)
{
	struct error error = { "" };
	struct experiment e;
	struct dataset data;
	char text[MATCH_TEXT], expected[MATCH_TEXT];
	struct contestant *c;

	(void)state;
	open_all(&e, &data, "parameters: 41k");
	assert_true(match_asked(&e));
	assert_true(match_contestants(&e, &data, &error));
	c = &e.contestant[0];
	match_text(&e, c, text);
	snprintf(expected, sizeof expected,
	         "match: lstm has width %ld, hidden %ld: %.0f parameters, %.2f %% %s than asked",
	         c->design.model.width, *own_width(&c->design.side[SIDE_TARGET]), c->matched,
	         fabs(c->matched - 41000) / 410, c->matched < 41000 ? "less" : "more");
	assert_string_equal(text, expected);
	dataset_free(&data);
	experiment_free(&e);
}

static void impossible_sizes_are_refused(void **state)
{
	static const char *const impossible[] = { "parameters: 100", "multiply_adds: 50" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct error error = { "" };
		struct experiment e;
		struct dataset data;

		open_all(&e, &data, impossible[i]);
		assert_false(match_contestants(&e, &data, &error));
		assert_non_null(strstr(error.message, "comes no nearer than"));
		dataset_free(&data);
		experiment_free(&e);
	}
}

static void one_size_is_asked_at_a_time(void **state)
{
	struct error error = { "" };
	struct experiment e;
	FILE *file = fopen("m.yaml", "w");

	(void)state;
	fputs(FAMILIES "match: {parameters: 1M, multiply_adds: 1M}\n", file);
	fclose(file);
	assert_false(experiment_read(&e, "m.yaml", NULL, 0, &error));
	assert_non_null(strstr(error.message, "takes one of"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_within_one_percent_or_the_nearest),
		cmocka_unit_test(widths_grow_in_proportion_where_that_is_near_enough),
		cmocka_unit_test(the_text_names_widths_and_difference),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(one_size_is_asked_at_a_time),
	};
	char folder[] = "/tmp/bakeoff-match-XXXXXX";
	int failed;

	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink("m.yaml");
	if (chdir("/") || rmdir(folder))
		return 1;
	return failed;
}
