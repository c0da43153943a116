/* gemm_warm.c - the first products of a library that makes its kernels at run time. */
#include "core/gemm.h"
#include "core/pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { SIZE = 48, ELEMENTS = SIZE * SIZE };

struct gemm_warming {
	const struct gemm *gemm;
	bool bfloat16;
	pthread_t thread;
	real a[ELEMENTS], b[ELEMENTS], c[ELEMENTS];
	uint16_t a16[ELEMENTS], b16[ELEMENTS];
};

static void *multiply_all(void *argument)
{
	struct gemm_warming *w = argument;

	pool_block_signals();
	for (int kind = 0; kind < 3; kind++) { /* forward, input's and weight's gradient */
		const struct gemm_shape s = { kind == 2, kind == 0, SIZE, SIZE,
			                      SIZE,      SIZE,      SIZE, SIZE };

		gemm(w->gemm, s.transpose_a, s.transpose_b, SIZE, SIZE, SIZE, 1, w->a, SIZE, w->b,
		     SIZE, kind == 2, w->c, SIZE);
#ifndef BAKEOFF_DOUBLE
		if (w->bfloat16 && w->gemm->bfloat16)
			w->gemm->bfloat16->multiply_bfloat16(&s, 1, w->a16, w->b16, kind == 2,
			                                     w->c);
#endif
	}
	return NULL;
}

struct gemm_warming *gemm_warm(const struct gemm *gemm, bool bfloat16)
{
	struct gemm_warming *w;

	if (gemm->plain == &gemm_openblas && gemm->transposed_a == &gemm_openblas &&
	    !(bfloat16 && gemm->bfloat16))
		return NULL;
	w = memory_new(1, sizeof *w);
	w->gemm = gemm;
	w->bfloat16 = bfloat16;
	if (!pthread_create(&w->thread, NULL, multiply_all, w))
		return w;
	free(w);
	return NULL;
}

void gemm_warm_end(struct gemm_warming *w)
{
	if (!w)
		return;
	pthread_join(w->thread, NULL);
	free(w);
}
