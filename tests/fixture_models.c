/* fixture_models.c - reference values of PyTorch: Transformer layers, and whole models through the
 * registered architectures with every gradient. */
#include "core/error.h"
#include "models/model.h"
#include "tests/fixture.h"
#include "tests/fixture_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the names of PyTorch's parameters become ours. */
struct name_rule {
	const char *theirs, *ours;
};

/* One of our parameters is made of rows of one of theirs, or of the sum of two. */
struct source {
	char name[96], second[96]; /* second: "" or a tensor that is added */
	int first;                 /* row at which ours begins */
};

static void set(struct source *s, const char *name, const char *second, int first)
{
	snprintf(s->name, sizeof s->name, "%s", name);
	snprintf(s->second, sizeof s->second, "%s", second);
	s->first = first;
}

/* "encoder.bias_l0_reverse" -> "encoder.bias_ih_l0_reverse" and "...bias_hh...". */
static bool lstm_bias(const char *ours, struct source *s)
{
	const char *at = strstr(ours, ".bias_l");
	char a[96], b[96];

	if (!at)
		return false;
	snprintf(a, sizeof a, "%.*s.bias_ih_l%s", (int)(at - ours), ours, at + 7);
	snprintf(b, sizeof b, "%.*s.bias_hh_l%s", (int)(at - ours), ours, at + 7);
	set(s, a, b, 0);
	return true;
}

/* Cross-attention's in_proj is two parameters here: queries, and keys with values. */
static bool cross_projection(const char *ours, int d, struct source *s)
{
	static const char *const part[] = { "q_proj_", "kv_proj_" };

	for (int i = 0; i < 2; i++) {
		const char *at = strstr(ours, part[i]);
		char name[96];

		if (!at)
			continue;
		snprintf(name, sizeof name, "%.*sin_proj_%s", (int)(at - ours), ours,
		         at + strlen(part[i]));
		set(s, name, "", i ? d : 0);
		return true;
	}
	return false;
}

static struct source source_of(const char *ours, int d)
{
	static const struct name_rule rules[] = {
		{ "U", "attention.key.weight" },
		{ "W", "attention.query.weight" },
		{ "v", "attention.v" },
		{ "bridge.weight", "bridge.weight" },
	};
	struct source s;

	if (lstm_bias(ours, &s) || cross_projection(ours, d, &s))
		return s;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (!strcmp(rules[i].ours, ours)) {
			set(&s, rules[i].theirs, "", 0);
			return s;
		}
	set(&s, ours, "", 0);
	return s;
}

/* The general score has one matrix W, which is ours for the keys. */
static struct source fit(const struct fixture *f, const char *ours, int d)
{
	struct source s = source_of(ours, d);

	if (!fixture_has(f, s.name) && !strcmp(ours, "attention.key.weight"))
		set(&s, "W", "", 0);
	return s;
}

static size_t place(const struct tensor *t, size_t i)
{
	const size_t inner = t->dimensions == 3 ? t->shape[1] : 1,
		     taps = t->dimensions == 3 ? t->shape[2] : 1;

	return i / (inner * taps) * inner * taps + i % taps * inner + i / taps % inner;
}

static size_t offset_of(const struct tensor *t, int first)
{
	return (size_t)first * (t->dimensions == 1 ? 1 : t->count / t->shape[0]);
}

static const struct tensor *need(const struct fixture *f, const char *name)
{
	const struct tensor *t = safetensors_find(&f->file, name);

	if (!t)
		panic("fixture: no tensor %s", name);
	return t;
}

static void load(const struct fixture *f, struct model *model, int d)
{
	parameters_start(&model->parameters, 0);
	for (int i = 0; i < model->parameters.count; i++) {
		const struct parameter *p = &model->parameters.list[i];
		const struct source s = fit(f, p->name, d);
		const struct tensor *t = need(f, s.name),
				    *add = s.second[0] ? need(f, s.second) : NULL;
		const size_t n = (size_t)p->rows * (size_t)p->columns, at = offset_of(t, s.first);
		real *x = model->parameters.x + p->offset;

		for (size_t j = 0; j < n; j++)
			x[place(t, j)] = (real)(tensor_number(t, at + j) +
			                        (add ? tensor_number(add, at + j) : 0));
	}
}

/* Every gradient of the file against ours, put together where one of theirs is several of ours. */
static void compare_gradients(struct fixture *f, const struct model *model, const real *gradient,
                              int d)
{
	for (size_t i = 0; i < f->file.count; i++) {
		const struct tensor *want = &f->file.list[i];
		real *got;
		bool known = false;

		if (strncmp(want->name, "grad.", 5))
			continue;
		got = memory_new(want->count, sizeof *got);
		for (int j = 0; j < model->parameters.count; j++) {
			const struct parameter *p = &model->parameters.list[j];
			const struct source s = fit(f, p->name, d);
			const size_t n = (size_t)p->rows * (size_t)p->columns;

			if (strcmp(s.name, want->name + 5) && strcmp(s.second, want->name + 5))
				continue;
			known = true;
			for (size_t k = 0; k < n; k++)
				got[offset_of(want, s.first) + k] =
					gradient[p->offset + place(want, k)];
		}
		fixture_compare(f, want->name, known ? want->count : 0, got);
		free(got);
	}
}

static void settings_text(struct fixture *f, char *text, size_t size)
{
	const char *make = fixture_word(f, "make", "?");
	const int d = (int)fixture_number(f, "d", 0);

	if (!strcmp(make, "Rnn"))
		snprintf(text, size,
		         "rnn width=%d hidden=%d tied=none encoder_layers=1 decoder_layers=1 "
		         "attention=%s",
		         d, (int)fixture_number(f, "h", 0), fixture_word(f, "score", "?"));
	else if (!strcmp(make, "Cnn"))
		snprintf(text, size,
		         "cnn width=%d kernel=%d tied=none encoder_layers=%d decoder_layers=%d", d,
		         (int)fixture_number(f, "k", 0), (int)fixture_number(f, "blocks", 0),
		         (int)fixture_number(f, "blocks", 0));
	else if (!strcmp(make, "Transformer"))
		snprintf(text, size,
		         "transformer width=%d tied=target heads=%d feed_forward=%d "
		         "encoder_layers=%d "
		         "decoder_layers=%d norm=%s activation=%s",
		         d, (int)fixture_number(f, "heads", 1), (int)fixture_number(f, "ff", 0),
		         (int)fixture_number(f, "layers", 0), (int)fixture_number(f, "layers", 0),
		         fixture_true(f, "pre") ? "pre" : "post", fixture_word(f, "act", "relu"));
	else
		snprintf(f->missing, sizeof f->missing, "model %.60s", make);
}

/* "rnn key=value ..." as a model; longest: its learned positions. */
static bool open_model(struct fixture *f, struct model *model, char *text, int vocabulary,
                       int longest)
{
	const int vocabularies[SIDES] = { vocabulary, vocabulary };
	struct error error = { "" };
	char *save, *word = strtok_r(text, " ", &save);
	struct design design;
	bool opened = true;

	design_default(&design, architecture_find(word));
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		for (int side = 0; side < SIDES; side++) {
			struct body *body = &design.side[side];
			const struct setting *s;

			if ((s = setting_find(body->architecture->settings, word)))
				opened = opened && setting_read(s, body->settings, value, &error);
			else if ((s = setting_find(layer_settings_table, word)))
				opened = opened && setting_read(s, &body->layer, value, &error);
			else
				opened = opened &&
				         setting_read(setting_find(model_settings_table, word),
				                      &design.model, value, &error);
		}
	}
	design.model.dropout = 0;
	opened = opened && model_open(model, &design, vocabularies, true, longest, &error);
	if (!opened)
		snprintf(f->missing, sizeof f->missing, "%.90s", error.message);
	design_free(&design);
	return opened;
}

/* As many positions as the file has learned ones, or steps. */
static int longest_of(const struct fixture *f)
{
	const char *const name[] = { "source_position.weight", "source", "target" };
	size_t longest = 0;

	if (fixture_has(f, name[0]))
		return (int)need(f, name[0])->shape[0];
	for (int i = 1; i < 3; i++)
		if (need(f, name[i])->shape[1] > longest)
			longest = need(f, name[i])->shape[1];
	return (int)longest;
}

static void model_case(struct fixture *f)
{
	const int v = (int)fixture_number(f, "V", 0), d = (int)fixture_number(f, "d", 0);
	struct batch batch = { 0 };
	struct memory memory;
	struct model model;
	struct loss loss = { 0 };
	struct var *h, *logits;
	real *gradient, total;
	char text[256];

	settings_text(f, text, sizeof text);
	if (f->missing[0] || !open_model(f, &model, text, v, longest_of(f)))
		return;
	load(f, &model, d);
	gradient = memory_new(model.parameters.size, sizeof *gradient);
	tape_begin(&f->tape, &model.parameters, gradient, true, 0);
	batch.source = fixture_ids(f, "source", &batch.n, &batch.source_t);
	batch.target = fixture_ids(f, "target", &batch.n, &batch.target_t);
	batch.gold = fixture_ids(f, "y", &batch.n, &batch.target_t);
	batch.source_length = fixture_lengths(f);
	model_encode(&f->tape, &model, batch.source, batch.source_length, batch.source_t, batch.n,
	             &memory);
	h = model_decode(&f->tape, &model, &memory, batch.target, batch.target_t, batch.n, NULL);
	logits = tape_wrap(&f->tape, NULL, h->t, h->n, v,
	                   model_logits(&f->tape, &model, h, 0, var_rows(h)));
	fixture_output(f, "logits", logits);
	tape_backward(&f->tape,
	              op_cross_entropy(&f->tape, h, tape_parameter(&f->tape, model.output_weight),
	                               tape_parameter(&f->tape, model.output_bias), batch.gold, -1,
	                               smoothing_uniform(0.1, v), &loss, NULL));
	total = (real)loss.smoothed;
	fixture_compare(f, "loss", 1, &total);
	compare_gradients(f, &model, gradient, d);
	free(gradient);
	model_close(&model);
}

/* A layer is compared by way of its parts, put together as transformer.c does. */
struct parts {
	struct attention_block self, cross;
	int norm[3][2];
	struct projection linear1, linear2;
	bool pre, decoder;
	enum activation activation;
};

static struct parts parts_of(struct fixture *f)
{
	const int d = (int)fixture_number(f, "d", 0), heads = (int)fixture_number(f, "heads", 1);
	struct parts p = { .pre = fixture_true(f, "pre") };

	p.decoder = !strcmp(fixture_word(f, "kind", "?"), "decoder");
	p.activation =
		!strcmp(fixture_word(f, "act", "?"), "gelu") ? ACTIVATION_GELU : ACTIVATION_RELU;
	p.self = fixture_heads(f, "self_attn.", d, heads, false);
	if (p.decoder)
		p.cross = fixture_heads(f, "multihead_attn.", d, heads, true);
	p.linear1 = (struct projection){ fixture_parameter(f, "linear1.weight"),
		                         fixture_parameter(f, "linear1.bias") };
	p.linear2 = (struct projection){ fixture_parameter(f, "linear2.weight"),
		                         fixture_parameter(f, "linear2.bias") };
	for (int i = 0; i < (p.decoder ? 3 : 2); i++) {
		char name[32];

		snprintf(name, sizeof name, "norm%d.weight", i + 1);
		p.norm[i][0] = fixture_parameter(f, name);
		snprintf(name, sizeof name, "norm%d.bias", i + 1);
		p.norm[i][1] = fixture_parameter(f, name);
	}
	return p;
}

static struct var *norm(struct fixture *f, const struct parts *p, int i, struct var *x, bool here)
{
	if (!here)
		return x;
	return op_layer_norm(&f->tape, x, tape_parameter(&f->tape, p->norm[i][0]),
	                     tape_parameter(&f->tape, p->norm[i][1]));
}

static struct var *residual(struct fixture *f, const struct parts *p, int i, struct var *x,
                            struct var *y)
{
	return norm(f, p, i, op_add(&f->tape, x, y, 1), !p->pre);
}

static void layer_case(struct fixture *f)
{
	const struct parts p = parts_of(f);
	struct memory memory = { 0 };
	struct var *x, *y;
	int *length, last = p.decoder ? 2 : 1;

	fixture_begin(f);
	length = fixture_lengths(f);
	x = fixture_input(f, "x");
	y = attention_self(&f->tape, &p.self, norm(f, &p, 0, x, p.pre),
	                   (struct sight){ .causal = p.decoder, .length = p.decoder ? NULL : length },
	                   NULL, 0);
	x = residual(f, &p, 0, x, y);
	if (p.decoder) {
		struct var *source = fixture_input(f, "memory");

		memory.length = length;
		memory.states = memory.values = source;
		attention_remember(&f->tape, &p.cross, &memory);
		y = attention_cross(&f->tape, &p.cross, norm(f, &p, 1, x, p.pre), &memory, 0, 0);
		x = residual(f, &p, 1, x, y);
	}
	y = projection_apply(&f->tape, p.linear1, norm(f, &p, last, x, p.pre), p.activation);
	x = residual(f, &p, last, x, projection_apply(&f->tape, p.linear2, y, ACTIVATION_NONE));
	if (!p.decoder)
		x = op_dropout(&f->tape, x, 0, length);
	fixture_output(f, "out", x);
	fixture_seed(f, x, "w");
	fixture_gradients(f);
}

const struct fixture_kind fixture_kinds_models[] = {
	{ "model", model_case },
	{ "transformer_layer", layer_case },
	{ NULL, NULL },
};
