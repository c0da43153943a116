/* ngrams.c - clipped n-gram counts.
 *
 * Each different n-gram of the hypothesis has a number from 1: first the tokens, then the bigrams,
 * and so on. A longer n-gram is found by the pair (number of its first n - 1 tokens, number of its
 * last token). A reference only looks up: an n-gram can be in the hypothesis only where its first
 * n - 1 tokens are. */
#include "eval/ngrams.h"

#include "core/error.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { TABLE_LEAST = 16, PLACES_LEAST = 64 };

/* A hash table with open addressing, at most half full. */
struct slot {
	uint64_t key;    /* the pair */
	uint32_t number; /* 0: the slot is free */
};

struct table {
	struct slot *slot; /* [mask + 1] */
	size_t mask;
	size_t capacity; /* slots taken from memory */
};

struct counts {
	uint32_t hypothesis; /* how often the hypothesis has the n-gram */
	uint32_t reference;  /* how often the reference at hand has it */
	uint32_t best;       /* how often the reference with the most has it */
};

struct ngrams {
	int order;
	size_t tokens;                         /* of the hypothesis */
	uint32_t first[NGRAMS_MOST_ORDER + 2]; /* first number of each n; then behind the last */
	struct numbers *numbers;               /* of the hypothesis's tokens */
	struct table grams;
	struct counts *counts; /* by number */
	size_t counts_capacity;
	uint32_t *token; /* number of each token of the text at hand */
	uint32_t *gram;  /* number of the n-gram that starts there */
	size_t place_capacity;
};

struct ngrams *ngrams_new(int order)
{
	struct ngrams *ngrams = memory_new(1, sizeof *ngrams);

	assert(order >= 1 && order <= NGRAMS_MOST_ORDER);
	ngrams->order = order;
	ngrams->numbers = numbers_new();
	return ngrams;
}

void ngrams_free(struct ngrams *ngrams)
{
	if (!ngrams)
		return;
	numbers_free(ngrams->numbers);
	free(ngrams->grams.slot);
	free(ngrams->counts);
	free(ngrams->token);
	free(ngrams->gram);
	free(ngrams);
}

/* Empties the table and makes it fit for `entries`. */
static void table_reset(struct table *table, size_t entries)
{
	size_t slots = TABLE_LEAST;

	while (slots / 2 < entries)
		slots *= 2;
	if (slots > table->capacity) {
		table->slot = memory_resize(table->slot, slots, sizeof *table->slot);
		table->capacity = slots;
	}
	table->mask = slots - 1;
	memset(table->slot, 0, slots * sizeof *table->slot);
}

/* The slot of the n-gram of that pair, or the free one where it belongs. */
static struct slot *find_gram(const struct table *table, uint64_t key)
{
	size_t i = XXH3_64bits(&key, sizeof key) & table->mask;

	for (;; i = (i + 1) & table->mask) {
		struct slot *slot = &table->slot[i];

		if (!slot->number || slot->key == key)
			return slot;
	}
}

static uint64_t pair_key(uint32_t start, uint32_t token)
{
	return (uint64_t)start << 32 | token;
}

static void reserve_places(struct ngrams *ngrams, size_t tokens)
{
	size_t capacity = ngrams->place_capacity ? ngrams->place_capacity : PLACES_LEAST;

	while (capacity < tokens)
		capacity *= 2;
	if (capacity == ngrams->place_capacity)
		return;
	ngrams->place_capacity = capacity;
	ngrams->token = memory_resize(ngrams->token, capacity, sizeof *ngrams->token);
	ngrams->gram = memory_resize(ngrams->gram, capacity, sizeof *ngrams->gram);
}

/* Numbers from 1 to `numbers` get counts of zero. */
static void reset_counts(struct ngrams *ngrams, size_t numbers)
{
	if (numbers + 1 > ngrams->counts_capacity) {
		ngrams->counts_capacity = (numbers + 1) * 2;
		ngrams->counts = memory_resize(ngrams->counts, ngrams->counts_capacity,
		                               sizeof *ngrams->counts);
	}
	memset(ngrams->counts, 0, (numbers + 1) * sizeof *ngrams->counts);
}

/* Gives numbers to the hypothesis's tokens and writes token[] and gram[]; returns the number behind
 * the last. */
static uint32_t number_tokens(struct ngrams *ngrams, const struct token *token)
{
	uint32_t last = 0;

	for (size_t i = 0; i < ngrams->tokens; i++) {
		uint32_t number = numbers_add(ngrams->numbers, token[i]);

		ngrams->counts[number].hypothesis++;
		ngrams->token[i] = ngrams->gram[i] = number;
		last = number > last ? number : last;
	}
	return last + 1;
}

/* Turns gram[] from (n - 1)-grams to n-grams, giving numbers from `next`; returns the number behind
 * the last. */
static uint32_t number_grams(struct ngrams *ngrams, size_t n, uint32_t next)
{
	for (size_t i = 0; i + n <= ngrams->tokens; i++) {
		uint64_t key = pair_key(ngrams->gram[i], ngrams->token[i + n - 1]);
		struct slot *slot = find_gram(&ngrams->grams, key);

		if (!slot->number)
			*slot = (struct slot){ key, next++ };
		ngrams->gram[i] = slot->number;
		ngrams->counts[slot->number].hypothesis++;
	}
	return next;
}

void ngrams_hypothesis(struct ngrams *ngrams, const struct token *token, size_t count)
{
	size_t order = (size_t)ngrams->order;

	assert(count < UINT32_MAX / NGRAMS_MOST_ORDER);
	ngrams->tokens = count;
	reserve_places(ngrams, count);
	reset_counts(ngrams, count * order);
	numbers_begin(ngrams->numbers, count);
	table_reset(&ngrams->grams, count * (order - 1));
	ngrams->first[1] = 1;
	ngrams->first[2] = number_tokens(ngrams, token);
	for (size_t n = 2; n <= order; n++)
		ngrams->first[n + 1] = number_grams(ngrams, n, ngrams->first[n]);
}

/* Writes token[] and gram[] of a reference: 0 where the hypothesis has no such token. */
static void look_up_tokens(struct ngrams *ngrams, const struct token *token, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t number = numbers_find(ngrams->numbers, token[i]);

		ngrams->counts[number].reference++;
		ngrams->token[i] = ngrams->gram[i] = number;
	}
}

void ngrams_reference(struct ngrams *ngrams, const struct token *token, size_t count)
{
	size_t order = (size_t)ngrams->order;

	reserve_places(ngrams, count);
	look_up_tokens(ngrams, token, count);
	for (size_t n = 2; n <= order; n++) {
		for (size_t i = 0; i + n <= count; i++) {
			uint32_t last = ngrams->token[i + n - 1], *gram = &ngrams->gram[i];

			*gram = *gram && last
			                ? find_gram(&ngrams->grams, pair_key(*gram, last))->number
			                : 0;
			ngrams->counts[*gram].reference++;
		}
	}
	for (uint32_t i = 0; i < ngrams->first[order + 1]; i++) {
		struct counts *counts = &ngrams->counts[i];

		if (counts->reference > counts->best)
			counts->best = counts->reference;
		counts->reference = 0;
	}
}

void ngrams_forget_references(struct ngrams *ngrams)
{
	for (uint32_t i = 0; i < ngrams->first[ngrams->order + 1]; i++)
		ngrams->counts[i].best = 0;
}

size_t ngrams_matches(const struct ngrams *ngrams, int n)
{
	size_t matches = 0;

	assert(n >= 1 && n <= ngrams->order);
	for (uint32_t i = ngrams->first[n]; i < ngrams->first[n + 1]; i++) {
		const struct counts *counts = &ngrams->counts[i];

		matches += counts->best < counts->hypothesis ? counts->best : counts->hypothesis;
	}
	return matches;
}
