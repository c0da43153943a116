/* attention_relative.c - vectors of relative positions: a table with a row for every distance from
 * query to key, up to a clip. */
#include "core/attention_relative.h"

#include <string.h>

static long within(long x, long low, long high)
{
	return x < low ? low : x > high ? high : x;
}

void relative_init(struct relative *relative, struct tape *tape, const struct var *table,
                   real *gradient, size_t queries, size_t keys)
{
	size_t rows;

	*relative = (struct relative){ .vector = tape->vector };
	if (!table)
		return;
	rows = (size_t)var_rows(table);
	rows = rows < queries + keys ? rows : queries + keys;
	relative->table = table->x;
	relative->gradient = gradient;
	relative->clip = (var_rows(table) - 1) / 2;
	relative->c = (size_t)table->c;
	relative->ld = vector_full(rows);
	relative->turned = tape_memory(tape, relative->c * relative->ld * sizeof(real));
	relative->part = tape_memory(tape, queries * relative->ld * sizeof(real));
}

size_t relative_row(const struct relative *relative, long distance)
{
	return (size_t)(within(distance, -relative->clip, relative->clip) + relative->clip);
}

/* The rows of the table that a block needs, `first` and those after it. */
struct rows_needed {
	size_t first, count;
};

static struct rows_needed rows_needed(const struct relative *relative, const struct distances *d)
{
	const long lowest = d->first - ((long)d->queries - 1) * d->advance;
	const size_t first = relative_row(relative, lowest);
	const size_t last = relative_row(relative, d->first + (long)d->keys - 1);

	return (struct rows_needed){ first, last + 1 - first };
}

/* Where a query's keys change rows: up to key `near` all have the first row needed, from `far` on
 * the last; in between, key s has row s - near + row. */
struct pieces {
	size_t near, far, row;
};

static struct pieces pieces(const struct relative *relative, const struct distances *d, size_t r,
                            size_t first_row)
{
	const long of_key_0 = d->first - (long)r * d->advance, keys = (long)d->keys;
	const long near = within(-relative->clip - of_key_0, 0, keys);
	const long far = within(relative->clip + 1 - of_key_0, near, keys);

	return (struct pieces){ (size_t)near, (size_t)far,
		                relative_row(relative, of_key_0 + near) - first_row };
}

/* y[r][s] += part[r][row of (r, s)]. */
static void spread(const struct relative *relative, const struct distances *d,
                   struct rows_needed rows, real *y, size_t ldy)
{
	const struct vector_kernels *vector = relative->vector;

	for (size_t r = 0; r < d->queries; r++, y += ldy) {
		const real *part = relative->part + r * relative->ld;
		const struct pieces p = pieces(relative, d, r, rows.first);

		vector->scale_add(p.near, 1, part[0], y, y);
		vector->accumulate(p.far - p.near, 1, part + p.row, y + p.near);
		vector->scale_add(d->keys - p.far, 1, part[rows.count - 1], y + p.far, y + p.far);
	}
}

/* part[r][row] = sum of w[r][s] over the keys s that have it. */
static void gather(const struct relative *relative, const struct distances *d,
                   struct rows_needed rows, const real *w, size_t ldw)
{
	const struct vector_kernels *vector = relative->vector;

	for (size_t r = 0; r < d->queries; r++, w += ldw) {
		real *part = relative->part + r * relative->ld;
		const struct pieces p = pieces(relative, d, r, rows.first);

		memset(part, 0, rows.count * sizeof(real));
		memcpy(part + p.row, w + p.near, (p.far - p.near) * sizeof(real));
		part[0] += (real)vector->sum(p.near, w);
		part[rows.count - 1] += (real)vector->sum(d->keys - p.far, w + p.far);
	}
}

double relative_score(const struct relative *relative, const struct distances *d, const real *x,
                      size_t ldx, real *y, size_t ldy)
{
	const struct vector_kernels *vector = relative->vector;
	const struct rows_needed rows = rows_needed(relative, d);
	const real *table = relative->table + rows.first * relative->c;
	const size_t c = relative->c, ld = relative->ld;

	if (d->queries == 1) {
		vector->dot_rows(rows.count, c, x, table, c, relative->part);
	} else {
		vector->transpose(rows.count, c, table, c, relative->turned, ld);
		vector->product(d->queries, vector_full(rows.count), c, x, ldx, 1, relative->turned,
		                ld, false, relative->part, ld);
	}
	spread(relative, d, rows, y, ldy);
	return (double)d->queries * (double)rows.count * (double)c;
}

double relative_mean(const struct relative *relative, const struct distances *d, const real *w,
                     size_t ldw, real *y, size_t ldy)
{
	const struct rows_needed rows = rows_needed(relative, d);
	const size_t c = relative->c;

	gather(relative, d, rows, w, ldw);
	relative->vector->product(d->queries, c, rows.count, relative->part, relative->ld, 1,
	                          relative->table + rows.first * c, c, true, y, ldy);
	return (double)d->queries * (double)rows.count * (double)c;
}

double relative_gradient(const struct relative *relative, const struct distances *d, const real *w,
                         size_t ldw, const real *x, size_t ldx)
{
	const struct rows_needed rows = rows_needed(relative, d);
	const size_t c = relative->c;

	if (!relative->gradient)
		return 0;
	gather(relative, d, rows, w, ldw);
	relative->vector->product(rows.count, c, d->queries, relative->part, 1, relative->ld, x,
	                          ldx, true, relative->gradient + rows.first * c, c);
	return (double)d->queries * (double)rows.count * (double)c;
}
