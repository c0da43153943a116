/* guard.h - libraries that run out of memory end like the allocators of core/error.h. */
#ifndef BAKEOFF_GUARD_H
#define BAKEOFF_GUARD_H

/* jansson, GSL and all of C++ then never see a NULL: one line, and exit with 1. For main() to call
 * first, before any of them allocates. SQLite and libyaml say so by themselves, as errors. */
void guard_memory(void);

/* The C++ part of it: what `new` calls when there is nothing left. */
void guard_new(void (*die)(void));

#endif
