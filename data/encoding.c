/* encoding.c - the ids of many pairs of lines, made by all workers of a pool. */
#include "data/encoding.h"
#include "core/error.h"

#include <stdlib.h>

enum { PART_LINES = 256 };

struct encoded {
	int *id;
	size_t room;
	size_t start[PART_LINES + 1]; /* of each line in id */
};

struct encoding_job {
	struct encoding *encoding;
	const struct parallel *pairs;
	struct vocabulary *const *vocabulary;
};

static void encode_line(struct encoded *part, size_t number, const struct vocabulary *vocabulary,
                        const struct line *line)
{
	const size_t start = part->start[number], left = part->room - start;
	const size_t count =
		vocabulary_encode(vocabulary, line->text, line->bytes, part->id + start, left);

	if (count > left) {
		part->room = 2 * (start + count);
		part->id = memory_resize(part->id, part->room, sizeof *part->id);
		vocabulary_encode(vocabulary, line->text, line->bytes, part->id + start, count);
	}
	part->start[number + 1] = start + count;
}

static void encode_part(void *context, int number, int worker)
{
	const struct encoding_job *job = context;
	const int side = number % SIDES;
	const struct text *text = &job->pairs->side[side];
	const size_t first = (size_t)number / SIDES * PART_LINES;
	struct encoded *part = &job->encoding->part[number];

	(void)worker;
	if (first >= text->lines)
		return;
	part->room = 32 * (size_t)PART_LINES;
	part->id = memory_resize(NULL, part->room, sizeof *part->id);
	for (size_t i = 0; i < PART_LINES && first + i < text->lines; i++)
		encode_line(part, i, job->vocabulary[side], &text->line[first + i]);
}

void encoding_make(struct encoding *encoding, const struct parallel *pairs,
                   struct vocabulary *const vocabulary[SIDES], struct pool *pool)
{
	struct encoding_job job = { encoding, pairs, vocabulary };
	const size_t lines = pairs->side[SIDE_TARGET].lines; /* the source may have none */

	encoding->parts = (lines + PART_LINES - 1) / PART_LINES * SIDES;
	encoding->part = memory_new(encoding->parts, sizeof *encoding->part);
	if (pool)
		pool_run(pool, (int)encoding->parts, encode_part, &job);
	for (size_t i = 0; !pool && i < encoding->parts; i++)
		encode_part(&job, (int)i, 0);
}

const int *encoding_ids(const struct encoding *encoding, enum side side, size_t i, size_t *count)
{
	const struct encoded *part = &encoding->part[i / PART_LINES * SIDES + side];
	const size_t *start = &part->start[i % PART_LINES];

	*count = start[1] - start[0];
	return part->id + start[0];
}

void encoding_free(struct encoding *encoding)
{
	for (size_t i = 0; i < encoding->parts; i++)
		free(encoding->part[i].id);
	free(encoding->part);
	*encoding = (struct encoding){ 0 };
}
