/* batch.c - length-bucketed batches of tokens, the same for every contestant. */
#include "data/batch.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* A sentence on its way into a batch. */
struct ticket {
	size_t length[SIDES]; /* steps */
	size_t rank;          /* decides ties */
	uint32_t sentence;
};

static int shortest_first(const void *left, const void *right)
{
	const struct ticket *a = left, *b = right;

	for (int side = SIDE_TARGET; side >= SIDE_SOURCE; side--)
		if (a->length[side] != b->length[side])
			return a->length[side] < b->length[side] ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static int longest_first(const void *left, const void *right)
{
	return -shortest_first(left, right);
}

static struct ticket *tickets_new(const struct corpus *corpus)
{
	struct ticket *ticket = memory_new(corpus->sentences, sizeof *ticket);

	for (size_t i = 0; i < corpus->sentences; i++) {
		for (int side = 0; side < SIDES; side++)
			ticket[i].length[side] = corpus_steps(corpus, (enum side)side, i);
		ticket[i].rank = i;
		ticket[i].sentence = (uint32_t)i;
	}
	return ticket;
}

static size_t longer_side(const struct ticket *ticket)
{
	const size_t *length = ticket->length;

	return length[SIDE_TARGET] > length[SIDE_SOURCE] ? length[SIDE_TARGET]
	                                                 : length[SIDE_SOURCE];
}

/* Cuts sorted sentences: a batch takes the next one while it stays within batch_tokens. */
static void cut(struct batch_plan *plan, const struct ticket *ticket, size_t sentences,
                size_t batch_tokens)
{
	size_t longest = 0, n = 0;

	plan->batches = 0;
	plan->start = memory_new(sentences + 1, sizeof *plan->start);
	plan->order = memory_new(sentences, sizeof *plan->order);
	for (size_t i = 0; i < sentences; i++, n++) {
		size_t own = longer_side(&ticket[i]);

		longest = own > longest ? own : longest;
		if (n && (n == INT_MAX || (n + 1) * longest > batch_tokens)) {
			plan->start[++plan->batches] = i;
			longest = own;
			n = 0;
		}
		plan->order[i] = ticket[i].sentence;
	}
	if (sentences)
		plan->start[++plan->batches] = sentences;
}

/* gsl_ran_shuffle must not be asked for nothing. */
static void shuffle(gsl_rng *chance, size_t *number, size_t count)
{
	for (size_t i = 0; i < count; i++)
		number[i] = i;
	if (count)
		gsl_ran_shuffle(chance, number, count, sizeof *number);
}

static void shuffle_batches(struct batch_plan *plan, gsl_rng *chance)
{
	size_t batches = plan->batches, sentences = plan->start[batches], used = 0;
	size_t *batch = memory_new(batches, sizeof *batch);
	size_t *start = memory_new(batches + 1, sizeof *start);
	uint32_t *order = memory_new(sentences, sizeof *order);

	shuffle(chance, batch, batches);
	for (size_t b = 0; b < batches; b++) {
		size_t from = plan->start[batch[b]], n = plan->start[batch[b] + 1] - from;

		memcpy(order + used, plan->order + from, n * sizeof *order);
		start[b + 1] = used += n;
	}
	free(batch);
	batch_plan_free(plan);
	*plan = (struct batch_plan){ batches, start, order };
}

void batch_plan_make(struct batch_plan *plan, const struct corpus *corpus, long batch_tokens,
                     uint64_t seed, uint64_t epoch)
{
	const uint64_t source[] = { seed, epoch };
	uint64_t hash = XXH64(source, sizeof source, 0);
	size_t *rank = memory_new(corpus->sentences, sizeof *rank);
	struct ticket *ticket = tickets_new(corpus);
	gsl_rng *chance = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(chance, (unsigned long)((hash ^ hash >> 32) & 0xffffffff));
	shuffle(chance, rank, corpus->sentences);
	for (size_t i = 0; i < corpus->sentences; i++)
		ticket[i].rank = rank[i];
	qsort(ticket, corpus->sentences, sizeof *ticket, shortest_first);
	cut(plan, ticket, corpus->sentences, (size_t)batch_tokens);
	shuffle_batches(plan, chance);
	gsl_rng_free(chance);
	free(ticket);
	free(rank);
}

void batch_plan_sorted(struct batch_plan *plan, const struct corpus *corpus, long batch_tokens)
{
	struct ticket *ticket = tickets_new(corpus);

	qsort(ticket, corpus->sentences, sizeof *ticket, longest_first);
	cut(plan, ticket, corpus->sentences, (size_t)batch_tokens);
	free(ticket);
}

void batch_plan_free(struct batch_plan *plan)
{
	free(plan->start);
	free(plan->order);
	*plan = (struct batch_plan){ 0 };
}

static const int *ids_of(const struct corpus *corpus, enum side side, size_t sentence)
{
	return corpus->id[side] + corpus->start[side][sentence];
}

/* Steps of each; returns the longest, 1 at least of a side that is there, and their sum in
 * `tokens`. */
static int fill_lengths(int *length, size_t *tokens, const struct corpus *corpus, enum side side,
                        const uint32_t *sentence, int n)
{
	int longest = corpus->start[side] ? 1 : 0;

	*tokens = 0;
	for (int i = 0; i < n; i++) {
		length[i] = (int)corpus_steps(corpus, side, sentence[i]);
		*tokens += (size_t)length[i];
		if (length[i] > longest)
			longest = length[i];
	}
	return longest;
}

/* One column: tokens, then TOKEN_END where it ends; the rest is TOKEN_PAD (0) already. */
static void fill_column(int *column, int n, const int *id, int length, bool ends)
{
	for (int t = 0; t < length; t++)
		column[(size_t)t * (size_t)n] = ends && t + 1 == length ? TOKEN_END : id[t];
}

static void fill_sources(struct batch *batch, const struct corpus *corpus, const uint32_t *sentence)
{
	for (int i = 0; i < batch->n; i++)
		fill_column(batch->source + i, batch->n, ids_of(corpus, SIDE_SOURCE, sentence[i]),
		            batch->source_length[i], true);
}

/* What is fed first: in a stream the token before the block. */
static int first_token(const struct corpus *corpus, size_t sentence)
{
	const size_t start = corpus->start[SIDE_TARGET][sentence];

	if (corpus->objective != OBJECTIVE_CONTINUE)
		return TOKEN_BEGIN;
	return start ? corpus->id[SIDE_TARGET][start - 1] : TOKEN_END;
}

static void fill_targets(struct batch *batch, const struct corpus *corpus, const uint32_t *sentence)
{
	for (int i = 0; i < batch->n; i++) {
		const int *id = ids_of(corpus, SIDE_TARGET, sentence[i]);

		fill_column(batch->gold + i, batch->n, id, batch->target_length[i],
		            corpus_ends(corpus, SIDE_TARGET));
		batch->target[i] = first_token(corpus, sentence[i]);
		for (int t = 1; t < batch->target_length[i]; t++)
			batch->target[(size_t)t * (size_t)batch->n + (size_t)i] = id[t - 1];
	}
}

void batch_fill(struct batch *batch, const struct corpus *corpus, const uint32_t *sentence, int n)
{
	const bool sources = corpus->start[SIDE_SOURCE], targets = corpus->start[SIDE_TARGET];
	size_t rows = (size_t)n, cells;
	int *length = memory_new(2 * rows, sizeof *length);

	batch_free(batch);
	batch->n = n;
	if (sources)
		batch->source_t = fill_lengths(length, &batch->source_tokens, corpus, SIDE_SOURCE,
		                               sentence, n);
	if (targets)
		batch->target_t = fill_lengths(length + n, &batch->target_tokens, corpus,
		                               SIDE_TARGET, sentence, n);
	cells = rows * ((size_t)batch->source_t + 2 * (size_t)batch->target_t);
	batch->memory = memory_resize(length, 2 * rows + cells, sizeof *length);
	batch->source_length = batch->memory;
	batch->target_length = batch->source_length + rows;
	batch->source = batch->target_length + rows;
	batch->target = batch->source + rows * (size_t)batch->source_t;
	batch->gold = batch->target + rows * (size_t)batch->target_t;
	memset(batch->source, 0, cells * sizeof *batch->source);
	if (sources)
		fill_sources(batch, corpus, sentence);
	if (targets)
		fill_targets(batch, corpus, sentence);
}

void batch_free(struct batch *batch)
{
	free(batch->memory);
	*batch = (struct batch){ 0 };
}
