/* checkpoint_test.c - a state of training that ends early is not taken for a whole one, wherever it
 * ends. */
#include "core/error.h"
#include "tests/small_model.h"
#include "train/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct checkpoint_identity identity = { { 1, 2 } };

static long size_of(const char *path)
{
	struct stat about;

	return stat(path, &about) ? -1 : (long)about.st_size;
}

/* What a resumption reads. */
static bool load(const char *path, struct model *model, struct optimizer *optimizer,
                 struct error *error)
{
	struct schedule_state schedule;
	struct progress progress;

	return checkpoint_load(path, model, &identity, optimizer, &schedule, &progress, error);
}

static void refuses_every_cut(const char *path, struct model *model, struct optimizer *optimizer)
{
	struct error error;
	long update;

	for (long size = size_of(path) - 1; size >= 0; size--) {
		if (truncate(path, size))
			fail_msg("%s cannot be cut", path);
		if (load(path, model, optimizer, &error) ||
		    strncmp(error.message, path, strlen(path)))
			fail_msg("cut to %ld bytes: %s", size, error.message);
		if (size % 16 == 0 && (checkpoint_update(path, &update, &error) ||
		                       !strstr(error.message, "delete the file")))
			fail_msg("cut to %ld bytes, to go on: %s", size, error.message);
	}
}

/* A whole state: weights, both moments, schedule, counters. */
static void a_checkpoint_cut_at_any_byte_is_refused(void **state)
{
	const struct train_settings settings = { .optimizer = OPTIMIZER_ADAM };
	const struct schedule_state schedule = { .rate = 0.1 };
	const struct progress progress = { .update = 7 };
	struct optimizer optimizer;
	struct model model;
	struct error error;
	char path[] = "/tmp/bakeoff_checkpoint_XXXXXX";
	const int file = mkstemp(path);

	(void)state;
	assert_true(file >= 0 && close(file) == 0);
	small_model_open(&model, "{\"architecture\": \"rnn\", \"model\": {\"width\": 1}, "
	                         "\"settings\": {\"hidden\": 2}}");
	optimizer_init(&optimizer, &settings, model.parameters.size);
	if (!checkpoint_save(path, &model, &identity, &optimizer, &schedule, &progress, &error) ||
	    !load(path, &model, &optimizer, &error))
		fail_msg("%s", error.message);
	refuses_every_cut(path, &model, &optimizer);
	unlink(path);
	optimizer_free(&optimizer);
	model_close(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkpoint_cut_at_any_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
