/* heads_test.c - what heads do and are worth, against maps made by hand and plain recomputation. */
#include "core/error.h"
#include "core/gemm.h"
#include "eval/evaluate.h"
#include "eval/head_statistics.h"
#include "tests/golden_batch.h"
#include "tests/small_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const designs[] = {
	"{\"architecture\": \"transformer\", \"model\": {\"width\": 8}, \"settings\": {\"heads\": "
	"2,"
	" \"feed_forward\": 12, \"encoder_layers\": 1, \"decoder_layers\": 2}}",
	"{\"architecture\": \"rnn\", \"model\": {\"width\": 8}, \"settings\": {\"hidden\": 8, "
	"\"heads\": 2,"
	" \"input_feeding\": true, \"attention\": \"general\"}}",
	"{\"architecture\": \"cnn\", \"model\": {\"width\": 8}, \"settings\": {\"layers\": 2}}",
};
enum { DESIGNS = sizeof designs / sizeof designs[0], SENTENCES = 70, HEADS_MOST = 16 };

static void expect(const char *what, double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance) && !(isnan(got) && isnan(want)))
		fail_msg("%s: %.9g, expected %.9g", what, got, want);
}

/* Four tokens and the end; maps of 5 x 5 made by a rule. */
enum { STEPS = 5 };
enum rule { UNIFORM, PREVIOUS, SAME, NEXT, LAST, OFF };

static void make_map(real *w, enum rule rule)
{
	memset(w, 0, STEPS * STEPS * sizeof *w);
	for (int q = 0; q < STEPS && rule != OFF; q++) {
		const int k[] = { 0, q - 1, q, q + 1, STEPS - 1 };

		if (rule == UNIFORM)
			for (int i = 0; i < STEPS; i++)
				w[q * STEPS + i] = (real)1 / STEPS;
		else
			w[q * STEPS + (k[rule] < 0        ? 0
			               : k[rule] >= STEPS ? STEPS - 1
			                                  : k[rule])] = 1;
	}
}

static void heads_made_by_hand(void **state)
{
	/* Sums over 5 queries: of the entropy, of the distance; previous, same, next, end. The
	 * first query has no token before it and looks at itself, the last likewise. */
	static const struct {
		enum rule rule;
		double entropy, distance, previous, same, next, end;
	} cases[] = {
		{ UNIFORM, 5 * 2.321928094887362, 8, 0.8, 1, 0.8, 1 },
		{ PREVIOUS, 0, 4, 4, 1, 0, 0 },
		{ SAME, 0, 0, 0, 5, 0, 1 },
		{ NEXT, 0, 4, 0, 1, 4, 2 },
		{ LAST, 0, 10, 0, 1, 1, 5 },
		{ OFF, 0, 0, 0, 0, 0, 0 },
	};
	int token[STEPS] = { 5, 6, 7, 8, TOKEN_END };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		real w[STEPS * STEPS];
		struct attention_map map = { ATTENTION_ENCODER, 0, 0, STEPS, STEPS, w };
		const struct attention_maps maps = {
			.map = &map, .maps = 1, .key[ATTENTION_ENCODER] = { STEPS, token, NULL }
		};
		struct head_sums sums = { 0 };

		make_map(w, cases[i].rule);
		head_sums_add(&sums, &maps);
		assert_int_equal(sums.queries, cases[i].rule == OFF ? 0 : STEPS);
		assert_int_equal(sums.others, 0);
		expect("entropy", sums.entropy, cases[i].entropy, 1e-5);
		expect("distance", sums.distance, cases[i].distance, 1e-5);
		expect("previous", sums.previous, cases[i].previous, 1e-5);
		expect("same", sums.same, cases[i].same, 1e-5);
		expect("next", sums.next, cases[i].next, 1e-5);
		expect("begin", sums.begin, 0, 0);
		expect("end", sums.end, cases[i].end, 1e-5);
	}
}

static void heads_that_do_the_same_agree(void **state)
{
	static const struct {
		enum rule one, other;
		double agreement; /* summed over the queries of both */
		size_t queries;
	} cases[] = {
		{ UNIFORM, UNIFORM, 5, 5 },
		{ PREVIOUS, PREVIOUS, 5, 5 },
		{ PREVIOUS, LAST, 0, 5 },
		{ SAME, PREVIOUS, 1, 5 }, /* the first query */
		{ SAME, OFF, 0, 0 },
		/* 5 (1 - sqrt(H(0.6, 0.1, 0.1, 0.1, 0.1) - log2(5) / 2)) */
		{ UNIFORM, SAME, 1.094918224, 5 },
	};
	int token[STEPS] = { 5, 6, 7, 8, TOKEN_END };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		real w[2][STEPS * STEPS];
		struct attention_map map[] = {
			{ ATTENTION_ENCODER, 0, 0, STEPS, STEPS, w[0] },
			{ ATTENTION_ENCODER, 1, 0, STEPS, STEPS, w[1] },
		};
		const struct attention_maps maps = {
			.map = map, .maps = 2, .key[ATTENTION_ENCODER] = { STEPS, token, NULL }
		};
		struct head_sums sums[2] = { 0 };

		make_map(w[0], cases[i].one);
		make_map(w[1], cases[i].other);
		head_sums_add(sums, &maps);
		for (int h = 0; h < 2; h++) {
			assert_int_equal(sums[h].others, cases[i].queries);
			expect("agreement", sums[h].agreement, cases[i].agreement, 2e-3);
		}
	}
}

/* The same numbers once more, head by head, without haste. */
static struct head_statistics plain(const struct attention_maps *maps, int sentences, int head)
{
	const struct attention_map *first = &maps[0].map[head];
	double n = 0, others = 0;
	struct head_statistics s = {
		{ first->kind, first->layer, first->head }, 0, 0, 0, 0, 0, 0, 0, 0, 0
	};

	for (int i = 0; i < sentences; i++) {
		const struct attention_map *a = &maps[i].map[head];

		for (int q = 0; q < a->queries; q++, n++)
			for (int k = 0; k < a->keys; k++) {
				const double w = (double)a->weight[q * a->keys + k];
				const int token = maps[i].key[a->kind].token[k];

				s.entropy -= w > 0 ? w * log(w) / log(2) : 0;
				s.distance += w * fabs((double)q - k);
				s.previous += k == q - 1 ? w : 0;
				s.same += k == q ? w : 0;
				s.next += k == q + 1 ? w : 0;
				s.begin += token == TOKEN_BEGIN ? w : 0;
				s.end += token == TOKEN_END ? w : 0;
			}
		for (int j = 0; j < maps[i].maps; j++) {
			const struct attention_map *b = &maps[i].map[j];

			for (int q = 0; q < a->queries && j != head && b->kind == a->kind;
			     q++, others++) {
				double divergence =
					0; /* as the mean of two divergences to the mean */

				for (int k = 0; k < a->keys; k++) {
					const double v = (double)a->weight[q * a->keys + k];
					const double w = (double)b->weight[q * a->keys + k];

					divergence += v > 0 ? v / 2 * log(2 * v / (v + w)) : 0;
					divergence += w > 0 ? w / 2 * log(2 * w / (v + w)) : 0;
				}
				s.agreement += 1 - sqrt(fmax(0, divergence / log(2)));
			}
		}
	}
	s.entropy /= n;
	s.distance /= n;
	s.previous /= n;
	s.same /= n;
	s.next /= n;
	s.begin = first->kind == ATTENTION_DECODER ? s.begin / n : (double)NAN;
	s.end = first->kind == ATTENTION_DECODER ? (double)NAN : s.end / n;
	s.agreement = others > 0 ? s.agreement / others : (double)NAN;
	s.queries = (size_t)n;
	return s;
}

static void compare(const struct head_statistics *got, const struct head_statistics *want)
{
	assert_memory_equal(&got->head, &want->head, sizeof got->head);
	assert_int_equal(got->queries, want->queries);
	expect("entropy", got->entropy, want->entropy, 1e-9);
	expect("distance", got->distance, want->distance, 1e-9);
	expect("previous", got->previous, want->previous, 1e-9);
	expect("same", got->same, want->same, 1e-9);
	expect("next", got->next, want->next, 1e-9);
	expect("begin", got->begin, want->begin, 1e-9);
	expect("end", got->end, want->end, 1e-9);
	expect("agreement", got->agreement, want->agreement, 2e-4); /* roots of what is near 0 */
}

static void measure(const struct heads *heads, const struct model *model,
                    const struct corpus *corpus, int workers, struct head_statistics *result)
{
	struct error error;
	struct pool *pool = pool_open(workers, &error);

	assert_non_null(pool);
	memset(result, 0, heads->count * sizeof *result);
	assert_true(heads_measure(heads, model, corpus, pool, NULL, NULL, result));
	pool_close(pool);
}

static void statistics_are_what_a_plain_computation_finds(void **state)
{
	(void)state;
	for (int d = 0; d < DESIGNS; d++) {
		struct head_statistics one[HEADS_MOST], three[HEADS_MOST];
		struct attention_maps maps[SENTENCES];
		struct model model;
		struct corpus corpus;
		struct heads heads;

		small_model_open(&model, designs[d]);
		made_up_corpus(&corpus, SENTENCES, SMALL_VOCABULARY, 1, 9, 3);
		heads_of(&heads, &model);
		for (uint32_t i = 0; i < SENTENCES; i++) {
			attention_maps_init(&maps[i], &model, NULL);
			attention_maps_make(&maps[i], &corpus, i);
		}
		measure(&heads, &model, &corpus, 1, one);
		measure(&heads, &model, &corpus, 3, three);
		assert_memory_equal(one, three, heads.count * sizeof one[0]);
		for (size_t h = 0; h < heads.count; h++) {
			const struct head_statistics want = plain(maps, SENTENCES, (int)h);

			compare(&one[h], &want);
		}
		for (int i = 0; i < SENTENCES; i++)
			attention_maps_free(&maps[i]);
		heads_free(&heads);
		corpus_free(&corpus);
		model_close(&model);
	}
}

static double loss_of(struct model *model, const struct head_place *masked, size_t masks,
                      const struct corpus *corpus, struct pool *pool)
{
	struct loss loss;

	model->masked = masked;
	model->masks = masks;
	loss = evaluate(model, corpus, 4096, pool, NULL);
	return loss.nll / (double)loss.tokens;
}

static bool stop_at_once(void *context, size_t done, size_t all)
{
	*(size_t *)context = done;
	return all < done;
}

static void importance_is_the_difference_of_two_evaluations(void **state)
{
	struct error error;
	struct pool *pool = pool_open(2, &error);

	(void)state;
	for (int d = 0; d < DESIGNS; d++) {
		struct head_importance worth[HEADS_MOST];
		double loss;
		struct model model;
		struct corpus corpus;
		struct heads heads;
		size_t told = 0;

		small_model_open(&model, designs[d]);
		made_up_corpus(&corpus, 20, SMALL_VOCABULARY, 1, 9, 3);
		heads_of(&heads, &model);
		for (size_t before = 0; before < 2; before++) { /* heads that are off already */
			const double whole = loss_of(&model, heads.head, before, &corpus, pool);

			assert_true(heads_importance(&heads, &model, &corpus, pool, NULL, NULL,
			                             &loss, worth));
			assert_true(loss == whole);
			assert_int_equal(model.masks, before);
			for (size_t h = 0; h < heads.count; h++) {
				struct head_place mask[2] = { heads.head[0], heads.head[0] };

				mask[before] = heads.head[h];
				assert_true(worth[h].change ==
				            loss_of(&model, mask, before + 1, &corpus, pool) -
				                    whole);
				assert_true((worth[h].change != 0) == (h >= before));
				model.masked = heads.head;
				model.masks = before;
			}
		}
		assert_false(heads_importance(&heads, &model, &corpus, pool, stop_at_once, &told,
		                              &loss, worth));
		assert_int_equal(told, 1);
		model.masked = NULL;
		heads_free(&heads);
		corpus_free(&corpus);
		model_close(&model);
	}
	pool_close(pool);
}

static void the_error_of_importance(void **state)
{
	enum { N = 12 };
	struct error error;
	struct pool *pool = pool_open(1, &error);
	struct head_importance worth;
	struct model model;
	struct corpus corpus;
	struct heads heads;
	double loss, before[N], after[N], mean = 0, sum = 0;

	(void)state;
	small_model_open(&model, designs[0]);
	made_up_corpus(&corpus, N, SMALL_VOCABULARY, 5, 5, 3); /* equally long: a plain mean */
	heads_of(&heads, &model);
	heads.count = 1;
	assert_true(heads_importance(&heads, &model, &corpus, pool, NULL, NULL, &loss, &worth));
	evaluate(&model, &corpus, 4096, pool, before);
	model.masked = heads.head;
	model.masks = 1;
	evaluate(&model, &corpus, 4096, pool, after);
	model.masks = 0;
	for (int i = 0; i < N; i++)
		mean += (before[i] - after[i]) / 6 / N;
	for (int i = 0; i < N; i++)
		sum += pow((before[i] - after[i]) / 6 - mean, 2);
	expect("change", worth.change, mean, 1e-9);
	expect("error", worth.error, sqrt(sum / (N - 1) / N), 1e-9);
	corpus.sentences = 1;
	assert_true(heads_importance(&heads, &model, &corpus, pool, NULL, NULL, &loss, &worth));
	assert_true(isnan(worth.error));
	heads_free(&heads);
	corpus_free(&corpus);
	model_close(&model);
	pool_close(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_made_by_hand),
		cmocka_unit_test(heads_that_do_the_same_agree),
		cmocka_unit_test(statistics_are_what_a_plain_computation_finds),
		cmocka_unit_test(the_error_of_importance),
		cmocka_unit_test(importance_is_the_difference_of_two_evaluations),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
