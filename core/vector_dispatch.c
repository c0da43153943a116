/* vector_dispatch.c - which set of kernels this processor runs. */
#include "core/vector.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* From narrow to wide: whoever runs one runs those before it. */
static const struct vector_kernels *const sets[] = {
	&vector_portable,
#ifdef VECTOR_X86
	&vector_avx2,
	&vector_avx512,
#endif
};

enum { SETS = sizeof(sets) / sizeof(sets[0]) };

static bool runs(int i)
{
#ifdef VECTOR_X86
	if (i >= 1 && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")))
		return false;
	if (i >= 2 && !(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")))
		return false;
#endif
	return i >= 0 && i < SETS;
}

const struct vector_kernels *vector_kernels_available(int i)
{
	return runs(i) ? sets[i] : NULL;
}

const struct vector_kernels *vector_kernels(void)
{
	const char *wanted = getenv("BAKEOFF_VECTOR");
	int i = 0;

	while (i + 1 < SETS && runs(i + 1) && !(wanted && strcmp(wanted, sets[i]->name) == 0))
		i++;
	return sets[i];
}
