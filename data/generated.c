/* generated.c - tasks without files: copy or reverse a sentence of random symbols. */
#include "data/generated.h"

#include "data/string_table.h"
#include "data/task.h"

#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 1000, SYMBOL_BYTES = 16 };

void generated_copy(const long *source, long length, long *target)
{
	memcpy(target, source, (size_t)length * sizeof *target);
}

void generated_reverse(const long *source, long length, long *target)
{
	for (long i = 0; i < length; i++)
		target[i] = source[length - 1 - i];
}

struct generator {
	const struct data_settings *settings;
	gsl_rng *chance;
	long *symbol; /* of the sentence at hand, from 1 */
	long *target; /* of it */
	long length;
	struct string_table seen; /* sentences of finished sets and the one at hand */
	size_t finished;          /* those of finished sets have lower numbers */
	size_t shared;
};

static void draw(struct generator *generator)
{
	const struct data_settings *settings = generator->settings;
	long shortest = settings->shortest_generated;
	unsigned long lengths = (unsigned long)(settings->longest_generated - shortest + 1);

	generator->length = shortest + (long)gsl_rng_uniform_int(generator->chance, lengths);
	for (long i = 0; i < generator->length; i++)
		generator->symbol[i] =
			1 + (long)gsl_rng_uniform_int(generator->chance,
		                                      (unsigned long)settings->symbols);
}

/* Draws until no finished set has the sentence. */
static void draw_new(struct generator *generator)
{
	for (int i = 0; i < TRIES; i++) {
		size_t number;

		draw(generator);
		number = string_table_add(&generator->seen, (const char *)generator->symbol,
		                          (size_t)generator->length * sizeof *generator->symbol);
		if (number >= generator->finished)
			return;
	}
	generator->shared++;
}

/* Lines are written one behind the other; their pointers are set by writer_end, when the memory
 * stays. */
struct writer {
	struct text *text;
	size_t used, room; /* bytes */
};

static struct writer writer_begin(struct text *text, long lines)
{
	*text = (struct text){ .line = memory_new((size_t)lines, sizeof *text->line) };
	return (struct writer){ .text = text };
}

static void writer_add(struct writer *writer, const long *symbol, long length)
{
	struct text *text = writer->text;
	struct line *line = &text->line[text->lines++];
	const size_t start = writer->used, need = start + (size_t)length * SYMBOL_BYTES + 1;

	if (need > writer->room) {
		writer->room = 2 * need;
		text->memory = memory_resize(text->memory, writer->room, 1);
	}
	for (long i = 0; i < length; i++)
		writer->used += (size_t)snprintf(text->memory + writer->used, SYMBOL_BYTES,
		                                 i ? " s%ld" : "s%ld", symbol[i]);
	line->bytes = writer->used - start;
	line->number = text->lines;
	writer->used++;
}

static void writer_end(struct writer *writer)
{
	struct text *text = writer->text;
	const char *at = text->memory;

	for (size_t i = 0; i < text->lines; i++) {
		text->line[i].text = at;
		at += text->line[i].bytes + 1;
	}
}

static void make_set(struct parallel *set, struct generator *generator, long sentences)
{
	const struct task *task = task_of(generator->settings);
	struct writer writer[SIDES];

	*set = (struct parallel){ .file = { "generated", "generated" }, .read = (size_t)sentences };
	for (int side = 0; side < SIDES; side++)
		writer[side] = writer_begin(&set->side[side], sentences);
	for (long i = 0; i < sentences; i++) {
		draw_new(generator);
		task->target(generator->symbol, generator->length, generator->target);
		writer_add(&writer[SIDE_SOURCE], generator->symbol, generator->length);
		writer_add(&writer[SIDE_TARGET], generator->target, generator->length);
	}
	for (int side = 0; side < SIDES; side++)
		writer_end(&writer[side]);
	generator->finished = generator->seen.count;
}

static bool check(const struct data_settings *settings, struct error *error)
{
	if (settings->shortest_generated > settings->longest_generated)
		return error_set(error,
		                 "data.shortest_sentence = %ld: must not be more than "
		                 "data.longest_sentence = %ld",
		                 settings->shortest_generated, settings->longest_generated);
	if (settings->longest_generated >= settings->longest)
		return error_set(error,
		                 "data.longest_sentence = %ld: must be less than data.longest "
		                 "= %ld, which counts the end of sentence",
		                 settings->longest_generated, settings->longest);
	return true;
}

bool generated_make(struct parallel set[GENERATED_SETS], size_t *shared,
                    const struct data_settings *settings, struct error *error)
{
	const long sentences[GENERATED_SETS] = {
		[GENERATED_TRAIN] = settings->train_sentences,
		[GENERATED_VALID] = settings->valid_sentences,
		[GENERATED_TEST] = settings->test_sentences,
	};
	struct generator generator = { .settings = settings };

	if (!check(settings, error))
		return false;
	generator.chance = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(generator.chance, (unsigned long)settings->seed);
	generator.symbol =
		memory_new((size_t)settings->longest_generated, sizeof *generator.symbol);
	generator.target =
		memory_new((size_t)settings->longest_generated, sizeof *generator.target);
	for (int i = 0; i < GENERATED_SETS; i++)
		make_set(&set[i], &generator, sentences[i]);
	*shared = generator.shared;
	gsl_rng_free(generator.chance);
	free(generator.symbol);
	free(generator.target);
	string_table_free(&generator.seen);
	return true;
}

void generated_symbols(struct text *text, long symbols)
{
	struct writer writer = writer_begin(text, symbols);

	for (long symbol = 1; symbol <= symbols; symbol++)
		writer_add(&writer, &symbol, 1);
	writer_end(&writer);
}
