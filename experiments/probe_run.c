/* probe_run.c - a probe from its file to its verdict. */
#include "experiments/probe.h"

#include "core/error.h"
#include "core/gemm.h"
#include "core/machine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The trials that are done, and who else wants to know of them. */
struct following {
	const struct probe_options *options;
	struct probe_trial *trial;
	size_t trials;
};

static void follow(void *context, const struct trial_news *news)
{
	struct following *f = context;
	const bool done =
		news->event == TRIAL_FINISHED || (news->event == TRIAL_SKIPPED && !news->reason);

	if (done && !news->trial->contestant->tuned) {
		f->trial = memory_resize(f->trial, f->trials + 1, sizeof *f->trial);
		f->trial[f->trials++] = (struct probe_trial){ news->trial->contestant,
			                                      news->trial->seed, news->run };
	}
	f->options->watch(f->options->context, news);
}

static void report(void *context, const char *line)
{
	const struct following *f = context;

	f->options->report(f->options->context, line);
}

/* root/sub/name.yaml where it can be read, else NULL. */
static char *file_in(const char *root, const char *folder, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s%s/%s.yaml", root, folder, name) < 0)
		return NULL;
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* Below the working directory, in the checkout that the program was built in, or where
 * `make install` puts them. */
static char *find_file(const char *name, bool quick, struct error *error)
{
	static const char *const beside[] = { "../../experiments/probes",
		                              "../share/bakeoff/experiments/probes" };
	const char *folder = quick ? "/quick" : "";
	char program[PATH_MAX] = "", root[PATH_MAX + 32], *slash, *path;

	path = file_in("experiments/probes", folder, name);
	if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
		program[0] = '\0';
	slash = strrchr(program, '/');
	for (int i = 0; !path && slash && i < 2; i++) {
		snprintf(root, sizeof root, "%.*s/%s", (int)(slash - program), program, beside[i]);
		path = file_in(root, folder, name);
	}
	if (!path)
		error_set(error,
		          "experiments/probes%s/%s.yaml is not there, neither here nor beside the "
		          "program; run it in the folder that bakeoff was built in",
		          folder, name);
	return path;
}

static char *read_text(const char *path, struct error *error)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file || getdelim(&text, &size, '\0', file) < 0) {
		error_set(error, "%s: %s", path, errno ? strerror(errno) : "is empty");
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text;
}

static bool read_experiment(const struct probe_options *options, const char *file,
                            struct experiment *experiment, struct error *error)
{
	char *seeds = NULL;
	bool read;

	if (options->seeds && asprintf(&seeds, "seeds=[%s]", options->seeds) < 0)
		return error_set(error, "no memory");
	read = experiment_read(experiment, file, &seeds, seeds != NULL, error);
	free(seeds);
	return read;
}

static bool run_all(struct experiment *experiment, struct following *following,
                    struct probe_result *result, struct error *error)
{
	const struct probe_options *options = following->options;
	char *text = read_text(result->file, error);
	bool ran;

	if (!text)
		return false;
	options->begin(options->context, run_trials(experiment, NULL));
	ran = run_experiment(experiment, text, &options->run, report, follow, following,
	                     &result->trials, error);
	free(text);
	return ran;
}

static bool measure(const struct experiment *experiment, const struct following *following,
                    struct probe_result *result, struct error *error)
{
	struct database database = { 0 };
	struct probe_material material = { .probe = result->probe,
		                           .experiment = experiment,
		                           .trial = following->trial,
		                           .trials = following->trials,
		                           .measured = &result->measured,
		                           .card = &result->card };
	bool measured;

	if (!result->probe->untrained) {
		if (!following->trials)
			return error_set(error, "%s: no trial came to its end", experiment->name);
		if (!database_open(&database, following->options->run.database, DATABASE_READ,
		                   error))
			return false;
		material.database = &database;
	}
	measured = gemm_init(error) && result->probe->measure(&material, error);
	database_close(&database);
	if (measured)
		result->verdict = claims_judge(&result->measured, result->probe->claim,
		                               result->claims, result->finding);
	return measured;
}

bool probe_run(const struct probe *probe, const struct probe_options *options,
               struct probe_result *result, struct error *error)
{
	struct following following = { .options = options };
	struct experiment experiment;
	const double began = machine_seconds();
	bool good;

	*result = (struct probe_result){ .probe = probe,
		                         .axes = probe->axes,
		                         .claims = options->file ? 0 : probe->claims,
		                         .verdict = VERDICT_OPEN };
	if (options->bin > 0)
		result->axes.bin = options->bin;
	result->file = options->file
	                       ? memory_text(options->file)
	                       : find_file(probe->name, options->quick && !probe->untrained, error);
	if (!result->file || !read_experiment(options, result->file, &experiment, error))
		return false;
	good = (probe->untrained || run_all(&experiment, &following, result, error)) &&
	       (result->trials.interrupted || measure(&experiment, &following, result, error));
	result->seconds = machine_seconds() - began;
	free(following.trial);
	experiment_free(&experiment);
	return good;
}

void probe_result_free(struct probe_result *result)
{
	free(result->file);
	measured_free(&result->measured);
	table_free(&result->card);
	*result = (struct probe_result){ 0 };
}
