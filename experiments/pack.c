/* pack.c - one run in one file. */
#include "experiments/pack.h"

#include "experiments/run_files.h"
#include "results/archive.h"
#include "results/merge.h"
#include "results/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const pack_files[PACK_FILES] = { "model.safetensors", "source.vocabulary",
	                                     "target.vocabulary", "lexicon" };

enum { PACK_ALWAYS = 3 }; /* files that every run has */

static bool name_folder(void *context, const struct merge_run *run, char name[MERGE_FOLDER_SIZE],
                        struct error *error)
{
	(void)context;
	(void)error;
	run_folder_name(run->from->contestant, run->from->seed, run->from->key, name);
	return true;
}

static bool fill(struct database *pack, struct database *from, const struct run_record *run,
                 struct error *error)
{
	const struct merge_handler handler = { .take = name_folder };
	char folder[RUN_PATH_SIZE], path[RUN_PATH_SIZE + 32];
	bool good =
		archive_create(pack, error) && database_merge(pack, from, run->id, &handler, error);

	if (good && !run_folder(from->path, run, folder))
		good = error_set(error, "run %ld has no folder", run->id);
	for (int i = 0; good && i < PACK_FILES; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, pack_files[i]);
		if (i >= PACK_ALWAYS && access(path, F_OK) != 0)
			continue;
		good = archive_add(pack, pack_files[i], path, error);
	}
	return good;
}

/* An empty file beside the pack, of a name that nobody has; the caller frees it. */
static char *part_of(const char *path, struct error *error)
{
	const size_t size = strlen(path) + 32;
	char *part = memory_new(size, 1);
	int file;

	snprintf(part, size, "%s.tmp-%ld", path, (long)getpid());
	file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file >= 0) {
		close(file);
		return part;
	}
	error_set(error, "%s cannot be written: %s", path, strerror(errno));
	free(part);
	return NULL;
}

static bool write_run(struct database *from, const struct run_record *run, const char *path,
                      struct error *error)
{
	char *part = part_of(path, error);
	struct database pack;
	bool good;

	if (!part)
		return false;
	good = database_open(&pack, part, DATABASE_WRITE, error);
	if (good) {
		good = fill(&pack, from, run, error);
		database_close(&pack);
	}
	/* A link, not a rename: it never replaces what is there. */
	if (good && link(part, path) != 0)
		good = error_set(error, "%s cannot be written: %s", path, strerror(errno));
	unlink(part);
	free(part);
	return good;
}

bool pack_write(struct database *from, long run, const char *path, struct error *error)
{
	struct run_record record;
	bool good;

	if (!database_run_read(from, run, &record, error))
		return false;
	if (record.status != RUN_DONE)
		good = error_set(error, "run %ld is %s: only a run that is done can be packed", run,
		                 run_status_word(record.status));
	else if (access(path, F_OK) == 0)
		good = error_set(error, "%s is there already; name another file with --out", path);
	else
		good = write_run(from, &record, path, error);
	run_record_free(&record);
	return good;
}

/* Whether the file is a database of this program, by its first bytes (sqlite.org/fileformat2.html):
 * "SQLite format 3", and from byte 68 on the application's number. */
static bool is_ours(const char *path, struct error *error)
{
	static const char magic[16] = "SQLite format 3";
	unsigned char head[72] = "";
	const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;
	uint32_t application = 0;

	if (file < 0)
		return error_set(error, "%s: %s; name a file that `bakeoff pack` wrote", path,
		                 strerror(errno));
	got = read(file, head, sizeof head);
	close(file);
	for (int i = 68; i < 72; i++)
		application = application << 8 | head[i];
	return (got == sizeof head && !memcmp(head, magic, sizeof magic) &&
	        application == SCHEMA_APPLICATION) ||
	       error_set(error, "%s is no pack; name a file that `bakeoff pack` wrote", path);
}

bool pack_open(struct database *pack, const char *path, long *run, struct error *error)
{
	bool is;

	if (!is_ours(path, error) || !database_open(pack, path, DATABASE_READ, error))
		return false;
	if (archive_is(pack, &is, error) &&
	    (is ||
	     error_set(error, "%s is no pack of `bakeoff pack`; a database is named with --db",
	               path)) &&
	    archive_run(pack, run, error))
		return true;
	database_close(pack);
	return false;
}

static bool extract(struct database *pack, const char *name, int folder, struct error *error)
{
	const int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool good;

	if (file < 0)
		return error_set(error, "%s cannot be written: %s", name, strerror(errno));
	good = archive_read(pack, name, file, error);
	if (close(file) != 0 && good)
		good = error_set(error, "%s cannot be written: %s", name, strerror(errno));
	return good;
}

static bool extract_all(void *context, int folder, struct error *error)
{
	struct database *pack = context;
	bool has = true, good = true;

	for (int i = 0; good && i < PACK_FILES; i++) {
		if (i >= PACK_ALWAYS)
			good = archive_has(pack, pack_files[i], &has, error);
		if (good && has)
			good = extract(pack, pack_files[i], folder, error);
	}
	return good;
}

bool pack_extract(struct database *pack, const char *to, struct error *error)
{
	return run_files_replace(to, extract_all, pack, error);
}
