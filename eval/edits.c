/* edits.c - edit distance with shifts.
 *
 * A shift permutes words lo .. hi - 1, so that rows up to lo of forward and from hi on of backward
 * stay as they are: its distance is the least forward'[hi][j] + backward[hi][j] over j, and only
 * rows lo + 1 .. hi are computed anew. */
#include "eval/edits.h"

#include "core/error.h"
#include "eval/edits_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SHIFT_MOST_WORDS = 10, SHIFT_MOST_PLACES = 50, SHIFT_MOST_TRIED = 1000 };

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

/* Follows the distance back from the last cell; of ways that cost the same, a pair of words comes
 * first, then a word of the hypothesis alone, then one of the reference. */
static void align(struct edits *e)
{
	size_t i = e->n, j = e->m;

	while (i > 0 || j > 0) {
		int32_t here = i ? *edits_cell(e, e->forward, i, j) : 0, up = UNREACHED,
			pair = UNREACHED;

		if (i > 0 && j < e->row[i - 1].end)
			up = *edits_cell(e, e->forward, i - 1, j) + 1;
		if (i > 0 && j > 0 && j - 1 < e->row[i - 1].end)
			pair = *edits_cell(e, e->forward, i - 1, j - 1) +
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
		edits_fill_backward(e);
	move(e, shift, &lo, &hi);
	above = e->forward + e->row[lo].at;
	for (size_t i = lo + 1; i <= hi; i++) {
		int32_t *out = e->scratch[i & 1];

		edits_next_row(e, i, e->moved[i - 1 - lo], above, out);
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
	int32_t now = *edits_cell(e, e->forward, e->n, e->m);
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
	edits_lay_out(e);
	for (;;) {
		struct shift best;
		size_t distance;

		edits_fill_forward(e);
		distance = (size_t)*edits_cell(e, e->forward, e->n, e->m);
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
