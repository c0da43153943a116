/* parameters.c - declare, lay out and start the weights of a model. */
#include "core/parameters.h"
#include "core/error.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { ALIGN = 64 / sizeof(real) };

int parameter_add(struct parameters *all, int rows, int columns, enum parameter_start start,
                  double value, const char *name, ...)
{
	struct parameter *new;
	char text[128];
	va_list arguments;

	va_start(arguments, name);
	vsnprintf(text, sizeof text, name, arguments);
	va_end(arguments);
	if (parameter_find(all, text) >= 0)
		panic("two parameters are named %s", text);
	all->list = memory_resize(all->list, (size_t)all->count + 1, sizeof *all->list);
	new = &all->list[all->count];
	*new = (struct parameter){ memory_text(text), rows, columns, all->size, start, value, -1 };
	all->size += ((size_t)rows * (size_t)columns + ALIGN - 1) / ALIGN * ALIGN;
	return all->count++;
}

void parameter_normalise(struct parameters *all, int v, int gain)
{
	const struct parameter *a = &all->list[v], *b = &all->list[gain];

	if (b->rows * b->columns != a->rows)
		panic("%s has %d rows, %s %d gains", a->name, a->rows, b->name,
		      b->rows * b->columns);
	all->list[v].gain = gain;
}

int parameter_find(const struct parameters *all, const char *name)
{
	for (int i = 0; i < all->count; i++)
		if (!strcmp(all->list[i].name, name))
			return i;
	return -1;
}

size_t parameters_count(const struct parameters *all)
{
	size_t sum = 0;

	for (int i = 0; i < all->count; i++)
		sum += (size_t)all->list[i].rows * (size_t)all->list[i].columns;
	return sum;
}

static void start_one(const struct parameter *p, gsl_rng *random, real *x)
{
	const size_t n = (size_t)p->rows * (size_t)p->columns;
	const double bound =
		p->start == START_XAVIER ? sqrt(6.0 / (p->rows + p->columns)) : p->value;

	for (size_t i = 0; i < n; i++) {
		switch (p->start) {
		case START_CONSTANT:
			x[i] = (real)p->value;
			break;
		case START_UNIFORM:
		case START_XAVIER:
			x[i] = (real)gsl_ran_flat(random, -bound, bound);
			break;
		case START_NORMAL:
			x[i] = (real)gsl_ran_gaussian_ziggurat(random, bound);
			break;
		case START_FORGET:
			x[i] = i >= n / 4 && i < n / 2 ? (real)p->value : 0;
			break;
		}
	}
}

void parameters_empty(struct parameters *all)
{
	free(all->x);
	all->x = memory_aligned(all->size, sizeof(real));
}

/* Numbers of parameters, and the seed of all. */
struct start_job {
	const struct parameters *all;
	uint64_t seed;
	int *order;
};

static void start_task(void *context, int task, int worker)
{
	const struct start_job *job = context;
	const struct parameter *p = &job->all->list[job->order[task]];
	gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

	(void)worker;
	if (!random)
		memory_die(0);
	gsl_rng_set(random, (unsigned long)XXH64(p->name, strlen(p->name), job->seed));
	start_one(p, random, job->all->x + p->offset);
	gsl_rng_free(random);
}

static long elements(const struct parameter *p)
{
	return (long)p->rows * p->columns;
}

/* All numbers, the largest parameter's first: what is begun last should be small. */
static int *largest_first(const struct parameters *all)
{
	int *order = memory_new((size_t)all->count, sizeof *order);

	for (int i = 0; i < all->count; i++) {
		int at = i;

		for (; at && elements(&all->list[order[at - 1]]) < elements(&all->list[i]); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	return order;
}

void parameters_start_on(struct parameters *all, uint64_t seed, struct pool *pool)
{
	struct start_job job = { all, seed, largest_first(all) };

	parameters_empty(all);
	if (pool)
		pool_run(pool, all->count, start_task, &job);
	for (int i = 0; !pool && i < all->count; i++)
		start_task(&job, i, 0);
	free(job.order);
}

void parameters_start(struct parameters *all, uint64_t seed)
{
	parameters_start_on(all, seed, NULL);
}

void parameters_free(struct parameters *all)
{
	for (int i = 0; i < all->count; i++)
		free(all->list[i].name);
	free(all->list);
	free(all->x);
	free(all->bfloat16);
	*all = (struct parameters){ 0 };
}
