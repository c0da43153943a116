/* database_copy.c - a database with the folders of its runs, copied while they run. */
#include "experiments/database_copy.h"
#include "core/file.h"
#include "experiments/run.h"
#include "results/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, CHUNK = 1 << 20 };

/* A file that was read and is not in place yet. */
struct pending {
	struct new_file file;
	char *path;
	struct timespec changed[2]; /* of access and change, as futimens takes them */
};

struct copying {
	char from[PATH_SIZE], to[PATH_SIZE]; /* the folders of runs */
	struct pending *checkpoint;          /* [checkpoints] */
	size_t checkpoints;
	struct copy_report *report;
	struct error *error;
};

static bool not_copied(const char *path, int number, struct error *error)
{
	return error_set(error, "%s: cannot be copied: %s", path, strerror(number));
}

static bool is_same(const struct stat *about, const char *to)
{
	struct stat there;

	return !stat(to, &there) && there.st_size == about->st_size &&
	       there.st_mtim.tv_sec == about->st_mtim.tv_sec &&
	       there.st_mtim.tv_nsec == about->st_mtim.tv_nsec;
}

/* All bytes of an open file. 0 or errno of reading. */
static int read_into(int descriptor, struct new_file *file, unsigned long long *bytes)
{
	char *chunk = memory_new(CHUNK, 1);
	ssize_t got;

	while ((got = read(descriptor, chunk, CHUNK)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0) {
			new_file_write(file, chunk, (size_t)got);
			*bytes += (unsigned long long)got;
		}
	free(chunk);
	return got < 0 ? errno : 0;
}

/* Copies to a temporary file beside `to`. *begun is false where there is nothing to do: the files
 * are the same, or `from` is gone. */
static bool take(const char *from, const char *to, struct pending *p, bool *begun,
                 struct copy_report *report, struct error *error)
{
	const int descriptor = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat about;
	int failure = 0;
	bool good = true;

	*begun = false;
	*p = (struct pending){ 0 };
	if (descriptor < 0)
		return errno == ENOENT || not_copied(from, errno, error);
	if (fstat(descriptor, &about))
		failure = errno;
	else if (S_ISREG(about.st_mode) && is_same(&about, to))
		report->same++;
	else if (S_ISREG(about.st_mode) && (good = new_file_begin(&p->file, to, error))) {
		*begun = true;
		p->path = memory_text(to);
		p->changed[0] = p->changed[1] = about.st_mtim;
		failure = read_into(descriptor, &p->file, &report->bytes);
	}
	close(descriptor);
	if (failure && *begun) {
		new_file_cancel(&p->file);
		free(p->path);
		*begun = false;
	}
	return failure ? not_copied(from, failure, error) : good;
}

static bool put(struct pending *p, struct copy_report *report, struct error *error)
{
	const bool good = new_file_commit(&p->file, error);

	/* Where the time cannot be set, the file is copied again next time. */
	if (good)
		(void)utimensat(AT_FDCWD, p->path, p->changed, 0);
	report->files += good;
	free(p->path);
	p->path = NULL;
	return good;
}

bool file_copy(const char *from, const char *to, struct copy_report *report, struct error *error)
{
	struct copy_report unseen = { 0 };
	struct pending p;
	bool begun;

	report = report ? report : &unseen;
	return take(from, to, &p, &begun, report, error) && (!begun || put(&p, report, error));
}

/* Not files of a run: locks, and what is being written. */
static bool is_file(const char *name)
{
	const size_t length = strlen(name);

	return name[0] != '.' && strcmp(name, "lock") != 0 && !strstr(name, ".tmp-") &&
	       (length < 4 || strcmp(name + length - 4, ".tmp") != 0);
}

static bool is_checkpoint(const char *name)
{
	return !strcmp(name, "last.safetensors");
}

static bool join(char path[PATH_SIZE], const char *folder, const char *name, struct error *error)
{
	if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE)
		return true;
	return error_set(error, "%s/%s: the path is too long", folder, name);
}

typedef bool folder_visit(struct copying *, const char *from, const char *to);

/* Every folder of a run, and that of the data. */
static bool each_folder(struct copying *c, folder_visit *visit)
{
	DIR *list = opendir(c->from);
	struct dirent *entry;
	bool good = true;

	if (!list)
		return errno == ENOENT || not_copied(c->from, errno, c->error);
	while (good && (entry = readdir(list))) {
		char from[PATH_SIZE], to[PATH_SIZE];
		struct stat about;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(list), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISDIR(about.st_mode))
			continue;
		good = join(from, c->from, entry->d_name, c->error) &&
		       join(to, c->to, entry->d_name, c->error) && visit(c, from, to);
	}
	closedir(list);
	return good;
}

/* What a copy that was killed has left there: names that begin so. */
static void remove_leftovers(const char *folder, const char *beginning)
{
	DIR *list = opendir(folder);
	struct dirent *entry;

	while (list && (entry = readdir(list)))
		if (!strncmp(entry->d_name, beginning, strlen(beginning)) &&
		    strstr(entry->d_name, ".tmp-"))
			unlinkat(dirfd(list), entry->d_name, 0);
	if (list)
		closedir(list);
}

static bool read_checkpoint(struct copying *c, const char *from, const char *to)
{
	char source[PATH_SIZE], target[PATH_SIZE];
	struct pending p;
	bool begun;

	if (mkdir(to, 0777) && errno != EEXIST)
		return not_copied(to, errno, c->error);
	remove_leftovers(to, "");
	if (!join(source, from, "last.safetensors", c->error) ||
	    !join(target, to, "last.safetensors", c->error) ||
	    !take(source, target, &p, &begun, c->report, c->error))
		return false;
	if (begun) {
		c->checkpoint = memory_resize(c->checkpoint, c->checkpoints + 1, sizeof p);
		c->checkpoint[c->checkpoints++] = p;
	}
	return true;
}

static bool copy_files(struct copying *c, const char *from, const char *to)
{
	DIR *list = opendir(from);
	struct dirent *entry;
	bool good = true;

	if (!list)
		return errno == ENOENT || not_copied(from, errno, c->error);
	if (mkdir(to, 0777) && errno != EEXIST)
		good = not_copied(to, errno, c->error);
	while (good && (entry = readdir(list))) {
		char source[PATH_SIZE], target[PATH_SIZE];

		if (is_file(entry->d_name) && !is_checkpoint(entry->d_name))
			good = join(source, from, entry->d_name, c->error) &&
			       join(target, to, entry->d_name, c->error) &&
			       file_copy(source, target, c->report, c->error);
	}
	closedir(list);
	return good;
}

static bool put_checkpoints(struct copying *c)
{
	while (c->checkpoints)
		if (!put(&c->checkpoint[--c->checkpoints], c->report, c->error))
			return false;
	return true;
}

static void drop_checkpoints(struct copying *c)
{
	for (size_t i = 0; i < c->checkpoints; i++) {
		new_file_cancel(&c->checkpoint[i].file);
		free(c->checkpoint[i].path);
	}
	free(c->checkpoint);
}

static void remove_database_leftovers(const char *database)
{
	char *folder = memory_text(database), *slash = strrchr(folder, '/');

	if (slash)
		*slash = '\0';
	remove_leftovers(!slash            ? "."
	                 : slash == folder ? "/"
	                                   : folder,
	                 slash ? slash + 1 : database);
	free(folder);
}

/* The order is the contract: see the header. */
static bool copy_in_order(struct copying *c, const char *from, const char *to)
{
	char snapshot[PATH_SIZE];
	bool good;

	if (snprintf(snapshot, sizeof snapshot, "%s.copy-%ld", from, (long)getpid()) >= PATH_SIZE)
		return error_set(c->error, "%s: the path is too long", from);
	unlink(snapshot);
	remove_database_leftovers(to);
	good = each_folder(c, read_checkpoint) && database_snapshot(from, snapshot, c->error) &&
	       each_folder(c, copy_files) && file_copy(snapshot, to, c->report, c->error) &&
	       put_checkpoints(c);
	unlink(snapshot);
	drop_checkpoints(c);
	return good;
}

/* One copy at a time; -1 and an error where that cannot be seen to. */
static int wait_turn(const char *folder, struct error *error)
{
	char path[PATH_SIZE];
	int lock;

	if (!join(path, folder, "copying", error))
		return -1;
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock >= 0 && flock(lock, LOCK_EX) == 0)
		return lock;
	not_copied(path, errno, error);
	if (lock >= 0)
		close(lock);
	return -1;
}

bool database_copy(const char *from, const char *to, struct copy_report *report,
                   struct error *error)
{
	struct copying c = { .report = report, .error = error };
	struct stat source, target;
	int lock;
	bool good;

	*report = (struct copy_report){ 0 };
	if (stat(from, &source))
		return not_copied(from, errno, error);
	if (!stat(to, &target) && source.st_dev == target.st_dev && source.st_ino == target.st_ino)
		return error_set(error, "%s and %s are the same file; copy to another", from, to);
	runs_folder(from, c.from, sizeof c.from);
	runs_folder(to, c.to, sizeof c.to);
	if (mkdir(c.to, 0777) && errno != EEXIST)
		return not_copied(c.to, errno, error);
	if (access(c.from, F_OK)) {
		good = copy_in_order(&c, from, to);
	} else {
		lock = wait_turn(c.from, error);
		good = lock >= 0 && copy_in_order(&c, from, to);
		if (lock >= 0)
			close(lock);
	}
	return good;
}
