/* shortlist_test.c - searches that choose from a part of the vocabulary. */
#include "core/error.h"
#include "core/gemm.h"
#include "eval/translate.h"
#include "tests/golden_batch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VOCABULARY = 90, WIDTH = 24, LONGEST = 12, SENTENCES = 7, NBEST = 3 };

static const char *const designs[] = {
	"rnn",
	"cnn",
	"transformer",
};

static const struct {
	int beam, nbest, weights;
	bool sample;
} searches[] = {
	{ 1, 1, PACKED_FLOAT32, false },
	{ 4, NBEST, PACKED_FLOAT32, false },
	{ 3, 2, PACKED_INT8, false },
	{ 1, 3, PACKED_FLOAT32, true },
};

enum {
	DESIGNS = sizeof designs / sizeof *designs,
	SEARCHES = sizeof searches / sizeof *searches,
};

static struct search_settings settings_of(int i)
{
	struct search_settings s;

	settings_default(search_settings_table, &s);
	s.beam = searches[i].beam;
	s.nbest = searches[i].nbest;
	s.weights = searches[i].weights;
	s.sample = searches[i].sample;
	s.length_factor = 1;
	s.length_offset = 3;
	return s;
}

static void open_model(struct model *model, const char *architecture, bool tied)
{
	const int vocabulary[SIDES] = { VOCABULARY, VOCABULARY };
	struct design design;
	struct error error;

	settings_default(model_settings_table, &design.model);
	design.model.width = WIDTH;
	if (tied)
		assert_true(setting_read(setting_find(model_settings_table, "tied"), &design.model,
		                         "all", &error));
	for (int side = 0; side < SIDES; side++)
		body_default(&design.side[side], architecture_find(architecture));
	if (!model_open(model, &design, vocabulary, true, LONGEST, &error))
		fail_msg("%s: %s", architecture, error.message);
	parameters_start(&model->parameters, 5);
	design_free(&design);
}

/* Every source token's list: `count` tokens from a step on, the vocabulary round. */
static struct lexicon *lexicon_of(int count, int frequent)
{
	struct lexicon *l = memory_new(1, sizeof *l);

	l->vocabulary[SIDE_SOURCE] = l->vocabulary[SIDE_TARGET] = VOCABULARY;
	l->frequent_count = frequent;
	l->frequent = memory_new((size_t)frequent + 1, sizeof *l->frequent);
	for (int i = 0; i < frequent; i++)
		l->frequent[i] = VOCABULARY - 1 - i;
	l->first = memory_new(VOCABULARY + 1, sizeof *l->first);
	l->likely = memory_new((size_t)(VOCABULARY * count) + 1, sizeof *l->likely);
	for (int s = 0; s < VOCABULARY; s++) {
		for (int i = 0; i < count; i++)
			l->likely[s * count + i] = (11 * s + 7 * i) % VOCABULARY;
		l->first[s + 1] = (size_t)((s + 1) * count);
	}
	return l;
}

static void run(const struct model *model, const struct corpus *corpus,
                const struct search_settings *s, int workers, struct nbest *found)
{
	struct error error;
	struct pool *pool = pool_open(workers, &error);

	assert_non_null(pool);
	assert_true(translate(model, corpus, s, pool, NULL, NULL, found));
	pool_close(pool);
}

static void free_all(struct nbest *n)
{
	for (int i = 0; i < SENTENCES; i++)
		nbest_free(&n[i]);
}

static void expect_same(const struct nbest *a, const struct nbest *b, double tolerance)
{
	assert_int_equal(a->count, b->count);
	for (int i = 0; i < a->count; i++) {
		const struct hypothesis *x = &a->best[i], *y = &b->best[i];

		assert_int_equal(x->length, y->length);
		assert_memory_equal(x->token, y->token, (size_t)x->length * sizeof *x->token);
		assert_true(fabs(x->total - y->total) <= tolerance);
	}
}

/* Calls check(model, corpus, settings) for all architectures and searches. */
static void for_each(struct lexicon *l, long shortlist,
                     void check(struct model *, const struct corpus *,
                                const struct search_settings *))
{
	for (int d = 0; d < DESIGNS; d++)
		for (int i = 0; i < SEARCHES; i++) {
			struct search_settings s = settings_of(i);
			struct corpus corpus;
			struct model model;

			open_model(&model, designs[d], (d + i) % 2);
			made_up_corpus(&corpus, SENTENCES, VOCABULARY, 1, 6, 3);
			model.lexicon = l;
			s.shortlist = shortlist;
			check(&model, &corpus, &s);
			corpus_free(&corpus);
			model_close(&model);
		}
	lexicon_free(l);
}

static void check_whole(struct model *model, const struct corpus *corpus,
                        const struct search_settings *s)
{
	struct search_settings whole = *s;
	struct nbest want[SENTENCES], got[SENTENCES];

	whole.shortlist = 0;
	run(model, corpus, &whole, 1, want);
	run(model, corpus, s, 1, got);
	for (int i = 0; i < SENTENCES; i++)
		expect_same(&want[i], &got[i], 0);
	free_all(want);
	free_all(got);
}

static void a_shortlist_of_all_changes_no_bit(void **state)
{
	(void)state;
	for_each(lexicon_of(VOCABULARY, 0), LEXICON_MOST, check_whole);
	for_each(lexicon_of(0, VOCABULARY), LEXICON_MOST, check_whole);
}

/* Alone, with all others, by two workers: the same hypotheses, and totals but for rounding. */
static void check_groups(struct model *model, const struct corpus *corpus,
                         const struct search_settings *s)
{
	struct search_settings few = *s;
	struct nbest want[SENTENCES], got[SENTENCES];

	run(model, corpus, s, 1, want);
	for (few.rows = 1; few.rows < 40; few.rows *= 6)
		for (int workers = 1; workers < 3; workers++) {
			run(model, corpus, &few, workers, got);
			for (int i = 0; i < SENTENCES; i++)
				expect_same(&want[i], &got[i], 1e-3);
			free_all(got);
		}
	free_all(want);
}

static void a_sentence_chooses_from_its_own_tokens(void **state)
{
	(void)state;
	for_each(lexicon_of(9, 4), 5, check_groups);
}

/* What sentence i may choose. */
static void allowed_tokens(const struct corpus *c, int i, const struct lexicon *l, size_t most,
                           bool allowed[VOCABULARY])
{
	memset(allowed, 0, VOCABULARY);
	allowed[TOKEN_END] = true;
	for (size_t k = 0; k < (size_t)l->frequent_count && k < most; k++)
		allowed[l->frequent[k]] = true;
	for (size_t s = c->start[SIDE_SOURCE][i]; s <= c->start[SIDE_SOURCE][i + 1]; s++) {
		const bool ended = s == c->start[SIDE_SOURCE][i + 1];
		const int token = ended ? TOKEN_END : c->id[SIDE_SOURCE][s];
		const size_t first = l->first[token], last = l->first[token + 1];

		for (size_t k = first; k < last && k - first < most; k++)
			allowed[l->likely[k]] = true;
	}
}

/* Sum of log p of the hypothesis and its end, of all tokens that are allowed. */
static double plain_total(const struct model *model, const struct corpus *corpus, int i,
                          const struct hypothesis *h, const bool allowed[VOCABULARY])
{
	size_t start[2] = { 0, (size_t)h->length };
	struct corpus pair = { .sentences = 1,
		               .id = { corpus->id[SIDE_SOURCE], h->token },
		               .start = { corpus->start[SIDE_SOURCE] + i, start } };
	const uint32_t first = 0;
	struct batch batch = { 0 };
	struct memory memory;
	struct tape tape;
	const real *logits;
	double total = 0;

	batch_fill(&batch, &pair, &first, 1);
	tape_init(&tape);
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	logits = model_logits(&tape, model, model_states(&tape, model, &batch, &memory), 0,
	                      h->length + h->finished);
	for (int t = 0; t < h->length + h->finished; t++, logits += VOCABULARY) {
		const int token = t < h->length ? h->token[t] : TOKEN_END;
		double sum = 0;

		assert_true(allowed[token]);
		for (int v = 0; v < VOCABULARY; v++)
			sum += allowed[v] ? exp((double)logits[v]) : 0;
		total += (double)logits[token] - log(sum);
	}
	tape_free(&tape);
	batch_free(&batch);
	return total;
}

static void check_totals(struct model *model, const struct corpus *corpus,
                         const struct search_settings *s)
{
	struct nbest found[SENTENCES];

	run(model, corpus, s, 1, found);
	for (int i = 0; i < SENTENCES; i++) {
		bool allowed[VOCABULARY];

		allowed_tokens(corpus, i, model->lexicon, (size_t)s->shortlist, allowed);
		for (int k = 0; k < found[i].count; k++) {
			const double want =
				plain_total(model, corpus, i, &found[i].best[k], allowed);
			const double tolerance = s->weights == PACKED_INT8 ? 0.05 : 1e-4;

			assert_true(fabs(found[i].best[k].total - want) <
			            tolerance * (1 + fabs(want)));
		}
	}
	free_all(found);
}

static void probabilities_are_shares_of_the_shortlist(void **state)
{
	(void)state;
	for_each(lexicon_of(9, 4), 5, check_totals);
	for_each(lexicon_of(2, 0), 1, check_totals);
	for_each(lexicon_of(0, 0), 1, check_totals); /* the end alone */
}

static int open_gemm(void **state)
{
	struct error error;

	(void)state;
	return gemm_init(&error) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shortlist_of_all_changes_no_bit),
		cmocka_unit_test(a_sentence_chooses_from_its_own_tokens),
		cmocka_unit_test(probabilities_are_shares_of_the_shortlist),
	};

	return cmocka_run_group_tests(tests, open_gemm, NULL);
}
