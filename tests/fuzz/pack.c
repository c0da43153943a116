/* pack.c - a stranger's pack: settings of its run, weights and vocabularies in it. */
#include "experiments/pack.h"
#include "experiments/trial.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/strange.h"
#include "tests/fuzz/tensors.h"
#include "train/checkpoint.h"

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
	const unsigned way = fuzz_byte(&in), high = fuzz_byte(&in), low = fuzz_byte(&in);
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
	tensors = tensors_file(text, part, 256 * high + low, &whole);
	put_file(handle, "model.safetensors", tensors, whole, way & 4 ? -1 : 0);
	free(tensors);
	sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(handle);
	use("pack.db");
}

/* The three files as a run has them, of settings that fit and of others. */
static void seed(const char *settings, const char *vocabulary, const char *header, size_t data)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "0%c%c%s" PART "%s" PART "%s", (int)(data / 256), (int)(data % 256), settings,
	        vocabulary, header);
	fclose(out);
	fuzz_seed(text, size);
	free(text);
}

static void read_file(const char *name, char *text, size_t room, size_t *size)
{
	FILE *file = fopen(name, "rb");

	fuzz_check(file != NULL, "it is there");
	*size = fread(text, 1, room - 1, file);
	text[*size] = '\0';
	fclose(file);
}

static void save(const char *settings, const struct vocabulary *v)
{
	const int size[SIDES] = { vocabulary_size(v), vocabulary_size(v) };
	const struct checkpoint_identity identity = { { vocabulary_hash(v), vocabulary_hash(v) } };
	json_t *json = json_loads(settings, 0, NULL);
	struct contestant c;
	struct model model;
	struct error error;

	fuzz_check(contestant_from_json(&c, json, &error) &&
	                   model_open(&model, &c.design, size, true, 8, &error),
	           error.message);
	parameters_start(&model.parameters, 1);
	fuzz_check(checkpoint_save("m", &model, &identity, NULL, NULL, NULL, &error),
	           error.message);
	model_close(&model);
	contestant_free(&c);
	json_decref(json);
}

#define RNN                                                                                        \
	"{\"architecture\":\"rnn\",\"data\":{\"longest\":8},\"model\":{\"width\":4},\"settings\":" \
	"{\"hidden\":4}}"
static void more_seeds(void)
{
	static const struct line lines[] = { { "a b c", 5, 1 } };
	static const char *const others[] = {
		"{\"architecture\":\"transformer\",\"data\":{\"longest\":65536},\"model\":{"
		"\"width\":4},"
		"\"settings\":{\"heads\":2,\"encoder_layers\":60,\"feed_forward\":65536}}",
		"{\"architecture\":\"cnn\",\"data\":{\"longest\":-1}}",
		"{\"architecture\":\"cnn\",\"data\":{\"longest\":9},\"model\":{\"width\":65536},"
		"\"settings\":{\"kernel\":\"3/5\"}}",
		"{\"encoder\":{\"architecture\":\"cnn\"},\"decoder\":{\"architecture\":\"rnn\","
		"\"settings\":{\"hidden\":65536}},\"data\":{\"longest\":9}}",
	};
	struct error error;
	struct vocabulary *v = vocabulary_train(SUBWORD_WORDS, 7, false, lines, 1, &error);
	char vocabulary[512], weights[1 << 16];
	size_t size, header;

	fuzz_check(v && vocabulary_save(v, "v", &error), error.message);
	read_file("v", vocabulary, sizeof vocabulary, &size);
	save(RNN, v);
	read_file("m", weights, sizeof weights, &size);
	header = (unsigned char)weights[0] + 256 * (size_t)(unsigned char)weights[1];
	weights[8 + header] = '\0';
	seed(RNN, vocabulary, weights + 8, size - 8 - header);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		seed(others[i], vocabulary, weights + 8, 100);
	seed(RNN, "x", "{}", 0);
	vocabulary_free(v);
}

const struct fuzz_target fuzz_pack = {
	"pack",     "a stranger's pack: settings, weights and vocabularies", begin, one, NULL,
	more_seeds,
};
