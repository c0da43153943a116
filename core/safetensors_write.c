/* safetensors_write.c - writes safetensors files, whole or not at all. */
#include "core/file.h"
#include "core/safetensors.h"

#include <stdlib.h>
#include <string.h>

static json_t *make_entry(const struct tensor *t, size_t from, size_t past)
{
	json_t *shape = json_array();

	for (int i = 0; i < t->dimensions; i++)
		json_array_append_new(shape, json_integer((json_int_t)t->shape[i]));
	return json_pack("{s:s, s:o, s:[I, I]}", "dtype", tensor_type_name(t->type), "shape", shape,
	                 "data_offsets", (json_int_t)from, (json_int_t)past);
}

static void add_metadata(json_t *header, const json_t *metadata)
{
	json_t *copy = json_deep_copy(metadata), *value;
	const char *key;

	json_object_foreach(copy, key, value) if (!json_is_string(value))
		panic("safetensors_write: metadata %s is not a text", key);
	json_object_set_new(header, "__metadata__", copy);
}

static json_t *make_header(const struct tensor *t, size_t count, const json_t *metadata)
{
	json_t *header = json_object();
	size_t at = 0;

	if (metadata)
		add_metadata(header, metadata);
	for (size_t i = 0; i < count; i++) {
		const size_t past = at + tensor_bytes(&t[i]);

		if (json_object_get(header, t[i].name))
			panic("safetensors_write: two tensors are named %s", t[i].name);
		if (json_object_set_new(header, t[i].name, make_entry(&t[i], at, past)))
			panic("safetensors_write: %s is not a name", t[i].name);
		at = past;
	}
	return header;
}

/* The header as text, padded so that the numbers begin at a multiple of 8; to be freed. */
static char *header_text(const struct tensor *t, size_t count, const json_t *metadata,
                         size_t *length)
{
	json_t *header = make_header(t, count, metadata);
	char *text = json_dumps(header, JSON_COMPACT);
	size_t used;

	json_decref(header);
	if (!text)
		panic("safetensors_write: the header cannot be written as JSON");
	used = strlen(text);
	*length = (used + 7) / 8 * 8;
	text = memory_resize(text, *length, 1);
	memset(text + used, ' ', *length - used);
	return text;
}

static bool write_all(const char *path, const char *header, size_t length, const struct tensor *t,
                      size_t count, struct error *error)
{
	unsigned char little_endian[8];
	struct new_file file;

	if (length > SAFETENSORS_HEADER)
		return error_set(
			error,
			"%s: not written: a header of %zu bytes, %d can be; keep less text in "
			"the metadata",
			path, length, SAFETENSORS_HEADER);
	if (!new_file_begin(&file, path, error))
		return false;
	for (int i = 0; i < 8; i++)
		little_endian[i] = (unsigned char)(length >> 8 * i);
	new_file_write(&file, little_endian, sizeof little_endian);
	new_file_write(&file, header, length);
	for (size_t i = 0; i < count; i++)
		new_file_write(&file, t[i].data, tensor_bytes(&t[i]));
	return new_file_commit(&file, error);
}

bool safetensors_write(const char *path, const struct tensor *t, size_t count,
                       const json_t *metadata, struct error *error)
{
	size_t length;
	char *header = header_text(t, count, metadata, &length);
	const bool written = write_all(path, header, length, t, count, error);

	free(header);
	return written;
}
