/* trail.h - hypotheses as paths through a tree: each token points to the one before it. */
#ifndef BAKEOFF_TRAIL_H
#define BAKEOFF_TRAIL_H

#include "eval/search.h"

enum { TRAIL_ROOT = -1 };

struct trail {
	struct { int token, parent; } *node;
	int nodes, capacity;
};

/* Adds a token after `parent` (TRAIL_ROOT: the first) and returns its node. */
int trail_add(struct trail *, int parent, int token);
void trail_free(struct trail *);

/* The path to a node as a hypothesis that owns its tokens. */
struct hypothesis trail_hypothesis(const struct trail *, int node, bool finished, double total, double score);

/* total after the length penalty; length counts the end. */
double search_score(const struct search_settings *, double total, int length);

void search_beam(const struct predictor *, const struct search_settings *, int sentences, const int *limit,
		 struct nbest *result);
void search_sample(const struct predictor *, const struct search_settings *, int sentences,
		   const int *limit, const size_t *number, struct nbest *result);

#endif
