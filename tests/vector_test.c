/* vector_test.c - exp, tanh, sigmoid and kin to the last bits, dropout's randomness, choice of the
 * kernels. */
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

#ifdef BAKEOFF_DOUBLE
typedef uint64_t bits;
enum { DIGITS = DBL_MANT_DIG, SMALLEST = DBL_MIN_EXP, LARGEST = DBL_MAX_EXP };
static const bits stride = UINT64_C(997) << 39;
#else
typedef uint32_t bits;
enum { DIGITS = FLT_MANT_DIG, SMALLEST = FLT_MIN_EXP, LARGEST = FLT_MAX_EXP };
static const bits stride = 997;
#endif

static real real_of(bits pattern)
{
	real x;

	memcpy(&x, &pattern, sizeof(x));
	return x;
}

static long double sigmoid(long double x)
{
	return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static double quick_sigmoid(double x)
{
	return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

/* |y - exact| in units of the last place of a real as large as exact; infinity counts as the power
 * of two after the largest number. */
static double ulps(real y, long double exact)
{
	long double overflow = ldexpl(1, LARGEST), got = isinf(y) ? overflow : (long double)y;
	int exponent = SMALLEST;

	exact = exact < overflow ? exact : overflow;
	frexpl(exact, &exponent);
	exponent = exact != 0 && exponent > SMALLEST ? exponent : SMALLEST;
	return (double)ldexpl(fabsl(got - exact), DIGITS - exponent);
}

static long double swish(long double x)
{
	return x * sigmoid(x);
}

static double quick_swish(double x)
{
	return x * quick_sigmoid(x);
}

static long double gelu_tanh(long double x)
{
	return x * sigmoid(2 * sqrtl(2 / acosl(-1)) * (x + 0.044715L * x * x * x));
}

static double quick_gelu_tanh(double x)
{
	return (double)gelu_tanh((long double)x);
}

struct function {
	const char *name;
	void (*run)(const struct vector_kernels *, size_t n, const real *x, real *y);
	long double (*exact)(long double);
	double (*quick)(double); /* for all floats: exact enough for them */
	double limit;            /* ulp */
	double from; /* below it the result is next to nothing, and no ulp of it are counted */
};

enum { CHUNK = 4096 };

/* exp alone is no kernel; halves are exact, but of denormal numbers, whose exp is 1. */
static void run_exp(const struct vector_kernels *k, size_t n, const real *x, real *y)
{
	real half[CHUNK];

	for (size_t i = 0; i < n; i++)
		half[i] = x[i] / 2;
	k->exp_twice(1, n, half, y, n);
}

static void run_tanh(const struct vector_kernels *k, size_t n, const real *x, real *y)
{
	k->tanh(n, x, y);
}

static void run_sigmoid(const struct vector_kernels *k, size_t n, const real *x, real *y)
{
	k->sigmoid(n, x, y);
}

static void run_swish(const struct vector_kernels *k, size_t n, const real *x, real *y)
{
	k->swish(n, x, y);
}

static void run_gelu_tanh(const struct vector_kernels *k, size_t n, const real *x, real *y)
{
	k->gelu_tanh(n, x, y);
}

/* In double these are the C library's, whose tanh errs by up to 2.2 ulp. */
static const struct function functions[] = {
	{ "exp", run_exp, expl, exp, 2, -HUGE_VAL },
	{ "tanh", run_tanh, tanhl, tanh, sizeof(real) == 4 ? 2 : 3, -HUGE_VAL },
	{ "sigmoid", run_sigmoid, sigmoid, quick_sigmoid, sizeof(real) == 4 ? 2 : 3, -HUGE_VAL },
	{ "swish", run_swish, swish, quick_swish, 4, -80 },
	{ "gelu_tanh", run_gelu_tanh, gelu_tanh, quick_gelu_tanh, 16, -3 },
};

static double worst_of(const struct function *f, bool quick, const real *x, const real *y,
                       real *where)
{
	double worst = 0;

	for (int i = 0; i < CHUNK; i++) {
		if (isnan(x[i])) {
			assert_true(isnan(y[i]));
			continue;
		}
		if ((double)x[i] < f->from) {
			assert_true(fabs((double)y[i]) <= 1.001 * fabs(f->quick(f->from)));
			continue;
		}
		double error = ulps(y[i], quick ? (long double)f->quick((double)x[i])
		                                : f->exact((long double)x[i]));

		if (!(error <= worst)) {
			worst = error;
			*where = x[i];
		}
	}
	return worst;
}

/* Every step-th bit pattern; the other sets must give what the first gives. */
static void sweep(const struct function *f, bits step)
{
	static const bits last = (bits)-1;
	real x[CHUNK], y[CHUNK], z[CHUNK], where = 0, at = 0;
	double worst = 0;

	for (bits pattern = 0, more = 1; more;) {
		for (int i = 0; i < CHUNK; i++) {
			x[i] = real_of(pattern);
			more = more && last - pattern >= step;
			pattern += more ? step : 0;
		}
		f->run(&vector_portable, CHUNK, x, y);
		double error = worst_of(f, step == 1, x, y, &at);
		if (!(error <= worst)) {
			worst = error;
			where = at;
		}
		for (int s = 1; vector_kernels_available(s); s++) {
			f->run(vector_kernels_available(s), CHUNK, x, z);
			for (int i = 0; i < CHUNK; i++)
				assert_true(memcmp(&y[i], &z[i], sizeof(real)) == 0 || isnan(y[i]));
		}
	}
	print_message("%s: at most %.3f ulp, at %.9g\n", f->name, worst, (double)where);
	assert_true(worst < f->limit);
}

static void test_error_below_the_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(functions); i++)
		sweep(&functions[i], stride);
}

static void test_error_below_the_limit_for_all_floats(void **state)
{
	(void)state;
	if (!getenv("BAKEOFF_ALL_FLOATS") || sizeof(real) > 4) {
		print_message("skipped: takes 20 minutes, in the float build; set "
		              "BAKEOFF_ALL_FLOATS=1\n");
		skip();
	}
	for (size_t i = 0; i < LENGTH(functions); i++)
		sweep(&functions[i], 1);
}

static void test_special_values(void **state)
{
	static const struct {
		int function;
		real x, y;
	} cases[] = {
		{ 0, 0, 1 },
		{ 0, -(real)0.0, 1 },
		{ 0, (real)INFINITY, (real)INFINITY },
		{ 0, -(real)INFINITY, 0 },
		{ 0, (real)1e30, (real)INFINITY },
		{ 0, (real)-1e30, 0 },
#ifndef BAKEOFF_DOUBLE
		{ 0, 0x1.62e43p6f,
		  INFINITY },             /* 88.722839: above ln(FLT_MAX) by a third of an ulp */
		{ 0, -0x1.9fe36ap6f, 0 }, /* -103.972084 */
		{ 0, -0x1.9fe368p6f, 0x1p-149f }, /* -103.972076 */
		{ 1, 0x1p-149f, 0x1p-149f },
		{ 1, 9.02f, 1 },
		{ 2, -0x1.9fe368p6f, 0x1p-149f },
		{ 2, 18, 1 },
#endif
		{ 1, 0, 0 },
		{ 1, -(real)0.0, -(real)0.0 },
		{ 1, (real)INFINITY, 1 },
		{ 1, -(real)INFINITY, -1 },
		{ 1, (real)-1e30, -1 },
		{ 2, 0, (real)0.5 },
		{ 2, -(real)0.0, (real)0.5 },
		{ 2, (real)INFINITY, 1 },
		{ 2, -(real)INFINITY, 0 },
		{ 2, (real)1e30, 1 },
		{ 2, (real)-1e30, 0 },
	};

	(void)state;
	for (int s = 0; vector_kernels_available(s); s++)
		for (size_t i = 0; i < LENGTH(cases); i++) {
			const struct function *f = &functions[cases[i].function];
			real x[19], y[19]; /* a whole vector and a rest */

			for (int j = 0; j < 19; j++)
				x[j] = cases[i].x;
			f->run(vector_kernels_available(s), 19, x, y);
			for (int j = 0; j < 19; j++)
				if (memcmp(&y[j], &cases[i].y, sizeof(real)) != 0)
					fail_msg("%s(%a) = %a instead of %a", f->name, (double)x[j],
					         (double)y[j], (double)cases[i].y);
		}
}

static void test_rows_of_extreme_scores(void **state)
{
	const real infinite = (real)INFINITY, nan = (real)NAN;
	const real nothing[2] = { -infinite, -infinite }, bad[2] = { nan, nan };
	const real mixed[3] = { -infinite, nan, 1 }, above[2] = { infinite, 0 };

	(void)state;
	for (int s = 0; vector_kernels_available(s); s++) {
		const struct vector_kernels *k = vector_kernels_available(s);
		real far[3] = { 1000, 999, -infinite }, masked[2] = { -infinite, -infinite }, top;

		assert_true(k->exp_total(0, nothing, &top) == 0 && top == -infinite);
		assert_true(k->exp_total(2, nothing, &top) == 0 && top == -infinite);
		assert_true(isnan(k->exp_total(2, above, &top)) && top == infinite);
		assert_true(isnan(k->exp_total(2, bad, &top)) && isnan(k->exp_total(3, mixed, &top)));
		assert_true(fabs((double)k->exp_total(3, far, &top) - 1.367879441171442) < 1e-6);
		assert_true(top == 1000);
		k->softmax(3, 1, far);
		assert_true(fabs((double)far[0] - 0.731058578630005) < 1e-6);
		assert_true(far[2] == 0);
		k->softmax(2, 1, masked);
		assert_true(isnan(masked[0]) && isnan(masked[1]));
		k->softmax(0, 1, masked);
	}
}

static void test_sets_are_ordered_and_named(void **state)
{
	static const char *const names[] = { "portable", "avx2", "avx512" };
	int sets = 0;

	(void)state;
	for (; vector_kernels_available(sets); sets++) {
		assert_true(sets < 3);
		assert_string_equal(vector_kernels_available(sets)->name, names[sets]);
	}
	assert_true(sets >= 1);
	assert_null(vector_kernels_available(-1));
	assert_null(vector_kernels_available(100));
}

static void test_environment_lowers_the_choice_only(void **state)
{
	static const char *const names[] = { "portable", "avx2", "avx512", "", "sse9" };
	const char *old = getenv("BAKEOFF_VECTOR");
	char *kept = old ? memory_text(old) : NULL;
	int widest = 0;

	(void)state;
	while (vector_kernels_available(widest + 1))
		widest++;
	for (int i = 0; i < (int)LENGTH(names); i++) {
		setenv("BAKEOFF_VECTOR", names[i], 1);
		assert_ptr_equal(vector_kernels(),
		                 vector_kernels_available(i < widest ? i : widest));
	}
	unsetenv("BAKEOFF_VECTOR");
	assert_ptr_equal(vector_kernels(), vector_kernels_available(widest));
	if (kept)
		setenv("BAKEOFF_VECTOR", kept, 1);
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_below_the_limit),
		cmocka_unit_test(test_error_below_the_limit_for_all_floats),
		cmocka_unit_test(test_special_values),
		cmocka_unit_test(test_rows_of_extreme_scores),
		cmocka_unit_test(test_sets_are_ordered_and_named),
		cmocka_unit_test(test_environment_lowers_the_choice_only),
	};

	return cmocka_run_group_tests_name("vector", tests, NULL, NULL);
}
