/* error.h - the three kinds of error: the user's (struct error), the programmer's (panic), no
 * memory (die). */
#ifndef BAKEOFF_ERROR_H
#define BAKEOFF_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What went wrong, where, and the remedy, in one line without a full stop or line break. */
struct error {
	char message[512];
};

/* Writes the message and returns false, so that a function can end in `return error_set(...)`.
 * What a terminal must not be given of user text (line breaks, escapes; printable.h) becomes '?'.
 */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the message; returns false. For a caller who knows the place (file, line,
 * key). */
bool error_prefix(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A mistake of the programmer that must stop a release build too (a shape that does not fit):
 * prints the message to standard error and aborts. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The only allocators: they never return NULL; when memory is out they print one line and exit
 * with 1. memory_new gives zeroed memory. Free with free(). */
void *memory_new(size_t count, size_t size);
/* 64-byte aligned and zeroed. */
void *memory_aligned(size_t count, size_t size);
/* Zeroed, and resident from the first touch of each part on (in huge pages where it is large), so
 * that threads can share the cost; goes back to the system at once with memory_unmap, which takes
 * NULL too. */
void *memory_map(size_t count, size_t size);
void memory_unmap(void *, size_t count, size_t size);
void *memory_resize(void *old, size_t count, size_t size);
char *memory_text(const char *text); /* strdup */

/* What the allocators end in, for libraries that say so themselves: one line, and exit with 1
 * without more ado, since other threads may be at work. `bytes` 0: unknown. */
_Noreturn void memory_die(size_t bytes);

/* A stream into memory, and its end, from which on *text is whole (to be freed); like the
 * allocators. */
FILE *memory_stream(char **text, size_t *size);
void memory_stream_end(FILE *);

#endif
