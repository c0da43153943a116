/* attention.h - attention as a block of a model: projections to queries, keys and values around
 * op_attention.
 *
 * Every architecture takes its attention from here. A query asks, each key says how well its step
 * answers, and the answer is the mean of the values, weighted so. A projection that a block does
 * not have is -1 and passes its input on.
 */
#ifndef BAKEOFF_ATTENTION_H
#define BAKEOFF_ATTENTION_H

#include "core/ops.h"
#include "models/architecture.h"

/* y = W x + b: numbers of parameters, -1 where there is none. */
struct projection {
	int weight, bias;
};

struct attention_block {
	enum attention_score score;
	int heads;
	bool scale_by_length; /* see op_attention */
	struct projection query, key, value;
	struct projection key_value;       /* both in one product: rows of keys, then of values */
	struct projection query_key_value; /* all three (self-attention) */
	struct projection output;
	int score_v; /* additive: the vector v */
};

/* Declares W [rows][columns] NAME_weight and, if asked, b [rows] NAME_bias, started by Xavier's
 * rule and at 0. */
struct projection projection_add(struct parameters *, int rows, int columns, bool bias,
                                 const char *name, ...) __attribute__((format(printf, 5, 6)));
struct var *projection_apply(struct tape *, struct projection, struct var *x, enum activation);

/* A block without projections. */
struct attention_block attention_block_none(enum attention_score, int heads);

/* Multi-head blocks of width d: in_proj or q_proj and kv_proj, and out_proj (Vaswani 2017,
 * section 3.2.2). */
struct attention_block attention_block_self(struct parameters *, int d, int heads,
                                            const char *name);
struct attention_block attention_block_cross(struct parameters *, int d, int heads,
                                             const char *name);

/* Attention of x [T][R][d] to itself; `length` as in op_attention (NULL with `causal`). Takes one
 * slot of the carry. */
struct var *attention_self(struct tape *, const struct attention_block *, struct var *x,
                           const int *length, bool causal, struct carry *, double dropout,
                           int layer);

/* Projects the source once: adds keys (from `keys`) and values (from `values`) as the next two
 * entries of memory->projected. The two may be the same variable. */
void attention_remember(struct tape *, const struct attention_block *, struct var *keys,
                        struct var *values, struct memory *);

/* Attention of the states `query` [T][R][.] to what attention_remember put at entries 2 layer and 2
 * layer + 1. */
struct var *attention_cross(struct tape *, const struct attention_block *, struct var *query,
                            const struct memory *, double dropout, int layer);

#endif
