/* spec_fixture.c - a folder to read experiment files in. */
#include "tests/spec_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

const char SPEC_WHOLE[] =
	"experiment: toy\n"
	"data:\n"
	"  train: [train.de, train.en]\n"
	"  valid: [valid.de, valid.en]\n"
	"  test: {flickr2016: [valid.de, valid.en], other.set: [train.de, train.en]}\n"
	"  subwords: {model: words, size: 2k, joint: false}\n"
	"  lowercase: yes\n"
	"train: {learning_rate: 2e-3, stop: {epochs: 3, minutes: 1.5}}\n"
	"search: {beam: 4, longest: {factor: 3}}\n"
	"match: {parameters: 7.5M}\n"
	"seeds: [3, 1, 2]\n"
	"contestants:\n"
	"  lstm: {architecture: rnn, hidden: 64, width: 32, train: {learning_rate: 0.003}, "
	"search: {beam: 1}}\n"
	"  transformer:\n"
	"    architecture: transformer\n"
	"    dropout: 0\n";

/* Every test runs in a folder of its own that has these empty files. */
static const char *const corpora[] = { "train.de", "train.en",    "valid.de",
	                               "valid.en", "sub/near.de", "sub/near.en" };

void spec_write(const char *path, const char *bytes, size_t size)
{
	FILE *file;

	unlink(path); /* overwriting would wait for the disk on some file systems */
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

int spec_enter(void **state)
{
	char folder[] = "/tmp/spec_test.XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) || mkdir("sub", 0777))
		return -1;
	*state = memory_text(folder);
	for (size_t i = 0; i < sizeof corpora / sizeof corpora[0]; i++)
		spec_write(corpora[i], "", 0);
	return 0;
}

int spec_leave(void **state)
{
	for (size_t i = 0; i < sizeof corpora / sizeof corpora[0]; i++)
		unlink(corpora[i]);
	unlink("toy.yaml");
	unlink("sub/toy.yaml");
	if (rmdir("sub") || chdir("/") || rmdir(*state))
		return -1;
	free(*state);
	return 0;
}

bool spec_read(struct experiment *e, const char *text, char *const *set, int sets,
               struct error *error)
{
	spec_write("toy.yaml", text, strlen(text));
	return experiment_read(e, "toy.yaml", set, sets, error);
}

void spec_read_good(struct experiment *e, const char *text, char *const *set, int sets)
{
	struct error error;

	if (!spec_read(e, text, set, sets, &error))
		fail_msg("%s", error.message);
}
