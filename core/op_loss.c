/* op_loss.c - output layer and label-smoothed cross-entropy, a few rows at a time. */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>
#include <string.h>

/* Rows whose logits are made together: about so many, so that the output weights and their gradient
 * are read and written rarely, and so few that the logits stay in the cache. */
enum { CHUNK_ROWS = 128, MOST_ROWS = 3 * CHUNK_ROWS / 2 };

struct smoothing smoothing_uniform(double e, int vocabulary)
{
	return (struct smoothing){ 1 - e, e / vocabulary };
}

/* The gradient was made on the way forward, while the logits were there. */
static void cross_entropy_backward(struct tape *tape, struct var *y)
{
	struct var *h = y->in[0];
	const real *dh = y->aux;
	real *g = tape_gradient(tape, h);

	if (g)
		tape->vector->accumulate(var_size(h), y->g[0], dh, g);
}

/* Losses of one row; its logits become their gradient. */
static double row_loss(const struct tape *tape, real *logits, int vocabulary, int gold,
                       struct smoothing s, bool gradient, struct loss *loss)
{
	const size_t v = (size_t)vocabulary;
	const real on_gold = logits[gold];
	double total;
	real top, sum;
	double lse, nll;

	sum = tape->vector->exp_sum(v, logits, &top, &total);
	lse = (double)top + log((double)sum);
	nll = lse - (double)on_gold;
	loss->nll += nll;
	loss->smoothed += s.on_gold * nll;
	if (s.on_each > 0)
		loss->smoothed += s.on_each * (vocabulary * lse - total);
	loss->tokens++;
	loss->correct += on_gold >= top;
	if (gradient) {
		const double all = s.on_gold + vocabulary * s.on_each;

		tape->vector->scale_add(v, (real)(all / (double)sum), (real)-s.on_each, logits,
		                        logits);
		logits[gold] -= (real)s.on_gold;
	}
	return nll;
}

struct chunk {
	int row[MOST_ROWS]; /* of h */
	int count;
	real *h, *dh; /* [rows][C] gathered */
	real *logits; /* [rows][V] */
};

static void chunk_run(struct tape *tape, struct chunk *chunk, struct var *h, struct var *w,
                      struct var *b, const int *gold, struct smoothing s, struct loss *loss,
                      double *nll, real *dh)
{
	const size_t c = (size_t)h->c, v = (size_t)w->n;
	real *dw = tape_gradient(tape, w), *db = tape_gradient(tape, b);
	const struct operand weight = tape_operand(tape, w);
	const size_t mark = tape->arena.used;
	struct operand rows, dlogits;

	for (int i = 0; i < chunk->count; i++)
		memcpy(chunk->h + (size_t)i * c, h->x + (size_t)chunk->row[i] * c,
		       c * sizeof(real));
	rows = tape_operand_of(tape, chunk->h, (size_t)chunk->count, h->c);
	tape_multiply(tape, PLAIN, TRANSPOSED, chunk->count, w->n, h->c, 1, rows, weight, 0,
	              chunk->logits, w->n);
	if (b)
		tape->vector->add_rows((size_t)chunk->count, v, b->x, chunk->logits);
	for (int i = 0; i < chunk->count; i++) {
		const int row = chunk->row[i];
		const double cost = row_loss(tape, chunk->logits + (size_t)i * v, w->n, gold[row],
		                             s, dh || dw, loss);

		if (nll)
			nll[row] = cost;
	}
	if (db)
		tape->vector->sum_rows((size_t)chunk->count, v, chunk->logits, db);
	if (dw || dh)
		dlogits = tape_operand_of(tape, chunk->logits, (size_t)chunk->count, w->n);
	if (dw)
		tape_multiply(tape, TRANSPOSED, PLAIN, w->n, h->c, chunk->count, 1, dlogits, rows,
		              1, dw, w->c);
	if (dh)
		tape_multiply(tape, PLAIN, PLAIN, chunk->count, h->c, w->n, 1, dlogits, weight, 0,
		              chunk->dh, h->c);
	tape->arena.used = mark;
	for (int i = 0; dh && i < chunk->count; i++)
		memcpy(dh + (size_t)chunk->row[i] * c, chunk->dh + (size_t)i * c, c * sizeof(real));
}

/* Rows of a chunk: all chunks alike, none of a few rows. */
static int chunk_rows(const struct var *h, const int *gold, int ignore)
{
	int rows = 0, chunks;

	for (int r = 0; r < var_rows(h); r++)
		rows += gold[r] != ignore;
	chunks = (rows + CHUNK_ROWS / 2) / CHUNK_ROWS;
	return chunks > 1 ? (rows + chunks - 1) / chunks : MOST_ROWS;
}

/* Where a chunk lies until all are made: where the backward pass takes its gradients, which use
 * that memory again. What chunks make there that stays is made first. */
static struct arena *chunk_memory(struct tape *tape, struct var *w, struct var *b, bool backward)
{
	tape_gradient(tape, w);
	tape_gradient(tape, b);
	tape_operand(tape, w);
	if (!backward)
		return &tape->arena;
	tape_lasting(tape, 0);
	return &tape->lasting;
}

static struct steps_read loss_reads(const struct var *y, int input, const struct var *in, int t)
{
	(void)y;
	(void)input;
	(void)t;
	return (struct steps_read){ 0, in->t, 1, 1 };
}

struct var *op_cross_entropy(struct tape *tape, struct var *h, struct var *w, struct var *b,
                             const int *gold, int ignore, struct smoothing s, struct loss *loss,
                             double *nll)
{
	static const struct op op = { .name = "cross_entropy",
		                      .backward = cross_entropy_backward,
		                      .reads = loss_reads };
	const int most = chunk_rows(h, gold, ignore);
	const size_t c = (size_t)h->c, chunk_size = (size_t)most * sizeof(real);
	struct var *y = tape_var(tape, &op, 1, 1, 1);
	struct chunk chunk = { .count = 0 };
	const double before = loss->smoothed;
	struct arena *arena;
	real *dh = NULL;
	size_t mark;

	tape_enter(tape, &op);
	if (h->c != w->c || (b && b->c * b->n != w->n))
		panic("cross_entropy: h of %d channels, %s [%d][%d]", h->c, w->name ? w->name : "W",
		      w->n, w->c);
	tape_input(tape, y, 0, h);
	tape_input(tape, y, 1, w);
	tape_input(tape, y, 2, b);
	if (tape->gradient || h->needs_gradient) {
		dh = tape_memory(tape, var_size(h) * sizeof(real));
		memset(dh, 0, var_size(h) * sizeof(real));
	}
	y->aux = dh;
	arena = chunk_memory(tape, w, b, dh != NULL);
	mark = arena->used;
	chunk.h = arena_take(arena, c * chunk_size);
	chunk.dh = arena_take(arena, c * chunk_size);
	chunk.logits = arena_take(arena, (size_t)w->n * chunk_size);
	for (int r = 0; r < var_rows(h); r++) {
		if (nll)
			nll[r] = 0;
		if (gold[r] != ignore)
			chunk.row[chunk.count++] = r;
		if (chunk.count == most || (r + 1 == var_rows(h) && chunk.count)) {
			chunk_run(tape, &chunk, h, w, b, gold, s, loss, nll, dh);
			chunk.count = 0;
		}
	}
	arena->used = mark;
	y->x[0] = (real)(loss->smoothed - before);
	return tape_leave(tape, y);
}
