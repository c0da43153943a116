/* rerun_compare.c - what a run that was made again has in common with the first. */
#include "experiments/rerun.h"

#include "experiments/run_files.h"
#include "results/selection.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* To the numbers of a safetensors file; its header depends on the version of the program. */
static bool skip_header(FILE *file)
{
	unsigned char bytes[8];
	uint64_t length = 0;

	if (fread(bytes, 1, sizeof bytes, file) != sizeof bytes)
		return false;
	for (int i = 0; i < 8; i++)
		length |= (uint64_t)bytes[i] << 8 * i;
	return length <= INT32_MAX && !fseek(file, (long)length, SEEK_CUR);
}

static bool same_numbers(FILE *a, FILE *b)
{
	char one[65536], other[65536];
	size_t size;

	if (!skip_header(a) || !skip_header(b))
		return false;
	do {
		size = fread(one, 1, sizeof one, a);
		if (fread(other, 1, sizeof other, b) != size || memcmp(one, other, size) != 0)
			return false;
	} while (size == sizeof one);
	return true;
}

static enum weights_state compare_weights(const char *then, const char *now)
{
	char path[RUN_PATH_SIZE + 32];
	enum weights_state state = WEIGHTS_GONE;
	FILE *a, *b;

	snprintf(path, sizeof path, "%s/model.safetensors", then);
	a = fopen(path, "rb");
	snprintf(path, sizeof path, "%s/model.safetensors", now);
	b = fopen(path, "rb");
	if (a)
		state = b && same_numbers(a, b) ? WEIGHTS_EQUAL : WEIGHTS_DIFFER;
	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return state;
}

/* The latest run: another version of the program may have left one of other settings. */
static bool read_latest(struct database *again, struct run_record *record, struct error *error)
{
	const struct selection latest = { .sort = "-id", .limit = 1 };
	long *run;
	size_t runs;
	bool good = selection_choose(again, &latest, error) &&
	            selection_runs(again, &run, &runs, error);

	if (!good)
		return false;
	good = runs ? database_run_read(again, run[0], record, error)
	            : error_set(error, "%s has no run", again->path);
	free(run);
	return good;
}

bool rerun_compare(const struct rerun *r, struct database *database, struct database *again,
                   struct rerun_result *result, struct error *error)
{
	char folder[RUN_PATH_SIZE] = "";

	*result = (struct rerun_result){ .weights = WEIGHTS_GONE };
	if (!read_latest(again, &result->again, error) ||
	    !same_runs(database, r->record.id, again, result->again.id, result->part, error))
		return false;
	if (*r->folder && run_folder(again->path, &result->again, folder))
		result->weights = compare_weights(r->folder, folder);
	result->updates = result->again.totals.updates;
	result->equal =
		result->weights != WEIGHTS_DIFFER && result->updates == r->record.totals.updates;
	for (int kind = 0; kind < SAME_KINDS; kind++)
		result->equal &= !result->part[kind].differing;
	return true;
}

void rerun_differences(const struct run_record *then, const struct run_record *now,
                       rerun_tell *tell, void *context)
{
	static const struct {
		const char *what;
		size_t offset;
	} fields[] = {
		{ "program", offsetof(struct run_record, program_version) },
		{ "source", offsetof(struct run_record, source_commit) },
		{ "compiler", offsetof(struct run_record, compiler) },
		{ "compiler flags", offsetof(struct run_record, compiler_flags) },
		{ "processor", offsetof(struct run_record, cpu) },
		{ "matrix products", offsetof(struct run_record, blas) },
		{ "their kernels", offsetof(struct run_record, blas_kernel) },
		{ "vector kernels", offsetof(struct run_record, vector_kernels) },
		{ "settings", offsetof(struct run_record, settings) },
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *old = *(const char *const *)((const char *)then + fields[i].offset);
		const char *new = *(const char *const *)((const char *)now + fields[i].offset);

		if (strcmp(old ? old : "", new ? new : "") != 0)
			tell(context, fields[i].what, old ? old : "not kept",
			     new ? new : "not kept");
	}
}

static bool delete_runs(struct database *database, struct error *error)
{
	const struct selection all = { 0 };
	long *run = NULL;
	size_t runs = 0;
	bool good = selection_choose(database, &all, error) &&
	            selection_runs(database, &run, &runs, error);

	for (size_t i = 0; good && i < runs; i++) {
		struct run_record record;

		good = database_run_read(database, run[i], &record, error) &&
		       run_delete(database, &record, error);
		run_record_free(&record);
	}
	free(run);
	return good;
}

bool rerun_discard(const char *path, struct error *error)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	struct database database;
	char folder[RUN_PATH_SIZE], data[RUN_PATH_SIZE + 8];
	bool good;

	if (!database_open(&database, path, DATABASE_WRITE, error))
		return false;
	good = delete_runs(&database, error);
	database_close(&database);
	runs_folder(path, folder, sizeof folder);
	snprintf(data, sizeof data, "%s/data", folder);
	good = good && run_files_delete(data, error) && run_files_delete(folder, error);
	for (size_t i = 0; good && i < sizeof parts / sizeof *parts; i++) {
		char file[RUN_PATH_SIZE + 8];

		snprintf(file, sizeof file, "%s%s", path, parts[i]);
		unlink(file);
	}
	return good;
}
