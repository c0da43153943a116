/* explain_test.c - what a model says of itself, read from its graph, beside formulas. */
#include "core/error.h"
#include "core/gemm.h"
#include "models/explain.h"
#include "tests/variants.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCE = 9, TARGET = 7 };

static void expect(const struct variant *variant, const char *what, double got, double want)
{
	if (fabs(got - want) > 1e-6 * fabs(want))
		fail_msg("%s %s: %s is %.0f, expected %.0f", variant->architecture,
		         variant->settings, what, got, want);
}

static void rows_add_up(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++) {
		double parameters = 0, multiply_adds = 0;
		struct explanation e;
		struct model model;

		variant_open(&model, &variants[i], variant_small);
		explain_model(&e, &model, SOURCE, TARGET);
		for (size_t r = 0; r < e.rows; r++) {
			const int layers = e.row[r].layers ? e.row[r].layers : 1;

			parameters += layers * e.row[r].parameters;
			multiply_adds += layers * e.row[r].multiply_adds;
		}
		expect(&variants[i], "parameters", parameters,
		       (double)parameters_count(&model.parameters));
		expect(&variants[i], "all parameters", e.parameters, parameters);
		expect(&variants[i], "multiply-adds", multiply_adds,
		       model_multiply_adds(&model, SOURCE, e.length[SIDE_TARGET]));
		expect(&variants[i], "all multiply-adds", e.multiply_adds, multiply_adds);
		explanation_free(&e);
		model_close(&model);
	}
}

/* Convolutions see over the edges of blocks, from some steps farther than from others, and cost()
 * says no more than the most. */
static void expect_field(const struct variant *variant, const char *what, int got,
                         const struct model *model, int side, double length)
{
	const double most = fmin(model_cost(model, side, SOURCE, TARGET).receptive_field, length);

	if (!model->side[side].body.layer.block ||
	    !strcmp(model->side[side].body.architecture->name, "transformer"))
		expect(variant, what, got, most);
	else if (got < 2 || got > most)
		fail_msg("%s %s: %s is %d, expected 2 to %.0f", variant->architecture,
		         variant->settings, what, got, most);
}

static void sides_are_what_the_formulas_say(void **state)
{
	static const char *const what[SIDES] = { "the encoder's multiply-adds",
		                                 "the decoder's multiply-adds" };
	static const char *const field[SIDES] = { "the encoder's receptive field",
		                                  "the decoder's receptive field" };
	static const double length[SIDES] = { SOURCE, TARGET };

	(void)state;
	for (int i = 0; i < variants_count; i++) {
		struct explanation e;
		struct model model;

		variant_open(&model, &variants[i], variant_small);
		explain_model(&e, &model, SOURCE, TARGET);
		for (int side = 0; side < SIDES; side++) {
			const struct cost cost = model_cost(&model, side, SOURCE, TARGET);

			if (!e.has[side])
				continue;
			expect(&variants[i], what[side], e.side[side].multiply_adds,
			       cost.multiply_adds);
			if (e.has[SIDE_SOURCE])
				expect_field(&variants[i], field[side], e.path[side].field, &model,
				             side, length[side]);
		}
		explanation_free(&e);
		model_close(&model);
	}
}

/* Table 1 of "Attention Is All You Need" and the papers' equations, by hand: d = 8, H = 10, d_ff =
 * 12, k = 3, one encoder and two decoder layers, S = 9, T = 7. */
enum { D = 8, H = 10, FF = 12, K = 3, S = SOURCE, T = TARGET };

static const struct by_hand {
	struct variant variant;
	struct {
		int multiply_adds, sequential, path;
		bool apart;
	} side[SIDES];
	int cross; /* longest path from source to target; -1: apart */
} by_hand[] = {
	/* n d^2 for each projection, n^2 d for scores and for contexts; products: to queries, keys
	 * and values, scores, contexts, output, two of the feed-forward block */
	{ { "transformer", "tied=none" },
	  { { 4 * S * D * D + 2 * S * S * D + 2 * S * D * FF, 6, 1, false },
	    { 2 * (4 * T * D * D + 2 * T * T * D + 2 * T * D * D + 2 * S * D * D + 2 * T * S * D +
	           2 * T * D * FF),
	      2 * 10, 1, false } },
	  1 },
	/* n d^2 and n steps in turn: 4 gates of 5 units each way, 4 of 10; the bridge from the
	   summary; attention through W, scores, contexts, and the output of both */
	{ { "rnn", "attention=general" },
	  { { S * 2 * 4 * (H / 2) * (D + H / 2), 1 + S, S - 1, false },
	    { 2 * H * H + T * 4 * H * (D + H) + T * 4 * H * (H + H) + S * H * H + 2 * T * S * H +
	              T * 2 * H * D,
	      2 * (1 + T) + 2 + 1, T - 1, false } },
	  1 },
	/* no attention: from the source's first token through the summary to the target's last
	   step; one way: no state sees what comes after it */
	{ { "rnn", "attention=none bidirectional=false" },
	  { { S * 4 * H * (D + H), 1 + S, S - 1, true },
	    { 2 * H * H + T * 4 * H * (D + H) + T * 4 * H * (H + H) + T * H * D, 2 * (1 + T) + 1,
	      T - 1, false } },
	  S - 1 + 1 + T - 1 },
	/* input feeding: a step waits for all of the one before: two products of the cell, W of the
	   query, scores, contexts, output */
	{ { "rnn", "attention=additive input_feeding=true tied=none cell=gru decoder_layers=1" },
	  { { S * 2 * 3 * (H / 2) * (D + H / 2), 1 + S, S - 1, false },
	    { H * H + T * 3 * H * (D + H + H) + S * H * H + T * H * H + 2 * T * S * H +
	              T * 2 * H * H,
	      T * 6, T - 1, false } },
	  1 },
	/* k n d^2, twice as many channels out for the gate, one product a layer, n / k layers from
	   end to end; in the decoder a projection and attention more */
	{ { "cnn", "attention=dot encoder_layers=8 decoder_layers=3" },
	  { { 8 * K * S * D * 2 * D, 8, S - 1, false },
	    { 3 * (K * T * D * 2 * D + T * D * D + 2 * T * S * D), 3 * 4, T / 2, false } },
	  1 },
	{ { "cnn", "attention=dot encoder_layers=2 decoder_layers=1" },
	  { { 2 * K * S * D * 2 * D, 2, 2, true },
	    { K * T * D * 2 * D + T * D * D + 2 * T * S * D, 4, 1, true } },
	  1 },
	/* dilated: log_k n layers; 1 + 2 + 4 steps back, of which 6 take two */
	{ { "cnn", "attention=dot encoder_layers=1 decoder_layers=3 decoder.kernel=2 "
	           "decoder.dilation=1/2/4" },
	  { { K * S * D * 2 * D, 1, 1, true },
	    { 3 * (2 * T * D * 2 * D + T * D * D + 2 * T * S * D), 3 * 4, 2, false } },
	  1 },
};

static void table_1_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof by_hand / sizeof by_hand[0]; i++) {
		const struct by_hand *c = &by_hand[i];
		struct explanation e;
		struct model model;

		variant_open(&model, &c->variant, variant_small);
		explain_model(&e, &model, S, T);
		for (int side = 0; side < SIDES; side++) {
			expect(&c->variant, side ? "decoder: multiply-adds" : "multiply-adds",
			       e.side[side].multiply_adds, c->side[side].multiply_adds);
			expect(&c->variant, side ? "decoder: sequential" : "sequential",
			       e.side[side].sequential, c->side[side].sequential);
			expect(&c->variant, side ? "decoder: path" : "path", e.path[side].longest,
			       c->side[side].path);
			expect(&c->variant, side ? "decoder: apart" : "apart", e.path[side].apart,
			       c->side[side].apart);
		}
		expect(&c->variant, "source to target", e.path[ROUTE_CROSS].longest, c->cross);
		explanation_free(&e);
		model_close(&model);
	}
}

/* The row of table 1 for a layer: n^2 d, n d^2, k n d^2. d = 8, H = 10, d_ff = 12, k = 3. */
static const struct growth_case {
	struct variant variant;
	struct explain_growth encoder; /* NaN in path: no polynomial */
} growth_cases[] = {
	{ { "transformer", "tied=none" },
	  { { 0, 4 * D *D + 2 * D *FF, 2 * D }, { 6, 0 }, { 1, 0 }, false } },
	{ { "transformer", "encoder_layers=3" },
	  { { 0, 4 * D *D + 2 * D *FF, 2 * D }, { 18, 0 }, { 1, 0 }, false } },
	{ { "rnn", "tied=none" }, { { 0, 4 * H *(D + H / 2), 0 }, { 1, 1 }, { -1, 1 }, false } },
	{ { "rnn", "cell=gru encoder_layers=2 hidden=8" },
	  { { 0, 3 * 8 * (8 + 8 / 2), 0 }, { 2, 2 }, { -1, 1 }, false } },
	{ { "cnn", "encoder_layers=16" }, { { 0, K *D * 2 * D, 0 }, { 16, 0 }, { -1, 1 }, false } },
	{ { "cnn", "encoder_layers=5" },
	  { { 0, K *D * 2 * D, 0 }, { 5, 0 }, { (double)NAN, (double)NAN }, true } },
};

static void expect_all(const struct variant *variant, const char *what, const double *got,
                       const double *want, int count)
{
	for (int i = 0; i < count; i++)
		if (isnan(got[i]) != isnan(want[i]) || fabs(got[i] - want[i]) > 1e-6)
			fail_msg("%s %s: %s: the coefficient of n^%d is %g, expected %g",
			         variant->architecture, variant->settings, what, i, got[i],
			         want[i]);
}

static void layers_grow_as_table_1_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof growth_cases / sizeof growth_cases[0]; i++) {
		const struct variant *variant = &growth_cases[i].variant;
		const struct explain_growth *want = &growth_cases[i].encoder;
		struct explain_growth growth[SIDES];
		struct model model;

		variant_open(&model, variant, variant_small);
		explain_growth(&model, growth);
		expect_all(variant, "multiply-adds", growth[0].multiply_adds, want->multiply_adds,
		           3);
		expect_all(variant, "sequential", growth[0].sequential, want->sequential, 2);
		expect_all(variant, "path", growth[0].path, want->path, 2);
		assert_int_equal(growth[0].apart, want->apart);
		model_close(&model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_add_up),
		cmocka_unit_test(sides_are_what_the_formulas_say),
		cmocka_unit_test(table_1_by_hand),
		cmocka_unit_test(layers_grow_as_table_1_says),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
