/* tensorboard.h - event files with scalars, as TensorBoard and TensorFlow read them: records of the
 * TFRecord format that hold protocol buffers of the message Event (tensorflow/core/util/event.proto
 * and framework/summary.proto). */
#ifndef BAKEOFF_TENSORBOARD_H
#define BAKEOFF_TENSORBOARD_H

#include "core/file.h"

#include <stdbool.h>
#include <stdint.h>

/* A file that is being written; a zeroed struct was never begun. */
struct tensorboard {
	struct new_file file;
	uint32_t crc[256]; /* CRC-32C of a byte */
};

/* Begins a file. Times are seconds since 1970. */
bool tensorboard_begin(struct tensorboard *, const char *path, double time, struct error *);
/* Adds a point of a curve; the format keeps values as 32-bit floats. Steps must not fall. */
void tensorboard_scalar(struct tensorboard *, double time, long step, const char *tag,
                        double value);
/* The file appears whole, or not at all. */
bool tensorboard_commit(struct tensorboard *, struct error *);
void tensorboard_cancel(struct tensorboard *);

/* CRC-32C (Castagnoli; RFC 3720, appendix B.4), with a table that crc32c_table has filled. */
void crc32c_table(uint32_t table[256]);
uint32_t crc32c(const uint32_t table[256], const void *bytes, size_t size);

#endif
