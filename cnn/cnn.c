/* cnn.c - convolutional sequence to sequence: Gehring et al. 2017 (ConvS2S). */
#include "cnn/block.h"
#include "core/error.h"
#include "core/graph.h"
#include "core/segment.h"
#include "models/joined.h"
#include "models/sublayer.h"

#include <math.h>
#include <stdio.h>

static const char *const defaults[] = {
	"encoder_layers", "6",   "decoder_layers",    "6",    "positions", "learned",
	"attention",      "dot", "attend_embeddings", "true", NULL,
};

struct layer {
	struct block block;
	struct norm norm;
	bool attends;            /* decoder: inside the block, as published */
	struct projection query; /* of the states, before the embedding is added */
	int cross_number;        /* of those layers that attend, from 0 */
	struct attention_block cross;
	struct projection context; /* of what it found, or none */
	struct sublayers more;
};

struct stack {
	int layers;
	struct norm last;
	struct projection summary; /* decoder */
	struct layer layer[];
};

static const struct cnn_settings *settings_of(const struct model *model, int side)
{
	return model->side[side].body.settings;
}

static const struct layer_settings *layer_settings_of(const struct model *model, int side)
{
	return &model->side[side].body.layer;
}

static int width(const struct design *design, int side)
{
	(void)side;
	return (int)design->model.width;
}

/* Inside the blocks, one head attends to states as they are. */
static bool attends_inside(const struct design *design)
{
	const struct cnn_settings *c = design->side[SIDE_TARGET].settings;

	return c->convolution == CONVOLUTION_GATED &&
	       design->side[SIDE_TARGET].layer.norm == NORM_NONE;
}

static bool check_context(const struct design *design, struct error *error)
{
	const struct layer_settings *s = &design->side[SIDE_TARGET].layer;

	return (attends_inside(design) && s->heads == 1 && s->attention != ATTEND_NONE) ||
	       error_set(error, "project_context = true: is about one head inside of a block "
	                        "(convolution: gated, norm: none); elsewhere contexts are "
	                        "projected as it is");
}

static bool check(const struct design *design, int side, struct error *error)
{
	const struct cnn_settings *s = design->side[side].settings;

	if (!block_check(design, side, error))
		return false;
	if (side == SIDE_TARGET && s->project_context && !check_context(design, error))
		return false;
	if (side == SIDE_TARGET && attends_inside(design) &&
	    !design_check_states(design, "width", error))
		return false;
	return layer_settings_check(&design->side[side].layer, side, design->model.width, "width",
	                            error);
}

static void attention_add(struct model *model, int number, struct layer *layer)
{
	const struct layer_settings *s = layer_settings_of(model, SIDE_TARGET);
	struct parameters *all = &model->parameters;
	const int d = (int)model->settings.width;
	char name[64];

	snprintf(name, sizeof name, "attention.%d", number);
	layer->attends = layer_attends(s, SIDE_TARGET, number);
	layer->context = NO_PROJECTION;
	if (!layer->attends)
		return;
	layer->cross_number = s->attention_layers == ATTENTION_ALL ? number : 0;
	layer->query = projection_add(all, d, d, true, "%s.", name);
	layer->cross = attention_block_states(all, s, d, model->memory_width, name);
	layer->cross.scale_by_length = true;
	if (settings_of(model, SIDE_TARGET)->project_context)
		layer->context =
			projection_add(all, d, model->memory_width, true, "%s.context.", name);
}

/* Whether attention is inside the blocks, and residuals are scaled: ConvS2S as published. */
static bool is_published(const struct model *model, int side)
{
	return layer_settings_of(model, side)->norm == NORM_NONE &&
	       settings_of(model, side)->convolution == CONVOLUTION_GATED;
}

static void layer_build(struct model *model, int side, int number, struct layer *layer)
{
	const bool plain = is_published(model, side);
	const int d = (int)model->settings.width;
	char name[64];

	layer->block = block_add(model, side, number);
	snprintf(name, sizeof name, "%s.%d.norm0", side == SIDE_SOURCE ? "encoder" : "decoder",
	         number);
	layer->norm = NO_NORM;
	/* ByteNet's block starts with a norm of its own. */
	if (settings_of(model, side)->convolution != CONVOLUTION_BYTENET ||
	    layer_settings_of(model, side)->norm != NORM_PRE)
		layer->norm = norm_add(model, side, d, name);
	if (side == SIDE_TARGET && plain)
		attention_add(model, number, layer);
	layer->more = sublayers_add(model, side, number, d, !plain);
}

static void build(struct model *model, int side)
{
	const struct layer_settings *s = layer_settings_of(model, side);
	const int layers = layers_of(s, side), d = (int)model->settings.width;
	struct stack *stack = memory_new(1, sizeof *stack + (size_t)layers * sizeof *stack->layer);

	model->side[side].layout = stack;
	if (is_published(model, side))
		model->side[side].residual_scale = (real)M_SQRT1_2;
	if (side == SIDE_TARGET)
		model->output_width = d;
	stack->summary = NO_PROJECTION;
	if (side == SIDE_TARGET)
		stack->summary = summary_add(model, d);
	stack->layers = layers;
	for (int i = 0; i < layers; i++)
		if (i && s->share_layers) {
			stack->layer[i] = stack->layer[0];
			stack->layer[i].block.dilation =
				(int)ints_at(&settings_of(model, side)->dilation, i);
		} else {
			layer_build(model, side, i, &stack->layer[i]);
		}
	stack->last = last_norm_add(model, side, d);
}

/* One block as a segment. */
struct block_run {
	const struct model *model;
	const struct layer *layer;
	const struct memory *memory;
	struct var *x, *g; /* g: decoder only, the target embedding */
	struct carry *carry;
	int number;
};

/* As published: of what a block reads, and not of what it adds. */
static double input_dropout(const struct model *model, int side)
{
	return is_published(model, side) ? model->settings.dropout : 0;
}

static struct var *block_input(struct tape *tape, const struct block_run *run, int side)
{
	return sublayer_input(tape, run->model, side, run->layer->norm, run->x);
}

static struct var *block_output(struct tape *tape, const struct block_run *run, int side,
                                struct var *y)
{
	if (is_published(run->model, side))
		return op_residual(tape, run->x, y, 0, (real)M_SQRT1_2);
	y = sublayer_output(tape, run->model, side, run->layer->norm, run->x, y);
	if (settings_of(run->model, side)->convolution == CONVOLUTION_TCN)
		y = op_activation(tape, y, ACTIVATION_RELU);
	return y;
}

static void encode_block(struct tape *tape, const void *context, struct var **result)
{
	const struct block_run *run = context;
	const struct sublayer_run where = { run->model,  SIDE_SOURCE, run->number,
		                            run->memory, NULL,        NULL };
	const struct block *block = &run->layer->block;
	struct var *const weight[2] = { block_weight(tape, block, 0),
		                        block_weight(tape, block, 1) };
	const struct steps steps = {
		run->model, SIDE_SOURCE, run->memory->length,
		NULL,       NULL,        input_dropout(run->model, SIDE_SOURCE),
		weight
	};
	struct var *y = block_apply(tape, block, &steps, block_input(tape, run, SIDE_SOURCE));

	y = block_output(tape, run, SIDE_SOURCE, y);
	*result = sublayers_apply(tape, &run->layer->more, &where, y);
}

static void encode(struct tape *tape, const struct model *model, struct var *x,
                   struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_SOURCE].layout;

	for (int i = 0; i < stack->layers; i++) {
		const struct block_run run = { model, &stack->layer[i], memory, x, NULL, NULL, i };

		graph_layer(tape->graph, i);
		tape_segment(tape, encode_block, &run, sizeof run, &x, 1);
	}
	graph_layer(tape->graph, -1);
	memory->states = norm_apply(tape, stack->last, x);
}

/* The decoder's weights are made here too, so that a search makes them once a sentence and not once
 * a step. */
static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;

	summary_remember(tape, stack->summary, memory);
	for (int i = 0; i < stack->layers; i++) {
		graph_layer(tape->graph, i);
		if (stack->layer[i].attends &&
		    memory->projected_count == 2 * stack->layer[i].cross_number)
			attention_remember(tape, &stack->layer[i].cross, memory);
		sublayers_remember(tape, &stack->layer[i].more, memory);
	}
	for (int i = 0; i < 2 * stack->layers; i++) {
		graph_layer(tape->graph, i / 2);
		memory->weight[i] = block_weight(tape, &stack->layer[i / 2].block, i % 2);
	}
}

/* Inside the block: one query a step, the state projected to the embedding's space, plus the target
 * embedding g (equation 1). */
static struct var *attend(struct tape *tape, const struct block_run *run, struct var *h)
{
	const struct layer_settings *s = layer_settings_of(run->model, SIDE_TARGET);
	const struct layer *layer = run->layer;
	struct var *query, *context;

	if (!layer->attends)
		return h;
	graph_part(tape->graph, "cross-attention");
	query = projection_apply(tape, layer->query, h, ACTIVATION_NONE);
	if (s->attend_embeddings)
		query = op_add(tape, query, run->g, 1);
	context = attention_cross(tape, &layer->cross, query, run->memory, layer->cross_number,
	                          run->number);
	context = projection_apply(tape, layer->context, context, ACTIVATION_NONE);
	return op_residual(tape, h, context, 0, (real)M_SQRT1_2);
}

static void decode_block(struct tape *tape, const void *context, struct var **result)
{
	const struct block_run *run = context;
	const struct sublayer_run where = { run->model,  SIDE_TARGET, run->number,
		                            run->memory, run->carry,  run->g };
	const struct steps steps = { run->model,
		                     SIDE_TARGET,
		                     NULL,
		                     joined_blank(run->memory, run->carry),
		                     run->carry,
		                     input_dropout(run->model, SIDE_TARGET),
		                     run->memory->weight + 2 * run->number };
	struct var *h =
		block_apply(tape, &run->layer->block, &steps, block_input(tape, run, SIDE_TARGET));

	h = attend(tape, run, h);
	graph_part(tape->graph, NULL);
	h = block_output(tape, run, SIDE_TARGET, h);
	*result = sublayers_apply(tape, &run->layer->more, &where, h);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *g, struct carry *carry)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;
	struct var *x = summary_join(tape, stack->summary, memory, g);

	for (int i = 0; i < stack->layers; i++) {
		const struct block_run run = { model, &stack->layer[i], memory, x, g, carry, i };

		graph_layer(tape->graph, i);
		if (carry)
			decode_block(tape, &run, &x);
		else
			tape_segment(tape, decode_block, &run, sizeof run, &x, 1);
	}
	graph_layer(tape->graph, -1);
	return op_dropout(tape, norm_apply(tape, stack->last, x), model->settings.dropout, NULL);
}

static double attention_inside(const struct model *model, const struct layer *layer, int number,
                               double source, double target)
{
	const struct layer_settings *s = &model->side[SIDE_TARGET].body.layer;
	const double d = (double)model->settings.width;
	const double context = layer->context.weight < 0 ? 0 : d * model->memory_width;
	const bool projects =
		s->attention_layers == ATTENTION_LAST || layer->cross_number == number;

	if (!layer->attends)
		return 0;
	return target * (d * d + context) +
	       attention_cost(&layer->cross, d, model->memory_width, projects, target, source);
}

static struct cost cost(const struct model *model, int side, int source, int target)
{
	const struct stack *stack = model->side[side].layout;
	const double d = (double)model->settings.width;
	const double own = side == SIDE_SOURCE ? source : target;
	struct cost cost = { .receptive_field = 1 };

	cost.multiply_adds = summary_cost(model, stack->summary, (int)d);
	for (int i = 0; i < stack->layers; i++) {
		const struct layer *layer = &stack->layer[i];

		cost.multiply_adds +=
			own * block_cost(&layer->block, d) +
			attention_inside(model, layer, i, source, target) +
			sublayers_cost(model, &layer->more, side, i, (int)d, source, target);
		cost.receptive_field +=
			block_reach(&layer->block) + sublayers_reach(model, &layer->more, side);
	}
	return cost;
}

static const char *const widths[] = { "feed_forward", NULL };
static const char *const only_decoder[] = { "project_context", NULL };

extern const struct architecture architecture_cnn;
const struct architecture architecture_cnn = {
	.name = "cnn",
	.about = "convolutions with gated linear units, attention in every decoder layer (Gehring "
		 "2017)",
	.settings = cnn_settings_table,
	.settings_size = sizeof(struct cnn_settings),
	.defaults = defaults,
	.widths = widths,
	.only = { NULL, only_decoder },
	.of_encoder = only_decoder,
	.check = check,
	.width = width,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};
