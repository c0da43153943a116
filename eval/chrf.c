/* chrf.c - chrF: statistics of segments, and the score of their sum. */
#include "eval/chrf.h"

#include "core/error.h"
#include "eval/bleu.h"
#include "eval/tokens.h"
#include "eval/unicode.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What sacreBLEU takes for a precision or recall of nothing. */
static const double epsilon = 1e-16;

/* A text as characters and as words. */
struct side {
	struct buffer lower;
	struct tokens characters, words;
};

struct chrf {
	struct chrf_settings settings;
	struct ngrams *characters, *words; /* words NULL where no order counts them */
	struct side hypothesis, reference;
};

void chrf_default(struct chrf_settings *settings)
{
	*settings = (struct chrf_settings){ .character_order = 6, .beta = 2 };
}

static int orders(const struct chrf_settings *settings)
{
	return settings->character_order + settings->word_order;
}

size_t chrf_columns(const struct chrf_settings *settings)
{
	return CHRF_COUNTS * (size_t)orders(settings);
}

struct chrf *chrf_new(const struct chrf_settings *settings)
{
	struct chrf *chrf = memory_new(1, sizeof *chrf);

	chrf->settings = *settings;
	chrf->characters = ngrams_new(settings->character_order);
	if (settings->word_order)
		chrf->words = ngrams_new(settings->word_order);
	return chrf;
}

static void free_side(struct side *side)
{
	buffer_free(&side->lower);
	tokens_free(&side->characters);
	tokens_free(&side->words);
}

void chrf_free(struct chrf *chrf)
{
	if (!chrf)
		return;
	ngrams_free(chrf->characters);
	ngrams_free(chrf->words);
	free_side(&chrf->hypothesis);
	free_side(&chrf->reference);
	free(chrf);
}

static bool is_mark(char c)
{
	return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
	       (c >= '{' && c <= '~');
}

/* Words with one mark set apart: the last, else the first; "(hi)" becomes "(hi" and ")". */
static void add_words(struct tokens *tokens, const char *text, size_t bytes)
{
	const char *at = text, *word;
	size_t length;

	while ((word = unicode_word(&at, text + bytes, &length))) {
		const char *second = word;
		size_t head = length;

		unicode_next(&second, word + length);
		if (second < word + length && is_mark(word[length - 1]))
			head = length - 1;
		else if (second < word + length && is_mark(*word))
			head = 1;
		tokens_add(tokens, word, head);
		if (head < length)
			tokens_add(tokens, word + head, length - head);
	}
}

static void cut(const struct chrf *chrf, struct segment segment, struct side *side)
{
	size_t bytes = unicode_trim(segment.text, segment.bytes);
	const char *text = segment.text;

	if (chrf->settings.lowercase) {
		side->lower.bytes = 0;
		buffer_reserve(&side->lower, bytes + 1);
		unicode_lower(text, bytes, &side->lower);
		text = side->lower.data;
		bytes = side->lower.bytes;
	}
	tokens_clear(&side->characters);
	tokens_add_characters(&side->characters, text, bytes, chrf->settings.white_space);
	tokens_clear(&side->words);
	if (chrf->words)
		add_words(&side->words, text, bytes);
}

/* Writes the statistics of one reference for orders 1 to `order`; returns where the next go. */
static double *write_counts(struct ngrams *ngrams, int order, const struct tokens *hypothesis,
                            const struct tokens *reference, double *row)
{
	ngrams_forget_references(ngrams);
	ngrams_reference(ngrams, reference->token, reference->count);
	for (int n = 1; n <= order; n++, row += CHRF_COUNTS) {
		size_t before = (size_t)n - 1;
		size_t ours = hypothesis->count > before ? hypothesis->count - before : 0;
		size_t theirs = reference->count > before ? reference->count - before : 0;

		row[CHRF_HYPOTHESIS] = theirs ? (double)ours : 0;
		row[CHRF_REFERENCE] = (double)theirs;
		row[CHRF_MATCHES] = (double)ngrams_matches(ngrams, n);
	}
	return row;
}

void chrf_segment(struct chrf *chrf, struct segment hypothesis, const struct segment *reference,
                  int references, double *row)
{
	const struct chrf_settings *settings = &chrf->settings;
	const struct side *ours = &chrf->hypothesis, *theirs = &chrf->reference;
	double best = -1;

	cut(chrf, hypothesis, &chrf->hypothesis);
	ngrams_hypothesis(chrf->characters, ours->characters.token, ours->characters.count);
	if (chrf->words)
		ngrams_hypothesis(chrf->words, ours->words.token, ours->words.count);
	for (int i = 0; i < references; i++) {
		double counts[CHRF_COUNTS * 2 * CHRF_MOST_ORDER], *rest, score;

		if (!reference[i].text)
			continue;
		cut(chrf, reference[i], &chrf->reference);
		rest = write_counts(chrf->characters, settings->character_order, &ours->characters,
		                    &theirs->characters, counts);
		if (chrf->words)
			write_counts(chrf->words, settings->word_order, &ours->words,
			             &theirs->words, rest);
		score = chrf_score(settings, counts);
		if (score > best)
			memcpy(row, counts, chrf_columns(settings) * sizeof *row);
		best = score > best ? score : best;
	}
	assert(best >= 0);
}

double chrf_score(const struct chrf_settings *settings, const double *row)
{
	double factor = settings->beta * settings->beta, sum = 0, precisions = 0, recalls = 0;
	int counted = 0;

	for (int i = 0; i < orders(settings); i++, row += CHRF_COUNTS) {
		double ours = row[CHRF_HYPOTHESIS], theirs = row[CHRF_REFERENCE];
		double precision = ours > 0 ? row[CHRF_MATCHES] / ours : epsilon;
		double recall = theirs > 0 ? row[CHRF_MATCHES] / theirs : epsilon;
		double below = factor * precision + recall;

		sum += below > 0 ? (1 + factor) * precision * recall / below : epsilon;
		if (ours > 0 && theirs > 0) {
			precisions += precision;
			recalls += recall;
			counted++;
		}
	}
	if (settings->eps_smoothing)
		return 100 * sum / orders(settings);
	if (!counted || !(precisions + recalls > 0))
		return 0;
	precisions /= counted;
	recalls /= counted;
	return 100 * ((1 + factor) * precisions * recalls / (factor * precisions + recalls));
}

void chrf_title(const struct chrf_settings *settings, char text[CHRF_TEXT_SIZE])
{
	snprintf(text, CHRF_TEXT_SIZE, "chrF%d%.*s", settings->beta, settings->word_order,
	         "++++++++++++++++");
}

void chrf_signature(const struct chrf_settings *settings, int references, char text[CHRF_TEXT_SIZE])
{
	char number[16] = "var";

	if (references)
		snprintf(number, sizeof number, "%d", references);
	snprintf(text, CHRF_TEXT_SIZE,
	         "nrefs:%s|case:%s|eff:%s|nc:%d|nw:%d|space:%s|version:" SACREBLEU_VERSION, number,
	         settings->lowercase ? "lc" : "mixed", settings->eps_smoothing ? "no" : "yes",
	         settings->character_order, settings->word_order,
	         settings->white_space ? "yes" : "no");
}
