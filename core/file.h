/* file.h - files that are whole or not there at all. */
#ifndef BAKEOFF_FILE_H
#define BAKEOFF_FILE_H

#include "core/error.h"

#include <stddef.h>
#include <stdio.h>

/* A file that is being written beside the one that it will replace. A zeroed struct was never
 * begun. */
struct new_file {
	char *path, *temporary;
	FILE *stream; /* write here; errors are found at commit */
	int failure;  /* errno of the first new_file_write that failed; 0: none */
};

/* Begins PATH.tmp-PID-N, in the same folder. On error nothing is left. */
bool new_file_begin(struct new_file *, const char *path, struct error *);

/* Appends bytes, as fwrite to the stream does, but remembers why it failed, for commit to say. */
void new_file_write(struct new_file *, const void *bytes, size_t size);

/* Flushes to the disk, renames over the path and flushes the folder; a reader sees the old file or
 * the new one, never a part, after a power failure too. On error the old file is untouched and the
 * temporary removed, unless the message says that only the folder was not flushed. */
bool new_file_commit(struct new_file *, struct error *);
void new_file_cancel(struct new_file *);

#endif
