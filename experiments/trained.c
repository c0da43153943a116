/* trained.c - a run's model again, from its row and its folder. */
#include "experiments/run_files.h"
#include "experiments/trial.h"
#include "core/error.h"
#include "results/archive.h"
#include "train/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_MOST = 65536 }; /* as data.longest */

/* Where the files of a run are: in its folder, or in the database where that is a pack. */
struct source {
	struct database *database;
	bool pack;
	char folder[RUN_PATH_SIZE];
};

/* A file of a run under a path that can be opened; of a pack a file in memory, which
 * `descriptor` (else -1) keeps. */
struct opened_file {
	char path[RUN_PATH_SIZE + 64];
	int descriptor;
};

static bool open_file(struct opened_file *file, const struct source *s, const char *name,
                      struct error *error)
{
	file->descriptor = -1;
	if (!s->pack) {
		snprintf(file->path, sizeof file->path, "%s/%s", s->folder, name);
		return true;
	}
	file->descriptor = memfd_create(name, MFD_CLOEXEC);
	if (file->descriptor < 0)
		return error_set(error, "no memory for %s: %s", name, strerror(errno));
	snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
	if (archive_read(s->database, name, file->descriptor, error))
		return true;
	close(file->descriptor);
	return false;
}

static bool close_file(struct opened_file *file, const struct source *s, const char *name,
                       bool good, struct error *error)
{
	if (file->descriptor >= 0)
		close(file->descriptor);
	if (!good && s->pack)
		error_prefix(error, "%s: %s in it", s->database->path, name);
	return good;
}

static bool load_vocabularies(struct trained *t, const struct source *s, struct error *error)
{
	static const char *const name[SIDES] = { "source.vocabulary", "target.vocabulary" };
	struct opened_file file;
	struct error reason;

	for (int side = 0; side < SIDES; side++) {
		if (!open_file(&file, s, name[side], error))
			return false;
		t->vocabulary[side] = vocabulary_load(file.path, &reason);
		if (!t->vocabulary[side])
			error_set(error, "%s: delete the run and run its experiment again",
			          reason.message);
		if (!close_file(&file, s, name[side], t->vocabulary[side] != NULL, error))
			return false;
	}
	return true;
}

/* Settings may ask for more memory than there are weights: nothing is taken for those. */
static bool check_size(const char *path, const struct model *model, struct error *error)
{
	const size_t weights = parameters_count(&model->parameters);
	struct stat about;

	if (stat(path, &about) != 0)
		return error_set(
			error,
			"%s is gone, and belongs beside the database; delete the run's row, or the "
			"database, and run the experiment again to train it",
			path);
	return weights <= (size_t)about.st_size / sizeof(float) ||
	       error_set(error,
	                 "%s: %zu bytes cannot hold %zu weights: it is cut short, or belongs to a "
	                 "model with other settings",
	                 path, (size_t)about.st_size, weights);
}

static bool load_weights(struct trained *t, const struct source *s, const struct contestant *c,
                         struct error *error)
{
	static const char name[] = "model.safetensors";
	const int vocabulary[SIDES] = { vocabulary_size(t->vocabulary[SIDE_SOURCE]),
		                        vocabulary_size(t->vocabulary[SIDE_TARGET]) };
	struct checkpoint_identity identity;
	struct opened_file file;
	bool good;

	for (int side = 0; side < SIDES; side++)
		identity.vocabulary[side] = vocabulary_hash(t->vocabulary[side]);
	if (!model_open(&t->model, &c->design, vocabulary,
	                identity.vocabulary[SIDE_SOURCE] == identity.vocabulary[SIDE_TARGET],
	                (int)t->longest, error) ||
	    !open_file(&file, s, name, error))
		return false;
	good = check_size(file.path, &t->model, error);
	if (good) {
		parameters_empty(&t->model.parameters);
		good = checkpoint_load(file.path, &t->model, &identity, NULL, NULL, NULL, error);
	}
	return close_file(&file, s, name, good, error);
}

static bool load_lexicon(struct trained *t, const struct source *s, struct error *error)
{
	static const char name[] = "lexicon";
	struct opened_file file;

	if (!t->search.shortlist)
		return true;
	if (!open_file(&file, s, name, error))
		return false;
	t->model.lexicon = t->lexicon = lexicon_load(file.path, t->model.vocabulary, error);
	return close_file(&file, s, name, t->lexicon != NULL, error);
}

static bool read_settings(struct trained *t, struct contestant *contestant, const json_t *settings,
                          struct error *error)
{
	if (!contestant_from_json(contestant, settings, error))
		return false;
	t->search = contestant->search;
	t->longest = (long)json_integer_value(
		json_object_get(json_object_get(settings, "data"), "longest"));
	return (t->longest >= 2 && t->longest <= LONGEST_MOST) ||
	       error_set(error, "data.longest = %ld: must be 2 to %d", t->longest, LONGEST_MOST);
}

static bool from_record(struct trained *t, struct database *database,
                        const struct run_record *record, struct error *error)
{
	struct contestant contestant = { 0 };
	struct source source = { .database = database };
	json_error_t place;
	json_t *settings = json_loads(record->settings, 0, &place);
	bool opened;
	long only;

	if (!settings)
		return error_set(error, "run %ld: its settings are not JSON: %s", record->id,
		                 place.text);
	opened = archive_is(database, &source.pack, error) &&
	         (!source.pack || archive_run(database, &only, error)) &&
	         read_settings(t, &contestant, settings, error);
	if (opened && !source.pack && !run_folder(database->path, record, source.folder))
		opened = error_set(error, "run %ld has no folder below that of the runs",
		                   record->id);
	opened = opened && load_vocabularies(t, &source, error) &&
	         load_weights(t, &source, &contestant, error) && load_lexicon(t, &source, error);
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
		opened = from_record(t, database, &record, error);
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

static bool lacks_file(struct database *database, const struct run_record *record)
{
	static const char *const names[] = { "source.vocabulary", "target.vocabulary",
		                             "model.safetensors" };
	char folder[RUN_PATH_SIZE], path[RUN_PATH_SIZE + 64];
	struct stat about;

	if (!run_folder(database->path, record, folder))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		if (stat(path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR))
			return true;
	}
	return false;
}

bool trained_is_gone(struct database *database, long run)
{
	struct contestant contestant = { 0 };
	struct trained other = { 0 };
	struct run_record record;
	struct error error;
	json_t *settings;
	bool gone, pack;

	if (!archive_is(database, &pack, &error) ||
	    !database_run_read(database, run, &record, &error))
		return false;
	settings = json_loads(record.settings, 0, NULL);
	gone = record.status != RUN_DONE || !settings ||
	       !read_settings(&other, &contestant, settings, &error) ||
	       (!pack && lacks_file(database, &record));
	contestant_free(&contestant);
	json_decref(settings);
	run_record_free(&record);
	return gone;
}

const struct task *trained_task(struct database *database, long run)
{
	const struct task *task = NULL;
	struct run_record record;
	struct error error;
	const char *name;
	json_t *settings;

	if (!database_run_read(database, run, &record, &error))
		return NULL;
	settings = json_loads(record.settings, 0, NULL);
	name = json_string_value(json_object_get(json_object_get(settings, "data"), "task"));
	if (name)
		task = task_find(name);
	json_decref(settings);
	run_record_free(&record);
	return task;
}

void trained_close(struct trained *t)
{
	model_close(&t->model);
	lexicon_free(t->lexicon);
	for (int side = 0; side < SIDES; side++)
		vocabulary_free(t->vocabulary[side]);
	*t = (struct trained){ 0 };
}
