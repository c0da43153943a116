/* vocabulary.c - text to token ids and back: words, characters, or SentencePiece subwords. */
#include "data/vocabulary_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char *const special_token[TOKEN_SPECIALS] = {
	[TOKEN_PAD] = "<pad>",
	[TOKEN_UNKNOWN] = "<unk>",
	[TOKEN_BEGIN] = "<s>",
	[TOKEN_END] = "</s>",
};
static const char blank[] = "\xe2\x96\x81";   /* U+2581, as in SentencePiece */
static const char unknown[] = "\xe2\x81\x87"; /* U+2047 */

void entries_add(struct entries *entries, const char *token, size_t bytes, float score)
{
	size_t size = (size_t)entries->size;

	if ((size & (size - 1)) == 0) { /* full: room is a power of two */
		size_t room = size ? 2 * size : 1;

		entries->token = memory_resize(entries->token, room, sizeof *entries->token);
		entries->score = memory_resize(entries->score, room, sizeof *entries->score);
	}
	entries->token[size] = memory_new(bytes + 1, 1);
	memcpy(entries->token[size], token, bytes);
	entries->score[size] = score;
	entries->size++;
}

void entries_add_specials(struct entries *entries)
{
	for (int id = 0; id < TOKEN_SPECIALS; id++)
		entries_add(entries, special_token[id], strlen(special_token[id]), 0);
}

void entries_free(struct entries *entries)
{
	for (int id = 0; id < entries->size; id++)
		free(entries->token[id]);
	free(entries->token);
	free(entries->score);
	*entries = (struct entries){ 0 };
}

static XXH64_hash_t hash_on(XXH64_hash_t hash, const void *bytes, size_t count)
{
	return XXH64(bytes, count, hash);
}

uint64_t entries_hash(const struct entries *entries, enum subword_model model, bool lowercase)
{
	const unsigned char kind[2] = { (unsigned char)model, lowercase };
	XXH64_hash_t hash = hash_on(0, kind, sizeof kind);

	for (int id = 0; id < entries->size; id++) {
		hash = hash_on(hash, entries->token[id], strlen(entries->token[id]) + 1);
		hash = hash_on(hash, &entries->score[id], sizeof entries->score[id]);
	}
	return hash;
}

/* The lookup table of words or characters. */
static bool fill_table(struct vocabulary *vocabulary, struct error *error)
{
	const struct entries *entries = &vocabulary->entries;

	for (int id = TOKEN_SPECIALS; id < entries->size; id++) {
		const char *token = entries->token[id];
		size_t before = vocabulary->table.count;

		if (!*token || string_table_add(&vocabulary->table, token, strlen(token)) < before)
			return error_set(error, "token %d is empty or double", id);
	}
	return true;
}

static bool fill_pieces(struct vocabulary *vocabulary, struct error *error)
{
	const struct entries *entries = &vocabulary->entries;
	char message[256];

	vocabulary->pieces = pieces_new(vocabulary->model == SUBWORD_UNIGRAM, entries->token,
	                                entries->score, entries->size, message, sizeof message);
	return vocabulary->pieces || error_set(error, "%s", message);
}

struct vocabulary *vocabulary_of_entries(enum subword_model model, bool lowercase,
                                         struct entries *entries, struct error *error)
{
	struct vocabulary *vocabulary = memory_new(1, sizeof *vocabulary);

	vocabulary->model = model;
	vocabulary->lowercase = lowercase;
	vocabulary->entries = *entries;
	vocabulary->hash = entries_hash(entries, model, lowercase);
	*entries = (struct entries){ 0 };
	if (model_has_pieces(model) ? fill_pieces(vocabulary, error)
	                            : fill_table(vocabulary, error))
		return vocabulary;
	vocabulary_free(vocabulary);
	return NULL;
}

void vocabulary_free(struct vocabulary *vocabulary)
{
	if (!vocabulary)
		return;
	entries_free(&vocabulary->entries);
	string_table_free(&vocabulary->table);
	pieces_free(vocabulary->pieces);
	free(vocabulary);
}

int vocabulary_size(const struct vocabulary *vocabulary)
{
	return vocabulary->entries.size;
}

bool vocabulary_lowercases(const struct vocabulary *vocabulary)
{
	return vocabulary->lowercase;
}

uint64_t vocabulary_hash(const struct vocabulary *vocabulary)
{
	return vocabulary->hash;
}

const char *vocabulary_token(const struct vocabulary *vocabulary, int id)
{
	const char *token;

	assert(id >= 0 && id < vocabulary->entries.size);
	token = vocabulary->entries.token[id];
	return strcmp(token, " ") ? token : blank;
}

size_t token_next(enum subword_model model, const char **at, const char *end)
{
	const char *stop;

	if (*at == end)
		return 0;
	if (model == SUBWORD_WORDS) {
		*at += **at == ' ';
		stop = memchr(*at, ' ', (size_t)(end - *at));
		return (size_t)((stop ? stop : end) - *at);
	}
	for (stop = *at + 1; stop < end && (*stop & 0xc0) == 0x80;)
		stop++;
	return (size_t)(stop - *at);
}

static size_t encode_tokens(const struct vocabulary *vocabulary, const char *at, const char *end,
                            int *id, size_t capacity)
{
	const struct string_table *table = &vocabulary->table;
	size_t count = 0, bytes;

	for (; (bytes = token_next(vocabulary->model, &at, end)); at += bytes, count++) {
		size_t number = string_table_find(table, at, bytes);

		if (count < capacity)
			id[count] = number == table->count ? TOKEN_UNKNOWN
			                                   : (int)number + TOKEN_SPECIALS;
	}
	return count;
}

void vocabulary_forget(const struct vocabulary *vocabulary)
{
	if (vocabulary->pieces)
		pieces_forget(vocabulary->pieces);
}

size_t vocabulary_encode(const struct vocabulary *vocabulary, const char *text, size_t bytes,
                         int *id, size_t capacity)
{
	size_t folded, count;
	char *form = text_fold(text, bytes, vocabulary->lowercase, &folded);

	if (!form) {
		if (capacity)
			id[0] = TOKEN_UNKNOWN;
		return 1;
	}
	if (vocabulary->pieces)
		count = pieces_encode(vocabulary->pieces, form, folded, id, capacity);
	else
		count = encode_tokens(vocabulary, form, form + folded, id, capacity);
	free(form);
	return count;
}

/* Ids without those that vanish; `kept` of them. */
static int *visible_ids(const struct vocabulary *vocabulary, const int *id, size_t count,
                        size_t *kept)
{
	int *visible = memory_new(count, sizeof *visible);

	*kept = 0;
	for (size_t i = 0; i < count; i++) {
		assert(id[i] >= 0 && id[i] < vocabulary->entries.size);
		if (id[i] >= TOKEN_SPECIALS || id[i] == TOKEN_UNKNOWN)
			visible[(*kept)++] = id[i];
	}
	return visible;
}

static char *decode_pieces(const struct vocabulary *vocabulary, const int *id, size_t count)
{
	size_t bytes = pieces_decode(vocabulary->pieces, id, count, NULL, 0);
	char *text = memory_new(bytes + 1, 1);

	pieces_decode(vocabulary->pieces, id, count, text, bytes);
	return text;
}

static char *decode_tokens(const struct vocabulary *vocabulary, const int *id, size_t count)
{
	bool words = vocabulary->model == SUBWORD_WORDS;
	size_t bytes = 1;
	char *text, *at;

	for (size_t i = 0; i < count; i++)
		bytes += strlen(vocabulary->entries.token[id[i]]) + sizeof unknown + 2;
	text = at = memory_new(bytes, 1);
	for (size_t i = 0; i < count; i++) {
		if (words && i)
			*at++ = ' ';
		if (id[i] != TOKEN_UNKNOWN)
			at = stpcpy(at, vocabulary->entries.token[id[i]]);
		else
			at = stpcpy(stpcpy(stpcpy(at, words ? "" : " "), unknown),
			            words ? "" : " ");
	}
	return text;
}

char *vocabulary_decode(const struct vocabulary *vocabulary, const int *id, size_t count)
{
	size_t kept;
	int *visible = visible_ids(vocabulary, id, count, &kept);
	char *text = vocabulary->pieces ? decode_pieces(vocabulary, visible, kept)
	                                : decode_tokens(vocabulary, visible, kept);

	free(visible);
	return text;
}

char *vocabulary_decode_lines(const struct vocabulary *vocabulary, const int *id, size_t count)
{
	char *text = memory_text("");
	size_t bytes = 0;

	for (size_t first = 0, end; first <= count; first = end + 1) {
		char *line;
		size_t more;

		for (end = first; end < count && id[end] != TOKEN_END;)
			end++;
		line = vocabulary_decode(vocabulary, id + first, end - first);
		more = strlen(line);
		text = memory_resize(text, bytes + more + 2, 1);
		memcpy(text + bytes, line, more);
		bytes += more;
		if (end < count)
			text[bytes++] = '\n';
		text[bytes] = '\0';
		free(line);
	}
	return text;
}
