/* blame_test.c - a number that is not finite is traced to the operation that made it first. */
#include "core/blame.h"
#include "core/pool.h"
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

enum { SENTENCES = 8 };

static const uint32_t sentence[SENTENCES] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const size_t first[2] = { 0, SENTENCES };

struct trained {
	struct model model;
	struct train_settings settings;
	struct optimizer optimizer;
	struct updater updater;
	struct corpus corpus;
	struct pool *pool;
};

static void open_trained(struct trained *t, const struct variant *variant)
{
	struct error error;

	settings_default(train_settings_table, &t->settings);
	t->settings.shards = 2;
	variant_open(&t->model, variant, variant_small);
	t->model.settings.dropout = 0.1;
	variant_corpus(&t->corpus, &t->model, SENTENCES, 2, 6, 3);
	t->pool = pool_open(1, &error);
	optimizer_init(&t->optimizer, &t->settings, t->model.parameters.size);
	assert_true(updater_open(&t->updater, &t->model, &t->corpus, &t->settings, &t->optimizer,
	                         t->pool, 5, &error));
}

static void close_trained(struct trained *t)
{
	updater_close(&t->updater);
	optimizer_free(&t->optimizer);
	pool_close(t->pool);
	corpus_free(&t->corpus);
	model_close(&t->model);
}

/* Sets a whole parameter; an update with it must not be done. */
static struct blame planted(struct trained *t, const struct parameter *p, real value, bool *refused)
{
	const size_t n = (size_t)p->rows * (size_t)p->columns;
	real *x = t->model.parameters.x + p->offset, *kept = memory_new(n, sizeof *kept);
	struct update_result result;
	struct blame blame;

	memcpy(kept, x, n * sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = value;
	*refused = !update(&t->updater, 1, sentence, first, 1, 1e-3, &result);
	blame = update_blame(&t->updater, 1, sentence, first, 1);
	memcpy(x, kept, n * sizeof *x);
	free(kept);
	return blame;
}

static void say(const struct variant *variant, const char *where, const struct blame *blame)
{
	char text[BLAME_TEXT];

	blame_text(blame, text);
	fail_msg("%s %s, %s: %s", variant->architecture, variant->settings, where, text);
}

/* Nothing is said of an update that goes well: no operation makes what is not finite on the way. */
static void who_is_innocent_is_not_blamed(void **state)
{
	(void)state;
	for (int v = 0; v < variants_count; v++) {
		struct update_result result;
		struct trained t;
		struct blame blame;

		open_trained(&t, &variants[v]);
		assert_true(update(&t.updater, 1, sentence, first, 1, 0, &result));
		blame = update_blame(&t.updater, 1, sentence, first, 1);
		if (blame.found)
			say(&variants[v], "as it is", &blame);
		close_trained(&t);
	}
}

/* Each parameter full of the largest numbers there are: where an update is not done for it, an
 * operation is named. In double also what is no operation comes to its end first now and then: sums
 * of losses over sentences, the norm. */
static int check_each_parameter(const struct variant *variant)
{
	const bool is_float = sizeof(real) == sizeof(float);
	const real largest = is_float ? (real)3e38 : (real)1e308;
	struct trained t;
	int refusals = 0;

	open_trained(&t, variant);
	for (int i = 0; i < t.model.parameters.count; i++) {
		const struct parameter *p = &t.model.parameters.list[i];
		bool refused;
		const struct blame blame = planted(&t, p, largest, &refused);

		if (refused && is_float && (!blame.found || !blame.operation))
			say(variant, p->name, &blame);
		if (blame.operation && isfinite(blame.value))
			say(variant, p->name, &blame);
		refusals += refused && blame.operation;
	}
	close_trained(&t);
	return refusals;
}

static void the_operation_is_named(void **state)
{
	int refusals = 0;

	(void)state;
	for (int v = 0; v < variants_count; v += 5)
		refusals += check_each_parameter(&variants[v]);
	assert_true(refusals > variants_count); /* what norms even out is no failure */
}

static void a_weight_is_named(void **state)
{
	const struct parameter *p;
	struct trained t;
	struct blame blame;
	char text[BLAME_TEXT];
	bool refused;

	(void)state;
	open_trained(&t, &variants[0]);
	p = &t.model.parameters.list[t.model.parameters.count - 1];
	blame = planted(&t, p, (real)NAN, &refused);
	assert_true(refused && blame.found && !blame.operation);
	assert_string_equal(blame.parameter, p->name);
	blame_text(&blame, text);
	assert_non_null(strstr(text, "in the weights before it"));
	close_trained(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_innocent_is_not_blamed),
		cmocka_unit_test(the_operation_is_named),
		cmocka_unit_test(a_weight_is_named),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("blame", tests, NULL, NULL);
}
