/* joined_test.c - decoder-only: what attention sees of source and target as one sequence, and that a
 * search finds the same whatever is searched beside. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/pool.h"
#include "eval/translate.h"
#include "models/joined.h"
#include "tests/golden_batch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { VOCABULARY = 23, LONGEST = 16 };

struct variant {
	const char *architecture;
	int prefix, self_attention;
};

static const struct variant variants[] = {
	{ "rnn", PREFIX_CAUSAL, ATTEND_NONE },
	{ "rnn", PREFIX_BIDIRECTIONAL, ATTEND_DOT },
	{ "cnn", PREFIX_CAUSAL, ATTEND_NONE },
	{ "cnn", PREFIX_BIDIRECTIONAL, ATTEND_SCALED_DOT },
	{ "transformer", PREFIX_CAUSAL, ATTEND_SCALED_DOT },
	{ "transformer", PREFIX_BIDIRECTIONAL, ATTEND_SCALED_DOT },
};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

static void make_design(struct design *design, const struct variant *v)
{
	design_default(design, architecture_find(v->architecture));
	design->model.width = 8;
	design->model.arrangement = ARRANGEMENT_DECODER_ONLY;
	design->model.prefix = v->prefix;
	design->side[SIDE_TARGET].layer.self_attention = v->self_attention;
	design->side[SIDE_TARGET].layer.layers = 2;
	design->side[SIDE_TARGET].layer.heads = 2;
}

static void open_variant(struct model *model, const struct variant *v)
{
	const int vocabulary[SIDES] = { VOCABULARY, VOCABULARY };
	struct design design;
	struct error error;

	make_design(&design, v);
	if (!model_open(model, &design, vocabulary, true, LONGEST, &error))
		fail_msg("%s: %s", v->architecture, error.message);
	parameters_start(&model->parameters, 7);
	design_free(&design);
}

/* Whether step t of a sentence that begins at `first` sees step s. */
static bool sees(const struct variant *v, int first, int prefix, int t, int s)
{
	return s >= first && (s <= t || (v->prefix == PREFIX_BIDIRECTIONAL && s < prefix));
}

static void check_sight(const struct variant *v, const struct batch *batch,
                        const struct attention_weights *a)
{
	assert_int_equal(a->t, batch->source_t + batch->target_t);
	assert_int_equal(a->s, a->t);
	for (int n = 0; n < a->n; n++)
		for (int h = 0; h < a->heads; h++)
			for (int t = 0; t < a->t; t++)
				for (int s = 0; s < a->s; s++) {
					const int first =
						batch->source_t - batch->source_length[n];
					const real w =
						a->weight[((n * a->heads + h) * a->t + t) * a->s +
					                  s];

					if (t >= first &&
					    (w > 0) != sees(v, first, batch->source_t, t, s))
						fail_msg("%s prefix %d: sentence %d step %d gives "
						         "step %d %g",
						         v->architecture, v->prefix, n, t, s,
						         (double)w);
				}
}

/* Leaves the weights of every layer on the tape. */
static void look_at(struct tape *tape, const struct model *model, const struct batch *batch)
{
	struct memory memory;

	tape->keep_attention = true;
	tape_begin(tape, &model->parameters, NULL, false, 0);
	model_encode(tape, model, batch->source, batch->source_length, batch->source_t, batch->n,
	             &memory);
	model_decode(tape, model, &memory, batch->target, batch->target_t, batch->n, NULL);
}

static void steps_see_the_source_and_what_was_before(void **state)
{
	(void)state;
	for (int i = 0; i < VARIANTS; i++) {
		struct batch batch = { 0 };
		struct corpus corpus;
		struct model model;
		struct tape tape;
		int layers = 0;

		open_variant(&model, &variants[i]);
		made_up_corpus(&corpus, 5, VOCABULARY, 2, 9, 4);
		batch_fill_all(&batch, &corpus);
		tape_init(&tape);
		look_at(&tape, &model, &batch);
		for (const struct attention_weights *a = tape.attention; a; a = a->next, layers++)
			check_sight(&variants[i], &batch, a);
		assert_int_equal(layers, variants[i].self_attention == ATTEND_NONE ? 0 : 2);
		tape_free(&tape);
		batch_free(&batch);
		corpus_free(&corpus);
		model_close(&model);
	}
}

/* The first state of the target, which has all of the source behind it, moves with each token of
 * it, however far away; a stack of two convolutions sees the last four alone. */
static void every_source_token_counts(void **state)
{
	(void)state;
	for (int i = 0; i < VARIANTS; i++) {
		const bool near = !strcmp(variants[i].architecture, "cnn") &&
		                  variants[i].self_attention == ATTEND_NONE;
		struct batch batch = { 0 };
		struct corpus corpus;
		struct model model;
		struct tape tape;
		real before[LONGEST];

		open_variant(&model, &variants[i]);
		made_up_corpus(&corpus, 1, VOCABULARY, 8, 8, 4);
		batch_fill_all(&batch, &corpus);
		tape_init(&tape);
		for (int s = -1; s < batch.source_t; s++) {
			struct memory memory;
			struct var *h;
			double moved = 0;
			const int keep = s < 0 ? 0 : batch.source[s];

			if (s >= 0)
				batch.source[s] = keep == 5 ? 6 : 5;
			tape_begin(&tape, &model.parameters, NULL, false, 0);
			model_encode(&tape, &model, batch.source, batch.source_length,
			             batch.source_t, 1, &memory);
			h = model_decode(&tape, &model, &memory, batch.target, 1, 1, NULL);
			for (int c = 0; c < h->c && s >= 0; c++)
				moved += fabs((double)(h->x[c] - before[c]));
			if (s < 0)
				memcpy(before, h->x, (size_t)h->c * sizeof(real));
			else
				batch.source[s] = keep;
			assert_true(s < 0 || (moved > 0) == (!near || s >= batch.source_t - 4));
		}
		tape_free(&tape);
		batch_free(&batch);
		corpus_free(&corpus);
		model_close(&model);
	}
}

static void expect_alike(const struct variant *v, size_t sentence, const struct nbest *a,
                         const struct nbest *b)
{
	const double tolerance = sizeof(real) == sizeof(double) ? 1e-10 : 1e-4;

	assert_int_equal(a->count, b->count);
	for (int i = 0; i < a->count; i++)
		if (fabs(a->best[i].score - b->best[i].score) > tolerance ||
		    a->best[i].length != b->best[i].length ||
		    memcmp(a->best[i].token, b->best[i].token,
		           (size_t)a->best[i].length * sizeof(int)) != 0)
			fail_msg("%s prefix %d sentence %zu hypothesis %d: score %.9g, beside "
			         "others %.9g",
			         v->architecture, v->prefix, sentence, i, a->best[i].score,
			         b->best[i].score);
}

/* Rows of a search are doubled, swapped and dropped, and sentences of other lengths leave. */
static void a_search_finds_the_same_beside_others(void **state)
{
	(void)state;
	for (int i = 0; i < VARIANTS; i++) {
		struct search_settings search, alone;
		struct nbest together[9] = { 0 }, apart[9] = { 0 };
		struct corpus corpus;
		struct model model;
		struct error error;
		struct pool *pool = pool_open(1, &error);

		settings_default(search_settings_table, &search);
		search.beam = search.nbest = 3;
		alone = search;
		alone.rows = 3;
		open_variant(&model, &variants[i]);
		made_up_corpus(&corpus, 9, VOCABULARY, 1, 12, 5);
		translate(&model, &corpus, &search, pool, NULL, NULL, together);
		translate(&model, &corpus, &alone, pool, NULL, NULL, apart);
		for (size_t j = 0; j < 9; j++) {
			expect_alike(&variants[i], j, &apart[j], &together[j]);
			nbest_free(&apart[j]);
			nbest_free(&together[j]);
		}
		pool_close(pool);
		corpus_free(&corpus);
		model_close(&model);
	}
}

static void only_self_attention_can_look_ahead(void **state)
{
	static const struct variant blind[] = { { "rnn", PREFIX_BIDIRECTIONAL, ATTEND_NONE },
		                                { "cnn", PREFIX_BIDIRECTIONAL, ATTEND_NONE } };
	struct design design;
	struct error error;
	int side;

	(void)state;
	for (int i = 0; i < 2; i++) {
		make_design(&design, &blind[i]);
		design_arrange(&design);
		assert_false(design_check(&design, &side, &error));
		assert_string_equal(error.message,
		                    "prefix = bidirectional: needs self-attention, which these "
		                    "layers do not have; set self_attention: scaled-dot, or "
		                    "prefix: causal");
		design_free(&design);
	}
	design_default(&design, architecture_find("transformer"));
	design.model.prefix = PREFIX_BIDIRECTIONAL;
	assert_false(design_check(&design, &side, &error));
	assert_non_null(strstr(error.message, "arrangement: decoder-only"));
	design_free(&design);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_see_the_source_and_what_was_before),
		cmocka_unit_test(every_source_token_counts),
		cmocka_unit_test(a_search_finds_the_same_beside_others),
		cmocka_unit_test(only_self_attention_can_look_ahead),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("joined", tests, NULL, NULL);
}
