/* architecture_training_test.c - how every registered architecture trains, in every variant of its
 * settings. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/pool.h"
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

static void open_variant(struct model *model, const struct variant *variant)
{
	variant_open(model, variant, variant_small);
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
	variant_corpus(&corpus, &model, 16, short_sentences ? 1 : 2, short_sentences ? 1 : 9, 6);
	for (uint32_t i = 0; i < 16; i++)
		sentence[i] = i;
	pool = pool_open(threads, &error);
	optimizer_init(&optimizer, &settings, model.parameters.size);
	assert_true(
		updater_open(&updater, &model, &corpus, &settings, &optimizer, pool, 9, &error));
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

/* Sanitizers look at memory, not at bits: one number of threads will do for them. */
#ifdef __SANITIZE_ADDRESS__
static const int many_threads[] = { 3 }, any_threads[] = { 3 };
#else
static const int many_threads[] = { 2, 3, 4 }, any_threads[] = { 1, 2, 3 };
#endif
enum {
	MANY_THREADS = sizeof many_threads / sizeof many_threads[0],
	ANY_THREADS = sizeof any_threads / sizeof any_threads[0],
};

static void any_number_of_threads_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		for (enum precision p = PRECISION_FLOAT32; p <= widest_choice(); p++) {
			size_t size;
			real *one = trained(&variants[i], 1, 4, p, false, false, &size);

			for (int j = 0; j < MANY_THREADS; j++) {
				real *many = trained(&variants[i], many_threads[j], 4, p, false,
				                     false, &size);

				if (memcmp(one, many, size))
					fail_msg("%s %s: %d threads give other bits than one",
					         variants[i].architecture, variants[i].settings,
					         many_threads[j]);
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

	for (int i = 0; i < ANY_THREADS; i++) {
		const int threads = any_threads[i];
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
		batch_fill_all(&batch, &corpus);
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
		real *exact = trained(&variants[i], 1, 2, PRECISION_FLOAT32, false, false, &size);
		real *rough = trained(&variants[i], 1, 2, PRECISION_BFLOAT16, false, false, &size);
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
	uint32_t sentence[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	const size_t first[2] = { 0, 8 };
	double nll = 0;

	settings_default(train_settings_table, &settings);
	settings.label_smoothing = 0;
	settings.shards = 2;
	settings.precision = precision;
	variant_open(&model, variant, variant_wide);
	variant_corpus(&corpus, &model, 8, 3, 6, 8);
	if (!model_has_source(&model)) { /* nothing says which sentence begins: one block of text */
		corpus.objective = OBJECTIVE_CONTINUE;
		corpus.start[SIDE_TARGET][1] = VARIANT_LONGEST;
		memset(sentence, 0, sizeof sentence);
	}
	pool = pool_open(1, &error);
	optimizer_init(&optimizer, &settings, model.parameters.size);
	assert_true(
		updater_open(&updater, &model, &corpus, &settings, &optimizer, pool, 9, &error));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
		cmocka_unit_test(running_layers_again_gives_the_same_bits),
		cmocka_unit_test(layers_that_run_again_take_less_memory),
		cmocka_unit_test(bfloat16_trains_like_float),
		cmocka_unit_test(eight_sentences_are_learned_by_heart),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("architecture, training", tests, NULL, NULL);
}
