/* trained.c - a run's model again, from its row and its folder. */
#include "experiments/run.h"
#include "experiments/trial.h"
#include "core/error.h"
#include "train/checkpoint.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static bool load_vocabularies(struct trained *t, const char *folder, struct error *error)
{
	static const char *const name[SIDES] = { "source.vocabulary", "target.vocabulary" };
	char path[PATH_SIZE + 64];

	for (int side = 0; side < SIDES; side++) {
		snprintf(path, sizeof path, "%s/%s", folder, name[side]);
		t->vocabulary[side] = vocabulary_load(path, error);
		if (!t->vocabulary[side])
			return false;
	}
	return true;
}

static bool load_weights(struct trained *t, const char *folder, const struct contestant *c,
                         struct error *error)
{
	const int vocabulary[SIDES] = { vocabulary_size(t->vocabulary[SIDE_SOURCE]),
		                        vocabulary_size(t->vocabulary[SIDE_TARGET]) };
	struct checkpoint_identity identity;
	char path[PATH_SIZE + 64];

	for (int side = 0; side < SIDES; side++)
		identity.vocabulary[side] = vocabulary_hash(t->vocabulary[side]);
	if (!model_open(&t->model, &c->design, vocabulary,
	                identity.vocabulary[SIDE_SOURCE] == identity.vocabulary[SIDE_TARGET],
	                (int)t->longest, error))
		return false;
	parameters_empty(&t->model.parameters);
	snprintf(path, sizeof path, "%s/model.safetensors", folder);
	if (access(path, F_OK))
		return error_set(
			error,
			"%s is gone, and belongs beside the database; delete the run's row, or the "
			"database, and run the experiment again to train it",
			path);
	return checkpoint_load(path, &t->model, &identity, NULL, NULL, NULL, error);
}

static bool from_record(struct trained *t, const char *database, const struct run_record *record,
                        struct error *error)
{
	struct contestant contestant = { 0 };
	json_error_t place;
	json_t *settings = json_loads(record->settings, 0, &place);
	bool opened = false;
	char folder[PATH_SIZE];
	size_t used;

	runs_folder(database, folder, sizeof folder);
	used = strlen(folder);
	snprintf(folder + used, sizeof folder - used, "/%s", record->folder ? record->folder : "");
	if (!settings)
		return error_set(error, "run %ld: its settings are not JSON: %s", record->id,
		                 place.text);
	if (contestant_from_json(&contestant, settings, error)) {
		const json_t *data = json_object_get(settings, "data");

		t->search = contestant.search;
		t->longest = (long)json_integer_value(json_object_get(data, "longest"));
		opened = load_vocabularies(t, folder, error) &&
		         load_weights(t, folder, &contestant, error);
	}
	contestant_free(&contestant);
	json_decref(settings);
	return opened;
}

bool trained_open(struct trained *t, struct database *database, long run, struct error *error)
{
	struct run_record record;
	bool opened;

	*t = (struct trained){ 0 };
	if (!database_run_read(database, run, &record, error))
		return false;
	if (record.status == RUN_DONE)
		opened = from_record(t, database->path, &record, error);
	else
		opened = error_set(
			error,
			"run %ld is %s: wait for it, or run its experiment again to finish it", run,
			run_status_word(record.status));
	run_record_free(&record);
	if (!opened)
		trained_close(t);
	return opened;
}

void trained_close(struct trained *t)
{
	model_close(&t->model);
	for (int side = 0; side < SIDES; side++)
		vocabulary_free(t->vocabulary[side]);
	*t = (struct trained){ 0 };
}
