/* lexicon_file.c - lexicons as files of text. */
#include "core/error.h"
#include "core/file.h"
#include "data/lexicon.h"
#include "data/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char heading[] = "bakeoff-lexicon-1";

static uint64_t hash_of(const struct lexicon *l)
{
	const size_t source = (size_t)l->vocabulary[SIDE_SOURCE];
	uint64_t hash = XXH64(l->vocabulary, sizeof l->vocabulary, 0);

	hash = XXH64(l->frequent, (size_t)l->frequent_count * sizeof *l->frequent, hash);
	hash = XXH64(l->first, (source + 1) * sizeof *l->first, hash);
	return XXH64(l->likely, l->first[source] * sizeof *l->likely, hash);
}

static void write_tokens(FILE *file, const int *token, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(file, "%s%d", i ? " " : "", token[i]);
	putc('\n', file);
}

bool lexicon_save(const struct lexicon *l, const char *path, struct error *error)
{
	struct new_file file;

	if (!new_file_begin(&file, path, error))
		return false;
	fprintf(file.stream, "%s %d %d %016" PRIx64 "\n", heading, l->vocabulary[SIDE_SOURCE],
	        l->vocabulary[SIDE_TARGET], hash_of(l));
	write_tokens(file.stream, l->frequent, (size_t)l->frequent_count);
	for (int s = 0; s < l->vocabulary[SIDE_SOURCE]; s++)
		write_tokens(file.stream, l->likely + l->first[s], l->first[s + 1] - l->first[s]);
	return new_file_commit(&file, error);
}

/* The tokens of a line, at most LEXICON_MOST, each below `vocabulary`; -1: it has other things. */
static int read_tokens(const struct line *line, int vocabulary, int token[LEXICON_MOST])
{
	const char *at = line->text, *const stop = at + line->bytes;
	int count = 0;

	while (at < stop) {
		char *end;
		const long number = strtol(at, &end, 10);

		if (end == at || end > stop || number < 0 || number >= vocabulary ||
		    count == LEXICON_MOST)
			return -1;
		token[count++] = (int)number;
		at = end < stop && *end == ' ' ? end + 1 : end;
		if (end < stop && at == end)
			return -1;
	}
	return count;
}

static bool read_lists(struct lexicon *l, const struct line *line)
{
	const int source = l->vocabulary[SIDE_SOURCE], target = l->vocabulary[SIDE_TARGET];
	size_t room = 0;

	l->frequent = memory_new(LEXICON_MOST, sizeof *l->frequent);
	l->frequent_count = read_tokens(line, target, l->frequent);
	l->first = memory_new((size_t)source + 1, sizeof *l->first);
	for (int s = 0; s < source; s++) {
		int count;

		if (l->first[s] + LEXICON_MOST > room) {
			room = 2 * room + LEXICON_MOST;
			l->likely = memory_resize(l->likely, room, sizeof *l->likely);
		}
		count = read_tokens(&line[1 + s], target, l->likely + l->first[s]);
		if (count < 0)
			return false;
		l->first[s + 1] = l->first[s] + (size_t)count;
	}
	return l->frequent_count >= 0;
}

static bool read_text(struct lexicon *l, const struct text *text)
{
	char head[24];
	uint64_t hash;
	int source, target, used = 0;

	return text->lines == (size_t)l->vocabulary[SIDE_SOURCE] + 2 &&
	       sscanf(text->line[0].text, "%23s %d %d %" SCNx64 "%n", head, &source, &target, &hash,
	              &used) == 4 &&
	       (size_t)used == text->line[0].bytes && !strcmp(head, heading) &&
	       source == l->vocabulary[SIDE_SOURCE] && target == l->vocabulary[SIDE_TARGET] &&
	       read_lists(l, &text->line[1]) && hash_of(l) == hash;
}

struct lexicon *lexicon_load(const char *path, const int vocabulary[SIDES], struct error *error)
{
	struct lexicon *l;
	struct text text;

	if (!text_read(&text, path, error))
		return NULL;
	l = memory_new(1, sizeof *l);
	memcpy(l->vocabulary, vocabulary, sizeof l->vocabulary);
	if (!read_text(l, &text)) {
		error_set(error,
		          "%s: the lexicon is damaged, cut short or of another run; delete the run "
		          "and run its experiment again to learn it",
		          path);
		lexicon_free(l);
		l = NULL;
	}
	text_free(&text);
	return l;
}
