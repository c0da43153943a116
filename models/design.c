/* design.c - what a contestant is made of, and the rules between its settings. */
#include "models/design.h"
#include "models/architecture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void body_default(struct body *body, const struct architecture *a)
{
	struct error error;

	*body = (struct body){ .architecture = a, .settings = memory_new(1, a->settings_size) };
	settings_default(a->settings, body->settings);
	settings_default(layer_settings_table, &body->layer);
	for (const char *const *d = a->defaults; *d; d += 2) {
		const struct setting *s = setting_find(layer_settings_table, d[0]);

		if (!s || !setting_read(s, &body->layer, d[1], &error))
			panic("%s: default %s = %s", a->name, d[0], d[1]);
	}
}

void body_copy(struct body *to, const struct body *from)
{
	*to = *from;
	to->settings = memory_new(1, from->architecture->settings_size);
	memcpy(to->settings, from->settings, from->architecture->settings_size);
}

void body_free(struct body *body)
{
	free(body->settings);
	*body = (struct body){ 0 };
}

static bool same(const struct setting *table, const void *a, const void *b)
{
	for (const struct setting *s = table; s->name; s++) {
		char x[SETTING_TEXT_SIZE], y[SETTING_TEXT_SIZE];

		setting_write(s, a, x);
		setting_write(s, b, y);
		if (strcmp(x, y))
			return false;
	}
	return true;
}

bool body_equal(const struct body *a, const struct body *b)
{
	return a->architecture == b->architecture &&
	       same(layer_settings_table, &a->layer, &b->layer) &&
	       same(a->architecture->settings, a->settings, b->settings);
}

void design_default(struct design *design, const struct architecture *a)
{
	settings_default(model_settings_table, &design->model);
	for (int side = 0; side < SIDES; side++)
		body_default(&design->side[side], a);
}

void design_copy(struct design *to, const struct design *from)
{
	to->model = from->model;
	for (int side = 0; side < SIDES; side++)
		body_copy(&to->side[side], &from->side[side]);
}

void design_free(struct design *design)
{
	for (int side = 0; side < SIDES; side++)
		body_free(&design->side[side]);
}

void design_name(const struct design *design, char name[64])
{
	const struct architecture *const a = design->side[SIDE_SOURCE].architecture;
	const struct architecture *const b = design->side[SIDE_TARGET].architecture;

	if (a == b)
		snprintf(name, 64, "%s", a->name);
	else
		snprintf(name, 64, "%s-%s", a->name, b->name);
}

int design_width(const struct design *design, int side)
{
	return design->side[side].architecture->width(design, side);
}

/* ConvS2S's form of attention adds embeddings to states. */
static bool check_embeddings(const struct design *design, struct error *error)
{
	const long width = design->model.width;
	int c;

	if (!design->side[SIDE_TARGET].layer.attend_embeddings)
		return true;
	for (int side = 0; side < SIDES; side++)
		if ((c = design_width(design, side)) != width)
			return error_set(error,
			                 "attend_embeddings = true: adds embeddings of width = %ld "
			                 "to the %s's states, which have %d channels; make them "
			                 "alike",
			                 width, side == SIDE_SOURCE ? "encoder" : "decoder", c);
	return true;
}

bool design_check(const struct design *design, int *side, struct error *error)
{
	for (*side = 0; *side < SIDES; ++*side)
		if (!design->side[*side].architecture->check(design, *side, error))
			return false;
	*side = SIDE_TARGET;
	return check_embeddings(design, error);
}
