/* safetensors.h - named tensors in a file that PyTorch, NumPy and others read too.
 *
 * The format: 8 bytes of header length (little endian), a JSON header {"NAME": {"dtype", "shape",
 * "data_offsets"}, ...,
 * "__metadata__": {"KEY": "TEXT"}} padded with spaces to a multiple of 8, then the numbers (little
 * endian), row by row, tensor after tensor without holes.
 * https://github.com/huggingface/safetensors
 */
#ifndef BAKEOFF_SAFETENSORS_H
#define BAKEOFF_SAFETENSORS_H

#include "core/error.h"
#include "core/real.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TENSOR_DIMENSIONS = 8,
	SAFETENSORS_HEADER = 4 << 20, /* bytes of a header at most */
};

enum tensor_type {
	TENSOR_F32,
	TENSOR_F64,
	TENSOR_F16,
	TENSOR_BF16,
	TENSOR_I64,
	TENSOR_I32,
	TENSOR_I16,
	TENSOR_I8,
	TENSOR_U8,
	TENSOR_BOOL
};

struct tensor {
	const char *name;
	enum tensor_type type;
	int dimensions;
	size_t shape[TENSOR_DIMENSIONS];
	size_t count;     /* product of the shape */
	const void *data; /* may be unaligned */
};

struct safetensors {
	const char *bytes; /* the file, mapped: a page is read when it is looked at */
	size_t size;
	json_t *header;
	struct tensor *list; /* [count], as in the header */
	size_t count;
};

/* Maps the file and checks all of it but the numbers: lengths, types, shapes, that tensors neither
 * overlap nor leave holes and that the file ends where they end. Memory taken depends on the header
 * alone. Errors name the file and what is wrong, like "model.safetensors: cut short: 812 of 1024
 * bytes; copy it again". Whoever changes a file that others may have open replaces it, as
 * safetensors_write does, and never cuts it. */
bool safetensors_read(struct safetensors *, const char *path, struct error *);
void safetensors_free(struct safetensors *);

/* NULL where there is none of that name. */
const struct tensor *safetensors_find(const struct safetensors *, const char *name);
/* The text of a metadata key, or NULL. */
const char *safetensors_metadata(const struct safetensors *, const char *key);

/* "F32"; whether such numbers have fractions; and the bytes of all numbers. */
const char *tensor_type_name(enum tensor_type);
bool tensor_is_real(const struct tensor *);
size_t tensor_bytes(const struct tensor *);

/* Number i of a tensor, whatever its type. */
double tensor_number(const struct tensor *, size_t i);
/* All of them as reals or doubles, x[count]. */
void tensor_to_real(const struct tensor *, real *x);
void tensor_to_double(const struct tensor *, double *x);
/* As ints; false where the tensor is not of I64 or I32 or one of them is no int. */
bool tensor_to_int(const struct tensor *, int *x);

/* Writes tensors, whose names differ, and metadata (an object of texts, or NULL) to a file that is
 * whole or not there at all; see new_file_commit for what happens on error. */
bool safetensors_write(const char *path, const struct tensor *, size_t count,
                       const json_t *metadata, struct error *);

#endif
