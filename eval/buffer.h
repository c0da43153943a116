/* buffer.h - bytes that grow; they may hold NULs and do not end in one. */
#ifndef BAKEOFF_BUFFER_H
#define BAKEOFF_BUFFER_H

#include <stddef.h>

/* Zeroed, it is empty. */
struct buffer {
	char *data;
	size_t bytes;    /* in use */
	size_t capacity; /* taken */
};

/* Makes room for `more` bytes behind those in use and returns where they go; the caller adds what
 * it wrote to `bytes`. */
char *buffer_reserve(struct buffer *, size_t more);

void buffer_add(struct buffer *, const char *data, size_t bytes);
void buffer_free(struct buffer *);

#endif
