/* ranks.c - what needs no library of messages: whether there are other processes, and shares. */
#include "core/ranks.h"

#include <stdlib.h>

enum { RANKS_MOST = 1000000 };

static int number_in(const char *variable)
{
	const char *text = getenv(variable);
	const long number = text ? strtol(text, NULL, 10) : 0;

	return number > 0 && number <= RANKS_MOST ? (int)number : 0;
}

/* Open MPI's mpirun names the size; srun --mpi=pmix or pmi2 says that it is one, and Slurm how many
 * there are. */
int ranks_launched(void)
{
	int size = number_in("OMPI_COMM_WORLD_SIZE");

	if (!size)
		size = number_in("PMI_SIZE");
	if (!size && getenv("PMIX_RANK"))
		size = number_in("SLURM_STEP_NUM_TASKS");
	return size > 1 ? size : 1;
}

int ranks_launched_number(void)
{
	static const char *const variables[] = { "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK" };

	if (ranks_launched() > 1)
		for (int i = 0; i < 3; i++)
			if (getenv(variables[i]))
				return number_in(variables[i]) % ranks_launched();
	return 0;
}

size_t ranks_first(const struct ranks *ranks, size_t n, int rank)
{
	return n * (size_t)rank / (size_t)ranks_count(ranks);
}
