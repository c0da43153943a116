/* frontier.c - the live hypotheses of a batch of sentences. */
#include "eval/frontier.h"

#include "core/error.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

void frontier_begin(struct frontier *f, const struct predictor *predictor,
                    const struct search_settings *settings, int sentences, const int *limit,
                    int beam, int wanted)
{
	size_t n = (size_t)sentences, rows = n * (size_t)beam;

	if (sentences < 0 || beam < 1 || wanted < 1 || rows > INT_MAX)
		panic("search: %d sentences of %d rows", sentences, beam);
	*f = (struct frontier){
		.predictor = predictor,
		.settings = settings,
		.limit = limit,
		.beam = beam,
		.wanted = wanted,
		.live = sentences,
		.width = 1,
		.sentence = memory_new(n, sizeof(*f->sentence)),
		.used = memory_new(n, sizeof(*f->used)),
		.row = memory_new(rows, sizeof(*f->row)),
		.next = memory_new(rows, sizeof(*f->next)),
		.next_used = memory_new(n, sizeof(*f->next_used)),
		.ending = memory_new(n * (size_t)wanted, sizeof(*f->ending)),
		.endings = memory_new(n, sizeof(*f->endings)),
		.feed = memory_new(rows, sizeof(*f->feed)),
		.chosen = memory_new(n, sizeof(*f->chosen)),
		.node = memory_new(1, sizeof(*f->node)),
		.nodes = 1,
		.node_room = 1,
	};
	scan_init(&f->scan, FRONTIER_CHUNK, predictor->vocabulary);
	for (int j = 0; j < sentences; j++) {
		f->sentence[j] = j;
		f->used[j] = 1;
		f->row[j].token = predictor->begin;
	}
}

void frontier_free(struct frontier *f)
{
	free(f->sentence);
	free(f->used);
	free(f->row);
	free(f->next);
	free(f->next_used);
	free(f->ending);
	free(f->endings);
	free(f->feed);
	free(f->chosen);
	free(f->node);
	scan_free(&f->scan);
	*f = (struct frontier){ 0 };
}

bool frontier_step(struct frontier *f)
{
	const int rows = f->live * f->width;

	if (!f->live)
		return false;
	for (int i = 0; i < rows; i++)
		f->feed[i] = f->row[i].token;
	f->predictor->step(f->predictor->context, rows, f->feed);
	f->chunk_first = f->chunk_end = 0;
	f->length++;
	f->kept = 0;
	for (int j = 0; j < f->live; j++)
		f->next_used[j] = 0;
	return true;
}

/* NaN to -infinity; with a logit of infinity, all such ones to 0 and the others to -infinity. */
static void clean(int n, real *x)
{
	real highest = (real)-INFINITY;

	for (int i = 0; i < n; i++) {
		if (isnan(x[i]))
			x[i] = (real)-INFINITY;
		if (x[i] > highest)
			highest = x[i];
	}
	if (!isinf(highest) || highest < 0)
		return;
	for (int i = 0; i < n; i++)
		x[i] = x[i] < highest ? (real)-INFINITY : 0;
}

static real *logits_of(struct frontier *f, int row)
{
	const int rows = f->live * f->width;

	if (row < f->chunk_first || row >= f->chunk_end) {
		f->chunk_first = row;
		f->chunk_end = rows - row < FRONTIER_CHUNK ? rows : row + FRONTIER_CHUNK;
		f->scan.rows = f->chunk_end - row;
		f->logits = f->predictor->logits(f->predictor->context, row, &f->scan);
	}
	return f->logits + (size_t)(row - f->chunk_first) * (size_t)f->predictor->vocabulary;
}

struct continuation frontier_continuation(struct frontier *f, int j, int i)
{
	real *x = logits_of(f, j * f->width + i);
	const int row = j * f->width + i - f->chunk_first;
	double sum = scan_log_sum(&f->scan, row);

	if (!isfinite(sum)) {
		clean(f->predictor->vocabulary, x);
		scan_row(&f->scan, x, row);
		sum = scan_log_sum(&f->scan, row);
	}
	return (struct continuation){ x, f->scan.top + (size_t)row * (size_t)f->scan.blocks,
		                      isfinite(sum) ? sum : -HUGE_VAL };
}

bool frontier_at_limit(const struct frontier *f, int j)
{
	return f->length >= f->limit[f->sentence[j]];
}

static size_t grow_node(struct frontier *f, size_t parent, int token)
{
	if (f->nodes == f->node_room) {
		f->node_room *= 2;
		f->node = memory_resize(f->node, f->node_room, sizeof(*f->node));
	}
	f->node[f->nodes] = (struct node){ .parent = parent, .token = token };
	return f->nodes++;
}

void frontier_keep(struct frontier *f, int j, int i, int token, double total, int draw)
{
	f->next[f->kept++] = (struct row){
		.total = total,
		.node = grow_node(f, frontier_row(f, j, i)->node, token),
		.from = j * f->width + i,
		.token = token,
		.draw = draw,
	};
	f->next_used[j]++;
}

double frontier_penalty(const struct frontier *f, int length)
{
	double alpha = f->settings->length_penalty;

	return f->settings->penalty == PENALTY_GNMT ? pow((5.0 + length) / 6, alpha)
	                                            : pow(length, alpha);
}

struct ending frontier_end(struct frontier *f, int j, int i, int token, double total)
{
	bool finished = token == f->predictor->end;
	size_t node = frontier_row(f, j, i)->node;

	return (struct ending){
		.total = total,
		.score = total / frontier_penalty(f, f->length),
		.node = finished ? node : grow_node(f, node, token),
		.length = f->length - finished,
		.finished = finished,
	};
}

static bool better(const struct ending *a, const struct ending *b)
{
	if (a->finished != b->finished)
		return a->finished;
	return a->score > b->score;
}

void frontier_rank(struct frontier *f, int j, struct ending e)
{
	struct ending *best = f->ending + (size_t)f->sentence[j] * (size_t)f->wanted;
	int *count = &f->endings[f->sentence[j]], i;

	if (*count < f->wanted)
		i = (*count)++;
	else if (better(&e, &best[f->wanted - 1]))
		i = f->wanted - 1;
	else
		return;
	for (; i > 0 && better(&e, &best[i - 1]); i--)
		best[i] = best[i - 1];
	best[i] = e;
}

/* Moves the sentences with kept rows together, each filled to the width. Returns how many they are.
 */
static int pack(struct frontier *f, int width)
{
	const struct row *from = f->next;
	struct row *to = f->row;
	int live = 0;

	for (int j = 0; j < f->live; j++) {
		int n = f->next_used[j];

		if (!n)
			continue;
		for (int i = 0; i < width; i++)
			*to++ = from[i < n ? i : n - 1];
		from += n;
		f->sentence[live] = f->sentence[j];
		f->used[live] = n;
		f->chosen[live++] = j;
	}
	return live;
}

void frontier_advance(struct frontier *f)
{
	int width = 0, live;
	bool moved;

	for (int j = 0; j < f->live; j++)
		width = f->next_used[j] > width ? f->next_used[j] : width;
	live = pack(f, width);
	moved = live != f->live || width != f->width;
	f->live = live;
	f->width = width;
	for (int i = 0; i < live * width; i++) {
		f->feed[i] = f->row[i].from;
		moved |= f->feed[i] != i;
	}
	if (live && moved)
		f->predictor->select(f->predictor->context, live * width, f->feed, live, f->chosen);
}

static void spell(const struct frontier *f, const struct ending *e, struct hypothesis *h)
{
	size_t node = e->node;

	*h = (struct hypothesis){
		.token = memory_new((size_t)e->length, sizeof(*h->token)),
		.length = e->length,
		.finished = e->finished,
		.total = e->total,
		.score = e->score,
	};
	for (int i = e->length - 1; i >= 0; i--, node = f->node[node].parent)
		h->token[i] = f->node[node].token;
}

void frontier_results(const struct frontier *f, int sentences, struct nbest *result)
{
	for (int s = 0; s < sentences; s++) {
		int n = f->endings[s];

		result[s].count = n;
		result[s].best = memory_new((size_t)n, sizeof(*result[s].best));
		for (int i = 0; i < n; i++)
			spell(f, &f->ending[(size_t)s * (size_t)f->wanted + (size_t)i],
			      &result[s].best[i]);
	}
}
