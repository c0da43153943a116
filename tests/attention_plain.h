/* attention_plain.h - attention by its definition: plain loops over pairs, in double. */
#ifndef BAKEOFF_ATTENTION_PLAIN_H
#define BAKEOFF_ATTENTION_PLAIN_H

#include "core/ops.h"

/* A case: sizes, and what op_attention is asked for. */
struct attention_case {
	int t, s, n, group, heads, q_c, v_c; /* channels of a head */
	enum attention_score score;
	int key_heads; /* 0: heads */
	bool causal;
	int prefix;
	bool lengths, firsts; /* sentences end, and begin, at different steps */
	bool scaled;          /* scale_by_length */
	bool alibi;
	int window, block;
	int key_clip, value_clip; /* of relative keys and values; 0: none */
	bool masked;              /* head 0 is switched off, and a head of another layer */
	double dropout;
	double size; /* of the numbers; 0: 1 */
};

enum { ATTENTION_SENTENCES = 4 };

/* A case with its inputs on a tape: queries and keys beside others in a variable of their own. */
struct attention_problem {
	struct attention_case shape;
	struct tape tape;
	struct parameters parameters; /* v, relative keys, relative values */
	real *gradient;
	struct var *query, *key, *value;
	int first[ATTENTION_SENTENCES], length[ATTENTION_SENTENCES];
	struct attention how;
};

/* What should come of it: y [T][R][D], weight [R][heads][T][S], and gradients shaped as the inputs
 * and the parameters, for attention_flow's gradient of y. */
struct attention_answer {
	double *y, *weight, *dquery, *dkey, *dvalue, *dparameters;
};

/* Kernels NULL: the best. */
void attention_open(struct attention_problem *, struct attention_case,
                    const struct vector_kernels *, bool gradients);
void attention_close(struct attention_problem *);

/* op_attention, and the same with a made-up gradient of y that flows back. */
struct var *attention_attend(struct attention_problem *);
struct var *attention_flow(struct attention_problem *);
struct slice attention_queries(const struct attention_problem *);
struct slice attention_keys(const struct attention_problem *);

struct attention_answer attention_plainly(const struct attention_problem *);
void attention_answer_free(struct attention_answer *);

/* Fails the test where a number is further off than rounding allows. */
void attention_expect(const struct attention_case *, const char *what, const real *got,
                      const double *want, size_t n);

#endif
