/* carry.c - what a decoder remembers between steps. */
#include "models/carry.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

/* Copies the steps of a slot's rows to blocks of other sizes. */
static void move_blocks(const struct carry *carry, struct carry_slot *slot, struct carry_room room)
{
	const size_t c = (size_t)slot->c, size = (size_t)room.steps * (size_t)room.blocks * c;
	const size_t from = (size_t)carry->room.steps * c, to = (size_t)room.steps * c;
	real *x = memory_aligned(size, sizeof(real));

	for (int i = 0; i < carry->rows && slot->steps; i++) {
		const size_t block = (size_t)carry->block[i];

		memcpy(x + block * to, slot->x + block * from,
		       (size_t)slot->steps * c * sizeof(real));
	}
	free(slot->x);
	slot->x = x;
	slot->x_size = size;
}

/* Room for so many rows, and for so many steps in the slots that remember all. */
static void make_room(struct carry *carry, int rows, int steps)
{
	struct carry_room room = carry->room;

	if (rows > carry->row_room) {
		carry->row_room = rows;
		carry->padding =
			memory_resize(carry->padding, (size_t)rows, sizeof *carry->padding);
		carry->block = memory_resize(carry->block, (size_t)rows, sizeof *carry->block);
		carry->place = memory_resize(carry->place, (size_t)rows, sizeof *carry->place);
		carry->scratch =
			memory_resize(carry->scratch, 2 * (size_t)rows, sizeof *carry->scratch);
	}
	if (rows > room.blocks)
		room.blocks = rows;
	if (steps > room.steps)
		room.steps = steps + steps / 2;
	if (room.blocks == carry->room.blocks && room.steps == carry->room.steps)
		return;
	for (int i = 0; i < carry->slots; i++)
		if (carry->slot[i].all)
			move_blocks(carry, &carry->slot[i], room);
	carry->room = room;
}

static void find_places(struct carry *carry)
{
	for (int i = 0; i < carry->rows; i++)
		carry->place[i] = (size_t)carry->block[i] * (size_t)carry->room.steps;
}

void carry_begin(struct carry *carry, int rows)
{
	for (int i = 0; i < carry->slots; i++)
		carry->slot[i].steps = 0;
	carry->position = 0;
	carry->cursor = 0;
	carry->padded = false;
	make_room(carry, rows, carry->room.steps);
	carry->rows = rows;
	for (int i = 0; i < rows; i++)
		carry->block[i] = i;
	find_places(carry);
}

void carry_free(struct carry *carry)
{
	for (int i = 0; i < carry->slots; i++) {
		free(carry->slot[i].x);
		free(carry->slot[i].spare);
	}
	free(carry->slot);
	free(carry->padding);
	free(carry->block);
	free(carry->place);
	free(carry->scratch);
	*carry = (struct carry){ 0 };
}

void carry_pad(struct carry *carry, const int *padding)
{
	carry->padded = padding;
	if (padding)
		memcpy(carry->padding, padding, (size_t)carry->rows * sizeof *padding);
}

const int *carry_padding(const struct carry *carry)
{
	return carry->padded ? carry->padding : NULL;
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
	if (slot->steps > keep) {
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

/* A slot that remembers all, with its blocks. */
static struct carry_slot *slot_of_all(struct carry *carry, int c, int more)
{
	struct carry_slot *slot = slot_at(carry, carry->cursor++, c);

	if (!slot->all) {
		slot->all = true;
		move_blocks(carry, slot, carry->room);
	}
	if (slot->steps + more > carry->room.steps) {
		make_room(carry, carry->rows, slot->steps + more);
		find_places(carry);
	}
	return slot;
}

struct slice carry_append(struct tape *tape, struct carry *carry, struct slice x,
                          const size_t **place)
{
	struct carry_slot *slot;
	const size_t c = (size_t)x.c;

	*place = NULL;
	if (!carry)
		return x;
	if (x.v->n != carry->rows)
		panic("carry: %d rows, given %d", carry->rows, x.v->n);
	slot = slot_of_all(carry, x.c, x.v->t);
	for (size_t r = 0; r < (size_t)var_rows(x.v); r++) {
		const size_t step = (size_t)slot->steps + r / (size_t)carry->rows;

		memcpy(slot->x + (carry->place[r % (size_t)carry->rows] + step) * c,
		       x.v->x + r * (size_t)x.v->c + (size_t)x.first, c * sizeof(real));
	}
	slot->steps += x.v->t;
	*place = carry->place;
	return slice_all(tape_wrap(tape, NULL, slot->steps, carry->rows, x.c, slot->x));
}

struct var *carry_state(struct tape *tape, struct carry *carry, int c)
{
	struct carry_slot *slot;

	if (!carry)
		return NULL;
	slot = slot_at(carry, carry->cursor, c);
	return slot->steps ? tape_wrap(tape, NULL, 1, carry->rows, c, slot->x) : NULL;
}

void carry_store_late(struct carry *carry, int number, const struct var *state)
{
	struct carry_slot *slot = slot_at(carry, number, state->c);

	reserve(carry, slot, 1);
	memcpy(slot->x, state->x, (size_t)carry->rows * (size_t)state->c * sizeof(real));
	slot->steps = 1;
}

void carry_store(struct carry *carry, const struct var *state)
{
	if (carry)
		carry_store_late(carry, carry->cursor++, state);
}

struct var *carry_state_early(struct tape *tape, struct carry *carry, int c, int *slot)
{
	struct var *state = carry_state(tape, carry, c);

	*slot = carry->cursor++;
	return state;
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

static void copy_block(const struct carry *carry, int from, int to)
{
	for (int i = 0; i < carry->slots; i++) {
		const struct carry_slot *slot = &carry->slot[i];
		const size_t block = (size_t)carry->room.steps * (size_t)slot->c;

		if (slot->all)
			memcpy(slot->x + (size_t)to * block, slot->x + (size_t)from * block,
			       (size_t)slot->steps * (size_t)slot->c * sizeof(real));
	}
}

/* The first row that continues another takes its block, the others get copies in free blocks. */
static void hand_on_blocks(struct carry *carry, int rows, const int *row)
{
	int *block, *taken, unused = 0;

	make_room(carry, rows, carry->room.steps);
	block = carry->scratch;
	taken = carry->scratch + carry->row_room;
	memset(taken, 0, (size_t)carry->room.blocks * sizeof *taken);
	for (int i = 0; i < rows; i++) {
		const int old = carry->block[row[i]];

		block[i] = taken[old] ? -1 : old;
		taken[old] = true;
	}
	for (int i = 0; i < rows; i++) {
		if (block[i] >= 0)
			continue;
		while (taken[unused])
			unused++;
		taken[unused] = true;
		block[i] = unused;
		copy_block(carry, carry->block[row[i]], unused);
	}
	memcpy(carry->block, block, (size_t)rows * sizeof *block);
}

static void hand_on_padding(struct carry *carry, int rows, const int *row)
{
	for (int i = 0; i < rows; i++)
		carry->scratch[i] = carry->padding[row[i]];
	memcpy(carry->padding, carry->scratch, (size_t)rows * sizeof *carry->padding);
}

void carry_select(struct carry *carry, int rows, const int *row)
{
	if (is_identity(carry, rows, row))
		return;
	for (int i = 0; i < carry->slots; i++)
		if (carry->slot[i].steps && !carry->slot[i].all)
			gather(carry, &carry->slot[i], rows, row);
	hand_on_blocks(carry, rows, row);
	if (carry->padded)
		hand_on_padding(carry, rows, row);
	carry->rows = rows;
	find_places(carry);
}
