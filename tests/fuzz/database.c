/* database.c - a stranger's results.db: any bytes of the file. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/strange.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	static const char *const beside[] = { "any.db-wal", "any.db-shm", "any.db-journal" };
	const unsigned way = fuzz_byte(&in);

	fuzz_file("any.db", in.bytes, in.size);
	strange_read("any.db", way);
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
		unlink(beside[i]);
}

/* A small file of small pages, so that a changed byte is likely to matter. */
static void more_seeds(void)
{
	static const char settings[] = "r1\x1f"
				       "i1\x1fta\x1ft0123456789abcdef\x1fi1\x1ftdone";
	unsigned char *bytes = memory_new(1 << 20, 1);
	sqlite3 *handle;
	FILE *file;
	size_t size;

	strange_make("seed.db");
	fuzz_check(sqlite3_open("seed.db", &handle) == SQLITE_OK, "it opens");
	strange_row(handle, "experiments", "i1\x1ftx", 6);
	strange_row(handle, "runs", settings + 1, sizeof settings - 2);
	fuzz_check(sqlite3_exec(handle,
	                        "DELETE FROM metrics WHERE id > 20; PRAGMA page_size = 512; VACUUM",
	                        NULL, NULL, NULL) == SQLITE_OK,
	           sqlite3_errmsg(handle));
	sqlite3_close(handle);
	file = fopen("seed.db", "rb");
	fuzz_check(file != NULL, "it is there");
	size = fread(bytes + 1, 1, (1 << 20) - 1, file);
	fclose(file);
	for (int part = 0; part < 4; part++) { /* of what is asked for */
		bytes[0] = (unsigned char)(part << 3);
		fuzz_seed(bytes, size + 1);
	}
	free(bytes);
	fuzz_clear();
}

const struct fuzz_target fuzz_database = {
	"database", "a stranger's results.db: any bytes", NULL, one, NULL, more_seeds,
};
