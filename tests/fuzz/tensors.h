/* tensors.h - files of tensors for the targets that read them. */
#ifndef BAKEOFF_FUZZ_TENSORS_H
#define BAKEOFF_FUZZ_TENSORS_H

#include <stddef.h>

/* A file of that header, its length before it, and `data` bytes behind it; the caller frees it. */
char *tensors_file(const char *header, size_t header_size, size_t data, size_t *size);

#endif
