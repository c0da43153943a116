/* beam.c - beam search: each turn the best continuations of a sentence's K hypotheses. */
#include "core/error.h"
#include "eval/frontier.h"
#include "eval/top.h"

#include <math.h>
#include <stdlib.h>

/* The best 2K continuations of the live sentence j, best first: were each row's best its end, K
 * others are left. */
static void continuations(struct frontier *f, int j, struct top *top)
{
	top->count = 0;
	for (int i = 0; i < f->used[j]; i++) {
		const struct continuation next = frontier_continuation(f, j, i);
		const double total = frontier_row(f, j, i)->total;

		if (isinf(next.log_sum) || isinf(total))
			top_add(top, (struct candidate){ -HUGE_VAL, i, f->predictor->end });
		else
			top_add_row(top, i, total, next.log_sum, f->predictor->vocabulary,
			            next.logits, next.tops);
	}
	top_sort(top);
}

/* Whether nothing that grows from a hypothesis of this total can come among the wanted ones. Totals
 * only fall, so its best score is the present total under the penalty of the length that divides
 * most. */
static bool settled(const struct frontier *f, int j, double total)
{
	int s = f->sentence[j];
	const struct ending *last =
		&f->ending[(size_t)s * (size_t)f->wanted + (size_t)f->wanted - 1];
	double soonest = frontier_penalty(f, f->length + 1);
	double latest = frontier_penalty(f, f->limit[s]);

	return f->endings[s] == f->wanted && total / fmax(soonest, latest) <= last->score;
}

/* Records the ends among the best K, adds their number to *finished, and moves the best K others to
 * the front of top. Returns how many these are. */
static int sort_out(struct frontier *f, int j, struct top *top, int *finished)
{
	int others = 0;

	for (int r = 0; r < top->count; r++) {
		struct candidate c = top->best[r];

		if (c.token != f->predictor->end) {
			if (others < f->beam)
				top->best[others++] = c;
		} else if (r < f->beam) {
			frontier_rank(f, j, frontier_end(f, j, c.row, c.token, c.total));
			(*finished)++;
		}
	}
	return others;
}

static void extend(struct frontier *f, int j, struct top *top, int *finished)
{
	int others;

	continuations(f, j, top);
	others = sort_out(f, j, top, finished);
	if (*finished >= f->beam || (others && settled(f, j, top->best[0].total)))
		return;
	for (int r = 0; r < others; r++) {
		struct candidate c = top->best[r];

		if (frontier_at_limit(f, j))
			frontier_rank(f, j, frontier_end(f, j, c.row, c.token, c.total));
		else
			frontier_keep(f, j, c.row, c.token, c.total, 0);
	}
}

void search_beam(struct frontier *f)
{
	struct top top = { .room = 2 * f->beam };
	int *finished =
		memory_new((size_t)f->live, sizeof(*finished)); /* of the caller's sentence */

	top.best = memory_new((size_t)top.room, sizeof(*top.best));
	while (frontier_step(f)) {
		for (int j = 0; j < f->live; j++)
			extend(f, j, &top, &finished[f->sentence[j]]);
		frontier_advance(f);
	}
	free(top.best);
	free(finished);
}
