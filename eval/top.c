/* top.c - the largest of many logits: blocks that hold nothing above a threshold are skipped whole.
 */
#include "eval/top.h"
#include "eval/scan.h"

#include <math.h>
#include <stddef.h>

enum { BLOCK = 32 };

/* Without branches, so that it becomes vector instructions. NaN is above nothing. */
static bool any_above(const real *x, real cut)
{
	int any = 0;

	for (int i = 0; i < BLOCK; i++)
		any |= x[i] > cut;
	return any;
}

static bool skippable(int n, int first, const real *x, real cut)
{
	return first + BLOCK <= n && !any_above(x + first, cut);
}

/* Where x[first ..) is to be read on: behind the blocks of which none is above the cut. */
static int next_block(int n, int first, const real *tops, real cut)
{
	if (!tops || first % SCAN_BLOCK)
		return first;
	while (first < n && !(tops[first / SCAN_BLOCK] > cut))
		first += SCAN_BLOCK;
	return first;
}

int top_argmax(int n, const real *x, const real *tops)
{
	real highest = (real)-INFINITY;
	int best = -1;

	for (int first = 0; (first = next_block(n, first, tops, highest)) < n; first += BLOCK) {
		if (skippable(n, first, x, highest))
			continue;
		for (int i = first; i < n && i < first + BLOCK; i++) {
			if (x[i] > highest) {
				highest = x[i];
				best = i;
			}
		}
	}
	return best;
}

static bool worse(const struct candidate *a, const struct candidate *b)
{
	if (a->total != b->total)
		return a->total < b->total;
	return a->row != b->row ? a->row > b->row : a->token > b->token;
}

/* Puts c where the heap best[count] has its place number i free, or further down. */
static void sift_down(struct candidate *best, int count, int i, struct candidate c)
{
	for (int child; (child = 2 * i + 1) < count; i = child) {
		if (child + 1 < count && worse(&best[child + 1], &best[child]))
			child++;
		if (!worse(&best[child], &c))
			break;
		best[i] = best[child];
	}
	best[i] = c;
}

static void sift_up(struct candidate *best, int i, struct candidate c)
{
	for (int parent; i > 0 && worse(&c, &best[parent = (i - 1) / 2]); i = parent)
		best[i] = best[parent];
	best[i] = c;
}

bool top_add(struct top *top, struct candidate c)
{
	if (top->count < top->room) {
		sift_up(top->best, top->count++, c);
		return true;
	}
	if (!worse(&top->best[0], &c))
		return false;
	sift_down(top->best, top->count, 0, c);
	return true;
}

/* No logit up to this one can still be among the best; a little too low, for the rounding. */
static real threshold(const struct top *top, double total, double log_sum)
{
	double worst, slack;

	if (top->count < top->room)
		return (real)-INFINITY;
	worst = top->best[0].total;
	slack = 4 * (double)REAL_EPSILON * (fabs(worst) + fabs(total) + fabs(log_sum));
	return (real)(worst - total + log_sum - slack);
}

void top_add_row(struct top *top, int row, double total, double log_sum, int n, const real *logits,
                 const real *tops)
{
	real cut = threshold(top, total, log_sum);

	for (int first = 0; (first = next_block(n, first, tops, cut)) < n; first += BLOCK) {
		if (skippable(n, first, logits, cut))
			continue;
		for (int i = first; i < n && i < first + BLOCK; i++) {
			struct candidate c = { .row = row, .token = i };

			if (!(logits[i] > cut))
				continue;
			c.total = total + fmin((double)logits[i] - log_sum, 0);
			if (top_add(top, c))
				cut = threshold(top, total, log_sum);
		}
	}
}

void top_sort(struct top *top)
{
	for (int last = top->count - 1; last > 0; last--) {
		struct candidate worst = top->best[0];

		sift_down(top->best, last, 0, top->best[last]);
		top->best[last] = worst;
	}
}
