/* snapshot.h - a database as it is at one moment, while others write to it. */
#ifndef BAKEOFF_SNAPSHOT_H
#define BAKEOFF_SNAPSHOT_H

#include "results/database.h"

/* Writes what is committed in the database at `path` to a new file, `copy`, which needs no other
 * file beside it. An error where `copy` exists and is not empty; nothing is left of it then. */
bool database_snapshot(const char *path, const char *copy, struct error *);

#endif
