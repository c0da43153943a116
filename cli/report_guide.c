/* report_guide.c - what a report needs of models: what a run's settings cost, and what it
 * looks at. */
#include "cli/report_guide.h"

#include "cli/pictures.h"
#include "core/gemm.h"
#include "data/picture_image.h"
#include "eval/attention.h"
#include "eval/picture_score.h"
#include "experiments/spec.h"
#include "experiments/standard.h"
#include "experiments/trial.h"
#include "models/architecture.h"
#include "models/explain.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The complexity of a layer of a side, as table 1 of Vaswani 2017 has it. */
static const char *complexity_of(const struct body *body)
{
	const bool attends = body->layer.self_attention != ATTEND_NONE;
	const bool restricted = body->layer.window > 0 || body->layer.block > 0;

	if (!strcmp(body->architecture->name, "rnn"))
		return attends ? "n·d² + n²·d" : "n·d²";
	if (!strcmp(body->architecture->name, "cnn"))
		return attends ? "k·n·d² + n²·d" : "k·n·d²";
	return restricted ? "r·n·d + n·d²" : "n²·d + n·d²";
}

/* Does without a design that this version of the program does not build. */
static void predict_model(const struct contestant *c, struct report_prediction *p)
{
	static const int vocabulary[SIDES] = { 8, 8 }; /* the bodies do not depend on it */
	const char *formula[SIDES];
	struct explanation e;
	struct model model;
	struct error error;

	if (!model_open(&model, &c->design, vocabulary, true, 2 * REPORT_LENGTH, &error))
		return;
	parameters_start(&model.parameters, 1);
	explain_model(&e, &model, REPORT_LENGTH, REPORT_LENGTH);
	for (int side = 0; side < SIDES; side++) {
		p->has[side] = e.has[side];
		p->sequential[side] = e.side[side].sequential;
		p->path[side] = e.path[side].apart ? (double)NAN : e.path[side].longest;
		formula[side] = complexity_of(&c->design.side[side]);
	}
	explanation_free(&e);
	if (!p->has[SIDE_SOURCE] || !p->has[SIDE_TARGET] ||
	    !strcmp(formula[SIDE_SOURCE], formula[SIDE_TARGET]))
		snprintf(p->complexity, sizeof p->complexity, "%s",
		         formula[p->has[SIDE_SOURCE] ? SIDE_SOURCE : SIDE_TARGET]);
	else
		snprintf(p->complexity, sizeof p->complexity, "%s / %s", formula[SIDE_SOURCE],
		         formula[SIDE_TARGET]);
	model_close(&model);
}

static bool predict(void *context, long run, struct report_prediction *p, struct error *error)
{
	struct contestant contestant = { 0 };
	struct run_record record;
	struct error other; /* of settings that this version of the program does not read */
	json_t *settings;

	if (!gemm_init(error) || !database_run_read(context, run, &record, error))
		return false;
	settings = json_loads(record.settings, 0, NULL);
	if (settings && contestant_from_json(&contestant, settings, &other))
		predict_model(&contestant, p);
	contestant_free(&contestant);
	json_decref(settings);
	run_record_free(&record);
	return true;
}

/* Pieces that begin a word without SentencePiece's mark of it, and the others behind a dot; tokens
 * as they are where none has the mark. */
static char **copy_labels(const char **label, int count)
{
	static const char mark[] = "▁";
	char **copy = memory_new((size_t)count + 1, sizeof *copy);
	bool marked = false;

	for (int i = 0; i < count; i++)
		marked |= !strncmp(label[i], mark, sizeof mark - 1);
	for (int i = 0; i < count; i++) {
		const bool begins = !strncmp(label[i], mark, sizeof mark - 1);
		const char *text =
			begins && label[i][sizeof mark - 1] ? label[i] + sizeof mark - 1 : label[i];

		if (asprintf(&copy[i], "%s%s", marked && !begins ? "·" : "", text) < 0)
			memory_die(0);
	}
	return copy;
}

static void copy_picture(const struct attention_picture *picture, int head, struct report_map *map)
{
	const size_t squares = (size_t)picture->rows * (size_t)picture->columns;

	if (!map->rows) {
		map->rows = picture->rows;
		map->columns = picture->columns;
		map->row = copy_labels(picture->row, map->rows);
		map->column = copy_labels(picture->column, map->columns);
		map->weight = memory_new((size_t)(1 + map->heads) * squares + 1, sizeof(double));
	}
	memcpy(map->weight + (size_t)head * squares, picture->weight, squares * sizeof(double));
}

/* The mean of the heads, and then each. */
static void copy_maps(const struct attention_maps *maps, struct report_map *map)
{
	const int layer = attention_last_layer(maps, ATTENTION_CROSS);

	if (layer < 0)
		return;
	map->heads = attention_heads(maps, ATTENTION_CROSS, layer);
	for (int head = 0; head <= map->heads; head++) {
		struct attention_picture picture;

		attention_picture_make(&picture, maps, ATTENTION_CROSS, layer, head - 1, false);
		if (picture.rows && picture.columns)
			copy_picture(&picture, head, map);
		attention_picture_free(&picture);
	}
}

static void look(const struct trained *t, const char *source, const char *target,
                 struct report_map *map)
{
	char *pair[SIDES] = { memory_text(source), memory_text(target) };
	struct attention_maps maps;
	struct corpus corpus;

	corpus_of_lines(&corpus, t->vocabulary, &pair[SIDE_SOURCE], &pair[SIDE_TARGET], 1,
	                t->longest);
	attention_maps_init(&maps, &t->model, t->vocabulary);
	attention_maps_make(&maps, &corpus, 0);
	copy_maps(&maps, map);
	attention_maps_free(&maps);
	corpus_free(&corpus);
	for (int side = 0; side < SIDES; side++)
		free(pair[side]);
}

static bool attend(void *context, long run, const char *source, const char *target,
                   struct report_map *map, struct error *error)
{
	struct trained trained;

	if (!gemm_init(error))
		return false;
	if (!trained_open(&trained, context, run, error))
		return trained_is_gone(context, run) ||
		       error_prefix(error, "the attention of run %ld", run);
	if (model_has_source(&trained.model))
		look(&trained, source, target, map);
	trained_close(&trained);
	return true;
}

static bool picture(void *context, const char *text, const char *caption, struct report_picture *p)
{
	const struct facts wanted = picture_facts_of_caption(caption);
	struct picture_tally tally = { { 0 }, { 0 } };
	char says[CAPTION_SIZE];
	struct picture drawn;
	struct facts facts;
	struct image image;
	struct error error;

	(void)context;
	if (!picture_read(&drawn, text, &error))
		return false;
	facts = picture_facts(&drawn);
	picture_tally_add(&tally, &wanted, &facts);
	picture_say(&facts, says);
	picture_image(&image, &drawn, 1, 1, 1);
	*p = (struct report_picture){ .right = wanted.objects && tally.right[PICTURE_WHOLE],
		                      .says = memory_text(says) };
	p->png = image_png(&image, &p->bytes);
	image_free(&image);
	return true;
}

/* As describing is scored. */
static bool agree(void *context, const char *caption, const char *wanted)
{
	const struct facts asked = picture_facts_of_caption(wanted);
	const struct facts said = picture_facts_of_caption(caption);
	struct picture_tally tally = { { 0 }, { 0 } };

	(void)context;
	picture_tally_add(&tally, &asked, &said);
	return asked.objects && tally.right[PICTURE_WHOLE];
}

struct report_guide report_guide(struct database *database)
{
	return (struct report_guide){ .is_default = standard_is, .context = database, .predict = predict, .attend = attend, .picture = picture, .agree = agree };
}
