/* profile.h - what operations cost: spans of time with the multiply-adds and bytes in them.
 *
 * A worker's tape that has a profile records a span for each operation, forward and backward, and
 * for whatever else opens one. Spans nest.
 */
#ifndef BAKEOFF_PROFILE_H
#define BAKEOFF_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct profile_span {
	const char *operation; /* "linear", "optimizer", ...; lives as long as the program */
	const char *detail;    /* the parameter that it is about, or NULL; lives as long as the model */
	bool backward;
	int parent;           /* number of the span around it, -1 outside of all */
	double start, end;    /* s, machine_seconds */
	double inside;        /* s spent in spans inside */
	double multiply_adds; /* its own, not those of spans inside */
	double bytes;         /* read and written, each array counted once; its own */
};

struct profile {
	struct profile_span *span; /* [spans] in order of start */
	size_t spans, capacity;
	int open; /* the innermost open span, -1 */
};

void profile_init(struct profile *);
void profile_free(struct profile *);
/* Forgets the spans. */
void profile_reset(struct profile *);

void profile_begin(struct profile *, const char *operation, const char *detail, bool backward);
void profile_count(struct profile *, double multiply_adds, double bytes);
/* Closes the innermost span. */
void profile_end(struct profile *);

#endif
