/* vector_kernels_test.c - every kernel: the same bits from every set, the formula, work in place.
 */
#include "core/error.h"
#include "core/vector.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Each case works on eight arrays of 4n numbers in [-2, 2]; x[6] is positive. */
enum { ARRAYS = 8, LONGEST = 8000, GUARD = 32, ROOM = 4 * LONGEST + 2 * GUARD };

struct arrays {
	real *x[ARRAYS];
	double result; /* of kernels that return something */
};

static struct arrays arrays_new(void)
{
	struct arrays a = { .result = 0 };

	for (int i = 0; i < ARRAYS; i++)
		a.x[i] = memory_new(ROOM, sizeof(real));
	return a;
}

static void arrays_free(struct arrays *a)
{
	for (int i = 0; i < ARRAYS; i++)
		free(a->x[i]);
}

static double uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) * 0x1p-53;
}

static void arrays_fill(struct arrays *a, size_t n)
{
	uint64_t seed = n;

	for (int i = 0; i < ARRAYS; i++)
		for (size_t j = 0; j < 4 * n + 2 * GUARD; j++) {
			double value = 4 * uniform(&seed) - 2;

			a->x[i][j] = (real)(i == 6 ? fabs(value) : value);
		}
	a->result = 0;
}

/* The kernel under test, and what it computes, in double, by the formula. */
typedef double run(const struct vector_kernels *k, size_t n, real **x);
typedef double formula(size_t n, double **x);

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static double swish_slope(double x)
{
	return sigmoid(x) * (1 + x * (1 - sigmoid(x)));
}

static double gelu_inner(double x)
{
	return sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
}

static double gelu_slope(double x)
{
	double t = tanh(gelu_inner(x));

	return (1 + t) / 2 + x / 2 * (1 - t * t) * sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
}

#define RUN(name, call)                                                                            \
	static double run_##name(const struct vector_kernels *k, size_t n, real **x)               \
	{                                                                                          \
		call;                                                                              \
		return 0;                                                                          \
	}
#define RUN_RESULT(name, call)                                                                     \
	static double run_##name(const struct vector_kernels *k, size_t n, real **x)               \
	{                                                                                          \
		return (double)call;                                                               \
	}
#define FORMULA(name, statement)                                                                   \
	static double formula_##name(size_t n, double **x)                                         \
	{                                                                                          \
		for (size_t i = 0; i < n; i++)                                                     \
			statement;                                                                 \
		return 0;                                                                          \
	}
#define FORMULA_RESULT(name, statement)                                                            \
	static double formula_##name(size_t n, double **x)                                         \
	{                                                                                          \
		double y = 0;                                                                      \
                                                                                                   \
		for (size_t i = 0; i < n; i++)                                                     \
			statement;                                                                 \
		return y;                                                                          \
	}

RUN(tanh, k->tanh(n, x[0], x[1]))
FORMULA(tanh, x[1][i] = tanh(x[0][i]))
RUN(sigmoid, k->sigmoid(n, x[0], x[1]))
FORMULA(sigmoid, x[1][i] = sigmoid(x[0][i]))
RUN(fill, k->fill(n, (real)1.5, x[1]))
FORMULA(fill, x[1][i] = 1.5)
RUN(add, k->add(n, (real)0.75, x[0], x[1], x[2]))
FORMULA(add, x[2][i] = 0.75 * (x[0][i] + x[1][i]))
RUN(accumulate, k->accumulate(n, (real)0.75, x[0], x[1]))
FORMULA(accumulate, x[1][i] += 0.75 * x[0][i])
RUN(scale, k->scale(n, (real)0.75, x[0], x[1]))
FORMULA(scale, x[1][i] = 0.75 * x[0][i])
RUN(add_rows, k->add_rows(3, n, x[0], x[1]))
FORMULA(add_rows, for (size_t r = 0; r < 3; r++) x[1][r * n + i] += x[0][i])
RUN(sum_rows, k->sum_rows(3, n, x[0], x[1]))
FORMULA(sum_rows, x[1][i] += x[0][i] + x[0][n + i] + x[0][2 * n + i])
/* 11 rows of n / 3 */
RUN(sum_many_rows, k->sum_rows(11, n / 3, x[0], x[1]))
FORMULA(sum_many_rows,
        for (size_t r = 0; r < 11; r++) x[1][i] += i < n / 3 ? x[0][r * (n / 3) + i] : 0)
RUN_RESULT(dot, k->dot(n, x[0], x[1]))
FORMULA_RESULT(dot, y += x[0][i] * x[1][i])
FORMULA_RESULT(sum, y += x[0][i])
RUN_RESULT(sum_squares, k->sum_squares(n, x[0]))
FORMULA_RESULT(sum_squares, y += x[0][i] * x[0][i])
RUN(relu, k->relu(n, x[0], x[1]))
FORMULA(relu, x[1][i] = fmax(x[0][i], 0))
RUN(relu_backward, k->relu_backward(n, x[0], x[1], x[2]))
FORMULA(relu_backward, x[2][i] += x[0][i] > 0 ? x[1][i] : 0)
RUN(tanh_backward, k->tanh_backward(n, x[0], x[1], x[2]))
FORMULA(tanh_backward, x[2][i] += x[1][i] * (1 - x[0][i] * x[0][i]))
RUN(sigmoid_backward, k->sigmoid_backward(n, x[0], x[1], x[2]))
FORMULA(sigmoid_backward, x[2][i] += x[1][i] * x[0][i] * (1 - x[0][i]))
RUN(swish, k->swish(n, x[0], x[1]))
FORMULA(swish, x[1][i] = x[0][i] * sigmoid(x[0][i]))
RUN(swish_backward, k->swish_backward(n, x[0], x[1], x[2]))
FORMULA(swish_backward, x[2][i] += x[1][i] * swish_slope(x[0][i]))
RUN(gelu_tanh, k->gelu_tanh(n, x[0], x[1]))
FORMULA(gelu_tanh, x[1][i] = x[0][i] / 2 * (1 + tanh(gelu_inner(x[0][i]))))
RUN(gelu_tanh_backward, k->gelu_tanh_backward(n, x[0], x[1], x[2]))
FORMULA(gelu_tanh_backward, x[2][i] += x[1][i] * gelu_slope(x[0][i]))
RUN(swiglu, k->swiglu(n, x[0], x[1]))
FORMULA(swiglu, x[1][i] = x[0][i] * sigmoid(x[0][i]) * x[0][n + i])
RUN(swiglu_backward, k->swiglu_backward(n, x[0], x[1], x[2]))
FORMULA(swiglu_backward, (x[2][i] = x[1][i] * x[0][n + i] * swish_slope(x[0][i]),
                          x[2][n + i] = x[1][i] * x[0][i] * sigmoid(x[0][i])))
RUN(glu, k->glu(n, x[0], x[1], x[2]))
FORMULA(glu, (x[1][i] = sigmoid(x[0][n + i]), x[2][i] = x[0][i] * x[1][i]))
RUN(glu_backward, k->glu_backward(n, x[0], x[1], x[2], x[3]))
FORMULA(glu_backward,
        (x[3][i] = x[2][i] * x[1][i], x[3][n + i] = x[2][i] * x[0][i] * x[1][i] * (1 - x[1][i])))
RUN(softmax, k->softmax(n, (real)1.5, x[0]))
RUN(softmax_negative, k->softmax(n, (real)-1.5, x[0]))
RUN(scale_add, k->scale_add(n, (real)0.75, (real)0.125, x[0], x[1]))
FORMULA(scale_add, x[1][i] = 0.75 * x[0][i] + 0.125)
RUN(add_rows_relu, k->add_rows_relu(3, n, x[0], x[1]))
FORMULA(add_rows_relu,
        for (size_t r = 0; r < 3; r++) x[1][r * n + i] = fmax(x[1][r * n + i] + x[0][i], 0))
RUN(relu_mask, k->relu_mask(n, x[0], x[1]))
FORMULA(relu_mask, x[1][i] = x[0][i] > 0 ? x[1][i] : 0)
RUN(layer_norm, k->layer_norm(n, (real)0.01, x[0], x[1], x[2], x[3], x[4]))
RUN(layer_norm_unbiased, k->layer_norm(n, (real)0.01, x[0], x[1], NULL, x[3], x[4]))
RUN(layer_norm_backward, k->layer_norm_backward(n, x[0], x[1], x[2], x[3], x[4], x[5], x[6]))
RUN(layer_norm_backward_unbiased,
    k->layer_norm_backward(n, x[0], x[1], x[2], x[3], x[4], x[5], NULL))
RUN(rms_norm, k->rms_norm(n, (real)0.01, x[0], x[1], x[2], x[3]))
RUN(rms_norm_backward, k->rms_norm_backward(n, x[0], x[1], (real)0.75, x[2], x[3], x[4]))
RUN(lstm, k->lstm(n, x[0], x[1], x[2], x[3], x[4]))
RUN(lstm_backward, k->lstm_backward(n, x[0], x[1], x[2], x[3], x[4], x[5]))
RUN(lstm_state, k->lstm_state(n, x[0], x[1], x[2], x[3]))
RUN(lstm_output, k->lstm_output(n, x[0], x[1], x[2], x[3], x[4]))
RUN(lstm_output_backward,
    k->lstm_output_backward(n, x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]))
RUN(lstm_state_backward, k->lstm_state_backward(n, x[0], x[1], x[2], x[3], x[4]))
RUN(gru, k->gru(n, x[0], x[1], x[2], x[3]))
RUN(gru_backward, k->gru_backward(n, x[0], x[1], x[2], x[3]))
RUN(add_dropout, k->add_dropout(n, 77, UINT64_C(0xffffffffffffff00), 0.25, (real)0.5, x[0], x[1],
                                x[2]))
RUN(dropout, k->dropout(n, 77, UINT64_C(0xffffffffffffff00), 0.25, x[0], x[1]))

static double formula_softmax_of(size_t n, double scale, double *x)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += exp(scale * x[i]);
	for (size_t i = 0; i < n; i++)
		x[i] = exp(scale * x[i]) / sum;
	return 0;
}

static double formula_softmax(size_t n, double **x)
{
	return formula_softmax_of(n, 1.5, x[0]);
}

static double formula_softmax_negative(size_t n, double **x)
{
	return formula_softmax_of(n, -1.5, x[0]);
}

static double formula_max(size_t n, double **x)
{
	double y = -(double)INFINITY;

	for (size_t i = 0; i < n; i++)
		y = fmax(y, x[0][i]);
	return y;
}

static double formula_layer_norm_unbiased(size_t n, double **x)
{
	double mean = formula_sum(n, x) / (double)n, variance = 0;

	for (size_t i = 0; i < n; i++)
		variance += (x[0][i] - mean) * (x[0][i] - mean) / (double)n;
	for (size_t i = 0; i < n; i++)
		x[3][i] = (x[0][i] - mean) / sqrt(variance + 0.01) * x[1][i];
	x[4][0] = mean;
	x[4][1] = 1 / sqrt(variance + 0.01);
	return 0;
}

static double formula_layer_norm(size_t n, double **x)
{
	formula_layer_norm_unbiased(n, x);
	for (size_t i = 0; i < n; i++)
		x[3][i] += x[2][i];
	return 0;
}

static double formula_layer_norm_backward_unbiased(size_t n, double **x)
{
	double mean = x[2][0], inverse = x[2][1], u = 0, uh = 0;

	for (size_t i = 0; i < n; i++) {
		u += x[3][i] * x[1][i] / (double)n;
		uh += x[3][i] * x[1][i] * (x[0][i] - mean) * inverse / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		double h = (x[0][i] - mean) * inverse;

		x[4][i] += inverse * (x[3][i] * x[1][i] - u - h * uh);
		x[5][i] += x[3][i] * h;
	}
	return 0;
}

static double formula_layer_norm_backward(size_t n, double **x)
{
	formula_layer_norm_backward_unbiased(n, x);
	for (size_t i = 0; i < n; i++)
		x[6][i] += x[3][i];
	return 0;
}

static double formula_rms_norm(size_t n, double **x)
{
	double root = 0;

	for (size_t i = 0; i < n; i++)
		root += x[0][i] * x[0][i] / (double)n;
	root = sqrt(root + 0.01);
	for (size_t i = 0; i < n; i++)
		x[2][i] = x[0][i] / root * x[1][i];
	x[3][0] = 1 / root;
	return 0;
}

static double formula_rms_norm_backward(size_t n, double **x)
{
	double uh = 0;

	for (size_t i = 0; i < n; i++)
		uh += x[2][i] * x[1][i] * x[0][i] * 0.75 / (double)n;
	for (size_t i = 0; i < n; i++) {
		x[3][i] += 0.75 * (x[2][i] * x[1][i] - x[0][i] * 0.75 * uh);
		x[4][i] += x[2][i] * x[0][i] * 0.75;
	}
	return 0;
}

static double formula_lstm(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double i = sigmoid(x[0][j]), f = sigmoid(x[0][n + j]);
		double g = tanh(x[0][2 * n + j]), o = sigmoid(x[0][3 * n + j]);

		x[2][j] = f * x[1][j] + i * g;
		x[3][j] = tanh(x[2][j]);
		x[4][j] = o * x[3][j];
		x[0][j] = i;
		x[0][n + j] = f;
		x[0][2 * n + j] = g;
		x[0][3 * n + j] = o;
	}
	return 0;
}

static double formula_lstm_backward(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double i = x[0][j], f = x[0][n + j], g = x[0][2 * n + j], o = x[0][3 * n + j];
		double dc = x[4][j] + x[3][j] * o * (1 - x[2][j] * x[2][j]);

		x[5][j] = dc * g * i * (1 - i);
		x[5][n + j] = dc * x[1][j] * f * (1 - f);
		x[5][2 * n + j] = dc * i * (1 - g * g);
		x[5][3 * n + j] = x[3][j] * x[2][j] * o * (1 - o);
		x[4][j] = dc * f;
	}
	return 0;
}

static double formula_lstm_state(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double i = sigmoid(x[0][j] + x[1][j] * x[2][j]);
		double f = sigmoid(x[0][n + j] + x[1][n + j] * x[2][j]);
		double g = tanh(x[0][2 * n + j]);

		x[3][j] = f * x[2][j] + i * g;
		x[0][j] = i;
		x[0][n + j] = f;
		x[0][2 * n + j] = g;
	}
	return 0;
}

static double formula_lstm_output(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		x[0][3 * n + j] = sigmoid(x[0][3 * n + j] + x[1][2 * n + j] * x[2][j]);
		x[3][j] = tanh(x[3][j]);
		x[4][j] = x[0][3 * n + j] * x[3][j];
	}
	return 0;
}

static double formula_lstm_output_backward(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double o = x[0][3 * n + j], d = x[4][j] * x[3][j] * o * (1 - o);

		x[0][3 * n + j] = d;
		x[6][j] = x[4][j] * o * (1 - x[3][j] * x[3][j]);
		x[5][j] += d * x[1][2 * n + j];
		x[7][2 * n + j] += d * x[2][j];
	}
	return 0;
}

static double formula_lstm_state_backward(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double i = x[0][j], f = x[0][n + j], g = x[0][2 * n + j], dc = x[3][j];

		x[0][j] = dc * g * i * (1 - i);
		x[0][n + j] = dc * x[2][j] * f * (1 - f);
		x[0][2 * n + j] = dc * i * (1 - g * g);
		x[4][j] += x[0][j] * x[2][j];
		x[4][n + j] += x[0][n + j] * x[2][j];
		x[3][j] = dc * f + x[0][j] * x[1][j] + x[0][n + j] * x[1][n + j];
	}
	return 0;
}

static double formula_gru(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double r = sigmoid(x[0][j] + x[1][j]), z = sigmoid(x[0][n + j] + x[1][n + j]);

		x[0][j] = r;
		x[0][n + j] = z;
		x[0][2 * n + j] = tanh(x[0][2 * n + j] + r * x[1][2 * n + j]);
		x[3][j] = (1 - z) * x[0][2 * n + j] + z * x[2][j];
	}
	return 0;
}

static double formula_gru_backward(size_t n, double **x)
{
	for (size_t j = 0; j < n; j++) {
		double r = x[0][j], z = x[0][n + j], candidate = x[0][2 * n + j], d = x[3][j];

		x[0][2 * n + j] = d * (1 - z) * (1 - candidate * candidate);
		x[0][n + j] = x[1][n + j] = d * (x[2][j] - candidate) * z * (1 - z);
		x[0][j] = x[0][2 * n + j] * x[1][2 * n + j] * r * (1 - r);
		x[1][j] = x[0][j];
		x[1][2 * n + j] = x[0][2 * n + j] * r;
		x[3][j] = d * z;
	}
	return 0;
}

/* The hash is vector.c's own affair; its randomness is tested elsewhere. Here: 0 or x / (1 - p). */
static double formula_dropout(size_t n, double **x)
{
	real *kept = memory_new(n + 1, sizeof(real));

	vector_portable.fill(n, 1, kept);
	vector_portable.dropout(n, 77, UINT64_C(0xffffffffffffff00), 0.25, kept, kept);
	for (size_t i = 0; i < n; i++)
		x[1][i] = kept[i] == 0 ? 0 : x[0][i] / 0.75;
	free(kept);
	return 0;
}

static double formula_add_dropout(size_t n, double **x)
{
	double *swapped[2] = { x[1], x[2] };

	formula_dropout(n, swapped);
	for (size_t i = 0; i < n; i++)
		x[2][i] = 0.5 * (x[0][i] + x[2][i]);
	return 0;
}

static double run_exp_sum(const struct vector_kernels *k, size_t n, real **x)
{
	double total;
	real top;

	if (n == 0)
		return 0;
	x[1][0] = k->exp_sum(n, x[0], &top, &total);
	x[1][1] = top;
	return total;
}

static double run_exp_total(const struct vector_kernels *k, size_t n, real **x)
{
	return n ? (double)k->exp_total(n, x[0], &x[1][0]) : 0;
}

static double formula_exp_total(size_t n, double **x)
{
	double sum = 0;

	if (n)
		x[1][0] = formula_max(n, x);
	for (size_t i = 0; i < n; i++)
		sum += exp(x[0][i] - x[1][0]);
	return sum;
}

static double formula_exp_sum(size_t n, double **x)
{
	const double top = formula_max(n, x), total = formula_sum(n, x);

	x[1][0] = 0;
	for (size_t i = 0; i < n; i++)
		x[1][0] += x[0][i] = exp(x[0][i] - top);
	x[1][1] = top;
	return total;
}

static const struct adam_step step = {
	.rate = 0.01,
	.beta1 = 0.9,
	.beta2 = 0.98,
	.epsilon = 1e-9,
	.correction1 = 1 - 0.9 * 0.9,
	.correction2 = 1 - 0.98 * 0.98,
	.gradient_scale = 0.125,
	.weight_decay = 0.1,
	.decoupled = 0.999,
};

RUN(adam, k->adam(n, &step, x[0], x[1], x[6], x[2]))

static double formula_adam(size_t n, double **x)
{
	for (size_t i = 0; i < n; i++) {
		double g = x[0][i] * step.gradient_scale + step.weight_decay * x[2][i];

		x[1][i] = step.beta1 * x[1][i] + (1 - step.beta1) * g;
		x[6][i] = step.beta2 * x[6][i] + (1 - step.beta2) * g * g;
		x[2][i] = x[2][i] * step.decoupled -
		          step.rate * (x[1][i] / step.correction1) /
		                  (sqrt(x[6][i] / step.correction2) + step.epsilon);
	}
	return 0;
}

#define CASE(name)                                                                                 \
	{                                                                                          \
#name, run_##name, formula_##name                                                  \
	}
static const struct kernel_case {
	const char *name;
	run *run;
	formula *formula;
} cases[] = {
	CASE(tanh),
	CASE(sigmoid),
	CASE(fill),
	CASE(add),
	CASE(accumulate),
	CASE(scale),
	CASE(add_rows),
	CASE(sum_rows),
	CASE(sum_many_rows),
	CASE(dot),
	CASE(sum_squares),
	CASE(relu),
	CASE(relu_backward),
	CASE(tanh_backward),
	CASE(sigmoid_backward),
	CASE(swish),
	CASE(swish_backward),
	CASE(gelu_tanh),
	CASE(gelu_tanh_backward),
	CASE(swiglu),
	CASE(swiglu_backward),
	CASE(glu),
	CASE(glu_backward),
	CASE(softmax),
	CASE(softmax_negative),
	CASE(exp_sum),
	CASE(exp_total),
	CASE(scale_add),
	CASE(add_rows_relu),
	CASE(relu_mask),
	CASE(layer_norm),
	CASE(layer_norm_unbiased),
	CASE(layer_norm_backward),
	CASE(layer_norm_backward_unbiased),
	CASE(rms_norm),
	CASE(rms_norm_backward),
	CASE(lstm),
	CASE(lstm_backward),
	CASE(lstm_state),
	CASE(lstm_output),
	CASE(lstm_output_backward),
	CASE(lstm_state_backward),
	CASE(gru),
	CASE(gru_backward),
	CASE(dropout),
	CASE(add_dropout),
	CASE(adam),
};

/* Runs the case on pointers `offset` numbers into the arrays. */
static void arrays_run(struct arrays *a, const struct kernel_case *c,
                       const struct vector_kernels *set, size_t n, size_t offset)
{
	real *x[ARRAYS];

	arrays_fill(a, n);
	for (int i = 0; i < ARRAYS; i++)
		x[i] = a->x[i] + GUARD + (offset ? (offset + (size_t)i) % 16 : 0);
	a->result = c->run(set, n, x);
}

typedef void check(const struct kernel_case *c, size_t n, struct arrays *a, struct arrays *b);

static void each_case_and_size(check *f)
{
	struct arrays a = arrays_new(), b = arrays_new();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		for (size_t n = 0; n <= 70; n++)
			f(&cases[i], n, &a, &b);
		f(&cases[i], 1000, &a, &b);
		f(&cases[i], LONGEST, &a, &b);
	}
	arrays_free(&a);
	arrays_free(&b);
}

/* Compares what surrounds the arrays, too. */
static void same_bits(const struct kernel_case *c, size_t n, struct arrays *a, struct arrays *b)
{
	for (size_t offset = 0; offset < 4; offset++) {
		arrays_run(a, c, &vector_portable, n, offset);
		for (int s = 1; vector_kernels_available(s); s++) {
			const struct vector_kernels *set = vector_kernels_available(s);
			bool same;

			arrays_run(b, c, set, n, offset);
			same = memcmp(&a->result, &b->result, sizeof(double)) == 0;
			for (int i = 0; i < ARRAYS; i++)
				same = same && memcmp(a->x[i], b->x[i],
				                      (4 * n + 2 * GUARD) * sizeof(real)) == 0;
			if (!same && n > 0)
				fail_msg("%s, n = %zu, offset %zu: %s and portable differ", c->name,
				         n, offset, set->name);
		}
	}
}

static void test_every_set_gives_the_same_bits(void **state)
{
	(void)state;
	each_case_and_size(same_bits);
}

/* Of the kernel, and of the formula's own sums in double. */
static double relative_tolerance(size_t n)
{
	return 16 * (double)REAL_EPSILON + sqrt((double)n) * DBL_EPSILON;
}

/* What the formula changes, to a tolerance relative to the largest of these; the rest stays the
 * same. */
static void near(const char *name, size_t n, const real *x, const real *before, const double *exact)
{
	double largest = 0;

	for (size_t j = 0; j < 4 * n + 2 * GUARD; j++)
		if (exact[j] != (double)before[j])
			largest = fmax(largest, fabs(exact[j]));
	for (size_t j = 0; j < 4 * n + 2 * GUARD; j++) {
		double tolerance = relative_tolerance(n) * largest;

		if (exact[j] == (double)before[j])
			tolerance = 0;
		if (!(fabs((double)x[j] - exact[j]) <= tolerance))
			fail_msg("%s, n = %zu: element %zu is %.9g instead of %.9g", name, n, j,
			         (double)x[j], exact[j]);
	}
}

static void formula_holds(const struct kernel_case *c, size_t n, struct arrays *a, struct arrays *b)
{
	size_t count = 4 * n + 2 * GUARD;
	double *exact[ARRAYS], *x[ARRAYS], result;

	if (n == 0) /* no mean, no maximum */
		return;
	arrays_fill(b, n);
	for (int i = 0; i < ARRAYS; i++) {
		exact[i] = memory_new(count, sizeof(double));
		for (size_t j = 0; j < count; j++)
			exact[i][j] = (double)b->x[i][j];
		x[i] = exact[i] + GUARD;
	}
	result = c->formula(n, x);
	arrays_run(a, c, vector_kernels(), n, 0);
	if (!(fabs(a->result - result) <= relative_tolerance(n) * (fabs(result) + sqrt(n))))
		fail_msg("%s, n = %zu: %.9g instead of %.9g", c->name, n, a->result, result);
	for (int i = 0; i < ARRAYS; i++) {
		near(c->name, n, a->x[i], b->x[i], exact[i]);
		free(exact[i]);
	}
}

static void test_every_kernel_follows_its_formula(void **state)
{
	(void)state;
	each_case_and_size(formula_holds);
}

RUN(tanh_in_place, k->tanh(n, x[0], x[0]))
RUN(sigmoid_in_place, k->sigmoid(n, x[0], x[0]))
RUN(add_to_first, k->add(n, (real)0.75, x[0], x[1], x[0]))
RUN(add_to_second, k->add(n, (real)0.75, x[0], x[1], x[1]))
RUN(scale_in_place, k->scale(n, (real)0.75, x[0], x[0]))
RUN(relu_in_place, k->relu(n, x[0], x[0]))
RUN(swish_in_place, k->swish(n, x[0], x[0]))
RUN(gelu_tanh_in_place, k->gelu_tanh(n, x[0], x[0]))
RUN(swiglu_backward_in_place, k->swiglu_backward(n, x[0], x[1], x[0]))
RUN(rms_norm_in_place, k->rms_norm(n, (real)0.01, x[0], x[1], x[0], x[3]))
RUN(glu_in_place, k->glu(n, x[0], x[1], x[0]))
RUN(glu_backward_in_place, k->glu_backward(n, x[0], x[1], x[2], x[0]))
RUN(scale_add_in_place, k->scale_add(n, (real)0.75, (real)0.125, x[0], x[0]))
RUN(add_dropout_to_first, k->add_dropout(n, 77, UINT64_C(0xffffffffffffff00), 0.25, (real)0.5, x[0],
                                         x[1], x[0]))
RUN(add_dropout_to_second, k->add_dropout(n, 77, UINT64_C(0xffffffffffffff00), 0.25, (real)0.5,
                                          x[0], x[1], x[1]))
RUN(layer_norm_in_place, k->layer_norm(n, (real)0.01, x[0], x[1], x[2], x[0], x[4]))
RUN(lstm_in_place, k->lstm(n, x[0], x[1], x[1], x[3], x[4]))
RUN(lstm_backward_in_place, k->lstm_backward(n, x[0], x[1], x[2], x[3], x[4], x[0]))
RUN(dropout_in_place, k->dropout(n, 77, UINT64_C(0xffffffffffffff00), 0.25, x[0], x[0]))

static const struct in_place {
	const char *name;
	run *apart, *in_place;
	int to, of;   /* the result of apart is x[to], that of in_place x[of] */
	size_t width; /* of it, times n */
} places[] = {
	{ "tanh", run_tanh, run_tanh_in_place, 1, 0, 1 },
	{ "sigmoid", run_sigmoid, run_sigmoid_in_place, 1, 0, 1 },
	{ "add to the first", run_add, run_add_to_first, 2, 0, 1 },
	{ "add to the second", run_add, run_add_to_second, 2, 1, 1 },
	{ "scale", run_scale, run_scale_in_place, 1, 0, 1 },
	{ "relu", run_relu, run_relu_in_place, 1, 0, 1 },
	{ "swish", run_swish, run_swish_in_place, 1, 0, 1 },
	{ "gelu_tanh", run_gelu_tanh, run_gelu_tanh_in_place, 1, 0, 1 },
	{ "swiglu_backward", run_swiglu_backward, run_swiglu_backward_in_place, 2, 0, 2 },
	{ "rms_norm", run_rms_norm, run_rms_norm_in_place, 2, 0, 1 },
	{ "glu", run_glu, run_glu_in_place, 2, 0, 1 },
	{ "glu_backward", run_glu_backward, run_glu_backward_in_place, 3, 0, 2 },
	{ "scale_add", run_scale_add, run_scale_add_in_place, 1, 0, 1 },
	{ "add_dropout to the first", run_add_dropout, run_add_dropout_to_first, 2, 0, 1 },
	{ "add_dropout to the second", run_add_dropout, run_add_dropout_to_second, 2, 1, 1 },
	{ "layer_norm", run_layer_norm, run_layer_norm_in_place, 3, 0, 1 },
	{ "lstm", run_lstm, run_lstm_in_place, 2, 1, 1 },
	{ "lstm_backward", run_lstm_backward, run_lstm_backward_in_place, 5, 0, 4 },
	{ "dropout", run_dropout, run_dropout_in_place, 1, 0, 1 },
};

static void test_in_place_gives_the_same_bits(void **state)
{
	struct arrays a = arrays_new(), b = arrays_new();

	(void)state;
	for (int s = 0; vector_kernels_available(s); s++)
		for (size_t p = 0; p < LENGTH(places); p++)
			for (size_t n = 1; n <= 70; n++) {
				const struct in_place *c = &places[p];

				arrays_fill(&a, n);
				arrays_fill(&b, n);
				c->apart(vector_kernels_available(s), n, a.x);
				c->in_place(vector_kernels_available(s), n, b.x);
				if (memcmp(a.x[c->to], b.x[c->of], c->width * n * sizeof(real)))
					fail_msg("%s, n = %zu, set %d: not the same in place",
					         c->name, n, s);
			}
	arrays_free(&a);
	arrays_free(&b);
}

static float float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

/* Of all bfloat16 the nearest, of two equally near the one with an even last bit. */
static void test_bfloat16_is_the_nearest(void **state)
{
	static const struct {
		uint32_t from;
		uint16_t to;
	} roundings[] = {
		{ 0x3f800000, 0x3f80 }, { 0x3f807fff, 0x3f80 }, { 0x3f808000, 0x3f80 },
		{ 0x3f808001, 0x3f81 }, { 0x3f818000, 0x3f82 }, { 0x3f817fff, 0x3f81 },
		{ 0xbf818000, 0xbf82 }, { 0x00000000, 0x0000 }, { 0x80000000, 0x8000 },
		{ 0x00000001, 0x0000 }, { 0x7f7fffff, 0x7f80 }, { 0x7f800000, 0x7f80 },
		{ 0xff800000, 0xff80 }, { 0x00008001, 0x0001 },
	};

	(void)state;
	for (int s = 0; vector_kernels_available(s); s++)
		for (size_t i = 0; i < LENGTH(roundings); i++) {
			real x[19];
			uint16_t y[19];

			for (int j = 0; j < 19; j++)
				x[j] = (real)float_of(roundings[i].from);
			vector_kernels_available(s)->to_bfloat16(19, x, y);
			for (int j = 0; j < 19; j++)
				if (y[j] != roundings[i].to)
					fail_msg("%#x becomes %#x instead of %#x", roundings[i].from,
					         y[j], roundings[i].to);
			for (int j = 0; j < 19; j++)
				x[j] = (real)NAN;
			vector_kernels_available(s)->to_bfloat16(19, x, y);
			for (int j = 0; j < 19; j++)
				assert_true(isnan(float_of((uint32_t)y[j] << 16)));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_set_gives_the_same_bits),
		cmocka_unit_test(test_every_kernel_follows_its_formula),
		cmocka_unit_test(test_in_place_gives_the_same_bits),
		cmocka_unit_test(test_bfloat16_is_the_nearest),
	};

	return cmocka_run_group_tests_name("vector kernels", tests, NULL, NULL);
}
