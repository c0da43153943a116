/* vector_gradient_test.c - the backward kernels against finite differences of the forward ones. */
#include "core/vector.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static double uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) * 0x1p-53;
}

/* A loss of `inputs` times n numbers x, with weights w, and its gradient by the backward kernel. */
struct gradient_case {
	const char *name;
	size_t inputs;
	double (*loss)(size_t n, const real *x, const real *w);
	void (*gradient)(size_t n, const real *x, const real *w, real *dx); /* dx is zero before */
};

enum { SMALL = 21, MOST_INPUTS = 8 };

static double weighted(size_t n, const real *y, const real *w)
{
	double total = 0;

	for (size_t i = 0; i < n; i++)
		total += (double)y[i] * (double)w[i];
	return total;
}

static double loss_relu(size_t n, const real *x, const real *w)
{
	real y[SMALL];

	vector_kernels()->relu(n, x, y);
	return weighted(n, y, w);
}

static void gradient_relu(size_t n, const real *x, const real *w, real *dx)
{
	real y[SMALL];

	vector_kernels()->relu(n, x, y);
	vector_kernels()->relu_backward(n, y, w, dx);
}

static double loss_tanh(size_t n, const real *x, const real *w)
{
	real y[SMALL];

	vector_kernels()->tanh(n, x, y);
	return weighted(n, y, w);
}

static void gradient_tanh(size_t n, const real *x, const real *w, real *dx)
{
	real y[SMALL];

	vector_kernels()->tanh(n, x, y);
	vector_kernels()->tanh_backward(n, y, w, dx);
}

static double loss_sigmoid(size_t n, const real *x, const real *w)
{
	real y[SMALL];

	vector_kernels()->sigmoid(n, x, y);
	return weighted(n, y, w);
}

static void gradient_sigmoid(size_t n, const real *x, const real *w, real *dx)
{
	real y[SMALL];

	vector_kernels()->sigmoid(n, x, y);
	vector_kernels()->sigmoid_backward(n, y, w, dx);
}

static double loss_swish(size_t n, const real *x, const real *w)
{
	real y[SMALL];

	vector_kernels()->swish(n, x, y);
	return weighted(n, y, w);
}

static void gradient_swish(size_t n, const real *x, const real *w, real *dx)
{
	vector_kernels()->swish_backward(n, x, w, dx);
}

static double loss_gelu_tanh(size_t n, const real *x, const real *w)
{
	real y[SMALL];

	vector_kernels()->gelu_tanh(n, x, y);
	return weighted(n, y, w);
}

static void gradient_gelu_tanh(size_t n, const real *x, const real *w, real *dx)
{
	vector_kernels()->gelu_tanh_backward(n, x, w, dx);
}

static double loss_glu(size_t n, const real *x, const real *w)
{
	real y[SMALL], gate[SMALL];

	vector_kernels()->glu(n, x, gate, y);
	return weighted(n, y, w);
}

static void gradient_glu(size_t n, const real *x, const real *w, real *dx)
{
	real y[SMALL], gate[SMALL];

	vector_kernels()->glu(n, x, gate, y);
	vector_kernels()->glu_backward(n, x, gate, w, dx);
}

static double loss_swiglu(size_t n, const real *x, const real *w)
{
	real y[SMALL];

	vector_kernels()->swiglu(n, x, y);
	return weighted(n, y, w);
}

static void gradient_swiglu(size_t n, const real *x, const real *w, real *dx)
{
	vector_kernels()->swiglu_backward(n, x, w, dx);
}

/* Cross-entropy of a target that gives each word 0.01 and no word more: what exp_sum and scale_add are
 * for. */
static double loss_cross_entropy(size_t n, const real *x, const real *w)
{
	real top, sum = vector_kernels()->exp_total(n, x, &top);
	double total = 3 * ((double)top + log((double)sum));

	(void)w;
	for (size_t i = 0; i < n; i++)
		total -= 3 * 0.01 * (double)x[i];
	return total;
}

static void gradient_cross_entropy(size_t n, const real *x, const real *w, real *dx)
{
	double total;
	real top, sum;

	(void)w;
	memcpy(dx, x, n * sizeof(real));
	sum = vector_kernels()->exp_sum(n, dx, &top, &total);
	vector_kernels()->scale_add(n, 3 / sum, (real)-0.03, dx, dx);
}

/* x, gain, bias */
static double loss_layer_norm(size_t n, const real *x, const real *w)
{
	real y[SMALL], statistics[2];

	vector_kernels()->layer_norm(n, (real)0.01, x, x + n, x + 2 * n, y, statistics);
	return weighted(n, y, w);
}

static void gradient_layer_norm(size_t n, const real *x, const real *w, real *dx)
{
	real y[SMALL], statistics[2];

	vector_kernels()->layer_norm(n, (real)0.01, x, x + n, x + 2 * n, y, statistics);
	vector_kernels()->layer_norm_backward(n, x, x + n, statistics, w, dx, dx + n, dx + 2 * n);
}

/* x, gain */
static double loss_rms_norm(size_t n, const real *x, const real *w)
{
	real y[SMALL], inverse_root;

	vector_kernels()->rms_norm(n, (real)0.01, x, x + n, y, &inverse_root);
	return weighted(n, y, w);
}

static void gradient_rms_norm(size_t n, const real *x, const real *w, real *dx)
{
	real y[SMALL], inverse_root;

	vector_kernels()->rms_norm(n, (real)0.01, x, x + n, y, &inverse_root);
	vector_kernels()->rms_norm_backward(n, x, x + n, inverse_root, w, dx, dx + n);
}

/* gates, c_previous; the loss is of h and c */
static double loss_lstm(size_t n, const real *x, const real *w)
{
	real gates[4 * SMALL], c[SMALL], tanh_c[SMALL], h[SMALL];

	memcpy(gates, x, 4 * n * sizeof(real));
	vector_kernels()->lstm(n, gates, x + 4 * n, c, tanh_c, h);
	return weighted(n, h, w) + weighted(n, c, w + n);
}

static void gradient_lstm(size_t n, const real *x, const real *w, real *dx)
{
	real c[SMALL], tanh_c[SMALL], h[SMALL];

	memcpy(dx, x, 4 * n * sizeof(real));
	memcpy(dx + 4 * n, w + n, n * sizeof(real));
	vector_kernels()->lstm(n, dx, x + 4 * n, c, tanh_c, h);
	vector_kernels()->lstm_backward(n, dx, x + 4 * n, tanh_c, w, dx + 4 * n, dx);
}

/* gates, c_previous, peepholes; c is not normalised */
static double loss_peephole(size_t n, const real *x, const real *w)
{
	real gates[4 * SMALL], c[SMALL], tanh_c[SMALL], h[SMALL];

	memcpy(gates, x, 4 * n * sizeof(real));
	vector_kernels()->lstm_state(n, gates, x + 5 * n, x + 4 * n, c);
	memcpy(tanh_c, c, n * sizeof(real));
	vector_kernels()->lstm_output(n, gates, x + 5 * n, c, tanh_c, h);
	return weighted(n, h, w) + weighted(n, c, w + n);
}

static void gradient_peephole(size_t n, const real *x, const real *w, real *dx)
{
	const struct vector_kernels *k = vector_kernels();
	real c[SMALL], tanh_c[SMALL], h[SMALL], dtanh_c[SMALL], *dc = dx + 4 * n;

	memcpy(dx, x, 4 * n * sizeof(real));
	memcpy(dc, w + n, n * sizeof(real));
	k->lstm_state(n, dx, x + 5 * n, x + 4 * n, c);
	memcpy(tanh_c, c, n * sizeof(real));
	k->lstm_output(n, dx, x + 5 * n, c, tanh_c, h);
	k->lstm_output_backward(n, dx, x + 5 * n, c, tanh_c, w, dc, dtanh_c, dx + 5 * n);
	k->accumulate(n, 1, dtanh_c, dc);
	k->lstm_state_backward(n, dx, x + 5 * n, x + 4 * n, dc, dx + 5 * n);
}

/* gates, sums, h_previous */
static double loss_gru(size_t n, const real *x, const real *w)
{
	real gates[3 * SMALL], h[SMALL];

	memcpy(gates, x, 3 * n * sizeof(real));
	vector_kernels()->gru(n, gates, x + 3 * n, x + 6 * n, h);
	return weighted(n, h, w);
}

static void gradient_gru(size_t n, const real *x, const real *w, real *dx)
{
	real h[SMALL];

	memcpy(dx, x, 6 * n * sizeof(real));
	memcpy(dx + 6 * n, w, n * sizeof(real));
	vector_kernels()->gru(n, dx, x + 3 * n, x + 6 * n, h);
	vector_kernels()->gru_backward(n, dx, dx + 3 * n, x + 6 * n, dx + 6 * n);
}

static const struct gradient_case gradients[] = {
	{ "relu", 1, loss_relu, gradient_relu },
	{ "tanh", 1, loss_tanh, gradient_tanh },
	{ "sigmoid", 1, loss_sigmoid, gradient_sigmoid },
	{ "swish", 1, loss_swish, gradient_swish },
	{ "gelu_tanh", 1, loss_gelu_tanh, gradient_gelu_tanh },
	{ "swiglu", 2, loss_swiglu, gradient_swiglu },
	{ "glu", 2, loss_glu, gradient_glu },
	{ "cross-entropy", 1, loss_cross_entropy, gradient_cross_entropy },
	{ "layer norm", 3, loss_layer_norm, gradient_layer_norm },
	{ "rms norm", 2, loss_rms_norm, gradient_rms_norm },
	{ "lstm", 5, loss_lstm, gradient_lstm },
	{ "lstm with peepholes", 8, loss_peephole, gradient_peephole },
	{ "gru", 7, loss_gru, gradient_gru },
};

static void test_gradients_match_finite_differences(void **state)
{
	const real little = (real)1e-5;

	(void)state;
	if (sizeof(real) < sizeof(double)) {
		print_message("skipped: finite differences need -DBAKEOFF_DOUBLE\n");
		skip();
	}
	for (size_t g = 0; g < LENGTH(gradients); g++) {
		const struct gradient_case *c = &gradients[g];
		real x[MOST_INPUTS * SMALL], w[2 * SMALL], dx[MOST_INPUTS * SMALL] = { 0 };
		uint64_t seed = g;

		for (int i = 0; i < MOST_INPUTS * SMALL; i++)
			x[i] = (real)(4 * uniform(&seed) - 2);
		for (int i = 0; i < 2 * SMALL; i++)
			w[i] = (real)(4 * uniform(&seed) - 2);
		c->gradient(SMALL, x, w, dx);
		for (size_t i = 0; i < c->inputs * SMALL; i++) {
			real middle = x[i];

			x[i] = middle + little;
			double above = c->loss(SMALL, x, w);
			x[i] = middle - little;
			double below = c->loss(SMALL, x, w);
			x[i] = middle;
			double slope = (above - below) / (2 * (double)little);
			if (!(fabs(slope - (double)dx[i]) < 1e-8))
				fail_msg("%s: gradient %zu is %.12g instead of %.12g", c->name, i,
				         (double)dx[i], slope);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gradients_match_finite_differences),
	};

	return cmocka_run_group_tests_name("vector gradients", tests, NULL, NULL);
}
