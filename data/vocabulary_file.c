/* vocabulary_file.c - vocabularies as files of text. */
#include "data/vocabulary_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 };

static const char heading[] = "bakeoff-vocabulary-1";
static const char *const model_name[] = {
	[SUBWORD_BPE] = "bpe",
	[SUBWORD_UNIGRAM] = "unigram",
	[SUBWORD_WORDS] = "words",
	[SUBWORD_CHARS] = "chars",
};
static const char *const case_name[] = { "as-is", "lower" };

static bool write_entries(FILE *file, const struct vocabulary *vocabulary)
{
	const struct entries *entries = &vocabulary->entries;

	fprintf(file, "%s %s %s %d %016" PRIx64 "\n", heading, model_name[vocabulary->model],
	        case_name[vocabulary->lowercase], entries->size, vocabulary->hash);
	for (int id = 0; id < entries->size; id++)
		fprintf(file, "%.9g\t%s\n", (double)entries->score[id], entries->token[id]);
	return !fflush(file) && !ferror(file) && !fsync(fileno(file));
}

bool vocabulary_save(const struct vocabulary *vocabulary, const char *path, struct error *error)
{
	size_t size = strlen(path) + 32;
	char *temporary = memory_new(size, 1);
	FILE *file;
	bool good;

	snprintf(temporary, size, "%s.%ld.tmp", path, (long)getpid());
	file = fopen(temporary, "wb");
	good = file && write_entries(file, vocabulary);
	if (file && fclose(file))
		good = false;
	if (!good || rename(temporary, path)) {
		good = error_set(error,
		                 "%s: cannot be written: %s: make room or choose another "
		                 "folder",
		                 path, strerror(errno));
		if (file)
			unlink(temporary);
	}
	free(temporary);
	return good;
}

/* What the first line of a file says. */
struct promise {
	enum subword_model model;
	bool lowercase;
	long size;
	uint64_t hash;
};

static bool word_index(const char *word, const char *const *words, int count, int *index)
{
	for (*index = 0; *index < count; ++*index)
		if (!strcmp(word, words[*index]))
			return true;
	return false;
}

static bool read_promise(struct promise *promise, const struct line *line)
{
	char kind[8], letters[8], head[24];
	int model, lower, used = 0;

	if (sscanf(line->text, "%23s %7s %7s %ld %" SCNx64 "%n", head, kind, letters,
	           &promise->size, &promise->hash, &used) != 5)
		return false;
	if ((size_t)used != line->bytes || strcmp(head, heading) ||
	    !word_index(kind, model_name, 4, &model) || !word_index(letters, case_name, 2, &lower))
		return false;
	promise->model = (enum subword_model)model;
	promise->lowercase = lower;
	return promise->size > TOKEN_SPECIALS && promise->size <= VOCABULARY_MOST;
}

static bool read_entry(struct entries *entries, const struct line *line)
{
	char *end;
	float score = strtof(line->text, &end);
	const char *token = end + 1;

	if (end == line->text || *end != '\t' || !(fabsf(score) <= VOCABULARY_MOST))
		return false;
	if (text_bad_byte(line->text, line->bytes))
		return false;
	entries_add(entries, token, (size_t)(line->text + line->bytes - token), score);
	return true;
}

/* Number and hash are as promised and the first entries are the special tokens. No piece is longer
 * than any that is ever learned: SentencePiece goes one call deeper with each byte. */
static bool entries_fit(const struct entries *entries, const struct promise *promise)
{
	struct entries specials = { 0 };
	bool fit = entries->size == promise->size;

	entries_add_specials(&specials);
	for (int id = 0; fit && id < TOKEN_SPECIALS; id++)
		fit = !strcmp(entries->token[id], specials.token[id]);
	entries_free(&specials);
	for (int id = 0; fit && model_has_pieces(promise->model) && id < entries->size; id++)
		fit = strlen(entries->token[id]) <= PIECE_BYTES;
	return fit && entries_hash(entries, promise->model, promise->lowercase) == promise->hash;
}

struct vocabulary *vocabulary_load(const char *path, struct error *error)
{
	struct text text;
	struct promise promise;
	struct entries entries = { 0 };
	struct vocabulary *vocabulary = NULL;
	struct error reason;
	bool good;

	if (!text_read(&text, path, error))
		return NULL;
	good = text.lines && read_promise(&promise, &text.line[0]) &&
	       text.lines == (size_t)promise.size + 1;
	for (size_t i = 1; good && i < text.lines; i++)
		good = read_entry(&entries, &text.line[i]);
	if (good && entries_fit(&entries, &promise))
		vocabulary =
			vocabulary_of_entries(promise.model, promise.lowercase, &entries, &reason);
	if (!vocabulary)
		error_set(error, "%s: the vocabulary is damaged or cut short", path);
	entries_free(&entries);
	text_free(&text);
	return vocabulary;
}
