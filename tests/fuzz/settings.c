/* settings.c - JSON: settings of a run's row, and data.json in its folder. */
#include "experiments/data_files.h"
#include "experiments/spec.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void read_settings(const char *text, size_t size)
{
	json_t *json = json_loadb(text, size, 0, NULL);
	struct contestant c;
	struct error error;
	bool good;

	if (!json)
		return;
	good = contestant_from_json(&c, json, &error);
	fuzz_said(good, &error);
	contestant_free(&c);
	json_decref(json);
}

static void read_data_files(const char *text, size_t size)
{
	struct data_files files;
	struct error error;
	bool found,
		good = data_files_load(fuzz_file("data.json", text, size), &files, &found, &error);

	fuzz_said(good, &error);
	data_files_free(&files);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	size_t part;
	const char *text = fuzz_part(&in, &part);

	read_settings(text, part);
	text = fuzz_part(&in, &part);
	read_data_files(text, part);
}

#define FILES                                                                                      \
	"[{\"name\":\"train\",\"files\":[\"/a.de\",\"/a.en\"],\"hash\":\"0123456789abcdef\"},"     \
	"{\"name\":\"valid\",\"files\":[\"/b.de\",\"/b.en\"],\"hash\":\"0123456789abcdef\"}]"
static const char *const seeds[] = {
	"{\"architecture\":\"rnn\",\"settings\":{\"cell\":\"gru\"},\"model\":{\"width\":8},"
	"\"train\":"
	"{\"learning_rate\":0.1,\"stop\":{\"epochs\":2}},\"search\":{\"beam\":2}}" PART FILES,
	"{\"architecture\":\"x\",\"encoder\":{\"architecture\":\"cnn\",\"settings\":{\"kernel\":"
	"\"3/5\"}},\"decoder\":{\"architecture\":\"transformer\",\"settings\":{\"heads\":4}}}" PART
	"[]",
	"{\"architecture\":\"rnn\",\"tune\":{\"contestant\":\"a\",\"setting\":\"b\"},\"settings\":"
	"[1]}" PART "{\"name\":1}",
	"{\"architecture\":\"\\u001b\\u202e\\u009b\",\"settings\":{\"\\u001b\":1e999}}" PART
	"[[],[{\"files\":[null]}]]",
	NULL,
};

const struct fuzz_target fuzz_settings = {
	"settings", "JSON of settings and of data files", NULL, one, seeds, NULL,
};
