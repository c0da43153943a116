/* pool.c - worker threads over a counter of tasks. */
#include "core/pool.h"
#include "core/machine.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct worker {
	struct pool *pool;
	int number;
	pthread_t thread;
	size_t first; /* its first span of this round */
};

struct pool {
	int workers;
	struct worker *worker; /* [workers]; number 0 is the caller of pool_run */
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	unsigned long round; /* of pool_run; under the lock */
	int busy;            /* helpers still in this round; under the lock */
	bool closing;
	pool_task *task; /* of this round */
	void *context;
	int count;
	atomic_int next;         /* the first task that nobody took */
	struct profile *profile; /* [workers] or NULL */
};

static void take_tasks(struct pool *pool, int worker)
{
	int task;

	while ((task = atomic_fetch_add(&pool->next, 1)) < pool->count)
		pool->task(pool->context, task, worker);
}

void pool_block_signals(void)
{
	static const int asking[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2, SIGCHLD };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
		sigaddset(&set, asking[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *help(void *argument)
{
	struct worker *worker = argument;
	struct pool *pool = worker->pool;
	unsigned long seen = 0;
	bool closing;

	pool_block_signals();
	for (;;) {
		pthread_mutex_lock(&pool->lock);
		while (pool->round == seen && !pool->closing)
			pthread_cond_wait(&pool->start, &pool->lock);
		seen = pool->round;
		closing = pool->closing;
		pthread_mutex_unlock(&pool->lock);
		if (closing)
			return NULL;
		take_tasks(pool, worker->number);
		pthread_mutex_lock(&pool->lock);
		if (--pool->busy == 0)
			pthread_cond_signal(&pool->done);
		pthread_mutex_unlock(&pool->lock);
	}
}

struct pool *pool_open(int workers, struct error *error)
{
	struct pool *pool = memory_new(1, sizeof *pool);

	pool->worker = memory_new((size_t)workers, sizeof *pool->worker);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->start, NULL);
	pthread_cond_init(&pool->done, NULL);
	pool->workers = 1;
	for (int i = 1; i < workers; i++) {
		struct worker *worker = &pool->worker[i];
		int failure;

		*worker = (struct worker){ .pool = pool, .number = i };
		failure = pthread_create(&worker->thread, NULL, help, worker);
		if (failure) {
			error_set(error,
			          "cannot start thread %d of %d: %s; use a smaller --threads",
			          i + 1, workers, strerror(failure));
			pool_close(pool);
			return NULL;
		}
		pool->workers++;
	}
	return pool;
}

void pool_close(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_cond_broadcast(&pool->start);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 1; i < pool->workers; i++)
		pthread_join(pool->worker[i].thread, NULL);
	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->start);
	pthread_cond_destroy(&pool->done);
	free(pool->worker);
	free(pool);
}

int pool_workers(const struct pool *pool)
{
	return pool->workers;
}

void pool_profile(struct pool *pool, struct profile *profile)
{
	pool->profile = profile;
}

struct profile *pool_profile_of(const struct pool *pool, int worker)
{
	return pool->profile ? &pool->profile[worker] : NULL;
}

static double mark_round(struct pool *pool)
{
	for (int i = 0; i < pool->workers; i++)
		pool->worker[i].first = pool->profile[i].spans;
	return machine_seconds();
}

static void record_waits(const struct pool *pool, double start)
{
	const double end = machine_seconds();

	for (int i = 0; i < pool->workers; i++)
		profile_gaps(&pool->profile[i], "waiting", pool->worker[i].first, start, end);
}

void pool_run(struct pool *pool, int count, pool_task *task, void *context)
{
	const double start = pool->profile ? mark_round(pool) : 0;

	pthread_mutex_lock(&pool->lock);
	pool->task = task;
	pool->context = context;
	pool->count = count;
	atomic_store(&pool->next, 0);
	pool->busy = pool->workers - 1;
	pool->round++;
	pthread_cond_broadcast(&pool->start);
	pthread_mutex_unlock(&pool->lock);
	take_tasks(pool, 0);
	pthread_mutex_lock(&pool->lock);
	while (pool->busy > 0)
		pthread_cond_wait(&pool->done, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	if (pool->profile)
		record_waits(pool, start);
}
