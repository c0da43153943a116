/* stream.c - a text as one stream of tokens, cut into blocks. */
#include "data/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Code points of the line in the form in which it becomes tokens, its end one more. */
static size_t characters_of(const struct line *line)
{
	size_t bytes, count = 1;
	char *form = text_fold(line->text, line->bytes, false, &bytes);

	for (size_t i = 0; form && i < bytes; i++)
		count += ((unsigned char)form[i] & 0xc0) != 0x80;
	free(form);
	return count;
}

static size_t count_tokens(const struct encoding *encoding, size_t lines)
{
	size_t sum = lines, count;

	for (size_t i = 0; i < lines; i++) {
		encoding_ids(encoding, SIDE_TARGET, i, &count);
		sum += count;
	}
	return sum;
}

static void join_lines(struct corpus *corpus, const struct encoding *encoding,
                       const struct text *text)
{
	int *to = corpus->id[SIDE_TARGET];

	for (size_t i = 0; i < text->lines; i++) {
		const struct line *line = &text->line[i];
		size_t count;
		const int *id = encoding_ids(encoding, SIDE_TARGET, i, &count);

		memcpy(to, id, count * sizeof *to);
		for (size_t k = 0; k < count; k++)
			corpus->unknown[SIDE_TARGET] += id[k] == TOKEN_UNKNOWN;
		to += count;
		*to++ = TOKEN_END;
		corpus->characters += characters_of(line);
		corpus->hash = XXH64(line->text, line->bytes + 1, corpus->hash);
	}
}

void corpus_of_stream(struct corpus *corpus, const char *name, const struct parallel *pairs,
                      struct vocabulary *const vocabulary[SIDES], long longest, struct pool *pool)
{
	const struct text *text = &pairs->side[SIDE_TARGET];
	const size_t most = (size_t)longest;
	struct encoding encoding;
	size_t tokens, *start;

	encoding_make(&encoding, pairs, vocabulary, pool);
	tokens = count_tokens(&encoding, text->lines);
	*corpus = (struct corpus){ .name = memory_text(name),
		                   .objective = OBJECTIVE_CONTINUE,
		                   .sentences = (tokens + most - 1) / most,
		                   .dropped = pairs->read - text->lines };
	corpus->id[SIDE_TARGET] = memory_new(tokens, sizeof(int));
	start = corpus->start[SIDE_TARGET] = memory_new(corpus->sentences + 1, sizeof *start);
	for (size_t i = 0; i <= corpus->sentences; i++)
		start[i] = i * most < tokens ? i * most : tokens;
	join_lines(corpus, &encoding, text);
	encoding_free(&encoding);
}

void corpus_of_line(struct corpus *corpus, const char *text, const struct vocabulary *vocabulary,
                    long longest)
{
	const size_t most = (size_t)longest;
	const size_t count = vocabulary_encode(vocabulary, text, strlen(text), NULL, 0);
	int *id = memory_new(count + 1, sizeof *id);
	size_t *start = memory_new(2, sizeof *start);

	vocabulary_encode(vocabulary, text, strlen(text), id, count);
	start[1] = count < most ? count : most;
	*corpus = (struct corpus){ .name = memory_text("input"),
		                   .objective = OBJECTIVE_CONTINUE,
		                   .sentences = 1,
		                   .cut = count > most };
	corpus->id[SIDE_TARGET] = id;
	corpus->start[SIDE_TARGET] = start;
	for (size_t i = 0; i < start[1]; i++)
		corpus->unknown[SIDE_TARGET] += id[i] == TOKEN_UNKNOWN;
}

void corpus_of_texts(struct corpus *corpus, char *const *text, size_t texts,
                     const struct vocabulary *vocabulary, long longest)
{
	size_t *start = memory_new(texts + 1, sizeof *start), room = 0;
	int *id = NULL;

	*corpus = (struct corpus){ .name = memory_text("input"),
		                   .objective = OBJECTIVE_CONTINUE,
		                   .sentences = texts };
	for (size_t i = 0; i < texts; i++) {
		const size_t bytes = strlen(text[i]), most = (size_t)longest - 1;
		const size_t count = vocabulary_encode(vocabulary, text[i], bytes, NULL, 0);
		const size_t kept = count < most ? count : most;

		if (!id || room < start[i] + count + 1) {
			room = 2 * (start[i] + count + 1);
			id = memory_resize(id, room, sizeof *id);
		}
		vocabulary_encode(vocabulary, text[i], bytes, id + start[i], count);
		for (size_t k = 0; k < kept; k++)
			corpus->unknown[SIDE_TARGET] += id[start[i] + k] == TOKEN_UNKNOWN;
		start[i + 1] = start[i] + kept + 1;
		id[start[i + 1] - 1] = TOKEN_END;
		corpus->cut += count > most;
	}
	corpus->id[SIDE_TARGET] = id;
	corpus->start[SIDE_TARGET] = start;
}
