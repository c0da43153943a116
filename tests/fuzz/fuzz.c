/* fuzz.c - libFuzzer's entry: FUZZ_TARGET names the reader, FUZZ_FOLDER an empty folder to work in,
 * FUZZ_SEEDS the corpus that the target's seeds are added to. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct fuzz_target *const targets[] = {
	&fuzz_checkpoint, &fuzz_corpus,  &fuzz_database,   &fuzz_environment, &fuzz_experiment,
	&fuzz_filter,     &fuzz_import,  &fuzz_lexicon,    &fuzz_message,     &fuzz_options,
	&fuzz_pack,       &fuzz_picture, &fuzz_rows,       &fuzz_safetensors, &fuzz_scores,
	&fuzz_settings,   &fuzz_slurm,   &fuzz_submission, &fuzz_vocabulary,
};
enum { TARGETS = sizeof targets / sizeof targets[0] };

/* libFuzzer's interface has no context. */
static const struct fuzz_target *target;
static const char *folder, *seeds;
static int seed_number;

const char *fuzz_part(struct fuzz_input *in, size_t *size)
{
	const char *part = (const char *)in->bytes;
	const uint8_t *end = in->size ? memchr(in->bytes, *PART, in->size) : NULL;

	*size = end ? (size_t)(end - in->bytes) : in->size;
	in->bytes += *size + (end != NULL);
	in->size -= *size + (end != NULL);
	return *size ? part : "";
}

char *fuzz_text(struct fuzz_input *in)
{
	size_t size;
	const char *part = fuzz_part(in, &size);

	return strndup(part, size);
}

unsigned fuzz_byte(struct fuzz_input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->bytes++;
}

const char *fuzz_folder(void)
{
	return folder;
}

void fuzz_path(const char *name, char path[FUZZ_PATH])
{
	fuzz_check(snprintf(path, FUZZ_PATH, "%s/%s", folder, name) < FUZZ_PATH, "a short folder");
}

const char *fuzz_file(const char *name, const void *bytes, size_t size)
{
	static char path[FUZZ_PATH];
	int file;

	fuzz_path(name, path);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fuzz_check(file >= 0 && write(file, bytes, size) == (ssize_t)size && !close(file),
	           "a file can be written");
	return path;
}

/* To a depth that targets reach: runs in a folder of runs. */
static void clear(const char *path, int depth)
{
	DIR *list = opendir(path);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		char inner[FUZZ_PATH + 256];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(inner, sizeof inner, "%.250s/%.250s", path, entry->d_name);
		if (!unlink(inner) || !depth)
			continue;
		clear(inner, depth - 1);
		rmdir(inner);
	}
	if (list)
		closedir(list);
}

void fuzz_clear(void)
{
	clear(folder, 3);
}

void fuzz_seed(const void *bytes, size_t size)
{
	char path[FUZZ_PATH];
	FILE *file;

	if (!seeds)
		return;
	snprintf(path, sizeof path, "%.200s/seed-%02d", seeds, seed_number++);
	file = fopen(path, "wb");
	fuzz_check(file && fwrite(bytes, 1, size, file) == size && !fclose(file),
	           "a seed can be written");
}

void fuzz_check(bool condition, const char *what)
{
	if (!condition)
		panic("fuzzing %s: %s", target ? target->name : "", what);
}

void fuzz_harmless(const char *text, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;

	for (size_t i = 0; i < size; i++) {
		fuzz_check((p[i] >= 0x20 && p[i] != 0x7f) || p[i] == '\n', "a control character");
		fuzz_check(i + 1 == size || p[i] != 0xc2 || p[i + 1] < 0x80 || p[i + 1] >= 0xa0,
		           "a C1 control character");
		fuzz_check(i + 2 >= size || p[i] != 0xe2 || p[i + 1] != 0x80 || p[i + 2] != 0xae,
		           "text is turned");
	}
}

void fuzz_said(bool good, const struct error *error)
{
	if (good)
		return;
	if (getenv("FUZZ_SHOW"))
		fprintf(stderr, "%s\n", error->message);
	fuzz_check(error->message[0], "an error has a message");
	fuzz_check(!strchr(error->message, '\n'), "a message has one line");
	fuzz_harmless(error->message, strlen(error->message));
}

static _Noreturn void list_targets(void)
{
	for (int i = 0; i < TARGETS; i++)
		printf("%s\t%s\n", targets[i]->name, targets[i]->about);
	fflush(stdout);
	_exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	(void)argc, (void)argv;
	if (!name)
		list_targets();
	folder = getenv("FUZZ_FOLDER");
	seeds = getenv("FUZZ_SEEDS");
	for (int i = 0; i < TARGETS; i++)
		if (!strcmp(targets[i]->name, name))
			target = targets[i];
	if (!target || !folder || chdir(folder)) {
		fprintf(stderr, "FUZZ_TARGET must name a target, FUZZ_FOLDER a folder\n");
		_exit(2);
	}
	if (target->begin)
		target->begin();
	for (const char *const *seed = target->seeds; seed && *seed; seed++)
		fuzz_seed(*seed, strlen(*seed));
	if (target->more_seeds)
		target->more_seeds();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	target->one(bytes, size);
	return 0;
}
