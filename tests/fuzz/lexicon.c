/* lexicon.c - lexicons in files; lists are read before the hash of them is looked at. */
#include "data/lexicon.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

static const int vocabulary[SIDES] = { 3, 12 };

static void look_at(const struct lexicon *l)
{
	fuzz_check(l->frequent_count >= 0 && l->frequent_count <= LEXICON_MOST, "lists are short");
	for (int i = 0; i < l->frequent_count; i++)
		fuzz_check(l->frequent[i] >= 0 && l->frequent[i] < vocabulary[SIDE_TARGET],
		           "tokens are in the vocabulary");
	for (int s = 0; s < vocabulary[SIDE_SOURCE]; s++)
		fuzz_check(l->first[s + 1] - l->first[s] <= LEXICON_MOST, "lists are short");
	for (size_t i = 0; i < l->first[vocabulary[SIDE_SOURCE]]; i++)
		fuzz_check(l->likely[i] >= 0 && l->likely[i] < vocabulary[SIDE_TARGET],
		           "tokens are in the vocabulary");
}

static void one(const uint8_t *bytes, size_t size)
{
	struct error error;
	struct lexicon *l = lexicon_load(fuzz_file("lexicon", bytes, size), vocabulary, &error);

	fuzz_said(l != NULL, &error);
	if (l)
		look_at(l);
	lexicon_free(l);
}

#define HEAD "bakeoff-lexicon-1 3 12 "
static const char *const seeds[] = {
	HEAD "0123456789abcdef\n4 5 6\n\n4 5 11\n7\n",
	HEAD "0123456789abcdef\n\n\n\n\n",
	HEAD "0123456789abcdef\n4 5 6\n4  5\n-1\n12\n",
	HEAD "0123456789abcdef\n4 5 6\n99999999999999999999\n0x4\n4\t\n",
	"bakeoff-lexicon-1 2147483648 -1 0\n\n",
	NULL,
};

static void good_seed(void)
{
	int frequent[] = { 4, 5 }, likely[] = { 4, 6, 11 };
	size_t first[] = { 0, 0, 2, 3 };
	const struct lexicon l = { { 3, 12 }, 2, frequent, first, likely };
	char path[FUZZ_PATH], text[256];
	struct error error;
	FILE *file;

	fuzz_path("good", path);
	fuzz_check(lexicon_save(&l, path, &error), "a lexicon can be saved");
	file = fopen(path, "rb");
	fuzz_seed(text, fread(text, 1, sizeof text, file));
	fclose(file);
	fuzz_clear();
}

const struct fuzz_target fuzz_lexicon = {
	"lexicon", "lexicons of runs with a shortlist", NULL, one, seeds, good_seed,
};
