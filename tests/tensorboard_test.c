/* tensorboard_test.c - event files are, byte for byte, what TensorFlow's own writer makes. */
#include "results/tensorboard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* RFC 3720, B.4 (its bytes are those of the number from the lowest on); the last is the check value
 * of the catalogue of parametrised CRC algorithms, CRC-32/ISCSI. */
static void checksums(void **state)
{
	unsigned char zeros[32] = { 0 }, ones[32], rising[32], falling[32];
	uint32_t table[256];

	(void)state;
	memset(ones, 0xff, sizeof ones);
	for (int i = 0; i < 32; i++) {
		rising[i] = (unsigned char)i;
		falling[i] = (unsigned char)(31 - i);
	}
	crc32c_table(table);
	assert_int_equal(crc32c(table, zeros, 32), 0x8a9136aa);
	assert_int_equal(crc32c(table, ones, 32), 0x62a8ab43);
	assert_int_equal(crc32c(table, rising, 32), 0x46dd794e);
	assert_int_equal(crc32c(table, falling, 32), 0x113fdb5c);
	assert_int_equal(crc32c(table, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(table, "", 0), 0);
}

/* Event(wall_time=1767225600.5, file_version="brain.Event:2"), then Event(wall_time=1767225601.25,
 * step=300, summary=Summary(value=[Summary.Value(tag="train_loss", simple_value=2.5)])), serialised
 * by protobuf 4.21.12 for Python, in records with checksums by the package crc32c 2.3 for Python.
 */
static const unsigned char golden[] = {
	0x18, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xa3, 0x7f, 0x4b, 0x22, 0x09, 0x00, 0x00,
	0x20, 0x40, 0x6e, 0x55, 0xda, 0x41, 0x1a, 0x0d, 0x62, 0x72, 0x61, 0x69, 0x6e, 0x2e, 0x45,
	0x76, 0x65, 0x6e, 0x74, 0x3a, 0x32, 0x84, 0xff, 0xcb, 0x71, 0x21, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x7b, 0xec, 0xf6, 0x09, 0x00, 0x00, 0x50, 0x40, 0x6e, 0x55, 0xda,
	0x41, 0x10, 0xac, 0x02, 0x2a, 0x13, 0x0a, 0x11, 0x0a, 0x0a, 0x74, 0x72, 0x61, 0x69, 0x6e,
	0x5f, 0x6c, 0x6f, 0x73, 0x73, 0x15, 0x00, 0x00, 0x20, 0x40, 0x10, 0xcd, 0x0b, 0x6e,
};

static void files(void **state)
{
	char path[] = "/tmp/bakeoff_events_XXXXXX";
	struct tensorboard t = { 0 };
	unsigned char got[512];
	struct error error;
	FILE *file;
	size_t size;

	(void)state;
	assert_return_code(close(mkstemp(path)), 0);
	assert_true(tensorboard_begin(&t, path, 1767225600.5, &error));
	tensorboard_scalar(&t, 1767225601.25, 300, "train_loss", 2.5);
	assert_true(tensorboard_commit(&t, &error));
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(got, 1, sizeof got, file);
	fclose(file);
	unlink(path);
	assert_int_equal(size, sizeof golden);
	assert_memory_equal(got, golden, sizeof golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
