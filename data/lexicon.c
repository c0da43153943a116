/* lexicon.c - which target tokens training puts beside a source token: IBM Model 1. */
#include "data/lexicon.h"
#include "core/error.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5, PAIRS_MOST = 1 << 24 };

static const double least_probability = 1e-4;

/* A source and a target token that stand in sentences of the same number. */
struct link {
	double probability, expected;
	int token; /* of the target */
};

struct learner {
	const struct corpus *corpus;
	size_t stride; /* one sentence of so many is read */
	int source;    /* entries of the source's vocabulary */

	size_t *begin;  /* [source + 1] pairs of each source token in pair[] */
	size_t *next;   /* [source] while sentences are read in order */
	uint32_t *pair; /* of each pair of tokens, in the order of sentences, its link */
	size_t *first;  /* [source + 1] links of each source token in link[] */
	struct link *link;
	double *sum; /* [target tokens of a sentence] */
};

/* Of a sentence the tokens of a side. */
struct tokens {
	const int *id;
	size_t n;
};

static struct tokens tokens_of(const struct corpus *c, enum side side, size_t sentence)
{
	return (struct tokens){ c->id[side] + c->start[side][sentence],
		                corpus_length(c, side, sentence) };
}

static size_t pairs_of(const struct corpus *c, size_t stride)
{
	size_t pairs = 0;

	for (size_t i = 0; i < c->sentences; i += stride)
		pairs += corpus_length(c, SIDE_SOURCE, i) * corpus_length(c, SIDE_TARGET, i);
	return pairs;
}

/* pair[] by source token, each of them the number of its target token. */
static void list_pairs(struct learner *l)
{
	const struct corpus *c = l->corpus;

	for (size_t i = 0; i < c->sentences; i += l->stride) {
		const struct tokens source = tokens_of(c, SIDE_SOURCE, i);

		for (size_t s = 0; s < source.n; s++)
			l->begin[source.id[s] + 1] += corpus_length(c, SIDE_TARGET, i);
	}
	for (int s = 0; s < l->source; s++)
		l->begin[s + 1] += l->begin[s];
	memcpy(l->next, l->begin, (size_t)l->source * sizeof *l->next);
	for (size_t i = 0; i < c->sentences; i += l->stride) {
		const struct tokens source = tokens_of(c, SIDE_SOURCE, i);
		const struct tokens target = tokens_of(c, SIDE_TARGET, i);

		for (size_t s = 0; s < source.n; s++)
			for (size_t t = 0; t < target.n; t++)
				l->pair[l->next[source.id[s]]++] = (uint32_t)target.id[t];
	}
}

/* One link for the equal pairs of a source token; pair[] becomes the numbers of links. */
static void make_links(struct learner *l, int target)
{
	size_t *link_of = memory_new((size_t)target, sizeof *link_of); /* and 1 */
	size_t links = 0;

	l->link = memory_new(l->begin[l->source] + 1, sizeof *l->link);
	for (int s = 0; s < l->source; s++) {
		l->first[s] = links;
		for (size_t i = l->begin[s]; i < l->begin[s + 1]; i++) {
			const uint32_t t = l->pair[i];

			if (link_of[t] <= l->first[s]) {
				l->link[links] = (struct link){ 1, 0, (int)t };
				link_of[t] = ++links;
			}
			l->pair[i] = (uint32_t)(link_of[t] - 1);
		}
	}
	l->first[l->source] = links;
	l->link = memory_resize(l->link, links + 1, sizeof *l->link);
	free(link_of);
}

/* Each target token shared out among the source tokens of its sentence. */
static void expect(struct learner *l, size_t sentence)
{
	const struct tokens source = tokens_of(l->corpus, SIDE_SOURCE, sentence);
	const size_t n = corpus_length(l->corpus, SIDE_TARGET, sentence);

	memset(l->sum, 0, n * sizeof *l->sum);
	for (size_t s = 0; s < source.n; s++) {
		const uint32_t *pair = l->pair + l->next[source.id[s]];

		l->next[source.id[s]] += n;
		for (size_t t = 0; t < n; t++)
			l->sum[t] += l->link[pair[t]].probability;
	}
	for (size_t s = source.n; s-- > 0;) {
		const uint32_t *pair = l->pair + (l->next[source.id[s]] -= n);

		for (size_t t = 0; t < n; t++)
			l->link[pair[t]].expected +=
				l->link[pair[t]].probability / fmax(l->sum[t], DBL_MIN);
	}
	for (size_t s = 0; s < source.n; s++)
		l->next[source.id[s]] += n;
}

static void maximise(struct learner *l, int s)
{
	double sum = 0;

	for (size_t i = l->first[s]; i < l->first[s + 1]; i++)
		sum += l->link[i].expected;
	for (size_t i = l->first[s]; i < l->first[s + 1]; i++) {
		l->link[i].probability = sum > 0 ? l->link[i].expected / sum : 0;
		l->link[i].expected = 0;
	}
}

static void run_round(struct learner *l)
{
	memcpy(l->next, l->begin, (size_t)l->source * sizeof *l->next);
	for (size_t i = 0; i < l->corpus->sentences; i += l->stride)
		expect(l, i);
	for (int s = 0; s < l->source; s++)
		maximise(l, s);
}

static int by_probability(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->probability != y->probability)
		return x->probability < y->probability ? 1 : -1;
	return x->token - y->token;
}

/* The best links of each source token. */
static void keep_likely(struct learner *l, struct lexicon *lexicon)
{
	size_t kept = 0;

	lexicon->likely = memory_new(l->first[l->source] + 1, sizeof *lexicon->likely);
	for (int s = 0; s < l->source; s++) {
		struct link *link = l->link + l->first[s];
		const size_t n = l->first[s + 1] - l->first[s];

		lexicon->first[s] = kept;
		qsort(link, n, sizeof *link, by_probability);
		for (size_t i = 0; i < n && i < LEXICON_MOST; i++)
			if (link[i].probability >= least_probability)
				lexicon->likely[kept++] = link[i].token;
	}
	lexicon->first[l->source] = kept;
	lexicon->likely = memory_resize(lexicon->likely, kept + 1, sizeof *lexicon->likely);
}

static void count_frequent(const struct corpus *c, struct lexicon *lexicon)
{
	const size_t n = (size_t)lexicon->vocabulary[SIDE_TARGET];
	struct link *link = memory_new(n, sizeof *link); /* probability: times */
	const int *id = c->id[SIDE_TARGET];
	int count = 0;

	for (size_t t = 0; t < n; t++)
		link[t].token = (int)t;
	for (size_t i = c->start[SIDE_TARGET][0]; i < c->start[SIDE_TARGET][c->sentences]; i++)
		link[id[i]].probability++;
	qsort(link, n, sizeof *link, by_probability);
	lexicon->frequent = memory_new(LEXICON_MOST, sizeof *lexicon->frequent);
	while (count < LEXICON_MOST && (size_t)count < n && link[count].probability > 0) {
		lexicon->frequent[count] = link[count].token;
		count++;
	}
	lexicon->frequent_count = count;
	free(link);
}

static void learner_open(struct learner *l, const struct corpus *c, int source)
{
	size_t longest = 0;

	*l = (struct learner){ .corpus = c,
		               .stride = pairs_of(c, 1) / PAIRS_MOST + 1,
		               .source = source };
	for (size_t i = 0; i < c->sentences; i++)
		if (corpus_length(c, SIDE_TARGET, i) > longest)
			longest = corpus_length(c, SIDE_TARGET, i);
	l->begin = memory_new((size_t)source + 1, sizeof *l->begin);
	l->first = memory_new((size_t)source + 1, sizeof *l->first);
	l->next = memory_new((size_t)source, sizeof *l->next);
	l->pair = memory_new(pairs_of(c, l->stride) + 1, sizeof *l->pair);
	l->sum = memory_new(longest + 1, sizeof *l->sum);
}

static void learner_close(struct learner *l)
{
	free(l->begin);
	free(l->first);
	free(l->next);
	free(l->pair);
	free(l->link);
	free(l->sum);
}

struct lexicon *lexicon_learn(const struct corpus *corpus, const int vocabulary[SIDES])
{
	struct lexicon *lexicon;
	struct learner l;

	if (!corpus->start[SIDE_SOURCE] || !corpus->start[SIDE_TARGET])
		return NULL;
	lexicon = memory_new(1, sizeof *lexicon);
	memcpy(lexicon->vocabulary, vocabulary, sizeof lexicon->vocabulary);
	lexicon->first = memory_new((size_t)vocabulary[SIDE_SOURCE] + 1, sizeof *lexicon->first);
	learner_open(&l, corpus, vocabulary[SIDE_SOURCE]);
	list_pairs(&l);
	make_links(&l, vocabulary[SIDE_TARGET]);
	for (int i = 0; i < ROUNDS; i++)
		run_round(&l);
	keep_likely(&l, lexicon);
	learner_close(&l);
	count_frequent(corpus, lexicon);
	return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
	if (!lexicon)
		return;
	free(lexicon->frequent);
	free(lexicon->first);
	free(lexicon->likely);
	free(lexicon);
}
