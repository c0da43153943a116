/* version.c - bakeoff --version: program, kernels and libraries. */
#include "cli/version.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "core/ranks.h"
#include "core/vector.h"

#include <gsl/gsl_version.h>
#include <jansson.h>
#include <sqlite3.h>
#include <utf8proc.h>
#include <xxhash.h>
#include <yaml.h>

void version_libraries(char *text, size_t size)
{
	const unsigned hash = XXH_versionNumber();

	snprintf(text, size,
	         "GSL %s, libyaml %s, SentencePiece %s, utf8proc %s, jansson %s, xxHash %u.%u.%u",
	         gsl_version, yaml_get_version_string(), machine_sentencepiece(),
	         utf8proc_version(), jansson_version_str(), hash / 10000, hash / 100 % 100,
	         hash % 100);
}

void version_sets(char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; vector_kernels_available(i) && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
		                         vector_kernels_available(i)->name);
}

static void print_products(FILE *out)
{
	const struct gemm *choice = gemm_for_processor();
	const struct gemm_library *used[] = { choice->plain, choice->transposed_a,
		                              choice->bfloat16 };
	static const char *const words[] = { "A B", "A^T B", "bfloat16" };
	char text[160], kernel[80];
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(out, "matrix products: %s\n", error.message);
		return;
	}
	for (int i = 0; i < 3; i++) {
		if (!used[i])
			continue;
		used[i]->describe(text, sizeof text);
		used[i]->describe_kernel(kernel, sizeof kernel);
		fprintf(out, "matrix products, %s: %s, kernel %s\n", words[i], text, kernel);
	}
}

void version_print(FILE *out)
{
	char text[512], mpi[128];

	fprintf(out, "bakeoff %s (%s)\n", BAKEOFF_VERSION, machine_commit());
	fprintf(out, "%s, compiled by %s with %s\n", REAL_NAME, machine_compiler(),
	        machine_flags());
	version_sets(text, sizeof text);
	fprintf(out, "vector kernels: %s, of %s\n", vector_kernels()->name, text);
	print_products(out);
	version_libraries(text, sizeof text);
	fprintf(out, "SQLite %s, %s\n", sqlite3_libversion(), text);
	ranks_describe(mpi, sizeof mpi);
	fprintf(out, "MPI: %s\n", *mpi ? mpi : "not built in");
}
