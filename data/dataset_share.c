/* dataset_share.c - rank 0's data to all ranks: they need no text, and no files. */
#include "core/error.h"
#include "data/dataset.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* The text of a vocabulary's file; the caller frees it. NULL where no temporary file can be made.
 */
static char *text_of(const struct vocabulary *vocabulary, size_t *bytes, struct error *error)
{
	const char *temporary = getenv("TMPDIR");
	char folder[PATH_SIZE], path[PATH_SIZE + 16], *text = NULL;
	struct stat status;
	FILE *file = NULL;

	snprintf(folder, sizeof folder, "%s/bakeoff-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(folder)) {
		error_set(error, "%s: cannot make this folder: %s; set TMPDIR", folder,
		          strerror(errno));
		return NULL;
	}
	snprintf(path, sizeof path, "%s/vocabulary", folder);
	if (vocabulary_save(vocabulary, path, error) && (file = fopen(path, "r")) != NULL &&
	    !fstat(fileno(file), &status)) {
		*bytes = (size_t)status.st_size;
		text = memory_new(*bytes + 1, 1);
		if (fread(text, 1, *bytes, file) != *bytes) {
			error_set(error, "%s: %s", path, strerror(errno));
			free(text);
			text = NULL;
		}
	}
	if (file)
		fclose(file);
	unlink(path);
	rmdir(folder);
	return text;
}

static struct vocabulary *vocabulary_of(const char *text, size_t bytes, struct error *error)
{
	const int file = memfd_create("vocabulary", MFD_CLOEXEC);
	struct vocabulary *vocabulary = NULL;
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if (file >= 0 && write(file, text, bytes) == (ssize_t)bytes)
		vocabulary = vocabulary_load(path, error);
	else
		error_set(error, "no memory for a vocabulary: %s", strerror(errno));
	if (file >= 0)
		close(file);
	return vocabulary;
}

static bool share_vocabulary(struct ranks *ranks, struct vocabulary **vocabulary,
                             struct error *error)
{
	const bool leads = ranks_number(ranks) == 0;
	char *text = NULL;
	size_t bytes = 0;
	bool shared;

	if (leads)
		text = text_of(*vocabulary, &bytes, error);
	if (!ranks_follow(ranks, text != NULL || !leads, error)) {
		free(text);
		return false;
	}
	ranks_share(ranks, &bytes, sizeof bytes);
	if (!leads)
		text = memory_new(bytes + 1, 1);
	shared = ranks_share(ranks, text, bytes);
	if (!leads && shared)
		*vocabulary = vocabulary_of(text, bytes, error);
	free(text);
	return ranks_agree(ranks, *vocabulary != NULL, error);
}

/* Numbers of sentences and their ids; texts stay where they are. */
static bool share_corpus(struct ranks *ranks, struct corpus *corpus, const char *name)
{
	const bool leads = ranks_number(ranks) == 0;

	if (!leads)
		corpus->name = memory_text(name);
	ranks_share(ranks, &corpus->sentences, sizeof corpus->sentences);
	ranks_share(ranks, &corpus->hash, sizeof corpus->hash);
	ranks_share(ranks, &corpus->objective, sizeof corpus->objective);
	for (int side = 0; side < SIDES; side++) {
		const size_t n = corpus->sentences + 1;
		bool there = corpus->start[side] != NULL;

		ranks_share(ranks, &there, sizeof there);
		if (!there)
			continue;
		if (!leads)
			corpus->start[side] = memory_new(n, sizeof *corpus->start[side]);
		assert(corpus->start[side]);
		if (!ranks_share(ranks, corpus->start[side], n * sizeof *corpus->start[side]))
			return false;
		if (!leads)
			corpus->id[side] = memory_new(corpus->start[side][n - 1] + 1,
			                              sizeof *corpus->id[side]);
		ranks_share(ranks, corpus->id[side],
		            corpus->start[side][n - 1] * sizeof *corpus->id[side]);
	}
	return !ranks_error(ranks);
}

bool dataset_share(struct ranks *ranks, struct dataset *data, struct error *error)
{
	bool joint = data->vocabulary[SIDE_SOURCE] == data->vocabulary[SIDE_TARGET];

	if (!ranks)
		return true;
	ranks_share(ranks, &joint, sizeof joint);
	ranks_share(ranks, &data->hash, sizeof data->hash);
	if (!share_vocabulary(ranks, &data->vocabulary[SIDE_SOURCE], error))
		return false;
	if (joint)
		data->vocabulary[SIDE_TARGET] = data->vocabulary[SIDE_SOURCE];
	else if (!share_vocabulary(ranks, &data->vocabulary[SIDE_TARGET], error))
		return false;
	return (share_corpus(ranks, &data->train, "train") &&
	        share_corpus(ranks, &data->valid, "valid")) ||
	       error_set(error, "%s", ranks_error(ranks));
}
