/* data_files.h - where the texts of a run lie and what they were: data.json in its folder. */
#ifndef BAKEOFF_DATA_FILES_H
#define BAKEOFF_DATA_FILES_H

#include "data/dataset.h"

#include <jansson.h>

/* A pair of files as it was. */
struct data_pair {
	char *name;        /* "train", "valid", or the test set's */
	char *file[SIDES]; /* the source's NULL: a text alone */
	char hash[17];     /* 16 hex digits of corpus.hash */
};

struct data_files {
	struct data_pair
		*pair; /* [pairs]: train, valid, then the test sets; none of generated data */
	int pairs;
};

/* Writes the file, paths absolute; nothing for generated data. */
bool data_files_save(const char *path, const struct data_settings *, const struct dataset *,
                     struct error *);

/* Reads it. *found is false, and the struct empty, where there is no such file; one that is no such
 * list is an error. */
bool data_files_load(const char *path, struct data_files *, bool *found, struct error *);
void data_files_free(struct data_files *);

/* The paths of a JSON list of two files or one, or of one file's name: the last is the target's,
 * and a source that is not there is NULL. False, and nothing to be freed, where it is none. */
bool data_files_take(const json_t *, char *file[SIDES]);

/* The first pair whose text is another now, or NULL. The dataset has the same test sets. */
const struct data_pair *data_files_changed(const struct data_files *, const struct dataset *);

#endif
