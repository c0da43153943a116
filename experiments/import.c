/* import.c - weights that another program trained, as a run of their own. */
#include "experiments/import.h"

#include "core/machine.h"
#include "data/vocabulary.h"
#include "experiments/match.h"
#include "experiments/run.h"
#include "experiments/trial_parts.h"
#include "experiments/weight_map.h"
#include "models/model.h"
#include "results/manage.h"
#include "train/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

struct importing {
	const struct import_request *request;
	const struct contestant *contestant;
	struct vocabulary *vocabulary[SIDES]; /* one twice where both are one */
	struct checkpoint_identity identity;
	struct model model;
	struct dataset data; /* test sets, with the vocabularies above */
	char *settings;      /* JSON */
	char key[17], data_hash[17], name[RUN_NAME_SIZE];
	dataset_report *say; /* may be NULL */
	void *context;
	struct error *error;
};

static const struct contestant *find_contestant(const struct import_request *r, struct error *error)
{
	const struct experiment *e = r->experiment;

	for (int i = 0; i < e->contestants; i++)
		if (!strcmp(e->contestant[i].name, r->contestant))
			return &e->contestant[i];
	error_set(error, "the experiment has no contestant %s; its first is %s", r->contestant,
	          e->contestant[0].name);
	return NULL;
}

static bool open_vocabularies(struct importing *i)
{
	const struct import_request *r = i->request;

	for (int side = 0; side < SIDES; side++) {
		if (r->vocabulary[side])
			i->vocabulary[side] = vocabulary_import(r->vocabulary[side], i->say,
			                                        i->context, i->error);
		else
			i->vocabulary[side] = i->vocabulary[SIDE_SOURCE];
		if (!i->vocabulary[side])
			return false;
		i->identity.vocabulary[side] = vocabulary_hash(i->vocabulary[side]);
	}
	return true;
}

static bool make_weights(struct importing *i)
{
	const struct import_request *r = i->request;
	const int size[SIDES] = { vocabulary_size(i->vocabulary[SIDE_SOURCE]),
		                  vocabulary_size(i->vocabulary[SIDE_TARGET]) };
	const bool joint =
		i->identity.vocabulary[SIDE_SOURCE] == i->identity.vocabulary[SIDE_TARGET];
	struct safetensors file = { 0 };
	struct weight_map map = { 0 };
	bool good;

	if (!model_open(&i->model, &i->contestant->design, size, joint,
	                (int)r->experiment->data.longest, i->error))
		return error_prefix(i->error, "contestants.%s", i->contestant->name);
	good = safetensors_read(&file, r->weights, i->error) &&
	       weight_map_read(&map, r->map, i->error);
	if (good && !weight_map_apply(&map, &file, &i->model.parameters, i->error))
		good = error_prefix(i->error, "%s", r->weights);
	weight_map_free(&map);
	safetensors_free(&file);
	return good;
}

/* Weights lie between holes that are 0. */
static void identify(struct importing *i)
{
	const struct parameters *all = &i->model.parameters;
	const struct experiment *e = i->request->experiment;
	json_t *settings = contestant_to_json(e, i->contestant);
	XXH64_hash_t hash;

	json_object_set_new(settings, "seed", json_integer(e->seed[0]));
	i->settings = json_dumps(settings, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(settings);
	if (!i->settings)
		panic("settings of %s cannot be written as JSON", i->contestant->name);
	hash = XXH64(i->identity.vocabulary, sizeof i->identity.vocabulary, 0);
	snprintf(i->data_hash, sizeof i->data_hash, "%016" PRIx64, (uint64_t)hash);
	hash = XXH64(i->settings, strlen(i->settings), hash);
	hash = XXH64(i->contestant->name, strlen(i->contestant->name), hash);
	hash = XXH64(e->name, strlen(e->name), hash);
	hash = XXH64(all->x, all->size * sizeof *all->x, hash);
	snprintf(i->key, sizeof i->key, "%016" PRIx64, (uint64_t)hash);
	run_folder_name(i->contestant->name, e->seed[0], i->key, i->name);
}

static bool save_files(void *context, int folder, struct error *error)
{
	static const char *const name[SIDES] = { "source.vocabulary", "target.vocabulary" };
	const struct importing *i = context;
	char path[64];

	for (int side = 0; side < SIDES; side++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder, name[side]);
		if (!vocabulary_save(i->vocabulary[side], path, error))
			return false;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d/model.safetensors", folder);
	return checkpoint_save(path, &i->model, &i->identity, NULL, NULL, NULL, error);
}

static bool make_folder(const struct importing *i, const struct run_record *record)
{
	const char *database = i->request->database;
	char folder[RUN_PATH_SIZE];

	runs_folder(database, folder, sizeof folder);
	if (mkdir(folder, 0777) && errno != EEXIST)
		return error_set(i->error, "%s: cannot make this folder: %s", folder,
		                 strerror(errno));
	if (!run_folder(database, record, folder))
		return error_set(i->error, "%s: its folder's name is too long", database);
	return run_files_replace(folder, save_files, (void *)(uintptr_t)i, i->error);
}

static bool open_tests(struct importing *i)
{
	const struct import_request *r = i->request;

	memcpy(i->data.vocabulary, i->vocabulary, sizeof i->vocabulary);
	return !r->test || dataset_open_tests(&i->data, &r->experiment->data, r->test, i->say,
	                                      i->context, i->error);
}

/* What the weights make of the test sets, if there are any. */
static bool test(const struct importing *i, struct database *database, long run,
                 struct run_totals *totals)
{
	const struct trial trial = {
		.experiment = i->request->experiment,
		.contestant = i->contestant,
		.dataset = &i->data,
		.pool = i->request->test,
		.database = database,
	};
	struct work w = { .trial = &trial, .error = i->error, .model = i->model, .lock = -1 };
	bool good = true;

	w.news.trial = &trial;
	w.news.run = run;
	w.news.progress = &w.progress;
	for (int t = 0; good && t < i->data.tests; t++)
		good = trial_test(&w, &i->data.test[t]);
	*totals = w.totals;
	return good;
}

/* The row, once its files are there. Where and with what the weights were trained is not known. */
static bool make_row(const struct importing *i, struct database *database,
                     const struct run_record *record, long *run)
{
	const struct import_request *r = i->request;
	struct run_totals totals = { 0 };
	char note[1024];

	snprintf(note, sizeof note, "imported from %s by %s", r->weights, r->map);
	return database_run_begin(database, record, run, i->error) &&
	       database_note(database, *run, note, i->error) && test(i, database, *run, &totals) &&
	       database_run_finish(database, *run, RUN_DONE, NULL, &totals, i->error);
}

static bool keep(const struct importing *i, struct database *database, long *run, bool *again)
{
	char architecture[64];
	struct run_record old, record = {
		.contestant = i->contestant->name,
		.key = i->key,
		.seed = i->request->experiment->seed[0],
		.architecture = architecture,
		.settings = i->settings,
		.parameters = (long)parameters_count(&i->model.parameters),
		.data_hash = i->data_hash,
		.source_commit = machine_commit(),
		.program_version = BAKEOFF_VERSION,
		.folder = i->name,
	};
	bool good;

	design_name(&i->contestant->design, architecture);
	if (!database_experiment(database, i->request->experiment->name, NULL, &record.experiment,
	                         i->error) ||
	    !database_run_find(database, record.experiment, i->key, &old, again, i->error))
		return false;
	*run = old.id;
	*again &= old.status == RUN_DONE;
	/* One that was left half begun. */
	good = *again || !old.id || database_run_delete(database, old.id, i->error);
	run_record_free(&old);
	if (*again)
		return test(i, database, *run, &(struct run_totals){ 0 });
	return good && make_folder(i, &record) && make_row(i, database, &record, run);
}

static bool check(const struct import_request *r, struct error *error)
{
	if (match_asked(r->experiment))
		return error_set(error, "match: widths would be solved for data that nobody names; "
		                        "write them for the contestant and leave match out");
	return true;
}

bool import_run(const struct import_request *request, long *run, bool *again,
                void say(void *context, const char *line), void *context, struct error *error)
{
	struct importing i = { .request = request, .say = say, .context = context, .error = error };
	struct database database;
	bool good;

	i.contestant = find_contestant(request, error);
	good = i.contestant && check(request, error) && open_vocabularies(&i) && make_weights(&i) &&
	       open_tests(&i);
	if (good) {
		identify(&i);
		good = database_open(&database, request->database, DATABASE_WRITE, error);
	}
	if (good) {
		good = keep(&i, &database, run, again);
		database_close(&database);
	}
	model_close(&i.model);
	memset(i.data.vocabulary, 0, sizeof i.data.vocabulary); /* not its own */
	dataset_free(&i.data);
	vocabulary_free(i.vocabulary[SIDE_SOURCE]);
	if (i.vocabulary[SIDE_TARGET] != i.vocabulary[SIDE_SOURCE])
		vocabulary_free(i.vocabulary[SIDE_TARGET]);
	free(i.settings);
	return good;
}
