/* profile.h - what operations cost: spans of time with the multiply-adds and bytes in them.
 *
 * A worker's tape that has a profile records a span for each operation, forward and backward, and
 * for whatever else opens one. Spans nest.
 */
#ifndef BAKEOFF_PROFILE_H
#define BAKEOFF_PROFILE_H

#include <stddef.h>

enum profile_direction { PROFILE_OTHER, PROFILE_FORWARD, PROFILE_BACKWARD };

struct profile_span {
	const char *operation; /* "linear", "optimizer", ...; lives as long as the program */
	const char
		*detail; /* the parameter that it is about, or NULL; lives as long as the model */
	enum profile_direction direction;
	int parent;           /* number of the span around it, -1 outside of all */
	double start, end;    /* s, machine_seconds */
	double inside;        /* s spent in spans inside */
	double multiply_adds; /* its own, not those of spans inside */
	double bfloat16;      /* of the multiply-adds, those of bfloat16 operands */
	double bytes;         /* read and written, each array counted once; its own */
};

struct profile {
	struct profile_span *span; /* [spans] in order of start, but for gaps */
	size_t spans, capacity;
	int open; /* the innermost open span, -1 */
};

void profile_init(struct profile *);
void profile_free(struct profile *);
/* Forgets the spans. */
void profile_reset(struct profile *);

/* A profile of NULL records nothing. */
void profile_begin(struct profile *, const char *operation, const char *detail,
                   enum profile_direction);
void profile_count(struct profile *, double multiply_adds, double bytes);
/* Says that so many of the multiply-adds counted were of bfloat16. */
void profile_bfloat16(struct profile *, double multiply_adds);
/* Closes the innermost span. */
void profile_end(struct profile *);

/* Records as spans of that name what lies between the spans number `first` on, which are all closed
 * and directly inside the open one, from `start` to `end`. Gaps below 2 microseconds are left. */
void profile_gaps(struct profile *, const char *operation, size_t first, double start, double end);

/* What all spans of one operation and direction took. */
struct profile_row {
	const char *operation;
	enum profile_direction direction;
	double calls, seconds; /* without the spans inside, summed over workers */
	double multiply_adds, bfloat16, bytes;
};

/* A zeroed struct is empty. */
struct profile_rows {
	struct profile_row *row; /* [rows] */
	size_t rows, capacity;
};

/* Adds the spans from number `first` on, each times `weight`; all of them to the row `name` where
 * that is not NULL, and its calls are the spans of that name. */
void profile_sum(struct profile_rows *, const struct profile *, size_t first, double weight,
                 const char *name);
/* Those that took most come first. */
void profile_rows_sort(struct profile_rows *);
void profile_rows_free(struct profile_rows *);

#endif
