/* merge.c - databases merged into one, with the folders of their runs. */
#include "experiments/merge.h"

#include "experiments/pack.h"
#include "experiments/run.h"
#include "experiments/run_files.h"
#include "results/archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
	struct database *into, *from;
	bool files, pack; /* pack: its files are in the source itself */
	merge_tell *tell;
	void *context;
	struct merge_report *report;
};

/* The folder of a run of the target. Names of folders are made of the key, but a key can be
 * forged. */
static bool target_folder(const struct source *s, const struct merge_run *run,
                          char folder[RUN_PATH_SIZE], char name[MERGE_FOLDER_SIZE],
                          struct error *error)
{
	struct run_record record = { .folder = name };
	long other;

	run_folder_name(run->from->contestant, run->from->seed, run->from->key, name);
	if (!database_folder_run(s->into, name, run->id, &other, error))
		return false;
	if (other)
		return error_set(error, "%s: run %ld has the folder of run %ld of %s, another run",
		                 s->from->path, run->from->id, other, s->into->path);
	return run_folder(s->into->path, &record, folder) ||
	       error_set(error, "%s: its folder's name is too long", s->into->path);
}

static bool make_folder(const char *database, struct error *error)
{
	char folder[RUN_PATH_SIZE];

	runs_folder(database, folder, sizeof folder);
	return !mkdir(folder, 0777) || errno == EEXIST ||
	       error_set(error, "%s: cannot make this folder: %s", folder, strerror(errno));
}

static bool copy_files(const struct source *s, const struct merge_run *run, const char *to,
                       bool *copied, struct error *error)
{
	char from[RUN_PATH_SIZE];

	if (s->pack)
		return *copied = pack_extract(s->from, to, error);
	return !run_folder(s->from->path, run->from, from) ||
	       run_files_copy(from, to, copied, error);
}

static bool take(void *context, const struct merge_run *run, char name[MERGE_FOLDER_SIZE],
                 struct error *error)
{
	const struct source *s = context;
	char to[RUN_PATH_SIZE];
	bool copied = false;

	if (!target_folder(s, run, to, name, error))
		return false;
	if (!s->files || (run->outcome == MERGE_SAME && !access(to, F_OK)))
		return true;
	if (run_hold(to, NULL) == RUN_HELD)
		return error_set(error, "run %ld of %s is running: stop it, or merge later",
		                 run->id, s->into->path);
	if (!make_folder(s->into->path, error) || !copy_files(s, run, to, &copied, error))
		return false;
	s->report->without_files += !copied && run->outcome != MERGE_SAME;
	return true;
}

static void tell(void *context, const struct merge_run *run)
{
	const struct source *s = context;

	s->report->runs[run->outcome]++;
	if (run->outcome == MERGE_ADDED) {
		if (!s->report->first_added)
			s->report->first_added = run->id;
		s->report->last_added = run->id;
	}
	if (run->outcome == MERGE_CONFLICT)
		s->tell(s->context, run);
}

static bool same_file(const char *a, const char *b)
{
	struct stat one, other;

	return !stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

bool merge_database(struct database *into, const char *path, bool files, merge_tell *conflict,
                    void *context, struct merge_report *report, struct error *error)
{
	struct database from;
	struct source source = { into, &from, files, false, conflict, context, report };
	const struct merge_handler handler = { take, tell, &source };
	long only = 0;
	bool good;

	*report = (struct merge_report){ 0 };
	if (same_file(into->path, path))
		return error_set(error, "%s is the database that is merged into", path);
	if (!database_open(&from, path, DATABASE_READ, error))
		return false;
	good = archive_is(&from, &source.pack, error) &&
	       (!source.pack || archive_run(&from, &only, error)) &&
	       database_merge(into, &from, only, &handler, error);
	database_close(&from);
	return good;
}
