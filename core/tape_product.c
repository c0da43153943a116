/* tape_product.c - matrix products of operations: counted, in bfloat16 or of frozen weights where
 * the tape says so. */
#include "core/tape.h"

static void count_product(struct tape *tape, int m, int n, int k, size_t element, real beta)
{
	const double am = m, an = n, ak = k;

	tape_count(tape, am * an * ak,
	           (double)element * (am * ak + ak * an) +
	                   (double)sizeof(real) * (beta == 0 ? 1 : 2) * am * an);
}

static void multiply(struct tape *tape, int transpose_a, int transpose_b, int m, int n, int k,
                     real alpha, const real *a, int lda, const real *b, int ldb, real beta, real *c,
                     int ldc)
{
	count_product(tape, m, n, k, sizeof(real), beta);
	gemm(tape->gemm, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

struct operand tape_operand(struct tape *tape, struct var *v)
{
	if (tape->bfloat16 && !v->bfloat16) {
		const size_t bytes = var_size(v) * sizeof *v->bfloat16;

		v->bfloat16 = tape->segment_start && !tape_in_segment(tape, v)
		                      ? tape_lasting(tape, bytes)
		                      : tape_memory(tape, bytes);
		tape->vector->to_bfloat16(var_size(v), v->x, v->bfloat16);
	}
	return (struct operand){ v->x, v->bfloat16, v->c };
}

struct operand tape_operand_of(struct tape *tape, const real *x, size_t rows, int c)
{
	struct operand o = { x, NULL, c };
	uint16_t *to;

	if (!tape->bfloat16)
		return o;
	to = tape_memory(tape, rows * (size_t)c * sizeof *to);
	tape->vector->to_bfloat16(rows * (size_t)c, x, to);
	o.bfloat16 = to;
	return o;
}

void tape_multiply(struct tape *tape, int transpose_a, int transpose_b, int m, int n, int k,
                   real alpha, struct operand a, struct operand b, real beta, real *c, int ldc)
{
#ifndef BAKEOFF_DOUBLE
	const struct gemm_shape shape = {
		transpose_a, transpose_b, m, n, k, a.stride, b.stride, ldc
	};

	if (a.bfloat16 && b.bfloat16 && m > 0 && n > 0) {
		count_product(tape, m, n, k, sizeof *a.bfloat16, beta);
		profile_bfloat16(tape->profile, (double)m * n * k);
		tape->gemm->bfloat16->multiply_bfloat16(&shape, alpha, a.bfloat16, b.bfloat16, beta,
		                                        c);
		return;
	}
#endif
	if (tape->frozen && !transpose_a && transpose_b && a.stride == k && b.stride == k &&
	    ldc == n && alpha == 1 && (beta == 0 || beta == 1) &&
	    frozen_multiply(tape->frozen, tape->team, m, n, k, a.x, b.x,
	                    (struct packed_end){ .add = beta == 1 }, c)) {
		count_product(tape, m, n, k, sizeof(real), beta);
		return;
	}
	multiply(tape, transpose_a, transpose_b, m, n, k, alpha, a.x, a.stride, b.x, b.stride, beta,
	         c, ldc);
}

bool tape_frozen_product(struct tape *tape, int rows, const real *x, const struct var *w,
                         struct packed_end end, real *y)
{
	if (!tape->frozen ||
	    !frozen_multiply(tape->frozen, tape->team, rows, w->n, w->c, x, w->x, end, y))
		return false;
	count_product(tape, rows, w->n, w->c, sizeof(real), end.add);
	return true;
}
