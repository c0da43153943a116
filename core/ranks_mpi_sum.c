/* ranks_mpi_sum.c - sums over ranks by MPI: parts go up a chain of ranks, and come down again. */
#include "core/machine.h"
#include "core/ranks_mpi.h"
#include "core/vector.h"

#include <stdlib.h>

/* Below 64 KiB, which Open MPI sends over TCP without asking the receiver first. */
enum { PART_BYTES = 60 * 1024, TAG_UP = 1, TAG_DOWN = 2 };
/* A look at what has come is a system call or more, and operations may be short. */
static const double LOOK_SECONDS = 0.0002;

size_t ranks_part_most(void)
{
	return PART_BYTES / sizeof(real);
}

static int bytes_of(struct ranks_part part)
{
	return (int)(part.n * sizeof(real));
}

static bool has_come(MPI_Request *request)
{
	int done = 0;

	MPI_Test(request, &done, MPI_STATUS_IGNORE);
	return done;
}

void ranks_sum_begin(struct ranks *r, const struct ranks_part *part, size_t parts,
                     real *const *term, int terms, real *spare)
{
	MPI_Request *all = memory_new(4 * parts, sizeof *all);

	for (size_t i = 0; i < 4 * parts; i++)
		all[i] = MPI_REQUEST_NULL;
	r->sum = (struct ranks_sum){ .part = part,
		                     .term = term,
		                     .terms = terms,
		                     .spare = spare,
		                     .parts = parts,
		                     .from_below = all,
		                     .to_above = all + parts,
		                     .from_above = all + 2 * parts,
		                     .to_below = all + 3 * parts };
	for (size_t i = 0; r->number > 0 && i < parts; i++)
		MPI_Irecv(spare + part[i].from, bytes_of(part[i]), MPI_BYTE, r->number - 1, TAG_UP,
		          MPI_COMM_WORLD, &r->sum.from_below[i]);
}

/* Adds this rank's terms to a part. Where they begin is the sum so far: x + y = y + x, to the bit.
 */
static void add_terms(const struct ranks *r, struct ranks_part part)
{
	const struct ranks_sum *s = &r->sum;
	const struct vector_kernels *vector = vector_kernels();

	if (r->number > 0)
		vector->accumulate(part.n, 1, s->spare + part.from, s->term[0] + part.from);
	for (int k = 1; k < s->terms; k++)
		vector->accumulate(part.n, 1, s->term[k] + part.from, s->term[0] + part.from);
}

/* The next part goes up, when it is made and has come from below; true where it did. */
static bool sum_up(struct ranks *r)
{
	struct ranks_sum *s = &r->sum;
	const size_t i = s->up;
	const struct ranks_part part = i < s->ready ? s->part[i] : (struct ranks_part){ 0 };

	if (i == s->ready || !has_come(&s->from_below[i]))
		return false;
	add_terms(r, part);
	s->up++;
	if (r->number == r->count - 1) {
		MPI_Isend(s->term[0] + part.from, bytes_of(part), MPI_BYTE, r->number - 1, TAG_DOWN,
		          MPI_COMM_WORLD, &s->to_below[i]);
		s->down++;
		return true;
	}
	MPI_Isend(s->term[0] + part.from, bytes_of(part), MPI_BYTE, r->number + 1, TAG_UP,
	          MPI_COMM_WORLD, &s->to_above[i]);
	MPI_Irecv(s->spare + part.from, bytes_of(part), MPI_BYTE, r->number + 1, TAG_DOWN,
	          MPI_COMM_WORLD, &s->from_above[i]);
	return true;
}

/* The next part of the whole sum, when it has come from above, goes on down. */
static bool sum_down(struct ranks *r)
{
	struct ranks_sum *s = &r->sum;
	const size_t i = s->down;

	if (i >= s->up || !has_come(&s->from_above[i]))
		return false;
	if (r->number > 0)
		MPI_Isend(s->spare + s->part[i].from, bytes_of(s->part[i]), MPI_BYTE, r->number - 1,
		          TAG_DOWN, MPI_COMM_WORLD, &s->to_below[i]);
	s->down++;
	return true;
}

bool ranks_sum_move(struct ranks *r)
{
	bool moved = false;

	if (!r->sum.parts || r->lost)
		return false;
	r->sum.moved = machine_seconds();
	for (bool any = true; any; moved |= any) {
		/* Both, whatever the other has done. */
		const bool up = sum_up(r), down = sum_down(r);

		any = up || down;
	}
	return moved;
}

void ranks_sum_ready(struct ranks *r, size_t ready)
{
	if (!r->sum.parts)
		return;
	r->sum.ready = ready;
	if (machine_seconds() - r->sum.moved > LOOK_SECONDS)
		ranks_sum_move(r);
}

/* Waits until all parts are down, and have left. */
static bool sum_finish(struct ranks *r)
{
	struct ranks_sum *s = &r->sum;
	struct ranks_waiting w = ranks_wait_begin(true);

	while (s->down < s->parts) {
		if (ranks_sum_move(r))
			w = ranks_wait_begin(true);
		else if (!ranks_wait_on(r, &w))
			return false;
	}
	for (size_t i = 0; i < s->parts; i++)
		if (!ranks_wait_for(r, &s->to_above[i], true) ||
		    !ranks_wait_for(r, &s->to_below[i], true))
			return false;
	return true;
}

real *ranks_sum_end(struct ranks *r)
{
	struct ranks_sum *s = &r->sum;

	s->ready = s->parts;
	/* Where a rank is lost MPI may still write to what was begun: nothing is freed. */
	if (r->lost || !sum_finish(r))
		return NULL;
	free(s->from_below);
	s->parts = 0;
	return r->number == r->count - 1 ? s->term[0] : s->spare;
}

static real *sum_alone(real *const *term, int terms, size_t n)
{
	for (int k = 1; k < terms; k++)
		vector_kernels()->accumulate(n, 1, term[k], term[0]);
	return term[0];
}

real *ranks_sum(struct ranks *r, real *const *term, int terms, size_t n, real *spare)
{
	const size_t most = ranks_part_most(), parts = (n + most - 1) / most;
	struct ranks_part *part;
	real *sum;

	if (!r || r->lost)
		return r ? NULL : sum_alone(term, terms, n);
	part = memory_new(parts, sizeof *part);
	for (size_t i = 0; i < parts; i++)
		part[i] = (struct ranks_part){ i * most, i < parts - 1 ? most : n - i * most };
	ranks_sum_begin(r, part, parts, term, terms, spare);
	sum = ranks_sum_end(r);
	if (sum)
		free(part);
	return sum;
}
