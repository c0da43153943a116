/* small_model.h - untrained models of a few channels, made from settings as a run's row keeps them.
 */
#ifndef BAKEOFF_SMALL_MODEL_H
#define BAKEOFF_SMALL_MODEL_H

#include "models/model.h"

enum { SMALL_VOCABULARY = 23, SMALL_LONGEST = 16 };

/* Opens a model, its weights started, of the JSON object that contestant_from_json reads, with one
 * vocabulary of SMALL_VOCABULARY entries. Fails the test where it cannot. */
void small_model_open(struct model *, const char *json);

#endif
