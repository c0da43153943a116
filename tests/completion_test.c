/* completion_test.c - gradients that a tape says are complete while others flow do not change. */
#include "core/error.h"
#include "core/gemm.h"
#include "models/model.h"
#include "tests/golden_batch.h"
#include "tests/variants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct watch {
	struct completion completion;
	const struct parameters *parameters;
	const real *gradient;
	real *seen;     /* [parameters->size] the gradient of what is complete */
	size_t *flowed; /* [parameters->count] the node then; COMPLETION_UNUSED: not yet */
};

static void look(void *context, size_t node)
{
	struct watch *w = context;

	for (int i = 0; i < w->parameters->count; i++) {
		const struct parameter *p = &w->parameters->list[i];

		if (w->flowed[i] != COMPLETION_UNUSED ||
		    w->completion.first[i] == COMPLETION_UNUSED || w->completion.first[i] < node)
			continue;
		w->flowed[i] = node;
		memcpy(w->seen + p->offset, w->gradient + p->offset,
		       (size_t)p->rows * (size_t)p->columns * sizeof(real));
	}
}

/* How many parameters were complete before the last node flowed. */
static int check_watch(const struct watch *w, const struct variant *variant)
{
	int early = 0;

	for (int i = 0; i < w->parameters->count; i++) {
		const struct parameter *p = &w->parameters->list[i];

		if (w->flowed[i] == COMPLETION_UNUSED)
			continue;
		early += w->flowed[i] > 0;
		if (memcmp(w->seen + p->offset, w->gradient + p->offset,
		           (size_t)p->rows * (size_t)p->columns * sizeof(real)))
			fail_msg("%s %s: the gradient of %s changed after node %zu",
			         variant->architecture, variant->settings, p->name, w->flowed[i]);
	}
	return early;
}

static void check_variant(const struct variant *variant)
{
	struct model model;
	struct corpus corpus;
	struct batch batch = { 0 };
	struct tape tape;
	struct loss loss;
	struct watch w = { .completion = { .flowed = look, .context = &w } };
	real *gradient;

	variant_open(&model, variant, variant_small);
	model.settings.dropout = 0.2;
	variant_corpus(&corpus, &model, 6, 2, 7, 4);
	batch_fill_all(&batch, &corpus);
	w.parameters = &model.parameters;
	w.gradient = gradient = memory_new(model.parameters.size, sizeof *gradient);
	w.seen = memory_new(model.parameters.size, sizeof *w.seen);
	w.flowed = memory_new((size_t)model.parameters.count, sizeof *w.flowed);
	w.completion.first = memory_new((size_t)model.parameters.count, sizeof(size_t));
	for (int i = 0; i < model.parameters.count; i++)
		w.flowed[i] = COMPLETION_UNUSED;
	tape_init(&tape);
	tape.completion = &w.completion;
	tape_begin(&tape, &model.parameters, gradient, true, 5);
	tape_backward(&tape, model_loss(&tape, &model, &batch, 0.1, &loss, NULL));
	if (check_watch(&w, variant) == 0)
		fail_msg("%s %s: no gradient was complete before all were", variant->architecture,
		         variant->settings);
	tape_free(&tape);
	batch_free(&batch);
	corpus_free(&corpus);
	model_close(&model);
	free(w.completion.first);
	free(w.flowed);
	free(w.seen);
	free(gradient);
}

static void what_is_complete_does_not_change(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++)
		check_variant(&variants[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_complete_does_not_change),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
