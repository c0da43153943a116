/* team.c - a leader and its helpers over parts of microseconds.
 *
 * Each thread begins with a range of the parts of its own, so that the same memory is in its cache
 * every time, and goes on with what is left of the others'. A range is one number: the task's, the
 * end, the next part. Whoever takes a part by a task's number knows that the task is not done, and
 * that what it has read of it is true. */
#include "core/team.h"
#include "core/error.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	LOOKS = 4000, /* before a helper sleeps: about a tenth of a millisecond */
	MOST_PARTS = 65535,
};

/* On a cache line of its own: task << 32 | end << 16 | next. */
struct range {
	_Alignas(64) atomic_uint_least64_t word;
};

struct team {
	int threads;
	struct range *range;           /* [threads] */
	_Alignas(64) atomic_uint task; /* number of the present one; 0: none yet */
	_Atomic(team_part *) part;     /* of the present task */
	_Atomic(void *) context;
	_Alignas(64) atomic_int left; /* parts that are not done */
	atomic_bool dismissed;
	_Alignas(64) atomic_int asleep; /* helpers */
	pthread_mutex_t lock;
	pthread_cond_t wake;
};

struct team *team_new(int threads)
{
	struct team *t = memory_aligned(1, sizeof *t);

	t->threads = threads;
	t->range = memory_aligned((size_t)threads, sizeof *t->range);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->wake, NULL);
	return t;
}

void team_free(struct team *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->wake);
	free(t->range);
	free(t);
}

/* The next part of a range, or -1. */
static int take(struct range *range, unsigned task)
{
	uint_least64_t word = atomic_load(&range->word);

	while (word >> 32 == task && (word & 0xffff) < (word >> 16 & 0xffff))
		if (atomic_compare_exchange_weak(&range->word, &word, word + 1))
			return (int)(word & 0xffff);
	return -1;
}

static void take_parts(struct team *t, unsigned task, int number)
{
	team_part *run = atomic_load(&t->part);
	void *context = atomic_load(&t->context);
	int part;

	for (int i = 0; i < t->threads; i++) {
		struct range *range = &t->range[(number + i) % t->threads];

		while ((part = take(range, task)) >= 0) {
			run(context, part);
			atomic_fetch_sub(&t->left, 1);
		}
	}
}

static void pause_briefly(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

static void wake_helpers(struct team *t)
{
	if (!atomic_load(&t->asleep))
		return;
	pthread_mutex_lock(&t->lock);
	pthread_cond_broadcast(&t->wake);
	pthread_mutex_unlock(&t->lock);
}

void team_run(struct team *t, int parts, team_part *run, void *context)
{
	const unsigned task = atomic_load(&t->task) + 1;

	if (parts > MOST_PARTS)
		panic("team: %d parts", parts);
	atomic_store(&t->part, run);
	atomic_store(&t->context, context);
	atomic_store(&t->left, parts);
	for (int i = 0; i < t->threads; i++) {
		const unsigned first = (unsigned)(parts * i / t->threads);
		const unsigned end = (unsigned)(parts * (i + 1) / t->threads);

		atomic_store(&t->range[i].word, (uint_least64_t)task << 32 | end << 16 | first);
	}
	atomic_store(&t->task, task);
	wake_helpers(t);
	take_parts(t, task, 0);
	for (int i = 0; atomic_load(&t->left) > 0; i++)
		if (i < LOOKS)
			pause_briefly();
		else
			sched_yield(); /* whoever has the last part may not be running */
}

static bool nothing_new(struct team *t, unsigned seen)
{
	return atomic_load(&t->task) == seen && !atomic_load(&t->dismissed);
}

static void sleep_until_new(struct team *t, unsigned seen)
{
	pthread_mutex_lock(&t->lock);
	atomic_fetch_add(&t->asleep, 1);
	while (nothing_new(t, seen))
		pthread_cond_wait(&t->wake, &t->lock);
	atomic_fetch_sub(&t->asleep, 1);
	pthread_mutex_unlock(&t->lock);
}

void team_help(struct team *t, int number)
{
	unsigned seen = 0;

	while (!atomic_load(&t->dismissed)) {
		for (int i = 0; i < LOOKS && nothing_new(t, seen); i++)
			pause_briefly();
		if (nothing_new(t, seen))
			sleep_until_new(t, seen);
		seen = atomic_load(&t->task);
		if (seen && !atomic_load(&t->dismissed))
			take_parts(t, seen, number);
	}
}

void team_dismiss(struct team *t)
{
	atomic_store(&t->dismissed, true);
	wake_helpers(t);
}

void team_gather(struct team *t)
{
	atomic_store(&t->dismissed, false);
}
