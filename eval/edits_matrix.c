/* edits_matrix.c - edit distance within a band around the diagonal, from both ends. */
#include "eval/edits_parts.h"

#include "core/error.h"

#include <math.h>

enum { BEAM = 25 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void reserve_rows(struct edits *e)
{
	if (e->n + 1 > e->row_capacity) {
		e->row_capacity = 2 * (e->n + 1);
		e->row = memory_resize(e->row, e->row_capacity, sizeof *e->row);
		e->moved = memory_resize(e->moved, e->row_capacity, sizeof *e->moved);
		e->wrong = memory_resize(e->wrong, e->row_capacity, sizeof *e->wrong);
	}
	if (e->m + 1 > e->reference_capacity) {
		e->reference_capacity = 2 * (e->m + 1);
		e->aligned = memory_resize(e->aligned, e->reference_capacity, sizeof *e->aligned);
		e->missed = memory_resize(e->missed, e->reference_capacity, sizeof *e->missed);
	}
}

static void reserve_cells(struct edits *e, size_t cells, size_t width)
{
	if (cells > e->cell_capacity) {
		e->cell_capacity = 2 * cells;
		e->forward = memory_resize(e->forward, e->cell_capacity, sizeof *e->forward);
		e->backward = memory_resize(e->backward, e->cell_capacity, sizeof *e->backward);
	}
	if (width > e->width_capacity) {
		e->width_capacity = 2 * width;
		for (int i = 0; i < 2; i++)
			e->scratch[i] = memory_resize(e->scratch[i], e->width_capacity,
			                              sizeof *e->scratch[i]);
	}
}

void edits_lay_out(struct edits *e)
{
	double ratio = (double)e->m / (double)e->n;
	size_t beam = BEAM < ratio / 2 ? (size_t)ceil(ratio / 2 + BEAM) : BEAM;
	size_t cells = 0, width = 0;

	reserve_rows(e);
	e->row[0] = (struct row){ .first = 0, .last = e->m + 1 };
	for (size_t i = 1; i <= e->n; i++) {
		size_t diagonal = (size_t)floor((double)i * ratio);

		e->row[i].first = diagonal > beam ? diagonal - beam : 0;
		e->row[i].last = i == e->n ? e->m + 1 : least(e->m + 1, diagonal + beam);
	}
	for (size_t i = 0; i <= e->n; i++) {
		struct row *row = &e->row[i];

		row->end =
			i < e->n && e->row[i + 1].last > row->last ? e->row[i + 1].last : row->last;
		row->at = cells;
		cells += row->end - row->first + 1;
		width = row->end - row->first + 1 > width ? row->end - row->first + 1 : width;
	}
	reserve_cells(e, cells, width);
}

void edits_next_row(const struct edits *e, size_t i, uint32_t word, const int32_t *above,
                    int32_t *out)
{
	const struct row *row = &e->row[i], *before = &e->row[i - 1];
	const int32_t *up = above + (row->first - before->first + 1);
	size_t width = row->last - row->first, k = 0;
	int32_t left = UNREACHED;

	*out++ = UNREACHED;
	if (row->first == 0) {
		left = out[0] = up[0] + 1;
		k = 1;
	}
	for (; k < width; k++) {
		int32_t best = up[(ptrdiff_t)k - 1] + (e->reference[row->first + k - 1] != word);

		best = up[k] + 1 < best ? up[k] + 1 : best;
		best = left + 1 < best ? left + 1 : best;
		left = out[k] = best;
	}
	for (; k < row->end - row->first; k++)
		out[k] = UNREACHED;
}

void edits_fill_forward(struct edits *e)
{
	*e->forward = UNREACHED;
	for (size_t j = 0; j <= e->m; j++)
		*edits_cell(e, e->forward, 0, j) = (int32_t)j;
	for (size_t i = 1; i <= e->n; i++)
		edits_next_row(e, i, e->hypothesis[i - 1], e->forward + e->row[i - 1].at,
		               e->forward + e->row[i].at);
}

/* A cell of backward, UNREACHED where the row lacks it. */
static int32_t behind(const struct edits *e, size_t i, size_t j)
{
	const struct row *row = &e->row[i];

	return j >= row->first && j < row->last ? *edits_cell(e, e->backward, i, j) : UNREACHED;
}

void edits_fill_backward(struct edits *e)
{
	for (size_t j = e->row[e->n].first; j <= e->m; j++)
		*edits_cell(e, e->backward, e->n, j) = (int32_t)(e->m - j);
	for (size_t i = e->n; i-- > 1;) {
		int32_t right = UNREACHED;

		for (size_t j = e->row[i].last; j-- > e->row[i].first;) {
			int32_t best = behind(e, i + 1, j) + 1;

			if (j < e->m) {
				int32_t pair = behind(e, i + 1, j + 1) +
				               (e->hypothesis[i] != e->reference[j]);

				best = pair < best ? pair : best;
			}
			best = right + 1 < best ? right + 1 : best;
			right = *edits_cell(e, e->backward, i, j) = best;
		}
	}
	e->has_backward = true;
}
