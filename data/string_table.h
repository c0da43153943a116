/* string_table.h - numbers for byte strings: a hash table that only grows. */
#ifndef BAKEOFF_DATA_STRING_TABLE_H
#define BAKEOFF_DATA_STRING_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct string_slot {
	uint32_t hash;   /* a part of the string's, so that others are seldom looked at */
	uint32_t number; /* + 1; 0 where the slot is free */
};

struct string_table {
	char **string; /* [count] by number; owned, each ends in NUL */
	size_t *bytes; /* [count] */
	size_t count;
	size_t capacity; /* of string and bytes */
	struct string_slot *slot;
	size_t slots; /* a power of two, at least twice the count */
};

/* The string's number, or the table's count where it is not in the table. */
size_t string_table_find(const struct string_table *, const char *string, size_t bytes);

/* The string's number; a new string gets the next one. The table starts zeroed. */
size_t string_table_add(struct string_table *, const char *string, size_t bytes);
void string_table_free(struct string_table *);

#endif
