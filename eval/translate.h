/* translate.h - a trained model as a predictor, and a corpus through it. */
#ifndef BAKEOFF_TRANSLATE_H
#define BAKEOFF_TRANSLATE_H

#include "core/pool.h"
#include "eval/search.h"
#include "models/model.h"

/* Told how many sentences are done, now and then, from any worker but never two at once; false:
 * stop. */
typedef bool translate_watch(void *context, size_t done, size_t all);

/* Searches every source of the corpus: longest first, in groups of at most settings->rows
 * hypotheses that are shared out over the pool. Writes result[sentences] (free each with
 * nbest_free): a function of corpus and settings alone, not of the number of workers. An empty
 * source gives one empty hypothesis. Returns false where `watch` (may be NULL) said stop; results
 * that were not reached are then empty. */
bool translate(const struct model *, const struct corpus *, const struct search_settings *,
               struct pool *, translate_watch *, void *context, struct nbest *result);

/* Attention weights of one sentence: the source and the target given, its end included. The tape
 * (its keep_attention is set) holds them in tape->attention until it is begun again. */
void attention_of(struct tape *, const struct model *, const struct batch *);

#endif
