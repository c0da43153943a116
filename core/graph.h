/* graph.h - the operations of one forward pass as a graph: what each costs, which matrix products
 * wait for each other, and how far it is from one step to another.
 *
 * A tape that has a graph records each operation in it, with the place that was named last, and
 * keeps what segments would give back (core/segment.h). The graph is read before the tape begins
 * anew. What an operation reads of its inputs is said beside it, in struct op.
 */
#ifndef BAKEOFF_GRAPH_H
#define BAKEOFF_GRAPH_H

#include "core/tape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in a model an operation is. Texts live as long as the program. */
struct graph_place {
	const char *section; /* "encoder" */
	int layer;           /* from 0; -1: in none */
	const char *part;    /* "feed-forward", or NULL */
};

struct graph_edge {
	int from;  /* number of a node */
	int input; /* which input of the operation it is */
};

struct graph_node {
	const struct var *y; /* op NULL: a parameter or another input of the model */
	struct graph_place place;
	double multiply_adds;
	size_t first_edge, edges; /* its inputs */
};

struct graph {
	struct graph_node *node; /* [nodes], what is read before what reads it */
	size_t nodes, node_capacity;
	struct graph_edge *edge; /* [edges] */
	size_t edges, edge_capacity;
	struct graph_place place; /* of what comes next */
	double multiply_adds;     /* of the operation that runs */
};

void graph_init(struct graph *);
void graph_free(struct graph *);

/* Names the place of what comes next; with a graph of NULL does nothing. A section begins outside
 * of all layers, a layer outside of its parts. */
void graph_section(struct graph *, const char *section);
void graph_layer(struct graph *, int layer);
void graph_part(struct graph *, const char *part);

/* For the tape: `in` is an input of y; counts of the operation that runs; y is done. */
void graph_input(struct graph *, struct var *y, int input, struct var *in);
void graph_begin(struct graph *);
void graph_count(struct graph *, double multiply_adds);
void graph_end(struct graph *, const struct var *y);

/* Matrix products inside the operation of which each waits for the one before: as many as it has
 * steps where a step waits for the one before (an LSTM). */
int graph_products(const struct graph_node *);

/* The most products of which each waits for the one before, of the nodes that count alone. */
int graph_chain(const struct graph *, bool (*counts)(const struct graph_node *, const void *),
                const void *context);

enum { GRAPH_APART = UINT16_MAX }; /* no way leads there */

/* Ways from the steps of one variable to those of all others, in hops: an operation that brings
 * steps together (attention, a convolution, a mean) is one hop, and so is a step of a recurrent
 * state; what is done to each step alone is none. */
struct graph_ways {
	size_t nodes;
	int from;        /* steps of the variable */
	uint16_t **hops; /* [nodes] of [t][from], or NULL: none leads there */
};

void graph_ways_find(struct graph_ways *, const struct graph *, const struct var *from);
void graph_ways_free(struct graph_ways *);
/* Hops of the shortest way to step t of y, or GRAPH_APART. */
int graph_hops(const struct graph_ways *, int from, const struct var *y, int t);

#endif
