/* tape.h - automatic differentiation: operations are recorded as they run, then gradients flow
 * back.
 *
 * Every sequence is time-major: [t][n][c], t steps, n rows (sentences or hypotheses), c channels.
 * Variables live in the tape's arena until tape_begin is called again, or to the end of their
 * segment (core/segment.h).
 */
#ifndef BAKEOFF_TAPE_H
#define BAKEOFF_TAPE_H

#include "core/arena.h"
#include "core/frozen.h"
#include "core/gemm.h"
#include "core/normed.h"
#include "core/parameters.h"
#include "core/profile.h"
#include "core/real.h"
#include "core/vector.h"

#include <stdbool.h>
#include <stdint.h>

struct blame;
struct graph;
struct tape;
struct var;

/* Steps first, first + stride, ... of an input, and the hops that they are away (core/graph.h). */
struct steps_read {
	int first, count, stride, hops;
};

/* An operation. backward adds the gradient of y->in[] from y->g, which is set; it may use up y->g.
 */
struct op {
	const char *name;
	void (*backward)(struct tape *, struct var *y);
	bool reads_result; /* nobody may write over y->x: backward reads it, or it is part of in[0]
	                    */

	/* For those who follow the graph of a forward pass. What step t of y reads of its input of
	 * that number; NULL: the same step, or the only one. */
	struct steps_read (*reads)(const struct var *y, int input, const struct var *in, int t);
	/* The step of y itself that step t goes on from, -1: none; NULL: no step waits for another.
	 */
	int (*before)(const struct var *y, int t);
	int products; /* of a step, that wait for each other; 0: one where multiply-adds are counted
	               */
};

enum { VAR_INPUTS = 8 };

struct var {
	int t, n, c;         /* steps, rows, channels */
	real *x;             /* [t][n][c] */
	real *g;             /* gradient of the loss, same shape; NULL until something flows */
	uint16_t *bfloat16;  /* x in bfloat16, same shape; NULL until a product asks for it */
	const struct op *op; /* NULL: an input or a parameter */
	struct var *in[VAR_INPUTS];
	void *aux;        /* the operation's own */
	const char *name; /* of a parameter, for messages */
	int readers;      /* operations that it is an input of */
	int node;         /* in tape->graph, from 1; 0: in none */
	bool needs_gradient;
	bool parameter; /* g lies in the tape's flat gradient */
	bool owns; /* x is memory that nobody else looks at: a gradient's once y's has flowed */
};

/* A matrix in a product: rows lie `stride` elements apart. */
struct operand {
	const real *x;
	const uint16_t *bfloat16; /* the same numbers, or NULL: multiply in `real` */
	int stride;
};

/* What dropout drops: element i of what it is applied to where the hash of (key, i) is below p (see
 * dropout in core/vector.h). The same mask drops the same elements wherever it is applied. */
struct dropout_mask {
	double p; /* 0: nothing */
	uint64_t key;
};

/* Some channels of a variable: columns first .. first + c - 1. */
struct slice {
	struct var *v;
	int first, c;
};

enum attention_kind {
	ATTENTION_ENCODER, /* of the encoder to itself */
	ATTENTION_DECODER, /* of the decoder to itself */
	ATTENTION_CROSS,   /* of the decoder to the encoder */
	ATTENTION_KINDS
};

/* "encoder", "decoder" or "cross". */
const char *attention_kind_name(enum attention_kind);

/* Which head of a model: of those that are switched off, looked at or measured. */
struct head_place {
	enum attention_kind kind;
	int layer, head; /* from 0 */
};

/* The attention weights of one operation, for those who want to see them. */
struct attention_weights {
	enum attention_kind kind;
	int layer;
	int heads, t, s, n; /* [n][heads][t][s] */
	const real *weight;
	struct attention_weights *next; /* recorded before */
};

/* For those who want to know, while gradients flow, which of them will not change any more: those of
 * parameters that were first asked for when all nodes before `node` were recorded, once it flowed.
 * Not with checkpointing, where what a segment uses is recorded again. */
struct completion {
	size_t *first; /* [parameters] nodes that were recorded before; the caller's */
	void (*flowed)(void *context, size_t node); /* all nodes from this one on have */
	void *context;
};
#define COMPLETION_UNUSED SIZE_MAX /* in first[]: not asked for */

struct tape {
	struct arena arena;
	struct arena lasting; /* what must outlive segments (core/segment.h): gradients */
	const struct vector_kernels *vector;
	const struct gemm *gemm;
	const struct parameters *parameters;
	struct frozen *frozen; /* of the parameters, where they do not change; NULL in training */
	struct team *team;     /* helps with products of frozen weights; or NULL */
	const struct normed
		*normed;      /* weights under weight norm, up to date; NULL: each tape's own */
	real *gradient;       /* flat like the parameters; NULL: no gradients (inference) */
	bool training;        /* dropout is on */
	bool bfloat16;        /* matrix products are made in bfloat16 */
	uint64_t key;         /* of dropout: a hash of (seed, update, batch, shard, micro-batch) */
	unsigned dropouts;    /* dropout operations so far, part of their key */
	bool checkpointing;   /* segments are run again for their gradients */
	bool paused;          /* nothing is recorded */
	size_t segment_start; /* of the open segment in the arena; 0: none is */
	struct var **node;    /* [nodes] in order of recording */
	size_t nodes, capacity;
	struct free_memory *free; /* [frees] memory for gradients, used before */
	size_t frees, free_capacity;
	struct profile *profile; /* NULL: costs are not recorded */
	struct graph *graph;     /* NULL: operations are not; else everything is kept */
	struct blame *blame;     /* NULL: results are not looked at; else needs a graph */
	struct completion *completion; /* the caller's; NULL: nobody wants to know */
	bool keep_attention;
	struct attention_weights *attention; /* the latest first */
	const struct head_place *masked; /* [masks] heads that see no key; the caller's, who may
	                                    set them at any time */
	size_t masks;
};

/* Reserves address space; a tape is owned by one worker. */
void tape_init(struct tape *);
void tape_free(struct tape *);

/* All variables are gone, and their memory back with the system until the next tape_begin. */
void tape_rest(struct tape *);

/* Starts anew: all variables are gone. `gradient` (parameters->size reals, NULL for inference) is
 * added to. */
void tape_begin(struct tape *, const struct parameters *, real *gradient, bool training,
                uint64_t key);

/* A variable of that shape with memory for x, not initialised; `op` NULL for an input. When its
 * gradient has flowed on, x's memory becomes another gradient's. */
struct var *tape_var(struct tape *, const struct op *, int t, int n, int c);
/* The same around memory that somebody else owns. */
struct var *tape_wrap(struct tape *, const struct op *, int t, int n, int c, real *x);
void *tape_memory(struct tape *, size_t bytes);
/* The same of memory that the end of a segment does not give back. */
void *tape_lasting(struct tape *, size_t bytes);
/* Whether it is memory that the end of the open segment gives back. */
bool tape_in_segment(const struct tape *, const void *);

/* Around an operation's forward part, for the profile: what lies between is its span. tape_leave
 * returns y. */
void tape_enter(struct tape *, const struct op *);
struct var *tape_leave(struct tape *, struct var *y);
/* Multiply-adds, and bytes read and written, of the span that is open. */
void tape_count(struct tape *, double multiply_adds, double bytes);

/* A variable as an operand, its rows t and n one after the other. On a tape with bfloat16 it is
 * converted the first time. */
struct operand tape_operand(struct tape *, struct var *);
/* The same of [rows][c] numbers that are no variable's x; the conversion lies in the arena. */
struct operand tape_operand_of(struct tape *, const real *x, size_t rows, int c);
/* The operand that starts `elements` further on. */
static inline struct operand operand_at(struct operand o, size_t elements)
{
	return (struct operand){ o.x + elements, o.bfloat16 ? o.bfloat16 + elements : NULL,
		                 o.stride };
}

/* C = alpha op(A) op(B) + beta C as in gemm, in bfloat16 where both operands have it, counted. */
void tape_multiply(struct tape *, int transpose_a, int transpose_b, int m, int n, int k, real alpha,
                   struct operand a, struct operand b, real beta, real *c, int ldc);

/* y [rows][w->n] = x w^T, then its end, by frozen weights, counted; x [rows][w->c]. False, and
 * nothing done, where w is not of these. */
bool tape_frozen_product(struct tape *, int rows, const real *x, const struct var *w,
                         struct packed_end, real *y);

/* Names an input of y; y needs a gradient when one of its inputs does. Records y at the first
 * input. */
void tape_input(struct tape *, struct var *y, int i, struct var *in);

/* The part of tape_input that does not keep `in` in y->in, for those with more than VAR_INPUTS. */
void tape_reads(struct tape *, struct var *y, int i, struct var *in);

/* Records y, which needs a gradient whatever its inputs. */
void tape_record(struct tape *, struct var *y);

/* A mask unlike all before it; of p = 0 where the tape is not training. */
struct dropout_mask tape_dropout(struct tape *, double p);

/* The parameter as a variable: t = 1, n = rows, c = columns. Parameter -1 gives NULL. */
struct var *tape_parameter(struct tape *, int parameter);

/* The gradient of v, zeroed when it is first asked for; NULL where v needs none. */
real *tape_gradient(struct tape *, struct var *v);
/* The same, for those who write with beta: *beta is 0 (not initialised) or 1 (add). */
real *tape_gradient_beta(struct tape *, struct var *v, real *beta);
/* Adds y's gradient to v's; takes the memory over where v has none yet. y->g is used up. */
void tape_pass_gradient(struct tape *, struct var *y, struct var *v);

/* Does not use again what lies in the arena from `used` on. */
void tape_forget_gradients(struct tape *, size_t used);

/* Sets the gradient of a 1x1x1 loss to 1 and runs all operations backward. */
void tape_backward(struct tape *, struct var *loss);
/* The same from gradients that the caller has set (tape_gradient) on any variables. */
void tape_flow(struct tape *);
/* The same through the operations recorded since there were `nodes` of them, which are forgotten.
 */
void tape_flow_down_to(struct tape *, size_t nodes);

static inline size_t var_size(const struct var *v)
{
	return (size_t)v->t * (size_t)v->n * (size_t)v->c;
}

static inline int var_rows(const struct var *v)
{
	return v->t * v->n;
}

static inline struct slice slice_all(struct var *v)
{
	return (struct slice){ v, 0, v->c };
}

#endif
