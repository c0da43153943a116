/* generate_pictures.c - the tasks `draw` and `describe`: captions and pictures of scenes, made by
 * chance. */
#include "data/codebook.h"
#include "data/generated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 1000 };

/* Scenes and their pictures, before they are text. */
struct drawn {
	struct scene *scene;     /* [count] */
	struct picture *picture; /* [count] */
	size_t count;
};

struct gallery {
	const struct data_settings *settings;
	gsl_rng *chance;
	struct drawn set[GENERATED_SETS];
	struct string_table seen; /* pixels of finished sets' pictures and the one at hand */
	size_t finished;          /* those of finished sets have lower numbers */
	struct codebook codebook;
};

static int edge_of(const struct data_settings *settings)
{
	return settings->picture_size == PICTURE_SIZE_16 ? 16 : 32;
}

/* Draws until no finished set has the picture; false where that does not come to be. */
static bool draw_new(struct gallery *g, struct scene *scene, struct picture *picture, bool with_new)
{
	for (int i = 0; i < TRIES; i++) {
		scene_draw(scene, g->chance, with_new);
		picture_draw(picture, scene, edge_of(g->settings));
		if (string_table_add(&g->seen, (const char *)picture->pixel,
		                     (size_t)picture->edge * (size_t)picture->edge) >= g->finished)
			return true;
	}
	return false;
}

/* Draws those of a set; returns how many could not be new. */
static size_t draw_set(struct gallery *g, enum generated_set which, long count)
{
	struct drawn *set = &g->set[which];
	size_t shared = 0;

	set->count = (size_t)count;
	set->scene = memory_new(set->count, sizeof *set->scene);
	set->picture = memory_new(set->count, sizeof *set->picture);
	for (size_t i = 0; i < set->count; i++)
		shared += !draw_new(g, &set->scene[i], &set->picture[i],
		                    which == GENERATED_COMBINATIONS);
	g->finished = g->seen.count;
	return shared;
}

/* Lines of at most `size` bytes each, their NUL counted. */
static char *text_begin(struct text *text, size_t lines, size_t size)
{
	*text = (struct text){ .line = memory_new(lines, sizeof *text->line),
		               .memory = memory_new(lines, size) };
	return text->memory;
}

/* Takes what was written at `at` as the next line; where the next one goes. */
static char *text_end_line(struct text *text, char *at)
{
	const size_t bytes = strlen(at);

	text->line[text->lines] = (struct line){ at, bytes, text->lines + 1 };
	text->lines++;
	return at + bytes + 1;
}

static void write_captions(struct text *text, const struct drawn *drawn)
{
	char *at = text_begin(text, drawn->count, CAPTION_SIZE);

	for (size_t i = 0; i < drawn->count; i++) {
		const struct facts facts = facts_of_scene(&drawn->scene[i]);

		caption_write(&facts, at);
		at = text_end_line(text, at);
	}
}

static void write_pictures(struct text *text, const struct drawn *drawn, struct codebook *codebook,
                           int edge)
{
	char *at = text_begin(text, drawn->count, picture_text_size(codebook, edge));

	for (size_t i = 0; i < drawn->count; i++) {
		picture_write(codebook, &drawn->picture[i], at);
		at = text_end_line(text, at);
	}
}

static void write_words(struct text *captions, struct text *pictures,
                        const struct codebook *codebook)
{
	const size_t letters = (size_t)codebook->edge * (size_t)codebook->edge + 1;
	char *at = text_begin(captions, 1, strlen(caption_words()) + 1);

	strcpy(at, caption_words());
	text_end_line(captions, at);
	at = text_begin(pictures, 1, codebook->word.count * letters);
	for (size_t i = 0; i < codebook->word.count; i++)
		sprintf(at + i * letters, i + 1 < codebook->word.count ? "%s " : "%s",
		        codebook->word.string[i]);
	text_end_line(pictures, at);
}

/* Facts are plain numbers. */
static bool same_facts(const struct facts *a, const struct facts *b)
{
	return !memcmp(a, b, sizeof *a);
}

static size_t count_readable(const struct text *text, const struct drawn *drawn)
{
	size_t readable = 0;

	for (size_t i = 0; i < drawn->count; i++) {
		const struct facts want = picture_facts(&drawn->picture[i]);
		struct picture picture;
		struct error error;

		if (picture_read(&picture, text->line[i].text, &error)) {
			const struct facts got = picture_facts(&picture);

			readable += same_facts(&want, &got);
		}
	}
	return readable;
}

/* What a codebook loses. */
static void write_note(struct generated *made, const struct gallery *g, enum side side)
{
	const struct drawn *test = &g->set[GENERATED_TEST];
	const struct drawn *other = &g->set[GENERATED_COMBINATIONS];

	snprintf(made->note, sizeof made->note,
	         "pictures: a codebook of %zu patches, by which %zu of %zu test pictures, and %zu "
	         "of "
	         "%zu of new combinations, show what they show",
	         g->codebook.word.count,
	         count_readable(&made->set[GENERATED_TEST].side[side], test), test->count,
	         count_readable(&made->set[GENERATED_COMBINATIONS].side[side], other),
	         other->count);
}

static void write_sets(struct generated *made, struct gallery *g, enum side caption)
{
	const enum side picture = caption == SIDE_SOURCE ? SIDE_TARGET : SIDE_SOURCE;

	for (int i = 0; i < GENERATED_SETS; i++) {
		struct parallel *set = &made->set[i];

		if (!g->set[i].count)
			continue;
		*set = (struct parallel){ .file = { "generated", "generated" },
			                  .read = g->set[i].count };
		write_captions(&set->side[caption], &g->set[i]);
		write_pictures(&set->side[picture], &g->set[i], &g->codebook, edge_of(g->settings));
	}
	write_words(&made->words[caption], &made->words[picture], &g->codebook);
	if (g->settings->picture_tokens == PICTURE_PATCHES)
		write_note(made, g, picture);
}

static void gallery_free(struct gallery *g)
{
	for (int i = 0; i < GENERATED_SETS; i++) {
		free(g->set[i].scene);
		free(g->set[i].picture);
	}
	codebook_free(&g->codebook);
	string_table_free(&g->seen);
	gsl_rng_free(g->chance);
}

/* A picture of another set than training is drawn again where an earlier set has it. With patches,
 * the codebook is learned from the pictures of training. */
static void make(struct generated *made, const struct data_settings *s, enum side caption)
{
	struct gallery g = { .settings = s, .chance = gsl_rng_alloc(gsl_rng_mt19937) };

	gsl_rng_set(g.chance, (unsigned long)s->seed);
	draw_set(&g, GENERATED_TRAIN, s->train_sentences);
	made->shared = draw_set(&g, GENERATED_VALID, s->valid_sentences) +
	               draw_set(&g, GENERATED_TEST, s->test_sentences) +
	               draw_set(&g, GENERATED_COMBINATIONS, s->test_sentences);
	if (s->picture_tokens == PICTURE_PIXELS)
		codebook_of_pixels(&g.codebook);
	else
		codebook_learn(&g.codebook, g.set[GENERATED_TRAIN].picture,
		               g.set[GENERATED_TRAIN].count, (int)s->picture_codebook);
	write_sets(made, &g, caption);
	gallery_free(&g);
}

static void make_draw(struct generated *made, const struct data_settings *settings)
{
	make(made, settings, SIDE_SOURCE);
}

static void make_describe(struct generated *made, const struct data_settings *settings)
{
	make(made, settings, SIDE_TARGET);
}

static bool has(const struct data_settings *settings, enum generated_set set)
{
	(void)settings;
	return set == GENERATED_COMBINATIONS;
}

static long tokens(const struct data_settings *settings, long length)
{
	const int row =
		edge_of(settings) / (settings->picture_tokens == PICTURE_PIXELS ? 1 : PATCH_EDGE);

	(void)length;
	return (long)row * row;
}

/* At most, where patches are learned. */
static long words(const struct data_settings *settings, enum side side, enum side caption)
{
	long count = 1;

	if (side != caption)
		return settings->picture_tokens == PICTURE_PIXELS ? PIXEL_COLOURS
		                                                  : settings->picture_codebook;
	for (const char *at = caption_words(); *at; at++)
		count += *at == ' ';
	return count;
}

static long draw_words(const struct data_settings *settings, enum side side)
{
	return words(settings, side, SIDE_SOURCE);
}

static long describe_words(const struct data_settings *settings, enum side side)
{
	return words(settings, side, SIDE_TARGET);
}

#define PICTURE_KEYS "|picture.size|picture.tokens|picture.codebook|"

const struct generator generate_draw = {
	.keys = PICTURE_KEYS,
	.has = has,
	.tokens = tokens,
	.words = draw_words,
	.make = make_draw,
};

const struct generator generate_describe = {
	.keys = PICTURE_KEYS,
	.has = has,
	.tokens = tokens,
	.words = describe_words,
	.make = make_describe,
};
