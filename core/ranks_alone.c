/* ranks_alone.c - ranks in a build without MPI: there is only this process. */
#include "core/ranks.h"
#include "core/vector.h"

void ranks_describe(char *text, size_t size)
{
	if (size)
		text[0] = '\0';
}

bool ranks_open(struct ranks **ranks, double patience, bool (*asked)(void), struct error *error)
{
	(void)patience;
	(void)asked;
	*ranks = NULL;
	return error_set(error,
	                 "started as %d processes, but this program was built without MPI: install "
	                 "libopenmpi-dev and build it again, or start it once",
	                 ranks_launched());
}

void ranks_close(struct ranks *ranks)
{
	(void)ranks;
}

int ranks_number(const struct ranks *ranks)
{
	(void)ranks;
	return 0;
}

int ranks_count(const struct ranks *ranks)
{
	(void)ranks;
	return 1;
}

const char *ranks_error(const struct ranks *ranks)
{
	(void)ranks;
	return NULL;
}

bool ranks_share(struct ranks *ranks, void *data, size_t bytes)
{
	(void)ranks;
	(void)data;
	(void)bytes;
	return true;
}

bool ranks_gather(struct ranks *ranks, void *things, size_t size, size_t n)
{
	(void)ranks;
	(void)things;
	(void)size;
	(void)n;
	return true;
}

bool ranks_follow(struct ranks *ranks, bool good, struct error *error)
{
	(void)ranks;
	(void)error;
	return good;
}

bool ranks_agree(struct ranks *ranks, bool good, struct error *error)
{
	(void)ranks;
	(void)error;
	return good;
}

real *ranks_sum(struct ranks *ranks, real *const *term, int terms, size_t n, real *spare)
{
	(void)ranks;
	(void)spare;
	for (int k = 1; k < terms; k++)
		vector_kernels()->accumulate(n, 1, term[k], term[0]);
	return term[0];
}

size_t ranks_part_most(void)
{
	return 1;
}

void ranks_sum_begin(struct ranks *ranks, const struct ranks_part *part, size_t parts,
                     real *const *term, int terms, real *spare)
{
	(void)ranks;
	(void)part;
	(void)parts;
	(void)term;
	(void)terms;
	(void)spare;
}

void ranks_sum_ready(struct ranks *ranks, size_t ready)
{
	(void)ranks;
	(void)ready;
}

real *ranks_sum_end(struct ranks *ranks)
{
	(void)ranks;
	return NULL;
}
