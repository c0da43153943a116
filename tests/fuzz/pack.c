/* pack.c - a stranger's pack: settings of its run, weights and vocabularies in it. */
#include "experiments/pack.h"
#include "experiments/trial.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/strange.h"
#include "tests/fuzz/tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(void)
{
	sqlite3 *handle;

	strange_make("pack.db");
	fuzz_check(sqlite3_open("pack.db", &handle) == SQLITE_OK, "it opens");
	fuzz_check(sqlite3_exec(handle, "CREATE TABLE sqlar (name, mode, mtime, sz, data)", NULL,
	                        NULL, NULL) == SQLITE_OK,
	           "a table of files");
	strange_row(handle, "experiments", "i1\x1ftx", 6);
	sqlite3_close(handle);
}

static void put_run(sqlite3 *handle, const char *settings, size_t size)
{
	static const char head[] = "i1\x1fi1\x1fta\x1ft0123456789abcdef\x1fi1\x1ftdone\x1fn\x1ftrnn"
				   "\x1ft";
	char *row = memory_new(sizeof head + size, 1);

	memcpy(row, head, sizeof head - 1);
	memcpy(row + sizeof head - 1, settings, size);
	strange_row(handle, "runs", row, sizeof head - 1 + size);
	free(row);
}

/* What the row says of the size is right unless `lie`. */
static void put_file(sqlite3 *handle, const char *name, const char *bytes, size_t size, int lie)
{
	sqlite3_stmt *insert = NULL;

	fuzz_check(sqlite3_prepare_v2(handle, "INSERT INTO sqlar VALUES (?1, 0, 0, ?2, ?3)", -1,
	                              &insert, NULL) == SQLITE_OK,
	           "a row of files");
	sqlite3_bind_text(insert, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 2, (sqlite3_int64)size + lie);
	sqlite3_bind_blob(insert, 3, bytes, (int)size, SQLITE_STATIC);
	sqlite3_step(insert);
	sqlite3_finalize(insert);
}

static void use(const char *path)
{
	struct database database;
	struct trained trained;
	struct error error;
	long run;
	bool good = pack_open(&database, path, &run, &error);

	fuzz_said(good, &error);
	if (!good)
		return;
	good = trained_open(&trained, &database, run, &error);
	fuzz_said(good, &error);
	if (good)
		trained_close(&trained);
	fuzz_said(pack_extract(&database, "taken", &error), &error);
	database_close(&database);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	const unsigned way = fuzz_byte(&in), data = fuzz_byte(&in);
	size_t part, whole;
	const char *text = fuzz_part(&in, &part);
	char *tensors;
	sqlite3 *handle;

	fuzz_check(sqlite3_open("pack.db", &handle) == SQLITE_OK, "it opens");
	sqlite3_exec(handle,
	             "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;"
	             "PRAGMA ignore_check_constraints = ON; BEGIN;"
	             "DELETE FROM runs; DELETE FROM sqlar",
	             NULL, NULL, NULL);
	put_run(handle, text, part);
	text = fuzz_part(&in, &part);
	put_file(handle, "source.vocabulary", text, part, way & 1);
	if (way & 2)
		text = fuzz_part(&in, &part);
	put_file(handle, "target.vocabulary", text, part, 0);
	text = fuzz_part(&in, &part);
	tensors = tensors_file(text, part, (size_t)data * 4, &whole);
	put_file(handle, "model.safetensors", tensors, whole, way & 4 ? -1 : 0);
	free(tensors);
	sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(handle);
	use("pack.db");
}

static void seed(const char *settings, const char *vocabulary)
{
	char *text;

	fuzz_check(asprintf(&text,
	                    "0\x10%s" PART "%s" PART "{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],"
	                    "\"data_offsets\":[0,64]}}",
	                    settings, vocabulary) > 0,
	           "memory");
	fuzz_seed(text, strlen(text));
	free(text);
}

/* A vocabulary with its hash is best made by who reads it. */
static void more_seeds(void)
{
	static const struct line lines[] = { { "a b c", 5, 1 } };
	struct error error;
	struct vocabulary *v = vocabulary_train(SUBWORD_WORDS, 7, false, lines, 1, &error);
	char text[512], path[FUZZ_PATH];
	size_t size;
	FILE *file;

	fuzz_path("v", path);
	fuzz_check(v && vocabulary_save(v, path, &error), error.message);
	vocabulary_free(v);
	file = fopen(path, "rb");
	fuzz_check(file != NULL, "it is there");
	size = fread(text, 1, sizeof text - 1, file);
	text[size] = '\0';
	fclose(file);
	seed("{\"architecture\":\"rnn\",\"data\":{\"longest\":8},\"settings\":{\"width\":4}}",
	     text);
	seed("{\"architecture\":\"transformer\",\"data\":{\"longest\":65536},\"model\":{\"width\":"
	     "4},"
	     "\"settings\":{\"heads\":2,\"encoder_layers\":1000,\"feed_forward\":1000000}}",
	     text);
	seed("{\"architecture\":\"cnn\",\"data\":{\"longest\":-1}}", "x");
	seed("{\"encoder\":{\"architecture\":\"cnn\"},\"decoder\":{\"architecture\":\"rnn\","
	     "\"settings\":"
	     "{\"hidden\":1000000}},\"data\":{\"longest\":9}}",
	     text);
}

const struct fuzz_target fuzz_pack = {
	"pack",     "a stranger's pack: settings, weights and vocabularies", begin, one, NULL,
	more_seeds,
};
