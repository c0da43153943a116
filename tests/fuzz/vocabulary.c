/* vocabulary.c - vocabularies in files: words, characters, SentencePiece's pieces, and the text
 * that they encode. */
#include "data/vocabulary_parts.h"
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = { "bpe", "unigram", "words", "chars" };

/* A file of entries "SCORE\tTOKEN" whose first line is right, which chance would never find. */
static char *whole_file(unsigned way, const char *text, size_t size, size_t *whole)
{
	const enum subword_model model = (enum subword_model)(way & 3);
	struct entries entries = { 0 };
	char *file = NULL;
	FILE *out = open_memstream(&file, whole);

	entries_add_specials(&entries);
	for (const char *at = text, *end = text + size, *stop; at < end; at = stop + 1) {
		const char *tab;

		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		tab = memchr(at, '\t', (size_t)(stop - at));
		if (tab && !memchr(at, '\0', (size_t)(stop - at)))
			entries_add(&entries, tab + 1, (size_t)(stop - tab) - 1, strtof(at, NULL));
	}
	fprintf(out, "bakeoff-vocabulary-1 %s %s %d %016" PRIx64 "\n", models[model],
	        way & 4 ? "lower" : "as-is", entries.size, entries_hash(&entries, model, way & 4));
	for (int id = 0; id < entries.size; id++)
		fprintf(out, "%.9g\t%s\n", (double)entries.score[id], entries.token[id]);
	entries_free(&entries);
	fclose(out);
	return file;
}

static void use(const struct vocabulary *v, const char *text, size_t size)
{
	int id[64];
	const size_t count = vocabulary_encode(v, text, size, id, 64);
	char *back;

	for (size_t i = 0; i < count && i < 64; i++)
		fuzz_check(id[i] >= 0 && id[i] < vocabulary_size(v), "ids are in the vocabulary");
	back = vocabulary_decode(v, id, count < 64 ? count : 64);
	free(back);
	for (int i = 0; i < vocabulary_size(v); i++)
		fuzz_check(vocabulary_token(v, i) != NULL, "every id has a token");
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	const unsigned way = fuzz_byte(&in);
	size_t part, rest;
	const char *text = fuzz_part(&in, &part), *line;
	char *file = way & 8 ? NULL : whole_file(way, text, part, &rest);
	const char *path =
		file ? fuzz_file("vocabulary", file, rest) : fuzz_file("vocabulary", text, part);
	struct error error;
	struct vocabulary *v = vocabulary_load(path, &error);

	free(file);
	fuzz_said(v != NULL, &error);
	line = fuzz_part(&in, &rest);
	if (v)
		use(v, line, rest);
	vocabulary_free(v);
}

#define BLANK "\xe2\x96\x81"
#define PIECES "0\t" BLANK "\n-1\ta\n-2\tb\n-3\tab\n-4\t" BLANK "ab\n-5\t" BLANK "a\n"
static const char *const seeds[] = {
	"0" PIECES PART "ab b a abab \xc3\xa9",
	"1" PIECES PART "ab b a abab \xc3\xa9",
	"20\tthe\n0\tcat\n0\tsat\n" PART "the cat  sat on",
	"60\tthe\n0\tcat\n" PART "THE cat \xc4\xb0",
	"30\ta\n0\tb\n0\t \n0\t\xc3\xa4\n" PART "ab a\xcc\x88 b",
	"8bakeoff-vocabulary-1 words as-is 5 "
	"0123456789abcdef\n0\t<pad>\n0\t<unk>\n0\t<s>\n0\t</s>\n"
	"0\tx\n",
	"0" PIECES "1e38\tba\n-1e38\tbb\nnan\tbbb\n" PART "bbbbbb",
	NULL,
};

const struct fuzz_target fuzz_vocabulary = {
	"vocabulary", "vocabularies of words, characters and SentencePiece's pieces",
	NULL,         one,
	seeds,        NULL,
};
