/* attend_test.c - attention maps of every family, heads that are switched off, and how both are
 * named and drawn. */
#include "cli/attend_map.h"
#include "core/error.h"
#include "core/gemm.h"
#include "data/vocabulary.h"
#include "eval/attention.h"
#include "eval/heads.h"
#include "tests/golden_batch.h"
#include "tests/small_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

static const struct design_case {
	const char *json, *heads;
	bool by_attention; /* the decoder learns of the source through cross-attention alone */
} designs[] = {
	{ "{\"architecture\": \"transformer\", \"model\": {\"width\": 8}, \"settings\": "
	  "{\"heads\": 2,"
	  " \"feed_forward\": 12, \"encoder_layers\": 1, \"decoder_layers\": 2}}",
	  "encoder: layer 1 with 2 heads; decoder: layers 1-2 with 2 heads; cross: layers 1-2 with "
	  "2 heads",
	  true },
	{ "{\"architecture\": \"transformer\", \"model\": {\"width\": 8}, \"settings\": "
	  "{\"heads\": 4,"
	  " \"key_heads\": 1, \"feed_forward\": 0, \"layers\": 2, "
	  "\"positions\": \"relative\", \"attention_layers\": \"last\"}}",
	  "encoder: layers 1-2 with 4 heads; decoder: layers 1-2 with 4 heads; cross: layer 2 with "
	  "4 heads",
	  true },
	{ "{\"architecture\": \"transformer\", \"model\": {\"width\": 8}, \"settings\": "
	  "{\"heads\": 1,"
	  " \"layers\": 2, \"share_layers\": true}}",
	  "encoder: layers 1-2 with 1 head; decoder: layers 1-2 with 1 head; cross: layers 1-2 "
	  "with "
	  "1 head",
	  true },
	{ "{\"architecture\": \"cnn\", \"model\": {\"width\": 8}, \"settings\": "
	  "{\"encoder_layers\": 1,"
	  " \"decoder_layers\": 2}}",
	  "cross: layers 1-2 with 1 head", true },
	{ "{\"architecture\": \"cnn\", \"model\": {\"width\": 8}, \"settings\": {\"layers\": 1,"
	  " \"heads\": 2, \"norm\": \"pre\", \"self_attention\": \"dot\", \"feed_forward\": 8}}",
	  "encoder: layer 1 with 2 heads; decoder: layer 1 with 2 heads; cross: layer 1 with 2 "
	  "heads",
	  true },
	{ "{\"architecture\": \"rnn\", \"model\": {\"width\": 8}, \"settings\": {\"hidden\": 10,"
	  " \"encoder_layers\": 1, \"decoder_layers\": 2}}",
	  "cross: layer 2 with 1 head", false },
	{ "{\"architecture\": \"rnn\", \"model\": {\"width\": 8}, \"settings\": {\"hidden\": 8,"
	  " \"heads\": 2, \"input_feeding\": true, \"attention\": \"general\"}}",
	  "cross: layer 1 with 2 heads", false },
	{ "{\"architecture\": \"rnn\", \"model\": {\"width\": 8}, \"settings\": {\"hidden\": 8,"
	  " \"attention\": \"none\"}}",
	  "no attention", false },
	{ "{\"model\": {\"width\": 8}, \"encoder\": {\"architecture\": \"transformer\", "
	  "\"settings\":"
	  " {\"heads\": 2, \"encoder_layers\": 2}}, \"decoder\": {\"architecture\": \"rnn\","
	  " \"settings\": {\"hidden\": 10, \"attention\": \"general\"}}}",
	  "encoder: layers 1-2 with 2 heads; cross: layer 1 with 1 head", false },
	{ "{\"model\": {\"width\": 8}, \"encoder\": {\"architecture\": \"rnn\", \"settings\":"
	  " {\"hidden\": 10}}, \"decoder\": {\"architecture\": \"transformer\", \"settings\":"
	  " {\"heads\": 2, \"decoder_layers\": 1}}}",
	  "decoder: layer 1 with 2 heads; cross: layer 1 with 2 heads", true },
	{ "{\"architecture\": \"transformer\", \"model\": {\"width\": 8, \"arrangement\":"
	  " \"decoder-only\", \"prefix\": \"bidirectional\"}, \"settings\": {\"heads\": 2,"
	  " \"layers\": 2}}",
	  "decoder: layers 1-2 with 2 heads", true },
	{ "{\"architecture\": \"rnn\", \"model\": {\"width\": 8, \"arrangement\":"
	  " \"decoder-only\"}, \"settings\": {\"hidden\": 8}}",
	  "no attention", false },
};
enum { DESIGNS = sizeof designs / sizeof designs[0] };

static void runs_have_the_heads_of_their_settings(void **state)
{
	(void)state;
	for (int i = 0; i < DESIGNS; i++) {
		struct model model;
		struct heads heads;
		char text[256];

		small_model_open(&model, designs[i].json);
		heads_of(&heads, &model);
		heads_describe(&heads, text, sizeof text);
		assert_string_equal(text, designs[i].heads);
		heads_free(&heads);
		model_close(&model);
	}
}

/* `prefix`: steps that a decoder sees whatever its step. */
static void check_map(const struct attention_maps *m, const struct attention_map *map, int prefix)
{
	assert_int_equal(map->queries, m->query[map->kind].steps);
	assert_int_equal(map->keys, m->key[map->kind].steps);
	for (int q = 0; q < map->queries; q++) {
		double sum = 0;

		for (int k = 0; k < map->keys; k++) {
			const double w = (double)map->weight[q * map->keys + k];

			assert_true(w >= 0);
			if (map->kind == ATTENTION_DECODER && k > q && k >= prefix)
				assert_true(w == 0);
			sum += w;
		}
		assert_true(fabs(sum - 1) < 1e-5);
	}
}

static void check_axes(const struct attention_maps *m, const struct corpus *corpus, size_t sentence)
{
	const size_t source = corpus_length(corpus, SIDE_SOURCE, sentence);
	const size_t target = corpus_length(corpus, SIDE_TARGET, sentence);

	for (int kind = 0; kind < ATTENTION_KINDS; kind++) {
		const struct attention_axis *query = &m->query[kind], *key = &m->key[kind];

		if (!query->steps)
			continue;
		assert_int_equal(query->steps,
		                 1 + (int)(kind == ATTENTION_ENCODER ? source : target));
		assert_int_equal(key->steps,
		                 1 + (int)(kind == ATTENTION_DECODER ? target : source));
		if (kind == ATTENTION_DECODER)
			assert_int_equal(key->token[0], TOKEN_BEGIN);
		else
			assert_int_equal(key->token[source], TOKEN_END);
		if (kind == ATTENTION_CROSS)
			assert_int_equal(query->token[target], TOKEN_END);
	}
}

/* Source, its end, begin, target; the tokens of each have its vocabulary's names. */
static void check_joined_axis(const struct attention_maps *m, const struct corpus *corpus,
                              size_t sentence)
{
	const size_t source = corpus_length(corpus, SIDE_SOURCE, sentence);
	const size_t target = corpus_length(corpus, SIDE_TARGET, sentence);
	const int *from = corpus->id[SIDE_SOURCE] + corpus->start[SIDE_SOURCE][sentence];
	const int *to = corpus->id[SIDE_TARGET] + corpus->start[SIDE_TARGET][sentence];
	const struct attention_axis *axis = &m->query[ATTENTION_DECODER];

	if (!m->maps)
		return;
	assert_int_equal(axis->steps, source + target + 2);
	assert_int_equal(m->key[ATTENTION_DECODER].steps, axis->steps);
	assert_ptr_equal(m->key[ATTENTION_DECODER].label, axis->label);
	assert_memory_equal(axis->token, from, source * sizeof *from);
	assert_int_equal(axis->token[source], TOKEN_END);
	assert_int_equal(axis->token[source + 1], TOKEN_BEGIN);
	assert_memory_equal(axis->token + source + 2, to, target * sizeof *to);
	for (size_t i = 0; i < source + target + 2; i++)
		assert_string_equal(axis->label[i],
		                    vocabulary_token(m->vocabulary[i > source], axis->token[i]));
}

/* Words of one letter and a number. */
static struct vocabulary *small_vocabulary(char letter)
{
	char text[8 * SMALL_VOCABULARY] = "";
	struct vocabulary *vocabulary;
	struct line line;
	struct error error;

	for (int i = TOKEN_SPECIALS; i < SMALL_VOCABULARY; i++)
		sprintf(text + strlen(text), "%c%d ", letter, i);
	line = (struct line){ text, strlen(text), 1 };
	vocabulary = vocabulary_train(SUBWORD_WORDS, SMALL_VOCABULARY, false, &line, 1, &error);
	assert_non_null(vocabulary);
	assert_int_equal(vocabulary_size(vocabulary), SMALL_VOCABULARY);
	return vocabulary;
}

static void weights_of_a_query_add_up_to_one(void **state)
{
	struct vocabulary *const vocabulary[SIDES] = { small_vocabulary('s'),
		                                       small_vocabulary('t') };

	(void)state;
	for (int i = 0; i < DESIGNS; i++) {
		struct model model;
		struct corpus corpus;
		struct attention_maps m;

		small_model_open(&model, designs[i].json);
		made_up_corpus(&corpus, 3, SMALL_VOCABULARY, 1, 9, 3);
		attention_maps_init(&m, &model, vocabulary);
		for (uint32_t s = 0; s < 3; s++) {
			attention_maps_make(&m, &corpus, s);
			if (model_is_decoder_only(&model))
				check_joined_axis(&m, &corpus, s);
			else
				check_axes(&m, &corpus, s);
			for (int j = 0; j < m.maps; j++)
				check_map(&m, &m.map[j],
				          model.settings.prefix == PREFIX_BIDIRECTIONAL
				                  ? m.batch.source_t
				                  : 0);
		}
		attention_maps_free(&m);
		corpus_free(&corpus);
		model_close(&model);
	}
	for (int side = 0; side < SIDES; side++)
		vocabulary_free(vocabulary[side]);
}

/* What a decoder that goes step by step leaves is put together in the right order. */
static void maps_of_a_shorter_target_are_the_first_rows(void **state)
{
	(void)state;
	for (int i = 0; i < DESIGNS; i++) {
		struct model model;
		struct corpus corpus;
		struct attention_maps all, part;

		small_model_open(&model, designs[i].json);
		made_up_corpus(&corpus, 1, SMALL_VOCABULARY, 7, 7, 3);
		attention_maps_init(&all, &model, NULL);
		attention_maps_init(&part, &model, NULL);
		attention_maps_make(&all, &corpus, 0);
		corpus.start[SIDE_TARGET][1] = 4;
		attention_maps_make(&part, &corpus, 0);
		assert_int_equal(all.maps, part.maps);
		for (int j = 0; j < part.maps; j++)
			for (int q = 0; q < part.map[j].queries; q++)
				for (int k = 0; k < part.map[j].keys; k++)
					assert_true(
						fabs((double)(part.map[j]
					                              .weight[q * part.map[j].keys +
					                                      k] -
					                      all.map[j]
					                              .weight[q * all.map[j].keys +
					                                      k])) < 1e-4);
		attention_maps_free(&all);
		attention_maps_free(&part);
		corpus_free(&corpus);
		model_close(&model);
	}
}

static double loss_of(const struct model *model, const struct corpus *corpus)
{
	const uint32_t first = 0;
	struct batch batch = { 0 };
	struct loss loss = { 0 };
	struct tape tape;

	tape_init(&tape);
	batch_fill(&batch, corpus, &first, 1);
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	model_loss(&tape, model, &batch, 0, &loss, NULL);
	batch_free(&batch);
	tape_free(&tape);
	return loss.nll;
}

/* The loss under heads by name, of two sources. */
static void losses_of(struct model *model, const char *mask, double loss[2])
{
	struct heads all, masked = { 0 };
	struct corpus corpus;
	struct error error;

	made_up_corpus(&corpus, 1, SMALL_VOCABULARY, 6, 6, 3);
	heads_of(&all, model);
	if (*mask && !heads_read(&masked, &all, mask, &error))
		fail_msg("%s", error.message);
	model->masked = masked.head;
	model->masks = masked.count;
	loss[0] = loss_of(model, &corpus);
	for (int i = 0; i < 6; i++)
		corpus.id[SIDE_SOURCE][i] = TOKEN_SPECIALS + i;
	loss[1] = loss_of(model, &corpus);
	model->masked = NULL;
	model->masks = 0;
	heads_free(&all);
	heads_free(&masked);
	corpus_free(&corpus);
}

static void without_cross_attention_the_source_does_not_count(void **state)
{
	(void)state;
	for (int i = 0; i < DESIGNS; i++) {
		double whole[2], again[2], masked[2];
		struct model model;

		small_model_open(&model, designs[i].json);
		losses_of(&model, "", whole);
		if (strstr(designs[i].heads, "cross")) {
			losses_of(&model, "cross", masked);
			assert_true(whole[0] != whole[1] && whole[0] != masked[0]);
			assert_true((masked[0] == masked[1]) == designs[i].by_attention);
		}
		losses_of(&model, "", again); /* no head masked: the same bits */
		assert_true(whole[0] == again[0] && whole[1] == again[1]);
		model_close(&model);
	}
}

static void a_masked_head_looks_at_nothing(void **state)
{
	struct model model;
	struct corpus corpus;
	struct attention_maps m;
	const struct head_place mask = { ATTENTION_DECODER, 1, 1 };

	(void)state;
	small_model_open(&model, designs[0].json);
	made_up_corpus(&corpus, 1, SMALL_VOCABULARY, 5, 5, 3);
	model.masked = &mask;
	model.masks = 1;
	attention_maps_init(&m, &model, NULL);
	attention_maps_make(&m, &corpus, 0);
	for (int i = 0; i < m.maps; i++) {
		const struct attention_map *map = &m.map[i];

		if (map->kind != mask.kind || map->layer != mask.layer || map->head != mask.head)
			check_map(&m, map, 0);
		else
			for (int j = 0; j < map->queries * map->keys; j++)
				assert_true(map->weight[j] == 0);
	}
	attention_maps_free(&m);
	corpus_free(&corpus);
	model_close(&model);
}

static void heads_are_named(void **state)
{
	static const struct {
		const char *text;
		int count; /* -1: an error that has `says` */
		const char *says;
	} cases[] = {
		{ "cross:2.1", 1, "" },
		{ "2.1", 1, "" },
		{ "encoder:1", 2, "" },
		{ "decoder", 4, "" },
		{ "decoder:1.2,2.1,cross:1", 4, "" },
		{ "cross,cross:1.1,encoder", 6, "" },
		{ "cross:3.1", -1,
		  "cross:3.1: this run has no such head; it has encoder: layer 1 with 2" },
		{ "encoder:1.1,1.3", -1, "1.3: this run has no such head" },
		{ "", -1, "KIND:LAYER.HEAD" },
		{ "cross:", -1, "KIND:LAYER.HEAD" },
		{ "cross:0.1", -1, "KIND:LAYER.HEAD" },
		{ "cross:1.1x", -1, "KIND:LAYER.HEAD" },
		{ "cross:1.", -1, "KIND:LAYER.HEAD" },
		{ "cross:1.1,", -1, "KIND:LAYER.HEAD" },
		{ "crossed", -1, "KIND:LAYER.HEAD" },
		{ "cross:99999999999999999999", -1, "no such head" },
	};
	struct model model;
	struct heads all;

	(void)state;
	small_model_open(&model, designs[0].json);
	heads_of(&all, &model);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct heads heads;
		struct error error;
		const bool whole = heads_read(&heads, &all, cases[i].text, &error);

		if (whole != (cases[i].count >= 0))
			fail_msg("%s: taken %d", cases[i].text, whole);
		if (whole)
			assert_int_equal(heads.count, cases[i].count);
		else if (!strstr(error.message, cases[i].says))
			fail_msg("%s: %s", cases[i].text, error.message);
		heads_free(&heads);
	}
	heads_free(&all);
	model_close(&model);
}

static void pictures_are_means_and_leave_the_end_out(void **state)
{
	struct model model;
	struct corpus corpus;
	struct attention_maps m;
	struct attention_picture mean, one, two, inner;

	(void)state;
	small_model_open(&model, designs[0].json);
	made_up_corpus(&corpus, 1, SMALL_VOCABULARY, 5, 5, 3);
	attention_maps_init(&m, &model, NULL);
	attention_maps_make(&m, &corpus, 0);
	attention_picture_make(&one, &m, ATTENTION_CROSS, 1, 0, true);
	attention_picture_make(&two, &m, ATTENTION_CROSS, 1, 1, true);
	attention_picture_make(&mean, &m, ATTENTION_CROSS, 1, -1, true);
	attention_picture_make(&inner, &m, ATTENTION_CROSS, 1, 0, false);
	assert_true(mean.rows == 6 && mean.columns == 6 && inner.rows == 5 && inner.columns == 5);
	for (int i = 0; i < 36; i++)
		assert_true(fabs(mean.weight[i] - (one.weight[i] + two.weight[i]) / 2) < 1e-9);
	for (int r = 0; r < 5; r++) {
		const double rest = 1 - one.weight[r * 6 + 5];

		for (int c = 0; c < 5; c++)
			assert_true(fabs(inner.weight[r * 5 + c] * rest - one.weight[r * 6 + c]) <
			            1e-6);
	}
	attention_picture_free(&one);
	attention_picture_free(&two);
	attention_picture_free(&mean);
	attention_picture_free(&inner);
	attention_maps_free(&m);
	corpus_free(&corpus);
	model_close(&model);
}

/* Columns of the widest line, colours not counted; no control character may be left. */
static int widest(const char *text)
{
	int columns = 0, most = 0;

	while (*text) {
		utf8proc_int32_t c;

		if (!strncmp(text, "\033[", 2)) {
			text += strcspn(text, "m") + 1;
			continue;
		}
		text += utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
		if (c != '\n' && (c < 32 || c == 127))
			fail_msg("control character %d", c);
		columns = c == '\n' ? 0 : columns + utf8proc_charwidth(c);
		most = columns > most ? columns : most;
	}
	return most;
}

static void maps_fit_the_terminal(void **state)
{
	static const char *const label[] = {
		"s1",   "\033[31mred\a",      "longest-of-all-tokens-here",
		"漢字", "e\314\201t\303\251", "</s>"
	};
	enum { MOST = 60 };
	const char *name[MOST];
	double weight[MOST * MOST];

	(void)state;
	for (int i = 0; i < MOST; i++)
		name[i] = label[i % 6];
	for (int i = 0; i < MOST * MOST; i++)
		weight[i] = i % 11 / 10.0;
	for (int columns = 20; columns <= 200; columns += 45)
		for (int n = 1; n <= MOST; n += 7)
			for (int colours = COLOURS_NONE; colours <= COLOURS_TRUE; colours++) {
				const struct terminal terminal = { columns, (enum colours)colours };
				const struct attention_picture p = { 3, n, name, name, weight };
				char *text;
				size_t size;
				FILE *out = open_memstream(&text, &size);

				attend_map_draw(out, &p, &terminal);
				fclose(out);
				if (columns > 60 && widest(text) > columns)
					fail_msg("%d columns of %d:\n%s", widest(text), columns,
					         text);
				assert_true(widest(text) >= n * 2 ||
				            columns < n * 2 + columns / 4 + 1);
				assert_int_equal(colours != COLOURS_NONE,
				                 strstr(text, "\033[48") != NULL);
				free(text);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_have_the_heads_of_their_settings),
		cmocka_unit_test(weights_of_a_query_add_up_to_one),
		cmocka_unit_test(maps_of_a_shorter_target_are_the_first_rows),
		cmocka_unit_test(without_cross_attention_the_source_does_not_count),
		cmocka_unit_test(a_masked_head_looks_at_nothing),
		cmocka_unit_test(heads_are_named),
		cmocka_unit_test(pictures_are_means_and_leave_the_end_out),
		cmocka_unit_test(maps_fit_the_terminal),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
