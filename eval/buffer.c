/* buffer.c - bytes that grow by doubling. */
#include "eval/buffer.h"

#include "core/error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_LEAST = 256 };

char *buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t capacity = buffer->capacity ? buffer->capacity : BUFFER_LEAST;

	if (buffer->data && more <= buffer->capacity - buffer->bytes)
		return buffer->data + buffer->bytes;
	while (capacity - buffer->bytes < more) {
		if (capacity > SIZE_MAX / 2)
			panic("buffer_reserve: %zu bytes more than %zu", more, buffer->bytes);
		capacity *= 2;
	}
	buffer->data = memory_resize(buffer->data, capacity, 1);
	buffer->capacity = capacity;
	return buffer->data + buffer->bytes;
}

void buffer_add(struct buffer *buffer, const char *data, size_t bytes)
{
	if (!bytes)
		return;
	memcpy(buffer_reserve(buffer, bytes), data, bytes);
	buffer->bytes += bytes;
}

void buffer_free(struct buffer *buffer)
{
	if (!buffer)
		return;
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
