/* profile.c - record spans. */
#include "core/profile.h"
#include "core/error.h"
#include "core/machine.h"

#include <stdlib.h>
#include <string.h>

void profile_init(struct profile *profile)
{
	*profile = (struct profile){ .open = -1 };
}

void profile_free(struct profile *profile)
{
	free(profile->span);
	profile_init(profile);
}

void profile_reset(struct profile *profile)
{
	profile->spans = 0;
	profile->open = -1;
}

static struct profile_span *add_span(struct profile *profile, const char *operation)
{
	struct profile_span *span;

	if (profile->spans == profile->capacity) {
		profile->capacity = profile->capacity ? 2 * profile->capacity : 1024;
		profile->span =
			memory_resize(profile->span, profile->capacity, sizeof *profile->span);
	}
	span = &profile->span[profile->spans++];
	*span = (struct profile_span){ .operation = operation, .parent = profile->open };
	return span;
}

void profile_begin(struct profile *profile, const char *operation, const char *detail,
                   enum profile_direction direction)
{
	struct profile_span *span;

	if (!profile)
		return;
	span = add_span(profile, operation);
	span->detail = detail;
	span->direction = direction;
	profile->open = (int)(span - profile->span);
	span->start = machine_seconds();
}

void profile_count(struct profile *profile, double multiply_adds, double bytes)
{
	if (!profile || profile->open < 0)
		return;
	profile->span[profile->open].multiply_adds += multiply_adds;
	profile->span[profile->open].bytes += bytes;
}

void profile_bfloat16(struct profile *profile, double multiply_adds)
{
	if (profile && profile->open >= 0)
		profile->span[profile->open].bfloat16 += multiply_adds;
}

void profile_end(struct profile *profile)
{
	struct profile_span *span;

	if (!profile)
		return;
	span = &profile->span[profile->open];
	span->end = machine_seconds();
	profile->open = span->parent;
	if (span->parent >= 0)
		profile->span[span->parent].inside += span->end - span->start;
}

static void add_gap(struct profile *profile, const char *operation, double start, double end)
{
	struct profile_span *span;

	if (end - start < 2e-6)
		return;
	span = add_span(profile, operation);
	span->start = start;
	span->end = end;
	if (span->parent >= 0)
		profile->span[span->parent].inside += end - start;
}

void profile_gaps(struct profile *profile, const char *operation, size_t first, double start,
                  double end)
{
	const size_t last = profile->spans;

	for (size_t i = first; i < last; i++) {
		const struct profile_span span = profile->span[i];

		if (span.parent != profile->open || span.end <= start)
			continue;
		add_gap(profile, operation, start, span.start);
		start = span.end;
	}
	add_gap(profile, operation, start, end);
}

static struct profile_row *row_of(struct profile_rows *rows, const char *operation,
                                  enum profile_direction direction)
{
	for (size_t i = 0; i < rows->rows; i++)
		if (rows->row[i].direction == direction &&
		    !strcmp(rows->row[i].operation, operation))
			return &rows->row[i];
	if (rows->rows == rows->capacity) {
		rows->capacity = rows->capacity ? 2 * rows->capacity : 32;
		rows->row = memory_resize(rows->row, rows->capacity, sizeof *rows->row);
	}
	rows->row[rows->rows] =
		(struct profile_row){ .operation = operation, .direction = direction };
	return &rows->row[rows->rows++];
}

void profile_sum(struct profile_rows *rows, const struct profile *profile, size_t first,
                 double weight, const char *name)
{
	for (size_t i = first; i < profile->spans; i++) {
		const struct profile_span *span = &profile->span[i];
		struct profile_row *row = row_of(rows, name ? name : span->operation,
		                                 name ? PROFILE_OTHER : span->direction);

		row->calls += name && strcmp(span->operation, name) ? 0 : weight;
		row->seconds += weight * (span->end - span->start - span->inside);
		row->multiply_adds += weight * span->multiply_adds;
		row->bfloat16 += weight * span->bfloat16;
		row->bytes += weight * span->bytes;
	}
}

static int longest_first(const void *a, const void *b)
{
	const double x = ((const struct profile_row *)a)->seconds;
	const double y = ((const struct profile_row *)b)->seconds;

	return (x < y) - (x > y);
}

void profile_rows_sort(struct profile_rows *rows)
{
	if (rows->rows)
		qsort(rows->row, rows->rows, sizeof *rows->row, longest_first);
}

void profile_rows_free(struct profile_rows *rows)
{
	free(rows->row);
	*rows = (struct profile_rows){ 0 };
}
