/* translate.h - a corpus, or one sentence after another, through a trained model. */
#ifndef BAKEOFF_TRANSLATE_H
#define BAKEOFF_TRANSLATE_H

#include "core/pool.h"
#include "eval/search.h"
#include "models/model.h"

/* Told how many sentences are done, now and then, from any worker but never two at once; false:
 * stop. */
typedef bool translate_watch(void *context, size_t done, size_t all);

/* A model that translates: its weights laid out for that, and the memory of each worker, are kept
 * from one call to the next. One call at a time. */
struct translator;

/* Model and pool must last, and the model's weights stay as they are, until translator_close.
 * `weights`: an enum packed_numbers. */
struct translator *translator_open(const struct model *, struct pool *, int weights);
void translator_close(struct translator *);

/* Searches every source of the corpus: longest first, in groups of at most settings->rows
 * hypotheses that are shared out over the pool; where there are fewer groups than workers, one
 * group after the other, whose large products are shared out. Writes result[sentences] (free each
 * with nbest_free): a function of corpus and settings alone, not of the number of workers nor of
 * earlier calls. An empty source gives one empty hypothesis. Returns false where `watch` (may be
 * NULL) said stop; results that were not reached are then empty. */
bool translator_run(struct translator *, const struct corpus *, const struct search_settings *,
                    translate_watch *, void *context, struct nbest *result);

/* The same by a translator that is opened for this call. */
bool translate(const struct model *, const struct corpus *, const struct search_settings *,
               struct pool *, translate_watch *, void *context, struct nbest *result);

#endif
