/* carry.c - what a decoder remembers between steps. */
#include "models/carry.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

void carry_begin(struct carry *carry, int rows)
{
	for (int i = 0; i < carry->slots; i++)
		carry->slot[i].steps = 0;
	carry->rows = rows;
	carry->position = 0;
	carry->cursor = 0;
}

void carry_free(struct carry *carry)
{
	for (int i = 0; i < carry->slots; i++) {
		free(carry->slot[i].x);
		free(carry->slot[i].spare);
	}
	free(carry->slot);
	*carry = (struct carry){ 0 };
}

void carry_rewind(struct carry *carry)
{
	if (carry)
		carry->cursor = 0;
}

void carry_advance(struct carry *carry, int steps)
{
	if (carry)
		carry->position += steps;
}

static void grow(real **x, size_t *have, size_t need)
{
	if (*have >= need)
		return;
	*x = memory_resize(*x, need, sizeof(real));
	*have = need;
}

static struct carry_slot *slot_at(struct carry *carry, int i, int c)
{
	struct carry_slot *slot;

	while (carry->slots <= i) {
		carry->slot =
			memory_resize(carry->slot, (size_t)carry->slots + 1, sizeof *carry->slot);
		carry->slot[carry->slots++] = (struct carry_slot){ 0 };
	}
	slot = &carry->slot[i];
	if (slot->steps && slot->c != c)
		panic("carry: slot %d remembers %d channels and is asked for %d", i, slot->c, c);
	slot->c = c;
	return slot;
}

/* Room for `steps` steps; more than asked for, so that a growing sequence is rarely moved. */
static void reserve(const struct carry *carry, struct carry_slot *slot, int steps)
{
	const size_t step = (size_t)carry->rows * (size_t)slot->c;
	size_t need = (size_t)steps * step;

	if (need > slot->x_size)
		grow(&slot->x, &slot->x_size, 2 * need);
}

static void copy_slice(struct slice from, real *to)
{
	for (size_t r = 0; r < (size_t)var_rows(from.v); r++)
		memcpy(to + r * (size_t)from.c,
		       from.v->x + r * (size_t)from.v->c + (size_t)from.first,
		       (size_t)from.c * sizeof(real));
}

struct slice carry_extend(struct tape *tape, struct carry *carry, struct slice x, int keep)
{
	struct carry_slot *slot;
	struct var *all;
	size_t step;

	if (!carry)
		return x;
	if (x.v->n != carry->rows)
		panic("carry: %d rows, given %d", carry->rows, x.v->n);
	slot = slot_at(carry, carry->cursor++, x.c);
	step = (size_t)carry->rows * (size_t)x.c;
	if (keep != CARRY_ALL && slot->steps > keep) {
		memmove(slot->x, slot->x + (size_t)(slot->steps - keep) * step,
		        (size_t)keep * step * sizeof(real));
		slot->steps = keep;
	}
	reserve(carry, slot, slot->steps + x.v->t);
	copy_slice(x, slot->x + (size_t)slot->steps * step);
	slot->steps += x.v->t;
	all = tape_wrap(tape, NULL, slot->steps, carry->rows, x.c, slot->x);
	return slice_all(all);
}

struct var *carry_state(struct tape *tape, struct carry *carry, int c)
{
	struct carry_slot *slot;

	if (!carry)
		return NULL;
	slot = slot_at(carry, carry->cursor, c);
	return slot->steps ? tape_wrap(tape, NULL, 1, carry->rows, c, slot->x) : NULL;
}

void carry_store(struct carry *carry, const struct var *state)
{
	struct carry_slot *slot;

	if (!carry)
		return;
	slot = slot_at(carry, carry->cursor++, state->c);
	reserve(carry, slot, 1);
	memcpy(slot->x, state->x, (size_t)carry->rows * (size_t)state->c * sizeof(real));
	slot->steps = 1;
}

static void gather(const struct carry *carry, struct carry_slot *slot, int rows, const int *row)
{
	const size_t c = (size_t)slot->c;
	real *swap;
	size_t size;

	grow(&slot->spare, &slot->spare_size, (size_t)slot->steps * (size_t)rows * c * 2);
	for (size_t t = 0; t < (size_t)slot->steps; t++)
		for (size_t i = 0; i < (size_t)rows; i++)
			memcpy(slot->spare + (t * (size_t)rows + i) * c,
			       slot->x + (t * (size_t)carry->rows + (size_t)row[i]) * c,
			       c * sizeof(real));
	swap = slot->x;
	slot->x = slot->spare;
	slot->spare = swap;
	size = slot->x_size;
	slot->x_size = slot->spare_size;
	slot->spare_size = size;
}

static bool is_identity(const struct carry *carry, int rows, const int *row)
{
	for (int i = 0; i < rows; i++)
		if (row[i] != i)
			return false;
	return rows == carry->rows;
}

void carry_select(struct carry *carry, int rows, const int *row)
{
	if (is_identity(carry, rows, row))
		return;
	for (int i = 0; i < carry->slots; i++)
		if (carry->slot[i].steps)
			gather(carry, &carry->slot[i], rows, row);
	carry->rows = rows;
}
