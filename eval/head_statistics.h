/* head_statistics.h - what each attention head does, as numbers over a corpus, and what it is
 * worth.
 *
 * All means are over the queries, of all sentences, that see a key; q and k are steps of the
 * sentence, w the weights of a query. In cross-attention q is a step of the target and k one of the
 * source.
 */
#ifndef BAKEOFF_HEAD_STATISTICS_H
#define BAKEOFF_HEAD_STATISTICS_H

#include "core/pool.h"
#include "eval/attention.h"
#include "eval/heads.h"

struct head_statistics {
	struct head_place head;
	size_t queries;
	double entropy;  /* bits: - sum of w[k] log2 w[k]; log2 n where n keys have the same weight
	                  */
	double distance; /* sum of w[k] |q - k|, steps */
	double previous, same, next; /* w[q - 1], w[q], w[q + 1]; 0 where there is no such key */
	double begin, end; /* of TOKEN_BEGIN and TOKEN_END; NaN where no key of the kind is that */
	/* 1 - Jensen-Shannon distance to another head, the mean over all other heads of the kind,
	 * of any layer. Distance: the root of H((v + w) / 2) - (H(v) + H(w)) / 2 with the entropy H
	 * in bits, from 0 (the same weights) to 1 (no key in common); Endres and Schindelin 2003.
	 * NaN where there is no other. */
	double agreement;
};

/* Told how much is done, never two at once; false: stop. */
typedef bool head_watch(void *context, size_t done, size_t all);

/* Writes result[heads->count] of all sentences of the corpus, under model->masked: the same at any
 * number of workers. `heads` are all that the model has. False where `watch` (may be NULL) said
 * stop. */
bool heads_measure(const struct heads *, const struct model *, const struct corpus *, struct pool *,
                   head_watch *, void *context, struct head_statistics *result);

/* What one head does in the maps of some sentences, summed. */
struct head_sums {
	size_t queries, others; /* others: pairs with a query of another head */
	size_t begins, ends;    /* queries that have such a key */
	double entropy, distance, previous, same, next, begin, end, agreement;
};

/* Adds a sentence's maps, sums[maps->maps]. */
void head_sums_add(struct head_sums *, const struct attention_maps *);

struct head_importance {
	double change; /* of the loss: with the head switched off less without, nats per target
	                  token, the end counted */
	double error;  /* its standard error over the sentences; NaN of one */
};

/* What each of some heads is worth: the change of the loss when it is switched off beside what
 * model->masked has; *loss is without. A head with a great change matters, one near 0 could be left
 * out. Writes result[heads->count]; false where `watch` (may be NULL) said stop. Michel et al.
 * 2019. */
bool heads_importance(const struct heads *, const struct model *, const struct corpus *,
                      struct pool *, head_watch *, void *context, double *loss,
                      struct head_importance *result);

#endif
