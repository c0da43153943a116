/* file.c - write beside, flush, rename. */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void forget(struct new_file *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct new_file){ 0 };
}

bool new_file_begin(struct new_file *file, const char *path, struct error *error)
{
	const size_t size = strlen(path) + 32;

	*file = (struct new_file){ memory_text(path), memory_new(size, 1), NULL };
	snprintf(file->temporary, size, "%s.tmp-%ld", path, (long)getpid());
	file->stream = fopen(file->temporary, "wb");
	if (file->stream)
		return true;
	error_set(error, "%s cannot be written: %s", path, strerror(errno));
	forget(file);
	return false;
}

void new_file_cancel(struct new_file *file)
{
	if (file->stream)
		fclose(file->stream);
	if (file->temporary)
		unlink(file->temporary);
	forget(file);
}

/* A rename is on the disk only when its folder is. */
static bool sync_folder(const char *path)
{
	char *copy = memory_text(path);
	const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const bool synced = folder >= 0 && (fsync(folder) == 0 || errno == EINVAL);

	if (folder >= 0)
		close(folder);
	free(copy);
	return synced;
}

bool new_file_commit(struct new_file *file, struct error *error)
{
	bool written = !ferror(file->stream) && fflush(file->stream) == 0 &&
		       fsync(fileno(file->stream)) == 0;
	int reason = errno;

	if (fclose(file->stream) && written) {
		written = false;
		reason = errno;
	}
	file->stream = NULL;
	if (written && (rename(file->temporary, file->path) || !sync_folder(file->path))) {
		written = false;
		reason = errno;
	}
	if (!written) {
		error_set(error, "%s cannot be written: %s; the old file is as it was", file->path,
			  reason ? strerror(reason) : "disk full");
		new_file_cancel(file);
		return false;
	}
	forget(file);
	return true;
}

bool file_read(const char *path, size_t most, char **bytes, size_t *size, struct error *error)
{
	FILE *stream = fopen(path, "rb");
	struct stat status;
	bool whole = false;

	*bytes = NULL;
	if (!stream || fstat(fileno(stream), &status))
		error_set(error, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(status.st_mode))
		error_set(error, "%s: is not a file", path);
	else if ((size_t)status.st_size > most)
		error_set(error, "%s: has %lld bytes, more than the %zu that can be", path,
			  (long long)status.st_size, most);
	else {
		*bytes = memory_new((size_t)status.st_size + 1, 1);
		*size = fread(*bytes, 1, (size_t)status.st_size, stream);
		whole = *size == (size_t)status.st_size ||
			error_set(error, "%s: %s", path, ferror(stream) ? strerror(errno) : "changed while read");
	}
	if (stream)
		fclose(stream);
	if (!whole) {
		free(*bytes);
		*bytes = NULL;
	}
	return whole;
}
