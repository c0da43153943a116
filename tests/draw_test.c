/* draw_test.c - which tokens may be drawn, and how often. */
#include "core/error.h"
#include "eval/draw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { V = 6 };

/* Probabilities .4 .3 .15 .1 .05 0, not in order. */
static const double probability[V] = { .1, .4, .05, .3, 0, .15 };

static const struct {
	long top_k;
	double top_p, temperature;
	double want[V]; /* after renormalisation */
} cases[] = {
	{ 0, 1, 1, { .1, .4, .05, .3, 0, .15 } },
	{ 1, 1, 1, { 0, 1, 0, 0, 0, 0 } },
	{ 2, 1, 1, { 0, .4 / .7, 0, .3 / .7, 0, 0 } },
	{ 6, 1, 1, { .1, .4, .05, .3, 0, .15 } },
	{ 100, 1, 1, { .1, .4, .05, .3, 0, .15 } },
	{ 0, .39, 1, { 0, 1, 0, 0, 0, 0 } },
	{ 0, .41, 1, { 0, .4 / .7, 0, .3 / .7, 0, 0 } },
	{ 0, .84, 1, { 0, .4 / .85, 0, .3 / .85, 0, .15 / .85 } },
	{ 0, .999, 1, { .1, .4, .05, .3, 0, .15 } },
	{ 2, .5, 1, { 0, 1, 0, 0, 0, 0 } }, /* .4 of the .7 that are left */
	{ 0, .7, .5, { 0, .16 / .25, 0, .09 / .25, 0, 0 } },
};

static void weigh(struct draw *d, long top_k, double top_p, double temperature, const double *p)
{
	const struct search_settings settings = { .temperature = temperature,
		                                  .top_k = top_k,
		                                  .top_p = top_p };
	real x[V], highest = (real)-HUGE_VAL;

	for (int i = 0; i < V; i++) {
		x[i] = (real)log(p[i]);
		highest = x[i] > highest ? x[i] : highest;
	}
	draw_weigh(d, &settings, x, (double)highest);
}

static void only_probable_tokens_are_drawn(void **state)
{
	struct draw d;

	(void)state;
	draw_init(&d, V);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		weigh(&d, cases[i].top_k, cases[i].top_p, cases[i].temperature, probability);
		for (int t = 0; t < V; t++) {
			const double got = (d.cumulative[t] - (t ? d.cumulative[t - 1] : 0)) /
			                   d.cumulative[V - 1];

			if (fabs(got - cases[i].want[t]) > 1e-6)
				fail_msg("case %zu: token %d has %.6f, expected %.6f", i, t, got,
				         cases[i].want[t]);
		}
	}
	draw_free(&d);
}

static void equal_tokens_are_taken_in_their_order(void **state)
{
	static const double even[V] = { 1, 1, 1, 1, 1, 1 };
	struct draw d;

	(void)state;
	draw_init(&d, V);
	weigh(&d, 2, 1, 1, even);
	assert_true(d.cumulative[1] == d.cumulative[V - 1]);
	weigh(&d, 0, .5, 1, even);
	assert_true(d.cumulative[2] == d.cumulative[V - 1] && d.cumulative[1] < d.cumulative[2]);
	draw_free(&d);
}

/* Each end of [0, 1) gives a token that has a weight. */
static void the_token_follows_the_uniform_number(void **state)
{
	struct draw d;

	(void)state;
	draw_init(&d, V);
	weigh(&d, 2, 1, 1, probability);
	assert_int_equal(draw_token(&d, 0), 1);
	assert_int_equal(draw_token(&d, .4 / .7 - 1e-6), 1);
	assert_int_equal(draw_token(&d, .4 / .7 + 1e-6), 3);
	assert_int_equal(draw_token(&d, 1 - 0x1p-53), 3);
	draw_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_probable_tokens_are_drawn),
		cmocka_unit_test(equal_tokens_are_taken_in_their_order),
		cmocka_unit_test(the_token_follows_the_uniform_number),
	};

	return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
