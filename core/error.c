/* error.c - error lines, and the one place where memory runs out. */
#include "core/error.h"
#include "core/printable.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool error_set(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	printable_make(error->message);
	return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
	char whole[2 * sizeof error->message];
	va_list arguments;
	size_t used;

	va_start(arguments, format);
	vsnprintf(whole, sizeof error->message, format, arguments);
	va_end(arguments);
	used = strlen(whole);
	snprintf(whole + used, sizeof whole - used, ": %s", error->message);
	whole[sizeof error->message - 1] = '\0';
	printable_make(whole);
	memcpy(error->message, whole, sizeof error->message);
	return false;
}

void panic(const char *format, ...)
{
	va_list arguments;

	fputs("bakeoff: internal error: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

/* No cleaning up: there may be no memory for it, and other threads are at work. */
static _Noreturn void die_saying(const char *refused)
{
	fprintf(stderr,
	        "bakeoff: out of memory%s; lower train.batch_tokens or the model's width\n",
	        refused);
	fflush(stdout);
	_exit(1);
}

static _Noreturn void die_of_memory(size_t count, size_t size)
{
	char refused[80];

	snprintf(refused, sizeof refused, ": %zu x %zu bytes refused", count, size);
	die_saying(refused);
}

void memory_die(size_t bytes)
{
	if (bytes)
		die_of_memory(1, bytes);
	die_saying("");
}

void *memory_new(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		die_of_memory(count, size);
	return memory;
}

enum { HUGE_PAGE = 2 << 20 };

void *memory_aligned(size_t count, size_t size)
{
	enum { ALIGN = 64 };
	const bool huge = size && count >= 2 * (size_t)HUGE_PAGE / size;
	const size_t align = huge ? HUGE_PAGE : ALIGN;
	void *memory = NULL;

	if (!size || count < (SIZE_MAX - align) / size)
		memory = aligned_alloc(align, (count * size / align + 1) * align);
	if (!memory)
		die_of_memory(count, size);
	if (huge)
		madvise(memory, count * size, MADV_HUGEPAGE);
	return memset(memory, 0, count * size);
}

static size_t map_bytes(size_t count, size_t size)
{
	if (size && count > (SIZE_MAX - 2 * (size_t)HUGE_PAGE) / size)
		die_of_memory(count, size);
	return count && size ? count * size : 1;
}

void *memory_map(size_t count, size_t size)
{
	const size_t bytes = map_bytes(count, size);
	const size_t spare = bytes >= HUGE_PAGE ? HUGE_PAGE : 0; /* to start at a huge page */
	char *base = mmap(NULL, bytes + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                  -1, 0);
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t before;

	if (base == MAP_FAILED)
		die_of_memory(count, size);
	if (!spare)
		return base;
	before = (size_t)(-(uintptr_t)base % HUGE_PAGE);
	if (before)
		munmap(base, before);
	if (before < spare)
		munmap(base + before + (bytes + page - 1) / page * page, spare - before);
	madvise(base + before, bytes, MADV_HUGEPAGE);
	return base + before;
}

void memory_unmap(void *memory, size_t count, size_t size)
{
	if (memory)
		munmap(memory, map_bytes(count, size));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	void *memory;

	if (size && count > SIZE_MAX / size)
		die_of_memory(count, size);
	memory = realloc(old, count && size ? count * size : 1);
	if (!memory)
		die_of_memory(count, size);
	return memory;
}

FILE *memory_stream(char **text, size_t *size)
{
	FILE *stream = open_memstream(text, size);

	if (!stream)
		memory_die(0);
	return stream;
}

void memory_stream_end(FILE *stream)
{
	if (ferror(stream) | fclose(stream))
		memory_die(0);
}

char *memory_text(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_new(size, 1), text, size);
}
