/* vector.h - loops over rows of numbers, in one source compiled for several instruction sets.
 *
 * vector_kernels() gives the widest set that this processor has. Every set gives the same bits: no
 * contraction to fused multiply-add (but in packed_product), sums in 16 fixed lanes that are then
 * added pairwise. In the
 * float build exp, tanh and sigmoid are our own polynomials (error below 2 ulp over the whole
 * range, denormal results too; exp is infinite above 88.72284 and 0 below -103.97208); in the
 * double build the C library's. NaN stays NaN, but the greatest of a row passes over it. Pointers
 * need no alignment; x and y may be the same array, but must not overlap otherwise.
 */
#ifndef BAKEOFF_VECTOR_H
#define BAKEOFF_VECTOR_H

#include "core/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One step of Adam, all scalars; see optimizer.h for the formula. */
struct adam_step {
	double rate; /* learning rate of this update */
	double beta1, beta2, epsilon;
	double correction1, correction2; /* 1 - beta1^t, 1 - beta2^t */
	double gradient_scale;           /* clipping times 1 / tokens */
	double weight_decay;             /* adam: added to the gradient; adamw: see decoupled */
	double decoupled; /* adamw: weights are first multiplied by 1 - rate * weight_decay, here
	                     that factor; else 1 */
};

/* Some columns of a row: first .. last - 1. */
struct columns {
	int first, last;
};

enum { VECTOR_PANEL = 64, VECTOR_STRIP = 16, INT8_STEP = 4 };

/* The operands of a product of 8-bit integers from -127 to 127, each row with a scale of its own:
 * a number is integer times scale. */
struct int8_operands {
	size_t k;            /* that of the product, filled up to a multiple of INT8_STEP with 0 */
	const int8_t *a;     /* [m][k] */
	const real *a_scale; /* [m] */
	const int8_t *w;     /* [panel][k / INT8_STEP][VECTOR_PANEL][INT8_STEP] */
	const real *w_scale; /* [panels * VECTOR_PANEL] */
	const int32_t *w_sum; /* the same size: sums of W's rows */
};

/* C [m][n] = A [m][k] W^T, columns of the panels first .. last - 1 alone; W [n][k] in panels of
 * VECTOR_PANEL of its rows, in strips of VECTOR_STRIP, so that what a tile of AVX2 reads lies
 * together: [panel][strip][k][VECTOR_STRIP], what is beyond n is 0. Rows of A are k apart, of C ldc. */
struct packed_product {
	size_t m, n, k;
	const real *a, *w;
	/* NULL, or W in bfloat16, which counts in place of w: [panel][k][VECTOR_PANEL], of each two 16 columns of a panel one
	 * after the other, those with the same number side by side. Not in the double build. */
	const uint16_t *bfloat16;
	/* NULL, or A and W as integers, which count in place of both: sums are exact, then rounded
	 * to real, multiplied by the product of the scales. */
	const struct int8_operands *int8;
	size_t first, last;
	bool add;         /* to what C holds */
	const real *bias; /* [n] is added where `add` is not set; or NULL */
	bool relu;        /* then max(., 0); NaN stays */
	real *c;
	size_t ldc;
};

struct vector_kernels {
	const char *name; /* "portable", "avx2", "avx512" */

	/* y = f(x), n elements. */
	void (*tanh)(size_t n, const real *x, real *y);
	void (*sigmoid)(size_t n, const real *x, real *y);

	void (*fill)(size_t n, real value, real *y); /* y = value */
	void (*add)(size_t n, real scale, const real *a, const real *b,
	            real *y);                                             /* y = scale (a + b) */
	void (*accumulate)(size_t n, real scale, const real *x, real *y); /* y += scale x */
	void (*scale)(size_t n, real scale, const real *x, real *y);      /* y = scale x */
	/* The upper half of a float, rounded to nearest, ties to even; NaN stays NaN. */
	void (*to_bfloat16)(size_t n, const real *x, uint16_t *y);
	/* y = x / scale, rounded to the nearest, where scale, which is returned, is the greatest |x|
	 * / 127; 0 and all 0 where that is too little to divide by, NaN and all 0 where a number is
	 * not finite. */
	real (*to_int8)(size_t n, const real *x, int8_t *y);
	void (*add_rows)(size_t rows, size_t n, const real *b, real *y);  /* y[r][i] += b[i] */
	void (*sum_rows)(size_t rows, size_t n, const real *x,
	                 real *y); /* y[i] += sum over r of x[r][i], in order of r */
	real (*dot)(size_t n, const real *a, const real *b);
	double (*sum_squares)(size_t n, const real *x); /* summed in double */

	/* y[r][i] = max(y[r][i] + b[i], 0), and its gradient: dy = 0 where y is not above 0. */
	void (*add_rows_relu)(size_t rows, size_t n, const real *b, real *y);
	void (*relu_mask)(size_t n, const real *y, real *dy);

	/* max(x, 0), and dx += dy where y > 0. */
	void (*relu)(size_t n, const real *x, real *y);
	void (*relu_backward)(size_t n, const real *y, const real *dy, real *dx);
	void (*tanh_backward)(size_t n, const real *y, const real *dy,
	                      real *dx); /* dx += dy (1 - y^2) */
	void (*sigmoid_backward)(size_t n, const real *y, const real *dy,
	                         real *dx); /* dx += dy y (1 - y) */

	/* y = x sigmoid(x); y = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). Backward from x:
	 * dx += dy f'(x). */
	void (*swish)(size_t n, const real *x, real *y);
	void (*swish_backward)(size_t n, const real *x, const real *dy, real *dx);
	void (*gelu_tanh)(size_t n, const real *x, real *y);
	void (*gelu_tanh_backward)(size_t n, const real *x, const real *dy, real *dx);

	/* Gated linear unit, one row: y[i] = x[i] sigmoid(x[n + i]); gate[i] keeps the sigmoid.
	 * Backward writes (does not add) dx[2n]. Dauphin et al. 2017, equation 1. */
	void (*glu)(size_t n, const real *x, real *gate, real *y);
	void (*glu_backward)(size_t n, const real *x, const real *gate, const real *dy, real *dx);

	/* One row: y[i] = swish(x[i]) x[n + i]. Backward writes dx[2n], which may be x. Shazeer
	 * 2020, equation 5. */
	void (*swiglu)(size_t n, const real *x, real *y);
	void (*swiglu_backward)(size_t n, const real *x, const real *dy, real *dx);

	double (*sum)(size_t n, const real *x); /* summed in double */

	/* One row of scores to probabilities, in place: softmax(scale x); NaN where no score is
	 * finite. */
	void (*softmax)(size_t n, real scale, real *x);
	/* Its gradient, in place of dp: ds = p (dp - sum p dp) scale. */
	void (*softmax_backward)(size_t n, real scale, const real *p, real *dp);
	/* x[i] becomes exp(x[i] - *top), *top the greatest; returns their sum, and in *total that
	 * of x as it was, summed in double. n at least 1. */
	real (*exp_sum)(size_t n, real *x, real *top, double *total);
	/* The sum of exp(x[i] - *top), *top the greatest; terms to 1e-7 (1 + |x[i] - *top|) of
	 * themselves, 0 below -87.3. 0 of nothing and of -infinity alone, NaN
	 * where there is NaN or infinity. */
	real (*exp_total)(size_t n, const real *x, real *top);
	void (*scale_add)(size_t n, real scale, real add, const real *x,
	                  real *y); /* y = scale x + add */

	/* Layer norm of one row: y = (x - mean) / sqrt(variance + epsilon) * gain + bias. bias may
	 * be NULL. statistics[0..1] keep mean and 1 / deviation. Backward: dx += ...; dgain += ...;
	 * dbias (may be NULL) += dy. Ba et al. 2016. */
	void (*layer_norm)(size_t n, real epsilon, const real *x, const real *gain,
	                   const real *bias, real *y, real statistics[2]);
	void (*layer_norm_backward)(size_t n, const real *x, const real *gain,
	                            const real statistics[2], const real *dy, real *dx, real *dgain,
	                            real *dbias);

	/* The same without mean and bias: y = x / root gain, root = sqrt(mean of x^2 + epsilon);
	 * *inverse_root keeps 1 / root. Zhang and Sennrich 2019. */
	void (*rms_norm)(size_t n, real epsilon, const real *x, const real *gain, real *y,
	                 real *inverse_root);
	void (*rms_norm_backward)(size_t n, const real *x, const real *gain, real inverse_root,
	                          const real *dy, real *dx, real *dgain);

	/* One LSTM cell of one sentence, gates in the order i, f, g, o. On entry gates[4n] holds W
	 * x + U h + b, on exit sigmoid or tanh of it; c = f c_previous + i g; tanh_c = tanh(c); h =
	 * o tanh_c. */
	void (*lstm)(size_t n, real *gates, const real *c_previous, real *c, real *tanh_c, real *h);
	/* dgates (written) from dh and dc; dc becomes the gradient of c_previous. dgates may be
	 * gates. */
	void (*lstm_backward)(size_t n, const real *gates, const real *c_previous,
	                      const real *tanh_c, const real *dh, real *dc, real *dgates);

	/* The same in two halves, between which the caller may normalise c, and with peepholes p[3n]
	 * from the state to the gates i, f and o: i = sigmoid(. + p_i c_previous), f alike, c = f
	 * c_previous + i g; then o = sigmoid(. + p_o c), tanh_c, which holds c or c normalised,
	 * becomes its tanh, h = o tanh_c. Backward, second half first: gates become their
	 * gradients; dtanh_c (written) is the gradient of what tanh is taken of, which the caller
	 * brings into dc; dc += what o gives it, then becomes the gradient of c_previous;
	 * dpeephole[3n] += ... */
	void (*lstm_state)(size_t n, real *gates, const real *peephole, const real *c_previous,
	                   real *c);
	void (*lstm_output)(size_t n, real *gates, const real *peephole, const real *c,
	                    real *tanh_c, real *h);
	void (*lstm_output_backward)(size_t n, real *gates, const real *peephole, const real *c,
	                             const real *tanh_c, const real *dh, real *dc, real *dtanh_c,
	                             real *dpeephole);
	void (*lstm_state_backward)(size_t n, real *gates, const real *peephole,
	                            const real *c_previous, real *dc, real *dpeephole);

	/* One GRU cell of one sentence, gates in the order r, z, n: gates[3n] hold W x + b, sums[3n]
	 * U h_previous + b'. r = sigmoid(gates + sums), z alike, n = tanh(gates + r sums), h = (1 -
	 * z) n + z h_previous; gates become r, z, n. Backward: gates and sums become their
	 * gradients; dh becomes that of h_previous but for what comes through sums. */
	void (*gru)(size_t n, real *gates, const real *sums, const real *h_previous, real *h);
	void (*gru_backward)(size_t n, real *gates, real *sums, const real *h_previous, real *dh);

	/* y[i] = x[i] * (1 / (1 - p)) where element first + i is kept, else 0. It is dropped where
	 * the 32-bit hash of (key, first + i) is below p * 2^32; p = 1 drops all. The same call on
	 * a gradient gives the gradient: nothing is stored. */
	void (*dropout)(size_t n, uint64_t key, uint64_t first, double p, const real *x, real *y);

	/* y = scale (a + dropout(b)), in one pass; y may be a or b. */
	void (*add_dropout)(size_t n, uint64_t key, uint64_t first, double p, real scale,
	                    const real *a, const real *b, real *y);

	/* Small matrices, whole in the nearest cache. C [m][n] = A B, added to C where asked. A(i,
	 * l) = a[i a_row + l a_column]; rows of B [k][n] are ldb apart, of C ldc. Every element is
	 * summed in order of l = 0..k-1; fastest where n is a multiple of 16. */
	void (*product)(size_t m, size_t n, size_t k, const real *a, size_t a_row, size_t a_column,
	                const real *b, size_t ldb, bool add, real *c, size_t ldc);
	/* y [columns][rows] = x [rows][columns], each row of y filled up with zeros to a multiple
	 * of 16. */
	void (*transpose)(size_t rows, size_t columns, const real *x, size_t ldx, real *y,
	                  size_t ldy);
	/* y[r] = scale x[r], and x[r] *= scale[r], n columns, rows ldx and ldy apart. */
	void (*copy_rows)(size_t rows, size_t n, real scale, const real *x, size_t ldx, real *y,
	                  size_t ldy);
	void (*scale_each_row)(size_t rows, size_t n, const real *scale, real *x, size_t ldx);
	/* y[r] = a . b[r], row by row as dot; y[i] += sum over r of a[r] x[r][i], in order of r. */
	void (*dot_rows)(size_t rows, size_t n, const real *a, const real *b, size_t ldb, real *y);
	void (*mean_rows)(size_t rows, size_t n, const real *a, const real *x, size_t ldx, real *y);

	/* A block of attention scores [rows][ldx], n columns (a multiple of 16), row r sees
	 * those of seen[r]; what it does not see becomes 0. Scores become exp(scale x - top[r]), top[r]
	 * the greatest scale x of this block and of those before (-infinity at first); sum[r] (0 at
	 * first) is the sum of all so far, and again[r] what older results must be multiplied by.
	 * Dao 2022, algorithm 1. */
	void (*softmax_block)(size_t rows, size_t n, const struct columns *seen, real scale, real *x,
	                      size_t ldx, real *top, real *sum, real *again);
	/* The same scores to probabilities exp(scale x - top[r]) inverse[r], when top is known. */
	void (*softmax_again)(size_t rows, size_t n, const struct columns *seen, real scale, const real *top,
	                      const real *inverse, real *x, size_t ldx);
	/* dp = p (dp - mean[r]) scale; mean NULL: sum p dp of the row. */
	void (*softmax_block_backward)(size_t rows, size_t n, real scale, const real *p, size_t ldp,
	                               const real *mean, real *dp, size_t lddp);
	/* y = exp(2 x), rows ld apart; returns the greatest |x|. */
	real (*exp_twice)(size_t rows, size_t n, const real *x, real *y, size_t ld);
	/* y[r][s] = v . tanh(q[r] + k[s]) for s in seen[r]. c, a multiple of 16, channels; rows of q
	 * and k are ldc apart. With `exponentials`, q and k hold exp(2 q) and exp(2 k), whose
	 * products with each other must be no NaN. Backward adds to dq, dk (shaped as q and k) and
	 * dv. */
	void (*additive_scores)(size_t rows, const struct columns *seen, size_t c, bool exponentials,
	                        const real *q, const real *k, const real *v, size_t ldc, real *y,
	                        size_t ldy);
	void (*additive_backward)(size_t rows, const struct columns *seen, size_t c, bool exponentials,
	                          const real *q, const real *k, const real *v, size_t ldc,
	                          const real *ds, size_t ldds, real *dq, real *dk, real *dv);

	/* An element does not depend on m, first and last. The one function whose sums, but those
	 * of integers, are fused multiply-adds, in the sets that have them: "portable" differs from
	 * these in the last bits. */
	void (*packed_product)(const struct packed_product *);

	/* m, v and the weights w from gradient g, in one pass. */
	void (*adam)(size_t n, const struct adam_step *, const real *g, real *m, real *v, real *w);
};

/* n filled up to a multiple of 16. */
static inline size_t vector_full(size_t n)
{
	return (n + 15) / 16 * 16;
}

/* The kernels for this processor, the widest set that it runs. The environment variable
 * BAKEOFF_VECTOR, where it names a set, is the upper bound (portable, avx2 or avx512; another value
 * is ignored). Looked up anew by every call: keep the pointer. */
const struct vector_kernels *vector_kernels(void);

/* The set number i that this processor can run, "portable" first; NULL past the last. For tests and
 * benchmarks. */
const struct vector_kernels *vector_kernels_available(int i);

/* The sets themselves; vector_kernels() knows which of them this processor runs. */
extern const struct vector_kernels vector_portable;
#ifdef __x86_64__
#define VECTOR_X86 1
extern const struct vector_kernels vector_avx2, vector_avx512;
#endif

#endif
