/* pack.h - one run in one file: a database of that run alone, with its weights and vocabularies in
 * it as results/archive.h has them. */
#ifndef BAKEOFF_PACK_H
#define BAKEOFF_PACK_H

#include "results/database.h"

enum { PACK_FILES = 4 };

/* The names of the files; no other one is ever taken out of a pack. The last, the lexicon, is there
 * where the run has one. */
extern const char *const pack_files[PACK_FILES];

/* Writes the pack of a run that is done; `path` must not exist yet, and is whole or not there. */
bool pack_write(struct database *from, long run, const char *path, struct error *);

/* Opens a pack to read, and gives its only run. On error nothing is left open. */
bool pack_open(struct database *, const char *path, long *run, struct error *);

/* Makes the folder `to` (in the form of run_folder, replacing an older one) of the files of a pack
 * that was opened. */
bool pack_extract(struct database *, const char *to, struct error *);

#endif
