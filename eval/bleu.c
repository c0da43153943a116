/* bleu.c - BLEU: statistics of segments, and the score of their sum. */
#include "eval/bleu.h"

#include "core/error.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* sacreBLEU's logarithm of zero: finite, so that the score becomes 0 and never NaN. */
static const double log_of_zero = -9999999999.0;

const char *const bleu_smoothing_names[BLEU_SMOOTHINGS] = {
	[BLEU_SMOOTH_NONE] = "none",
	[BLEU_SMOOTH_FLOOR] = "floor",
	[BLEU_SMOOTH_ADD_K] = "add-k",
	[BLEU_SMOOTH_EXP] = "exp",
};

struct bleu {
	struct bleu_settings settings;
	struct ngrams *ngrams;
	struct tokenized hypothesis, reference;
};

void bleu_default(struct bleu_settings *settings)
{
	*settings = (struct bleu_settings){
		.tokenizer = tokenizer_find("13a"),
		.smoothing = BLEU_SMOOTH_EXP,
		.smoothing_value = (double)NAN,
		.order = 4,
	};
}

size_t bleu_columns(const struct bleu_settings *settings)
{
	return BLEU_COUNTS + 2 * (size_t)settings->order;
}

struct bleu *bleu_new(const struct bleu_settings *settings)
{
	struct bleu *bleu = memory_new(1, sizeof *bleu);

	bleu->settings = *settings;
	bleu->ngrams = ngrams_new(settings->order);
	return bleu;
}

void bleu_free(struct bleu *bleu)
{
	if (!bleu)
		return;
	ngrams_free(bleu->ngrams);
	tokenized_free(&bleu->hypothesis);
	tokenized_free(&bleu->reference);
	free(bleu);
}

static const struct tokens *tokenize(const struct bleu *bleu, struct segment segment,
                                     struct tokenized *out)
{
	tokenized_set(out, bleu->settings.tokenizer, bleu->settings.lowercase, segment.text,
	              segment.bytes);
	return &out->tokens;
}

/* The reference length nearer to the hypothesis's; of two equally near the shorter. */
static size_t closest(size_t length, size_t a, size_t b)
{
	size_t to_a = a > length ? a - length : length - a;
	size_t to_b = b > length ? b - length : length - b;

	if (to_a != to_b)
		return to_a < to_b ? a : b;
	return a < b ? a : b;
}

void bleu_segment(struct bleu *bleu, struct segment hypothesis, const struct segment *reference,
                  int references, double *row)
{
	int order = bleu->settings.order;
	const struct tokens *tokens = tokenize(bleu, hypothesis, &bleu->hypothesis);
	size_t length = tokens->count, reference_length = 0;
	bool found = false;

	ngrams_hypothesis(bleu->ngrams, tokens->token, length);
	for (int i = 0; i < references; i++) {
		if (!reference[i].text)
			continue;
		tokens = tokenize(bleu, reference[i], &bleu->reference);
		ngrams_reference(bleu->ngrams, tokens->token, tokens->count);
		reference_length =
			found ? closest(length, reference_length, tokens->count) : tokens->count;
		found = true;
	}
	assert(found);
	row[BLEU_LENGTH] = (double)length;
	row[BLEU_REFERENCE_LENGTH] = (double)reference_length;
	for (int n = 0; n < order; n++) {
		size_t total = length > (size_t)n ? length - (size_t)n : 0;

		row[BLEU_COUNTS + n] = (double)ngrams_matches(bleu->ngrams, n + 1);
		row[BLEU_COUNTS + order + n] = (double)total;
	}
}

static double smoothing_value(const struct bleu_settings *settings)
{
	if (!isnan(settings->smoothing_value))
		return settings->smoothing_value;
	return settings->smoothing == BLEU_SMOOTH_FLOOR ? 0.1 : 1;
}

/* Fills the precisions and returns how many orders the score takes the mean of. */
static int fill_precisions(const struct bleu_settings *settings, struct bleu_score *score)
{
	double value = smoothing_value(settings), halvings = 1;
	int orders = score->order;

	for (int n = 0; n < score->order; n++) {
		double *matches = &score->matches[n], *totals = &score->totals[n];

		if (settings->smoothing == BLEU_SMOOTH_ADD_K && n > 0) {
			*matches += value;
			*totals += value;
		}
		if (*totals == 0)
			break;
		if (settings->effective_order)
			orders = n + 1;
		if (*matches > 0) {
			score->precisions[n] = 100 * *matches / *totals;
		} else if (settings->smoothing == BLEU_SMOOTH_EXP) {
			halvings *= 2;
			score->precisions[n] = 100 / (halvings * *totals);
		} else if (settings->smoothing == BLEU_SMOOTH_FLOOR) {
			score->precisions[n] = 100 * value / *totals;
		}
	}
	return orders;
}

static double brevity_penalty(double length, double reference_length)
{
	if (length >= reference_length)
		return 1;
	return length > 0 ? exp(1 - reference_length / length) : 0;
}

void bleu_score(const struct bleu_settings *settings, const double *row, struct bleu_score *score)
{
	double logs = 0;
	bool any = false;
	int orders;

	*score = (struct bleu_score){
		.order = settings->order,
		.length = row[BLEU_LENGTH],
		.reference_length = row[BLEU_REFERENCE_LENGTH],
		.brevity_penalty = brevity_penalty(row[BLEU_LENGTH], row[BLEU_REFERENCE_LENGTH]),
	};
	for (int n = 0; n < score->order; n++) {
		score->matches[n] = row[BLEU_COUNTS + n];
		score->totals[n] = row[BLEU_COUNTS + score->order + n];
		any = any || score->matches[n] > 0;
	}
	if (!any)
		return;
	orders = fill_precisions(settings, score);
	for (int n = 0; n < orders; n++)
		logs += score->precisions[n] > 0 ? log(score->precisions[n]) : log_of_zero;
	score->score = score->brevity_penalty * exp(logs / orders);
}

void bleu_signature(const struct bleu_settings *settings, int references, char text[BLEU_TEXT_SIZE])
{
	char number[16] = "var", value[32] = "";

	if (references)
		snprintf(number, sizeof number, "%d", references);
	if (settings->smoothing == BLEU_SMOOTH_FLOOR || settings->smoothing == BLEU_SMOOTH_ADD_K)
		snprintf(value, sizeof value, "[%.2f]", smoothing_value(settings));
	snprintf(text, BLEU_TEXT_SIZE,
	         "nrefs:%s|case:%s|eff:%s|tok:%s|smooth:%s%s|version:" SACREBLEU_VERSION, number,
	         settings->lowercase ? "lc" : "mixed", settings->effective_order ? "yes" : "no",
	         settings->tokenizer->name, bleu_smoothing_names[settings->smoothing], value);
}

void bleu_verbose(const struct bleu_score *score, char text[BLEU_TEXT_SIZE])
{
	double ratio = score->reference_length > 0 ? score->length / score->reference_length : 0;
	size_t used = 0;

	for (int n = 0; n < score->order; n++)
		used += (size_t)snprintf(text + used, BLEU_TEXT_SIZE - used, "%s%.1f", n ? "/" : "",
		                         score->precisions[n]);
	snprintf(text + used, BLEU_TEXT_SIZE - used,
	         " (BP = %.3f ratio = %.3f hyp_len = %.0f ref_len = %.0f)", score->brevity_penalty,
	         ratio, score->length, score->reference_length);
}
