/* pool.h - worker threads that share out numbered tasks. */
#ifndef BAKEOFF_POOL_H
#define BAKEOFF_POOL_H

#include "core/error.h"
#include "core/profile.h"

struct pool;

/* One task. `worker` is below pool_workers() and no two tasks with the same worker run at once. */
typedef void pool_task(void *context, int task, int worker);

/* `workers` threads, the calling one included (at least 1). NULL where threads cannot be made. */
struct pool *pool_open(int workers, struct error *);
void pool_close(struct pool *);
int pool_workers(const struct pool *);

/* From now on each worker records what it does in its own of profile [workers], which the caller
 * keeps, and pool_run records there when a worker waited for others ("waiting"). NULL, as at first:
 * nothing is recorded. */
void pool_profile(struct pool *, struct profile *);
/* That of a worker, for those who run its tasks; NULL where nothing is recorded. */
struct profile *pool_profile_of(const struct pool *, int worker);

/* Runs tasks 0 .. count - 1, each once, and returns when all are done. Who runs which is up to
 * chance, so a task's result must depend on its number alone. */
void pool_run(struct pool *, int count, pool_task *, void *context);

/* Called first by every thread but the main one: signals that ask for something are the main
 * thread's, whose handlers have a stack for it (cli/interrupt.c). */
void pool_block_signals(void);

#endif
