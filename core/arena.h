/* arena.h - memory that is given out in a line and taken back all at once. */
#ifndef BAKEOFF_ARENA_H
#define BAKEOFF_ARENA_H

#include <stddef.h>

/* Address space is reserved once and filled by the kernel as it is touched, so pointers never move.
 */
struct arena {
	char *base;
	size_t used, reserved;
	size_t peak; /* most bytes ever in use */
};

enum { ARENA_ALIGN = 64, ARENA_LEAST = 1 << 28 };

/* Reserves `bytes` of address space, without memory behind it; where that is refused, half of the
 * half, quarter and so on that is not, so that as much is left; exits below ARENA_LEAST. */
void arena_init(struct arena *, size_t bytes);
void arena_free(struct arena *);

/* Uninitialised memory, 64-byte aligned, valid until the next reset. Exits when the arena is full.
 */
void *arena_take(struct arena *, size_t bytes);
void arena_reset(struct arena *);
/* The same, and gives the memory back to the system. */
void arena_rest(struct arena *);

#endif
