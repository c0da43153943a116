/* safetensors.h - named tensors in a file that PyTorch, NumPy and others read too.
 *
 * The format: 8 bytes of header length (little endian), a JSON header {"NAME": {"dtype", "shape", "data_offsets"}, ...,
 * "__metadata__": {"KEY": "TEXT"}}, then the numbers. https://github.com/huggingface/safetensors
 */
#ifndef BAKEOFF_SAFETENSORS_H
#define BAKEOFF_SAFETENSORS_H

#include "core/error.h"
#include "core/real.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { TENSOR_DIMENSIONS = 8 };

enum tensor_type { TENSOR_F32, TENSOR_F64, TENSOR_I64 };

struct tensor {
	const char *name;
	enum tensor_type type;
	int dimensions;
	size_t shape[TENSOR_DIMENSIONS];
	size_t count;      /* product of the shape */
	const void *data;  /* may be unaligned */
};

struct safetensors {
	char *bytes;
	json_t *header;
	struct tensor *list; /* [count] */
	size_t count;
};

/* Reads and checks the whole file; errors name it and what is wrong (cut short: both sizes). */
bool safetensors_read(struct safetensors *, const char *path, struct error *);
void safetensors_free(struct safetensors *);

/* NULL where there is none of that name. */
const struct tensor *safetensors_find(const struct safetensors *, const char *name);
/* The text of a metadata key, or NULL. */
const char *safetensors_metadata(const struct safetensors *, const char *key);

/* Number i of a tensor, whatever its type. */
double tensor_number(const struct tensor *, size_t i);
/* All of them as reals. */
void tensor_to_real(const struct tensor *, real *x);

/* Writes tensors and metadata (an object of texts, or NULL) to a file that is whole or not there at all. */
bool safetensors_write(const char *path, const struct tensor *, size_t count, const json_t *metadata,
		       struct error *);

#endif
