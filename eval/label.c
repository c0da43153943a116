/* label.c - the labels that an encoder alone gives: of a source, or of each of its tokens. */
#include "eval/label.h"
#include "core/error.h"
#include "eval/top.h"

#include <math.h>

/* The log of the sum of exp(x[i]). */
static double log_sum(int n, const real *x)
{
	double highest = -HUGE_VAL, sum = 0;

	for (int i = 0; i < n; i++)
		highest = fmax(highest, (double)x[i]);
	for (int i = 0; i < n; i++)
		sum += exp((double)x[i] - highest);
	return highest + log(sum);
}

static struct hypothesis hypothesis_new(int length, double total)
{
	return (struct hypothesis){ .token = memory_new((size_t)length + 1, sizeof(int)),
		                    .length = length,
		                    .finished = true,
		                    .total = total,
		                    .score = total };
}

/* The best labels of one source. Special tokens have the first numbers. */
static void rank_labels(const real *logits, int vocabulary, long nbest, struct nbest *result)
{
	const int labels = vocabulary - TOKEN_SPECIALS;
	const int room = nbest < labels ? (int)nbest : labels;
	struct top top = { memory_new((size_t)room, sizeof *top.best), 0, room };

	top_add_row(&top, 0, 0, log_sum(vocabulary, logits), labels, logits + TOKEN_SPECIALS, NULL);
	top_sort(&top);
	*result = (struct nbest){ .best = memory_new((size_t)room, sizeof *result->best),
		                  .count = top.count };
	for (int i = 0; i < top.count; i++) {
		result->best[i] = hypothesis_new(1, top.best[i].total);
		result->best[i].token[0] = top.best[i].token + TOKEN_SPECIALS;
	}
	free(top.best);
}

/* The best label of each token of sentence `row`; logits [t][n][V]. */
static void tag(const real *logits, int vocabulary, const struct batch *b, int row,
                struct nbest *result)
{
	struct hypothesis h = hypothesis_new(b->source_length[row] - 1, 0);

	for (int t = 0; t < h.length; t++) {
		const real *x =
			logits + ((size_t)t * (size_t)b->n + (size_t)row) * (size_t)vocabulary;
		const int best = top_argmax(vocabulary - TOKEN_SPECIALS, x + TOKEN_SPECIALS, NULL);

		h.token[t] = best < 0 ? TOKEN_UNKNOWN : best + TOKEN_SPECIALS;
		h.total += (double)x[h.token[t]] - log_sum(vocabulary, x);
	}
	h.score = h.total;
	*result = (struct nbest){ .best = memory_new(1, sizeof *result->best), .count = 1 };
	result->best[0] = h;
}

void label_batch(struct tape *tape, const struct model *model, const struct batch *batch,
                 long nbest, struct nbest *result)
{
	const int vocabulary = model->vocabulary[SIDE_TARGET];
	struct memory memory;
	const struct var *h = model_states(tape, model, batch, &memory);
	const real *logits = model_logits(tape, model, h, 0, h->t * h->n);

	for (int i = 0; i < batch->n; i++)
		if (model->settings.pooling == POOLING_NONE)
			tag(logits, vocabulary, batch, i, &result[i]);
		else
			rank_labels(logits + (size_t)i * (size_t)vocabulary, vocabulary, nbest,
			            &result[i]);
}
