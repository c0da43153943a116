/* submission.c - the folder that the tasks of a job array share. */
#include "experiments/submission.h"
#include "core/file.h"
#include "experiments/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool fits(int length, const char *path, struct error *error)
{
	return length < SUBMISSION_PATH_SIZE || error_set(error, "%s: the path is too long", path);
}

bool submission_path(const char *folder, const char *directory, const char *experiment,
                     const char *key, char path[SUBMISSION_PATH_SIZE], struct error *error)
{
	char name[64];

	snprintf(name, sizeof name, "%s", experiment);
	for (char *p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=",
		            *p) ||
		    (p == name && *p == '.'))
			*p = '_';
	if (folder[0] == '/')
		return fits(snprintf(path, SUBMISSION_PATH_SIZE, "%s/%s-%s", folder, name, key),
		            folder, error);
	return fits(
		snprintf(path, SUBMISSION_PATH_SIZE, "%s/%s/%s-%s", directory, folder, name, key),
		folder, error);
}

static bool make_folder(const char *path, struct error *error)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		return error_set(
			error, "%s: cannot make this folder: %s; name one elsewhere with --folder",
			path, strerror(errno));
	return true;
}

/* The folder and those above it. */
static bool make_folders(const char *path, struct error *error)
{
	char part[SUBMISSION_PATH_SIZE];
	struct stat about;

	snprintf(part, sizeof part, "%s", path);
	for (char *p = part + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (stat(part, &about) && !make_folder(part, error))
			return false;
		*p = '/';
	}
	return make_folder(path, error);
}

bool submission_make(const char *path, const struct experiment *e, const char *only,
                     struct error *error)
{
	char name[SUBMISSION_PATH_SIZE + 16];
	struct new_file file;

	snprintf(name, sizeof name, "%s/log", path);
	if (!make_folders(path, error) || !make_folder(name, error))
		return false;
	snprintf(name, sizeof name, "%s/trials.tsv", path);
	if (!new_file_begin(&file, name, error))
		return false;
	fprintf(file.stream, "%s\n", e->name);
	for (int i = 1; i <= run_trials(e, only); i++) {
		long seed;
		const struct contestant *c = run_trial(e, only, i, &seed);

		fprintf(file.stream, "%d\t%s\t%ld\n", i, c->name, seed);
	}
	return new_file_commit(&file, error);
}

bool submission_add_job(const char *path, const char *number, int pack, struct error *error)
{
	char name[SUBMISSION_PATH_SIZE + 16];
	FILE *file;
	bool good;

	snprintf(name, sizeof name, "%s/jobs", path);
	file = fopen(name, "ae");
	good = file && fprintf(file, "%s\t%d\n", number, pack) > 0;
	good &= file && !fclose(file);
	return good || error_set(error, "%s cannot be written: %s; job %s runs all the same", name,
	                         strerror(errno), number);
}
