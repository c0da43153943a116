/* output.h - standard output, or a file that is whole or not there at all. */
#ifndef BAKEOFF_OUTPUT_H
#define BAKEOFF_OUTPUT_H

#include "core/file.h"

#include <stdbool.h>
#include <stdio.h>

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

/* Whether all that went to standard output is written, or an error. */
bool output_flush(struct error *);

/* A name, of whoever made the file that it is from, as a terminal may have it (escape.h, box). */
void output_name(FILE *, const char *name);
/* A text that is the result: all its bytes, but on a terminal as a name. */
void output_text(FILE *, const char *text);
/* jansson's flags for JSON of anybody's texts: on a terminal ASCII alone. */
size_t output_json_flags(FILE *);

#endif
