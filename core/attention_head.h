/* attention_head.h - attention of one head of one sentence, all queries to all keys, in tiles. */
#ifndef BAKEOFF_ATTENTION_HEAD_H
#define BAKEOFF_ATTENTION_HEAD_H

#include "core/attention_tile.h"

/* What one op_attention is given, and what it keeps for its backward part. */
struct attention_job {
	struct attention how;
	struct slice query, key, value;
	int group;     /* query rows of one key row */
	real *top;     /* [R][heads][T] greatest score, scaled */
	real *inverse; /* [R][heads][T] 1 / sum of exp(score - top) */
	real *weight;  /* [R][heads][T][S] after softmax, for those who want to see them; or NULL */
	uint64_t key64; /* of dropout */
	double p;
	struct var *y;
	const struct head_place *masked; /* [masks] */
	size_t masks;
};

/* One head of one sentence: its keys, and the queries that share them, which are the steps of a row
 * or, at a single step, the rows of the sentence. */
struct attention_head {
	size_t queries;
	long first, last;              /* keys of the sentence: first .. last - 1 */
	long step, advance;            /* query i stands at key step + i advance */
	size_t q_at, k_at, v_at, y_at; /* offsets in the variables */
	size_t q_stride, k_stride, v_stride, y_stride;
	size_t element, element_stride; /* of the queries in [R][heads][T] */
	real scale;                     /* of the context */
};

/* Where gradients go, x of the variables; NULL: nobody wants it. */
struct attention_gradients {
	real *q, *k, *v;
};

/* At a single step the rows of a sentence are one set of queries, else each row is one. */
int attention_sets(const struct attention_job *);
/* Head h of that set of the sentence's rows. */
struct attention_head attention_head_of(const struct attention_job *, int sentence, int set, int h);

/* Keys first .. last - 1. */
struct attention_range {
	long first, last;
};

/* What query i sees of its sentence. */
struct attention_range attention_head_sees(const struct attention *, const struct attention_head *,
                                           size_t i);

/* y, top and inverse, and weight where it is asked for. */
void attention_head_forward(const struct attention_job *, const struct attention_head *,
                            struct attention_tile *);
/* y alone, for a few queries, which are not worth packing the keys for. score [S] is scratch.
 * Without dropout (p 0), weights (NULL) and gradients, and not of additive scores; else a panic. */
void attention_head_step(const struct attention_job *, const struct attention_head *, real *score,
                         struct attention_tile *);
/* Adds to the gradients from y->g. */
void attention_head_backward(const struct attention_job *, const struct attention_head *,
                             struct attention_gradients, struct attention_tile *);

#endif
