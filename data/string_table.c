/* string_table.c - numbers for byte strings: a hash table that only grows. */
#include "data/string_table.h"

#include "core/error.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 64 };

/* The slot that holds the string, or the free one where it belongs (linear probing). */
static size_t slot_of(const struct string_table *table, const char *string, size_t bytes)
{
	size_t at = XXH3_64bits(string, bytes) & (table->slots - 1);

	for (; table->slot[at]; at = (at + 1) & (table->slots - 1)) {
		size_t number = table->slot[at] - 1;

		if (table->bytes[number] == bytes && !memcmp(table->string[number], string, bytes))
			break;
	}
	return at;
}

static void grow(struct string_table *table)
{
	table->slots = table->slots ? 2 * table->slots : FIRST_SLOTS;
	table->capacity = table->slots / 2;
	table->string = memory_resize(table->string, table->capacity, sizeof *table->string);
	table->bytes = memory_resize(table->bytes, table->capacity, sizeof *table->bytes);
	free(table->slot);
	table->slot = memory_new(table->slots, sizeof *table->slot);
	for (size_t i = 0; i < table->count; i++)
		table->slot[slot_of(table, table->string[i], table->bytes[i])] = i + 1;
}

size_t string_table_find(const struct string_table *table, const char *string, size_t bytes)
{
	size_t number = table->slots ? table->slot[slot_of(table, string, bytes)] : 0;

	return number ? number - 1 : table->count;
}

size_t string_table_add(struct string_table *table, const char *string, size_t bytes)
{
	size_t at;

	if (table->count == table->capacity)
		grow(table);
	at = slot_of(table, string, bytes);
	if (table->slot[at])
		return table->slot[at] - 1;
	table->string[table->count] = memory_new(bytes + 1, 1);
	memcpy(table->string[table->count], string, bytes);
	table->bytes[table->count] = bytes;
	table->slot[at] = ++table->count;
	return table->count - 1;
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
