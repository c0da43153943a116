/* sample.c - hypotheses drawn from the model. */
#include "core/error.h"
#include "eval/draw.h"
#include "eval/frontier.h"
#include "eval/top.h"

#include <math.h>
#include <stdint.h>

struct sampler {
	struct draw draw;
	const size_t *number; /* of each sentence; NULL: as they come */
};

static void place(struct frontier *f, int j, int draw, struct ending e)
{
	int s = f->sentence[j];

	f->ending[(size_t)s * (size_t)f->wanted + (size_t)draw] = e;
	f->endings[s]++;
}

/* The next token of one draw, out of row i of the live sentence j, of which these are the logits.
 */
static void extend_draw(struct frontier *f, const struct sampler *sampler, int j, int i, int draw,
                        const struct continuation *next)
{
	int own = f->sentence[j];
	uint64_t sentence = sampler->number ? sampler->number[own] : (uint64_t)own;
	double total = -HUGE_VAL, u;
	int token = f->predictor->end;

	if (!isinf(next->log_sum)) {
		u = draw_uniform((uint64_t)f->settings->seed, sentence, (uint64_t)draw,
		                 (uint64_t)f->length);
		token = draw_token(&sampler->draw, u);
		total = frontier_row(f, j, i)->total +
		        fmin((double)next->logits[token] - next->log_sum, 0);
	}
	if (token == f->predictor->end || frontier_at_limit(f, j))
		place(f, j, draw, frontier_end(f, j, i, token, total));
	else
		frontier_keep(f, j, i, token, total, draw);
}

static void extend(struct frontier *f, struct sampler *sampler, int j, int i)
{
	const struct continuation next = frontier_continuation(f, j, i);
	const int n = f->predictor->vocabulary;

	if (!isinf(next.log_sum))
		draw_weigh(&sampler->draw, f->settings, next.logits,
		           (double)next.logits[top_argmax(n, next.logits, next.tops)]);
	if (f->length > 1) {
		extend_draw(f, sampler, j, i, frontier_row(f, j, i)->draw, &next);
		return;
	}
	for (int draw = 0; draw < f->wanted;
	     draw++) /* all from the row that is there before the first token */
		extend_draw(f, sampler, j, i, draw, &next);
}

void search_sample(struct frontier *f, const size_t *number)
{
	struct sampler sampler = { .number = number };

	if (!(f->settings->temperature > 0 && isfinite(f->settings->temperature)))
		panic("search: temperature %g", f->settings->temperature);
	draw_init(&sampler.draw, f->predictor->vocabulary);
	while (frontier_step(f)) {
		for (int j = 0; j < f->live; j++)
			for (int i = 0; i < f->used[j]; i++)
				extend(f, &sampler, j, i);
		frontier_advance(f);
	}
	draw_free(&sampler.draw);
}
