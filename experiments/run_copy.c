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

/* 0, or errno of what failed. */
static int copy_all(DIR *list, const char *to)
{
	const int folder = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	int failure = folder < 0 ? errno : 0;

	while (!failure && (entry = readdir(list))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    !strcmp(entry->d_name, "lock") || strstr(entry->d_name, ".tmp-"))
			continue;
		if (!copy_file(dirfd(list), folder, entry->d_name))
			failure = errno;
	}
	if (folder >= 0)
		close(folder);
	return failure;
}

bool run_files_copy(const char *from, const char *to, bool *copied, struct error *error)
{
	const int descriptor = open(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = descriptor < 0 ? NULL : fdopendir(descriptor);
	char part[RUN_PATH_SIZE + 16];
	bool good;
	int failure;

	*copied = list != NULL;
	if (!list)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		       error_set(error, "%s cannot be read: %s", from, strerror(errno));
	snprintf(part, sizeof part, "%s.part", to);
	good = run_files_delete(part, error); /* of a merge that was killed */
	if (good) {
		failure = mkdir(part, 0777) ? errno : copy_all(list, part);
		good = (!failure || error_set(error, "%s cannot be copied to %s: %s", from, to,
		                              strerror(failure))) &&
		       run_files_delete(to, error);
		if (good && rename(part, to) != 0)
			good = error_set(error, "%s cannot be made: %s", to, strerror(errno));
	}
	closedir(list);
	if (!good)
		run_files_delete(part, &(struct error){ 0 });
	return good;
}
