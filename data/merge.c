/* merge.c - byte-pair encoding of one word by a model's pieces: Sennrich et al. 2016. */
#include "data/merge.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>

/* A word as parts that lie one after the other. */
struct parts {
	const char *word;
	size_t count;
	size_t start[MERGE_LONGEST + 1]; /* of each part, in bytes; last the word's end */
	float score[MERGE_LONGEST];      /* of each part with the next one; -INFINITY: no piece */
};

bool merges_add(struct merges *merges, const char *piece, size_t bytes, float score)
{
	const size_t before = merges->piece.count;

	if (string_table_add(&merges->piece, piece, bytes) < before)
		return false;
	merges->score = memory_resize(merges->score, merges->piece.capacity, sizeof *merges->score);
	merges->score[before] = score;
	return true;
}

void merges_free(struct merges *merges)
{
	string_table_free(&merges->piece);
	free(merges->score);
	*merges = (struct merges){ 0 };
}

static size_t find(const struct merges *merges, const struct parts *parts, size_t from, size_t to)
{
	return string_table_find(&merges->piece, parts->word + parts->start[from],
	                         parts->start[to] - parts->start[from]);
}

static void score_pair(const struct merges *merges, struct parts *parts, size_t i)
{
	const size_t number = i + 1 < parts->count ? find(merges, parts, i, i + 2)
	                                           : merges->piece.count;

	parts->score[i] = number < merges->piece.count ? merges->score[number] : -INFINITY;
}

static bool split(struct parts *parts, const char *word, size_t bytes)
{
	parts->word = word;
	parts->count = 0;
	for (size_t i = 0; i < bytes; i++) {
		if (((unsigned char)word[i] & 0xc0) == 0x80)
			continue;
		if (parts->count == MERGE_LONGEST)
			return false;
		parts->start[parts->count++] = i;
	}
	parts->start[parts->count] = bytes;
	return true;
}

/* The first of the pairs with the greatest score; `count` where there is none. */
static size_t best_pair(const struct parts *parts)
{
	size_t best = parts->count;

	for (size_t i = 0; i + 1 < parts->count; i++)
		if (parts->score[i] > (best < parts->count ? parts->score[best] : -INFINITY))
			best = i;
	return best;
}

static void merge_pair(const struct merges *merges, struct parts *parts, size_t i)
{
	for (size_t k = i + 1; k < parts->count; k++) {
		parts->start[k] = parts->start[k + 1];
		if (k + 1 < parts->count)
			parts->score[k] = parts->score[k + 1];
	}
	parts->count--;
	score_pair(merges, parts, i);
	if (i)
		score_pair(merges, parts, i - 1);
}

size_t merge_word(const struct merges *merges, const char *word, size_t bytes, int *number)
{
	struct parts parts;

	if (!split(&parts, word, bytes))
		return 0;
	for (size_t i = 0; i < parts.count; i++)
		score_pair(merges, &parts, i);
	for (size_t i; (i = best_pair(&parts)) < parts.count;)
		merge_pair(merges, &parts, i);
	for (size_t i = 0; i < parts.count; i++) {
		const size_t found = find(merges, &parts, i, i + 1);

		if (found == merges->piece.count)
			return 0;
		number[i] = (int)found;
	}
	return parts.count;
}
