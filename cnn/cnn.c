/* cnn.c - convolutional sequence to sequence: Gehring et al. 2017 (ConvS2S). */
#include "core/error.h"
#include "core/segment.h"
#include "models/sublayer.h"

#include <math.h>
#include <stdio.h>

struct cnn_settings {
	long kernel;
	bool weight_norm;
};

#define S struct cnn_settings
static const struct setting settings_table[] = {
	SETTING_OF_INT(S, kernel, "kernel", "3", 1, 63, "steps that one convolution sees; odd"),
	SETTING_OF_BOOL(S, weight_norm, "weight_norm", "true",
	                "weights as direction times length (Salimans 2016)"),
	{ .name = NULL },
};
#undef S

static const char *const defaults[] = {
	"encoder_layers", "6",   "decoder_layers",    "6",    "positions", "learned",
	"attention",      "dot", "attend_embeddings", "true", NULL,
};

struct layer {
	int v, gain, bias; /* gain -1: v is the weight itself */
	struct norm norm;
	bool attends;            /* decoder: inside the block, as published */
	struct projection query; /* of the states, before the embedding is added */
	int cross_number;        /* of those layers that attend, from 0 */
	struct attention_block cross;
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

/* Dot products of states as they are. */
static bool check_dot(const struct design *design, struct error *error)
{
	const struct layer_settings *s = &design->side[SIDE_TARGET].layer;
	const int own = width(design, SIDE_TARGET), theirs = design_width(design, SIDE_SOURCE);

	if (own == theirs || s->norm != NORM_NONE || s->heads > 1 ||
	    (s->attention != ATTEND_DOT && s->attention != ATTEND_SCALED_DOT))
		return true;
	return error_set(error,
	                 "width = %d: the encoder's states have %d channels, and one head's dot "
	                 "product needs as many; make them alike, or set attention: general or "
	                 "several heads",
	                 own, theirs);
}

static bool check(const struct design *design, int side, struct error *error)
{
	const struct cnn_settings *s = design->side[side].settings;

	if (s->kernel % 2 == 0)
		return error_set(error, "kernel = %ld: must be odd (3, 5, 7)", s->kernel);
	if (side == SIDE_TARGET && !check_dot(design, error))
		return false;
	return layer_settings_check(&design->side[side].layer, side, design->model.width, "width",
	                            error);
}

/* Weights start with deviation sqrt(4 (1 - p) / (k d)) (section 3.5), gains at the length that
 * these have. */
static void convolution_add(struct model *model, int side, int number, struct layer *layer)
{
	const struct cnn_settings *s = settings_of(model, side);
	struct parameters *all = &model->parameters;
	const int d = (int)model->settings.width, taps = (int)s->kernel * d;
	const double keep = 1 - model->settings.dropout;
	const char *prefix = side == SIDE_SOURCE ? "encoder" : "decoder";

	layer->v = parameter_add(all, 2 * d, taps, START_NORMAL, sqrt(4 * keep / taps),
	                         "%s.%d.weight%s", prefix, number, s->weight_norm ? "_v" : "");
	layer->gain = -1;
	if (s->weight_norm) {
		layer->gain = parameter_add(all, 1, 2 * d, START_CONSTANT, sqrt(4 * keep),
		                            "%s.%d.weight_g", prefix, number);
		parameter_normalise(all, layer->v, layer->gain);
	}
	layer->bias = parameter_add(all, 1, 2 * d, START_CONSTANT, 0, "%s.%d.bias", prefix, number);
}

static void attention_add(struct model *model, int number, struct layer *layer)
{
	const struct layer_settings *s = layer_settings_of(model, SIDE_TARGET);
	struct parameters *all = &model->parameters;
	const int d = (int)model->settings.width;
	char name[64];

	snprintf(name, sizeof name, "attention.%d", number);
	layer->attends = layer_attends(s, SIDE_TARGET, number);
	if (!layer->attends)
		return;
	layer->cross_number = s->attention_layers == ATTENTION_ALL ? number : 0;
	layer->query = projection_add(all, d, d, true, "%s.", name);
	layer->cross = s->heads == 1
	                       ? attention_block_bare(all, s, d, model->memory_width, name)
	                       : attention_block_cross(all, s, d, model->memory_width, name);
	layer->cross.scale_by_length = true;
}

static void layer_build(struct model *model, int side, int number, struct layer *layer)
{
	const bool plain = layer_settings_of(model, side)->norm == NORM_NONE;
	const int d = (int)model->settings.width;
	char name[64];

	convolution_add(model, side, number, layer);
	snprintf(name, sizeof name, "%s.%d.norm0", side == SIDE_SOURCE ? "encoder" : "decoder",
	         number);
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
	if (s->norm == NORM_NONE)
		model->side[side].residual_scale = (real)M_SQRT1_2;
	if (side == SIDE_SOURCE)
		model->memory_width = d;
	else
		model->output_width = d;
	stack->summary = NO_PROJECTION;
	if (side == SIDE_TARGET)
		stack->summary = summary_add(model, d);
	stack->layers = layers;
	for (int i = 0; i < layers; i++)
		if (i && s->share_layers)
			stack->layer[i] = stack->layer[0];
		else
			layer_build(model, side, i, &stack->layer[i]);
	stack->last = last_norm_add(model, side, d);
}

static struct var *weight(struct tape *tape, const struct layer *layer)
{
	struct var *v = tape_parameter(tape, layer->v);

	return layer->gain < 0 ? v : op_weight_norm(tape, v, tape_parameter(tape, layer->gain));
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

/* What a block's convolution reads: without norms, its input dropped out; 0 from `length` on. */
static struct var *block_input(struct tape *tape, const struct block_run *run, int side,
                               const int *length)
{
	if (layer_settings_of(run->model, side)->norm == NORM_NONE)
		return op_dropout(tape, run->x, run->model->settings.dropout, length);
	return op_dropout(tape,
	                  sublayer_input(tape, run->model, side, run->layer->norm, run->x), 0,
	                  length);
}

static struct var *block_output(struct tape *tape, const struct block_run *run, int side,
                                struct var *y)
{
	if (layer_settings_of(run->model, side)->norm == NORM_NONE)
		return op_residual(tape, run->x, y, 0, (real)M_SQRT1_2);
	return sublayer_output(tape, run->model, side, run->layer->norm, run->x, y);
}

static void encode_block(struct tape *tape, const void *context, struct var **result)
{
	const struct block_run *run = context;
	const struct cnn_settings *s = settings_of(run->model, SIDE_SOURCE);
	const struct sublayer_run where = { run->model,  SIDE_SOURCE, run->number,
		                            run->memory, NULL,        NULL };
	const int half = (int)s->kernel / 2;
	const struct convolution same = { (int)s->kernel, 1, half, half };
	struct var *y = block_input(tape, run, SIDE_SOURCE, run->memory->length);

	y = op_convolution(tape, y, weight(tape, run->layer),
	                   tape_parameter(tape, run->layer->bias), same);
	y = block_output(tape, run, SIDE_SOURCE, op_glu(tape, y));
	*result = sublayers_apply(tape, &run->layer->more, &where, y);
}

static void encode(struct tape *tape, const struct model *model, struct var *x,
                   struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_SOURCE].layout;

	for (int i = 0; i < stack->layers; i++) {
		const struct block_run run = {
			model, &stack->layer[i], memory, x, NULL, NULL, i
		};

		tape_segment(tape, encode_block, &run, sizeof run, &x, 1);
	}
	memory->states = norm_apply(tape, stack->last, x);
}

/* The decoder's weights are made here too, so that a search makes them once a sentence and not once
 * a step. */
static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;

	summary_remember(tape, stack->summary, memory);
	for (int i = 0; i < stack->layers; i++) {
		if (stack->layer[i].attends &&
		    memory->projected_count == 2 * stack->layer[i].cross_number)
			attention_remember(tape, &stack->layer[i].cross, memory);
		sublayers_remember(tape, &stack->layer[i].more, memory);
	}
	for (int i = 0; i < stack->layers; i++)
		memory->weight[i] = weight(tape, &stack->layer[i]);
}

/* Inside the block: one query a step, the state projected to the embedding's space, plus the target
 * embedding g (equation 1). */
static struct var *attend(struct tape *tape, const struct block_run *run, struct var *h)
{
	const struct layer_settings *s = layer_settings_of(run->model, SIDE_TARGET);
	const struct layer *layer = run->layer;
	struct var *query;

	if (!layer->attends)
		return h;
	query = projection_apply(tape, layer->query, h, ACTIVATION_NONE);
	if (s->attend_embeddings)
		query = op_add(tape, query, run->g, 1);
	return op_residual(tape, h,
	                   attention_cross(tape, &layer->cross, query, run->memory,
	                                   layer->cross_number, run->number),
	                   0, (real)M_SQRT1_2);
}

static void decode_block(struct tape *tape, const void *context, struct var **result)
{
	const struct block_run *run = context;
	const struct cnn_settings *s = settings_of(run->model, SIDE_TARGET);
	const struct sublayer_run where = { run->model,  SIDE_TARGET, run->number,
		                            run->memory, run->carry,  run->g };
	const int past = (int)s->kernel - 1;
	struct var *in = block_input(tape, run, SIDE_TARGET, NULL);
	struct slice seen = carry_extend(tape, run->carry, slice_all(in), past);
	const struct convolution causal = { (int)s->kernel, 1, past - (seen.v->t - in->t), 0 };
	struct var *h = op_convolution(tape, seen.v, run->memory->weight[run->number],
	                               tape_parameter(tape, run->layer->bias), causal);

	h = block_output(tape, run, SIDE_TARGET, attend(tape, run, op_glu(tape, h)));
	*result = sublayers_apply(tape, &run->layer->more, &where, h);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *g, struct carry *carry)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;
	struct var *x = summary_join(tape, stack->summary, memory, g);

	for (int i = 0; i < stack->layers; i++) {
		const struct block_run run = {
			model, &stack->layer[i], memory, x, g, carry, i
		};

		if (carry)
			decode_block(tape, &run, &x);
		else
			tape_segment(tape, decode_block, &run, sizeof run, &x, 1);
	}
	return op_dropout(tape, norm_apply(tape, stack->last, x), model->settings.dropout, NULL);
}

static double attention_inside(const struct model *model, const struct layer *layer, double source,
                               double target)
{
	const double d = (double)model->settings.width;

	if (!layer->attends)
		return 0;
	if (layer->cross.output.weight < 0)
		return target * d * d +
		       bare_attention_cost(&layer->cross, d, model->memory_width, target, source);
	return target * d * d +
	       attention_cost(&layer->cross, d, model->memory_width, target, source);
}

static struct cost cost(const struct model *model, int side, int source, int target)
{
	const struct stack *stack = model->side[side].layout;
	const double d = (double)model->settings.width;
	const double k = (double)settings_of(model, side)->kernel;
	const double own = side == SIDE_SOURCE ? source : target;
	struct cost cost = { .sequential = stack->layers };

	for (int i = 0; i < stack->layers; i++)
		cost.multiply_adds += own * 2 * k * d * d +
		                      attention_inside(model, &stack->layer[i], source, target) +
		                      sublayers_cost(model, &stack->layer[i].more, side, (int)d,
		                                     source, target);
	cost.path = k > 1 ? ceil((own - 1) / (k - 1)) : HUGE_VAL;
	return cost;
}

static const char *const widths[] = { "feed_forward", NULL };

extern const struct architecture architecture_cnn;
const struct architecture architecture_cnn = {
	.name = "cnn",
	.about = "convolutions with gated linear units, attention in every decoder layer (Gehring "
	         "2017)",
	.settings = settings_table,
	.settings_size = sizeof(struct cnn_settings),
	.defaults = defaults,
	.widths = widths,
	.check = check,
	.width = width,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};
