/* label_test.c - labels are the most probable ones, special tokens none, as sorting all of them
 * says. */
#include "core/error.h"
#include "core/gemm.h"
#include "eval/label.h"
#include "tests/golden_batch.h"
#include "tests/variants.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SENTENCES = 5, LABELS = VARIANT_VOCABULARY - TOKEN_SPECIALS };

static const double tolerance = 1000 * (double)REAL_EPSILON;

/* Added to the logits. */
static const struct {
	const char *name;
	double special, first, last;
} biases[] = {
	{ "as it comes", 0, 0, 0 },      { "the first label", 0, 30, 0 }, { "the last", 0, 0, 30 },
	{ "what is no label", 9, 0, 0 }, { "no label", 0, -INFINITY, 0 },
};
enum { BIASES = sizeof biases / sizeof biases[0] };

static void set_bias(struct model *model, int i)
{
	real *bias = model->parameters.x + model->parameters.list[model->output_bias].offset;

	for (int v = 0; v < VARIANT_VOCABULARY; v++)
		bias[v] = (real)(v < TOKEN_SPECIALS ? biases[i].special : 0);
	bias[TOKEN_SPECIALS] = (real)biases[i].first;
	bias[VARIANT_VOCABULARY - 1] = (real)biases[i].last;
}

static double log_probability(const real *logits, int token)
{
	double sum = 0;

	for (int v = 0; v < VARIANT_VOCABULARY; v++)
		sum += exp((double)logits[v]);
	return (double)logits[token] - log(sum);
}

/* The label that this many others are before: of greater logits, or as great and of lower number.
 */
static int label_at(const real *logits, int rank)
{
	for (int v = TOKEN_SPECIALS; v < VARIANT_VOCABULARY; v++) {
		int before = 0;

		for (int o = TOKEN_SPECIALS; o < VARIANT_VOCABULARY; o++)
			before += logits[o] > logits[v] || (logits[o] == logits[v] && o < v);
		if (before == rank && isfinite((double)logits[v]))
			return v;
	}
	return -1;
}

static void expect(const struct hypothesis *h, int length, double total)
{
	assert_int_equal(h->length, length);
	assert_true(h->finished && h->score == h->total);
	assert_true(fabs(h->total - total) < tolerance * (1 + fabs(total)));
}

static void expect_tags(const struct nbest *n, const real *logits, const struct batch *b, int row)
{
	const int length = b->source_length[row] - 1;
	double total = 0;

	assert_int_equal(n->count, 1);
	for (int t = 0; t < length; t++) {
		const real *x = logits + (size_t)(t * b->n + row) * VARIANT_VOCABULARY;

		assert_int_equal(n->best[0].token[t], label_at(x, 0));
		total += log_probability(x, label_at(x, 0));
	}
	expect(&n->best[0], length, total);
}

static void expect_classes(const struct nbest *n, const real *logits, int wanted)
{
	const int there = label_at(logits, LABELS - 1) < 0 ? LABELS - 1 : LABELS;

	assert_int_equal(n->count, wanted < there ? wanted : there);
	for (int i = 0; i < n->count; i++) {
		assert_int_equal(n->best[i].token[0], label_at(logits, i));
		expect(&n->best[i], 1, log_probability(logits, n->best[i].token[0]));
	}
}

static void check(const struct model *model, const struct batch *batch, int wanted)
{
	struct nbest found[SENTENCES];
	struct memory memory;
	const struct var *h;
	struct tape tape;
	const real *logits;

	tape_init(&tape);
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	label_batch(&tape, model, batch, wanted, found);
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	h = model_states(&tape, model, batch, &memory);
	logits = model_logits(&tape, model, h, 0, h->t * h->n);
	for (int i = 0; i < batch->n; i++) {
		if (model->settings.pooling == POOLING_NONE)
			expect_tags(&found[i], logits, batch, i);
		else
			expect_classes(&found[i], logits + (size_t)i * VARIANT_VOCABULARY, wanted);
		nbest_free(&found[i]);
	}
	tape_free(&tape);
}

static void labels_are_those_of_all_that_are_sorted(void **state)
{
	static const int wanted[] = { 1, 3, LABELS, 2 * LABELS };
	int encoders = 0;

	(void)state;
	for (int i = 0; i < variants_count; i++) {
		struct batch batch = { 0 };
		struct corpus corpus;
		struct model model;

		if (!strstr(variants[i].settings, "encoder-only"))
			continue;
		encoders++;
		variant_open(&model, &variants[i], variant_small);
		variant_corpus(&corpus, &model, SENTENCES, 1, 6, 1);
		batch_fill_all(&batch, &corpus);
		for (int b = 0; b < BIASES; b++) {
			set_bias(&model, b);
			for (int n = 0; n < 4; n++)
				check(&model, &batch, wanted[n]);
		}
		batch_free(&batch);
		corpus_free(&corpus);
		model_close(&model);
	}
	assert_in_range(encoders, 3, variants_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_those_of_all_that_are_sorted),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
