/* version.h - program, kernels and libraries by their versions. */
#ifndef BAKEOFF_CLI_VERSION_H
#define BAKEOFF_CLI_VERSION_H

#include <stdio.h>

void version_print(FILE *);

/* "GSL 2.7.1, libyaml ...": all but those of matrix products, SQLite and MPI. */
void version_libraries(char *text, size_t size);
/* The sets of vector kernels that this processor can use: "portable, avx2". */
void version_sets(char *text, size_t size);

#endif
