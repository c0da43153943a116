/* checkpoint.h - weights, and all that training needs to go on, in a safetensors file. */
#ifndef BAKEOFF_CHECKPOINT_H
#define BAKEOFF_CHECKPOINT_H

#include "models/model.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/train.h"

/* What a checkpoint says of the data it belongs to; it must be the same when it is read. */
struct checkpoint_identity {
	uint64_t vocabulary[SIDES]; /* vocabulary_hash */
};

struct checkpoint_identity checkpoint_identity_of(const struct dataset *);

/* Writes the weights under their names, and where `optimizer` is given its moments as "optimizer.m"
 * and "optimizer.v" (flat) with the state of training in the metadata. The file is whole or not
 * there at all. */
bool checkpoint_save(const char *path, const struct model *, const struct checkpoint_identity *,
                     const struct optimizer *, const struct schedule_state *,
                     const struct progress *, struct error *);

/* Reads what checkpoint_save wrote into a model whose parameters are declared. Shapes, names and
 * vocabularies must fit, and the numbers be those that were written; the message says which is not
 * so. optimizer, schedule and progress may be
 * NULL. */
bool checkpoint_load(const char *path, struct model *, const struct checkpoint_identity *,
                     struct optimizer *, struct schedule_state *, struct progress *,
                     struct error *);

/* The mean of several files' weights into the model. */
bool checkpoint_average(char *const *path, int paths, struct model *,
                        const struct checkpoint_identity *, struct error *);

/* The update after which a checkpoint was saved; -1 where there is no such file. False where there
 * is one that cannot be read. */
bool checkpoint_update(const char *path, long *update, struct error *);

#endif
