/* run_files.h - the folder of a run's files, from outside of the trial. */
#ifndef BAKEOFF_RUN_FILES_H
#define BAKEOFF_RUN_FILES_H

#include "core/error.h"
#include "results/database.h"

enum { RUN_PATH_SIZE = 4096, RUN_NAME_SIZE = 128 };

/* The name of a run's folder below the folder of runs, whatever characters the contestant's name and
 * the key have: "lstm-s1-0123456789abcdef". `key` is 16 hex digits, or forged. */
void run_folder_name(const char *contestant, long seed, const char *key, char name[RUN_NAME_SIZE]);

/* The folder of a run's files: "results.runs/lstm-s1-0123456789abcdef". False where the row names
 * none that could be one, such as "../x". */
bool run_folder(const char *database, const struct run_record *, char folder[RUN_PATH_SIZE]);

enum run_hold {
	RUN_FREE,    /* no process works on it; the lock is held now where a descriptor is given */
	RUN_HELD,    /* a process works on it */
	RUN_NOWHERE, /* there is no such folder */
};

/* Whether a process works on a run: its lock is in its folder. With `lock`, keeps a free one, to be
 * closed by the caller (else -1). */
enum run_hold run_hold(const char *folder, int *lock);

/* Bytes of the files in the folder; 0 where there is none. */
double run_files_size(const char *folder);

/* Deletes a run that no process works on: first its rows, then its files, so that a stop in
 * between leaves files that no row knows and never a row without its weights. Where the files
 * cannot be deleted the error says so, and that the rows are. */
bool run_delete(struct database *, const struct run_record *, struct error *);

/* Makes the folder `to`, which is then whole or as it was: an older one there is replaced once `fill`,
 * given a descriptor of the new one, has returned true. The folder above must exist. */
bool run_files_replace(const char *to, bool (*fill)(void *context, int folder, struct error *),
                       void *context, struct error *);

/* Copies the files of a run's folder to another (run_files_replace). Only plain files are taken, never
 * through a link, and not the lock. *copied is false where there is no folder to copy. */
bool run_files_copy(const char *from, const char *to, bool *copied, struct error *);

/* Deletes a folder that has files alone; that there is none is no error. */
bool run_files_delete(const char *folder, struct error *);

#endif
