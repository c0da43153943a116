/* file.c - write beside, flush, rename. */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEMPORARY_TRIES = 100 };

static const char *remedy(int failure)
{
	switch (failure) {
	case ENOSPC:
	case EDQUOT:
		return "free some space on that disk";
	case EFBIG:
		return "raise the limit of file sizes (ulimit -f)";
	case ENOENT:
	case ENOTDIR:
		return "make its folder first";
	case EACCES:
	case EPERM:
	case EROFS:
		return "choose a folder that you may write to";
	case EEXIST:
		return "remove the .tmp- files beside it";
	case EISDIR:
		return "choose a name that is not a folder's";
	default:
		return "check the disk";
	}
}

static bool not_written(const char *path, int failure, struct error *error)
{
	return error_set(error, "%s: not written (%s), nothing was changed; %s", path,
	                 strerror(failure), remedy(failure));
}

static void forget(struct new_file *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct new_file){ 0 };
}

/* O_EXCL: never somebody else's file, nor where a link points. */
static int open_temporary(const char *path, char *temporary, size_t size)
{
	int descriptor = -1;

	for (int i = 0; descriptor < 0 && i < TEMPORARY_TRIES; i++) {
		snprintf(temporary, size, "%s.tmp-%ld-%d", path, (long)getpid(), i);
		descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (descriptor < 0 && errno != EEXIST)
			break;
	}
	return descriptor;
}

bool new_file_begin(struct new_file *file, const char *path, struct error *error)
{
	const size_t size = strlen(path) + 48;
	int descriptor;

	*file = (struct new_file){ .path = memory_text(path), .temporary = memory_new(size, 1) };
	descriptor = open_temporary(path, file->temporary, size);
	if (descriptor >= 0 && (file->stream = fdopen(descriptor, "wb")))
		return true;
	not_written(path, errno, error);
	if (descriptor >= 0) {
		close(descriptor);
		unlink(file->temporary);
	}
	forget(file);
	return false;
}

/* errno of a stream's failure; a stream may fail and not say why. */
static int reason(void)
{
	return errno ? errno : EIO;
}

void new_file_write(struct new_file *file, const void *bytes, size_t size)
{
	if (!size || file->failure)
		return;
	errno = 0;
	if (fwrite(bytes, 1, size, file->stream) != size)
		file->failure = reason();
}

void new_file_cancel(struct new_file *file)
{
	if (!file)
		return;
	if (file->stream)
		fclose(file->stream);
	if (file->temporary)
		unlink(file->temporary);
	forget(file);
}

/* 0 or errno. */
static int sync_file(int descriptor)
{
	while (fsync(descriptor))
		if (errno != EINTR)
			return errno;
	return 0;
}

/* A rename is on the disk only when its folder is. 0 or errno; a folder that may not be read, or a
 * file system that cannot flush folders, is no failure. */
static int sync_folder(const char *path)
{
	char *copy = memory_text(path);
	const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int failure = folder < 0 ? errno : sync_file(folder);

	if (folder >= 0)
		close(folder);
	free(copy);
	return failure == EACCES || failure == EINVAL ? 0 : failure;
}

/* Flushes and closes the temporary. 0 or errno. */
static int finish(struct new_file *file)
{
	int failure = file->failure;

	errno = 0;
	if (!failure && (fflush(file->stream) || ferror(file->stream)))
		failure = reason();
	if (!failure)
		failure = sync_file(fileno(file->stream));
	errno = 0;
	if (fclose(file->stream) && !failure)
		failure = reason();
	file->stream = NULL;
	return failure;
}

bool new_file_commit(struct new_file *file, struct error *error)
{
	int failure = finish(file);
	bool written = true;

	if (!failure && rename(file->temporary, file->path))
		failure = errno;
	if (failure) {
		written = not_written(file->path, failure, error);
		unlink(file->temporary);
	} else if ((failure = sync_folder(file->path))) {
		written = error_set(error,
		                    "%s: written, but its folder was not flushed to the disk (%s); "
		                    "check the disk",
		                    file->path, strerror(failure));
	}
	forget(file);
	return written;
}
