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

static const struct projection NO_PROJECTION = { -1, -1 };

struct attention_block {
	enum attention_score score;
	int heads;
	int key_heads;        /* of keys and values; 0: as many as heads */
	bool scale_by_length; /* see op_attention */
	double dropout;       /* of the weights, in training */
	struct projection query, key, value;
	struct projection key_value;       /* both in one product: rows of keys, then of values */
	struct projection query_key_value; /* all three (self-attention) */
	struct projection output;
	int query_c, key_c, value_c, context_c; /* with projections: channels of all heads */
	int score_v;                            /* additive: the vector v */
	int general; /* with projections: W of q^T W k, a matrix for each head; -1: none */

	/* Self-attention: how far a step sees, and how it is told where others stand. */
	int window, block; /* see op_attention */
	bool rotary, alibi;
	int relative_key, relative_value; /* vectors for each distance, or -1 */
	int relative_clip;                /* greatest distance that has one of its own */
};

/* Declares W [rows][columns] NAME_weight and, if asked, b [rows] NAME_bias, started by Xavier's
 * rule and at 0. */
struct projection projection_add(struct parameters *, int rows, int columns, bool bias,
                                 const char *name, ...) __attribute__((format(printf, 5, 6)));
struct var *projection_apply(struct tape *, struct projection, struct var *x, enum activation);

/* A block without projections. */
struct attention_block attention_block_none(enum attention_score, int heads);

/* Heads of projected queries, keys and values, joined by an output projection (Vaswani 2017,
 * section 3.2.2): of x [.][d] to itself, NAME.in_proj_ and NAME.out_proj. */
struct attention_block attention_block_self(struct parameters *, const struct layer_settings *,
                                            int d, const char *name);
/* The same of a decoder's states to the encoder's: NAME.q_proj_, NAME.kv_proj_, NAME.out_proj. */
struct attention_block attention_block_cross(struct parameters *, const struct layer_settings *,
                                             int d, int memory_width, const char *name);

/* The same with several heads. One head is over states as they are, and has what the score needs
 * and no more: general: keys W k; additive: queries and keys projected, and the vector v (Luong
 * 2015, Bahdanau 2015, Gehring 2017). dot, scaled-dot: both must be of one width. Names start with
 * NAME. */
struct attention_block attention_block_states(struct parameters *, const struct layer_settings *,
                                              int d, int memory_width, const char *name);

/* What the steps of a sequence see of it, as in op_attention. */
struct sight {
	bool causal;
	int prefix;
	const int *first, *length;
};

/* Attention of x [T][R][d] to itself. Takes one slot of the carry. */
struct var *attention_self(struct tape *, const struct attention_block *, struct var *x,
                           struct sight, struct carry *, int layer);

/* Projects the source once: adds keys (from memory->states) and values (from memory->values) as the
 * next two entries of memory->projected. */
void attention_remember(struct tape *, const struct attention_block *, struct memory *);

/* Attention of the states `query` [T][R][.] to what the block remembered as the `number`th of those
 * that did, from 0. `layer`: the decoder's, for those who look at the weights. */
struct var *attention_cross(struct tape *, const struct attention_block *, struct var *query,
                            const struct memory *, int number, int layer);

/* Multiply-adds of a block of so many queries, made from states of d channels, to so many keys, as
 * if each query saw every key (causal, windows). `projects`: keys and values are made for it, and
 * not for a layer before that has the same weights. */
double attention_cost(const struct attention_block *, double d, double memory_width, bool projects,
                      double queries, double keys);

#endif
