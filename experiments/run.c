/* run.c - all trials of an experiment, one after the other. */
#include "experiments/run.h"
#include "core/error.h"
#include "core/gemm.h"
#include "experiments/match.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096 };

void runs_folder(const char *database, char *folder, size_t size)
{
	size_t length = strlen(database);

	if (length > 3 && !strcmp(database + length - 3, ".db"))
		length -= 3;
	snprintf(folder, size, "%.*s.runs", (int)length, database);
}

static bool make_folder(const char *path, struct error *error)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		return error_set(error,
		                 "%s: cannot make this folder: %s; name a database elsewhere with "
		                 "--db",
		                 path, strerror(errno));
	return true;
}

bool experiment_data(const struct experiment *experiment, const char *folder,
                     struct pool *pool, struct dataset *dataset, dataset_report *report, void *context,
                     struct error *error)
{
	char data[PATH_SIZE];

	snprintf(data, sizeof data, "%s/data", folder);
	return make_folder(folder, error) && make_folder(data, error) &&
	       dataset_open(dataset, &experiment->data, data, pool, report, context, error);
}

static bool is_wanted(const struct run_options *options, const struct contestant *contestant)
{
	return !options->only || !strcmp(options->only, contestant->name);
}

static void run_trials(struct trial *trial, const struct run_options *options, trial_watch *watch,
                       void *context, struct run_result *result)
{
	const struct experiment *e = trial->experiment;

	for (int s = 0; s < e->seeds; s++)
		for (int c = 0; c < e->contestants; c++) {
			struct error error;

			trial->contestant = &e->contestant[c];
			trial->seed = e->seed[s];
			if (!is_wanted(options, trial->contestant))
				continue;
			result->trials++;
			switch (trial_run(trial, watch, context, &error)) {
			case TRIAL_DONE:
				result->done++;
				break;
			case TRIAL_WAS_DONE:
				result->skipped++;
				break;
			case TRIAL_BROKEN:
				result->failed++;
				break;
			case TRIAL_INTERRUPTED:
				result->interrupted = true;
				return;
			}
		}
}

static bool wants_bfloat16(const struct experiment *e)
{
	for (int i = 0; i < e->contestants; i++)
		if (e->contestant[i].train.precision == PRECISION_BFLOAT16)
			return true;
	return false;
}

static void report_migration(const struct database *database, dataset_report *report, void *context)
{
	char line[PATH_SIZE * 2 + 128];

	if (!database->backup)
		return;
	snprintf(line, sizeof line,
	         "%s was of an older bakeoff and has been migrated; the file as it was is %s",
	         database->path, database->backup);
	report(context, line);
}

bool run_experiment(struct experiment *experiment, const char *specification,
                    const struct run_options *options, dataset_report *report, trial_watch *watch,
                    void *context, struct run_result *result, struct error *error)
{
	struct database database = { 0 };
	struct dataset dataset = { 0 };
	struct trial trial = { .experiment = experiment,
		               .dataset = &dataset,
		               .database = &database };
	struct gemm_warming *warming;
	char folder[PATH_SIZE];
	bool ran = false;

	*result = (struct run_result){ 0 };
	runs_folder(options->database, folder, sizeof folder);
	trial.folder = folder;
	if (!gemm_init(error))
		return false;
	warming = options->threads > 1 ? gemm_warm(gemm_for_processor(), wants_bfloat16(experiment))
	                               : NULL;
	if (!database_open(&database, options->database, DATABASE_WRITE, error)) {
		gemm_warm_end(warming);
		return false;
	}
	report_migration(&database, report, context);
	trial.pool = pool_open(options->threads, error);
	if (trial.pool && experiment_data(experiment, folder, trial.pool, &dataset, report, context,
	                                  error) &&
	    match_contestants(experiment, &dataset, error) &&
	    database_experiment(&database, experiment->name, specification, &trial.experiment_id,
	                        error)) {
		gemm_warm_end(warming);
		warming = NULL;
		run_trials(&trial, options, watch, context, result);
		ran = true;
	}
	gemm_warm_end(warming);
	dataset_free(&dataset);
	pool_close(trial.pool);
	database_close(&database);
	return ran;
}
