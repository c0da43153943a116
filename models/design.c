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

bool design_is_decoder_only(const struct design *design)
{
	return design->model.arrangement == ARRANGEMENT_DECODER_ONLY;
}

bool design_is_encoder_only(const struct design *design)
{
	return design->model.arrangement == ARRANGEMENT_ENCODER_ONLY;
}

bool design_has(const struct design *design, int side)
{
	return !(side == SIDE_SOURCE ? design_is_decoder_only(design)
	                             : design_is_encoder_only(design));
}

void design_arrange(struct design *design)
{
	const int side = design_is_encoder_only(design) ? SIDE_SOURCE : SIDE_TARGET;
	struct body *body = &design->side[side];
	const struct architecture *a = body->architecture;
	const char *const *name = side == SIDE_SOURCE ? a->only[SIDE_TARGET] : a->of_encoder;
	struct error error;

	if (design_has(design, !side))
		return;
	for (; name && *name; name++) {
		const struct setting *s = setting_find(a->settings, *name);

		if (!s || !setting_read(s, body->settings, s->standard, &error))
			panic("%s: no setting %s", a->name, *name);
	}
	body->layer.attention = ATTEND_NONE;
	body->layer.attention_layers = ATTENTION_ALL;
	body->layer.attend_embeddings = false;
	if (side == SIDE_SOURCE)
		design->model.tied = TIED_NONE;
	body_free(&design->side[!side]);
	body_copy(&design->side[!side], body);
}

int design_width(const struct design *design, int side)
{
	return design->side[side].architecture->width(design, side);
}

static bool check_no_heads(const struct layer_settings *s, struct error *error)
{
	const char *key = s->key_width     ? "key_width"
	                  : s->value_width ? "value_width"
	                  : s->key_heads   ? "key_heads"
	                                   : NULL;

	if (!key || s->self_attention != ATTEND_NONE)
		return true;
	return error_set(error,
	                 "%s: is about heads of projections, and one head attends to the encoder's "
	                 "states as they are; leave it out, or set heads: 2 or more",
	                 key);
}

bool design_check_states(const struct design *design, const char *key, struct error *error)
{
	const struct layer_settings *s = &design->side[SIDE_TARGET].layer;
	const int own = design_width(design, SIDE_TARGET);
	const int theirs = design_width(design, SIDE_SOURCE);

	if (s->attention == ATTEND_NONE || s->heads > 1)
		return true;
	if (!check_no_heads(s, error))
		return false;
	if (own == theirs || s->attention == ATTEND_GENERAL || s->attention == ATTEND_ADDITIVE)
		return true;
	return error_set(error,
	                 "%s = %d: the encoder's states have %d channels, and one head's dot "
	                 "product needs as many; make them alike, or set attention: general or "
	                 "several heads",
	                 key, own, theirs);
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

static bool check_prefix(const struct design *design, struct error *error)
{
	if (design->model.prefix == PREFIX_CAUSAL)
		return true;
	if (!design_is_decoder_only(design))
		return error_set(error,
		                 design->model.prefix == PREFIX_NONE
		                         ? "prefix = none: is about arrangement: decoder-only; "
		                           "an encoder needs a source"
		                         : "prefix = bidirectional: is about arrangement: "
		                           "decoder-only; an encoder sees the whole source as it "
		                           "is");
	if (design->model.prefix == PREFIX_NONE)
		return true;
	if (design->side[SIDE_TARGET].layer.self_attention == ATTEND_NONE)
		return error_set(error, "prefix = bidirectional: needs self-attention, which these "
		                        "layers do not have; set self_attention: scaled-dot, or "
		                        "prefix: causal");
	return true;
}

static bool check_pooling(const struct design *design, struct error *error)
{
	if (design->model.pooling == POOLING_MEAN || design_is_encoder_only(design))
		return true;
	return error_set(error, "pooling = %s: is about arrangement: encoder-only; leave it out",
	                 design->model.pooling == POOLING_LAST ? "last" : "none");
}

bool design_check(const struct design *design, int *side, struct error *error)
{
	*side = SIDE_TARGET;
	if (!check_prefix(design, error) || !check_pooling(design, error))
		return false;
	for (*side = 0; *side < SIDES; ++*side)
		if (design_has(design, *side) &&
		    !design->side[*side].architecture->check(design, *side, error))
			return false;
	*side = SIDE_TARGET;
	return !design_has(design, SIDE_SOURCE) || !design_has(design, SIDE_TARGET) ||
	       check_embeddings(design, error);
}
