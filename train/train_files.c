/* train_files.c - the files of a training: checkpoints to go on from, and the weights to test. */
#include "core/error.h"
#include "core/machine.h"
#include "train/train_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static void path_of(const struct run *run, char path[PATH_SIZE], const char *format, long number)
{
	char name[64];

	snprintf(name, sizeof name, format, number);
	snprintf(path, PATH_SIZE, "%s/%s", run->trainer->folder, name);
}

static bool write_checkpoint(struct run *run)
{
	double start;
	char path[PATH_SIZE];

	if (!train_tell(run, TRAIN_SAVING))
		return false;
	start = machine_seconds();
	path_of(run, path, "last.safetensors", 0);
	if (!checkpoint_save(path, run->trainer->model, &run->identity, &run->optimizer,
	                     &run->schedule, run->progress, run->error))
		return false;
	run->progress->io_seconds += machine_seconds() - start;
	return true;
}

bool train_save(struct run *run)
{
	if (run->saved_update == run->progress->update)
		return true;
	run->saved_update = run->progress->update;
	return train_led(run, write_checkpoint);
}

static bool save_weights(struct run *run, const char *format, long number)
{
	const double start = machine_seconds();
	char path[PATH_SIZE];
	bool saved;

	path_of(run, path, format, number);
	saved = checkpoint_save(path, run->trainer->model, &run->identity, NULL, NULL, NULL,
	                        run->error);
	run->progress->io_seconds += machine_seconds() - start;
	return saved;
}

static bool save_best(struct run *run)
{
	return save_weights(run, "best.safetensors", 0);
}

static bool save_recent(struct run *run)
{
	return save_weights(run, "recent-%ld.safetensors",
	                    run->progress->validations % run->settings->average);
}

bool train_keep(struct run *run)
{
	struct progress *p = run->progress;

	if (!isfinite(p->valid_nll))
		return error_set(run->error,
		                 TRAIN_DIVERGED "the validation loss is not finite at update %ld; lower "
		                 "train.learning_rate (%g)",
		                 p->update, run->settings->learning_rate);
	if (p->valid_nll < p->best_nll || p->validations == 1) {
		p->best_nll = p->valid_nll;
		p->best_update = p->update;
		p->bad_validations = 0;
		if (!train_led(run, save_best))
			return false;
	} else {
		p->bad_validations++;
	}
	return run->settings->average <= 1 || train_led(run, save_recent);
}

bool train_finish(struct run *run)
{
	char text[64][PATH_SIZE], *path[64];
	long files = run->settings->average;

	if (files > run->progress->validations)
		files = run->progress->validations;
	if (run->settings->average <= 1) {
		path_of(run, text[0], "best.safetensors", 0);
		if (!checkpoint_load(text[0], run->trainer->model, &run->identity, NULL, NULL, NULL,
		                     run->error))
			return false;
	} else {
		for (long i = 0; i < files; i++) {
			path_of(run, text[i], "recent-%ld.safetensors",
			        (run->progress->validations - i) % run->settings->average);
			path[i] = text[i];
		}
		if (!checkpoint_average(path, (int)files, run->trainer->model, &run->identity,
		                        run->error))
			return false;
	}
	return save_weights(run, "model.safetensors", 0);
}

bool train_resume(struct run *run)
{
	const struct trainer *t = run->trainer;
	char path[PATH_SIZE];

	path_of(run, path, "last.safetensors", 0);
	if (access(path, F_OK) != 0)
		return errno == ENOENT || error_set(run->error, "%s: %s", path, strerror(errno));
	if (!checkpoint_load(path, t->model, &run->identity, &run->optimizer, &run->schedule,
	                     run->progress, run->error))
		return error_prefix(run->error,
		                    "cannot resume (delete the file to train from the start)");
	return true;
}
