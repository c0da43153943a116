/* arena.c - reserve address space, hand it out in a line. */
#include "core/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void arena_init(struct arena *arena, size_t bytes)
{
	const size_t asked = bytes;
	void *base = MAP_FAILED;

	for (; base == MAP_FAILED && bytes >= ARENA_LEAST; bytes /= 2)
		base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) {
		fprintf(stderr,
		        "bakeoff: cannot reserve %zu MiB of address space; "
		        "raise the limit (ulimit -v unlimited)\n",
		        asked >> 20);
		exit(1);
	}
	bytes *= 2; /* the loop's last step */
	if (bytes < asked && bytes / 2 >= ARENA_LEAST) {
		bytes /= 2;
		munmap((char *)base + bytes, bytes); /* for other arenas, and libraries */
	}
	madvise(base, bytes, MADV_HUGEPAGE); /* a fault for 2 MiB, not for 4 KiB; may be refused */
	*arena = (struct arena){ .base = base, .reserved = bytes };
}

void arena_free(struct arena *arena)
{
	if (arena->base)
		munmap(arena->base, arena->reserved);
	*arena = (struct arena){ 0 };
}

void *arena_take(struct arena *arena, size_t bytes)
{
	char *p = arena->base + arena->used;

	if (bytes > arena->reserved - arena->used - ARENA_ALIGN) {
		fprintf(stderr,
		        "bakeoff: a batch needs more than %zu MiB; lower "
		        "train.batch_tokens or data.longest\n",
		        arena->reserved >> 20);
		exit(1);
	}
	arena->used += (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (arena->used > arena->peak)
		arena->peak = arena->used;
	return p;
}

void arena_reset(struct arena *arena)
{
	arena->used = 0;
}

void arena_rest(struct arena *arena)
{
	arena->used = 0;
	if (arena->base)
		madvise(arena->base, arena->reserved, MADV_DONTNEED);
}
