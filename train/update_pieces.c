/* update_pieces.c - the gradient in pieces that are tasks of their own: summed over shards, brought
 * through weight norm, and applied. */
#include "train/update_parts.h"

#include <stdlib.h>

/* A part of the gradient that one task sums: `n` numbers of it, or rows of a matrix under weight norm,
 * with their gains. */
struct piece {
	size_t from, n;
	int matrix, first, rows; /* matrix -1: none */
};

static void add_piece(struct updater *u, struct piece piece)
{
	u->piece = memory_resize(u->piece, u->pieces + 1, sizeof *u->piece);
	u->piece[u->pieces++] = piece;
}

static void add_numbers(struct updater *u, size_t from, size_t to)
{
	for (size_t n; from < to; from += n) {
		n = to - from < GRADIENT_BLOCK ? to - from : GRADIENT_BLOCK;
		add_piece(u, (struct piece){ from, n, -1, 0, 0 });
	}
}

static void add_matrix(struct updater *u, int number)
{
	const struct parameter *p = &u->model->parameters.list[number];
	const int most = GRADIENT_BLOCK / p->columns > 0 ? GRADIENT_BLOCK / p->columns : 1;

	for (int first = 0, rows; first < p->rows; first += rows) {
		rows = p->rows - first < most ? p->rows - first : most;
		add_piece(u, (struct piece){ p->offset + (size_t)first * (size_t)p->columns,
		                             (size_t)rows * (size_t)p->columns, number, first,
		                             rows });
	}
}

void update_cut_gradient(struct updater *u)
{
	const struct parameters *all = &u->model->parameters;
	bool *gain = memory_new((size_t)all->count, sizeof *gain);
	size_t from = 0;

	for (int i = 0; i < all->count; i++)
		if (all->list[i].gain >= 0)
			gain[all->list[i].gain] = true;
	for (int i = 0; i < all->count; i++) {
		if (all->list[i].gain < 0 && !gain[i])
			continue;
		add_numbers(u, from, all->list[i].offset);
		if (!gain[i])
			add_matrix(u, i);
		from = i + 1 < all->count ? all->list[i + 1].offset : all->size;
	}
	add_numbers(u, from, all->size);
	free(gain);
}

void update_make_normed(void *context, int number, int worker)
{
	struct updater *u = ((struct update_job *)context)->updater;
	const struct piece *piece = &u->piece[number];
	struct profile *profile = pool_profile_of(u->pool, worker);

	if (piece->matrix < 0)
		return;
	profile_begin(profile, "weight_norm", NULL, PROFILE_FORWARD);
	normed_make(&u->normed, u->tape[worker].vector, piece->matrix, piece->first, piece->rows);
	profile_count(profile, 0, (double)(2 * piece->n * sizeof(real)));
	profile_end(profile);
}

/* From the gradient of what weight norm made, while it is near, to that of direction and gains;
 * returns the squares of both. */
static double flow_normed(struct updater *u, const struct piece *piece, int worker)
{
	const struct parameter *v = &u->model->parameters.list[piece->matrix];
	const size_t gain = u->model->parameters.list[v->gain].offset + (size_t)piece->first;
	const struct vector_kernels *vector = u->tape[worker].vector;
	struct profile *profile = pool_profile_of(u->pool, worker);
	double squares;

	profile_begin(profile, "weight_norm", NULL, PROFILE_BACKWARD);
	normed_flow(&u->normed, vector, piece->matrix, piece->first, piece->rows, u->sum);
	squares = vector->sum_squares(piece->n, u->sum + piece->from) +
	          vector->sum_squares((size_t)piece->rows, u->sum + gain);
	profile_count(profile, 0, (double)(3 * piece->n * sizeof(real)));
	profile_end(profile);
	return squares;
}

void update_reduce_piece(void *context, int number, int worker)
{
	struct updater *u = ((struct update_job *)context)->updater;
	const struct piece *piece = &u->piece[number];
	const size_t from = piece->from, n = piece->n;
	const struct vector_kernels *vector = u->tape[worker].vector;
	struct profile *profile = pool_profile_of(u->pool, worker);

	profile_begin(profile, "sum gradients", NULL, PROFILE_OTHER);
	for (int s = 1; s < u->shards && !u->spare; s++)
		vector->accumulate(n, 1, u->gradient[s] + from, u->sum + from);
	if (piece->matrix < 0)
		u->square[number] = vector->sum_squares(n, u->sum + from);
	else
		u->square[number] = flow_normed(u, piece, worker);
	profile_count(profile, 0,
	              (double)((size_t)(u->settings->shards + 1) * n * sizeof(real)));
	profile_end(profile);
}

void update_apply_block(void *context, int block, int worker)
{
	struct update_job *job = context;
	struct updater *u = job->updater;
	const size_t from = (size_t)block * GRADIENT_BLOCK, size = u->model->parameters.size;
	const size_t to = size - from < GRADIENT_BLOCK ? size : from + GRADIENT_BLOCK;
	struct profile *profile = pool_profile_of(u->pool, worker);
	struct parameters *p = &u->model->parameters;

	profile_begin(profile, "optimizer", NULL, PROFILE_OTHER);
	optimizer_update(u->optimizer, job->rate, job->scale, u->sum, p->x, from, to);
	if (p->bfloat16)
		u->tape[worker].vector->to_bfloat16(to - from, p->x + from, p->bfloat16 + from);
	profile_count(profile, 0, optimizer_bytes(u->optimizer) * (double)(to - from));
	profile_end(profile);
}
