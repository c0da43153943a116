/* explain.h - an architecture's own explanation: what happens to one sentence pair on its way
 * through a model, read from the graph of a forward pass.
 *
 * The columns are those of table 1 of Vaswani et al. 2017, for the model at hand: work, operations
 * that must wait for each other, and the longest path between two positions.
 */
#ifndef BAKEOFF_EXPLAIN_H
#define BAKEOFF_EXPLAIN_H

#include "core/graph.h"
#include "models/model.h"

/* An operation, or several that are alike. */
struct explain_row {
	struct graph_place place; /* layer: the first of those that are alike */
	int layers;               /* from place.layer on that are alike, 0: not in a layer */
	const char *operation;
	const char *weights;  /* the first parameter that it reads, or NULL; the model's */
	int t, n, c;          /* shape of the result */
	int times;            /* in each layer: steps of a loop, operations that are alike */
	double parameters;    /* in each layer; those read before count as 0 */
	double multiply_adds; /* in each layer, all times together */
	int products;         /* that wait for each other; of one time */
};

/* From the tokens of one side to the states of another. */
struct explain_path {
	int longest; /* hops of the shortest way, of those two positions for which it is longest */
	bool apart;  /* some positions that may see each other have no way between them */
	int field;   /* positions that reach one state, at most */
};

enum explain_route {
	ROUTE_ENCODER, /* tokens of the source to the encoder's states */
	ROUTE_DECODER, /* tokens of the target to the decoder's states */
	ROUTE_CROSS,   /* tokens of the source to what the output layer reads */
	ROUTES
};

/* Of the layers of a side, with what is around them; the decoder's with what it makes of the
 * encoder's states once a sentence ("memory"), but for `sequential`. */
struct explain_side {
	int layers;
	double parameters, multiply_adds;
	int sequential; /* matrix products of which each waits for the one before */
};

struct explanation {
	int length[SIDES]; /* tokens, the end included; source 0: a language model; encoder-only:
	                      the target's are labels */
	struct explain_row *row; /* [rows] */
	size_t rows;
	struct explain_side side[SIDES];
	struct explain_path path[ROUTES];
	bool has[SIDES];                  /* whether there are layers of that side */
	double parameters, multiply_adds; /* of all rows */
	int sequential;                   /* from the tokens to the loss */
};

/* How a side's numbers grow with the n tokens of both sentences: polynomials, the constant first,
 * through what sentences of several lengths up to 64 gave. NaN: no such polynomial. */
struct explain_growth {
	double multiply_adds[3]; /* of a layer: those of the side over its layers */
	double sequential[2];
	double path[2];
	bool apart; /* of the longest sentences some positions are, as in explain_path */
};

/* The longest sentences that are explained: ways are followed from each position to each. */
enum { EXPLAIN_LONGEST = 512 };

/* Runs one sentence pair through the model, whose weights have values. Encoder-only: there are as
 * many labels as it gives, whatever `target` is. The caller frees it. */
void explain_model(struct explanation *, const struct model *, int source, int target);
void explanation_free(struct explanation *);

/* The same for several lengths. All is NaN where the model's longest sentence is below 8 tokens. */
void explain_growth(const struct model *, struct explain_growth growth[SIDES]);

#endif
