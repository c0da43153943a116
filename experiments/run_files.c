/* run_files.c - the folder of a run's files, from outside of the trial. */
#include "experiments/run_files.h"

#include "experiments/run.h"
#include "results/manage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void run_folder_name(const char *contestant, long seed, const char *key, char name[RUN_NAME_SIZE])
{
	snprintf(name, RUN_NAME_SIZE, "%.63s-s%ld-%.16s", contestant, seed, key);
	for (char *p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=",
		            *p) ||
		    (p == name && *p == '.'))
			*p = '_';
}

bool run_folder(const char *database, const struct run_record *run, char folder[RUN_PATH_SIZE])
{
	const char *name = run->folder;
	size_t used;

	if (!name || !*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	runs_folder(database, folder, RUN_PATH_SIZE);
	used = strlen(folder);
	return (size_t)snprintf(folder + used, RUN_PATH_SIZE - used, "/%s", name) <
	       RUN_PATH_SIZE - used;
}

enum run_hold run_hold(const char *folder, int *lock)
{
	char path[RUN_PATH_SIZE + 8];
	enum run_hold hold = RUN_FREE;
	int descriptor;

	snprintf(path, sizeof path, "%s/lock", folder);
	if (lock)
		*lock = -1;
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return access(folder, F_OK) ? RUN_NOWHERE : RUN_FREE;
	if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
		hold = RUN_HELD;
	if (hold == RUN_FREE && lock)
		*lock = descriptor;
	else
		close(descriptor);
	return hold;
}

double run_files_size(const char *folder)
{
	DIR *list = opendir(folder);
	double bytes = 0;
	struct dirent *entry;
	struct stat about;

	while (list && (entry = readdir(list)))
		if (!fstatat(dirfd(list), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(about.st_mode))
			bytes += (double)about.st_size;
	if (list)
		closedir(list);
	return bytes;
}

/* A folder that is a link is left as it is. */
bool run_files_delete(const char *folder, struct error *error)
{
	const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = descriptor < 0 ? NULL : fdopendir(descriptor);
	struct dirent *entry;
	int failure = list ? 0 : errno;

	if (!list)
		return failure == ENOENT ||
		       error_set(error, "%s: cannot be deleted: %s", folder, strerror(failure));
	while ((entry = readdir(list)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    unlinkat(dirfd(list), entry->d_name, 0) != 0)
			failure = errno;
	closedir(list);
	if (!failure && rmdir(folder) != 0)
		failure = errno;
	return !failure ||
	       error_set(error, "%s: cannot be deleted whole: %s", folder, strerror(failure));
}

bool run_delete(struct database *database, const struct run_record *run, struct error *error)
{
	char folder[RUN_PATH_SIZE];
	const bool has_folder = run_folder(database->path, run, folder);
	int lock = -1;
	bool good;

	if (has_folder && run_hold(folder, &lock) == RUN_HELD)
		return error_set(error, "run %ld is running: stop it, or wait for it", run->id);
	good = database_run_delete(database, run->id, error);
	if (good && has_folder && !run_files_delete(folder, error))
		good = error_prefix(error, "run %ld is no longer in %s, but", run->id,
		                    database->path);
	if (lock >= 0)
		close(lock);
	return good;
}
