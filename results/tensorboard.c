/* tensorboard.c - event files with scalars, as TensorBoard reads them. */
#include "results/tensorboard.h"

#include <string.h>

enum { TAG_MOST = 400, MESSAGE_MOST = TAG_MOST + 64 };

/* Types of fields on the wire (protobuf.dev, encoding). */
enum wire { WIRE_VARINT = 0, WIRE_DOUBLE = 1, WIRE_BYTES = 2, WIRE_FLOAT = 5 };

/* A message that grows; it is as long as the caller knows that it can be. */
struct message {
	unsigned char byte[MESSAGE_MOST];
	size_t size;
};

void crc32c_table(uint32_t table[256])
{
	const uint32_t polynomial = 0x82f63b78; /* its bits reversed */

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? polynomial : 0);
	}
}

uint32_t crc32c(const uint32_t table[256], const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++)
		crc = crc >> 8 ^ table[(crc ^ byte[i]) & 0xff];
	return ~crc;
}

static void little_endian(unsigned char *byte, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		byte[i] = (unsigned char)(value >> 8 * i);
}

static void add_varint(struct message *m, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		m->byte[m->size++] = (unsigned char)(value | 0x80);
	m->byte[m->size++] = (unsigned char)value;
}

static void add_key(struct message *m, int field, enum wire wire)
{
	add_varint(m, (uint64_t)field << 3 | wire);
}

static void add_double(struct message *m, int field, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	add_key(m, field, WIRE_DOUBLE);
	little_endian(m->byte + m->size, bits, 8);
	m->size += 8;
}

static void add_float(struct message *m, int field, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	add_key(m, field, WIRE_FLOAT);
	little_endian(m->byte + m->size, bits, 4);
	m->size += 4;
}

static void add_bytes(struct message *m, int field, const void *bytes, size_t size)
{
	add_key(m, field, WIRE_BYTES);
	add_varint(m, size);
	memcpy(m->byte + m->size, bytes, size);
	m->size += size;
}

/* Its checksums are rotated, since a file of records may itself be checked by one. */
static void put_crc(struct tensorboard *t, const void *bytes, size_t size)
{
	const uint32_t crc = crc32c(t->crc, bytes, size);
	unsigned char byte[4];

	little_endian(byte, (crc >> 15 | crc << 17) + 0xa282ead8, 4);
	new_file_write(&t->file, byte, sizeof byte);
}

static void put_record(struct tensorboard *t, const struct message *m)
{
	unsigned char length[8];

	little_endian(length, m->size, 8);
	new_file_write(&t->file, length, sizeof length);
	put_crc(t, length, sizeof length);
	new_file_write(&t->file, m->byte, m->size);
	put_crc(t, m->byte, m->size);
}

bool tensorboard_begin(struct tensorboard *t, const char *path, double time, struct error *error)
{
	static const char version[] = "brain.Event:2";
	struct message event = { .size = 0 };

	crc32c_table(t->crc);
	if (!new_file_begin(&t->file, path, error))
		return false;
	add_double(&event, 1, time);
	add_bytes(&event, 3, version, sizeof version - 1);
	put_record(t, &event);
	return true;
}

void tensorboard_scalar(struct tensorboard *t, double time, long step, const char *tag,
                        double value)
{
	const size_t length = strlen(tag);
	struct message one = { .size = 0 }, summary = { .size = 0 }, event = { .size = 0 };

	add_bytes(&one, 1, tag, length < TAG_MOST ? length : TAG_MOST);
	add_float(&one, 2, (float)value);
	add_bytes(&summary, 1, one.byte, one.size);
	add_double(&event, 1, time);
	add_key(&event, 2, WIRE_VARINT);
	add_varint(&event, (uint64_t)step);
	add_bytes(&event, 5, summary.byte, summary.size);
	put_record(t, &event);
}

bool tensorboard_commit(struct tensorboard *t, struct error *error)
{
	return new_file_commit(&t->file, error);
}

void tensorboard_cancel(struct tensorboard *t)
{
	new_file_cancel(&t->file);
}
