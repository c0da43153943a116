/* attention.h - who looks at whom: the attention weights of a sentence pair, a map for every head,
 * with the tokens of its rows and columns.
 *
 * Whatever a model is made of, its maps come from here: what asks (queries) are the rows, what is
 * looked at (keys) the columns.
 */
#ifndef BAKEOFF_EVAL_ATTENTION_H
#define BAKEOFF_EVAL_ATTENTION_H

#include "data/vocabulary.h"
#include "models/model.h"

/* The steps along one side of a map. */
struct attention_axis {
	int steps;          /* 0: the model has no attention of this kind */
	int *token;         /* [steps] ids */
	const char **label; /* [steps] as text, the vocabulary's; NULL where there is none */
};

struct attention_map {
	enum attention_kind kind;
	int layer, head; /* from 0 */
	int queries, keys;
	/* [queries][keys], each row with sum 1, or all 0 where the query sees no key: the head is
	 * switched off */
	const real *weight;
};

/* The maps of one sentence pair: by kind, then layer, then head. The queries and keys of the
 * encoder are the source's tokens and its end; those of the decoder what it reads, from TOKEN_BEGIN
 * on, which in the arrangement decoder-only comes after the source and its end. Cross-attention's
 * queries are what the decoder writes at that step, to the end of sentence.
 */
struct attention_maps {
	struct attention_map *map; /* [maps] */
	int maps;
	struct attention_axis query[ATTENTION_KINDS], key[ATTENTION_KINDS];

	/* How they are made; nobody else's business. */
	const struct model *model;
	struct vocabulary *vocabulary[SIDES];
	struct tape tape;
	struct batch batch;
};

/* Model and vocabularies (NULL: no labels) must last until attention_maps_free. */
void attention_maps_init(struct attention_maps *, const struct model *,
                         struct vocabulary *const vocabulary[SIDES]);
void attention_maps_free(struct attention_maps *);

/* The maps of a sentence of the corpus with its target, which is given to the decoder ("teacher
 * forcing"), under model->masked. They last until the next call or attention_maps_free. */
void attention_maps_make(struct attention_maps *, const struct corpus *, uint32_t sentence);

/* Heads of that kind in a layer, counted from 0; 0: it has none. */
int attention_heads(const struct attention_maps *, enum attention_kind, int layer);
/* The last layer that has heads of that kind, or -1. */
int attention_last_layer(const struct attention_maps *, enum attention_kind);

/* One map to look at, in plain numbers and texts. */
struct attention_picture {
	int rows, columns;
	const char **row, **column; /* labels, the vocabulary's */
	double *weight;             /* [rows][columns] */
};

/* The map of a head, or of the mean of the layer's heads (`head` -1); the layer must have it. Where
 * `end` is false, begin and end of sentence are left out, as rows and as columns, and what is left
 * of each row is scaled to the sum 1, if there is any. Free it with attention_picture_free, before
 * the vocabularies. */
void attention_picture_make(struct attention_picture *, const struct attention_maps *,
                            enum attention_kind, int layer, int head, bool end);
void attention_picture_free(struct attention_picture *);

#endif
