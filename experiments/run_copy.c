/* run_copy.c - the files of a run's folder, copied into a folder that appears whole. */
#include "experiments/run_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes from the kernel to the kernel: shared blocks where the file system can. */
static bool copy_bytes(int from, int to)
{
	char buffer[65536];
	ssize_t got;

	while ((got = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0)
		;
	if (got == 0)
		return true;
	if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return false;
	while ((got = read(from, buffer, sizeof buffer)) > 0)
		for (ssize_t at = 0, put; at < got; at += put)
			if ((put = write(to, buffer + at, (size_t)(got - at))) < 0)
				return false;
	return got == 0;
}

/* One file by its name in two folders. What is no plain file is passed over: a link, a pipe. */
static bool copy_file(int from_folder, int to_folder, const char *name)
{
	const int from = openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat about;
	bool good = true;
	int to;

	if (from < 0)
		return errno == ELOOP || errno == ENXIO || errno == ENOENT;
	if (fstat(from, &about) != 0 || !S_ISREG(about.st_mode)) {
		close(from);
		return true;
	}
	to = openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	good = to >= 0 && copy_bytes(from, to);
	if (to >= 0 && close(to) != 0)
		good = false;
	close(from);
	return good;
}

struct copy {
	DIR *list;
	const char *from;
};

static bool copy_all(void *context, int folder, struct error *error)
{
	const struct copy *copy = context;
	struct dirent *entry;

	while ((entry = readdir(copy->list))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    !strcmp(entry->d_name, "lock") || strstr(entry->d_name, ".tmp-"))
			continue;
		if (!copy_file(dirfd(copy->list), folder, entry->d_name))
			return error_set(error, "%s/%s cannot be copied: %s", copy->from,
			                 entry->d_name, strerror(errno));
	}
	return true;
}

bool run_files_replace(const char *to, bool (*fill)(void *context, int folder, struct error *),
                       void *context, struct error *error)
{
	char part[RUN_PATH_SIZE + 16];
	int folder = -1;
	bool good;

	snprintf(part, sizeof part, "%s.part", to);
	if (!run_files_delete(part, error)) /* of a process that was killed */
		return false;
	good = (!mkdir(part, 0777) &&
	        (folder = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) >= 0) ||
	       error_set(error, "%s cannot be made: %s", part, strerror(errno));
	good = good && fill(context, folder, error) && run_files_delete(to, error);
	if (good && rename(part, to) != 0)
		good = error_set(error, "%s cannot be made: %s", to, strerror(errno));
	if (folder >= 0)
		close(folder);
	if (!good)
		run_files_delete(part, &(struct error){ 0 });
	return good;
}

bool run_files_copy(const char *from, const char *to, bool *copied, struct error *error)
{
	const int descriptor = open(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct copy copy = { descriptor < 0 ? NULL : fdopendir(descriptor), from };
	bool good;

	*copied = copy.list != NULL;
	if (!copy.list)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		       error_set(error, "%s cannot be read: %s", from, strerror(errno));
	good = run_files_replace(to, copy_all, &copy, error);
	closedir(copy.list);
	return good;
}
