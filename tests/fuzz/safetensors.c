/* safetensors.c - tensors in a file: raw bytes, or a header whose length is right. */
#include "core/safetensors.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

#include <stdlib.h>
#include <string.h>

char *tensors_file(const char *header, size_t header_size, size_t data, size_t *size)
{
	char *file;

	*size = 8 + header_size + data;
	file = memory_new(*size, 1);
	for (int i = 0; i < 8; i++)
		file[i] = (char)(header_size >> 8 * i);
	memcpy(file + 8, header, header_size);
	for (size_t i = 0; i < data; i++)
		file[8 + header_size + i] = (char)(i * 7);
	return file;
}

/* Every number is looked at, the first and last of what is mapped among them. */
static void look(const struct tensor *t)
{
	double *x = memory_new(t->count, sizeof *x);
	int *whole = memory_new(t->count, sizeof *whole);

	tensor_to_double(t, x);
	tensor_to_int(t, whole);
	for (size_t i = 0; i < t->count; i++)
		x[i] += tensor_number(t, i);
	fuzz_check(tensor_bytes(t) / t->count <= 8 || !t->count, "bytes are those of the numbers");
	free(x);
	free(whole);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	const unsigned way = fuzz_byte(&in), data = fuzz_byte(&in);
	size_t whole = in.size;
	char *file = way & 1 ? NULL : tensors_file((const char *)in.bytes, in.size, data, &whole);
	const char *path = fuzz_file("x.safetensors", file ? file : (const char *)in.bytes, whole);
	struct safetensors read;
	struct error error;
	const bool good = safetensors_read(&read, path, &error);

	free(file);
	fuzz_said(good, &error);
	if (!good)
		return;
	safetensors_metadata(&read, "update");
	for (size_t i = 0; i < read.count; i++) {
		fuzz_check(safetensors_find(&read, read.list[i].name) == &read.list[i],
		           "a tensor is found by its name");
		if (read.list[i].count)
			look(&read.list[i]);
	}
	safetensors_free(&read);
}

static const char *const seeds[] = {
	"0\x18{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
	"0\x10{\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},\"b\":{\"dtype\":"
	"\"F64\",\"shape\":[1],\"data_offsets\":[8,16]},\"__metadata__\":{\"update\":\"7\"}}  ",
	"0\x04{\"a\":{\"dtype\":\"I32\",\"shape\":[1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}",
	"0\x01{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807],\"data_offsets\":[0,0]}}",
	"0\x01{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
	"1\x01\xff\xff\xff\xff\xff\xff\xff\x7f{}",
	NULL,
};

const struct fuzz_target fuzz_safetensors = {
	"safetensors", "tensors in a file", NULL, one, seeds, NULL,
};
