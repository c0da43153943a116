/* op_norm.c - normalisation of layers (Ba 2016), of their root mean square (Zhang and Sennrich
 * 2019) and of weights (Salimans and Kingma 2016). */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>

static const real RMS_NORM_EPSILON = (real)1e-6;

static void layer_norm_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0], *gain = y->in[1], *bias = y->in[2];
	const real *statistics = y->aux;
	const size_t c = (size_t)y->c;
	real *dx = tape_gradient(tape, x), *dgain = tape_gradient(tape, gain);
	real *dbias = tape_gradient(tape, bias);

	if (!dx)
		dx = tape_memory(tape, var_size(x) * sizeof(real));
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->layer_norm_backward(c, x->x + r * c, gain->x, statistics + 2 * r,
		                                  y->g + r * c, dx + r * c, dgain, dbias);
}

struct var *op_layer_norm(struct tape *tape, struct var *x, struct var *gain, struct var *bias)
{
	static const struct op op = { .name = "layer_norm", .backward = layer_norm_backward };
	const size_t c = (size_t)x->c, rows = (size_t)var_rows(x);
	struct var *y = tape_var(tape, &op, x->t, x->n, x->c);
	real *statistics = tape_memory(tape, 2 * rows * sizeof(real));

	tape_enter(tape, &op);
	if (gain->c != x->c || (bias && bias->c != x->c))
		panic("layer_norm: %d channels, %s of %d", x->c, gain->name ? gain->name : "gain",
		      gain->c);
	y->aux = statistics;
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, gain);
	tape_input(tape, y, 2, bias);
	for (size_t r = 0; r < rows; r++)
		tape->vector->layer_norm(c, LAYER_NORM_EPSILON, x->x + r * c, gain->x,
		                         bias ? bias->x : NULL, y->x + r * c, statistics + 2 * r);
	return tape_leave(tape, y);
}

static void rms_norm_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0], *gain = y->in[1];
	const real *inverse_root = y->aux;
	const size_t c = (size_t)y->c;
	real *dx = tape_gradient(tape, x), *dgain = tape_gradient(tape, gain);

	if (!dx)
		dx = tape_memory(tape, var_size(x) * sizeof(real));
	if (!dgain)
		dgain = tape_memory(tape, c * sizeof(real));
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->rms_norm_backward(c, x->x + r * c, gain->x, inverse_root[r],
		                                y->g + r * c, dx + r * c, dgain);
}

struct var *op_rms_norm(struct tape *tape, struct var *x, struct var *gain)
{
	static const struct op op = { .name = "rms_norm", .backward = rms_norm_backward };
	const size_t c = (size_t)x->c, rows = (size_t)var_rows(x);
	struct var *y = tape_var(tape, &op, x->t, x->n, x->c);
	real *inverse_root = tape_memory(tape, rows * sizeof(real));

	tape_enter(tape, &op);
	if (gain->c != x->c)
		panic("rms_norm: %d channels, %s of %d", x->c, gain->name ? gain->name : "gain",
		      gain->c);
	y->aux = inverse_root;
	tape_input(tape, y, 0, x);
	tape_input(tape, y, 1, gain);
	for (size_t r = 0; r < rows; r++)
		tape->vector->rms_norm(c, RMS_NORM_EPSILON, x->x + r * c, gain->x, y->x + r * c,
		                       inverse_root + r);
	return tape_leave(tape, y);
}

/* dgain[o] = dw[o] . v[o] / |v|;  dv[o] = gain / |v| (dw - dgain v / |v|). */
static void weight_norm_backward(struct tape *tape, struct var *y)
{
	struct var *v = y->in[0], *gain = y->in[1];
	const real *norm = y->aux;
	const size_t k = (size_t)v->c;
	real *dv = tape_gradient(tape, v), *dgain = tape_gradient(tape, gain);

	for (int o = 0; o < v->n; o++) {
		const real *vo = v->x + (size_t)o * k, *dw = y->g + (size_t)o * k;
		const real along = tape->vector->dot(k, dw, vo) / norm[o];

		if (dgain)
			dgain[o] += along;
		if (!dv)
			continue;
		tape->vector->accumulate(k, gain->x[o] / norm[o], dw, dv + (size_t)o * k);
		tape->vector->accumulate(k, -gain->x[o] * along / (norm[o] * norm[o]), vo,
		                         dv + (size_t)o * k);
	}
}

struct weight_norm {
	const struct vector_kernels *vector;
	const struct var *v, *gain;
	real *norm; /* [O] of v's rows; NULL: not wanted */
};

static void scale_rows(void *context, real *w)
{
	const struct weight_norm *n = context;
	const size_t k = (size_t)n->v->c;

	for (size_t o = 0; o < (size_t)n->v->n; o++) {
		const real *v = n->v->x + o * k;
		const real norm = (real)sqrt(n->vector->sum_squares(k, v));

		if (n->norm)
			n->norm[o] = norm;
		n->vector->scale(k, n->gain->x[o] / norm, v, w + o * k);
	}
}

/* w as a parameter of its own, whose gradient is kept where v's will be (normed_flow). */
static struct var *shared(struct tape *tape, const struct var *v, const struct normed_matrix *m)
{
	struct var *w = tape_wrap(tape, NULL, 1, v->n, v->c, m->w);

	w->name = v->name;
	w->parameter = true;
	w->bfloat16 = tape->bfloat16 ? m->bfloat16 : NULL;
	w->needs_gradient = v->needs_gradient;
	w->g = v->g;
	return w;
}

struct var *op_weight_norm(struct tape *tape, struct var *v, struct var *gain)
{
	static const struct op op = { .name = "weight_norm", .backward = weight_norm_backward };
	const struct normed_matrix *made = tape->normed ? normed_find(tape->normed, v->x) : NULL;
	struct weight_norm n = { tape->vector, v, gain, NULL };
	struct var *w;

	if (made)
		return shared(tape, v, made);
	tape_enter(tape, &op);
	if (gain->c != v->n)
		panic("weight_norm: %d rows, gain of %d", v->n, gain->c);
	if (tape->frozen) {
		w = tape_wrap(tape, &op, 1, v->n, v->c,
		              (real *)frozen_derive(tape->frozen, v->x, scale_rows, &n));
	} else {
		w = tape_var(tape, &op, 1, v->n, v->c);
		w->aux = n.norm = tape_memory(tape, (size_t)v->n * sizeof(real));
		scale_rows(&n, w->x);
	}
	w->name = v->name;
	tape_input(tape, w, 0, v);
	tape_input(tape, w, 1, gain);
	return tape_leave(tape, w);
}
