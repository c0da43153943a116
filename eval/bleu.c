/* bleu.c - n-gram matches of segments, and the score of their sum. */
#include "eval/bleu.h"
#include "core/error.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The n-grams of one text as hashes: those of order n are gram[n - 1][0 .. count - n], sorted. */
struct grams {
	size_t tokens;
	uint64_t *gram[BLEU_ORDERS];
	uint64_t *memory;
};

void bleu_settings_default(struct bleu_settings *s)
{
	*s = (struct bleu_settings){ tokenizer_find("13a"), false, BLEU_SMOOTH_EXP, -1, false, 4 };
}

static char *strip_right(const char *text)
{
	char *copy = memory_text(text), *end = copy;
	const char *at = copy, *token;
	size_t bytes;

	while ((token = word_next(&at, &bytes)))
		end = copy + (token - copy) + bytes;
	*end = '\0';
	return copy;
}

static char *prepare(const struct bleu_settings *s, const char *text)
{
	char *stripped = strip_right(text), *tokens;

	if (s->lowercase) {
		char *lower = lower_case(stripped);

		free(stripped);
		stripped = lower;
	}
	tokens = s->tokenizer->tokenize(stripped);
	free(stripped);
	return tokens;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t grams_of(const struct grams *g, int n)
{
	return g->tokens >= (size_t)n ? g->tokens - (size_t)n + 1 : 0;
}

static size_t hash_tokens(const char *text, uint64_t *hash)
{
	const char *token;
	size_t bytes, n = 0;

	while ((token = word_next(&text, &bytes)))
		hash[n++] = XXH64(token, bytes, 0);
	return n;
}

/* An n-gram's hash is made of its first n - 1 tokens' and its last. */
static void grams_make(const struct bleu_settings *s, const char *text, struct grams *g)
{
	char *tokens = prepare(s, text);
	const size_t most = strlen(tokens) / 2 + 1;
	uint64_t *single = memory_new(most, sizeof *single);

	g->tokens = hash_tokens(tokens, single);
	free(tokens);
	g->memory = memory_new((g->tokens + 1) * (size_t)s->order, sizeof *g->memory);
	for (int n = 1; n <= s->order; n++) {
		uint64_t *to = g->gram[n - 1] = g->memory + (size_t)(n - 1) * (g->tokens + 1);

		for (size_t i = 0; i < grams_of(g, n); i++) {
			const uint64_t pair[2] = { n > 1 ? g->gram[n - 2][i] : 0, single[i + (size_t)n - 1] };

			to[i] = XXH64(pair, sizeof pair, 0);
		}
	}
	for (int n = 1; n <= s->order; n++)
		qsort(g->gram[n - 1], grams_of(g, n), sizeof(uint64_t), compare);
	free(single);
}

/* How often a hash stands in a sorted list, from *at on, which moves up to it. */
static size_t count_at(const uint64_t *list, size_t n, size_t *at, uint64_t hash)
{
	size_t count = 0;

	while (*at < n && list[*at] < hash)
		++*at;
	while (*at + count < n && list[*at + count] == hash)
		count++;
	return count;
}

/* Sum over the hypothesis' n-grams of min(times there, most times in a reference). */
static size_t matches(const struct grams *hypothesis, int references, const struct grams *reference,
		      const bool *has, int n)
{
	const uint64_t *list = hypothesis->gram[n - 1];
	const size_t all = grams_of(hypothesis, n);
	size_t correct = 0, *at = memory_new((size_t)references, sizeof *at);

	for (size_t i = 0, times; i < all; i += times) {
		size_t most = 0, here = i;

		times = count_at(list, all, &here, list[i]);
		for (int r = 0; r < references; r++) {
			size_t found;

			if (!has[r])
				continue;
			found = count_at(reference[r].gram[n - 1], grams_of(&reference[r], n), &at[r], list[i]);
			most = found > most ? found : most;
		}
		correct += times < most ? times : most;
	}
	free(at);
	return correct;
}

/* Length of the reference that is nearest to the hypothesis, the shorter of two. */
static size_t closest(size_t length, int references, const struct grams *reference, const bool *has)
{
	size_t best = 0, least = SIZE_MAX;

	for (int r = 0; r < references; r++) {
		const size_t n = reference[r].tokens, distance = n > length ? n - length : length - n;

		if (!has[r] || distance > least || (distance == least && n >= best))
			continue;
		least = distance;
		best = n;
	}
	return best;
}

void bleu_segment(const struct bleu_settings *s, const char *hypothesis, int references,
		  const char *const *reference, struct bleu_statistics *statistics)
{
	struct grams h, *r = memory_new((size_t)references, sizeof *r);
	bool *has = memory_new((size_t)references, sizeof *has);

	*statistics = (struct bleu_statistics){ 0 };
	grams_make(s, hypothesis, &h);
	for (int i = 0; i < references; i++) {
		has[i] = reference[i] != NULL;
		if (has[i])
			grams_make(s, reference[i], &r[i]);
	}
	statistics->hypothesis_length = (double)h.tokens;
	statistics->reference_length = (double)closest(h.tokens, references, r, has);
	for (int n = 1; n <= s->order; n++) {
		statistics->correct[n - 1] = (double)matches(&h, references, r, has, n);
		statistics->total[n - 1] = (double)grams_of(&h, n);
	}
	for (int i = 0; i < references; i++)
		free(r[i].memory);
	free(h.memory);
	free(r);
	free(has);
}

void bleu_add(struct bleu_statistics *sum, const struct bleu_statistics *s)
{
	sum->hypothesis_length += s->hypothesis_length;
	sum->reference_length += s->reference_length;
	for (int i = 0; i < BLEU_ORDERS; i++) {
		sum->correct[i] += s->correct[i];
		sum->total[i] += s->total[i];
	}
}

static double smooth_value(const struct bleu_settings *s)
{
	if (s->smooth_value >= 0)
		return s->smooth_value;
	return s->smoothing == BLEU_SMOOTH_FLOOR ? 0.1 : 1;
}

static double brevity_penalty(double hypothesis, double reference)
{
	if (hypothesis >= reference)
		return 1;
	return hypothesis > 0 ? exp(1 - reference / hypothesis) : 0;
}

/* Precisions into score->precision; returns the order up to which they count. */
static int make_precisions(const struct bleu_settings *s, struct bleu_score *score)
{
	double halves = 1;
	int order = s->order;

	for (int n = 1; n <= s->order; n++) {
		double *correct = &score->sum.correct[n - 1], *total = &score->sum.total[n - 1];

		if (s->smoothing == BLEU_SMOOTH_ADD_K && n > 1) {
			*correct += smooth_value(s);
			*total += smooth_value(s);
		}
		if (*total == 0)
			break;
		if (s->effective_order)
			order = n;
		if (*correct > 0) {
			score->precision[n - 1] = 100 * *correct / *total;
		} else if (s->smoothing == BLEU_SMOOTH_EXP) {
			halves *= 2;
			score->precision[n - 1] = 100 / (halves * *total);
		} else if (s->smoothing == BLEU_SMOOTH_FLOOR) {
			score->precision[n - 1] = 100 * smooth_value(s) / *total;
		}
	}
	return order;
}

void bleu_of(const struct bleu_settings *s, const struct bleu_statistics *sum, struct bleu_score *score)
{
	double logarithm = 0, any = 0;
	int order;

	*score = (struct bleu_score){ .sum = *sum };
	score->brevity_penalty = brevity_penalty(sum->hypothesis_length, sum->reference_length);
	for (int n = 0; n < s->order; n++)
		any += sum->correct[n];
	if (any == 0)
		return;
	order = make_precisions(s, score);
	for (int n = 0; n < order; n++)
		logarithm += score->precision[n] > 0 ? log(score->precision[n]) : -9999999999.0;
	score->score = score->brevity_penalty * exp(logarithm / order);
}

void bleu_corpus(const struct bleu_settings *s, size_t segments, const char *const *hypothesis,
		 int references, const char *const *const *reference, struct bleu_score *score)
{
	const char **one = memory_new((size_t)references, sizeof *one);
	struct bleu_statistics sum = { 0 }, segment;

	for (size_t i = 0; i < segments; i++) {
		for (int r = 0; r < references; r++)
			one[r] = reference[r][i];
		bleu_segment(s, hypothesis[i], references, one, &segment);
		bleu_add(&sum, &segment);
	}
	bleu_of(s, &sum, score);
	free(one);
}

void bleu_signature(const struct bleu_settings *s, int references, char *text, size_t size)
{
	static const char *const method[] = { "none", "floor", "add-k", "exp" };
	char count[16] = "var", value[32] = "";

	if (references)
		snprintf(count, sizeof count, "%d", references);
	if (s->smoothing == BLEU_SMOOTH_FLOOR || s->smoothing == BLEU_SMOOTH_ADD_K)
		snprintf(value, sizeof value, "[%.2f]", smooth_value(s));
	snprintf(text, size, "nrefs:%s|case:%s|eff:%s|tok:%s|smooth:%s%s|version:2.6.0", count,
		 s->lowercase ? "lc" : "mixed", s->effective_order ? "yes" : "no", s->tokenizer->name,
		 method[s->smoothing], value);
}

void bleu_line(const struct bleu_settings *s, const struct bleu_score *score, char *text, size_t size)
{
	const double h = score->sum.hypothesis_length, r = score->sum.reference_length;
	size_t used = (size_t)snprintf(text, size, "%.2f ", score->score);

	for (int n = 0; n < s->order && used < size; n++)
		used += (size_t)snprintf(text + used, size - used, "%s%.1f", n ? "/" : "",
					 score->precision[n]);
	if (used < size)
		snprintf(text + used, size - used,
			 " (BP = %.3f ratio = %.3f hyp_len = %.0f ref_len = %.0f)", score->brevity_penalty,
			 r > 0 ? h / r : 0, h, r);
}
