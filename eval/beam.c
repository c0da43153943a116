/* beam.c - beam search over many sentences at once; a beam of 1 is greedy search. */
#include "core/error.h"
#include "core/vector.h"
#include "eval/trail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A way to go on: a token after a row. */
struct candidate {
	double total;
	int row, token;
};

struct finished {
	int node;
	bool whole;          /* ended; false: cut at the limit */
	double total, score;
};

/* A sentence that is still searched. */
struct live {
	int sentence;        /* number in the result */
	int count;           /* of done */
	struct finished *done;
};

struct beam {
	const struct predictor *predictor;
	const struct search_settings *settings;
	const int *limit;
	struct nbest *result;
	struct trail trail;
	int width;           /* K */
	int sentences;       /* live ones */
	int rows_each;       /* rows of each: 1 before the first token, then K */
	struct live *live;
	int *node, *token;   /* [rows] last node and its token */
	double *total;       /* [rows] */
	real *logits;        /* [rows][V] */
	struct candidate *best;      /* [2 K] */
	int *row, *kept;     /* for predictor->select */
	int *next_node, *next_token;
	double *next_total;
};

/* Higher first; of equals the lower row, then the lower token. */
static bool is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->total != b->total)
		return a->total > b->total;
	return a->row != b->row ? a->row < b->row : a->token < b->token;
}

static int compare(const void *a, const void *b)
{
	return is_better(a, b) ? -1 : is_better(b, a) ? 1 : 0;
}

/* Lets the candidate at `i` of a heap with the worst on top sink to its place. */
static void sink(struct candidate *heap, int n, int i)
{
	for (;;) {
		int worst = i;

		for (int child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
			if (is_better(&heap[worst], &heap[child]))
				worst = child;
		if (worst == i)
			return;
		struct candidate swap = heap[i];

		heap[i] = heap[worst];
		heap[worst] = swap;
		i = worst;
	}
}

/* Adds to a heap of at most `most` the best that were offered. */
static void offer(struct candidate *heap, int *n, int most, struct candidate c)
{
	if (*n < most) {
		heap[(*n)++] = c;
		if (*n == most)
			for (int i = most / 2 - 1; i >= 0; i--)
				sink(heap, most, i);
	} else if (is_better(&c, &heap[0])) {
		heap[0] = c;
		sink(heap, most, 0);
	}
}

/* The best continuations of one row among `most`; where no logit is a number the row can only end. */
static void offer_row(struct beam *b, int row, int most, struct candidate *heap, int *n)
{
	const int v = b->predictor->vocabulary;
	const real *x = b->logits + (size_t)row * (size_t)v;
	const double lse = (double)vector_kernels()->log_sum_exp((size_t)v, x), base = b->total[row] - lse;
	double least = -HUGE_VAL;

	if (!isfinite(lse)) {
		offer(heap, n, most, (struct candidate){ -HUGE_VAL, row, b->predictor->end });
		return;
	}
	for (int i = 0; i < v; i++) {
		const double total = base + (double)x[i];

		if (!(total >= least))
			continue;
		offer(heap, n, most, (struct candidate){ total, row, i });
		if (*n == most)
			least = heap[0].total;
	}
}

static void finish(struct beam *b, struct live *s, const struct candidate *c, int length)
{
	const int node = b->node[c->row];

	s->done = memory_resize(s->done, (size_t)s->count + 1, sizeof *s->done);
	s->done[s->count++] = (struct finished){ node, true, c->total,
						 search_score(b->settings, c->total, length) };
}

/* Takes the best 2 K continuations of a sentence; returns how many live on, from b->next_*[at] on. */
static int advance(struct beam *b, int number, int length, int at)
{
	struct live *s = &b->live[number];
	const int most = 2 * b->width;
	int n = 0, lives = 0;

	for (int r = 0; r < b->rows_each; r++)
		offer_row(b, number * b->rows_each + r, most, b->best, &n);
	qsort(b->best, (size_t)n, sizeof *b->best, compare);
	for (int i = 0; i < n; i++) {
		const struct candidate *c = &b->best[i];

		if (c->total == -HUGE_VAL && (lives || s->count))
			continue;
		if (c->token == b->predictor->end) {
			if (i < b->width)
				finish(b, s, c, length);
		} else if (lives < b->width) {
			b->row[at + lives] = c->row;
			b->next_token[at + lives] = c->token;
			b->next_total[at + lives] = c->total;
			lives++;
		}
	}
	return lives;
}

static int by_score(const void *a, const void *b)
{
	const struct finished *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Nothing ended before the limit: the best that lives is cut there. */
static void cut(struct beam *b, struct live *s, int at, int length)
{
	const int parent = b->node[b->row[at]];

	s->done = memory_resize(s->done, 1, sizeof *s->done);
	s->done[s->count++] = (struct finished){ trail_add(&b->trail, parent, b->next_token[at]), false,
						 b->next_total[at],
						 search_score(b->settings, b->next_total[at], length) };
}

static void conclude(struct beam *b, struct live *s)
{
	struct nbest *n = &b->result[s->sentence];

	qsort(s->done, (size_t)s->count, sizeof *s->done, by_score);
	n->count = s->count < (int)b->settings->nbest ? s->count : (int)b->settings->nbest;
	n->best = memory_new((size_t)n->count, sizeof *n->best);
	for (int i = 0; i < n->count; i++)
		n->best[i] = trail_hypothesis(&b->trail, s->done[i].node, s->done[i].whole, s->done[i].total,
					      s->done[i].score);
	free(s->done);
}

/* Rows that do not exist (fewer continuations than the beam is wide) repeat the first and can never win. */
static void pad(struct beam *b, int at, int lives)
{
	for (int i = lives; i < b->width; i++) {
		b->row[at + i] = b->row[at];
		b->next_token[at + i] = b->next_token[at];
		b->next_total[at + i] = -HUGE_VAL;
	}
}

static void take_next(struct beam *b, int sentences)
{
	const int rows = sentences * b->width;

	for (int i = 0; i < rows; i++)
		b->next_node[i] = trail_add(&b->trail, b->node[b->row[i]], b->next_token[i]);
	memcpy(b->node, b->next_node, (size_t)rows * sizeof *b->node);
	memcpy(b->token, b->next_token, (size_t)rows * sizeof *b->token);
	memcpy(b->total, b->next_total, (size_t)rows * sizeof *b->total);
	b->sentences = sentences;
	b->rows_each = b->width;
}

/* One token more for every live sentence. */
static void step(struct beam *b, int length)
{
	int kept = 0;

	b->predictor->step(b->predictor->context, b->sentences * b->rows_each, b->token, b->logits);
	for (int i = 0; i < b->sentences; i++) {
		struct live *s = &b->live[i];
		const int at = kept * b->width, lives = advance(b, i, length, at);

		if (lives && s->count < b->width && length < b->limit[s->sentence]) {
			pad(b, at, lives);
			b->kept[kept] = i;
			b->live[kept++] = *s;
			continue;
		}
		if (!s->count && lives)
			cut(b, s, at, length);
		conclude(b, s);
	}
	if (kept)
		b->predictor->select(b->predictor->context, kept * b->width, b->row, kept, b->kept);
	take_next(b, kept);
}

static void open_beam(struct beam *b, int sentences)
{
	const size_t rows = (size_t)sentences * (size_t)b->width, n = (size_t)sentences;

	b->live = memory_new(n, sizeof *b->live);
	b->node = memory_new(rows, sizeof *b->node);
	b->token = memory_new(rows, sizeof *b->token);
	b->total = memory_new(rows, sizeof *b->total);
	b->logits = memory_new(rows * (size_t)b->predictor->vocabulary, sizeof *b->logits);
	b->best = memory_new(2 * (size_t)b->width, sizeof *b->best);
	b->row = memory_new(rows, sizeof *b->row);
	b->kept = memory_new(n, sizeof *b->kept);
	b->next_node = memory_new(rows, sizeof *b->next_node);
	b->next_token = memory_new(rows, sizeof *b->next_token);
	b->next_total = memory_new(rows, sizeof *b->next_total);
	for (int i = 0; i < sentences; i++) {
		b->live[i].sentence = i;
		b->node[i] = TRAIL_ROOT;
		b->token[i] = b->predictor->begin;
	}
	b->sentences = sentences;
	b->rows_each = 1;
}

static void close_beam(struct beam *b)
{
	trail_free(&b->trail);
	free(b->live);
	free(b->node);
	free(b->token);
	free(b->total);
	free(b->logits);
	free(b->best);
	free(b->row);
	free(b->kept);
	free(b->next_node);
	free(b->next_token);
	free(b->next_total);
}

void search_beam(const struct predictor *predictor, const struct search_settings *settings, int sentences,
		 const int *limit, struct nbest *result)
{
	struct beam b = { .predictor = predictor, .settings = settings, .limit = limit, .result = result,
			  .width = (int)settings->beam };

	open_beam(&b, sentences);
	for (int length = 1; b.sentences > 0; length++)
		step(&b, length);
	close_beam(&b);
}
