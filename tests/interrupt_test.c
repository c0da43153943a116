/* interrupt_test.c - signals that come while matrices are multiplied change nothing but what they
 * ask for.
 */
#include "cli/interrupt.h"
#include "core/gemm.h"
#include "core/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { M = 64, N = 48, K = 600, PRODUCTS = 300, BLOCKS = 64, BLOCK = 3000 };

struct sender {
	pthread_t to;
	int said; /* what the handler says can be read there */
	atomic_bool done;
};

/* Two kinds in turn, each after the other was answered: the second of one kind would end the
 * program. */
static void *send_signals(void *context)
{
	struct sender *s = context;

	pool_block_signals();
	for (long i = 0; !atomic_load(&s->done); i++) {
		char text[512];

		pthread_kill(s->to, i % 2 ? SIGTERM : SIGINT);
		if (read(s->said, text, sizeof text) <= 0)
			break;
	}
	return NULL;
}

static real *numbers(size_t n)
{
	real *x = memory_new(n, sizeof *x);

	for (size_t i = 0; i < n; i++)
		x[i] = (real)((double)(i * 7919 % 1000) / 1000 - 0.5);
	return x;
}

static void multiply(const real *a, const real *b, real *c)
{
	gemm(gemm_for_processor(), true, false, M, N, K, 1, a, M, b, N, 0, c, N);
}

/* Products with K above what oneDNN's kernels have room for on the stack. */
static void signals_while_multiplying_harm_nothing(void **state)
{
	real *a = numbers(K * M), *b = numbers(K * N), *c = numbers(M * N), *same = numbers(M * N);
	struct sender sender = { .to = pthread_self() };
	unsigned char *block[BLOCKS];
	const int terminal = dup(STDERR_FILENO);
	int said[2];
	struct error error;
	pthread_t thread;

	(void)state;
	assert_true(gemm_init(&error));
	multiply(a, b, same);
	assert_true(pipe(said) == 0 && dup2(said[1], STDERR_FILENO) >= 0);
	sender.said = said[0];
	interrupt_catch();
	assert_int_equal(pthread_create(&thread, NULL, send_signals, &sender), 0);
	for (int i = 0; i < PRODUCTS; i++) {
		block[i % BLOCKS] = i < BLOCKS ? memory_new(BLOCK, 1) : block[i % BLOCKS];
		memset(block[i % BLOCKS], i, BLOCK);
		multiply(a, b, c);
		assert_memory_equal(c, same, M * N * sizeof *c);
		for (int j = 0; j < BLOCK; j++)
			assert_int_equal(block[i % BLOCKS][j], (unsigned char)i);
	}
	atomic_store(&sender.done, true);
	pthread_join(thread, NULL);
	assert_true(dup2(terminal, STDERR_FILENO) >= 0);
	close(terminal);
	close(said[0]);
	close(said[1]);
	assert_true(interrupt_asked());
	for (int i = 0; i < BLOCKS; i++)
		free(block[i]);
	free(a);
	free(b);
	free(c);
	free(same);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_while_multiplying_harm_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
