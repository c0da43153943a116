/* vocabulary_train.c - learns which words, characters or pieces a vocabulary holds. */
#include "data/vocabulary_parts.h"

#include <stdlib.h>
#include <string.h>

struct counted {
	const char *token;
	size_t bytes;
	size_t count;
};

/* Frequent ones first; in UTF-8 the order of bytes is that of code points. */
static int by_count(const void *left, const void *right)
{
	const struct counted *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->token, b->token);
}

/* Counts words or characters; `*counts` is by number in the table and the caller's. */
static void count_tokens(struct string_table *table, size_t **counts, enum subword_model model,
                         const struct line *line, size_t lines)
{
	size_t room = 0, bytes;

	*counts = NULL;
	for (size_t i = 0; i < lines; i++) {
		const char *at = line[i].text, *end = at + line[i].bytes;

		for (; (bytes = token_next(model, &at, end)); at += bytes) {
			size_t number = string_table_add(table, at, bytes);

			if (number >= room) {
				*counts = memory_resize(*counts, 2 * number + 1, sizeof **counts);
				memset(*counts + room, 0,
				       (2 * number + 1 - room) * sizeof **counts);
				room = 2 * number + 1;
			}
			(*counts)[number]++;
		}
	}
}

static void entries_of_tokens(struct entries *entries, enum subword_model model, long size,
                              const struct line *line, size_t lines)
{
	struct string_table table = { 0 };
	size_t *counts;
	struct counted *token;

	count_tokens(&table, &counts, model, line, lines);
	token = memory_new(table.count, sizeof *token);
	for (size_t i = 0; i < table.count; i++)
		token[i] = (struct counted){ table.string[i], table.bytes[i], counts[i] };
	qsort(token, table.count, sizeof *token, by_count);
	entries_add_specials(entries);
	for (size_t i = 0; i < table.count && entries->size < size; i++)
		entries_add(entries, token[i].token, token[i].bytes, 0);
	free(token);
	free(counts);
	string_table_free(&table);
}

/* Entries that no piece vocabulary of these lines can do without: special tokens, the blank and
 * each character. */
static size_t least_size(const struct line *line, size_t lines)
{
	struct string_table table = { 0 };
	size_t *counts, least;

	string_table_add(&table, " ", 1);
	count_tokens(&table, &counts, SUBWORD_CHARS, line, lines);
	least = TOKEN_SPECIALS + table.count;
	free(counts);
	string_table_free(&table);
	return least;
}

static bool entries_of_pieces(struct entries *entries, enum subword_model model, long size,
                              const struct line *line, size_t lines, struct error *error)
{
	size_t least = least_size(line, lines);
	char message[256];
	struct pieces *pieces;
	int got;

	if (!lines)
		return error_set(error,
		                 "the text has no line to learn subwords from: give text with "
		                 "lines of at most %d bytes",
		                 PIECES_LONGEST_LINE);
	if ((size_t)size < least)
		return error_set(error,
		                 "data.subwords.size = %ld: less than the text's different "
		                 "characters: set it to %zu or more",
		                 size, least);
	pieces = pieces_train(model == SUBWORD_UNIGRAM, (int)size, line, lines, message,
	                      sizeof message);
	if (!pieces)
		return error_set(error, "data.subwords: %s", message);
	got = pieces_size(pieces);
	entries_add_specials(entries);
	for (int id = TOKEN_SPECIALS; id < got; id++) {
		const char *piece = pieces_piece(pieces, id);

		entries_add(entries, piece, strlen(piece), pieces_score(pieces, id));
	}
	pieces_free(pieces);
	return got == size || error_set(error,
	                                "data.subwords.size = %ld: the text has too few "
	                                "pieces: set it to %d or less",
	                                size, got);
}

/* Folded copies of the lines; where pieces are learned, of those that can be learned from. Returns
 * how many. */
static size_t fold_lines(struct line *folded, enum subword_model model, bool lowercase,
                         const struct line *line, size_t lines)
{
	size_t count = 0;

	for (size_t i = 0; i < lines; i++) {
		struct line new = line[i];

		new.text = text_fold(line[i].text, line[i].bytes, lowercase, &new.bytes);
		if (new.text && (!model_has_pieces(model) || pieces_can_learn_from(&new)))
			folded[count++] = new;
		else
			free((char *)new.text);
	}
	return count;
}

struct vocabulary *vocabulary_train(enum subword_model model, long size, bool lowercase,
                                    const struct line *line, size_t lines, struct error *error)
{
	struct line *folded = memory_new(lines, sizeof *folded);
	size_t count = fold_lines(folded, model, lowercase, line, lines);
	struct entries entries = { 0 };
	struct vocabulary *vocabulary = NULL;

	if (size > VOCABULARY_MOST)
		error_set(error, "data.subwords.size = %ld: set it to %d or less", size,
		          VOCABULARY_MOST);
	else if (!model_has_pieces(model))
		entries_of_tokens(&entries, model, size, folded, count);
	else if (!entries_of_pieces(&entries, model, size, folded, count, error))
		entries_free(&entries);
	if (entries.size == TOKEN_SPECIALS)
		error_set(error, "the text has no word to learn: every line is empty");
	else if (entries.size)
		vocabulary = vocabulary_of_entries(model, lowercase, &entries, error);
	entries_free(&entries);
	for (size_t i = 0; i < count; i++)
		free((char *)folded[i].text);
	free(folded);
	return vocabulary;
}
