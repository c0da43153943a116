/* measured.c - numbers by series, seed and x. */
#include "experiments/measured.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int find(const struct measured *m, const char *name)
{
	for (int i = 0; i < m->series; i++)
		if (!strcmp(m->name[i], name))
			return i;
	return -1;
}

static int find_or_add(struct measured *m, const char *name, bool aside)
{
	const int found = find(m, name);

	if (found >= 0)
		return found;
	m->name = memory_resize(m->name, (size_t)m->series + 1, sizeof *m->name);
	m->aside = memory_resize(m->aside, (size_t)m->series + 1, sizeof *m->aside);
	m->name[m->series] = memory_text(name);
	m->aside[m->series] = aside;
	return m->series++;
}

int measured_series(struct measured *m, const char *name)
{
	return find_or_add(m, name, false);
}

int measured_aside(struct measured *m, const char *name)
{
	return find_or_add(m, name, true);
}

void measured_add(struct measured *m, int series, long seed, double x, double value)
{
	if (isnan(value))
		return;
	if (m->points == m->capacity) {
		m->capacity = 2 * m->capacity + 64;
		m->point = memory_resize(m->point, m->capacity, sizeof *m->point);
	}
	m->point[m->points++] = (struct measured_point){ series, seed, x, value };
}

/* Points of one seed that lie together, by x. */
static int by_seed_and_x(const void *first, const void *second)
{
	const struct measured_point *a = first, *b = second;

	if (a->seed != b->seed)
		return a->seed < b->seed ? -1 : 1;
	return (a->x > b->x) - (a->x < b->x);
}

/* The points of a series between two x, sorted. */
static struct measured_point *chosen(const struct measured *m, int series, double from, double to,
                                     size_t *count)
{
	struct measured_point *list = memory_new(m->points + 1, sizeof *list);

	*count = 0;
	for (size_t i = 0; i < m->points; i++) {
		const struct measured_point *p = &m->point[i];

		if (p->series == series && p->x >= from && p->x <= to)
			list[(*count)++] = *p;
	}
	qsort(list, *count, sizeof *list, by_seed_and_x);
	return list;
}

size_t measured_by_seed(const struct measured *m, const char *name, double from, double to,
                        long **seed, double **value)
{
	size_t count, seeds = 0;
	struct measured_point *list = chosen(m, find(m, name), from, to, &count);

	*seed = memory_new(count + 1, sizeof **seed);
	*value = memory_new(count + 1, sizeof **value);
	for (size_t i = 0, end; i < count; i = end) {
		double sum = 0;

		for (end = i; end < count && list[end].seed == list[i].seed; end++)
			sum += list[end].value;
		(*seed)[seeds] = list[i].seed;
		(*value)[seeds++] = sum / (double)(end - i);
	}
	free(list);
	return seeds;
}

void measured_free(struct measured *m)
{
	for (int i = 0; i < m->series; i++)
		free(m->name[i]);
	free(m->name);
	free(m->aside);
	free(m->point);
	*m = (struct measured){ 0 };
}
