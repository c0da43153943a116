/* architecture_cost_test.c - parameters and multiply-adds of every registered architecture. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/profile.h"
#include "models/model.h"
#include "tests/golden_batch.h"
#include "tests/variants.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void open_variant(struct model *model, const struct variant *variant)
{
	variant_open(model, variant, variant_small);
}

/* By hand from the papers: d = 8, H = 10, d_ff = 12, k = 3, V = 23, 16 positions, one encoder and
 * two decoder layers. */
static void parameters_are_as_many_as_the_formulas_say(void **state)
{
	static const struct {
		struct variant variant;
		size_t parameters;
	} cases[] = {
		/* bi-LSTM 2 (4 5 (8 + 5 + 1)), LSTMs 4 10 (8 + 10 + 1) + 4 10 (10 + 10 + 1), bridge
		 * 20 (10 + 1), combine 10 (20 + 1), additive 10 (10 + 10 + 1), tables 2 23 8,
		 * output 23 (10 + 1) */
		{ { "rnn", "tied=none" }, 560 + 760 + 840 + 220 + 210 + 210 + 368 + 253 },
		/* the same, but of GRUs: 3 gates, two biases */
		{ { "rnn", "tied=none cell=gru" }, 450 + 600 + 660 + 220 + 210 + 210 + 368 + 253 },
		/* peepholes 3 5 twice, 3 10 twice */
		{ { "rnn", "tied=none cell=peephole-lstm" },
		  590 + 790 + 870 + 220 + 210 + 210 + 368 + 253 },
		/* the bridge twice */
		{ { "rnn", "tied=none bridge_cell=true" },
		  560 + 760 + 840 + 440 + 210 + 210 + 368 + 253 },
		/* gains 4 5 + 4 5, gain and bias 5 + 5, twice; the same of 10 in each layer */
		{ { "rnn", "tied=none cell=layer-norm-lstm" },
		  660 + 860 + 940 + 220 + 210 + 210 + 368 + 253 },
		/* one way of 10; the output of 10 beside the embedding */
		{ { "rnn", "tied=none bidirectional=false input_feeding=true" },
		  760 + 1160 + 840 + 220 + 210 + 210 + 368 + 253 },
		/* blocks 3 (16 (24 + 1 + 1)), attention 2 8 (8 + 1), tables, positions 2 16 8,
		   output 23 (8 + 1) */
		{ { "cnn", "tied=none" }, 1248 + 144 + 368 + 256 + 207 },
		/* contexts 2 8 (8 + 1) */
		{ { "cnn", "tied=none project_context=true" }, 1248 + 144 + 144 + 368 + 256 + 207 },
		/* attention 8 (4 8 + 4), feed-forward 12 (8 + 1) + 8 (12 + 1), norms 16 each, last
		   norms, tables, output */
		{ { "transformer", "tied=none" },
		  (288 + 212 + 32) + 2 * (2 * 288 + 212 + 48) + 32 + 368 + 207 },
		{ { "transformer", "tied=all norm=post" }, 532 + 1672 + 184 },
		/* decoder-only: no encoder, no attention to it, first states of 0 */
		{ { "transformer", "tied=none arrangement=decoder-only" },
		  2 * (288 + 212 + 32) + 16 + 368 + 207 },
		{ { "rnn", "tied=none arrangement=decoder-only" }, 760 + 840 + 110 + 368 + 253 },
		/* positions 2 16 8, as of two tables */
		{ { "cnn", "tied=none arrangement=decoder-only" }, 832 + 368 + 256 + 207 },
		/* encoder-only: one table, an output layer of the encoder's width */
		{ { "rnn", "arrangement=encoder-only" }, 560 + 184 + 253 },
		{ { "cnn", "arrangement=encoder-only" }, 416 + 184 + 128 + 207 },
		{ { "transformer", "arrangement=encoder-only" },
		  (288 + 212 + 32) + 16 + 184 + 207 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct model model;

		open_variant(&model, &cases[i].variant);
		assert_int_equal(parameters_count(&model.parameters), cases[i].parameters);
		model_close(&model);
	}
}

/* Multiply-adds of the matrix products of one sentence pair, as the tape counts them. */
static double counted(const struct model *model, const struct batch *batch)
{
	struct profile profile;
	struct loss loss = { 0 };
	struct tape tape;
	double sum = 0;

	tape_init(&tape);
	profile_init(&profile);
	tape.profile = &profile;
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	model_loss(&tape, model, batch, 0, &loss, NULL);
	for (size_t i = 0; i < profile.spans; i++)
		sum += profile.span[i].multiply_adds;
	profile_free(&profile);
	tape_free(&tape);
	return sum;
}

static void a_model_costs_what_it_says(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++) {
		struct batch batch = { 0 };
		struct corpus corpus;
		struct model model;
		double got, want;

		open_variant(&model, &variants[i]);
		variant_corpus(&corpus, &model, 1, 7, 7, 1);
		batch_fill_all(&batch, &corpus);
		got = model_multiply_adds(&model, batch.source_t, batch.target_t);
		want = counted(&model, &batch);
		if (fabs(got - want) > 1e-6 * want)
			fail_msg("%s %s: says %.0f multiply-adds and makes %.0f",
			         variants[i].architecture, variants[i].settings, got, want);
		batch_free(&batch);
		corpus_free(&corpus);
		model_close(&model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_as_many_as_the_formulas_say),
		cmocka_unit_test(a_model_costs_what_it_says),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("architecture, costs", tests, NULL, NULL);
}
