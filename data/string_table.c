/* string_table.c - numbers for byte strings: a hash table that only grows. */
#include "data/string_table.h"

#include "core/error.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 64 };

/* The slot that holds the string, or the free one where it belongs (linear probing). */
static size_t slot_of(const struct string_table *table, const char *string, size_t bytes,
                      uint64_t hash)
{
	size_t at = hash & (table->slots - 1);

	for (; table->slot[at].number; at = (at + 1) & (table->slots - 1)) {
		const size_t number = table->slot[at].number - 1;

		if (table->slot[at].hash == (uint32_t)(hash >> 32) && table->bytes[number] == bytes &&
		    !memcmp(table->string[number], string, bytes))
			break;
	}
	return at;
}

static struct string_slot slot_for(uint64_t hash, size_t number)
{
	return (struct string_slot){ (uint32_t)(hash >> 32), (uint32_t)number + 1 };
}

static void grow(struct string_table *table)
{
	table->slots = table->slots ? 2 * table->slots : FIRST_SLOTS;
	table->capacity = table->slots / 2;
	table->string = memory_resize(table->string, table->capacity, sizeof *table->string);
	table->bytes = memory_resize(table->bytes, table->capacity, sizeof *table->bytes);
	free(table->slot);
	table->slot = memory_new(table->slots, sizeof *table->slot);
	for (size_t i = 0; i < table->count; i++) {
		const uint64_t hash = XXH3_64bits(table->string[i], table->bytes[i]);

		table->slot[slot_of(table, table->string[i], table->bytes[i], hash)] =
			slot_for(hash, i);
	}
}

size_t string_table_find(const struct string_table *table, const char *string, size_t bytes)
{
	size_t number = 0;

	if (table->slots)
		number = table->slot[slot_of(table, string, bytes, XXH3_64bits(string, bytes))].number;
	return number ? number - 1 : table->count;
}

size_t string_table_add(struct string_table *table, const char *string, size_t bytes)
{
	const uint64_t hash = XXH3_64bits(string, bytes);
	size_t at;

	if (table->count == table->capacity)
		grow(table);
	at = slot_of(table, string, bytes, hash);
	if (table->slot[at].number)
		return table->slot[at].number - 1;
	table->string[table->count] = memory_new(bytes + 1, 1);
	memcpy(table->string[table->count], string, bytes);
	table->bytes[table->count] = bytes;
	table->slot[at] = slot_for(hash, table->count);
	return table->count++;
}

void string_table_free(struct string_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->string[i]);
	free(table->string);
	free(table->bytes);
	free(table->slot);
	*table = (struct string_table){ 0 };
}
