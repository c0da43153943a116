/* architecture_test.c - what every registered architecture must do, in every variant of its
 * settings. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/pool.h"
#include "eval/evaluate.h"
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

enum { VOCABULARY = VARIANT_VOCABULARY };

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
	variant_corpus(&corpus, &model, 3, 2, 5, 1);
	batch_fill_all(&batch, &corpus);
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

/* What is about decoding is about models with a decoder. */
static bool has_decoder(const struct variant *variant)
{
	return !strstr(variant->settings, "encoder-only");
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
	batch_fill_all(&batch, &corpus);
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
		if (has_decoder(&variants[i]))
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
	batch_fill_all(&batch, &corpus);
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
		if (has_decoder(&variants[i]))
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
	batch_fill_all(&batch, &corpus);
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
		if (has_decoder(&variants[i]))
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
	variant_corpus(&corpus, &model, 12, 1, 12, 5);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_equal_finite_differences),
		cmocka_unit_test(step_by_step_equals_the_whole_sequence),
		cmocka_unit_test(hypotheses_can_be_reordered),
		cmocka_unit_test(no_position_sees_its_future),
		cmocka_unit_test(padding_never_changes_a_score),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("architecture", tests, NULL, NULL);
}
