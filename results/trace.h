/* trace.h - spans as a file for chrome://tracing and ui.perfetto.dev: the Trace Event Format, JSON
 * object form. */
#ifndef BAKEOFF_TRACE_H
#define BAKEOFF_TRACE_H

#include "core/profile.h"
#include "core/file.h"

#include <stdbool.h>

/* A file that is being written; a zeroed struct was never begun. */
struct trace {
	struct new_file file;
	int processes; /* so far */
	double start;  /* time 0 of the file, s */
	bool any;      /* an event is there */
};

bool trace_begin(struct trace *, const char *path, struct error *);
/* One process of the trace, its workers as threads: complete events in microseconds; "args" have
 * multiply-adds, bytes and the parameter's name. */
void trace_add(struct trace *, const char *process, const struct profile *, int workers);
/* The file appears whole, or not at all. */
bool trace_commit(struct trace *, struct error *);
void trace_cancel(struct trace *);

#endif
