/* tokens.c - words and characters of a text, numbered through a hash table. */
#include "eval/tokens.h"

#include "core/error.h"
#include "eval/unicode.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { TOKENS_LEAST = 64, SLOTS_LEAST = 64 };

struct slot {
	uint64_t hash;
	uint32_t number; /* 0: the slot is free */
};

struct numbers {
	struct slot *slot; /* [mask + 1] */
	size_t mask, slot_capacity;
	struct token *token; /* by number */
	size_t token_capacity;
	uint32_t count;
};

void tokens_clear(struct tokens *tokens)
{
	tokens->count = 0;
}

void tokens_add(struct tokens *tokens, const char *text, size_t bytes)
{
	if (tokens->count == tokens->capacity) {
		tokens->capacity = tokens->capacity ? tokens->capacity * 2 : TOKENS_LEAST;
		tokens->token =
			memory_resize(tokens->token, tokens->capacity, sizeof *tokens->token);
	}
	tokens->token[tokens->count++] = (struct token){ text, bytes };
}

void tokens_add_words(struct tokens *tokens, const char *text, size_t bytes)
{
	const char *at = text, *word;
	size_t length;

	while ((word = unicode_word(&at, text + bytes, &length)))
		tokens_add(tokens, word, length);
}

void tokens_add_characters(struct tokens *tokens, const char *text, size_t bytes, bool white_space)
{
	const char *at = text, *end = text + bytes;

	while (at < end) {
		const char *start = at;
		int32_t c = unicode_next(&at, end);

		if (white_space || !unicode_is_space(c))
			tokens_add(tokens, start, (size_t)(at - start));
	}
}

void tokens_free(struct tokens *tokens)
{
	if (!tokens)
		return;
	free(tokens->token);
	*tokens = (struct tokens){ 0 };
}

struct numbers *numbers_new(void)
{
	return memory_new(1, sizeof(struct numbers));
}

void numbers_free(struct numbers *numbers)
{
	if (!numbers)
		return;
	free(numbers->slot);
	free(numbers->token);
	free(numbers);
}

void numbers_begin(struct numbers *numbers, size_t most)
{
	size_t slots = SLOTS_LEAST;

	while (slots / 2 < most)
		slots *= 2;
	if (slots > numbers->slot_capacity) {
		numbers->slot = memory_resize(numbers->slot, slots, sizeof *numbers->slot);
		numbers->slot_capacity = slots;
	}
	if (slots / 2 + 1 > numbers->token_capacity) {
		numbers->token_capacity = slots;
		numbers->token = memory_resize(numbers->token, numbers->token_capacity,
		                               sizeof *numbers->token);
	}
	numbers->mask = slots - 1;
	numbers->count = 0;
	memset(numbers->slot, 0, slots * sizeof *numbers->slot);
}

/* The slot of that token, or the free one where it belongs. */
static struct slot *find(const struct numbers *numbers, uint64_t hash, struct token token)
{
	size_t i = hash & numbers->mask;

	for (;; i = (i + 1) & numbers->mask) {
		struct slot *slot = &numbers->slot[i];
		const struct token *known = &numbers->token[slot->number];

		if (!slot->number || (slot->hash == hash && known->bytes == token.bytes &&
		                      !memcmp(known->text, token.text, token.bytes)))
			return slot;
	}
}

/* Twice as many slots, with the same tokens. */
static void grow(struct numbers *numbers)
{
	struct slot *old = numbers->slot;
	size_t slots = numbers->mask + 1;

	numbers->slot = memory_new(2 * slots, sizeof *numbers->slot);
	numbers->slot_capacity = 2 * slots;
	numbers->mask = 2 * slots - 1;
	for (size_t i = 0; i < slots; i++)
		if (old[i].number)
			*find(numbers, old[i].hash, numbers->token[old[i].number]) = old[i];
	free(old);
	numbers->token_capacity = 2 * slots;
	numbers->token =
		memory_resize(numbers->token, numbers->token_capacity, sizeof *numbers->token);
}

uint32_t numbers_add(struct numbers *numbers, struct token token)
{
	uint64_t hash = XXH3_64bits(token.text, token.bytes);
	struct slot *slot = find(numbers, hash, token);

	if (slot->number)
		return slot->number;
	if (2 * ((size_t)numbers->count + 1) > numbers->mask + 1) {
		grow(numbers);
		slot = find(numbers, hash, token);
	}
	*slot = (struct slot){ hash, ++numbers->count };
	numbers->token[slot->number] = token;
	return slot->number;
}

uint32_t numbers_find(const struct numbers *numbers, struct token token)
{
	return find(numbers, XXH3_64bits(token.text, token.bytes), token)->number;
}
