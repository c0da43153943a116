/* edits.c - edit distance with shifts.
 *
 * forward[i][j] is the distance of the first i words of the hypothesis and the first j of the
 * reference, backward[i][j] that of the words behind them. A shift permutes words lo .. hi - 1, so
 * that rows up to lo of forward and from hi on of backward stay as they are: its distance is the
 * least forward'[hi][j] + backward[hi][j] over j, and only rows lo + 1 .. hi are computed anew. */
#include "eval/edits.h"

#include "core/error.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SHIFT_MOST_WORDS = 10, SHIFT_MOST_PLACES = 50, SHIFT_MOST_TRIED = 1000, BEAM = 25 };
enum { UNREACHED = 1 << 29 }; /* more than any distance */

/* A row of a matrix: cells first .. last - 1 are computed. Cells first - 1 .. end - 1 may be read;
 * those not computed are UNREACHED. */
struct row {
	size_t first, last, end;
	size_t at; /* where cell first - 1 lies */
};

struct edits {
	uint32_t *hypothesis; /* [n], the caller's */
	const uint32_t *reference;
	size_t n, m;
	struct row *row; /* [n + 1] */
	int32_t *forward, *backward;
	int32_t *scratch[2]; /* a row each */
	uint32_t *moved;     /* words lo .. hi - 1 of a shift */
	size_t *aligned;     /* [m] words of the hypothesis up to the one that belongs to each */
	uint32_t *wrong;     /* [n + 1] how many of the words before are wrong */
	uint32_t *missed;    /* [m + 1] the same of the reference */
	size_t row_capacity, cell_capacity, width_capacity, reference_capacity;
	bool has_backward;
};

/* A block of the hypothesis and where it goes. */
struct shift {
	size_t start, words, target;
	int32_t gain;
};

struct edits *edits_new(void)
{
	return memory_new(1, sizeof(struct edits));
}

void edits_free(struct edits *e)
{
	if (!e)
		return;
	free(e->row);
	free(e->forward);
	free(e->backward);
	free(e->scratch[0]);
	free(e->scratch[1]);
	free(e->moved);
	free(e->aligned);
	free(e->wrong);
	free(e->missed);
	free(e);
}

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

/* Which cells each row has: those near the diagonal; of the first and the last all to the right. */
static void lay_out(struct edits *e)
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

/* Cell j of a row of `matrix`. */
static int32_t *cell(const struct edits *e, int32_t *matrix, size_t i, size_t j)
{
	return matrix + e->row[i].at + (j - e->row[i].first + 1);
}

/* Computes a row from the one above; both point to their cell first - 1. */
static void next_row(const struct edits *e, size_t i, uint32_t word, const int32_t *above,
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

static void fill_forward(struct edits *e)
{
	*e->forward = UNREACHED;
	for (size_t j = 0; j <= e->m; j++)
		*cell(e, e->forward, 0, j) = (int32_t)j;
	for (size_t i = 1; i <= e->n; i++)
		next_row(e, i, e->hypothesis[i - 1], e->forward + e->row[i - 1].at,
		         e->forward + e->row[i].at);
}

/* A cell of backward, UNREACHED where the row lacks it. */
static int32_t behind(const struct edits *e, size_t i, size_t j)
{
	const struct row *row = &e->row[i];

	return j >= row->first && j < row->last ? *cell(e, e->backward, i, j) : UNREACHED;
}

static void fill_backward(struct edits *e)
{
	for (size_t j = e->row[e->n].first; j <= e->m; j++)
		*cell(e, e->backward, e->n, j) = (int32_t)(e->m - j);
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
			right = *cell(e, e->backward, i, j) = best;
		}
	}
	e->has_backward = true;
}

/* Follows the distance back from the last cell; of ways that cost the same, a pair of words comes
 * first, then a word of the hypothesis alone, then one of the reference. */
static void align(struct edits *e)
{
	size_t i = e->n, j = e->m;

	while (i > 0 || j > 0) {
		int32_t here = i ? *cell(e, e->forward, i, j) : 0, up = UNREACHED, pair = UNREACHED;

		if (i > 0 && j < e->row[i - 1].end)
			up = *cell(e, e->forward, i - 1, j) + 1;
		if (i > 0 && j > 0 && j - 1 < e->row[i - 1].end)
			pair = *cell(e, e->forward, i - 1, j - 1) +
			       (e->hypothesis[i - 1] != e->reference[j - 1]);
		if (i > 0 && j > 0 && pair == here) {
			e->wrong[i] = e->missed[j] = e->hypothesis[i - 1] != e->reference[j - 1];
			e->aligned[j - 1] = i;
			i--;
			j--;
		} else if (i > 0 && up == here) {
			e->wrong[i] = 1;
			i--;
		} else {
			assert(j > 0);
			e->missed[j] = 1;
			e->aligned[j - 1] = i;
			j--;
		}
	}
	e->wrong[0] = e->missed[0] = 0;
	for (i = 1; i <= e->n; i++)
		e->wrong[i] += e->wrong[i - 1];
	for (j = 1; j <= e->m; j++)
		e->missed[j] += e->missed[j - 1];
}

/* Writes the words that a shift permutes to moved[]: those of places *lo to *hi - 1. */
static void move(const struct edits *e, const struct shift *shift, size_t *lo, size_t *hi)
{
	const uint32_t *h = e->hypothesis;
	size_t end = shift->start + shift->words;

	if (shift->target < shift->start) {
		size_t others = shift->start - shift->target;

		*lo = shift->target;
		*hi = end;
		memcpy(e->moved, h + shift->start, shift->words * sizeof *h);
		memcpy(e->moved + shift->words, h + shift->target, others * sizeof *h);
	} else {
		size_t others;

		*lo = shift->start;
		*hi = shift->target > end ? shift->target
		                          : least(shift->target + shift->words, e->n);
		others = *hi - end;
		memcpy(e->moved, h + end, others * sizeof *h);
		memcpy(e->moved + others, h + shift->start, shift->words * sizeof *h);
	}
}

/* The distance after a shift. */
static int32_t distance_after(struct edits *e, const struct shift *shift)
{
	const int32_t *above, *back;
	int32_t best = UNREACHED;
	size_t lo, hi;

	if (!e->has_backward)
		fill_backward(e);
	move(e, shift, &lo, &hi);
	above = e->forward + e->row[lo].at;
	for (size_t i = lo + 1; i <= hi; i++) {
		int32_t *out = e->scratch[i & 1];

		next_row(e, i, e->moved[i - 1 - lo], above, out);
		above = out;
	}
	back = e->backward + e->row[hi].at;
	for (size_t k = 1; k <= e->row[hi].last - e->row[hi].first; k++)
		if (above[k] + back[k] < best)
			best = above[k] + back[k];
	return best;
}

static bool is_better(const struct shift *a, const struct shift *b)
{
	if (a->gain != b->gain)
		return a->gain > b->gain;
	if (a->words != b->words)
		return a->words > b->words;
	if (a->start != b->start)
		return a->start < b->start;
	return a->target < b->target;
}

/* Tries to move a block to each place beside the words of the reference that it equals, which start
 * at `place`. */
static void try_block(struct edits *e, size_t start, size_t place, size_t words, size_t *tried,
                      struct shift *best)
{
	int32_t now = *cell(e, e->forward, e->n, e->m);
	size_t last = SIZE_MAX;

	if (e->wrong[start + words] == e->wrong[start] ||
	    e->missed[place + words] == e->missed[place])
		return;
	if (e->aligned[place] > start && e->aligned[place] <= start + words)
		return;
	for (size_t k = 0; k <= words; k++) {
		struct shift shift = { start, words, 0, 0 };

		if (place + k > 0)
			shift.target = e->aligned[place + k - 1];
		if (shift.target == last)
			continue;
		last = shift.target;
		shift.gain = now - distance_after(e, &shift);
		++*tried;
		if (shift.gain > 0 && is_better(&shift, best))
			*best = shift;
	}
}

/* The shift that saves most; its gain is 0 where none saves anything. */
static struct shift find_shift(struct edits *e, size_t *tried)
{
	struct shift best = { 0 };

	for (size_t i = 0; i < e->n; i++) {
		size_t first = i > SHIFT_MOST_PLACES ? i - SHIFT_MOST_PLACES : 0;
		size_t last = least(e->m, i + SHIFT_MOST_PLACES + 1);

		for (size_t j = first; j < last; j++) {
			size_t most = least(least(e->n - i, e->m - j), SHIFT_MOST_WORDS);

			for (size_t words = 1; words <= most; words++) {
				if (e->hypothesis[i + words - 1] != e->reference[j + words - 1])
					break;
				try_block(e, i, j, words, tried, &best);
				if (*tried >= SHIFT_MOST_TRIED)
					return best;
			}
		}
	}
	return best;
}

size_t edits_count(struct edits *e, uint32_t *hypothesis, size_t words, const uint32_t *reference,
                   size_t reference_words)
{
	size_t shifts = 0, tried = 0, lo, hi;

	if (!words || !reference_words)
		return words + reference_words;
	e->hypothesis = hypothesis;
	e->reference = reference;
	e->n = words;
	e->m = reference_words;
	lay_out(e);
	for (;;) {
		struct shift best;
		size_t distance;

		fill_forward(e);
		distance = (size_t)*cell(e, e->forward, e->n, e->m);
		if (!distance)
			return shifts;
		align(e);
		e->has_backward = false;
		best = find_shift(e, &tried);
		if (tried >= SHIFT_MOST_TRIED || best.gain <= 0)
			return shifts + distance;
		move(e, &best, &lo, &hi);
		memcpy(hypothesis + lo, e->moved, (hi - lo) * sizeof *hypothesis);
		shifts++;
	}
}
