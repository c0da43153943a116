/* grid_test.c - grids, ranges, samples, included files and contestants like others: what becomes of
 * them. */
#include "experiments/spec.h"

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

#define HEAD                                                                                       \
	"experiment: g\n"                                                                          \
	"data: {task: copy}\n"                                                                     \
	"train: {stop: {epochs: 1}}\n"                                                             \
	"contestants:\n"                                                                           \
	"  lstm: {architecture: rnn, hidden: 12, bidirectional: false}\n"                          \
	"  deep: {like: lstm, encoder_layers: 3}\n"

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static bool read_text(struct experiment *e, const char *text, struct error *error)
{
	write_file("g.yaml", text);
	return experiment_read(e, "g.yaml", NULL, 0, error);
}

/* Names of all contestants, one after the other. */
static void names_of(const struct experiment *e, char *names, size_t size)
{
	size_t used = 0;

	*names = '\0';
	for (int i = 0; i < e->contestants && used < size; i++)
		used += (size_t)snprintf(names + used, size - used, "%s%s", i ? ", " : "",
		                         e->contestant[i].name);
}

static const struct {
	const char *text, *names;
} grids[] = {
	{ HEAD "grid: {lstm.hidden: [8, 16]}\n", "lstm hidden=8, lstm hidden=16, deep" },
	{ HEAD "grid: {deep.hidden: {from: 4, to: 11, step: 3}}\n",
	  "lstm, deep hidden=4, deep hidden=7, deep hidden=10" },
	{ HEAD "grid: {deep.dropout: {from: 0, to: 0.5, points: 3}}\n",
	  "lstm, deep dropout=0, deep dropout=0.25, deep dropout=0.5" },
	{ HEAD "grid: {deep.hidden: {from: 8, to: 32, scale: log, points: 3}}\n",
	  "lstm, deep hidden=8, deep hidden=16, deep hidden=32" },
	{ HEAD "grid: {deep.hidden: {from: 8, to: 40, scale: log, step: 4, points: 3}}\n",
	  "lstm, deep hidden=8, deep hidden=16, deep hidden=40" },
	{ HEAD "grid: {train.learning_rate: {from: 0.0001, to: 0.01, scale: log, points: 3}}\n",
	  "lstm learning_rate=0.0001, lstm learning_rate=0.001, lstm learning_rate=0.01, "
	  "deep learning_rate=0.0001, deep learning_rate=0.001, deep learning_rate=0.01" },
	/* Sobol's sequence begins with the shares 1/2 1/2, 3/4 1/4, 1/4 3/4. */
	{ HEAD
	  "sample: {sobol: 3}\ngrid: {lstm.dropout: {from: 0, to: 0.4}, lstm.hidden: [4, 8]}\n",
	  "lstm dropout=0.2 hidden=8, lstm dropout=0.3 hidden=4, lstm dropout=0.1 hidden=8, deep" },
	/* What is drawn twice is there once. */
	{ HEAD "sample: {sobol: 8}\ngrid: {lstm.hidden: [4, 8]}\n",
	  "lstm hidden=8, lstm hidden=4, deep" },
};

static void a_grid_makes_these_contestants(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
		struct experiment e;
		struct error error = { "" };
		char names[512];

		if (!read_text(&e, grids[i].text, &error))
			fail_msg("grid %zu: %s", i, error.message);
		names_of(&e, names, sizeof names);
		assert_string_equal(names, grids[i].names);
		experiment_free(&e);
	}
}

static const struct {
	const char *text, *message;
} mistakes[] = {
	{ HEAD "grid: {lstm.hidden: {from: 4}}\n",
	  "g.yaml:7: grid.lstm.hidden: needs a `to` above `from`, as in {from: 1, to: 8}" },
	{ HEAD "grid: {lstm.hidden: {from: 4, to: 8}}\n",
	  "g.yaml:7: grid.lstm.hidden: needs `points` or `step`, or a sample of it: sample: "
	  "{sobol: "
	  "20}" },
	{ HEAD "grid: {lstm.hidden: {from: 0, to: 8, scale: log, points: 2}}\n",
	  "g.yaml:7: grid.lstm.hidden: scale: log needs a `from` above 0" },
	{ HEAD "grid: {lstm.hidden: {from: 4, to: 8, points: 1}}\n",
	  "g.yaml:7: grid.lstm.hidden: one point is no range; write the value as [4]" },
	{ HEAD "grid: {lstm.hidden: {from: 4, to: 8, point: 2}}\n",
	  "g.yaml:7: grid.lstm.hidden.point: no such key; did you mean points?" },
	{ HEAD "grid: {lstm.hidden: {from: 4, to: 5, points: 3}}\n",
	  "g.yaml:7: grid.lstm.hidden = 4.5: must be a whole number from 2 to 65536" },
	{ HEAD "grid: {lstm.hidden: {from: 1, to: 60000, step: 1}}\n",
	  "g.yaml:7: grid.lstm.hidden: more than 1000 values" },
	{ HEAD "sample: {sobol: 3}\n", "g.yaml:7: sample: needs a grid to draw from" },
	{ HEAD "sample: {sobol: 3, random: 2}\ngrid: {lstm.hidden: [1]}\n",
	  "g.yaml:7: sample: needs one of `random` and `sobol`, as in sample: {sobol: 20}" },
	{ HEAD "  circle: {like: circle}\n", "g.yaml:7: contestants.circle.like = circle: "
	                                     "contestants are like each other in a circle" },
	{ HEAD "  typo: {like: lstn}\n", "g.yaml:7: contestants.typo.like = lstn: there is no such "
	                                 "contestant; did you mean lstm?" },
	{ "include: [g.yaml]\n",
	  "g.yaml:1: include = g.yaml: files include each other, or are more than 8 deep" },
	{ "include: none.yaml\n", "g.yaml:1: include: none.yaml: No such file or directory" },
	{ "include: {a: 1}\n",
	  "g.yaml:1: include: must be a file, or a list of them, as in include: "
	  "base.yaml" },
};

static void a_mistake_has_place_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct experiment e;
		struct error error = { "" };

		if (read_text(&e, mistakes[i].text, &error))
			fail_msg("mistake %zu was read, but: %s", i, mistakes[i].message);
		assert_string_equal(error.message, mistakes[i].message);
	}
}

static void a_sample_fills_the_range_and_gives_all_the_same_rates(void **state)
{
	static const char *const ways[] = { "sobol: 40", "random: 40", "random: 40, seed: 7" };
	struct experiment e;
	struct error error = { "" };
	char text[1024];

	(void)state;
	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
		int low = 0;

		snprintf(text, sizeof text,
		         HEAD "sample: {%s}\ngrid: {train.learning_rate: {from: 1e-4, to: 1e-2, "
		              "scale: log}}\n",
		         ways[w]);
		if (!read_text(&e, text, &error))
			fail_msg("%s", error.message);
		assert_int_equal(e.contestants, 80);
		for (int i = 0; i < 40; i++) {
			const double rate = e.contestant[i].train.learning_rate;

			assert_true(rate >= 1e-4 && rate < 1e-2);
			assert_true(rate == e.contestant[40 + i].train.learning_rate);
			low += rate < 1e-3;
		}
		assert_in_range(low, 10, 30);
		experiment_free(&e);
	}
}

static void an_included_file_is_under_the_own_keys(void **state)
{
	struct experiment e;
	struct error error = { "" };

	(void)state;
	write_file("base.yaml", HEAD "seeds: [4, 5]\n");
	write_file("more.yaml", "train: {batch_tokens: 99, warmup: 7}\n");
	if (!read_text(&e,
	               "include: [base.yaml, more.yaml]\nexperiment: own\n"
	               "train: {batch_tokens: 64}\n"
	               "contestants: {lstm: {hidden: 20}}\n",
	               &error))
		fail_msg("%s", error.message);
	assert_string_equal(e.name, "own");
	assert_int_equal(e.seeds, 2);
	assert_int_equal(e.train.batch_tokens, 64);
	assert_int_equal(e.train.warmup, 7);
	assert_int_equal(e.train.stop_epochs, 1);
	assert_int_equal(e.contestants, 2);
	experiment_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grid_makes_these_contestants),
		cmocka_unit_test(a_mistake_has_place_and_remedy),
		cmocka_unit_test(a_sample_fills_the_range_and_gives_all_the_same_rates),
		cmocka_unit_test(an_included_file_is_under_the_own_keys),
	};
	char folder[] = "/tmp/bakeoff-grid-XXXXXX";
	int failed;

	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink("g.yaml");
	unlink("base.yaml");
	unlink("more.yaml");
	if (chdir("/") || rmdir(folder))
		return 1;
	return failed;
}
