/* translate_test.c - a translator's results are a function of corpus and settings alone. */
#include "core/error.h"
#include "core/gemm.h"
#include "eval/translate.h"
#include "tests/golden_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* So large that the product with the vocabulary is shared when one sentence is alone. */
enum { VOCABULARY = 3000, WIDTH = 128, LONGEST = 12, SENTENCES = 9, MOST_WORKERS = 3 };

static const char *const architectures[] = { "rnn", "cnn", "transformer" };

/* Sanitizers look at memory, not at bits: one worker and three will do for them. */
#ifdef __SANITIZE_ADDRESS__
enum { WORKERS_STEP = 2 };
#else
enum { WORKERS_STEP = 1 };
#endif

enum { ARCHITECTURES = sizeof architectures / sizeof architectures[0] };

static const struct {
	int beam, nbest, weights;
	bool sample;
} searches[] = {
	{ 1, 1, PACKED_FLOAT32, false },
	{ 4, 4, PACKED_FLOAT32, false },
	{ 4, 2, PACKED_BFLOAT16, false },
	{ 1, 3, PACKED_INT8, true },
};

enum { SEARCHES = sizeof searches / sizeof searches[0] };

static struct search_settings settings_of(int i)
{
	struct search_settings s;

	settings_default(search_settings_table, &s);
	s.beam = searches[i].beam;
	s.nbest = searches[i].nbest;
	s.weights = searches[i].weights;
	s.sample = searches[i].sample;
	return s;
}

static void open_model(struct model *model, const char *architecture)
{
	const int vocabulary[SIDES] = { VOCABULARY, VOCABULARY };
	struct design design;
	struct error error;

	settings_default(model_settings_table, &design.model);
	design.model.width = WIDTH;
	for (int side = 0; side < SIDES; side++)
		body_default(&design.side[side], architecture_find(architecture));
	if (!model_open(model, &design, vocabulary, true, LONGEST, &error))
		fail_msg("%s: %s", architecture, error.message);
	parameters_start(&model->parameters, 11);
	design_free(&design);
}

static void expect_same_bits(const struct nbest *a, const struct nbest *b)
{
	assert_true(a->count > 0);
	assert_int_equal(a->count, b->count);
	for (int i = 0; i < a->count; i++) {
		const struct hypothesis *x = &a->best[i], *y = &b->best[i];

		assert_int_equal(x->length, y->length);
		assert_memory_equal(x->token, y->token, (size_t)x->length * sizeof *x->token);
		assert_memory_equal(&x->total, &y->total, sizeof x->total);
	}
}

static void free_all(struct nbest *n, int count)
{
	for (int i = 0; i < count; i++)
		nbest_free(&n[i]);
}

static struct pool *pool_of(int workers)
{
	struct error error;
	struct pool *pool = pool_open(workers, &error);

	assert_non_null(pool);
	return pool;
}

static struct corpus only(const struct corpus *all, int sentence)
{
	struct corpus one = *all;

	one.sentences = 1;
	for (int side = 0; side < SIDES; side++)
		one.start[side] = all->start[side] + sentence;
	return one;
}

/* The whole corpus, twice, and its sentences one after another between, by a translator of each
 * number of workers. */
static void check(const struct model *model, const struct corpus *corpus,
                  const struct search_settings *s)
{
	struct nbest want[SENTENCES], alone[SENTENCES], got[SENTENCES];

	for (int workers = 1; workers <= MOST_WORKERS; workers += WORKERS_STEP) {
		struct pool *pool = pool_of(workers);
		struct translator *t = translator_open(model, pool, s->weights);

		assert_true(translator_run(t, corpus, s, NULL, NULL, workers == 1 ? want : got));
		for (int i = 0; workers > 1 && i < SENTENCES; i++)
			expect_same_bits(&want[i], &got[i]);
		free_all(got, workers == 1 ? 0 : SENTENCES);
		for (int i = 0; i < SENTENCES; i++) {
			const struct corpus one = only(corpus, i);

			translator_run(t, &one, s, NULL, NULL, workers == 1 ? &alone[i] : &got[i]);
			if (workers > 1)
				expect_same_bits(&alone[i], &got[i]);
		}
		free_all(got, workers == 1 ? 0 : SENTENCES);
		translator_run(t, corpus, s, NULL, NULL, got);
		for (int i = 0; i < SENTENCES; i++)
			expect_same_bits(&want[i], &got[i]);
		free_all(got, SENTENCES);
		translator_close(t);
		pool_close(pool);
	}
	free_all(want, SENTENCES);
	free_all(alone, SENTENCES);
}

static void neither_workers_nor_earlier_calls_change_a_bit(void **state)
{
	(void)state;
	for (int a = 0; a < ARCHITECTURES; a++) {
		struct corpus corpus;
		struct model model;

		open_model(&model, architectures[a]);
		made_up_corpus(&corpus, SENTENCES, VOCABULARY, 1, 6, 3);
		for (int i = 0; i < SEARCHES; i++) {
			const struct search_settings s = settings_of(i);

			check(&model, &corpus, &s);
		}
		corpus_free(&corpus);
		model_close(&model);
	}
}

static bool stop_at_once(void *context, size_t done, size_t all)
{
	(void)context;
	return done > all;
}

static void a_watcher_can_stop_it(void **state)
{
	const struct search_settings s = settings_of(0);
	struct nbest found[SENTENCES];
	struct corpus corpus;
	struct model model;

	(void)state;
	open_model(&model, "transformer");
	made_up_corpus(&corpus, SENTENCES, VOCABULARY, 1, 6, 3);
	for (int workers = 1; workers <= MOST_WORKERS; workers += WORKERS_STEP) {
		struct pool *pool = pool_of(workers);

		assert_false(translate(&model, &corpus, &s, pool, stop_at_once, NULL, found));
		free_all(found, SENTENCES);
		pool_close(pool);
	}
	corpus_free(&corpus);
	model_close(&model);
}

struct watched {
	size_t done;
	bool wrong;
};

static bool watch(void *context, size_t done, size_t all)
{
	struct watched *w = context;

	w->wrong |= done <= w->done || done > all;
	w->done = done;
	return true;
}

static void each_group_that_is_reported_has_sentences(void **state)
{
	const struct search_settings s = settings_of(1);
	struct nbest found[SENTENCES];
	struct corpus corpus, part;
	struct model model;

	(void)state;
	open_model(&model, "rnn");
	made_up_corpus(&corpus, SENTENCES, VOCABULARY, 1, 6, 3);
	for (size_t n = SENTENCES - 2; n <= SENTENCES; n++) {
		struct pool *pool = pool_of(2);
		struct watched w = { 0 };

		part = corpus;
		part.sentences = n;
		assert_true(translate(&model, &part, &s, pool, watch, &w, found));
		assert_true(w.done == n && !w.wrong);
		free_all(found, (int)n);
		pool_close(pool);
	}
	corpus_free(&corpus);
	model_close(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neither_workers_nor_earlier_calls_change_a_bit),
		cmocka_unit_test(a_watcher_can_stop_it),
		cmocka_unit_test(each_group_that_is_reported_has_sentences),
	};
	struct error error;

	if (!gemm_init(&error))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
