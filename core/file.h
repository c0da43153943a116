/* file.h - files that are whole or not there at all. */
#ifndef BAKEOFF_FILE_H
#define BAKEOFF_FILE_H

#include "core/error.h"

#include <stddef.h>
#include <stdio.h>

/* A file that is being written beside the one that it will replace. */
struct new_file {
	char *path, *temporary;
	FILE *stream; /* write here; errors are found at commit */
};

/* Begins PATH.tmp-PID. On error nothing is left. */
bool new_file_begin(struct new_file *, const char *path, struct error *);

/* Flushes to the disk and renames over the path; on error the old file is untouched and the temporary removed. */
bool new_file_commit(struct new_file *, struct error *);
void new_file_cancel(struct new_file *);

/* The whole file with a '\0' behind it, to be freed; files larger than `most` bytes are refused. */
bool file_read(const char *path, size_t most, char **bytes, size_t *size, struct error *);

#endif
