/* ranks_mpi.c - ranks by MPI: messages that do not block, and waits that end when a rank is lost.
 */
#include "core/machine.h"
#include "core/ranks.h"
#include "core/vector.h"

#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ranks {
	int number, count;
	double patience;     /* s; 0: for ever */
	bool (*asked)(void); /* may be NULL */
	bool lost;
	struct error error; /* of the loss */
};

/* Below 64 KiB, which Open MPI sends over TCP without asking the receiver first. */
enum { PART_BYTES = 60 * 1024, MOST_BYTES = 1 << 30, TAG_UP = 1, TAG_DOWN = 2 };
/* Who waits tries again at once for a moment, then leaves the processor to others in between. */
static const double EAGER_SECONDS = 0.0005;
enum { PAUSE_MICROSECONDS = 50 };
/* mpirun kills a second after it has asked for an end: rank 0 must have spoken by then. Others
 * leave it the first word. */
static const double ASKED_SECONDS = 0.4, OTHERS_SECONDS = 10;

/* What a rank waits for, and since when. */
struct waiting {
	bool limited;
	double since, asked; /* machine_seconds; 0: not asked */
};

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

static struct waiting wait_begin(bool limited)
{
	return (struct waiting){ limited, machine_seconds(), 0 };
}

static bool lose(struct ranks *r, const char *why)
{
	r->lost = true;
	return error_set(&r->error,
	                 "another rank is lost: %s; the same command with any number of ranks goes "
	                 "on from the last checkpoint",
	                 why);
}

/* Between two looks at what has come; false where it will not come any more. */
static bool wait_on(struct ranks *r, struct waiting *w)
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

static bool wait_for(struct ranks *r, MPI_Request *request, bool limited)
{
	struct waiting w = wait_begin(limited);
	int done = 0;

	while (!MPI_Test(request, &done, MPI_STATUS_IGNORE) && !done)
		if (!wait_on(r, &w))
			return false;
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
		if (!wait_for(r, &request, r->number == 0))
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
	got = wait_for(r, &request, true);
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

/* A sum on its way: parts 0 .. up - 1 have gone to the next rank, 0 .. down - 1 have come back. */
struct sum {
	struct ranks *ranks;
	const struct vector_kernels *vector;
	real *const *term;
	int terms;
	real *spare;
	size_t n, part, parts, up, down;
	MPI_Request *from_below, *to_above, *from_above, *to_below; /* [parts] */
};

static size_t part_from(const struct sum *s, size_t i)
{
	return i * s->part;
}

static int part_size(const struct sum *s, size_t i)
{
	return (int)(s->n - part_from(s, i) < s->part ? s->n - part_from(s, i) : s->part);
}

static int part_bytes(const struct sum *s, size_t i)
{
	return part_size(s, i) * (int)sizeof(real);
}

static bool has_come(MPI_Request *request)
{
	int done = 0;

	MPI_Test(request, &done, MPI_STATUS_IGNORE);
	return done;
}

static void sum_open(struct sum *s)
{
	MPI_Request *all = memory_new(4 * s->parts, sizeof *all);

	for (size_t i = 0; i < 4 * s->parts; i++)
		all[i] = MPI_REQUEST_NULL;
	s->from_below = all;
	s->to_above = all + s->parts;
	s->from_above = all + 2 * s->parts;
	s->to_below = all + 3 * s->parts;
	for (size_t i = 0; s->ranks->number > 0 && i < s->parts; i++)
		MPI_Irecv(s->spare + part_from(s, i), part_bytes(s, i), MPI_BYTE,
		          s->ranks->number - 1, TAG_UP, MPI_COMM_WORLD, &s->from_below[i]);
}

/* Adds this rank's terms to a part. Where they begin is the sum so far: x + y = y + x, to the bit.
 */
static void add_terms(const struct sum *s, size_t i)
{
	const size_t from = part_from(s, i), n = (size_t)part_size(s, i);

	if (s->ranks->number > 0)
		s->vector->accumulate(n, 1, s->spare + from, s->term[0] + from);
	for (int k = 1; k < s->terms; k++)
		s->vector->accumulate(n, 1, s->term[k] + from, s->term[0] + from);
}

/* The next part goes up, when it has come from below; true where it did. */
static bool sum_up(struct sum *s)
{
	const struct ranks *r = s->ranks;
	const size_t i = s->up, from = part_from(s, i);

	if (i == s->parts || !has_come(&s->from_below[i]))
		return false;
	add_terms(s, i);
	s->up++;
	if (r->number == r->count - 1) {
		MPI_Isend(s->term[0] + from, part_bytes(s, i), MPI_BYTE, r->number - 1, TAG_DOWN,
		          MPI_COMM_WORLD, &s->to_below[i]);
		s->down++;
		return true;
	}
	MPI_Isend(s->term[0] + from, part_bytes(s, i), MPI_BYTE, r->number + 1, TAG_UP,
	          MPI_COMM_WORLD, &s->to_above[i]);
	MPI_Irecv(s->spare + from, part_bytes(s, i), MPI_BYTE, r->number + 1, TAG_DOWN,
	          MPI_COMM_WORLD, &s->from_above[i]);
	return true;
}

/* The next part of the whole sum, when it has come from above, goes on down. */
static bool sum_down(struct sum *s)
{
	const struct ranks *r = s->ranks;
	const size_t i = s->down;

	if (i >= s->up || !has_come(&s->from_above[i]))
		return false;
	if (r->number > 0)
		MPI_Isend(s->spare + part_from(s, i), part_bytes(s, i), MPI_BYTE, r->number - 1,
		          TAG_DOWN, MPI_COMM_WORLD, &s->to_below[i]);
	s->down++;
	return true;
}

static real *sum_alone(real *const *term, int terms, size_t n)
{
	for (int k = 1; k < terms; k++)
		vector_kernels()->accumulate(n, 1, term[k], term[0]);
	return term[0];
}

real *ranks_sum(struct ranks *r, real *const *term, int terms, size_t n, real *spare)
{
	struct sum s = { .ranks = r, .term = term, .terms = terms, .spare = spare, .n = n };
	struct waiting w = wait_begin(true);

	if (!r || r->lost)
		return r ? NULL : sum_alone(term, terms, n);
	s.vector = vector_kernels();
	s.part = PART_BYTES / sizeof(real);
	s.parts = (n + s.part - 1) / s.part;
	sum_open(&s);
	while (s.down < s.parts) {
		const bool rose = sum_up(&s), fell = sum_down(&s);

		if (rose || fell)
			w = wait_begin(true);
		else if (!wait_on(r, &w))
			return NULL;
	}
	for (size_t i = 0; i < s.parts; i++)
		if (!wait_for(r, &s.to_above[i], true) || !wait_for(r, &s.to_below[i], true))
			return NULL;
	free(s.from_below);
	return r->number == r->count - 1 ? term[0] : spare;
}
