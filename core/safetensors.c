/* safetensors.c - read with every length checked, write whole or not at all. */
#include "core/safetensors.h"
#include "core/file.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t size;
} types[] = { [TENSOR_F32] = { "F32", 4 }, [TENSOR_F64] = { "F64", 8 }, [TENSOR_I64] = { "I64", 8 } };
enum { TYPES = sizeof types / sizeof types[0] };

static const size_t MOST_BYTES = (size_t)1 << 40;
static const uint64_t MOST_HEADER = 100 << 20;

/* Numbers of the tensor, or false where the shape is not a list of sizes whose product can be. */
static bool read_shape(struct tensor *t, const json_t *shape)
{
	if (!json_is_array(shape) || json_array_size(shape) > TENSOR_DIMENSIONS)
		return false;
	t->dimensions = (int)json_array_size(shape);
	t->count = 1;
	for (int i = 0; i < t->dimensions; i++) {
		const json_t *size = json_array_get(shape, (size_t)i);
		const json_int_t n = json_integer_value(size);

		if (!json_is_integer(size) || n < 0 || (n && t->count > MOST_BYTES / (size_t)n))
			return false;
		t->shape[i] = (size_t)n;
		t->count *= (size_t)n;
	}
	return true;
}

static bool read_type(struct tensor *t, const json_t *dtype)
{
	const char *name = json_string_value(dtype);

	for (int i = 0; name && i < TYPES; i++) {
		if (strcmp(types[i].name, name))
			continue;
		t->type = (enum tensor_type)i;
		return true;
	}
	return false;
}

static bool read_entry(struct tensor *t, const char *name, const json_t *entry, const char *data,
		       size_t bytes, struct error *error)
{
	const json_t *offsets = json_object_get(entry, "data_offsets");
	const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
	size_t first, last;

	*t = (struct tensor){ .name = name };
	if (!read_type(t, json_object_get(entry, "dtype")))
		return error_set(error, "tensor %s: its dtype must be F32, F64 or I64", name);
	if (!read_shape(t, json_object_get(entry, "shape")))
		return error_set(error, "tensor %s: its shape must be at most %d sizes", name,
				 TENSOR_DIMENSIONS);
	if (json_array_size(offsets) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
	    json_integer_value(from) < 0 || json_integer_value(to) < json_integer_value(from))
		return error_set(error, "tensor %s: its data_offsets must be two positions", name);
	first = (size_t)json_integer_value(from);
	last = (size_t)json_integer_value(to);
	if (last > bytes)
		return error_set(error, "cut short: tensor %s ends at byte %zu of %zu", name, last, bytes);
	if (last - first != t->count * types[t->type].size)
		return error_set(error, "tensor %s: %zu bytes for %zu numbers of type %s", name, last - first,
				 t->count, types[t->type].name);
	t->data = data + first;
	return true;
}

static bool read_header(struct safetensors *file, size_t size, struct error *error)
{
	uint64_t length = 0;
	json_error_t place;
	const char *name;
	json_t *entry;

	if (size < 8)
		return error_set(error, "cut short: %zu bytes, a header has 8 and more", size);
	for (int i = 7; i >= 0; i--)
		length = length << 8 | (unsigned char)file->bytes[i];
	if (length > MOST_HEADER || length > size - 8)
		return error_set(error, "cut short, or not a safetensors file: header of %llu bytes in %zu",
				 (unsigned long long)length, size);
	file->header = json_loadb(file->bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &place);
	if (!json_is_object(file->header))
		return error_set(error, "its header is not JSON: %s", file->header ? "not an object" : place.text);
	file->list = memory_new(json_object_size(file->header), sizeof *file->list);
	json_object_foreach(file->header, name, entry)
	{
		if (!strcmp(name, "__metadata__"))
			continue;
		if (!read_entry(&file->list[file->count], name, entry, file->bytes + 8 + length,
				size - 8 - (size_t)length, error))
			return false;
		file->count++;
	}
	return true;
}

bool safetensors_read(struct safetensors *file, const char *path, struct error *error)
{
	size_t size;

	*file = (struct safetensors){ 0 };
	if (!file_read(path, MOST_BYTES, &file->bytes, &size, error))
		return false;
	if (read_header(file, size, error))
		return true;
	safetensors_free(file);
	return error_prefix(error, "%s", path);
}

void safetensors_free(struct safetensors *file)
{
	json_decref(file->header);
	free(file->list);
	free(file->bytes);
	*file = (struct safetensors){ 0 };
}

const struct tensor *safetensors_find(const struct safetensors *file, const char *name)
{
	for (size_t i = 0; i < file->count; i++)
		if (!strcmp(file->list[i].name, name))
			return &file->list[i];
	return NULL;
}

const char *safetensors_metadata(const struct safetensors *file, const char *key)
{
	return json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
}

double tensor_number(const struct tensor *t, size_t i)
{
	const char *at = (const char *)t->data + i * types[t->type].size;
	float single;
	double whole;
	int64_t integer;

	switch (t->type) {
	case TENSOR_F32:
		memcpy(&single, at, sizeof single);
		return (double)single;
	case TENSOR_F64:
		memcpy(&whole, at, sizeof whole);
		return whole;
	case TENSOR_I64:
		memcpy(&integer, at, sizeof integer);
		return (double)integer;
	}
	return 0;
}

void tensor_to_real(const struct tensor *t, real *x)
{
	for (size_t i = 0; i < t->count; i++)
		x[i] = (real)tensor_number(t, i);
}

static json_t *make_header(const struct tensor *t, size_t count, const json_t *metadata)
{
	json_t *header = json_object();
	size_t at = 0;

	if (metadata)
		json_object_set_new(header, "__metadata__", json_deep_copy(metadata));
	for (size_t i = 0; i < count; i++) {
		const size_t end = at + t[i].count * types[t[i].type].size;
		json_t *shape = json_array();

		for (int d = 0; d < t[i].dimensions; d++)
			json_array_append_new(shape, json_integer((json_int_t)t[i].shape[d]));
		json_object_set_new(header, t[i].name,
				    json_pack("{s:s, s:o, s:[I, I]}", "dtype", types[t[i].type].name,
					      "shape", shape, "data_offsets", (json_int_t)at,
					      (json_int_t)end));
		at = end;
	}
	return header;
}

static void write_header(FILE *stream, const char *text)
{
	const size_t length = strlen(text), padded = (length + 7) / 8 * 8;

	for (int i = 0; i < 8; i++)
		fputc((int)(padded >> 8 * i & 255), stream);
	fputs(text, stream);
	for (size_t i = length; i < padded; i++)
		fputc(' ', stream);
}

bool safetensors_write(const char *path, const struct tensor *t, size_t count, const json_t *metadata,
		       struct error *error)
{
	json_t *header = make_header(t, count, metadata);
	char *text = json_dumps(header, JSON_COMPACT);
	struct new_file file;
	bool written = false;

	if (!text)
		panic("a safetensors header cannot be written as JSON");
	if (new_file_begin(&file, path, error)) {
		write_header(file.stream, text);
		for (size_t i = 0; i < count; i++)
			fwrite(t[i].data, types[t[i].type].size, t[i].count, file.stream);
		written = new_file_commit(&file, error);
	}
	free(text);
	json_decref(header);
	return written;
}
