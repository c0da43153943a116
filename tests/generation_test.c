/* generation_test.c - a language model goes on with a text: cached steps against whole sequences.
 */
#include "core/error.h"
#include "core/gemm.h"
#include "data/vocabulary.h"
#include "eval/generation.h"
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

enum { V = VARIANT_VOCABULARY, LONGEST = VARIANT_LONGEST, TOKENS = 40, PROMPT = 3 };

static const struct search_settings chance = { .temperature = 1, .top_p = 1, .seed = 3 };

static const int prompt[PROMPT] = { TOKEN_END, 7, 9 };

/* A variant without a source, of several kinds of memory; whether it forgets what is far back. */
static const struct {
	struct variant variant;
	bool window;
} models[] = {
	{ { "rnn", "arrangement=decoder-only prefix=none" }, false },
	{ { "rnn", "arrangement=decoder-only prefix=none cell=gru norm=pre self_attention=dot "
	           "positions=learned" },
	  true },
	{ { "cnn", "arrangement=decoder-only prefix=none positions=none" }, false },
	{ { "cnn", "arrangement=decoder-only prefix=none positions=learned" }, true },
	{ { "transformer", "arrangement=decoder-only prefix=none" }, true },
	{ { "transformer",
	    "arrangement=decoder-only prefix=none positions=relative relative_clip=3" },
	  false },
	{ { "transformer", "arrangement=decoder-only prefix=none positions=rotary key_heads=1" },
	  true },
	{ { "transformer", "arrangement=decoder-only prefix=none positions=alibi window=5" },
	  false },
};

enum { MODELS = sizeof models / sizeof *models };

static void generate(struct generation *g, uint64_t number, int *token, double *log_probability)
{
	generation_begin(g, prompt, PROMPT, number);
	for (int i = 0; i < TOKENS; i++)
		generation_next(g, &token[i], log_probability);
}

/* log p of `next` behind `count` tokens, read as a whole; specials that are never drawn left out.
 */
static double log_p(const struct model *model, const int *token, int count, int next)
{
	struct memory memory;
	struct tape tape;
	const real *x;
	double sum = 0, result;
	struct var *h;

	tape_init(&tape);
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	model_encode(&tape, model, NULL, NULL, 0, 1, &memory);
	h = model_decode(&tape, model, &memory, token, count, 1, NULL);
	x = model_logits(&tape, model, h, count - 1, 1);
	for (int i = TOKEN_END; i < V; i++)
		sum += exp((double)x[i]);
	result = (double)x[next] - log(sum);
	tape_free(&tape);
	return result;
}

/* What the model sees of `all` tokens before it draws the next: all, or what the window left. */
static int first_seen(bool window, int all)
{
	int first = 0;

	for (int end = PROMPT; end <= all && window; end++)
		if (end - first > LONGEST)
			first = end - LONGEST / 2;
	return first;
}

static void steps_equal_the_whole_text(void **state)
{
	(void)state;
	for (int m = 0; m < MODELS; m++) {
		int text[PROMPT + TOKENS];
		struct generation *g;
		struct model model;

		variant_open(&model, &models[m].variant, variant_small);
		g = generation_open(&model, &chance, 1);
		memcpy(text, prompt, sizeof prompt);
		generation_begin(g, prompt, PROMPT, 0);
		for (int i = PROMPT; i < PROMPT + TOKENS; i++) {
			const int first = first_seen(models[m].window, i);
			double got = 0, want;

			generation_next(g, &text[i], &got);
			assert_in_range(text[i], TOKEN_END, V - 1);
			want = log_p(&model, text + first, i - first, text[i]);
			if (fabs(got - want) > 1e-4 * (1 + fabs(want)))
				fail_msg("%s %s: log p of token %d is %.7g, of the whole text %.7g",
				         models[m].variant.architecture, models[m].variant.settings,
				         i, got, want);
		}
		generation_close(g);
		model_close(&model);
	}
}

static void chance_begins_at_the_seed(void **state)
{
	int token[4][TOKENS];
	struct search_settings other = chance;
	struct generation *g;
	struct model model;

	(void)state;
	variant_open(&model, &models[0].variant, variant_small);
	g = generation_open(&model, &chance, 1);
	generate(g, 0, token[0], NULL);
	generate(g, 1, token[1], NULL);
	generate(g, 0, token[2], NULL);
	generation_close(g);
	other.seed++;
	g = generation_open(&model, &other, 1);
	generate(g, 0, token[3], NULL);
	generation_close(g);
	assert_memory_equal(token[0], token[2], sizeof token[0]);
	assert_true(memcmp(token[0], token[1], sizeof token[0]) != 0);
	assert_true(memcmp(token[0], token[3], sizeof token[0]) != 0);
	model_close(&model);
}

/* Row r of several is the text of number r alone. */
static void rows_are_texts_of_their_own(void **state)
{
	enum { ROWS = 3 };

	(void)state;
	for (int m = 0; m < MODELS; m++) {
		int together[TOKENS][ROWS], alone[TOKENS], begin[PROMPT][ROWS];
		struct generation *g;
		struct model model;

		variant_open(&model, &models[m].variant, variant_small);
		for (int t = 0; t < PROMPT; t++)
			for (int r = 0; r < ROWS; r++)
				begin[t][r] = prompt[t];
		g = generation_open(&model, &chance, ROWS);
		generation_begin(g, begin[0], PROMPT, 5);
		for (int t = 0; t < TOKENS; t++)
			generation_next(g, together[t], NULL);
		generation_close(g);
		g = generation_open(&model, &chance, 1);
		for (int r = 0; r < ROWS; r++) {
			generate(g, 5 + (uint64_t)r, alone, NULL);
			for (int t = 0; t < TOKENS; t++)
				assert_int_equal(alone[t], together[t][r]);
		}
		generation_close(g);
		model_close(&model);
	}
}

/* From one token alone it is the most probable each time, whatever the seed. */
static void one_token_leaves_no_chance(void **state)
{
	const struct search_settings one = { .temperature = 1, .top_k = 1, .seed = 1 };
	const struct search_settings other = { .temperature = 2, .top_k = 1, .seed = 2 };
	int token[2][TOKENS];
	struct generation *g;
	struct model model;

	(void)state;
	variant_open(&model, &models[0].variant, variant_small);
	for (int i = 0; i < 2; i++) {
		g = generation_open(&model, i ? &one : &other, 1);
		generate(g, 0, token[i], NULL);
		generation_close(g);
	}
	assert_memory_equal(token[0], token[1], sizeof token[0]);
	model_close(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_equal_the_whole_text),
		cmocka_unit_test(chance_begins_at_the_seed),
		cmocka_unit_test(rows_are_texts_of_their_own),
		cmocka_unit_test(one_token_leaves_no_chance),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("generation", tests, NULL, NULL);
}
