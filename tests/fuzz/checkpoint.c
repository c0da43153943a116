/* checkpoint.c - weights and the state of training, for a small model. */
#include "core/safetensors.h"
#include "experiments/spec.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VOCABULARY = 7, LONGEST = 8 };

/* What stays the same for all inputs. */
static struct {
	struct model model;
	struct train_settings train;
	struct checkpoint_identity identity;
	size_t data; /* bytes of numbers in a whole file */
} small;

static void begin(void)
{
	static const char settings[] =
		"{\"architecture\":\"rnn\",\"model\":{\"width\":4},\"settings\":{\"hidden\":4,"
		"\"encoder_layers\":1,\"decoder_layers\":1}}";
	const int vocabulary[SIDES] = { VOCABULARY, VOCABULARY };
	json_t *json = json_loads(settings, 0, NULL);
	struct contestant c;
	struct error error;

	if (!contestant_from_json(&c, json, &error) ||
	    !model_open(&small.model, &c.design, vocabulary, true, LONGEST, &error))
		fuzz_check(false, error.message);
	small.train = c.train;
	parameters_start(&small.model.parameters, 7);
	contestant_free(&c);
	json_decref(json);
}

static void more_seeds(void)
{
	struct optimizer optimizer;
	struct schedule_state schedule = { 0 };
	struct progress progress = { .update = 3, .batches = 5, .batch = 2 };
	struct error error;
	char path[FUZZ_PATH], *bytes;
	FILE *file;
	long size;

	optimizer_init(&optimizer, &small.train, small.model.parameters.size);
	fuzz_path("last.safetensors", path);
	fuzz_check(checkpoint_save(path, &small.model, &small.identity, &optimizer, &schedule,
	                           &progress, &error),
	           error.message);
	optimizer_free(&optimizer);
	file = fopen(path, "rb");
	fuzz_check(file && !fseek(file, 0, SEEK_END), "a checkpoint can be read");
	size = ftell(file);
	rewind(file);
	bytes = memory_new((size_t)size, 1);
	fuzz_check(fread(bytes, 1, (size_t)size, file) == (size_t)size, "it is whole");
	fclose(file);
	for (int i = 7; i >= 0; i--)
		small.data = small.data << 8 | (unsigned char)bytes[i];
	fuzz_seed(bytes + 8, small.data); /* the header alone */
	small.data = (size_t)size - 8 - small.data;
	free(bytes);
}

/* Only what can be gone on from may be said to be good. */
static void check_progress(const struct progress *p)
{
	fuzz_check(p->update >= 0 && p->epoch >= 0 && p->batch >= 0 && p->batches >= 0 &&
	                   p->validations >= 0,
	           "counts are not negative");
}

static void one(const uint8_t *bytes, size_t size)
{
	struct optimizer optimizer;
	struct schedule_state schedule = { 0 };
	struct progress progress = { 0 };
	struct error error;
	size_t whole;
	char *file = tensors_file((const char *)bytes, size, small.data, &whole);
	char path[FUZZ_PATH];
	long update;
	bool good;

	strcpy(path, fuzz_file("last.safetensors", file, whole));
	free(file);
	good = checkpoint_update(path, &update, &error);
	fuzz_said(good, &error);
	optimizer_init(&optimizer, &small.train, small.model.parameters.size);
	good = checkpoint_load(path, &small.model, &small.identity, &optimizer, &schedule,
	                       &progress, &error);
	fuzz_said(good, &error);
	if (good)
		check_progress(&progress);
	optimizer_free(&optimizer);
}

const struct fuzz_target fuzz_checkpoint = {
	"checkpoint", "weights and the state of training", begin, one, NULL, more_seeds,
};
