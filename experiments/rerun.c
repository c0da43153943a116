/* rerun.c - a run made again from what its row says. */
#include "experiments/rerun.h"

#include "data/task.h"
#include "experiments/run_files.h"
#include "results/manage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The path of a text now. */
static char *path_now(const char *data, const char *was)
{
	const char *slash = strrchr(was, '/'), *last = slash ? slash + 1 : was;
	char *path = memory_new((data ? strlen(data) + strlen(last) : strlen(was)) + 2, 1);

	if (data)
		sprintf(path, "%s/%s", data, last);
	else
		strcpy(path, was);
	return path;
}

static bool fill_pair(struct text_pair *pair, const struct data_pair *was, const char *data,
                      struct error *error)
{
	for (int side = 0; side < SIDES; side++) {
		if (!was->file[side])
			continue;
		pair->file[side] = path_now(data, was->file[side]);
		if (access(pair->file[side], R_OK) != 0)
			return error_set(
				error,
				"%s cannot be read (%s), and the run was trained or tested on it; "
				"name the folder where its texts are now with --data",
				pair->file[side], strerror(errno));
	}
	return true;
}

static bool fill_files(struct rerun *r, const char *data, struct error *error)
{
	struct data_settings *s = &r->experiment.data;
	bool good;

	if (task_of(s)->generator)
		return true;
	s->tests = r->files.pairs - 2;
	s->test = memory_new((size_t)s->tests + 1, sizeof *s->test);
	good = fill_pair(&s->train, &r->files.pair[0], data, error) &&
	       fill_pair(&s->valid, &r->files.pair[1], data, error);
	for (int i = 0; i < s->tests; i++)
		s->test[i].name = memory_text(r->files.pair[i + 2].name);
	for (int i = 0; good && i < s->tests; i++)
		good = fill_pair(&s->test[i], &r->files.pair[i + 2], data, error);
	return good;
}

static bool add_pair(struct data_files *files, const char *name, const json_t *pair)
{
	struct data_pair *p;
	char *file[SIDES];

	if (!data_files_take(pair, file))
		return false;
	files->pair = memory_resize(files->pair, (size_t)files->pairs + 1, sizeof *files->pair);
	p = &files->pair[files->pairs++];
	*p = (struct data_pair){ .name = memory_text(name) };
	memcpy(p->file, file, sizeof file);
	return true;
}

/* The settings have the last names of the files: enough where the folder is named. */
static bool files_of_settings(struct rerun *r, const json_t *data, struct error *error)
{
	json_t *tests = json_object_get(data, "test"), *pair;
	const char *name;
	bool good = add_pair(&r->files, "train", json_object_get(data, "train")) &&
	            add_pair(&r->files, "valid", json_object_get(data, "valid"));

	json_object_foreach(tests, name, pair) good = good && add_pair(&r->files, name, pair);
	return good ||
	       error_set(error, "run %ld: its settings do not name its texts", r->record.id);
}

static bool find_files(struct rerun *r, const json_t *data, const char *folder, struct error *error)
{
	char path[RUN_PATH_SIZE + 16];
	bool found = false;

	if (task_of(&r->experiment.data)->generator)
		return true;
	snprintf(path, sizeof path, "%s/data.json", r->folder);
	if (*r->folder && !data_files_load(path, &r->files, &found, error))
		return false;
	if (!found && !folder)
		return error_set(
			error,
			"run %ld does not say where its texts are: name their folder with --data",
			r->record.id);
	return found || files_of_settings(r, data, error);
}

static bool read_data(struct rerun *r, const json_t *settings, const char *folder,
                      struct error *error)
{
	json_t *data = json_object_get(settings, "data"), *single = json_copy(data);
	bool good;

	for (const char *const *key = (const char *const[]){ "train", "valid", "test", NULL }; *key;
	     key++)
		json_object_del(single, *key);
	settings_default(data_settings_table, &r->experiment.data);
	good = json_is_object(single)
	               ? settings_from_json(data_settings_table, &r->experiment.data, single, error)
	               : error_set(error, "the settings have no data");
	json_decref(single);
	if (!good)
		return error_prefix(error, "run %ld", r->record.id);
	return find_files(r, data, folder, error) && fill_files(r, folder, error);
}

static bool read_settings(struct rerun *r, const char *folder, struct error *error)
{
	json_t *settings = json_loads(r->record.settings, 0, NULL);
	struct experiment *e = &r->experiment;
	bool good;

	if (!settings)
		return error_set(error, "run %ld: its settings are not JSON", r->record.id);
	e->contestant = memory_new(1, sizeof *e->contestant);
	e->seed = memory_new(1, sizeof *e->seed);
	e->seed[0] = r->record.seed;
	e->seeds = 1;
	good = contestant_from_json(&e->contestant[0], settings, error) ||
	       error_prefix(error, "run %ld", r->record.id);
	if (good) {
		e->contestants = 1;
		e->contestant[0].name = memory_text(r->record.contestant);
		e->contestant[0].variant = memory_text("");
		e->train = e->contestant[0].train;
		e->search = e->contestant[0].search;
	}
	good = good && read_data(r, settings, folder, error);
	json_decref(settings);
	return good;
}

bool rerun_open(struct rerun *r, struct database *database, long run, const char *data,
                struct error *error)
{
	bool good;

	*r = (struct rerun){ 0 };
	if (!database_run_read(database, run, &r->record, error))
		return false;
	if (!run_folder(database->path, &r->record, r->folder))
		r->folder[0] = '\0';
	good = r->record.status == RUN_DONE ||
	       error_set(error, "run %ld is %s: only a run that is done can be made again", run,
	                 run_status_word(r->record.status));
	if (good && !r->record.totals.updates)
		good = error_set(error, "run %ld was not trained here but imported: it cannot be "
		                        "made again from its row", run);
	good = good &&
	       database_experiment_name(database, r->record.experiment, &r->experiment.name,
	                                error) &&
	       read_settings(r, data, error);
	if (!good)
		rerun_close(r);
	return good;
}

void rerun_close(struct rerun *r)
{
	if (!r)
		return;
	experiment_free(&r->experiment);
	data_files_free(&r->files);
	run_record_free(&r->record);
	*r = (struct rerun){ 0 };
}

bool rerun_check_data(void *rerun, const struct dataset *dataset, struct error *error)
{
	const struct rerun *r = rerun;
	const struct data_pair *changed;
	char hash[24];

	snprintf(hash, sizeof hash, "%016llx", (unsigned long long)dataset->hash);
	if (r->record.data_hash && !strcmp(hash, r->record.data_hash))
		return true;
	changed = data_files_changed(&r->files, dataset);
	if (changed && *changed->hash)
		return error_set(
			error,
			"the text of %s has changed since run %ld: %s%s%s is not what it was",
			changed->name, r->record.id,
			changed->file[SIDE_SOURCE] ? changed->file[SIDE_SOURCE] : "",
			changed->file[SIDE_SOURCE] ? " or " : "", changed->file[SIDE_TARGET]);
	return error_set(
		error,
		"the data are not those of run %ld (hash %s, was %s): texts have changed, or the "
		"vocabulary is learned otherwise by this version",
		r->record.id, hash, r->record.data_hash ? r->record.data_hash : "not kept");
}
