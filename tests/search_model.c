/* search_model.c - a predictor that checks its callers, and slow searches of the same model. */
#include "tests/search_model.h"

#include "core/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

uint64_t model_hash(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static void spoil(const struct model *m, const struct prefix *p, real *logits)
{
	int n = m->predictor.vocabulary, end = m->predictor.end;

	switch (m->quirk) {
	case NO_QUIRK:
		break;
	case END_FIRST:
		logits[end] += p->length ? 0 : 30;
		break;
	case NEVER_ENDS:
		logits[end] = (real)-INFINITY;
		break;
	case ALL_NAN:
		for (int i = 0; i < n && p->length >= m->quirk_at; i++)
			logits[i] = (real)NAN;
		break;
	case SOME_NAN:
		logits[2] = (real)NAN;
		break;
	case INFINITE:
		logits[2] = logits[3] = (real)INFINITY;
		break;
	case LATE_END:
		for (int i = 0; i < n; i++)
			logits[i] = -40;
		logits[end] = (real)log(0.6) - (p->length == 1 ? 40 : 0);
		logits[2] = (real)log(0.4) - (p->length >= 2 ? 40 : 0);
		break;
	}
}

static void logits_after(const struct model *m, const struct prefix *p, real *logits)
{
	int n = m->predictor.vocabulary,
	    last = p->length ? p->token[p->length - 1] : m->predictor.begin;
	uint64_t key = model_hash(m->seed + (uint64_t)p->sentence * 7919);

	for (int i = 0; i < p->length; i++)
		key = model_hash(key + (uint64_t)p->token[i]);
	for (int i = 0; i < n; i++) {
		double u = (double)(model_hash(key + 1000 + (uint64_t)i) >> 11) * 0x1p-53;

		logits[i] = (real)(m->table ? m->table[last * n + i]
		                            : m->spread * u + (double)(key % 5));
	}
	spoil(m, p, logits);
}

static void model_step(void *context, int rows, const int *token)
{
	struct model *m = context;

	assert_int_equal(rows, m->rows);
	assert_true(rows > 0);
	for (int i = 0; i < rows; i++) {
		struct prefix *p = &m->row[i];

		if (m->steps)
			p->token[p->length++] = token[i];
		else
			assert_int_equal(token[i], m->predictor.begin);
		assert_true(m->steps == 0 || token[i] != m->predictor.end);
		assert_int_equal(p->length, m->steps);
	}
	m->steps++;
	m->rows_fed += rows;
}

static real *model_logits(void *context, int first, struct scan *scan)
{
	struct model *m = context;
	const size_t v = (size_t)m->predictor.vocabulary;
	const int rows = scan->rows;

	assert_true(first >= 0 && rows > 0 && first + rows <= m->rows);
	m->logits = memory_resize(m->logits, (size_t)rows * v, sizeof *m->logits);
	for (int i = 0; i < rows; i++)
		logits_after(m, &m->row[first + i], m->logits + (size_t)i * v);
	scan_tokens(scan, m->logits, 0, m->predictor.vocabulary);
	return m->logits;
}

static void model_select(void *context, int rows, const int *row, int sentences,
                         const int *sentence)
{
	struct model *m = context;
	struct prefix *old = m->row;
	int width = m->rows / m->sentences;

	assert_true(sentences > 0 && rows % sentences == 0);
	for (int j = 0; j < sentences; j++) {
		assert_in_range(sentence[j], j ? sentence[j - 1] + 1 : 0, m->sentences - 1);
		m->sentence[j] = m->sentence[sentence[j]];
	}
	m->row = memory_new((size_t)rows, sizeof(*m->row));
	for (int i = 0; i < rows; i++) {
		int j = i / (rows / sentences);

		assert_in_range(row[i], 0, m->rows - 1);
		assert_int_equal(row[i] / width, sentence[j]);
		m->row[i] = old[row[i]];
		assert_int_equal(m->row[i].sentence, m->sentence[j]);
	}
	free(old);
	m->rows = rows;
	m->sentences = sentences;
}

struct model model_of(int vocabulary, uint64_t seed, double spread)
{
	return (struct model){
		.predictor = { .vocabulary = vocabulary,
		               .begin = 0,
		               .end = 1,
		               .step = model_step,
		               .logits = model_logits,
		               .select = model_select },
		.seed = seed,
		.spread = spread,
	};
}

void model_search(struct model *m, const struct search_settings *settings, int first, int sentences,
                  const int *limit, struct nbest *result)
{
	size_t *number = memory_new((size_t)sentences, sizeof *number);

	m->predictor.context = m;
	m->row = memory_new((size_t)sentences, sizeof(*m->row));
	m->sentence = memory_new((size_t)sentences, sizeof(*m->sentence));
	m->rows = m->sentences = sentences;
	m->steps = 0;
	m->rows_fed = 0;
	for (int i = 0; i < sentences; i++) {
		m->sentence[i] = m->row[i].sentence = first + i;
		number[i] = (size_t)(first + i);
	}
	search(&m->predictor, settings, sentences, limit, number, result);
	free(number);
	free(m->logits);
	m->logits = NULL;
	free(m->row);
	free(m->sentence);
}

double expected_penalty(const struct search_settings *s, int length)
{
	return s->penalty == PENALTY_GNMT ? pow((5.0 + length) / 6, s->length_penalty)
	                                  : pow(length, s->length_penalty);
}

static void answers_add(struct answers *all, struct answer a)
{
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 64;
		all->a = memory_resize(all->a, (size_t)all->room, sizeof(*all->a));
	}
	a.order = all->count;
	all->a[all->count++] = a;
}

static int by_score(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->finished != y->finished)
		return x->finished ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->order - y->order;
}

static int by_total(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return x->order - y->order;
}

void model_log_probabilities(const struct model *m, const struct prefix *p, double *logp)
{
	real logits[WORDS];
	double sum = 0;

	logits_after(m, p, logits);
	for (int i = 0; i < m->predictor.vocabulary; i++)
		sum += exp((double)logits[i]);
	for (int i = 0; i < m->predictor.vocabulary; i++)
		logp[i] = (double)logits[i] - log(sum);
}

struct answer answer_extend(const struct model *m, const struct search_settings *settings,
                            struct answer from, int token, double logp)
{
	int length = from.prefix.length + 1;

	from.total += logp;
	from.score = from.total / expected_penalty(settings, length);
	from.finished = token == m->predictor.end;
	if (!from.finished)
		from.prefix.token[from.prefix.length++] = token;
	return from;
}

static void enumerate(const struct model *m, const struct search_settings *settings,
                      struct answer from, int limit, struct answers *all)
{
	double logp[WORDS];

	model_log_probabilities(m, &from.prefix, logp);
	for (int i = 0; i < m->predictor.vocabulary; i++) {
		struct answer a = answer_extend(m, settings, from, i, logp[i]);

		if (a.finished)
			answers_add(all, a);
		else if (a.prefix.length < limit)
			enumerate(m, settings, a, limit, all);
	}
}

struct answers answers_of_all(const struct model *m, const struct search_settings *settings,
                              int sentence, int limit)
{
	struct answers all = { 0 };

	enumerate(m, settings, (struct answer){ .prefix = { .sentence = sentence } }, limit, &all);
	qsort(all.a, (size_t)all.count, sizeof(*all.a), by_score);
	return all;
}

/* One step: finished ones are added to done, the best others replace those of live. Returns how
 * many finished. */
static int plain_step(const struct model *m, const struct search_settings *settings,
                      struct answers *live, struct answers *done)
{
	struct answers next = { 0 };
	int finished = 0, others = 0;
	double logp[WORDS];

	for (int i = 0; i < live->count; i++) {
		model_log_probabilities(m, &live->a[i].prefix, logp);
		for (int k = 0; k < m->predictor.vocabulary; k++)
			if (isfinite(logp[k]))
				answers_add(&next,
				            answer_extend(m, settings, live->a[i], k, logp[k]));
	}
	qsort(next.a, (size_t)next.count, sizeof(*next.a), by_total);
	for (int r = 0; r < next.count && r < 2 * settings->beam; r++) {
		if (!next.a[r].finished && others < settings->beam) {
			next.a[others++] = next.a[r];
		} else if (next.a[r].finished && r < settings->beam) {
			answers_add(done, next.a[r]);
			finished++;
		}
	}
	next.count = others;
	free(live->a);
	*live = next;
	return finished;
}

struct answers answers_of_beam(const struct model *m, const struct search_settings *settings,
                               int sentence, int limit)
{
	struct answers live = { 0 }, done = { 0 };
	int length = 0, finished = 0;

	answers_add(&live, (struct answer){ .prefix = { .sentence = sentence } });
	while (live.count && finished < settings->beam && length < limit) {
		finished += plain_step(m, settings, &live, &done);
		length++;
	}
	for (int i = 0; i < live.count && finished < settings->beam; i++)
		answers_add(&done, live.a[i]);
	free(live.a);
	qsort(done.a, (size_t)done.count, sizeof(*done.a), by_score);
	return done;
}

void expect_hypothesis(const struct hypothesis *h, const struct answer *a)
{
	assert_int_equal(h->finished, a->finished);
	assert_int_equal(h->length, a->prefix.length);
	for (int k = 0; k < h->length; k++)
		assert_int_equal(h->token[k], a->prefix.token[k]);
	assert_true(fabs(h->total - a->total) < tolerance);
	assert_true(fabs(h->score - a->score) < tolerance);
}

void expect_nbest(const struct nbest *n, const struct answers *all, long wanted)
{
	assert_int_equal(n->count, all->count < wanted ? all->count : (int)wanted);
	for (int i = 0; i < n->count; i++)
		expect_hypothesis(&n->best[i], &all->a[i]);
}

bool same_tokens(const struct hypothesis *a, const struct hypothesis *b)
{
	return a->length == b->length && a->finished == b->finished &&
	       memcmp(a->token, b->token, (size_t)a->length * sizeof(*a->token)) == 0;
}

void expect_same_bits(const struct nbest *a, const struct nbest *b)
{
	assert_int_equal(a->count, b->count);
	for (int i = 0; i < a->count; i++) {
		assert_true(same_tokens(&a->best[i], &b->best[i]));
		assert_memory_equal(&a->best[i].total, &b->best[i].total, sizeof(double));
		assert_memory_equal(&a->best[i].score, &b->best[i].score, sizeof(double));
	}
}

void expect_distinct_and_sorted(const struct nbest *n)
{
	for (int i = 0; i < n->count; i++) {
		for (int k = 0; k < i; k++)
			assert_false(same_tokens(&n->best[i], &n->best[k]));
		if (i && n->best[i - 1].finished == n->best[i].finished)
			assert_true(n->best[i - 1].score >= n->best[i].score);
		if (i)
			assert_true(n->best[i - 1].finished >= n->best[i].finished);
	}
}
