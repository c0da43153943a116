/* generated.c - tasks without files: sets of sentences that a generator draws, each new. */
#include "data/generated.h"

#include "data/string_table.h"
#include "data/task.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 1000 };

const char *const generated_set_name[GENERATED_SETS] = {
	[GENERATED_TRAIN] = "train",
	[GENERATED_VALID] = "valid",
	[GENERATED_TEST] = "test",
	[GENERATED_LONGER] = "longer",
	[GENERATED_SYSTEMATICITY] = "systematicity",
	[GENERATED_PRODUCTIVITY] = "productivity",
	[GENERATED_COMBINATIONS] = "new_combinations",
};

static const struct generator *generator_of(const struct data_settings *settings)
{
	return task_of(settings)->generator;
}

bool generated_has(const struct data_settings *settings, enum generated_set set)
{
	const struct generator *generator = generator_of(settings);

	if (set <= GENERATED_TEST)
		return true;
	if (generator->has)
		return generator->has(settings, set);
	return set == GENERATED_LONGER && generator->lengths && settings->longer_generated;
}

/* What the sets share. */
struct making {
	const struct generator *generator;
	struct drawing drawing;
	struct string_table seen; /* sentences of finished sets and of the one at hand */
	size_t finished;          /* those of finished sets have lower numbers */
	size_t shared;
};

static size_t number_of(struct making *making)
{
	const struct sequence *side = making->drawing.side;
	const struct sequence *key = &side[side[SIDE_SOURCE].length ? SIDE_SOURCE : SIDE_TARGET];

	return string_table_add(&making->seen, (const char *)key->word,
	                        (size_t)key->length * sizeof *key->word);
}

/* Draws until no finished set has the sentence. */
static void draw_new(struct making *making)
{
	for (int i = 0; i < TRIES; i++) {
		for (int side = 0; side < SIDES; side++)
			making->drawing.side[side].length = 0;
		making->generator->draw(&making->drawing);
		if (number_of(making) >= making->finished)
			return;
	}
	making->shared++;
}

/* Lines are written one behind the other; their pointers are set by writer_end, when the memory
 * stays. */
struct writer {
	const struct data_settings *settings;
	enum side side;
	struct text *text;
	size_t used, room; /* bytes */
};

static struct writer writer_begin(struct text *text, const struct data_settings *settings,
                                  enum side side, long lines)
{
	*text = (struct text){ .line = memory_new((size_t)lines, sizeof *text->line) };
	return (struct writer){ settings, generator_of(settings)->joint ? SIDE_SOURCE : side, text,
		                0, 0 };
}

static void writer_add(struct writer *writer, const struct sequence *words)
{
	const struct generator *generator = generator_of(writer->settings);
	struct text *text = writer->text;
	struct line *line = &text->line[text->lines++];
	const size_t start = writer->used;
	const size_t need = start + (size_t)words->length * GENERATED_WORD_BYTES + 1;

	if (need > writer->room) {
		writer->room = 2 * need;
		text->memory = memory_resize(text->memory, writer->room, 1);
	}
	text->memory[start] = '\0';
	for (long i = 0; i < words->length; i++) {
		if (i)
			text->memory[writer->used++] = ' ';
		generator->word(writer->settings, writer->side, words->word[i],
		                text->memory + writer->used);
		writer->used += strlen(text->memory + writer->used);
	}
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

static void make_set(struct parallel *set, struct making *making, long sentences)
{
	const struct data_settings *settings = making->drawing.settings;
	const bool alone = task_of(settings)->objective == OBJECTIVE_CONTINUE;
	const int first = alone ? SIDE_TARGET : SIDE_SOURCE;
	struct writer writer[SIDES];

	*set = (struct parallel){ .file = { alone ? NULL : "generated", "generated" },
		                  .read = (size_t)sentences };
	for (int side = first; side < SIDES; side++)
		writer[side] = writer_begin(&set->side[side], settings, (enum side)side, sentences);
	for (long i = 0; i < sentences; i++) {
		draw_new(making);
		for (int side = first; side < SIDES; side++)
			writer_add(&writer[side], &making->drawing.side[side]);
	}
	for (int side = first; side < SIDES; side++)
		writer_end(&writer[side]);
	making->finished = making->seen.count;
}

static bool check_lengths(const struct data_settings *s, struct error *error)
{
	if (s->shortest_generated > s->longest_generated)
		return error_set(error,
		                 "data.shortest_sentence = %ld: must not be more than "
		                 "data.longest_sentence = %ld",
		                 s->shortest_generated, s->longest_generated);
	if (s->longer_generated && s->longer_generated <= s->longest_generated)
		return error_set(error,
		                 "data.longer_sentence = %ld: must be more than "
		                 "data.longest_sentence = %ld, or 0 for no such test set",
		                 s->longer_generated, s->longest_generated);
	return true;
}

static bool check_longest(const struct data_settings *s, struct error *error)
{
	const struct generator *generator = generator_of(s);
	const bool longer = s->longer_generated > s->longest_generated;
	const long length = longer ? s->longer_generated : s->longest_generated;
	const long tokens = generator->tokens ? generator->tokens(s, length) : length;

	if (tokens < s->longest)
		return true;
	if (generator->tokens)
		return error_set(error,
		                 "data.longest = %ld: a sentence of %s may have %ld tokens and its "
		                 "end: make it %ld or more",
		                 s->longest, task_of(s)->name, tokens, tokens + 1);
	return error_set(error,
	                 "data.%s_sentence = %ld: must be less than data.longest = %ld, which "
	                 "counts the end of sentence",
	                 longer ? "longer" : "longest", length, s->longest);
}

bool generated_check(const struct data_settings *s, struct error *error)
{
	const struct generator *generator = generator_of(s);

	if (generator->lengths && !check_lengths(s, error))
		return false;
	if (s->longer_generated && !generated_has(s, GENERATED_LONGER))
		return error_set(error, "data.longer_sentence = %ld: %s has no such test set",
		                 s->longer_generated, task_of(s)->name);
	return (!generator->check || generator->check(s, error)) && check_longest(s, error);
}

static void write_words(struct text *text, const struct data_settings *settings, enum side side)
{
	struct writer writer = writer_begin(text, settings, side, 1);
	const long words = generator_of(settings)->words(settings, writer.side);
	struct sequence all = { 0 };

	for (long word = 0; word < words; word++)
		sequence_add(&all, word);
	writer_add(&writer, &all);
	writer_end(&writer);
	sequence_free(&all);
}

static void make_sets(struct generated *made, const struct data_settings *settings)
{
	struct making making = { .generator = generator_of(settings),
		                 .drawing = { .settings = settings } };

	making.drawing.chance = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(making.drawing.chance, (unsigned long)settings->seed);
	for (int i = 0; i < GENERATED_SETS; i++) {
		const enum generated_set which = (enum generated_set)i;

		making.drawing.set = which;
		if (generated_has(settings, which))
			make_set(&made->set[i], &making,
			         i == GENERATED_TRAIN   ? settings->train_sentences
			         : i == GENERATED_VALID ? settings->valid_sentences
			                                : settings->test_sentences);
	}
	made->shared = making.shared;
	gsl_rng_free(making.drawing.chance);
	for (int side = 0; side < SIDES; side++)
		sequence_free(&making.drawing.side[side]);
	string_table_free(&making.seen);
}

bool generated_make(struct generated *made, const struct data_settings *settings,
                    struct error *error)
{
	const struct generator *generator = generator_of(settings);

	*made = (struct generated){ 0 };
	if (!generated_check(settings, error))
		return false;
	if (generator->make) {
		generator->make(made, settings);
		return true;
	}
	make_sets(made, settings);
	for (int side = 0; side < (generator->joint ? SIDE_TARGET : SIDES); side++)
		write_words(&made->words[side], settings, (enum side)side);
	return true;
}

void generated_free(struct generated *made)
{
	for (int i = 0; i < GENERATED_SETS; i++)
		parallel_free(&made->set[i]);
	for (int side = 0; side < SIDES; side++)
		text_free(&made->words[side]);
	*made = (struct generated){ 0 };
}

long generated_vocabulary(const struct data_settings *settings, enum side side)
{
	const struct generator *generator = generator_of(settings);

	return TOKEN_SPECIALS + generator->words(settings, generator->joint ? SIDE_SOURCE : side);
}
