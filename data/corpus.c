/* corpus.c - encodes lines of text into corpora of ids. */
#include "data/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* A corpus that is being written, with the room of its arrays. */
struct writer {
	struct corpus *corpus;
	size_t room[SIDES];              /* of id */
	const struct encoding *encoding; /* of all lines; NULL: each is encoded when it is written */
	long longest;
};

static void writer_begin(struct writer *writer, struct corpus *corpus, const char *name,
                         size_t sentences, int sides, long longest)
{
	*corpus = (struct corpus){ .name = memory_text(name) };
	*writer = (struct writer){ .corpus = corpus, .longest = longest };
	for (int side = 0; side < sides; side++) {
		corpus->start[side] = memory_new(sentences + 1, sizeof *corpus->start[side]);
		corpus->id[side] = memory_new(1, sizeof *corpus->id[side]);
		writer->room[side] = 1;
	}
}

/* Room for `more` ids behind those of the sentences so far. */
static int *make_room(struct writer *writer, enum side side, size_t more)
{
	struct corpus *corpus = writer->corpus;
	const size_t start = corpus->start[side][corpus->sentences];

	if (more > writer->room[side] - start) {
		writer->room[side] = 2 * (start + more);
		corpus->id[side] = memory_resize(corpus->id[side], writer->room[side],
		                                 sizeof *corpus->id[side]);
	}
	return corpus->id[side] + start;
}

/* The same as write_ids, from ids that were made before. */
static size_t copy_ids(struct writer *writer, enum side side, size_t line)
{
	struct corpus *corpus = writer->corpus;
	size_t count;
	const int *id = encoding_ids(writer->encoding, side, line, &count);

	memcpy(make_room(writer, side, count), id, count * sizeof *id);
	corpus->start[side][corpus->sentences + 1] = corpus->start[side][corpus->sentences] + count;
	return count;
}

/* Puts the sentence's ids behind the last one's; returns how many there are, all of them. */
static size_t write_ids(struct writer *writer, enum side side, const struct vocabulary *vocabulary,
                        const struct line *line)
{
	struct corpus *corpus = writer->corpus;
	size_t start = corpus->start[side][corpus->sentences];
	size_t free_room = writer->room[side] - start;
	size_t count = vocabulary_encode(vocabulary, line->text, line->bytes,
	                                 corpus->id[side] + start, free_room);

	if (count > free_room)
		vocabulary_encode(vocabulary, line->text, line->bytes,
		                  make_room(writer, side, count), count);
	corpus->start[side][corpus->sentences + 1] = start + count;
	return count;
}

static void count_unknown(struct corpus *corpus)
{
	for (int side = 0; side < SIDES; side++) {
		size_t ids = corpus->start[side] ? corpus->start[side][corpus->sentences] : 0;

		for (size_t i = 0; i < ids; i++)
			corpus->unknown[side] += corpus->id[side][i] == TOKEN_UNKNOWN;
	}
}

/* The sentence that was written last stays; its text goes into the hash. */
static void keep_sentence(struct writer *writer, const struct line *const line[SIDES])
{
	struct corpus *corpus = writer->corpus;

	for (int side = 0; side < SIDES; side++)
		if (line[side])
			corpus->hash = XXH64(line[side]->text, line[side]->bytes + 1, corpus->hash);
	corpus->sentences++;
}

/* Shortens the last sentence's side to the limit; true where it was longer. */
static bool cut_side(struct writer *writer, enum side side, size_t count)
{
	struct corpus *corpus = writer->corpus;
	size_t most = (size_t)writer->longest - 1;

	if (count <= most)
		return false;
	corpus->start[side][corpus->sentences + 1] = corpus->start[side][corpus->sentences] + most;
	return true;
}

static bool unfit(const char *file, const struct line *line, size_t count, long longest,
                  struct error *error)
{
	if (!count)
		return error_set(error,
		                 "%s:%zu: empty line: remove the pair or set "
		                 "data.bad_lines: drop",
		                 file, line->number);
	return error_set(error,
	                 "%s:%zu: %zu tokens with the end of sentence, more than "
	                 "data.longest = %ld: raise it or set data.bad_lines: drop",
	                 file, line->number, count + 1, longest);
}

/* Writes pair i; true where both sides have a fit length. Otherwise it is counted, and `error`
 * says what is wrong. */
static bool write_pair(struct writer *writer, struct parallel *pairs, size_t i,
                       struct error *error)
{
	const struct line *line[SIDES];

	for (int side = 0; side < SIDES; side++) {
		size_t count;

		line[side] = &pairs->side[side].line[i];
		count = copy_ids(writer, (enum side)side, i);
		if (count && count < (size_t)writer->longest)
			continue;
		*(count ? &pairs->too_long : &pairs->empty) += 1;
		return unfit(pairs->file[side], line[side], count, writer->longest, error);
	}
	keep_sentence(writer, line);
	return true;
}

bool corpus_of_training(struct corpus *corpus, struct parallel *pairs,
                        struct vocabulary *const vocabulary[SIDES], long longest,
                        enum bad_lines bad_lines, struct pool *pool, struct error *error)
{
	size_t lines = pairs->side[SIDE_SOURCE].lines;
	struct encoding encoding;
	struct writer writer;

	encoding_make(&encoding, pairs, vocabulary, pool);
	writer_begin(&writer, corpus, "train", lines, SIDES, longest);
	writer.encoding = &encoding;
	for (size_t i = 0; i < lines; i++)
		if (!write_pair(&writer, pairs, i, error) &&
		    bad_lines == BAD_LINES_ERROR)
			goto failed;
	corpus->dropped = pairs->read - corpus->sentences;
	count_unknown(corpus);
	encoding_free(&encoding);
	if (corpus->sentences)
		return true;
	error_set(error,
	          "%s, %s: no pair is left to train on: all %zu are empty, not UTF-8 or longer "
	          "than data.longest = %ld tokens: raise it",
	          pairs->file[SIDE_SOURCE], pairs->file[SIDE_TARGET], pairs->read, longest);
failed:
	encoding_free(&encoding);
	corpus_free(corpus);
	return false;
}

static char *text_copy(const struct line *line, bool lowercase)
{
	return lowercase ? text_lower(line->text, line->bytes) : memory_text(line->text);
}

void corpus_of_test(struct corpus *corpus, const char *name, const struct parallel *pairs,
                    struct vocabulary *const vocabulary[SIDES], long longest, bool lowercase)
{
	size_t lines = pairs->side[SIDE_SOURCE].lines;
	struct writer writer;

	writer_begin(&writer, corpus, name, lines, SIDES, longest);
	for (int side = 0; side < SIDES; side++)
		corpus->text[side] = memory_new(lines, sizeof *corpus->text[side]);
	for (size_t i = 0; i < lines; i++) {
		const struct line *line[SIDES];
		bool cut = false;

		for (int side = 0; side < SIDES; side++) {
			enum side s = (enum side)side;

			line[s] = &pairs->side[s].line[i];
			corpus->text[s][i] = text_copy(
				line[s], lowercase && vocabulary_lowercases(vocabulary[s]));
			cut |= cut_side(&writer, s, write_ids(&writer, s, vocabulary[s], line[s]));
		}
		corpus->cut += cut;
		keep_sentence(&writer, line);
	}
	count_unknown(corpus);
}

void corpus_of_lines(struct corpus *corpus, struct vocabulary *const vocabulary[SIDES],
                     char *const *source, char *const *target, size_t lines, long longest)
{
	char *const *const text[SIDES] = { source, target };
	const int sides = target ? SIDES : SIDE_SOURCE + 1;
	struct writer writer;

	writer_begin(&writer, corpus, "input", lines, sides, longest);
	for (size_t i = 0; i < lines; i++) {
		struct line line[SIDES];
		const struct line *given[SIDES] = { NULL, NULL };
		bool cut = false;

		for (int s = 0; s < sides; s++) {
			line[s] = (struct line){ text[s][i], strlen(text[s][i]), i + 1 };
			given[s] = &line[s];
			cut |= cut_side(&writer, (enum side)s,
			                write_ids(&writer, (enum side)s, vocabulary[s], given[s]));
		}
		corpus->cut += cut;
		keep_sentence(&writer, given);
	}
	count_unknown(corpus);
}

void corpus_free(struct corpus *corpus)
{
	for (int side = 0; side < SIDES; side++) {
		for (size_t i = 0; corpus->text[side] && i < corpus->sentences; i++)
			free(corpus->text[side][i]);
		free(corpus->text[side]);
		free(corpus->id[side]);
		free(corpus->start[side]);
	}
	free(corpus->name);
	*corpus = (struct corpus){ 0 };
}
