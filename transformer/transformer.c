/* transformer.c - attention alone: Vaswani et al. 2017, "Attention Is All You Need". */
#include "core/segment.h"
#include "models/attention.h"
#include "models/model.h"

#include <math.h>
#include <stdio.h>

enum norm_place { NORM_PRE, NORM_POST };

struct transformer_settings {
	long heads, feed_forward, encoder_layers, decoder_layers;
	int norm;       /* enum norm_place */
	int activation; /* index in the table's words */
	double attention_dropout;
};

#define S struct transformer_settings
static const struct setting settings_table[] = {
	SETTING_OF_INT(S, heads, "heads", "4", 1, 1024,
	               "attention heads, each of width / heads channels"),
	SETTING_OF_INT(S, feed_forward, "feed_forward", "512", 1, 262144,
	               "channels inside the feed-forward block (d_ff)"),
	SETTING_OF_INT(S, encoder_layers, "encoder_layers", "3", 1, 48, "layers of the encoder"),
	SETTING_OF_INT(S, decoder_layers, "decoder_layers", "3", 1, 48, "layers of the decoder"),
	SETTING_OF_WORD(S, norm, "norm", "pre", "pre|post",
	                "layer norm before each block (trains easily) or after it (as published)"),
	SETTING_OF_WORD(S, activation, "activation", "relu", "relu|gelu",
	                "of the feed-forward block"),
	SETTING_OF_REAL(S, attention_dropout, "attention_dropout", "0", 0, 0.95,
			"share of attention weights set to zero in training"),
	{ .name = NULL },
};
#undef S

struct norm {
	int gain, bias;
};

struct layer {
	struct attention_block self, cross; /* cross: decoder only */
	struct norm norm[3]; /* of self-attention, (decoder) cross-attention, feed-forward */
	struct projection linear1, linear2;
};

struct stack {
	int layers;
	struct norm last; /* pre-norm only */
	struct layer layer[];
};

static bool check(const void *settings, const struct model_settings *model, struct error *error)
{
	const struct transformer_settings *s = settings;

	if (model->width % s->heads)
		return error_set(error, "heads = %ld: must divide width = %ld", s->heads,
		                 model->width);
	return true;
}

static struct norm norm_add(struct parameters *all, int d, const char *name)
{
	struct norm norm;

	norm.gain = parameter_add(all, 1, d, START_CONSTANT, 1, "%s.weight", name);
	norm.bias = parameter_add(all, 1, d, START_CONSTANT, 0, "%s.bias", name);
	return norm;
}

static void layer_build(struct model *model, const struct transformer_settings *s, int side,
                        int number, struct layer *layer)
{
	struct parameters *all = &model->parameters;
	const int d = (int)model->settings.width, ff = (int)s->feed_forward;
	const char *prefix = side == SIDE_SOURCE ? "encoder" : "decoder";
	char name[64];

	snprintf(name, sizeof name, "%s.%d.self_attn", prefix, number);
	layer->self = attention_block_self(all, d, (int)s->heads, name);
	if (side == SIDE_TARGET) {
		snprintf(name, sizeof name, "%s.%d.multihead_attn", prefix, number);
		layer->cross = attention_block_cross(all, d, (int)s->heads, name);
	}
	layer->linear1 = projection_add(all, ff, d, true, "%s.%d.linear1.", prefix, number);
	layer->linear2 = projection_add(all, d, ff, true, "%s.%d.linear2.", prefix, number);
	for (int i = 0; i < (side == SIDE_TARGET ? 3 : 2); i++) {
		snprintf(name, sizeof name, "%s.%d.norm%d", prefix, number, i + 1);
		layer->norm[i] = norm_add(all, d, name);
	}
}

static void build(struct model *model, const void *settings, int side)
{
	const struct transformer_settings *s = settings;
	const int layers = (int)(side == SIDE_SOURCE ? s->encoder_layers : s->decoder_layers);
	struct stack *stack = memory_new(1, sizeof *stack + (size_t)layers * sizeof *stack->layer);

	model->side[side].layout = stack;
	model->side[side].embedding.scaled = true;
	model->side[side].embedding.positions = POSITIONS_SINUSOIDAL;
	model->side[side].embedding.deviation = 1 / sqrt((double)model->settings.width);
	model->output_width = (int)model->settings.width;
	stack->layers = layers;
	for (int i = 0; i < layers; i++)
		layer_build(model, s, side, i, &stack->layer[i]);
	if (s->norm == NORM_PRE)
		stack->last = norm_add(&model->parameters, (int)model->settings.width,
		                       side == SIDE_SOURCE ? "encoder_norm" : "decoder_norm");
}

static struct var *normalise(struct tape *tape, struct norm norm, struct var *x)
{
	return op_layer_norm(tape, x, tape_parameter(tape, norm.gain),
	                     tape_parameter(tape, norm.bias));
}

/* What each block of a layer is applied to, and what its result becomes. */
static struct var *block_input(struct tape *tape, const struct model *model, struct norm norm,
                               struct var *x)
{
	const struct transformer_settings *s = model->body;

	return s->norm == NORM_PRE ? normalise(tape, norm, x) : x;
}

static struct var *block_output(struct tape *tape, const struct model *model, struct norm norm,
                                struct var *x, struct var *fx)
{
	const struct transformer_settings *s = model->body;
	struct var *y = op_residual(tape, x, fx, model->settings.dropout, 1);

	return s->norm == NORM_PRE ? y : normalise(tape, norm, y);
}

static struct var *feed_forward(struct tape *tape, const struct model *model,
                                const struct layer *layer, struct norm norm, struct var *x)
{
	const struct transformer_settings *s = model->body;
	struct var *y = block_input(tape, model, norm, x);

	y = projection_apply(tape, layer->linear1, y,
	                     s->activation ? ACTIVATION_GELU : ACTIVATION_RELU);
	y = projection_apply(tape, layer->linear2, y, ACTIVATION_NONE);
	return block_output(tape, model, norm, x, y);
}

static struct var *self_block(struct tape *tape, const struct model *model,
                              const struct layer *layer, struct var *x, const int *length,
                              bool causal, struct carry *carry, int i)
{
	const struct transformer_settings *s = model->body;
	struct var *y = block_input(tape, model, layer->norm[0], x);

	y = attention_self(tape, &layer->self, y, length, causal, carry, s->attention_dropout, i);
	return block_output(tape, model, layer->norm[0], x, y);
}

static struct var *last_norm(struct tape *tape, const struct model *model,
                             const struct stack *stack, struct var *x)
{
	const struct transformer_settings *s = model->body;

	return s->norm == NORM_PRE ? normalise(tape, stack->last, x) : x;
}

/* One layer as a segment. */
struct layer_run {
	const struct model *model;
	const struct layer *layer;
	const struct memory *memory;
	struct var *x;
	struct carry *carry;
	int number;
};

static void encode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	struct var *x = self_block(tape, run->model, run->layer, run->x, run->memory->length, false,
	                           NULL, run->number);

	*result = feed_forward(tape, run->model, run->layer, run->layer->norm[1], x);
}

static void encode(struct tape *tape, const struct model *model, struct var *x,
                   struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_SOURCE].layout;

	for (int i = 0; i < stack->layers; i++) {
		const struct layer_run run = { model, &stack->layer[i], memory, x, NULL, i };

		tape_segment(tape, encode_layer, &run, sizeof run, &x, 1);
	}
	memory->states = last_norm(tape, model, stack, x);
}

static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;

	for (int i = 0; i < stack->layers; i++)
		attention_remember(tape, &stack->layer[i].cross, memory->states, memory->states,
		                   memory);
}

static void decode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct model *model = run->model;
	const struct layer *layer = run->layer;
	const struct transformer_settings *s = model->body;
	struct var *y = self_block(tape, model, layer, run->x, NULL, true, run->carry, run->number);
	struct var *a = block_input(tape, model, layer->norm[1], y);

	a = attention_cross(tape, &layer->cross, a, run->memory, s->attention_dropout, run->number);
	y = block_output(tape, model, layer->norm[1], y, a);
	*result = feed_forward(tape, model, layer, layer->norm[2], y);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *y, struct carry *carry)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;

	for (int i = 0; i < stack->layers; i++) {
		const struct layer_run run = { model, &stack->layer[i], memory, y, carry, i };

		if (carry)
			decode_layer(tape, &run, &y);
		else
			tape_segment(tape, decode_layer, &run, sizeof run, &y, 1);
	}
	return last_norm(tape, model, stack, y);
}

/* Projections 4 d^2 a step and block, scores and contexts 2 d a pair of steps, feed-forward 2 d
 * d_ff a step. */
static struct cost cost(const struct model *model, int source, int target)
{
	const struct transformer_settings *s = model->body;
	const double d = (double)model->settings.width, ff = (double)s->feed_forward;
	const double encoder = source * (4 * d * d + 2 * d * ff) + 2.0 * source * source * d;
	const double self = target * (4 * d * d + 2 * d * ff) + 2.0 * target * target * d;
	const double cross = target * 2 * d * d + source * 2 * d * d + 2.0 * target * source * d;

	return (struct cost){
		.multiply_adds = (double)s->encoder_layers * encoder +
		                 (double)s->decoder_layers * (self + cross),
		.sequential = (double)(s->encoder_layers + s->decoder_layers),
		.path = 1,
	};
}

static const char *const widths[] = { "feed_forward", NULL };

extern const struct architecture architecture_transformer;
const struct architecture architecture_transformer = {
	.name = "transformer",
	.about = "attention alone, many heads, sinusoidal positions (Vaswani 2017)",
	.settings = settings_table,
	.settings_size = sizeof(struct transformer_settings),
	.widths = widths,
	.check = check,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};
