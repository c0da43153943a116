/* exchange.c - what a sum over ranks takes, by their number and its size; to be started by mpirun.
 *
 *     mpirun -n 4 build/release/tests/bench/exchange [REALS...]
 *
 * Prints "ranks reals bytes seconds", tab-separated, a line a size: the median over rounds on rank 0.
 */
#include "core/machine.h"
#include "core/ranks.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 11 };

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Seconds of a sum; 0 where a rank is lost. */
static double median_of_sums(struct ranks *ranks, size_t n)
{
	real *term = memory_map(n, sizeof *term), *spare = memory_map(n, sizeof *spare);
	double seconds[ROUNDS] = { 0 };

	for (int i = 0; i < ROUNDS && !ranks_error(ranks); i++) {
		char ready[256] = { 0 };
		double start;

		ranks_gather(ranks, ready, 1, (size_t)ranks_count(ranks));
		start = machine_seconds();
		ranks_sum(ranks, &term, 1, n, spare);
		seconds[i] = machine_seconds() - start;
	}
	memory_unmap(term, n, sizeof *term);
	memory_unmap(spare, n, sizeof *spare);
	qsort(seconds, ROUNDS, sizeof *seconds, by_size);
	return seconds[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	struct ranks *ranks = NULL;
	struct error error;

	if (ranks_launched() < 2 || ranks_launched() > 256 ||
	    !ranks_open(&ranks, 600, NULL, &error)) {
		fprintf(stderr, "exchange: to be started by mpirun, as 2 to 256 ranks of a build with MPI\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		const size_t n = (size_t)strtoul(argv[i], NULL, 10);
		const double seconds = n ? median_of_sums(ranks, n) : 0;

		if (ranks_number(ranks) == 0)
			printf("%d\t%zu\t%zu\t%.6f\n", ranks_count(ranks), n, n * sizeof(real),
			       seconds);
	}
	ranks_close(ranks);
	return 0;
}
