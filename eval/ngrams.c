/* ngrams.c - clipped n-gram counts.
 *
 * Each different n-gram of the hypothesis has a number from 1: first the words, then the bigrams,
 * and so on. A word is found by its bytes; a longer n-gram by the pair (number of its first n - 1
 * words, number of its last word). A reference only looks up: an n-gram can be in the hypothesis
 * only where its first n - 1 words are. */
#include "eval/ngrams.h"

#include "core/error.h"
#include "eval/unicode.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { TABLE_LEAST = 16, PLACES_LEAST = 64 };

/* A hash table with open addressing, at most half full. */
struct slot {
	uint64_t key;    /* of a word its hash, of a longer n-gram the pair */
	uint32_t number; /* 0: the slot is free */
};

struct table {
	struct slot *slot; /* [mask + 1] */
	size_t mask;
	size_t capacity; /* slots taken from memory */
};

struct word {
	const char *text;
	size_t bytes;
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
	struct table words, grams;
	struct word *word;     /* by number */
	struct counts *counts; /* by number */
	size_t word_capacity, counts_capacity;
	struct word *place; /* each word of the text at hand */
	uint32_t *token;    /* its number */
	uint32_t *gram;     /* number of the n-gram that starts there */
	size_t place_capacity;
};

struct ngrams *ngrams_new(int order)
{
	struct ngrams *ngrams = memory_new(1, sizeof *ngrams);

	assert(order >= 1 && order <= NGRAMS_MOST_ORDER);
	ngrams->order = order;
	return ngrams;
}

void ngrams_free(struct ngrams *ngrams)
{
	if (!ngrams)
		return;
	free(ngrams->words.slot);
	free(ngrams->grams.slot);
	free(ngrams->word);
	free(ngrams->counts);
	free(ngrams->place);
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

/* The slot of that word, or the free one where it belongs. */
static struct slot *find_word(const struct ngrams *ngrams, uint64_t hash, const struct word *word)
{
	size_t i = hash & ngrams->words.mask;

	for (;; i = (i + 1) & ngrams->words.mask) {
		struct slot *slot = &ngrams->words.slot[i];
		const struct word *known = &ngrams->word[slot->number];

		if (!slot->number || (slot->key == hash && known->bytes == word->bytes &&
		                      !memcmp(known->text, word->text, word->bytes)))
			return slot;
	}
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

static uint64_t pair_key(uint32_t start, uint32_t word)
{
	return (uint64_t)start << 32 | word;
}

static void grow_places(struct ngrams *ngrams)
{
	size_t capacity = ngrams->place_capacity ? ngrams->place_capacity * 2 : PLACES_LEAST;

	ngrams->place_capacity = capacity;
	ngrams->place = memory_resize(ngrams->place, capacity, sizeof *ngrams->place);
	ngrams->token = memory_resize(ngrams->token, capacity, sizeof *ngrams->token);
	ngrams->gram = memory_resize(ngrams->gram, capacity, sizeof *ngrams->gram);
}

/* Writes place[]; returns the number of words. */
static size_t split_words(struct ngrams *ngrams, const char *text, size_t bytes)
{
	const char *at = text, *word;
	size_t words = 0, length;

	while ((word = unicode_word(&at, text + bytes, &length))) {
		if (words == ngrams->place_capacity)
			grow_places(ngrams);
		ngrams->place[words++] = (struct word){ word, length };
	}
	return words;
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

/* Gives numbers to the hypothesis's words and writes token[] and gram[]; returns the number behind
 * the last. */
static uint32_t number_words(struct ngrams *ngrams)
{
	uint32_t next = 1;

	for (size_t i = 0; i < ngrams->tokens; i++) {
		const struct word *word = &ngrams->place[i];
		uint64_t hash = XXH3_64bits(word->text, word->bytes);
		struct slot *slot = find_word(ngrams, hash, word);

		if (!slot->number) {
			*slot = (struct slot){ hash, next };
			ngrams->word[next++] = *word;
		}
		ngrams->counts[slot->number].hypothesis++;
		ngrams->token[i] = ngrams->gram[i] = slot->number;
	}
	return next;
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

size_t ngrams_hypothesis(struct ngrams *ngrams, const char *text, size_t bytes)
{
	size_t tokens = split_words(ngrams, text, bytes), order = (size_t)ngrams->order;

	assert(tokens < UINT32_MAX / NGRAMS_MOST_ORDER);
	ngrams->tokens = tokens;
	reset_counts(ngrams, tokens * order);
	table_reset(&ngrams->words, tokens);
	table_reset(&ngrams->grams, tokens * (order - 1));
	if (tokens + 1 > ngrams->word_capacity) {
		ngrams->word_capacity = (tokens + 1) * 2;
		ngrams->word =
			memory_resize(ngrams->word, ngrams->word_capacity, sizeof *ngrams->word);
	}
	ngrams->first[1] = 1;
	ngrams->first[2] = number_words(ngrams);
	for (size_t n = 2; n <= order; n++)
		ngrams->first[n + 1] = number_grams(ngrams, n, ngrams->first[n]);
	return tokens;
}

/* Writes token[] and gram[] of a reference: 0 where the hypothesis has no such word. */
static void look_up_words(struct ngrams *ngrams, size_t words)
{
	for (size_t i = 0; i < words; i++) {
		const struct word *word = &ngrams->place[i];
		uint64_t hash = XXH3_64bits(word->text, word->bytes);
		uint32_t number = find_word(ngrams, hash, word)->number;

		ngrams->counts[number].reference++;
		ngrams->token[i] = ngrams->gram[i] = number;
	}
}

size_t ngrams_reference(struct ngrams *ngrams, const char *text, size_t bytes)
{
	size_t tokens = split_words(ngrams, text, bytes), order = (size_t)ngrams->order;

	look_up_words(ngrams, tokens);
	for (size_t n = 2; n <= order; n++) {
		for (size_t i = 0; i + n <= tokens; i++) {
			uint32_t word = ngrams->token[i + n - 1], *gram = &ngrams->gram[i];

			*gram = *gram && word
			                ? find_gram(&ngrams->grams, pair_key(*gram, word))->number
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
	return tokens;
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
