/* op_convolution.c - convolution over time. Time-major rows make a tap a pointer offset. */
#include "core/error.h"
#include "core/ops.h"

#include <string.h>

/* The output steps first .. first + count - 1 for which tap j reads a step of x, and the first step
 * it reads. */
struct tap {
	int first, count, source;
};

static struct tap tap_of(const struct convolution *k, int j, int t_in, int t_out)
{
	const int shift = j * k->dilation - k->before;
	int first = shift < 0 ? -shift : 0;
	int last = t_in - shift < t_out ? t_in - shift : t_out;

	if (last < first)
		last = first;
	return (struct tap){ first, last - first, first + shift };
}

/* Copies what each tap reads side by side, element by element of `size` bytes: rows of kernel C,
 * zeros where a tap reads before or after x. */
static void unfold_rows(const struct convolution *k, const struct var *x, int t, size_t size,
                        const char *from, char *to)
{
	const size_t width = (size_t)x->c * size, row = (size_t)k->kernel * width;

	for (int j = 0; j < k->kernel; j++) {
		const struct tap tap = tap_of(k, j, x->t, t);
		const size_t first = (size_t)tap.first * (size_t)x->n;
		const size_t last = (size_t)(tap.first + tap.count) * (size_t)x->n;
		const char *source = from + (size_t)tap.source * (size_t)x->n * width;
		char *target = to + (size_t)j * width;

		for (size_t r = 0; r < (size_t)t * (size_t)x->n; r++, target += row) {
			if (r < first || r >= last) {
				memset(target, 0, width);
				continue;
			}
			memcpy(target, source, width);
			source += width;
		}
	}
}

/* x as a matrix [t][n] x [kernel C], so that the convolution is one product. */
static struct operand unfold(struct tape *tape, const struct convolution *k, struct var *x, int t)
{
	const size_t elements = (size_t)t * (size_t)x->n * (size_t)k->kernel * (size_t)x->c;
	struct operand from = tape_operand(tape, x), to = { .stride = k->kernel * x->c };
	void *memory;

	if (k->kernel == 1 && !k->before && !k->after)
		return from;
	if (from.bfloat16) {
		to.bfloat16 = memory = tape_memory(tape, elements * sizeof *to.bfloat16);
		unfold_rows(k, x, t, sizeof *to.bfloat16, (const char *)from.bfloat16, memory);
	} else {
		to.x = memory = tape_memory(tape, elements * sizeof *to.x);
		unfold_rows(k, x, t, sizeof *to.x, (const char *)from.x, memory);
	}
	return to;
}

/* dx += W_j^T dy, tap by tap; first the one that reaches all of x, if there is one, which may
 * write. */
static void input_gradient(struct tape *tape, const struct var *y, struct operand dy, real beta,
                           real *dx)
{
	const struct convolution *k = y->aux;
	struct var *x = y->in[0], *w = y->in[1];
	const size_t n = (size_t)x->n;
	int whole = 0;

	while (whole < k->kernel && tap_of(k, whole, x->t, y->t).count < x->t)
		whole++;
	if (whole == k->kernel && beta == 0)
		tape->vector->fill(var_size(x), 0, dx);
	if (whole == k->kernel)
		beta = 1;
	for (int i = 0; i < k->kernel; i++) {
		const int j = (i + whole) % k->kernel;
		const struct tap tap = tap_of(k, j, x->t, y->t);
		const size_t from = (size_t)tap.first * n * (size_t)y->c;

		if (!tap.count)
			continue;
		tape_multiply(tape, PLAIN, PLAIN, tap.count * x->n, x->c, y->c, 1,
		              operand_at(dy, from),
		              operand_at(tape_operand(tape, w), (size_t)j * (size_t)x->c),
		              i ? 1 : beta, dx + (size_t)tap.source * n * (size_t)x->c, x->c);
	}
}

static void convolution_backward(struct tape *tape, struct var *y)
{
	const struct convolution *k = y->aux;
	struct var *x = y->in[0], *w = y->in[1], *b = y->in[2];
	real beta, dw_beta, *dw = tape_gradient_beta(tape, w, &dw_beta);
	real *dx = tape_gradient_beta(tape, x, &beta), *db = tape_gradient(tape, b);
	const size_t mark = tape->arena.used;
	const struct operand dy = tape_operand_of(tape, y->g, (size_t)var_rows(y), y->c);

	if (db)
		tape->vector->sum_rows((size_t)var_rows(y), (size_t)y->c, y->g, db);
	if (dw)
		tape_multiply(tape, TRANSPOSED, PLAIN, y->c, w->c, var_rows(y), 1, dy,
		              unfold(tape, k, x, y->t), dw_beta, dw, w->c);
	if (dx)
		input_gradient(tape, y, dy, beta, dx);
	tape->arena.used = mark;
}

static struct steps_read convolution_reads(const struct var *y, int input, const struct var *in,
                                           int t)
{
	const struct convolution *k = y->aux;
	const int first = t - k->before;
	int from = 0, to = k->kernel;

	(void)input;
	while (from < k->kernel && first + from * k->dilation < 0)
		from++;
	while (to > from && first + (to - 1) * k->dilation >= in->t)
		to--;
	return (struct steps_read){ first + from * k->dilation, to - from, k->dilation,
		                    k->kernel > 1 };
}

struct var *op_convolution(struct tape *tape, struct var *x, struct var *w, struct var *b,
                           struct convolution convolution)
{
	static const struct op op = { .name = "convolution",
		                      .backward = convolution_backward,
		                      .reads = convolution_reads };
	struct convolution *k = tape_memory(tape, sizeof *k);
	const int t = x->t + convolution.before + convolution.after -
	              (convolution.kernel - 1) * convolution.dilation;
	struct operand weight, unfolded;
	struct var *y;
	size_t mark;

	if (t < 1 || w->c != convolution.kernel * x->c || (b && b->c * b->n != w->n))
		panic("convolution: x [%d][%d][%d], kernel %d, %s [%d][%d]", x->t, x->n, x->c,
		      convolution.kernel, w->name ? w->name : "W", w->n, w->c);
	tape_enter(tape, &op);
	*k = convolution;
	y = tape_var(tape, &op, t, x->n, w->n);
	y->aux = k;
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, w);
	tape_input(tape, y, 2, b);
	tape_operand(tape, x); /* stays for backward, unlike what unfold makes */
	weight = tape_operand(tape, w);
	mark = tape->arena.used;
	unfolded = unfold(tape, k, x, t);
	if (!tape_frozen_product(tape, var_rows(y), unfolded.x, w,
	                         (struct packed_end){ .bias = b ? b->x : NULL }, y->x)) {
		tape_multiply(tape, PLAIN, TRANSPOSED, var_rows(y), y->c, w->c, 1, unfolded, weight,
		              0, y->x, y->c);
		if (b)
			tape->vector->add_rows((size_t)var_rows(y), (size_t)y->c, b->x, y->x);
	}
	tape->arena.used = mark;
	return tape_leave(tape, y);
}
