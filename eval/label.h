/* label.h - the labels that an encoder alone gives: of a source, or of each of its tokens. */
#ifndef BAKEOFF_LABEL_H
#define BAKEOFF_LABEL_H

#include "eval/search.h"
#include "models/model.h"

/* Labels a batch of an encoder-only model on a tape that was begun for it: result[n], as a search
 * gives them. Without pooling one hypothesis, the most probable label of each token; else one for
 * each of the `nbest` most probable labels. The special tokens are no labels. `total` and `score`
 * are log p, of all tokens together. */
void label_batch(struct tape *, const struct model *, const struct batch *, long nbest,
                 struct nbest *result);

#endif
