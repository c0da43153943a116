/* frozen.c - layouts and computed weights of a model that predicts. */
#include "core/frozen.h"
#include "core/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct frozen {
	const struct parameters *parameters;
	const struct vector_kernels *vector;
	enum packed_numbers numbers;
	real *derived; /* where the parameter's numbers lie in parameters->x, what is made of
	                  them lies here */
	atomic_bool *is_derived;             /* [parameters] */
	_Atomic(struct packed *) *layout[2]; /* [parameters] of the parameter, and of what is made
	                                        of it; NULL until a product asks for it */
	pthread_mutex_t lock;                /* of making one */
};

struct frozen *frozen_open(const struct parameters *parameters, const struct vector_kernels *vector,
                           enum packed_numbers numbers)
{
	struct frozen *f = memory_new(1, sizeof *f);
	const size_t count = (size_t)parameters->count;

	f->parameters = parameters;
	f->vector = vector;
	f->numbers = numbers;
	f->derived = memory_new(parameters->size, sizeof *f->derived);
	f->is_derived = memory_new(count, sizeof *f->is_derived);
	for (int i = 0; i < 2; i++)
		f->layout[i] = memory_new(count, sizeof *f->layout[i]);
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

void frozen_close(struct frozen *f)
{
	if (!f)
		return;
	for (int i = 0; i < 2; i++) {
		for (int p = 0; p < f->parameters->count; p++)
			packed_free(atomic_load(&f->layout[i][p]));
		free(f->layout[i]);
	}
	pthread_mutex_destroy(&f->lock);
	free(f->derived);
	free(f->is_derived);
	free(f);
}

/* The parameter that starts at this offset, or -1. Offsets ascend. */
static int parameter_at(const struct parameters *all, size_t offset)
{
	int low = 0, high = all->count - 1;

	while (low <= high) {
		const int middle = low + (high - low) / 2;

		if (all->list[middle].offset == offset)
			return middle;
		if (all->list[middle].offset < offset)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

static bool lies_in(const real *w, const real *x, size_t size)
{
	return (uintptr_t)w >= (uintptr_t)x && (uintptr_t)w < (uintptr_t)(x + size);
}

/* NULL where w is neither a parameter [n][k] nor what is made of one. */
static _Atomic(struct packed *) *layout_of(const struct frozen *f, const real *w, int n, int k)
{
	const struct parameters *all = f->parameters;
	const bool derived = lies_in(w, f->derived, all->size);
	int p;

	if (!derived && !lies_in(w, all->x, all->size))
		return NULL;
	p = parameter_at(all, (size_t)(w - (derived ? f->derived : all->x)));
	if (p < 0 || all->list[p].rows != n || all->list[p].columns != k)
		return NULL;
	return &f->layout[derived][p];
}

bool frozen_multiply(struct frozen *f, struct team *team, int m, int n, int k, const real *a,
                     const real *w, struct packed_end end, real *c)
{
	_Atomic(struct packed *) *layout = layout_of(f, w, n, k);

	if (!layout)
		return false;
	if (!atomic_load(layout)) {
		pthread_mutex_lock(&f->lock);
		if (!atomic_load(layout))
			atomic_store(layout, packed_new(f->vector, n, k, w, f->numbers));
		pthread_mutex_unlock(&f->lock);
	}
	packed_multiply(atomic_load(layout), team, m, a, end, c);
	return true;
}

const real *frozen_derive(struct frozen *f, const real *x, void make(void *context, real *to),
                          void *context)
{
	const size_t offset = (size_t)(x - f->parameters->x);
	const int p = parameter_at(f->parameters, offset);

	if (!lies_in(x, f->parameters->x, f->parameters->size) || p < 0)
		panic("frozen: no parameter starts there");
	if (!atomic_load(&f->is_derived[p])) {
		pthread_mutex_lock(&f->lock);
		if (!atomic_load(&f->is_derived[p])) {
			make(context, f->derived + offset);
			atomic_store(&f->is_derived[p], true);
		}
		pthread_mutex_unlock(&f->lock);
	}
	return f->derived + offset;
}
