/* carry.h - what a decoder remembers between steps: the last steps of some sequences.
 *
 * A decoder asks for its sequences in the same order at every step, so that a slot needs no name: a
 * convolution the last k - 1 inputs, self-attention all keys and values, an LSTM its state.
 * Hypotheses are reordered by one call for all slots, which no architecture has to write.
 */
#ifndef BAKEOFF_CARRY_H
#define BAKEOFF_CARRY_H

#include "core/tape.h"

/* A slot that remembers a few steps has them as [steps][rows][c]. One that remembers all has a
 * block of memory for each row, [carry_room.steps][c] of which the first `steps` are in use: a row
 * that goes on takes its block along, and only a row's second continuation is a copy. */
struct carry_slot {
	int steps;
	int c;
	bool all;                  /* remembers every step, in blocks */
	real *x, *spare;           /* spare: where the next gather goes */
	size_t x_size, spare_size; /* reals of room */
};

struct carry_room {
	int steps;  /* of a block */
	int blocks; /* of a slot */
};

struct carry {
	int rows;     /* hypotheses */
	int position; /* steps done */
	int slots, cursor;
	struct carry_slot *slot;
	struct carry_room room;
	bool padded;
	int *padding;  /* [rows], where padded: steps at the front that are no row's own */
	int *block;    /* [rows] of each row */
	size_t *place; /* [rows] the first step of each row's block: block * room.steps */
	int *scratch;  /* [rows + blocks] */
	int row_room;
};

/* Forgets everything and starts `rows` hypotheses. A zeroed carry may be begun. */
void carry_begin(struct carry *, int rows);
void carry_free(struct carry *);

/* Says that the first padding[r] steps of row r, [rows], are none of its sentence; NULL: no row has
 * such. What a slot remembers must be 0 there, or be left out by who reads it. */
void carry_pad(struct carry *, const int *padding);
/* The same of the rows as they are now: [rows], or NULL. */
const int *carry_padding(const struct carry *);

/* Called by the harness before each decode(), and after it with the steps that it made. */
void carry_rewind(struct carry *);
void carry_advance(struct carry *, int steps);

/* What this slot remembers followed by x; from now on it remembers the last `keep` steps. Without a
 * carry, x itself. The result is valid until this slot is next used. */
struct slice carry_extend(struct tape *, struct carry *, struct slice x, int keep);

/* The same of a slot that remembers every step, but step s of row r lies at (*place)[r] + s, in
 * units of the result's channels. Without a carry, x itself, and *place is NULL. */
struct slice carry_append(struct tape *, struct carry *, struct slice x, const size_t **place);

/* The state that the slot remembers, [1][rows][c], or NULL at the first step or without a carry.
 * Must be followed by carry_store of the new state, of the same slot. */
struct var *carry_state(struct tape *, struct carry *, int c);
void carry_store(struct carry *, const struct var *state);

/* The same of a state whose store comes after other slots are used: *slot is its number, for
 * carry_store_late. */
struct var *carry_state_early(struct tape *, struct carry *, int c, int *slot);
void carry_store_late(struct carry *, int slot, const struct var *state);

/* From now on row i continues what was row[i]. */
void carry_select(struct carry *, int rows, const int *row);

#endif
