/* corpus.c - parallel texts: lines, UTF-8, pairs that are dropped, vocabularies learned from them.
 */
#include "data/corpus.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 12 };

static void free_corpus(struct corpus *c)
{
	for (int side = 0; side < SIDES; side++) {
		for (size_t i = 0; c->text[side] && i < c->sentences; i++)
			free(c->text[side][i]);
		free(c->text[side]);
		free(c->id[side]);
		free(c->start[side]);
	}
	free(c->name);
}

static void check_corpus(const struct corpus *c, struct vocabulary *v)
{
	for (int side = 0; side < SIDES; side++) {
		fuzz_check(c->start[side][0] == 0, "sentences begin at the first id");
		for (size_t i = 0; i < c->sentences; i++)
			fuzz_check(c->start[side][i + 1] - c->start[side][i] < LONGEST,
			           "no sentence is longer than data.longest");
		for (size_t i = 0; i < c->start[side][c->sentences]; i++)
			fuzz_check(c->id[side][i] >= 0 && c->id[side][i] < vocabulary_size(v),
			           "ids are in the vocabulary");
	}
}

static void encode(struct parallel *p, enum subword_model model, bool lowercase, enum bad_lines bad)
{
	struct error error;
	struct vocabulary *v, *both[SIDES];
	struct corpus corpus = { 0 };
	bool good;

	v = vocabulary_train(model, 40, lowercase, p->side[0].line, p->side[0].lines, &error);
	fuzz_said(v != NULL, &error);
	if (!v)
		return;
	both[0] = both[1] = v;
	good = corpus_of_training(&corpus, p, both, LONGEST, bad, NULL, &error);
	fuzz_said(good, &error);
	if (good)
		check_corpus(&corpus, v);
	free_corpus(&corpus);
	vocabulary_free(v);
}

static void encode_test(const struct parallel *p)
{
	struct error error;
	struct vocabulary *v, *both[SIDES];
	struct corpus corpus = { 0 };

	v = vocabulary_train(SUBWORD_CHARS, 40, false, p->side[0].line, p->side[0].lines, &error);
	if (!v)
		return;
	both[0] = both[1] = v;
	corpus_of_test(&corpus, "x", p, both, LONGEST, true);
	check_corpus(&corpus, v);
	free_corpus(&corpus);
	vocabulary_free(v);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	const unsigned way = fuzz_byte(&in);
	const enum bad_lines bad = way & 1 ? BAD_LINES_DROP : BAD_LINES_ERROR;
	/* Learning pieces takes SentencePiece milliseconds: one input in eight does. */
	const enum subword_model model = way & 2                ? SUBWORD_WORDS
	                                 : (way & 0x70) == 0x70 ? SUBWORD_BPE
	                                                        : SUBWORD_CHARS;
	char source[FUZZ_PATH], target[FUZZ_PATH], line[200];
	struct text_pair pair = { "x", { source, target } };
	struct parallel p;
	struct error error;
	size_t part;
	const char *text = fuzz_part(&in, &part);
	bool good;

	fuzz_file("source", text, part);
	text = fuzz_part(&in, &part);
	fuzz_file("target", text, part);
	fuzz_path("source", source);
	fuzz_path("target", target);
	good = parallel_read(&p, &pair, &error);
	fuzz_said(good, &error);
	if (!good)
		return;
	if (parallel_check(&p, &error))
		encode_test(&p);
	good = parallel_clean(&p, bad, &error);
	fuzz_said(good, &error);
	parallel_describe(&p, LONGEST, line, sizeof line);
	if (good && p.side[0].lines)
		encode(&p, model, way & 4, bad);
	parallel_free(&p);
}

static const char *const seeds[] = {
	"1a b c\nd e\n" PART "x y z\nu v w\n",
	"3Ein Hund l\xc3\xa4uft.\r\n\nZwei\r\n" PART "\xef\xbb\xbfOne dog runs.\n\nTwo",
	"2a\xcc\x81 \xe2\x80\x8b \xef\xbf\xbd\xf0\x9f\x98\x80\n" PART "\xc3\x28 b\n",
	"qthe cat sat on the mat\nthe dog sat\n" PART "a\nb\n",
	"0\x1f\x8b\x08 gzip" PART "x",
	"4\xc4\xb0 I \xef\xac\x81\n" PART "b\n",
	NULL,
};

const struct fuzz_target fuzz_corpus = {
	"corpus", "parallel texts, and vocabularies learned from them", NULL, one, seeds, NULL,
};
