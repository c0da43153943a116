/* output.h - standard output, or a file that is whole or not there at all. */
#ifndef BAKEOFF_OUTPUT_H
#define BAKEOFF_OUTPUT_H

#include "core/file.h"

#include <stdbool.h>

struct output {
	FILE *stream; /* write here */
	struct new_file file;
	bool named;
};

/* Begins PATH, or standard output where it is NULL. */
bool output_begin(struct output *, const char *path, struct error *);

/* Ends what was begun: a named file appears where `good`, and is left as it was otherwise. Returns
 * `good`, or false and an error where something could not be written. */
bool output_end(struct output *, bool good, struct error *);

#endif
