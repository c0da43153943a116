/* run.c - all trials of an experiment: what they share is made ready, then each is a process. */
#include "experiments/run.h"
#include "core/error.h"
#include "core/gemm.h"
#include "experiments/halving.h"
#include "experiments/jobs.h"
#include "experiments/match.h"
#include "experiments/together.h"
#include "experiments/tune.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

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

bool experiment_data(const struct experiment *experiment, const char *folder, struct pool *pool,
                     struct dataset *dataset, dataset_report *report, void *context,
                     struct error *error)
{
	char data[PATH_SIZE];

	snprintf(data, sizeof data, "%s/data", folder);
	return make_folder(folder, error) && make_folder(data, error) &&
	       dataset_open(dataset, &experiment->data, data, pool, report, context, error);
}

/* How many contestants `only` means. */
static int count_only(const struct experiment *e, const char *only)
{
	int count = 0;

	for (int i = 0; i < e->contestants; i++)
		count += contestant_is(&e->contestant[i], only);
	return count;
}

int run_trials(const struct experiment *e, const char *only)
{
	return count_only(e, only) * e->seeds;
}

const struct contestant *run_trial(const struct experiment *e, const char *only, int number,
                                   long *seed)
{
	const int among = count_only(e, only);
	int c = 0;

	assert(number >= 1 && number <= among * e->seeds);
	for (int before = (number - 1) % among;; c++)
		if (contestant_is(&e->contestant[c], only) && before-- == 0)
			break;
	*seed = e->seed[(number - 1) / among];
	return &e->contestant[c];
}

static XXH64_hash_t tuning_hash(const struct tuning *t, XXH64_hash_t hash)
{
	const double limits[] = { (double)t->epochs, (double)t->updates, (double)t->tokens,
		                  t->minutes, t->multiply_adds };

	if (!t->values)
		return hash;
	hash = XXH64(t->key, strlen(t->key), hash);
	for (int v = 0; v < t->values; v++)
		hash = XXH64(t->value[v], strlen(t->value[v]), hash);
	return XXH64(limits, sizeof limits, hash);
}

void run_plan_key(const struct experiment *e, const char *only, char key[17])
{
	XXH64_hash_t hash = XXH64(e->name, strlen(e->name), 0);

	for (int c = 0; c < e->contestants; c++) {
		const struct contestant *contestant = &e->contestant[c];
		json_t *settings;
		char *text;

		if (!contestant_is(contestant, only))
			continue;
		settings = contestant_to_json(e, contestant);
		text = json_dumps(settings, JSON_SORT_KEYS | JSON_COMPACT);
		json_decref(settings);
		if (!text)
			panic("settings of %s cannot be written as JSON", contestant->name);
		hash = XXH64(text, strlen(text), hash);
		hash = XXH64(contestant->name, strlen(contestant->name), hash);
		free(text);
	}
	hash = XXH64(e->seed, (size_t)e->seeds * sizeof *e->seed, hash);
	hash = XXH64(&e->match_parameters, sizeof e->match_parameters, hash);
	hash = XXH64(&e->match_multiply_adds, sizeof e->match_multiply_adds, hash);
	hash = tuning_hash(&e->tuning, hash);
	if (halving_rungs(e))
		hash = XXH64(&e->halving, sizeof e->halving, hash);
	snprintf(key, 17, "%016llx", (unsigned long long)hash);
}

/* The trials that are wanted, in the order in which they start; the caller frees the list. */
static struct trial *list_trials(const struct trial *common, const struct run_options *options,
                                 int *trials)
{
	const int first = options->first ? options->first : 1;
	const int last =
		options->last ? options->last : run_trials(common->experiment, options->only);
	const int before = tune_trials(common->experiment, options->only);
	struct trial *list = memory_new((size_t)last - (size_t)first + 1, sizeof *list);

	*trials = 0;
	for (int i = first; i <= last; i++) {
		struct trial *t = &list[*trials];

		*t = *common;
		t->number = before + i;
		t->contestant = run_trial(common->experiment, options->only, i, &t->seed);
		t->retry = options->retry;
		*trials += !t->contestant->left_out;
	}
	return list;
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

static void report_match(const struct experiment *e, const struct run_options *options,
                         dataset_report *report, void *context)
{
	char line[MATCH_TEXT];

	for (int i = 0; match_asked(e) && i < e->contestants; i++) {
		if (!contestant_is(&e->contestant[i], options->only))
			continue;
		match_text(e, &e->contestant[i], line);
		report(context, line);
	}
}

/* Opens what all trials share; what threads and connections that took is closed again, so that
 * processes can be forked. */
static bool prepare(struct trial *common, struct experiment *experiment, const char *specification,
                    const struct run_options *options, struct dataset *dataset,
                    dataset_report *report, void *context, struct error *error)
{
	struct database database = { 0 };
	struct pool *pool = NULL;
	bool ready;

	if (!database_open(&database, options->database, DATABASE_WRITE, error))
		return false;
	report_migration(&database, report, context);
	ready = (pool = pool_open(options->threads, error)) != NULL &&
	        experiment_data(experiment, common->folder, pool, dataset, report, context,
	                        error) &&
	        (!options->check || options->check(options->check_context, dataset, error)) &&
	        match_contestants(experiment, dataset, error) &&
	        database_experiment(&database, experiment->name, specification,
	                            &common->experiment_id, error);
	if (ready)
		report_match(experiment, options, report, context);
	pool_close(pool);
	database_close(&database);
	return ready;
}

/* Whether all ranks are ready; the others take from rank 0 what they need of the data. */
static bool join_ranks(struct experiment *experiment, const struct run_options *options,
                       struct dataset *dataset, bool ready, dataset_report *report, void *context,
                       struct error *error)
{
	if (!options->ranks)
		return ready;
	if (!ranks_agree(options->ranks, ready, error) ||
	    !dataset_share(options->ranks, dataset, error))
		return false;
	ready = ranks_number(options->ranks) == 0 || match_contestants(experiment, dataset, error);
	if (!ranks_agree(options->ranks, ready, error) ||
	    !together_check(experiment, options, error))
		return false;
	together_kernels(options->ranks, report, context);
	return true;
}

bool run_experiment(struct experiment *experiment, const char *specification,
                    const struct run_options *options, dataset_report *report, run_watch *watch,
                    void *context, struct run_result *result, struct error *error)
{
	struct dataset dataset = { 0 };
	struct trial common = { .experiment = experiment, .dataset = &dataset };
	struct gemm_warming *warming;
	char folder[PATH_SIZE];
	bool ready;

	*result = (struct run_result){ 0 };
	runs_folder(options->database, folder, sizeof folder);
	common.folder = folder;
	if (!ranks_agree(options->ranks, gemm_init(error), error))
		return false;
	warming = options->threads > 1 ? gemm_warm(gemm_for_processor(), wants_bfloat16(experiment))
	                               : NULL;
	ready = ranks_number(options->ranks) > 0 ||
	        prepare(&common, experiment, specification, options, &dataset, report, context,
	                error);
	ready = join_ranks(experiment, options, &dataset, ready, report, context, error);
	gemm_warm_end(warming);
	ready = ready &&
	        tune_run(experiment, &common, options, report, watch, context, result, error);
	ready = ready && (result->interrupted || halving_run(experiment, &common, options, report,
	                                                     watch, context, result, error));
	if (ready && !result->interrupted) {
		int trials;
		struct trial *trial = list_trials(&common, options, &trials);

		result->trials += trials;
		ready = together_run(
			&(struct jobs){ trial, trials, options, watch, context, result }, error);
		free(trial);
	}
	dataset_free(&dataset);
	return ready;
}
