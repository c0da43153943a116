/* ranks_mpi.c - ranks by MPI: messages that do not block, and waits that end when a rank is lost.
 */
#include "core/machine.h"
#include "core/ranks_mpi.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 30 };
/* Who waits tries again at once for a moment, then leaves the processor to others in between. */
static const double EAGER_SECONDS = 0.0005;
enum { PAUSE_MICROSECONDS = 50 };
/* mpirun kills a second after it has asked for an end: rank 0 must have spoken by then. Others
 * leave it the first word. */
static const double ASKED_SECONDS = 0.4, OTHERS_SECONDS = 10;

void ranks_describe(char *text, size_t size)
{
	char version[MPI_MAX_LIBRARY_VERSION_STRING];
	int length;

	MPI_Get_library_version(version, &length);
	version[strcspn(version, ",\n")] = '\0';
	snprintf(text, size, "%s", version);
	if (!strncmp(text, "Open MPI v", 10))
		memmove(text + 9, text + 10, strlen(text + 10) + 1);
}

bool ranks_open(struct ranks **ranks, double patience, bool (*asked)(void), struct error *error)
{
	struct ranks *r = memory_new(1, sizeof *r);
	int provided;

	*ranks = NULL;
	if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
	    provided < MPI_THREAD_FUNNELED) {
		free(r);
		return error_set(error, "this MPI cannot start beside threads; use another");
	}
	MPI_Comm_rank(MPI_COMM_WORLD, &r->number);
	MPI_Comm_size(MPI_COMM_WORLD, &r->count);
	r->patience = patience > 0 && r->number > 0 ? patience + OTHERS_SECONDS : patience;
	r->asked = r->number > 0 ? NULL : asked;
	*ranks = r;
	return true;
}

void ranks_close(struct ranks *r)
{
	if (!r)
		return;
	if (r->lost) {
		fflush(NULL);
		MPI_Abort(MPI_COMM_WORLD, 1);
		_exit(1);
	}
	MPI_Finalize();
	free(r);
}

int ranks_number(const struct ranks *r)
{
	return r ? r->number : 0;
}

int ranks_count(const struct ranks *r)
{
	return r ? r->count : 1;
}

const char *ranks_error(const struct ranks *r)
{
	return r && r->lost ? r->error.message : NULL;
}

struct ranks_waiting ranks_wait_begin(bool limited)
{
	return (struct ranks_waiting){ limited, machine_seconds(), 0 };
}

static bool lose(struct ranks *r, const char *why)
{
	r->lost = true;
	return error_set(&r->error,
	                 "another rank is lost: %s; the same command with any number of ranks goes "
	                 "on from the last checkpoint",
	                 why);
}

bool ranks_wait_on(struct ranks *r, struct ranks_waiting *w)
{
	const double now = machine_seconds();

	if (w->asked <= 0 && r->asked && r->asked())
		w->asked = now;
	if (w->asked > 0 && now - w->asked > ASKED_SECONDS)
		return lose(
			r,
			"an end was asked for, as mpirun does where one has died, and it does not "
			"answer");
	if (w->limited && r->patience > 0 && now - w->since > r->patience)
		return lose(r, "it has not answered for as long as --stall allows");
	if (now - w->since > EAGER_SECONDS)
		usleep(PAUSE_MICROSECONDS);
	else
		sched_yield();
	return true;
}

bool ranks_wait_for(struct ranks *r, MPI_Request *request, bool limited)
{
	struct ranks_waiting w = ranks_wait_begin(limited);
	int done = 0;

	while (!MPI_Test(request, &done, MPI_STATUS_IGNORE) && !done) {
		ranks_sum_move(r);
		if (!ranks_wait_on(r, &w))
			return false;
	}
	return true;
}

bool ranks_share(struct ranks *r, void *data, size_t bytes)
{
	if (!r)
		return true;
	for (size_t from = 0, n; from < bytes && !r->lost; from += n) {
		MPI_Request request;

		n = bytes - from < MOST_BYTES ? bytes - from : MOST_BYTES;
		MPI_Ibcast((char *)data + from, (int)n, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
		if (!ranks_wait_for(r, &request, r->number == 0))
			return false;
	}
	return !r->lost;
}

bool ranks_gather(struct ranks *r, void *things, size_t size, size_t n)
{
	int *bytes, *from;
	MPI_Request request;
	bool got;

	if (!r)
		return true;
	if (r->lost)
		return false;
	bytes = memory_new((size_t)r->count, sizeof *bytes);
	from = memory_new((size_t)r->count, sizeof *from);
	for (int i = 0; i < r->count; i++) {
		from[i] = (int)(size * ranks_first(r, n, i));
		bytes[i] = (int)(size * ranks_first(r, n, i + 1)) - from[i];
	}
	MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_BYTE, things, bytes, from, MPI_BYTE, MPI_COMM_WORLD,
	                &request);
	got = ranks_wait_for(r, &request, true);
	if (got) {
		free(bytes);
		free(from);
	}
	return got;
}

/* What one rank says of its work. */
struct verdict {
	bool good;
	struct error error;
};

static struct verdict verdict_of(const struct ranks *r, bool good, const struct error *error)
{
	struct verdict v = { .good = good };
	char host[64];

	if (good)
		return v;
	v.error = *error;
	machine_host(host, sizeof host);
	if (r->number > 0)
		error_prefix(&v.error, "rank %d on %s", r->number, host);
	return v;
}

static bool take(const struct ranks *r, const struct verdict *v, struct error *error)
{
	if (r->lost)
		*error = r->error;
	else if (!v->good)
		*error = v->error;
	return !r->lost && v->good;
}

bool ranks_follow(struct ranks *r, bool good, struct error *error)
{
	struct verdict v;

	if (!r)
		return good;
	v = verdict_of(r, good, error);
	ranks_share(r, &v, sizeof v);
	return take(r, &v, error);
}

bool ranks_agree(struct ranks *r, bool good, struct error *error)
{
	struct verdict *all;
	int first = 0;

	if (!r)
		return good;
	all = memory_new((size_t)r->count, sizeof *all);
	all[r->number] = verdict_of(r, good, error);
	if (ranks_gather(r, all, sizeof *all, (size_t)r->count))
		while (first < r->count - 1 && all[first].good)
			first++;
	good = take(r, &all[first], error);
	if (!r->lost)
		free(all);
	return good;
}
