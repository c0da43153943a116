/* architecture_test.c - what every registered architecture must do, in every variant of its
 * settings. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/pool.h"
#include "core/profile.h"
#include "eval/evaluate.h"
#include "models/model.h"
#include "tests/golden_batch.h"
#include "tests/variants.h"
#include "train/optimizer.h"
#include "train/update.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VOCABULARY = VARIANT_VOCABULARY };

static void fill(struct batch *batch, const struct corpus *corpus)
{
	uint32_t sentence[64];

	for (uint32_t i = 0; i < corpus->sentences; i++)
		sentence[i] = i;
	batch_fill(batch, corpus, sentence, (int)corpus->sentences);
}

/* With the dropout of key 1. */
static double loss_of(struct tape *tape, const struct model *model, const struct batch *batch)
{
	struct loss loss = { 0 };

	tape_begin(tape, &model->parameters, NULL, true, 1);
	model_loss(tape, model, batch, 0.1, &loss, NULL);
	return loss.smoothed;
}

static void open_variant(struct model *model, const struct variant *variant)
{
	variant_open(model, variant, variant_small);
}

/* The loss's derivative by one weight, of differences to the fourth order. */
static double difference(struct tape *tape, const struct model *model, const struct batch *batch,
                         real *w)
{
	static const double at[] = { -2, -1, 1, 2 }, factor[] = { 1, -8, 8, -1 };
	const double step = 1e-5; /* few ReLUs have their kink so near */
	const real keep = *w;
	double sum = 0;

	for (int i = 0; i < 4; i++) {
		*w = keep + (real)(at[i] * step);
		sum += factor[i] * loss_of(tape, model, batch);
	}
	*w = keep;
	return sum / (12 * step);
}

/* A number of weights of each parameter is moved; what the loss does must be what the gradient
 * says. */
static void check_gradient(const struct variant *variant)
{
	const double tolerance = 1e-7;
	struct batch batch = { 0 };
	struct corpus corpus;
	struct model model;
	struct tape tape;
	struct loss loss = { 0 };
	real *gradient;

	open_variant(&model, variant);
	model.settings.dropout = 0.2;
	made_up_corpus(&corpus, 3, VOCABULARY, 2, 5, 1);
	fill(&batch, &corpus);
	tape_init(&tape);
	gradient = memory_new(model.parameters.size, sizeof *gradient);
	tape_begin(&tape, &model.parameters, gradient, true, 1);
	tape_backward(&tape, model_loss(&tape, &model, &batch, 0.1, &loss, NULL));
	for (int i = 0; i < model.parameters.count; i++) {
		const struct parameter *p = &model.parameters.list[i];
		const size_t n = (size_t)p->rows * (size_t)p->columns;

		for (size_t j = 0; j < n; j += n / 5 + 1) {
			const double got = (double)gradient[p->offset + j];
			const double want = difference(&tape, &model, &batch,
			                               &model.parameters.x[p->offset + j]);

			if (fabs(got - want) > tolerance * (1 + fabs(want)))
				fail_msg("%s %s: %s[%zu] gradient %.9g, differences %.9g",
				         variant->architecture, variant->settings, p->name, j, got,
				         want);
		}
	}
	free(gradient);
	tape_free(&tape);
	batch_free(&batch);
	corpus_free(&corpus);
	model_close(&model);
}

static void gradients_equal_finite_differences(void **state)
{
	(void)state;
	if (sizeof(real) == sizeof(float)) {
		print_message(
			"skipped: finite differences in float cannot tell a mistake from noise\n");
		skip();
	}
	for (int i = 0; i < variants_count; i++)
		check_gradient(&variants[i]);
}

struct states {
	int t, n, c;
	double *x; /* [t][n][c] */
};

static struct states whole(struct tape *tape, const struct model *model, const struct batch *batch)
{
	struct memory memory;
	struct states s;
	struct var *h;

	tape_begin(tape, &model->parameters, NULL, false, 0);
	model_encode(tape, model, batch->source, batch->source_length, batch->source_t, batch->n,
	             &memory);
	h = model_decode(tape, model, &memory, batch->target, batch->target_t, batch->n, NULL);
	s = (struct states){ h->t, h->n, h->c, memory_new(var_size(h), sizeof(double)) };
	for (size_t i = 0; i < var_size(h); i++)
		s.x[i] = (double)h->x[i];
	return s;
}

static double close_enough(void)
{
	return sizeof(real) == sizeof(double) ? 1e-11 : 2e-5;
}

static void expect_near(const struct variant *v, const char *what, int t, double got, double want)
{
	if (!(fabs(got - want) <= close_enough() * (1 + fabs(want))))
		fail_msg("%s %s: %s differs at step %d: %.9g, expected %.9g", v->architecture,
		         v->settings, what, t, got, want);
}

static void check_steps(const struct variant *variant)
{
	struct batch batch = { 0 };
	struct corpus corpus;
	struct model model;
	struct tape source, step, all;
	struct carry carry = { 0 };
	struct memory memory;
	struct states s;

	open_variant(&model, variant);
	made_up_corpus(&corpus, 4, VOCABULARY, 3, 9, 2);
	fill(&batch, &corpus);
	tape_init(&source);
	tape_init(&step);
	tape_init(&all);
	s = whole(&all, &model, &batch);
	tape_begin(&source, &model.parameters, NULL, false, 0);
	model_encode(&source, &model, batch.source, batch.source_length, batch.source_t, batch.n,
	             &memory);
	carry_begin(&carry, batch.n);
	for (int t = 0; t < batch.target_t; t++) {
		struct var *h;

		tape_begin(&step, &model.parameters, NULL, false, 0);
		h = model_decode(&step, &model, &memory, batch.target + t * batch.n, 1, batch.n,
		                 &carry);
		for (size_t i = 0; i < var_size(h); i++)
			expect_near(variant, "step by step", t, (double)h->x[i],
			            s.x[(size_t)t * var_size(h) + i]);
	}
	free(s.x);
	carry_free(&carry);
	tape_free(&source);
	tape_free(&step);
	tape_free(&all);
	batch_free(&batch);
	corpus_free(&corpus);
	model_close(&model);
}

static void step_by_step_equals_the_whole_sequence(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		check_steps(&variants[i]);
}

/* Rows are doubled, swapped and dropped between steps; each must go on as the row that it was made
 * from. */
static void check_reordering(const struct variant *variant)
{
	static const int first[] = { 0, 0, 1, 1, 2, 2 }, second[] = { 1, 0, 3, 2, 5, 4 };
	struct batch batch = { 0 };
	struct corpus corpus;
	struct model model;
	struct tape source, step, all;
	struct carry carry = { 0 };
	struct memory memory;
	struct states s;

	open_variant(&model, variant);
	made_up_corpus(&corpus, 3, VOCABULARY, 6, 9, 3);
	fill(&batch, &corpus);
	tape_init(&source);
	tape_init(&step);
	tape_init(&all);
	s = whole(&all, &model, &batch);
	tape_begin(&source, &model.parameters, NULL, false, 0);
	model_encode(&source, &model, batch.source, batch.source_length, batch.source_t, batch.n,
	             &memory);
	carry_begin(&carry, 3);
	for (int t = 0; t < 6; t++) {
		const int rows = t ? 6 : 3;
		int token[6];
		struct var *h;

		for (int r = 0; r < rows; r++)
			token[r] = batch.target[t * 3 + (t ? r / 2 : r)];
		tape_begin(&step, &model.parameters, NULL, false, 0);
		h = model_decode(&step, &model, &memory, token, 1, rows, &carry);
		for (int r = 0; r < rows; r++)
			for (int c = 0; c < h->c; c++)
				expect_near(variant, "reordered rows", t,
				            (double)h->x[r * h->c + c],
				            s.x[(t * 3 + (t ? r / 2 : r)) * h->c + c]);
		carry_select(&carry, 6, t ? second : first);
	}
	free(s.x);
	carry_free(&carry);
	tape_free(&source);
	tape_free(&step);
	tape_free(&all);
	batch_free(&batch);
	corpus_free(&corpus);
	model_close(&model);
}

static void hypotheses_can_be_reordered(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		check_reordering(&variants[i]);
}

static void check_causality(const struct variant *variant)
{
	struct batch batch = { 0 };
	struct corpus corpus;
	struct model model;
	struct tape tape;
	struct states before, after;

	open_variant(&model, variant);
	made_up_corpus(&corpus, 2, VOCABULARY, 8, 8, 4);
	fill(&batch, &corpus);
	tape_init(&tape);
	before = whole(&tape, &model, &batch);
	for (int changed = 1; changed < batch.target_t; changed++) {
		int *token = &batch.target[changed * batch.n];
		const int keep = *token;
		double moved = 0;

		*token = keep == 5 ? 6 : 5;
		after = whole(&tape, &model, &batch);
		for (int t = 0; t < before.t; t++)
			for (int c = 0; c < before.c; c++) {
				const int i = t * before.n * before.c + c;

				if (t < changed)
					expect_near(variant, "the past of a changed token", t,
					            after.x[i], before.x[i]);
				else if (t == changed)
					moved += fabs(after.x[i] - before.x[i]);
			}
		assert_true(moved > 0);
		*token = keep;
		free(after.x);
	}
	free(before.x);
	tape_free(&tape);
	batch_free(&batch);
	corpus_free(&corpus);
	model_close(&model);
}

static void no_position_sees_its_future(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		check_causality(&variants[i]);
}

/* log p of each sentence, alone and beside longer ones. */
static void check_padding(const struct variant *variant)
{
	struct corpus corpus;
	struct model model;
	struct pool *pool;
	struct error error;
	double together[12], alone[12];

	open_variant(&model, variant);
	made_up_corpus(&corpus, 12, VOCABULARY, 1, 12, 5);
	pool = pool_open(1, &error);
	evaluate(&model, &corpus, 4096, pool, together);
	evaluate(&model, &corpus, 1, pool, alone);
	for (int i = 0; i < 12; i++)
		expect_near(variant, "log p with padding of sentence", i, together[i], alone[i]);
	pool_close(pool);
	corpus_free(&corpus);
	model_close(&model);
}

static void padding_never_changes_a_score(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		check_padding(&variants[i]);
}

/* Weights after some updates with dropout, by a number of threads, on sentences of 2 to 9 tokens or
 * of one. */
static real *trained(const struct variant *variant, int threads, long shards,
                     enum precision precision, bool checkpointing, bool short_sentences,
                     size_t *size)
{
	struct train_settings settings;
	struct optimizer optimizer;
	struct updater updater;
	struct update_result result;
	struct corpus corpus;
	struct model model;
	struct pool *pool;
	struct error error;
	uint32_t sentence[16];
	const size_t first[3] = { 0, 9, 16 };
	real *weights;

	settings_default(train_settings_table, &settings);
	settings.shards = shards;
	settings.precision = precision;
	settings.checkpointing = checkpointing;
	open_variant(&model, variant);
	model.settings.dropout = 0.2;
	made_up_corpus(&corpus, 16, VOCABULARY, short_sentences ? 1 : 2, short_sentences ? 1 : 9,
	               6);
	for (uint32_t i = 0; i < 16; i++)
		sentence[i] = i;
	pool = pool_open(threads, &error);
	optimizer_init(&optimizer, &settings, model.parameters.size);
	assert_true(updater_open(&updater, &model, &corpus, &settings, &optimizer, pool, 9, &error));
	for (long i = 1; i <= 3; i++)
		assert_true(update(&updater, i, sentence, first, 2, 1e-3, &result));
	*size = model.parameters.size * sizeof(real);
	weights = memory_new(1, *size);
	memcpy(weights, model.parameters.x, *size);
	updater_close(&updater);
	optimizer_free(&optimizer);
	pool_close(pool);
	corpus_free(&corpus);
	model_close(&model);
	return weights;
}

/* The widest that this processor has: bfloat16 is tested where it can be. */
static enum precision widest_choice(void)
{
	return gemm_for_processor()->bfloat16 ? PRECISION_BFLOAT16 : PRECISION_FLOAT32;
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
	static const int threads[] = { 2, 3, 4 };

	(void)state;
	for (int i = 0; i < variants_count; i++)
		for (enum precision p = PRECISION_FLOAT32; p <= widest_choice(); p++) {
			size_t size;
			real *one = trained(&variants[i], 1, 4, p, false, false, &size);

			for (size_t j = 0; j < sizeof threads / sizeof threads[0]; j++) {
				real *many = trained(&variants[i], threads[j], 4, p, false, false,
				                     &size);

				if (memcmp(one, many, size))
					fail_msg("%s %s: %d threads give other bits than one",
					         variants[i].architecture,
					         variants[i].settings, threads[j]);
				free(many);
			}
			free(one);
		}
}

static void check_running_again(const struct variant *variant, enum precision precision,
                                bool short_sentences)
{
	size_t size;
	real *kept = trained(variant, 1, 3, precision, false, short_sentences, &size);

	for (int threads = 1; threads <= 3; threads++) {
		real *again = trained(variant, threads, 3, precision, true, short_sentences, &size);

		if (memcmp(kept, again, size))
			fail_msg("%s %s: checkpointing gives other bits (%d threads)",
			         variant->architecture, variant->settings, threads);
		free(again);
	}
	free(kept);
}

static void running_layers_again_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		for (enum precision p = PRECISION_FLOAT32; p <= widest_choice(); p++) {
			check_running_again(&variants[i], p, false);
			check_running_again(&variants[i], p, true);
		}
}

enum run { RUN_TRAINING, RUN_CHECKPOINTING, RUN_EVALUATION };

/* Bytes of the tape that one batch took. */
static size_t peak_of(struct model *model, const struct batch *batch, real *gradient, enum run run)
{
	struct loss loss = { 0 };
	struct tape tape;
	struct var *total;
	size_t peak;

	tape_init(&tape);
	tape.checkpointing = run == RUN_CHECKPOINTING;
	tape_begin(&tape, &model->parameters, run == RUN_EVALUATION ? NULL : gradient,
	           run != RUN_EVALUATION, 1);
	total = model_loss(&tape, model, batch, 0, &loss, NULL);
	if (run != RUN_EVALUATION)
		tape_backward(&tape, total);
	peak = tape.arena.peak + tape.lasting.peak;
	tape_free(&tape);
	return peak;
}

/* Of eight layers one is in memory at a time, beside what goes from layer to layer. */
static void layers_that_run_again_take_less_memory(void **state)
{
	static const struct variant deep[] = {
		{ "rnn", "encoder_layers=8 decoder_layers=8" },
		{ "cnn", "encoder_layers=8 decoder_layers=8" },
		{ "transformer", "encoder_layers=8 decoder_layers=8" },
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct batch batch = { 0 };
		struct corpus corpus;
		struct model model;
		real *gradient;
		size_t peak[3];

		variant_open(&model, &deep[i], variant_wide);
		made_up_corpus(&corpus, 60, VOCABULARY, 14, 14, 4);
		fill(&batch, &corpus);
		gradient = memory_new(model.parameters.size, sizeof *gradient);
		for (int run = 0; run < 3; run++)
			peak[run] = peak_of(&model, &batch, gradient, run);
		if (peak[RUN_CHECKPOINTING] * 2 > peak[RUN_TRAINING] ||
		    peak[RUN_EVALUATION] > peak[RUN_CHECKPOINTING])
			fail_msg("%s: training took %zu bytes, with checkpointing %zu, evaluation "
			         "%zu",
			         deep[i].architecture, peak[RUN_TRAINING], peak[RUN_CHECKPOINTING],
			         peak[RUN_EVALUATION]);
		free(gradient);
		batch_free(&batch);
		corpus_free(&corpus);
		model_close(&model);
	}
}

/* Weights after a few updates differ by what rounding to 8 bits of mantissa explains, and do
 * differ. */
static void bfloat16_trains_like_float(void **state)
{
	(void)state;
	if (widest_choice() != PRECISION_BFLOAT16) {
		print_message("skipped: this processor or build has no bfloat16 products\n");
		skip();
	}
	for (int i = 0; i < variants_count; i++) {
		size_t size;
		real *exact = trained(&variants[i], 1, 2, PRECISION_FLOAT32, false, false,
		                      &size);
		real *rough = trained(&variants[i], 1, 2, PRECISION_BFLOAT16, false, false,
		                      &size);
		double difference = 0, norm = 0;

		for (size_t j = 0; j < size / sizeof *exact; j++) {
			const double d = (double)exact[j] - (double)rough[j];

			difference += d * d;
			norm += (double)exact[j] * (double)exact[j];
		}
		if (!(difference > 0 && difference < 1e-4 * norm))
			fail_msg("%s %s: weights differ by %.2g of their norm",
			         variants[i].architecture, variants[i].settings,
			         sqrt(difference / norm));
		free(exact);
		free(rough);
	}
}

/* The loss of a token after training at that rate. */
static double learn_by_heart(const struct variant *variant, enum precision precision, double rate,
                             int updates)
{
	struct train_settings settings;
	struct optimizer optimizer;
	struct updater updater;
	struct update_result result = { 0 };
	struct corpus corpus;
	struct model model;
	struct pool *pool;
	struct error error;
	const uint32_t sentence[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	const size_t first[2] = { 0, 8 };
	double nll = 0;

	settings_default(train_settings_table, &settings);
	settings.label_smoothing = 0;
	settings.shards = 2;
	settings.precision = precision;
	variant_open(&model, variant, variant_wide);
	made_up_corpus(&corpus, 8, VOCABULARY, 3, 6, 8);
	pool = pool_open(1, &error);
	optimizer_init(&optimizer, &settings, model.parameters.size);
	assert_true(updater_open(&updater, &model, &corpus, &settings, &optimizer, pool, 9, &error));
	for (long i = 1; i <= updates; i++) {
		assert_true(update(&updater, i, sentence, first, 1, rate, &result));
		nll = result.loss.nll / (double)result.loss.tokens;
		if (nll < 0.02)
			break;
	}
	updater_close(&updater);
	optimizer_free(&optimizer);
	pool_close(pool);
	corpus_free(&corpus);
	model_close(&model);
	return nll;
}

/* Some learn at a lower rate only, and more slowly. */
static void check_by_heart(const struct variant *variant, enum precision precision)
{
	double nll = learn_by_heart(variant, precision, 0.01, 600);

	if (nll > 0.1)
		nll = learn_by_heart(variant, precision, 0.003, 3000);
	if (nll > 0.1)
		fail_msg("%s %s: eight sentences are not learned by heart, loss %.3f",
		         variant->architecture, variant->settings, nll);
}

static void eight_sentences_are_learned_by_heart(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	print_message("skipped: learning is for builds without sanitizers\n");
	skip();
#endif
	for (int i = 0; i < variants_count; i++)
		for (enum precision p = PRECISION_FLOAT32; p <= widest_choice(); p++)
			check_by_heart(&variants[i], p);
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
		{ { "rnn", "tied=none cell=gru" },
		  450 + 600 + 660 + 220 + 210 + 210 + 368 + 253 },
		/* peepholes 3 5 twice, 3 10 twice */
		{ { "rnn", "tied=none cell=peephole-lstm" },
		  590 + 790 + 870 + 220 + 210 + 210 + 368 + 253 },
		/* gains 4 5 + 4 5, gain and bias 5 + 5, twice; the same of 10 in each layer */
		{ { "rnn", "tied=none cell=layer-norm-lstm" },
		  660 + 860 + 940 + 220 + 210 + 210 + 368 + 253 },
		/* one way of 10; the output of 10 beside the embedding */
		{ { "rnn", "tied=none bidirectional=false input_feeding=true" },
		  760 + 1160 + 840 + 220 + 210 + 210 + 368 + 253 },
		/* blocks 3 (16 (24 + 1 + 1)), attention 2 8 (8 + 1), tables, positions 2 16 8,
		   output 23 (8 + 1) */
		{ { "cnn", "tied=none" }, 1248 + 144 + 368 + 256 + 207 },
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
		made_up_corpus(&corpus, 1, VOCABULARY, 7, 7, 1);
		fill(&batch, &corpus);
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
		cmocka_unit_test(gradients_equal_finite_differences),
		cmocka_unit_test(step_by_step_equals_the_whole_sequence),
		cmocka_unit_test(hypotheses_can_be_reordered),
		cmocka_unit_test(no_position_sees_its_future),
		cmocka_unit_test(padding_never_changes_a_score),
		cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
		cmocka_unit_test(running_layers_again_gives_the_same_bits),
		cmocka_unit_test(layers_that_run_again_take_less_memory),
		cmocka_unit_test(bfloat16_trains_like_float),
		cmocka_unit_test(parameters_are_as_many_as_the_formulas_say),
		cmocka_unit_test(a_model_costs_what_it_says),
		cmocka_unit_test(eight_sentences_are_learned_by_heart),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("architecture", tests, NULL, NULL);
}
