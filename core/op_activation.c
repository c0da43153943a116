/* op_activation.c - activations, elementwise and gated. */
#include "core/error.h"
#include "core/ops.h"

#include <math.h>
#include <string.h>

static void gelu(size_t n, const real *x, real *y)
{
	for (size_t i = 0; i < n; i++) {
#ifdef BAKEOFF_DOUBLE
		y[i] = 0.5 * x[i] * (1 + erf(x[i] * M_SQRT1_2));
#else
		y[i] = 0.5f * x[i] * (1 + erff(x[i] * (float)M_SQRT1_2));
#endif
	}
}

static void gelu_backward(size_t n, const real *x, const real *dy, real *dx)
{
	for (size_t i = 0; i < n; i++) {
		const double z = (double)x[i];
		const double cumulative = 0.5 * (1 + erf(z * M_SQRT1_2));
		const double density = exp(-0.5 * z * z) * 0.5 * M_SQRT1_2 * M_2_SQRTPI;

		dx[i] += (real)((double)dy[i] * (cumulative + z * density));
	}
}

static void activate(const struct tape *tape, enum activation kind, size_t n, const real *x,
                     real *y)
{
	switch (kind) {
	case ACTIVATION_NONE:
		if (x != y)
			memcpy(y, x, n * sizeof *y);
		break;
	case ACTIVATION_RELU:
		tape->vector->relu(n, x, y);
		break;
	case ACTIVATION_TANH:
		tape->vector->tanh(n, x, y);
		break;
	case ACTIVATION_SIGMOID:
		tape->vector->sigmoid(n, x, y);
		break;
	case ACTIVATION_GELU:
		gelu(n, x, y);
		break;
	case ACTIVATION_GELU_TANH:
		tape->vector->gelu_tanh(n, x, y);
		break;
	case ACTIVATION_SWISH:
		tape->vector->swish(n, x, y);
		break;
	}
}

/* dx += dy f'(x), from y = f(x) where that is enough, else from x. */
static void activate_backward(const struct tape *tape, enum activation kind, size_t n,
                              const real *x, const real *y, const real *dy, real *dx)
{
	switch (kind) {
	case ACTIVATION_NONE:
		tape->vector->accumulate(n, 1, dy, dx);
		break;
	case ACTIVATION_RELU:
		tape->vector->relu_backward(n, y, dy, dx);
		break;
	case ACTIVATION_TANH:
		tape->vector->tanh_backward(n, y, dy, dx);
		break;
	case ACTIVATION_SIGMOID:
		tape->vector->sigmoid_backward(n, y, dy, dx);
		break;
	case ACTIVATION_GELU:
		gelu_backward(n, x, dy, dx);
		break;
	case ACTIVATION_GELU_TANH:
		tape->vector->gelu_tanh_backward(n, x, dy, dx);
		break;
	case ACTIVATION_SWISH:
		tape->vector->swish_backward(n, x, dy, dx);
		break;
	}
}

static void activation_backward(struct tape *tape, struct var *y)
{
	const enum activation kind = *(const enum activation *)y->aux;
	real *dx = tape_gradient(tape, y->in[0]);

	if (dx)
		activate_backward(tape, kind, var_size(y), y->in[0]->x, y->x, y->g, dx);
}

struct var *op_activation(struct tape *tape, struct var *x, enum activation kind)
{
	static const struct op op = { .name = "activation",
		                      .backward = activation_backward,
		                      .reads_result = true };
	struct var *y = tape_var(tape, &op, x->t, x->n, x->c);
	enum activation *aux = tape_memory(tape, sizeof *aux);

	tape_enter(tape, &op);
	*aux = kind;
	y->aux = aux;
	tape_input(tape, y, 0, x);
	activate(tape, kind, var_size(x), x->x, y->x);
	return tape_leave(tape, y);
}

static void glu_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0];
	const size_t c = (size_t)y->c;

	if (!x->needs_gradient)
		return;
	if (x->g)
		panic("glu: its input is read by another operation too");
	x->g = x->x;
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->glu_backward(c, x->x + 2 * r * c, x->x + (2 * r + 1) * c,
		                           y->g + r * c, x->x + 2 * r * c);
}

struct var *op_glu(struct tape *tape, struct var *x)
{
	static const struct op op = { .name = "glu", .backward = glu_backward };
	const size_t c = (size_t)x->c / 2;
	struct var *y;

	tape_enter(tape, &op);
	if (x->c % 2)
		panic("glu: %d channels cannot be halved", x->c);
	if (x->readers || (x->op && x->op->reads_result))
		panic("glu: its input is read by another operation too");
	y = tape_var(tape, &op, x->t, x->n, (int)c);
	tape_input(tape, y, 0, x);
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->glu(c, x->x + 2 * r * c, x->x + (2 * r + 1) * c, y->x + r * c);
	return tape_leave(tape, y);
}

static void swiglu_backward(struct tape *tape, struct var *y)
{
	struct var *x = y->in[0];
	const size_t c = (size_t)y->c;
	real beta, *dx = tape_gradient_beta(tape, x, &beta);

	if (!dx)
		return;
	if (beta != 0)
		panic("swiglu: its input is read by another operation too");
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->swiglu_backward(c, x->x + 2 * r * c, y->g + r * c, dx + 2 * r * c);
}

struct var *op_swiglu(struct tape *tape, struct var *x)
{
	static const struct op op = { .name = "swiglu", .backward = swiglu_backward };
	const size_t c = (size_t)x->c / 2;
	struct var *y;

	tape_enter(tape, &op);
	if (x->c % 2)
		panic("swiglu: %d channels cannot be halved", x->c);
	y = tape_var(tape, &op, x->t, x->n, (int)c);
	tape_input(tape, y, 0, x);
	for (size_t r = 0; r < (size_t)var_rows(y); r++)
		tape->vector->swiglu(c, x->x + 2 * r * c, y->x + r * c);
	return tape_leave(tape, y);
}
