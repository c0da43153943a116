/* attend_export.c - attention maps as JSON, as one HTML page, as SVG. */
#include "cli/attend.h"
#include "cli/output.h"
#include "core/error.h"
#include "results/heatmap.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The page, line by line: one line is where the data go. */
static const char *const page[] = {
#include "cli/attend_page.inc"
};

enum { PAGE_DIGITS = 4, JSON_DIGITS = 9 };

/* Text that may be no UTF-8. */
static json_t *text(const char *s)
{
	json_t *value = json_string(s);

	return value ? value : json_string("\ufffd");
}

static json_t *labels(const char *const *label, int count)
{
	json_t *list = json_array();

	for (int i = 0; i < count; i++)
		json_array_append_new(list, text(label[i]));
	return list;
}

/* Steps of an axis that are begin or end of a sentence. */
static json_t *ends(const struct attention_axis *axis)
{
	json_t *list = json_array();

	for (int i = 0; i < axis->steps; i++)
		if (axis->token[i] == TOKEN_BEGIN || axis->token[i] == TOKEN_END)
			json_array_append_new(list, json_integer(i));
	return list;
}

static json_t *kind_to_json(const struct attention_maps *m, enum attention_kind kind,
                            const struct attention_picture *p, bool end)
{
	json_t *object = json_object();

	json_object_set_new(object, "kind", json_string(attention_kind_name(kind)));
	json_object_set_new(object, "queries", labels(p->row, p->rows));
	json_object_set_new(object, "keys", labels(p->column, p->columns));
	json_object_set_new(object, "query_ends", end ? ends(&m->query[kind]) : json_array());
	json_object_set_new(object, "key_ends", end ? ends(&m->key[kind]) : json_array());
	return object;
}

static json_t *weights_to_json(const struct attention_picture *p)
{
	json_t *rows = json_array();

	for (int r = 0; r < p->rows; r++) {
		json_t *row = json_array();

		for (int c = 0; c < p->columns; c++)
			json_array_append_new(row, json_real(p->weight[r * p->columns + c]));
		json_array_append_new(rows, row);
	}
	return rows;
}

static bool is_masked(const struct model *model, const struct attention_map *map)
{
	for (size_t i = 0; i < model->masks; i++)
		if (model->masked[i].kind == map->kind && model->masked[i].layer == map->layer &&
		    model->masked[i].head == map->head)
			return true;
	return false;
}

/* Fills kinds and maps: all, or those that were asked for. */
static void add_maps(const struct attend_pair *p, bool end, json_t *kinds, json_t *maps)
{
	int kind = -1;

	for (int i = 0; i < p->maps.maps; i++) {
		const struct attention_map *map = &p->maps.map[i];
		const struct head_place head = { map->kind, map->layer, map->head };
		struct attention_picture picture;
		json_t *object;

		if (!attend_asks_for(p->options, &head))
			continue;
		attention_picture_make(&picture, &p->maps, map->kind, map->layer, map->head, end);
		if ((int)map->kind != kind)
			json_array_append_new(kinds,
			                      kind_to_json(&p->maps, map->kind, &picture, end));
		kind = (int)map->kind;
		object = json_object();
		json_object_set_new(object, "kind", json_string(attention_kind_name(map->kind)));
		json_object_set_new(object, "layer", json_integer(map->layer + 1));
		json_object_set_new(object, "head", json_integer(map->head + 1));
		json_object_set_new(object, "masked",
		                    json_boolean(is_masked(&p->trained->model, map)));
		json_object_set_new(object, "weights", weights_to_json(&picture));
		json_array_append_new(maps, object);
		attention_picture_free(&picture);
	}
}

static json_t *masked_to_json(const struct model *model)
{
	json_t *list = json_array();

	for (size_t i = 0; i < model->masks; i++) {
		const struct head_place *m = &model->masked[i];
		char name[64];

		snprintf(name, sizeof name, "%s:%d.%d", attention_kind_name(m->kind), m->layer + 1,
		         m->head + 1);
		json_array_append_new(list, json_string(name));
	}
	return list;
}

/* `end`: maps have begin and end of sentence. */
static json_t *pair_to_json(const struct attend_pair *p, bool end)
{
	json_t *object = json_object(), *kinds = json_array(), *maps = json_array();

	add_maps(p, end, kinds, maps);
	json_object_set_new(object, "run", json_integer(p->options->run.id));
	json_object_set_new(object, "model", text(p->trained->model.name));
	json_object_set_new(object, "source", text(p->options->source));
	json_object_set_new(object, "target", text(p->target));
	json_object_set_new(object, "target_given", json_boolean(p->options->target != NULL));
	json_object_set_new(object, "decoder_only",
	                    json_boolean(model_is_decoder_only(&p->trained->model)));
	json_object_set_new(object, "end", json_boolean(!p->options->no_end));
	json_object_set_new(object, "masked", masked_to_json(&p->trained->model));
	json_object_set_new(object, "kinds", kinds);
	json_object_set_new(object, "maps", maps);
	return object;
}

static char *dump(json_t *object, int digits, FILE *out)
{
	char *dumped = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(digits) |
	                                          output_json_flags(out));

	if (!dumped)
		panic("attention maps cannot be written as JSON");
	json_decref(object);
	return dumped;
}

static void write_json(const struct attend_pair *p, FILE *out)
{
	char *dumped = dump(pair_to_json(p, !p->options->no_end), JSON_DIGITS, out);

	fputs(dumped, out);
	fputc('\n', out);
	free(dumped);
}

/* Nothing in the data may end the page's element that holds them: in JSON, < stands in strings
 * only. */
static void write_data(const struct attend_pair *p, FILE *out)
{
	char *dumped = dump(pair_to_json(p, true), PAGE_DIGITS, out);

	for (const char *c = dumped; *c; c++)
		if (*c == '<')
			fputs("\\u003c", out);
		else
			fputc(*c, out);
	fputc('\n', out);
	free(dumped);
}

static void write_page(const struct attend_pair *p, FILE *out)
{
	for (size_t i = 0; i < sizeof page / sizeof page[0]; i++)
		if (strcmp(page[i], "@DATA@\n"))
			fputs(page[i], out);
		else
			write_data(p, out);
}

static void write_svg(const struct attend_pair *p, const struct head_place *choice, FILE *out)
{
	struct attention_picture picture;
	char title[160], name[96];

	attend_name(p, choice, name, sizeof name);
	snprintf(title, sizeof title, "run %ld: %s%s", p->options->run.id, name,
	         p->options->no_end ? "; without begin and end" : "");
	attention_picture_make(&picture, &p->maps, choice->kind, choice->layer, choice->head,
	                       !p->options->no_end);
	heatmap_write_svg(out,
	                  &(struct heatmap){ title, picture.rows, picture.columns, picture.row,
	                                     picture.column, picture.weight },
	                  NULL);
	attention_picture_free(&picture);
}

bool attend_export(const struct attend_pair *p, struct error *error)
{
	const char *format = p->options->format;
	struct head_place choice;
	struct output out;

	if (!attend_choose(p, &choice, error) || !output_begin(&out, p->options->out, error))
		return false;
	if (!strcmp(format, "svg"))
		write_svg(p, &choice, out.stream);
	else if (!strcmp(format, "json"))
		write_json(p, out.stream);
	else
		write_page(p, out.stream);
	return output_end(&out, true, error);
}
