/* overlap.c - parts of the gradient go to other ranks as the backward pass completes them. */
#include "train/overlap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A part of the flat gradient, and the parameters in it. */
struct stretch {
	struct ranks_part part;
	int first, last; /* parameters */
	size_t use;      /* of them, the earliest */
};

struct follower {
	struct completion completion;
	struct overlap *overlap;
	int shard, worker;
	size_t ready;
};

struct overlap {
	struct ranks *ranks;
	const struct parameters *parameters;
	struct stretch *stretch; /* [parts] in the order in which they go */
	struct ranks_part *part; /* [parts] the same */
	size_t parts;
	size_t *use;               /* [parameters] of the first shard, in its last forward pass */
	bool ordered;              /* by use */
	struct follower *follower; /* [workers] */
	_Atomic size_t *ready;     /* [shards] parts that are complete */
	int shards, workers;
};

/* Parameters that reach into a part: none begins behind its end or ends before its start. */
static void name_parameters(struct overlap *o, struct stretch *s)
{
	const struct parameter *p = o->parameters->list;

	s->first = 0;
	while (s->first < o->parameters->count - 1 && p[s->first + 1].offset <= s->part.from)
		s->first++;
	s->last = s->first;
	while (s->last < o->parameters->count - 1 &&
	       p[s->last + 1].offset < s->part.from + s->part.n)
		s->last++;
}

static void cut(struct overlap *o)
{
	const size_t size = o->parameters->size, most = ranks_part_most();

	o->parts = (size + most - 1) / most;
	o->stretch = memory_new(o->parts, sizeof *o->stretch);
	o->part = memory_new(o->parts, sizeof *o->part);
	for (size_t i = 0; i < o->parts; i++) {
		struct stretch *s = &o->stretch[i];

		s->part.from = i * most;
		s->part.n = size - s->part.from < most ? size - s->part.from : most;
		name_parameters(o, s);
		o->part[i] = s->part;
	}
}

struct overlap *overlap_open(struct ranks *ranks, const struct parameters *parameters, int shards,
                             int workers)
{
	struct overlap *o = memory_new(1, sizeof *o);

	*o = (struct overlap){
		.ranks = ranks, .parameters = parameters, .shards = shards, .workers = workers
	};
	cut(o);
	o->use = memory_new((size_t)parameters->count, sizeof *o->use);
	o->ready = memory_new((size_t)shards, sizeof *o->ready);
	o->follower = memory_new((size_t)workers, sizeof *o->follower);
	for (int i = 0; i < workers; i++)
		o->follower[i].completion.first =
			memory_new((size_t)parameters->count, sizeof(size_t));
	return o;
}

void overlap_close(struct overlap *o)
{
	if (!o)
		return;
	for (int i = 0; i < o->workers; i++)
		free(o->follower[i].completion.first);
	free(o->follower);
	free((void *)o->ready);
	free(o->use);
	free(o->part);
	free(o->stretch);
	free(o);
}

void overlap_begin(struct overlap *o, real *const *gradient, real *spare)
{
	for (int i = 0; i < o->shards; i++)
		atomic_store(&o->ready[i], 0);
	ranks_sum_begin(o->ranks, o->part, o->parts, gradient, o->shards, spare);
}

/* So many parts of a shard are complete. Only the first worker may talk to other ranks. */
static void complete(struct overlap *o, int shard, int worker, size_t parts)
{
	size_t all = parts;

	atomic_store(&o->ready[shard], parts);
	if (worker > 0)
		return;
	for (int i = 0; i < o->shards; i++) {
		const size_t one = atomic_load(&o->ready[i]);

		all = one < all ? one : all;
	}
	ranks_sum_ready(o->ranks, all);
}

/* Whether nothing that flows before `node` can change a part. A parameter that was never asked for
 * says nothing of itself. */
static bool is_complete(const struct stretch *s, const size_t *first, size_t node)
{
	for (int i = s->first; i <= s->last; i++)
		if (first[i] == COMPLETION_UNUSED || first[i] < node)
			return false;
	return true;
}

static void on_flow(void *context, size_t node)
{
	struct follower *f = context;
	const struct overlap *o = f->overlap;

	if (!o->ordered)
		return;
	while (f->ready < o->parts && is_complete(&o->stretch[f->ready], f->completion.first, node))
		f->ready++;
	complete(f->overlap, f->shard, f->worker, f->ready);
}

struct completion *overlap_follow(struct overlap *o, int shard, int worker)
{
	struct follower *f = &o->follower[worker];

	f->completion.flowed = on_flow;
	f->completion.context = f;
	f->overlap = o;
	f->shard = shard;
	f->worker = worker;
	f->ready = 0;
	return &f->completion;
}

void overlap_made(struct overlap *o, int shard, int worker)
{
	if (shard == 0)
		memcpy(o->use, o->follower[worker].completion.first,
		       (size_t)o->parameters->count * sizeof *o->use);
	complete(o, shard, worker, o->parts);
}

/* Latest use first, which a backward pass comes to first; those without a use last. */
static int by_use(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	if (x->use != y->use)
		return x->use > y->use ? -1 : 1;
	return (x->part.from > y->part.from) - (x->part.from < y->part.from);
}

static void order_parts(struct overlap *o)
{
	for (size_t i = 0; i < o->parts; i++) {
		struct stretch *s = &o->stretch[i];

		s->use = COMPLETION_UNUSED;
		for (int k = s->first; k <= s->last; k++)
			if (o->use[k] == COMPLETION_UNUSED)
				s->use = 0;
			else if (o->use[k] < s->use)
				s->use = o->use[k];
	}
	qsort(o->stretch, o->parts, sizeof *o->stretch, by_use);
	for (size_t i = 0; i < o->parts; i++)
		o->part[i] = o->stretch[i].part;
	o->ordered = true;
}

real *overlap_end(struct overlap *o, bool first)
{
	real *sum = ranks_sum_end(o->ranks);

	if (!sum || o->ordered || !first)
		return sum;
	if (!ranks_share(o->ranks, o->use, (size_t)o->parameters->count * sizeof *o->use))
		return NULL;
	order_parts(o);
	return sum;
}
