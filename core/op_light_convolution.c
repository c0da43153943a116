/* op_light_convolution.c - lightweight and dynamic convolution: Wu et al. 2019, "Pay less
 * attention". */
#include "core/error.h"
#include "core/ops.h"

#include <string.h>

struct light {
	struct light_convolution how;
	bool dynamic; /* each step has its own weights */
	struct dropout_mask mask;
	const real *softmax; /* [rows of y, or 1][heads][kernel] */
	const real *weight;  /* the same after dropout */
};

static size_t weights_of_row(const struct light *l)
{
	return (size_t)l->how.heads * (size_t)l->how.over.kernel;
}

/* The taps first .. first + count - 1 of a step of y that lie within x, and where in x the first of
 * them reads. */
struct taps {
	int first, count;
	size_t source;
};

static struct taps taps_of(const struct light *l, const struct var *x, int t, int n)
{
	const struct convolution *k = &l->how.over;
	const int *length = l->how.length;
	const int end = length && length[n] < x->t ? length[n] : x->t, shift = t - k->before;
	const int first = shift < 0 ? (k->dilation - 1 - shift) / k->dilation : 0;
	int last = shift < end ? (end - shift + k->dilation - 1) / k->dilation : 0;

	if (last > k->kernel)
		last = k->kernel;
	if (last <= first)
		return (struct taps){ 0, 0, 0 };
	return (struct taps){ first, last - first,
		              ((size_t)(shift + first * k->dilation) * (size_t)x->n + (size_t)n) *
		                      (size_t)x->c };
}

/* From one tap to the next, in x. */
static size_t tap_stride(const struct light *l, const struct var *x)
{
	return (size_t)l->how.over.dilation * (size_t)x->n * (size_t)x->c;
}

/* The first channel of a head. */
static size_t head_start(const struct light *l, const struct var *x, int head)
{
	const size_t heads = (size_t)l->how.heads;

	return ((size_t)head * (size_t)x->c + heads - 1) / heads;
}

/* y of one row: head by head a product of a row of weights and a matrix whose rows are taps. */
static void convolve_row(const struct tape *tape, const struct light *l, const struct var *x,
                         const real *weight, struct taps taps, real *y)
{
	for (int h = 0; h < l->how.heads; h++) {
		const size_t from = head_start(l, x, h), to = head_start(l, x, h + 1);
		const real *w = weight + h * l->how.over.kernel + taps.first;

		tape->vector->product(1, to - from, (size_t)taps.count, w, 0, 1,
		                      x->x + taps.source + from, tap_stride(l, x), false, y + from,
		                      0);
	}
}

/* dx += weight dy, and d [heads][kernel], of the weights, = dy x. */
static void row_backward(const struct tape *tape, const struct light *l, const struct var *x,
                         const real *weight, struct taps taps, const real *dy, real *dx, real *d)
{
	const size_t stride = tap_stride(l, x), count = (size_t)taps.count;

	for (int h = 0; h < l->how.heads; h++) {
		const size_t from = head_start(l, x, h), to = head_start(l, x, h + 1);
		const size_t at = taps.source + from;
		const int tap = h * l->how.over.kernel + taps.first;

		if (dx)
			tape->vector->product(count, to - from, 1, weight + tap, 1, 0, dy + from, 0,
			                      true, dx + at, stride);
		if (d)
			tape->vector->dot_rows(count, to - from, dy + from, x->x + at, stride,
			                       d + tap);
	}
}

/* dw += the gradient through softmax and dropout, from d (used up) of the dropped-out weights. */
static void weight_gradient(const struct tape *tape, const struct light *l, size_t size, real *d,
                            real *dw)
{
	const size_t kernel = (size_t)l->how.over.kernel;

	if (l->weight != l->softmax)
		tape->vector->dropout(size, l->mask.key, 0, l->mask.p, d, d);
	for (size_t i = 0; i < size; i += kernel)
		tape->vector->softmax_backward(kernel, 1, l->softmax + i, d + i);
	tape->vector->accumulate(size, 1, d, dw);
}

static void light_backward(struct tape *tape, struct var *y)
{
	const struct light *l = y->aux;
	struct var *x = y->in[0], *w = y->in[1];
	real *dx = tape_gradient(tape, x), *dw = tape_gradient(tape, w);
	const size_t mark = tape->arena.used, row = weights_of_row(l), size = var_size(w);
	const double products = (double)var_size(y) * l->how.over.kernel;
	real *d = dw ? tape_memory(tape, (size + row) * sizeof *d) : NULL,
	     *own = dw ? d + size : NULL;

	tape_count(tape, (dx ? products : 0) + (dw ? products : 0), 0);
	if (dw)
		memset(d, 0, (size + row) * sizeof *d);
	for (int r = 0; r < var_rows(y); r++) {
		const struct taps taps = taps_of(l, x, r / y->n, r % y->n);
		const size_t at = l->dynamic ? (size_t)r * row : 0;

		if (!taps.count)
			continue;
		row_backward(tape, l, x, l->weight + at, taps, y->g + (size_t)r * (size_t)y->c, dx,
		             l->dynamic && dw ? d + at : own);
		if (dw && !l->dynamic) {
			tape->vector->accumulate(row, 1, own, d);
			memset(own, 0, row * sizeof *own);
		}
	}
	if (dw)
		weight_gradient(tape, l, size, d, dw);
	tape->arena.used = mark;
}

static void check_shapes(const struct var *x, const struct var *w, int t,
                         const struct light_convolution *how)
{
	const int kernel = how->over.kernel;
	const bool fixed = w->t == 1 && w->n == how->heads && w->c == kernel;
	const bool dynamic = w->t == t && w->n == x->n && w->c == how->heads * kernel;

	if (t < 1 || how->heads < 1 || how->heads > x->c || !(fixed || dynamic))
		panic("light_convolution: x [%d][%d][%d], %d heads, kernel %d, %s [%d][%d][%d]",
		      x->t, x->n, x->c, how->heads, kernel, w->name ? w->name : "w", w->t, w->n,
		      w->c);
}

static void normalise(struct tape *tape, struct light *l, const struct var *w)
{
	const size_t kernel = (size_t)l->how.over.kernel, size = var_size(w);
	real *softmax = tape_memory(tape, size * sizeof *softmax), *kept;

	memcpy(softmax, w->x, size * sizeof *softmax);
	for (size_t i = 0; i < size; i += kernel)
		tape->vector->softmax(kernel, 1, softmax + i);
	l->weight = l->softmax = softmax;
	l->mask = tape_dropout(tape, l->how.dropout);
	if (l->mask.p <= 0)
		return;
	l->weight = kept = tape_memory(tape, size * sizeof *kept);
	tape->vector->dropout(size, l->mask.key, 0, l->mask.p, softmax, kept);
}

static struct steps_read light_reads(const struct var *y, int input, const struct var *in, int t)
{
	const struct light *l = y->aux;
	const struct convolution *k = &l->how.over;
	struct taps taps;

	if (input != 0)
		return (struct steps_read){ t, 1, 1, 0 };
	taps = taps_of(l, in, t, 0);
	return (struct steps_read){ t - k->before + taps.first * k->dilation, taps.count,
		                    k->dilation, k->kernel > 1 };
}

struct var *op_light_convolution(struct tape *tape, struct var *x, struct var *w,
                                 struct light_convolution how)
{
	static const struct op op = { .name = "light_convolution",
		                      .backward = light_backward,
		                      .reads = light_reads };
	const int t =
		x->t + how.over.before + how.over.after - (how.over.kernel - 1) * how.over.dilation;
	struct light *l = tape_memory(tape, sizeof *l);
	struct var *y;

	tape_enter(tape, &op);
	check_shapes(x, w, t, &how);
	*l = (struct light){ .how = how,
		             .dynamic =
		                     var_size(w) != (size_t)how.heads * (size_t)how.over.kernel };
	y = tape_var(tape, &op, t, x->n, x->c);
	y->aux = l;
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, w);
	normalise(tape, l, w);
	tape_count(tape, (double)var_size(y) * how.over.kernel, 0);
	for (int r = 0; r < var_rows(y); r++) {
		const size_t row = l->dynamic ? (size_t)r * weights_of_row(l) : 0;

		convolve_row(tape, l, x, l->weight + row, taps_of(l, x, r / y->n, r % y->n),
		             y->x + (size_t)r * (size_t)y->c);
	}
	return tape_leave(tape, y);
}
