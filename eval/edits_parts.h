/* edits_parts.h - the matrices of edits.c. Internal to eval/edits.
 *
 * forward[i][j] is the distance of the first i words of the hypothesis and the first j of the
 * reference, backward[i][j] that of the words behind them. */
#ifndef BAKEOFF_EDITS_PARTS_H
#define BAKEOFF_EDITS_PARTS_H

#include "eval/edits.h"

#include <stdbool.h>

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

/* Cell j of a row of `matrix`. */
static inline int32_t *edits_cell(const struct edits *e, int32_t *matrix, size_t i, size_t j)
{
	return matrix + e->row[i].at + (j - e->row[i].first + 1);
}

/* Sizes the memory for n and m words and says which cells each row has: those near the diagonal; of
 * the first and the last all to the right. */
void edits_lay_out(struct edits *);

/* Computes row i, of a hypothesis whose i-th word is `word`, from the one above; both point to
 * their cell first - 1. */
void edits_next_row(const struct edits *, size_t i, uint32_t word, const int32_t *above,
                    int32_t *out);

void edits_fill_forward(struct edits *);
void edits_fill_backward(struct edits *); /* rows 1 to n */

#endif
