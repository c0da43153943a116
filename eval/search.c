/* search.c - the entrance of search, and what its ways have in common. */
#include "eval/search.h"
#include "core/error.h"
#include "eval/trail.h"

#include <math.h>
#include <stdlib.h>

int trail_add(struct trail *trail, int parent, int token)
{
	if (trail->nodes == trail->capacity) {
		trail->capacity = trail->capacity ? 2 * trail->capacity : 1024;
		trail->node = memory_resize(trail->node, (size_t)trail->capacity, sizeof *trail->node);
	}
	trail->node[trail->nodes].token = token;
	trail->node[trail->nodes].parent = parent;
	return trail->nodes++;
}

void trail_free(struct trail *trail)
{
	free(trail->node);
	*trail = (struct trail){ 0 };
}

struct hypothesis trail_hypothesis(const struct trail *trail, int node, bool finished, double total,
				   double score)
{
	struct hypothesis h = { .finished = finished, .total = total, .score = score };

	for (int i = node; i != TRAIL_ROOT; i = trail->node[i].parent)
		h.length++;
	h.token = memory_new((size_t)h.length, sizeof *h.token);
	for (int i = node, at = h.length; i != TRAIL_ROOT; i = trail->node[i].parent)
		h.token[--at] = trail->node[i].token;
	return h;
}

double search_score(const struct search_settings *s, double total, int length)
{
	if (s->length_penalty == 0)
		return total;
	if (s->penalty == PENALTY_GNMT)
		return total / pow((5.0 + length) / 6.0, s->length_penalty);
	return total / pow(length, s->length_penalty);
}

void search(const struct predictor *predictor, const struct search_settings *settings, int sentences,
	    const int *limit, const size_t *number, struct nbest *result)
{
	if (settings->sample)
		search_sample(predictor, settings, sentences, limit, number, result);
	else
		search_beam(predictor, settings, sentences, limit, result);
}

void nbest_free(struct nbest *n)
{
	for (int i = 0; i < n->count; i++)
		free(n->best[i].token);
	free(n->best);
	*n = (struct nbest){ 0 };
}
