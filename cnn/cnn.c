/* cnn.c - convolutional sequence to sequence: Gehring et al. 2017 (ConvS2S). */
#include "core/error.h"
#include "core/segment.h"
#include "models/attention.h"
#include "models/model.h"

#include <math.h>

struct cnn_settings {
	long kernel, encoder_layers, decoder_layers;
	bool weight_norm;
};

#define S struct cnn_settings
static const struct setting settings_table[] = {
	SETTING_OF_INT(S, kernel, "kernel", "3", 1, 63, "steps that one convolution sees; odd"),
	SETTING_OF_INT(S, encoder_layers, "encoder_layers", "6", 1, 60, "blocks of the encoder"),
	SETTING_OF_INT(S, decoder_layers, "decoder_layers", "6", 1, 60,
	               "blocks of the decoder, each with attention"),
	SETTING_OF_BOOL(S, weight_norm, "weight_norm", "true",
	                "weights as direction times length (Salimans 2016)"),
	{ .name = NULL },
};
#undef S

struct layer {
	int v, gain, bias;            /* gain -1: v is the weight itself */
	struct attention_block cross; /* decoder only */
};

struct stack {
	int layers;
	struct layer layer[];
};

static bool check(const void *settings, const struct model_settings *model, struct error *error)
{
	const struct cnn_settings *s = settings;

	(void)model;
	if (s->kernel % 2 == 0)
		return error_set(error, "kernel = %ld: must be odd (3, 5, 7)", s->kernel);
	return true;
}

/* Weights start with deviation sqrt(4 (1 - p) / (k d)) (section 3.5), gains at the length that
 * these have. */
static void layer_build(struct model *model, const struct cnn_settings *s, int side, int number,
                        struct layer *layer)
{
	struct parameters *all = &model->parameters;
	const int d = (int)model->settings.width, taps = (int)s->kernel * d;
	const double keep = 1 - model->settings.dropout;
	const char *prefix = side == SIDE_SOURCE ? "encoder" : "decoder";

	layer->v = parameter_add(all, 2 * d, taps, START_NORMAL, sqrt(4 * keep / taps),
	                         "%s.%d.weight%s", prefix, number, s->weight_norm ? "_v" : "");
	layer->gain = -1;
	if (s->weight_norm)
		layer->gain = parameter_add(all, 1, 2 * d, START_CONSTANT, sqrt(4 * keep),
		                            "%s.%d.weight_g", prefix, number);
	layer->bias = parameter_add(all, 1, 2 * d, START_CONSTANT, 0, "%s.%d.bias", prefix, number);
	if (side == SIDE_SOURCE)
		return;
	layer->cross = attention_block_none(SCORE_DOT, 1);
	layer->cross.scale_by_length = true;
	layer->cross.query = projection_add(all, d, d, true, "attention.%d.", number);
}

static void build(struct model *model, const void *settings, int side)
{
	const struct cnn_settings *s = settings;
	const int layers = (int)(side == SIDE_SOURCE ? s->encoder_layers : s->decoder_layers);
	struct stack *stack = memory_new(1, sizeof *stack + (size_t)layers * sizeof *stack->layer);

	model->side[side].layout = stack;
	model->side[side].embedding.positions = POSITIONS_LEARNED;
	model->output_width = (int)model->settings.width;
	stack->layers = layers;
	for (int i = 0; i < layers; i++)
		layer_build(model, s, side, i, &stack->layer[i]);
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

static void encode_block(struct tape *tape, const void *context, struct var **result)
{
	const struct block_run *run = context;
	const struct cnn_settings *s = run->model->body;
	const int half = (int)s->kernel / 2;
	const struct convolution same = { (int)s->kernel, 1, half, half };
	struct var *y = op_dropout(tape, run->x, run->model->settings.dropout, run->memory->length);

	y = op_convolution(tape, y, weight(tape, run->layer),
	                   tape_parameter(tape, run->layer->bias), same);
	*result = op_residual(tape, run->x, op_glu(tape, y), 0, (real)M_SQRT1_2);
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
	memory->states = x;
}

/* Keys are the encoder's output, values add the source embeddings (section 3.3); all layers share
 * them. The decoder's weights are made here too, so that a search makes them once a sentence and
 * not once a step. */
static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;
	struct var *value = op_add(tape, memory->states, memory->embedded, 1);

	for (int i = 0; i < stack->layers; i++)
		attention_remember(tape, &stack->layer[i].cross, memory->states, value, memory);
	for (int i = 0; i < stack->layers; i++)
		memory->weight[i] = weight(tape, &stack->layer[i]);
}

/* One query a step: the state projected to the embedding's space, plus the target embedding g
 * (equation 1). */
static struct var *attend(struct tape *tape, const struct layer *layer, const struct memory *memory,
                          struct var *h, struct var *g, int number)
{
	struct attention_block block = layer->cross;
	struct var *query =
		op_add(tape, projection_apply(tape, block.query, h, ACTIVATION_NONE), g, 1);

	block.query = (struct projection){ -1, -1 };
	return op_residual(tape, h, attention_cross(tape, &block, query, memory, 0, number), 0,
	              (real)M_SQRT1_2);
}

static void decode_block(struct tape *tape, const void *context, struct var **result)
{
	const struct block_run *run = context;
	const struct cnn_settings *s = run->model->body;
	const int past = (int)s->kernel - 1;
	struct var *x = run->x;
	struct var *dropped = op_dropout(tape, x, run->model->settings.dropout, NULL);
	struct slice seen = carry_extend(tape, run->carry, slice_all(dropped), past);
	const struct convolution causal = { (int)s->kernel, 1, past - (seen.v->t - x->t), 0 };
	struct var *h = op_convolution(tape, seen.v, run->memory->weight[run->number],
	                               tape_parameter(tape, run->layer->bias), causal);

	h = attend(tape, run->layer, run->memory, op_glu(tape, h), run->g, run->number);
	*result = op_residual(tape, x, h, 0, (real)M_SQRT1_2);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *g, struct carry *carry)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;
	struct var *x = g;

	for (int i = 0; i < stack->layers; i++) {
		const struct block_run run = {
			model, &stack->layer[i], memory, x, g, carry, i
		};

		if (carry)
			decode_block(tape, &run, &x);
		else
			tape_segment(tape, decode_block, &run, sizeof run, &x, 1);
	}
	return op_dropout(tape, x, model->settings.dropout, NULL);
}

static struct cost cost(const struct model *model, int source, int target)
{
	const struct cnn_settings *s = model->body;
	const double d = (double)model->settings.width, k = (double)s->kernel;
	const double attention = d * d * target + 2.0 * target * source * d;

	return (struct cost){
		.multiply_adds = (double)s->encoder_layers * 2 * k * d * d * source +
		                 (double)s->decoder_layers * (2 * k * d * d * target + attention),
		.sequential = (double)(s->encoder_layers + s->decoder_layers),
		.path = s->kernel > 1 ? ceil((target - 1) / (k - 1)) : HUGE_VAL,
	};
}

static const char *const widths[] = { NULL };

extern const struct architecture architecture_cnn;
const struct architecture architecture_cnn = {
	.name = "cnn",
	.about = "convolutions with gated linear units, attention in every decoder layer (Gehring "
	         "2017)",
	.settings = settings_table,
	.settings_size = sizeof(struct cnn_settings),
	.widths = widths,
	.check = check,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};
