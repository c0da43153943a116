/* convolution_test.c - convolutions, plain and depthwise, give what their definitions give, however
 * short the sequence, and step by step. */
#include "core/error.h"
#include "core/ops.h"
#include "models/carry.h"
#include "tests/slopes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct shape {
	int kernel, dilation, t, n, c;
	int out;   /* op_convolution to so many channels; 0: op_light_convolution */
	int heads; /* light */
	bool causal, dynamic, lengths;
	double dropout;
};

static const struct shape shapes[] = {
	{ 1, 1, 4, 2, 3, .out = 5 },
	{ 3, 1, 7, 2, 3, .out = 4 },
	{ 3, 1, 1, 2, 3, .out = 4 },
	{ 4, 1, 7, 1, 2, .out = 3 },
	{ 3, 2, 9, 2, 3, .out = 4 },
	{ 3, 4, 5, 2, 3, .out = 4 },
	{ 5, 8, 3, 2, 2, .out = 2 },
	{ 2, 1, 6, 2, 3, .out = 4, .causal = true },
	{ 2, 8, 6, 2, 3, .out = 4, .causal = true },
	{ 3, 1, 6, 3, 16, .out = 32, .causal = true },
	{ 3, 2, 6, 2, 3, .out = 4, .causal = true },
	{ 3, 4, 17, 2, 3, .out = 4, .causal = true },
	{ 3, 8, 20, 2, 3, .out = 4, .causal = true },
	{ 3, 8, 4, 2, 3, .out = 4, .causal = true },
	{ 4, 2, 3, 2, 3, .out = 4, .causal = true },
	{ 4, 4, 15, 1, 3, .out = 4, .causal = true },
	{ 1, 1, 3, 2, 4, .heads = 2 },
	{ 3, 1, 7, 2, 8, .heads = 2 },
	{ 3, 1, 7, 2, 40, .heads = 1, .lengths = true },
	{ 7, 1, 4, 3, 7, .heads = 3, .lengths = true },
	{ 4, 2, 9, 2, 6, .heads = 6, .lengths = true },
	{ 3, 1, 7, 2, 70, .heads = 2, .causal = true },
	{ 4, 4, 6, 2, 6, .heads = 3, .causal = true, .lengths = true },
	{ 5, 1, 9, 2, 8, .heads = 2, .causal = true, .dropout = 0.4 },
	{ 3, 1, 7, 2, 8, .heads = 2, .dynamic = true },
	{ 3, 1, 1, 1, 8, .heads = 1, .dynamic = true },
	{ 3, 8, 5, 2, 34, .heads = 2, .dynamic = true, .lengths = true },
	{ 7, 1, 4, 3, 7, .heads = 3, .dynamic = true, .lengths = true },
	{ 4, 1, 8, 2, 6, .heads = 1, .causal = true, .dynamic = true },
	{ 3, 2, 9, 2, 8, .heads = 4, .causal = true, .dynamic = true, .dropout = 0.3 },
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* What a convolution is given, and the gradient of the loss to its result. */
struct problem {
	struct shape shape;
	struct convolution over;
	struct tape tape;
	struct parameters parameters;
	real nothing; /* there are no parameters: their gradient */
	struct var *x, *w, *b;
	int length[4];
};

static double made_up(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (double)(*state >> 8) / (1 << 24) * 2 - 1;
}

static struct var *input(struct problem *p, int t, int n, int c, unsigned seed)
{
	struct var *v = tape_var(&p->tape, NULL, t, n, c);

	for (size_t i = 0; i < var_size(v); i++)
		v->x[i] = (real)made_up(&seed);
	v->needs_gradient = true;
	return v;
}

static void open_problem(struct problem *p, struct shape s)
{
	const int past = (s.kernel - 1) * s.dilation, before = s.causal ? past : past / 2;

	*p = (struct problem){ .shape = s };
	p->over =
		(struct convolution){ s.kernel, s.dilation, before, s.causal ? 0 : past - before };
	tape_init(&p->tape);
	tape_begin(&p->tape, &p->parameters, &p->nothing, s.dropout > 0, 77);
	slopes_dirty(&p->tape);
	p->x = input(p, s.t, s.n, s.c, 1);
	if (s.out) {
		p->w = input(p, 1, s.out, s.kernel * s.c, 2);
		p->b = input(p, 1, 1, s.out, 3);
	} else if (s.dynamic) {
		p->w = input(p, s.t, s.n, s.heads * s.kernel, 2);
	} else {
		p->w = input(p, 1, s.heads, s.kernel, 2);
	}
	for (int i = 0; i < s.n; i++)
		p->length[i] = s.lengths ? s.t - i * 2 % s.t : s.t;
}

static void close_problem(struct problem *p)
{
	tape_free(&p->tape);
	parameters_free(&p->parameters);
}

static struct var *convolve(struct problem *p, struct var *x, struct var *w,
                            struct convolution over)
{
	const struct light_convolution how = { over, p->shape.heads,
		                               p->shape.lengths ? p->length : NULL,
		                               p->shape.dropout };

	p->tape.dropouts = 0;
	return p->shape.out ? op_convolution(&p->tape, x, w, p->b, over)
	                    : op_light_convolution(&p->tape, x, w, how);
}

static double loss(const struct var *y)
{
	unsigned seed = 9;
	double total = 0;

	for (size_t i = 0; i < var_size(y); i++)
		total += (double)y->x[i] * made_up(&seed);
	return total;
}

/* Weight j of a head for row r, normalised; the definition. */
static double light_weight(const struct problem *p, int r, int head, int j)
{
	const int k = p->shape.kernel, row = p->shape.dynamic ? r * p->shape.heads : 0;
	const real *w = p->w->x + (row + head) * k;
	double sum = 0;

	for (int i = 0; i < k; i++)
		sum += exp((double)w[i]);
	return exp((double)w[j]) / sum;
}

static double defined(const struct problem *p, int t, int n, int o)
{
	const struct shape *s = &p->shape;
	double y = s->out ? (double)p->b->x[o] : 0;

	for (int j = 0; j < s->kernel; j++) {
		const int step = t + j * s->dilation - p->over.before;

		if (step < 0 || step >= p->length[n])
			continue;
		for (int c = 0; s->out && c < s->c; c++)
			y += (double)p->w->x[(o * s->kernel + j) * s->c + c] *
			     (double)p->x->x[(step * s->n + n) * s->c + c];
		if (!s->out)
			y += light_weight(p, t * s->n + n, o * s->heads / s->c, j) *
			     (double)p->x->x[(step * s->n + n) * s->c + o];
	}
	return y;
}

static void convolutions_are_as_defined(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		const double tolerance = sizeof(real) == sizeof(double) ? 1e-12 : 2e-5;
		struct shape s = shapes[i];
		struct problem p;
		struct var *y;

		s.dropout = 0;
		open_problem(&p, s);
		y = convolve(&p, p.x, p.w, p.over);
		assert_int_equal(y->t, s.t);
		for (int t = 0; t < y->t; t++)
			for (int r = 0; r < y->n * y->c; r++) {
				const double is = (double)y->x[t * y->n * y->c + r];
				const double expected = defined(&p, t, r / y->c, r % y->c);

				if (!(fabs(is - expected) < tolerance))
					fail_msg("shape %d, step %d, %d: %g instead of %g", i, t, r,
					         is, expected);
			}
		close_problem(&p);
	}
}

static void check_slopes(struct problem *p, int shape, const char *name, struct var *v)
{
	const real step = (real)1e-5;

	for (size_t i = 0; v && i < var_size(v); i++) {
		const real middle = v->x[i];
		double above, slope;

		v->x[i] = middle + step;
		above = loss(convolve(p, p->x, p->w, p->over));
		v->x[i] = middle - step;
		slope = (above - loss(convolve(p, p->x, p->w, p->over))) / (2 * (double)step);
		v->x[i] = middle;
		if (!(fabs(slope - (double)v->g[i]) < 1e-7))
			fail_msg("shape %d: gradient %zu of %s is %.10g instead of %.10g", shape, i,
			         name, (double)v->g[i], slope);
	}
}

static void flow(struct problem *p, struct var *y)
{
	real *g = tape_gradient(&p->tape, y);
	unsigned seed = 9;

	for (size_t i = 0; i < var_size(y); i++)
		g[i] = (real)made_up(&seed);
	tape_flow(&p->tape);
}

/* Each gradient is asked for twice: it is added to what is there. */
static void gradients_are_the_slopes(void **state)
{
	(void)state;
	if (sizeof(real) < sizeof(double)) {
		print_message("skipped: finite differences need -DBAKEOFF_DOUBLE\n");
		skip();
	}
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		struct var *all[3];

		open_problem(&p, shapes[i]);
		flow(&p, convolve(&p, p.x, p.w, p.over));
		flow(&p, convolve(&p, p.x, p.w, p.over));
		memcpy(all, (struct var *[]){ p.x, p.w, p.b }, sizeof all);
		for (int v = 0; v < 3 && all[v]; v++)
			for (size_t j = 0; j < var_size(all[v]); j++)
				all[v]->g[j] /= 2;
		check_slopes(&p, i, "x", p.x);
		check_slopes(&p, i, "w", p.w);
		check_slopes(&p, i, "b", p.b);
		close_problem(&p);
	}
}

/* What one step is given of a sequence. */
static struct var *step_of(struct problem *p, struct var *v, int t, int steps)
{
	const size_t step = (size_t)v->n * (size_t)v->c;

	return tape_wrap(&p->tape, NULL, steps, v->n, v->c, v->x + (size_t)t * step);
}

static void steps_give_what_the_sequence_gives(void **state)
{
	const double tolerance = sizeof(real) == sizeof(double) ? 1e-13 : 1e-5;

	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct shape s = shapes[i];
		struct carry carry = { 0 };
		struct problem p;
		struct var *all;

		if (!s.causal)
			continue;
		s.dropout = 0;
		s.lengths = false;
		open_problem(&p, s);
		all = convolve(&p, p.x, p.w, p.over);
		carry_begin(&carry, s.n);
		for (int t = 0, steps; t < s.t; t += steps) { /* a prefix of two, then one by one */
			const int past = (s.kernel - 1) * s.dilation;
			const size_t first = (size_t)(t * all->n * all->c);
			struct convolution over = p.over;
			struct slice seen;
			struct var *y;

			steps = t == 0 && s.t > 1 ? 2 : 1;
			carry_rewind(&carry);
			seen = carry_extend(&p.tape, &carry, slice_all(step_of(&p, p.x, t, steps)),
			                    past);
			over.before = past - (seen.v->t - steps);
			y = convolve(&p, seen.v, s.dynamic ? step_of(&p, p.w, t, steps) : p.w,
			             over);
			carry_advance(&carry, steps);
			assert_int_equal(y->t, steps);
			for (size_t j = 0; j < var_size(y); j++)
				if (!(fabs((double)(y->x[j] - all->x[first + j])) <= tolerance))
					fail_msg("shape %d, from step %d on: %g instead of %g", i,
					         t, (double)y->x[j], (double)all->x[first + j]);
		}
		carry_free(&carry);
		close_problem(&p);
	}
}

static void padding_changes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem p;
		struct var *y;

		if (!shapes[i].lengths)
			continue;
		open_problem(&p, shapes[i]);
		for (int t = 0; t < p.x->t; t++)
			for (int n = 0; n < p.x->n; n++)
				for (int c = 0; t >= p.length[n] && c < p.x->c; c++)
					p.x->x[(t * p.x->n + n) * p.x->c + c] = (real)NAN;
		y = convolve(&p, p.x, p.w, p.over);
		for (size_t j = 0; j < var_size(y); j++)
			assert_true(isfinite(y->x[j]));
		flow(&p, y);
		for (size_t j = 0; j < var_size(p.w); j++)
			assert_true(isfinite(p.w->g[j]));
		for (size_t j = 0; j < var_size(p.x); j++)
			assert_true(isnan(p.x->x[j]) ? p.x->g[j] == 0 : isfinite(p.x->g[j]));
		close_problem(&p);
	}
}

static void every_set_of_kernels_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct problem first, p;
		struct var *expected, *y;

		if (shapes[i].out)
			continue;
		open_problem(&first, shapes[i]);
		first.tape.vector = vector_kernels_available(0);
		flow(&first, expected = convolve(&first, first.x, first.w, first.over));
		for (int set = 1; vector_kernels_available(set); set++) {
			open_problem(&p, shapes[i]);
			p.tape.vector = vector_kernels_available(set);
			flow(&p, y = convolve(&p, p.x, p.w, p.over));
			assert_memory_equal(y->x, expected->x, var_size(y) * sizeof(real));
			assert_memory_equal(p.x->g, first.x->g, var_size(p.x) * sizeof(real));
			assert_memory_equal(p.w->g, first.w->g, var_size(p.w) * sizeof(real));
			close_problem(&p);
		}
		close_problem(&first);
	}
}

/* Weights are dropped one by one, what stays grows by 1 / (1 - p); without training none is. */
static void dropout_is_of_single_weights(void **state)
{
	const struct shape s = { 5, 1, 6, 2, 4, .heads = 4, .dynamic = true, .dropout = 0.5 };
	size_t zeros = 0, doubles = 0;
	struct problem p;
	struct var *y;

	(void)state;
	open_problem(&p, s);
	for (size_t i = 0; i < var_size(p.w); i++)
		p.w->x[i] = i % 5 == 2 ? 1000 : 0; /* the middle tap alone */
	y = convolve(&p, p.x, p.w, p.over);
	for (size_t i = 0; i < var_size(y); i++) {
		zeros += y->x[i] == 0;
		doubles += fabs((double)(y->x[i] - 2 * p.x->x[i])) < 1e-6;
	}
	assert_int_equal(zeros + doubles, var_size(y));
	assert_in_range(zeros, 12, 36);
	p.tape.training = false;
	y = convolve(&p, p.x, p.w, p.over);
	for (size_t i = 0; i < var_size(y); i++)
		assert_true(fabs((double)(y->x[i] - p.x->x[i])) < 1e-6);
	close_problem(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convolutions_are_as_defined),
		cmocka_unit_test(gradients_are_the_slopes),
		cmocka_unit_test(steps_give_what_the_sequence_gives),
		cmocka_unit_test(padding_changes_nothing),
		cmocka_unit_test(every_set_of_kernels_gives_the_same_bits),
		cmocka_unit_test(dropout_is_of_single_weights),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("convolution", tests, NULL, NULL);
}
