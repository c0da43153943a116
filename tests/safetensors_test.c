/* safetensors_test.c - safetensors files come back as they were written, whole or not at all, and
 * no bytes harm the reader. */
#include "core/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Faults of the C library, for the code under test; 0: none. */
static int fsync_failure, folder_failure, rename_failure;

int fsync(int descriptor)
{
	struct stat status;

	if (fstat(descriptor, &status))
		return -1;
	errno = S_ISDIR(status.st_mode) ? folder_failure : fsync_failure;
	return errno ? -1 : 0;
}

int rename(const char *from, const char *to)
{
	if (!rename_failure)
		return renameat(AT_FDCWD, from, AT_FDCWD, to);
	errno = rename_failure;
	return -1;
}

struct folder {
	char path[64], file[96];
};

static int make_folder(void **state)
{
	struct folder *folder = memory_new(1, sizeof *folder);

	snprintf(folder->path, sizeof folder->path, "/tmp/safetensors_test.XXXXXX");
	if (!mkdtemp(folder->path))
		return -1;
	snprintf(folder->file, sizeof folder->file, "%s/model.safetensors", folder->path);
	*state = folder;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	const int failed = nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(folder);
	return failed;
}

static int count_one_files;

static int count_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)path;
	(void)status;
	(void)where;
	count_one_files += type == FTW_F;
	return 0;
}

static int files_in(const char *folder)
{
	count_one_files = 0;
	nftw(folder, count_one, 8, FTW_PHYS);
	return count_one_files;
}

static void put_bytes(const char *path, const void *bytes, size_t size)
{
	FILE *stream = fopen(path, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

static char *get_bytes(const char *path, size_t *size)
{
	FILE *stream = fopen(path, "rb");
	char *bytes = memory_new(1 << 20, 1);

	assert_non_null(stream);
	*size = fread(bytes, 1, 1 << 20, stream);
	fclose(stream);
	return bytes;
}

static const float weight[2][3] = { { 1, -2.5f, 3e-30f }, { 0, INFINITY, -0.0f } };
static const double exact[] = { 0.1, -1e300, 5e-324 };
static const int64_t wide[] = { INT64_MIN, -1, INT64_MAX };
static const int32_t narrow[] = { INT32_MIN, 7, INT32_MAX };
static const double single = 42;

static const struct tensor sample[] = {
	{ "weight", TENSOR_F32, 2, { 2, 3 }, 6, weight },
	{ "exact", TENSOR_F64, 1, { 3 }, 3, exact },
	{ "schicht.größe \"1\"", TENSOR_I64, 1, { 3 }, 3, wide },
	{ "empty", TENSOR_F32, 3, { 4, 0, 2 }, 0, NULL },
	{ "narrow", TENSOR_I32, 1, { 3 }, 3, narrow },
	{ "single", TENSOR_F64, 0, { 0 }, 1, &single },
};
enum { SAMPLES = sizeof sample / sizeof sample[0] };

static void write_sample(const char *path)
{
	json_t *metadata =
		json_pack("{s:s, s:s}", "format", "pt", "note", "line\n\"two\" \xe2\x96\x81");
	struct error error;

	if (!safetensors_write(path, sample, SAMPLES, metadata, &error))
		fail_msg("%s", error.message);
	json_decref(metadata);
}

static void what_is_written_comes_back(void **state)
{
	const struct folder *folder = *state;
	struct safetensors file;
	struct error error;

	write_sample(folder->file);
	assert_true(safetensors_read(&file, folder->file, &error));
	assert_int_equal(file.count, SAMPLES);
	assert_string_equal(safetensors_metadata(&file, "format"), "pt");
	assert_string_equal(safetensors_metadata(&file, "note"), "line\n\"two\" \xe2\x96\x81");
	assert_null(safetensors_metadata(&file, "other"));
	assert_null(safetensors_find(&file, "other"));
	for (int i = 0; i < SAMPLES; i++) {
		const struct tensor *t = safetensors_find(&file, sample[i].name);

		assert_non_null(t);
		assert_int_equal(t->type, sample[i].type);
		assert_int_equal(t->dimensions, sample[i].dimensions);
		assert_memory_equal(t->shape, sample[i].shape, sizeof t->shape);
		assert_int_equal(t->count, sample[i].count);
		if (t->count)
			assert_memory_equal(t->data, sample[i].data, tensor_bytes(t));
	}
	safetensors_free(&file);
	assert_int_equal(files_in(folder->path), 1);
}

static void numbers_are_converted(void **state)
{
	const struct folder *folder = *state;
	struct safetensors file;
	struct error error;
	real reals[6];
	double doubles[6];
	int ints[3];

	write_sample(folder->file);
	assert_true(safetensors_read(&file, folder->file, &error));
	tensor_to_real(safetensors_find(&file, "weight"), reals);
	tensor_to_double(safetensors_find(&file, "weight"), doubles);
	for (int i = 0; i < 6; i++) {
		assert_true((double)reals[i] == (double)weight[i / 3][i % 3]);
		assert_true(doubles[i] == (double)weight[i / 3][i % 3]);
	}
	tensor_to_double(safetensors_find(&file, "exact"), doubles);
	assert_memory_equal(doubles, exact, sizeof exact);
	tensor_to_real(safetensors_find(&file, "narrow"), reals);
	assert_true((double)reals[1] == 7);
	assert_true(tensor_to_int(safetensors_find(&file, "narrow"), ints));
	assert_memory_equal(ints, narrow, sizeof narrow);
	assert_false(tensor_to_int(safetensors_find(&file, sample[2].name), ints));
	assert_false(tensor_to_int(safetensors_find(&file, "exact"), ints));
	safetensors_free(&file);
}

/* Bits as PyTorch writes them; a NaN is unequal to itself. */
static void short_numbers_are_read(void **state)
{
	static const uint16_t halves[] = { 0x3c00, 0xc100, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x8000, 0x7c00 };
	static const double of_halves[] = { 1,     -2.5, 0x1p-24, 1023 * 0x1p-24, 0x1p-14,
		                            65504, -0.0, INFINITY };
	static const uint16_t brains[] = { 0x3f80, 0xc020, 0x0001, 0x7f7f, 0xff80 };
	static const double of_brains[] = { 1, -2.5, 0x1p-133, 255 * 0x1p120, -INFINITY };
	static const int16_t shorts[] = { INT16_MIN, 3 };
	static const int8_t bytes[] = { INT8_MIN, 5 };
	static const uint8_t naturals[] = { 255, 1 };
	static const uint16_t none[] = { 0x7e00 };
	const struct tensor t[] = {
		{ "f16", TENSOR_F16, 1, { 8 }, 8, halves },  { "bf16", TENSOR_BF16, 1, { 5 }, 5, brains },
		{ "i16", TENSOR_I16, 1, { 2 }, 2, shorts },  { "i8", TENSOR_I8, 1, { 2 }, 2, bytes },
		{ "u8", TENSOR_U8, 1, { 2 }, 2, naturals },  { "bool", TENSOR_BOOL, 1, { 2 }, 2, naturals },
		{ "none", TENSOR_F16, 1, { 1 }, 1, none },
	};
	const double first[] = { 1, 1, INT16_MIN, INT8_MIN, 255, 255 };
	const struct folder *folder = *state;
	struct safetensors file;
	struct error error;

	assert_true(safetensors_write(folder->file, t, 7, NULL, &error));
	assert_true(safetensors_read(&file, folder->file, &error));
	for (size_t i = 0; i < 8; i++)
		assert_true(tensor_number(&file.list[0], i) == of_halves[i]);
	for (size_t i = 0; i < 5; i++)
		assert_true(tensor_number(&file.list[1], i) == of_brains[i]);
	for (size_t i = 0; i < 6; i++) {
		assert_true(tensor_number(&file.list[i], 0) == first[i]);
		assert_int_equal(tensor_is_real(&file.list[i]), i < 2);
	}
	assert_true(isnan(tensor_number(&file.list[6], 0)));
	safetensors_free(&file);
}

static void numbers_begin_at_a_multiple_of_8(void **state)
{
	const struct folder *folder = *state;
	struct error error;
	char name[] = "aaaaaaaaaaaaaaaa";

	for (size_t length = 1; length < sizeof name; length++) {
		const struct tensor t = {
			name + sizeof name - 1 - length, TENSOR_F64, 1, { 3 }, 3, exact
		};
		size_t size;
		char *bytes;

		assert_true(safetensors_write(folder->file, &t, 1, NULL, &error));
		bytes = get_bytes(folder->file, &size);
		assert_int_equal((size - sizeof exact) % 8, 0);
		assert_int_equal(bytes[8], '{');
		free(bytes);
	}
}

/* Fails unless the file is refused with a line that begins with its path and has `part`. */
static void assert_refused(const char *path, const char *part)
{
	struct safetensors file;
	struct error error;

	if (safetensors_read(&file, path, &error)) {
		safetensors_free(&file);
		fail_msg("taken, wanted: %s", part);
	}
	if (strncmp(error.message, path, strlen(path)) || !strstr(error.message, part))
		fail_msg("says \"%s\", wanted: %s", error.message, part);
	assert_null(file.header);
}

static void every_cut_is_refused_with_both_sizes(void **state)
{
	const struct folder *folder = *state;
	char *bytes, part[128];
	size_t size, header;

	write_sample(folder->file);
	bytes = get_bytes(folder->file, &size);
	header = 8 + (unsigned char)bytes[0] + 256u * (unsigned char)bytes[1];
	for (size_t cut = 1; cut < size; cut++) {
		put_bytes(folder->file, bytes, cut);
		snprintf(part, sizeof part, "cut short: %zu of %s%zu bytes", cut,
		         cut < header ? "at least " : "",
		         cut < 8        ? 10
		         : cut < header ? header
		                        : size);
		assert_refused(folder->file, part);
	}
	put_bytes(folder->file, bytes, 0);
	assert_refused(folder->file, "is empty");
	put_bytes(folder->file, bytes, size + 3);
	assert_refused(folder->file, "3 bytes follow the last tensor");
	free(bytes);
}

/* A sum of all numbers, so that a sanitizer sees each byte read. */
static double read_everything(const char *path)
{
	struct safetensors file;
	struct error error;
	double sum = 0;

	if (!safetensors_read(&file, path, &error)) {
		assert_int_equal(strncmp(error.message, path, strlen(path)), 0);
		assert_true(strlen(error.message) > strlen(path) + 2);
		return NAN;
	}
	for (size_t i = 0; i < file.count; i++)
		for (size_t j = 0; j < file.list[i].count; j++)
			sum += tensor_number(&file.list[i], j);
	for (size_t i = 0; i < file.count; i++)
		assert_ptr_equal(safetensors_find(&file, file.list[i].name), &file.list[i]);
	(void)safetensors_metadata(&file, "note");
	safetensors_free(&file);
	return sum;
}

static uint32_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* One to four bytes at a time, in the header mostly; half of them become what matters in JSON. */
static void random_bytes_do_no_harm(void **state)
{
	static const char json[] = "0123456789-+.eE\"\\{}[],: tfnuFI";
	const struct folder *folder = *state;
	uint64_t seed = 1;
	size_t size, header;
	char *bytes;
	int descriptor;

	write_sample(folder->file);
	bytes = get_bytes(folder->file, &size);
	header = 8 + (unsigned char)bytes[0] + 256u * (unsigned char)bytes[1];
	descriptor = open(folder->file, O_WRONLY);
	for (int i = 0; i < 20000; i++) {
		for (uint32_t changes = 1 + draw(&seed) % 4; changes > 0; changes--) {
			const size_t at = draw(&seed) % (draw(&seed) % 8 ? header : size);
			const char byte = draw(&seed) % 2 ? json[draw(&seed) % (sizeof json - 1)]
			                                  : (char)draw(&seed);

			assert_int_equal(pwrite(descriptor, &byte, 1, (off_t)at), 1);
		}
		read_everything(folder->file);
		assert_int_equal(pwrite(descriptor, bytes, size, 0), size);
	}
	close(descriptor);
	free(bytes);
}

#define F32 "\"dtype\":\"F32\","

static void lies_of_the_header_are_refused(void **state)
{
	static const struct {
		const char *header; /* 16 bytes of numbers follow */
		const char *part;
	} cases[] = {
		{ "{\"a\":{" F32 "\"shape\":[5],\"data_offsets\":[0,20]}}", "cut short: " },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[8,24]}}", "a leaves a hole" },
		{ "{\"a\":{" F32 "\"shape\":[3],\"data_offsets\":[0,12]}}", "4 bytes follow" },
		{ "{}", "16 bytes follow" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,12]}}",
		  "12 bytes for 4 numbers" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[16,0]}}", "two positions" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[-16,0]}}", "two positions" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,1.6e1]}}", "two positions" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16,16]}}", "two positions" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":\"0,16\"}}", "two positions" },
		{ "{\"a\":{" F32 "\"shape\":[4]}}", "two positions" },
		{ "{\"a\":{" F32
		  "\"shape\":[4],\"data_offsets\":[9223372036854775791,9223372036854775807]}}",
		  "hole" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,99999999999999999999]}}",
		  "not JSON" },
		{ "{\"a\":{" F32 "\"shape\":[-4],\"data_offsets\":[0,16]}}", "none negative" },
		{ "{\"a\":{" F32 "\"shape\":[4.0],\"data_offsets\":[0,16]}}", "whole numbers" },
		{ "{\"a\":{" F32 "\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
		  "too large" },
		{ "{\"a\":{" F32 "\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
		  "too large" },
		{ "{\"a\":{" F32
		  "\"shape\":[2305843009213693951],\"data_offsets\":[0,9223372036854775804]}}",
		  "cut short" },
		{ "{\"a\":{" F32 "\"shape\":[1,1,1,1,1,1,1,1,4],\"data_offsets\":[0,16]}}",
		  "at most 8" },
		{ "{\"a\":{" F32 "\"shape\":4,\"data_offsets\":[0,16]}}", "a list of" },
		{ "{\"a\":{" F32 "\"data_offsets\":[0,16]}}", "a list of" },
		{ "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}",
		  "tensor a: dtype F8_E4M3 cannot be read; convert it to F32" },
		{ "{\"a\":{\"dtype\":7,\"shape\":[4],\"data_offsets\":[0,16]}}", "dtype (none)" },
		{ "{\"a\":{\"shape\":[4],\"data_offsets\":[0,16]}}", "dtype (none)" },
		{ "{\"a\":[]}", "dtype (none)" },
		{ "{\"a\":null}", "dtype (none)" },
		{ "{\"a\":{" F32 "\"shape\":[2],\"data_offsets\":[0,8]},"
		  "\"b\":{" F32 "\"shape\":[3],\"data_offsets\":[4,16]}}",
		  "tensor b overlaps" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]},"
		  "\"b\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]}}",
		  "overlaps" },
		{ "{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]},"
		  "\"b\":{" F32 "\"shape\":[0],\"data_offsets\":[8,8]}}",
		  "overlaps" },
		{ "{\"b\":{" F32 "\"shape\":[1],\"data_offsets\":[12,16]},"
		  "\"a\":{" F32 "\"shape\":[2],\"data_offsets\":[0,8]}}",
		  "tensor b leaves a hole" },
		{ "{\"a\":{" F32 "\"shape\":[2],\"data_offsets\":[0,8]},"
		  "\"a\":{" F32 "\"shape\":[2],\"data_offsets\":[8,16]}}",
		  "duplicate" },
		{ "{\"__metadata__\":[],\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]}}",
		  "__metadata__ is not an object" },
		{ "{\"__metadata__\":{\"k\":1},\"a\":{" F32
		  "\"shape\":[4],\"data_offsets\":[0,16]}}",
		  "__metadata__ k is not a text" },
		{ "{\"a\\u0000b\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]}}", "not JSON" },
		{ "{\"a\xff\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]}}", "not JSON" },
		{ "[]", "does not begin with '{'" },
		{ " {}", "does not begin with '{'" },
		{ "{\"a\":", "not JSON" },
		{ "{}{}", "not JSON" },
	};
	const struct folder *folder = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t length = strlen(cases[i].header);
		char bytes[512] = { (char)length };

		memcpy(bytes + 8, cases[i].header, length);
		put_bytes(folder->file, bytes, 8 + length + 16);
		assert_refused(folder->file, cases[i].part);
	}
}

/* In the order of the numbers, or not; an empty tensor may lie anywhere between two. */
static void honest_headers_are_taken(void **state)
{
	static const char *const cases[] = {
		"{\"a\":{" F32 "\"shape\":[4],\"data_offsets\":[0,16]}}   ",
		"{\"b\":{" F32 "\"shape\":[1],\"data_offsets\":[12,16]},"
		"\"a\":{" F32 "\"shape\":[3],\"data_offsets\":[0,12]},"
		"\"c\":{" F32 "\"shape\":[0,9],\"data_offsets\":[12,12]}}",
		"{\"a\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16],\"more\":1}}",
	};
	const struct folder *folder = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char bytes[512] = { (char)strlen(cases[i]) };

		memcpy(bytes + 8, cases[i], strlen(cases[i]));
		put_bytes(folder->file, bytes, 8 + strlen(cases[i]) + 16);
		assert_true(read_everything(folder->file) == 0);
	}
}

/* A sparse file of a terabyte is refused by its header alone, or mapped and not read. */
static void memory_depends_on_the_header_alone(void **state)
{
	static const uint64_t lengths[] = {
		0, 1, (4 << 20) + 1, UINT64_C(1) << 40, UINT64_MAX - 7, UINT64_MAX
	};
	static const char huge[] =
		"{\"a\":{" F32 "\"shape\":[274877906944],\"data_offsets\":[0,1099511627776]}}";
	const struct folder *folder = *state;
	const uint64_t length = sizeof huge - 1;
	struct safetensors file;
	struct error error;

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		put_bytes(folder->file, &lengths[i], 8);
		assert_int_equal(truncate(folder->file, 1 << 30), 0);
		assert_refused(folder->file, "2 to 4194304 can be");
	}
	put_bytes(folder->file, &length, 8);
	if (truncate(folder->file, (off_t)(8 + length + (UINT64_C(1) << 40)))) {
		print_message("no sparse file of a terabyte here: %s\n", strerror(errno));
		skip();
	}
	const int descriptor = open(folder->file, O_WRONLY);

	assert_int_equal(pwrite(descriptor, huge, length, 8), length);
	close(descriptor);
	if (safetensors_read(&file, folder->file, &error)) {
		assert_true(tensor_number(&file.list[0], file.list[0].count - 1) == 0);
		safetensors_free(&file);
	}
}

static void what_is_no_file_is_refused(void **state)
{
	const struct folder *folder = *state;

	assert_refused(folder->file, "No such file");
	assert_refused(folder->path, "is not a file");
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	assert_refused(folder->file, "is not a file");
}

/* Fails unless writing over the sample fails with `part` and leaves nothing but the sample. */
static void assert_write_fails(const struct folder *folder, const char *part)
{
	const struct tensor other = { "other", TENSOR_F64, 1, { 3 }, 3, exact };
	struct error error;
	size_t before, after;
	char *old = get_bytes(folder->file, &before), *now;

	assert_false(safetensors_write(folder->file, &other, 1, NULL, &error));
	assert_int_equal(strncmp(error.message, folder->file, strlen(folder->file)), 0);
	if (!strstr(error.message, part) || !strstr(error.message, "nothing was changed"))
		fail_msg("says \"%s\", wanted: %s", error.message, part);
	now = get_bytes(folder->file, &after);
	assert_int_equal(before, after);
	assert_memory_equal(old, now, before);
	assert_int_equal(files_in(folder->path), 1);
	free(old);
	free(now);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
	const struct folder *folder = *state;

	write_sample(folder->file);
	fsync_failure = ENOSPC;
	assert_write_fails(folder, "(No space left on device)");
	fsync_failure = 0;
	rename_failure = EDQUOT;
	assert_write_fails(folder, "free some space on that disk");
	rename_failure = 0;
	write_sample(folder->file);
}

/* A limit of the file's size makes write() fail after any number of bytes. */
static void a_failed_write_at_any_byte_leaves_the_old_file(void **state)
{
	const struct folder *folder = *state;
	struct rlimit old;

	write_sample(folder->file);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t bytes = 0; bytes < 96; bytes++) {
		struct rlimit limit = old;

		limit.rlim_cur = bytes;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_write_fails(folder, "(File too large)");
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	}
	signal(SIGXFSZ, SIG_DFL);
	write_sample(folder->file);
}

/* Then the new file is in place, and no message may say otherwise. */
static void a_folder_that_is_not_flushed_is_told_as_such(void **state)
{
	const struct folder *folder = *state;
	struct error error;

	folder_failure = EIO;
	assert_false(safetensors_write(folder->file, sample, SAMPLES, NULL, &error));
	assert_non_null(strstr(error.message, "written, but its folder was not flushed"));
	folder_failure = EINVAL; /* a file system that cannot */
	assert_true(safetensors_write(folder->file, sample, SAMPLES, NULL, &error));
	folder_failure = 0;
	assert_true(safetensors_write(folder->file, sample, SAMPLES, NULL, &error));
	assert_int_equal(files_in(folder->path), 1);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
	const struct folder *folder = *state;
	struct error error;
	char path[128];

	snprintf(path, sizeof path, "%s/none/model.safetensors", folder->path);
	assert_false(safetensors_write(path, sample, SAMPLES, NULL, &error));
	assert_non_null(strstr(error.message, "make its folder first"));
	assert_false(safetensors_write(folder->path, sample, SAMPLES, NULL, &error));
	assert_non_null(strstr(error.message, "not a folder's"));
	assert_int_equal(files_in(folder->path), 0);
}

static void too_much_metadata_is_refused(void **state)
{
	const struct folder *folder = *state;
	char *text = memory_new(SAFETENSORS_HEADER + 1, 1);
	json_t *metadata;
	struct error error;

	memset(text, 'x', SAFETENSORS_HEADER);
	metadata = json_pack("{s:s}", "text", text);
	assert_false(safetensors_write(folder->file, sample, SAMPLES, metadata, &error));
	assert_non_null(strstr(error.message, "keep less text in the metadata"));
	assert_int_equal(files_in(folder->path), 0);
	json_decref(metadata);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_comes_back),
		TEST(numbers_are_converted),
		TEST(short_numbers_are_read),
		TEST(numbers_begin_at_a_multiple_of_8),
		TEST(every_cut_is_refused_with_both_sizes),
		TEST(random_bytes_do_no_harm),
		TEST(lies_of_the_header_are_refused),
		TEST(honest_headers_are_taken),
		TEST(memory_depends_on_the_header_alone),
		TEST(what_is_no_file_is_refused),
		TEST(a_full_disk_leaves_the_old_file),
		TEST(a_failed_write_at_any_byte_leaves_the_old_file),
		TEST(a_folder_that_is_not_flushed_is_told_as_such),
		TEST(a_place_that_cannot_be_written_is_named),
		TEST(too_much_metadata_is_refused),
	};

	return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
