/* safetensors.c - reads safetensors files; nothing in them is believed before it is checked. */
#include "core/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *name;
	size_t size;
} types[] = {
	[TENSOR_F32] = { "F32", 4 },   [TENSOR_F64] = { "F64", 8 }, [TENSOR_F16] = { "F16", 2 },
	[TENSOR_BF16] = { "BF16", 2 }, [TENSOR_I64] = { "I64", 8 }, [TENSOR_I32] = { "I32", 4 },
	[TENSOR_I16] = { "I16", 2 },   [TENSOR_I8] = { "I8", 1 },   [TENSOR_U8] = { "U8", 1 },
	[TENSOR_BOOL] = { "BOOL", 1 },
};
enum { TYPES = sizeof types / sizeof types[0] };

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they are");

const char *tensor_type_name(enum tensor_type type)
{
	return types[type].name;
}

bool tensor_is_real(const struct tensor *t)
{
	return t->type <= TENSOR_BF16;
}

size_t tensor_bytes(const struct tensor *t)
{
	return t->count * types[t->type].size;
}

static bool read_type(struct tensor *t, const json_t *dtype, struct error *error)
{
	const char *name = json_string_value(dtype);

	for (int i = 0; name && i < TYPES; i++) {
		if (strcmp(types[i].name, name))
			continue;
		t->type = (enum tensor_type)i;
		return true;
	}
	return error_set(
		error,
		"tensor %.100s: dtype %.20s cannot be read; convert it to F32 (F64, F16, BF16, "
		"BOOL, U8 and I8 to I64 can be read too)",
		t->name, name ? name : "(none)");
}

/* A size or a position: a whole number that is not negative. */
static bool read_whole(const json_t *value, size_t *to)
{
	*to = (size_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool read_shape(struct tensor *t, const json_t *shape, struct error *error)
{
	size_t bytes = types[t->type].size;

	if (!json_is_array(shape) || json_array_size(shape) > TENSOR_DIMENSIONS)
		return error_set(error,
		                 "tensor %.100s: its shape must be a list of at most %d sizes",
		                 t->name, TENSOR_DIMENSIONS);
	t->dimensions = (int)json_array_size(shape);
	t->count = 1;
	for (int i = 0; i < t->dimensions; i++) {
		if (!read_whole(json_array_get(shape, (size_t)i), &t->shape[i]))
			return error_set(
				error,
				"tensor %.100s: its shape must be whole numbers, none negative",
				t->name);
		if (__builtin_mul_overflow(bytes, t->shape[i], &bytes))
			return error_set(error, "tensor %.100s: its shape is too large", t->name);
		t->count *= t->shape[i];
	}
	return true;
}

/* The bytes of one tensor, counted from the first byte of the first. */
struct place {
	size_t first, past;
	struct tensor *tensor;
};

static bool read_place(struct place *place, struct tensor *t, const json_t *offsets,
                       struct error *error)
{
	place->tensor = t;
	if (json_array_size(offsets) != 2 ||
	    !read_whole(json_array_get(offsets, 0), &place->first) ||
	    !read_whole(json_array_get(offsets, 1), &place->past) || place->past < place->first)
		return error_set(error, "tensor %.100s: its data_offsets must be two positions",
		                 t->name);
	if (place->past - place->first != tensor_bytes(t))
		return error_set(error, "tensor %.100s: %zu bytes for %zu numbers of type %s",
		                 t->name, place->past - place->first, t->count,
		                 types[t->type].name);
	return true;
}

static bool read_entries(struct safetensors *file, struct place *place, struct error *error)
{
	const char *name;
	json_t *entry;

	json_object_foreach(file->header, name, entry)
	{
		struct tensor *t = &file->list[file->count];

		if (!strcmp(name, "__metadata__"))
			continue;
		*t = (struct tensor){ .name = name };
		if (!read_type(t, json_object_get(entry, "dtype"), error) ||
		    !read_shape(t, json_object_get(entry, "shape"), error) ||
		    !read_place(&place[file->count], t, json_object_get(entry, "data_offsets"),
		                error))
			return false;
		file->count++;
	}
	return true;
}

/* An empty tensor before the one that begins where it lies. */
static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->past > y->past) - (x->past < y->past);
}

/* Each tensor begins where the one before it ends, and the file ends with the last. `from` is where
 * the first begins. */
static bool check_layout(struct place *place, size_t count, size_t from, size_t size,
                         struct error *error)
{
	size_t end = 0; /* below 2^63, as JSON's whole numbers are */

	qsort(place, count, sizeof *place, by_place);
	for (size_t i = 0; i < count; i++) {
		if (place[i].first != end)
			return error_set(error,
			                 "tensor %.100s %s the one before it: the file is damaged",
			                 place[i].tensor->name,
			                 place[i].first < end ? "overlaps" : "leaves a hole after");
		end = place[i].past;
	}
	if (size - from < end)
		return error_set(error, "cut short: %zu of %zu bytes; copy it again", size,
		                 from + end);
	if (size - from > end)
		return error_set(error, "%zu bytes follow the last tensor: the file is damaged",
		                 size - from - end);
	return true;
}

static bool read_tensors(struct safetensors *file, size_t from, struct error *error)
{
	const size_t most = json_object_size(file->header);
	struct place *place = memory_new(most, sizeof *place);
	bool good;

	file->list = memory_new(most, sizeof *file->list);
	good = read_entries(file, place, error) &&
	       check_layout(place, file->count, from, file->size, error);
	for (size_t i = 0; good && i < file->count; i++)
		place[i].tensor->data = file->bytes + from + place[i].first;
	free(place);
	return good;
}

/* *from becomes the position behind the header. */
static bool read_header(struct safetensors *file, size_t *from, struct error *error)
{
	const size_t size = file->size;
	uint64_t length = 0;
	json_error_t place;

	if (size < 8)
		return error_set(error, "cut short: %zu of at least 10 bytes; copy it again", size);
	for (int i = 7; i >= 0; i--)
		length = length << 8 | (unsigned char)file->bytes[i];
	if (length < 2 || length > SAFETENSORS_HEADER)
		return error_set(error,
		                 "not a safetensors file: a header of %" PRIu64
		                 " bytes; 2 to %d can be",
		                 length, SAFETENSORS_HEADER);
	if (length > size - 8)
		return error_set(error, "cut short: %zu of at least %zu bytes; copy it again", size,
		                 8 + (size_t)length);
	if (file->bytes[8] != '{')
		return error_set(error,
		                 "not a safetensors file: its header does not begin with '{'");
	file->header = json_loadb(file->bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &place);
	if (!file->header)
		return error_set(error,
		                 "not a safetensors file: its header is not JSON at byte %d: %s",
		                 place.position, place.text);
	*from = 8 + (size_t)length;
	return true;
}

static bool check_metadata(const struct safetensors *file, struct error *error)
{
	json_t *metadata = json_object_get(file->header, "__metadata__"), *value;
	const char *key;

	if (metadata && !json_is_object(metadata))
		return error_set(error, "its __metadata__ is not an object: the file is damaged");
	json_object_foreach(metadata, key, value) if (!json_is_string(value)) return error_set(
		error, "its __metadata__ %.100s is not a text: the file is damaged", key);
	return true;
}

/* O_NONBLOCK: a named pipe must not make us wait for somebody who writes to it. */
static bool map_file(struct safetensors *file, const char *path, struct error *error)
{
	const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	void *bytes = MAP_FAILED;
	bool mapped = false;

	if (descriptor < 0 || fstat(descriptor, &status)) {
		error_set(error, "%s", strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		error_set(error, "is not a file");
	} else if (status.st_size == 0) {
		error_set(error, "is empty; copy it again");
	} else {
		bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
		mapped = bytes != MAP_FAILED || error_set(error, "%s", strerror(errno));
	}
	if (descriptor >= 0)
		close(descriptor);
	if (mapped) {
		file->bytes = bytes;
		file->size = (size_t)status.st_size;
	}
	return mapped;
}

bool safetensors_read(struct safetensors *file, const char *path, struct error *error)
{
	size_t from = 0;

	*file = (struct safetensors){ 0 };
	if (map_file(file, path, error) && read_header(file, &from, error) &&
	    check_metadata(file, error) && read_tensors(file, from, error))
		return true;
	safetensors_free(file);
	return error_prefix(error, "%s", path);
}

void safetensors_free(struct safetensors *file)
{
	if (!file)
		return;
	json_decref(file->header);
	free(file->list);
	if (file->bytes)
		munmap((void *)(uintptr_t)file->bytes, file->size);
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
	return json_string_value(
		json_object_get(json_object_get(file->header, "__metadata__"), key));
}

/* Number i, of so many bytes, in the low bits. */
static uint64_t bits_of(const struct tensor *t, size_t i)
{
	const size_t size = types[t->type].size;
	uint64_t bits = 0;

	memcpy(&bits, (const char *)t->data + i * size, size);
	return bits;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half(uint64_t bits)
{
	const int exponent = bits >> 10 & 31;
	const double fraction = (double)(bits & 1023), sign = bits >> 15 ? -1 : 1;

	if (exponent == 31)
		return sign * (double)(fraction > 0 ? NAN : INFINITY);
	return sign * (exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

static int64_t whole_number(const struct tensor *t, size_t i)
{
	const uint64_t bits = bits_of(t, i);

	switch (t->type) {
	case TENSOR_I32:
		return (int32_t)bits;
	case TENSOR_I16:
		return (int16_t)bits;
	case TENSOR_I8:
		return (int8_t)bits;
	default:
		return (int64_t)bits;
	}
}

double tensor_number(const struct tensor *t, size_t i)
{
	uint32_t bits;
	float single;
	double full;

	switch (t->type) {
	case TENSOR_F32:
		memcpy(&single, (const char *)t->data + i * sizeof single, sizeof single);
		return (double)single;
	case TENSOR_F64:
		memcpy(&full, (const char *)t->data + i * sizeof full, sizeof full);
		return full;
	case TENSOR_F16:
		return half(bits_of(t, i));
	case TENSOR_BF16: /* the upper half of an F32 */
		bits = (uint32_t)bits_of(t, i) << 16;
		memcpy(&single, &bits, sizeof single);
		return (double)single;
	default:
		return (double)whole_number(t, i);
	}
}

void tensor_to_real(const struct tensor *t, real *x)
{
	for (size_t i = 0; i < t->count; i++)
		x[i] = (real)tensor_number(t, i);
}

void tensor_to_double(const struct tensor *t, double *x)
{
	for (size_t i = 0; i < t->count; i++)
		x[i] = tensor_number(t, i);
}

bool tensor_to_int(const struct tensor *t, int *x)
{
	if (t->type != TENSOR_I64 && t->type != TENSOR_I32)
		return false;
	for (size_t i = 0; i < t->count; i++) {
		const int64_t number = whole_number(t, i);

		if (number < INT_MIN || number > INT_MAX)
			return false;
		x[i] = (int)number;
	}
	return true;
}
