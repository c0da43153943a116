/* rnn.c - recurrent encoder and decoder with attention: Bahdanau et al. 2015, Luong et al. 2015. */
#include "core/segment.h"
#include "models/sublayer.h"

#include <math.h>
#include <stdio.h>

struct rnn_settings {
	long hidden;
	bool residual;
};

#define S struct rnn_settings
static const struct setting settings_table[] = {
	SETTING_OF_INT(S, hidden, "hidden", "256", 2, 65536,
	               "units of the decoder's state; the encoder has half of them each way"),
	SETTING_OF_BOOL(S, residual, "residual", "false",
	                "add the input of layers of equal width to their output"),
	{ .name = NULL },
};
#undef S

static const char *const defaults[] = {
	"encoder_layers", "2",    "decoder_layers",   "1",    "attention", "additive",
	"heads",          "1",    "attention_layers", "last", NULL,
};

struct lstm {
	int input, recurrent, bias; /* W [4H][in], U [4H][H], b [4H] */
};

struct encoder_layer {
	struct lstm way[2]; /* forward, backward */
	struct norm norm;
	struct sublayers more;
};

struct encoder {
	int layers;
	struct norm last;
	struct encoder_layer layer[];
};

struct decoder_layer {
	struct lstm lstm;
	struct norm norm;
	struct sublayers more;
};

struct decoder {
	struct projection bridge;  /* the source's summary to every layer's first state */
	struct projection combine; /* [context; state] to the output */
	bool attends;              /* the top states alone, with `cross` */
	struct attention_block cross;
	int layers;
	struct norm last;
	struct decoder_layer layer[];
};

static const double START = 0.08; /* uniform, as Sutskever 2014 */

static const struct rnn_settings *settings_of(const struct model *model, int side)
{
	return model->side[side].body.settings;
}

static const struct layer_settings *layer_settings_of(const struct model *model, int side)
{
	return &model->side[side].body.layer;
}

static int width(const struct design *design, int side)
{
	const struct rnn_settings *s = design->side[side].settings;

	return (int)s->hidden;
}

/* Dot products of states as they are. */
static bool check_dot(const struct design *design, struct error *error)
{
	const struct layer_settings *s = &design->side[SIDE_TARGET].layer;
	const int own = width(design, SIDE_TARGET), theirs = design_width(design, SIDE_SOURCE);

	if (own == theirs || s->attention_layers == ATTENTION_ALL || s->heads > 1 ||
	    (s->attention != ATTEND_DOT && s->attention != ATTEND_SCALED_DOT))
		return true;
	return error_set(error,
	                 "hidden = %d: the encoder's states have %d channels, and one head's dot "
	                 "product needs as many; make them alike, or set attention: general or "
	                 "several heads",
	                 own, theirs);
}

static bool check(const struct design *design, int side, struct error *error)
{
	const int hidden = width(design, side);

	if (hidden % 2)
		return error_set(error, "hidden = %d: must be even, half for each direction",
		                 hidden);
	if (side == SIDE_TARGET && !check_dot(design, error))
		return false;
	return layer_settings_check(&design->side[side].layer, side, hidden, "hidden", error);
}

static struct lstm lstm_add(struct parameters *all, int hidden, int in, const char *side, int layer,
                            const char *suffix)
{
	struct lstm l;

	l.input = parameter_add(all, 4 * hidden, in, START_UNIFORM, START, "%s.weight_ih_l%d%s",
	                        side, layer, suffix);
	l.recurrent = parameter_add(all, 4 * hidden, hidden, START_UNIFORM, START,
	                            "%s.weight_hh_l%d%s", side, layer, suffix);
	l.bias = parameter_add(all, 1, 4 * hidden, START_FORGET, 1, "%s.bias_l%d%s", side, layer,
	                       suffix);
	return l;
}

/* Norm and sub-layers of a layer, whose input has `in` channels. */
static void rest_add(struct model *model, int side, int layer, int in, struct norm *norm,
                     struct sublayers *more)
{
	const struct layer_settings *s = layer_settings_of(model, side);
	const int hidden = (int)settings_of(model, side)->hidden;
	char name[64];

	snprintf(name, sizeof name, "%s.%d.norm0", side == SIDE_SOURCE ? "encoder" : "decoder",
	         layer);
	*norm = norm_add(model, side, s->norm == NORM_PRE ? in : hidden, name);
	*more = sublayers_add(model, side, layer, hidden, s->attention_layers == ATTENTION_ALL);
}

/* Whether a layer has the weights of the one before; the first has its own where its input is of
 * another width. */
static bool is_shared(const struct model *model, int side, int layer)
{
	const bool alike = model->settings.width == settings_of(model, side)->hidden;

	return layer_settings_of(model, side)->share_layers && layer > (alike ? 0 : 1);
}

static void build_encoder(struct model *model)
{
	const struct layer_settings *s = layer_settings_of(model, SIDE_SOURCE);
	const int layers = layers_of(s, SIDE_SOURCE);
	const int hidden = (int)settings_of(model, SIDE_SOURCE)->hidden;
	struct encoder *encoder =
		memory_new(1, sizeof *encoder + (size_t)layers * sizeof *encoder->layer);

	model->side[SIDE_SOURCE].layout = encoder;
	model->memory_width = hidden;
	encoder->layers = layers;
	for (int i = 0; i < layers; i++) {
		struct encoder_layer *layer = &encoder->layer[i];
		const int in = i ? hidden : (int)model->settings.width;

		if (is_shared(model, SIDE_SOURCE, i)) {
			*layer = layer[-1];
			continue;
		}
		for (int way = 0; way < 2; way++)
			layer->way[way] = lstm_add(&model->parameters, hidden / 2, in, "encoder", i,
			                           way ? "_reverse" : "");
		rest_add(model, SIDE_SOURCE, i, in, &layer->norm, &layer->more);
	}
	encoder->last = last_norm_add(model, SIDE_SOURCE, hidden);
}

static void attention_add(struct model *model, struct decoder *decoder)
{
	const struct layer_settings *s = layer_settings_of(model, SIDE_TARGET);
	const int hidden = (int)settings_of(model, SIDE_TARGET)->hidden;

	decoder->attends =
		s->attention != ATTEND_NONE && s->attention_layers == ATTENTION_LAST;
	if (!decoder->attends)
		return;
	decoder->cross = s->heads == 1
	                         ? attention_block_bare(&model->parameters, s, hidden,
	                                                model->memory_width, "attention")
	                         : attention_block_cross(&model->parameters, s, hidden,
	                                                 model->memory_width, "attention");
}

/* Channels of what the top states are combined with. */
static int context_width(const struct model *model, const struct decoder *decoder, int hidden)
{
	if (!decoder->attends)
		return 0;
	return decoder->cross.output.weight < 0 ? model->memory_width : hidden;
}

static void build_decoder(struct model *model)
{
	const struct layer_settings *s = layer_settings_of(model, SIDE_TARGET);
	const int layers = layers_of(s, SIDE_TARGET);
	const int hidden = (int)settings_of(model, SIDE_TARGET)->hidden;
	struct parameters *all = &model->parameters;
	struct decoder *decoder =
		memory_new(1, sizeof *decoder + (size_t)layers * sizeof *decoder->layer);

	model->side[SIDE_TARGET].layout = decoder;
	model->wants_summary = true;
	model->output_width =
		model->settings.tied == TIED_NONE ? hidden : (int)model->settings.width;
	decoder->layers = layers;
	for (int i = 0; i < layers; i++) {
		struct decoder_layer *layer = &decoder->layer[i];
		const int in = i ? hidden : (int)model->settings.width;

		if (is_shared(model, SIDE_TARGET, i)) {
			*layer = layer[-1];
			continue;
		}
		layer->lstm = lstm_add(all, hidden, in, "decoder", i, "");
		rest_add(model, SIDE_TARGET, i, in, &layer->norm, &layer->more);
	}
	decoder->last = last_norm_add(model, SIDE_TARGET, hidden);
	decoder->bridge =
		projection_add(all, layers * hidden, model->memory_width, true, "bridge.");
	attention_add(model, decoder);
	decoder->combine = projection_add(all, model->output_width,
	                                  hidden + context_width(model, decoder, hidden), true,
	                                  "combine.");
}

static void build(struct model *model, int side)
{
	if (side == SIDE_SOURCE)
		build_encoder(model);
	else
		build_decoder(model);
}

static struct var *run_lstm(struct tape *tape, struct lstm l, struct var *x, struct var *h0,
                       struct var *c0, const int *length, bool reverse, struct var **final)
{
	struct var *projected = op_linear(tape, x, tape_parameter(tape, l.input),
	                                  tape_parameter(tape, l.bias), ACTIVATION_NONE);

	return op_lstm(tape, projected, tape_parameter(tape, l.recurrent), h0, c0, length, reverse,
	               final);
}

/* What a layer's LSTM reads. Without norms a layer's input is dropped out but for the first, whose
 * embeddings were. */
static struct var *layer_input(struct tape *tape, const struct model *model, int side,
                               struct norm norm, struct var *x, int layer)
{
	if (layer_settings_of(model, side)->norm == NORM_NONE)
		return layer ? op_dropout(tape, x, model->settings.dropout, NULL) : x;
	return sublayer_input(tape, model, side, norm, x);
}

/* And what becomes of its states. Layers with norms add their input wherever widths are equal. */
static struct var *layer_output(struct tape *tape, const struct model *model, int side,
                                struct norm norm, struct var *x, struct var *y)
{
	const int place = layer_settings_of(model, side)->norm;

	if (place == NORM_NONE)
		return settings_of(model, side)->residual && x->c == y->c ? op_add(tape, y, x, 1)
		                                                          : y;
	if (x->c == y->c) /* not op_residual: the last state that the carry keeps reads y, too */
		y = op_add(tape, x, op_dropout(tape, y, model->settings.dropout, NULL), 1);
	return place == NORM_POST ? norm_apply(tape, norm, y) : y;
}

/* One layer as a segment. */
struct layer_run {
	const struct model *model;
	const struct memory *memory;
	struct var *x;
	struct var *embedded; /* decoder only */
	struct var *start;   /* decoder only: the bridge */
	struct carry *carry; /* decoder only */
	int number;
};

/* Both directions: the states, and the last state of each way. */
static void encode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct model *model = run->model;
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	const struct encoder_layer *layer = &encoder->layer[run->number];
	const struct sublayer_run where = { model, SIDE_SOURCE, run->number, run->memory, NULL, NULL };
	struct var *in = layer_input(tape, model, SIDE_SOURCE, layer->norm, run->x, run->number);
	struct var *y[2];

	for (int way = 0; way < 2; way++)
		y[way] = run_lstm(tape, layer->way[way], in, NULL, NULL, run->memory->length, way,
		                  &result[1 + way]);
	y[0] = layer_output(tape, model, SIDE_SOURCE, layer->norm, run->x,
	                    op_concat(tape, y[0], y[1]));
	result[0] = sublayers_apply(tape, &layer->more, &where, y[0]);
}

static void encode(struct tape *tape, const struct model *model, struct var *x,
                   struct memory *memory)
{
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	struct var *result[3] = { x };

	for (int i = 0; i < encoder->layers; i++) {
		const struct layer_run run = { model, memory, result[0], NULL, NULL, NULL, i };

		tape_segment(tape, encode_layer, &run, sizeof run, result, 3);
	}
	memory->states = op_dropout(tape, norm_apply(tape, encoder->last, result[0]),
	                            model->settings.dropout, NULL);
	memory->summary = op_concat(tape, op_step(tape, result[1], 0), op_step(tape, result[2], 0));
}

static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;

	if (decoder->attends)
		attention_remember(tape, &decoder->cross, memory);
	for (int i = 0; i < decoder->layers; i++)
		sublayers_remember(tape, &decoder->layer[i].more, memory);
}

/* First states h = tanh(bridge summary), all layers side by side; c is 0 (Bahdanau 2015, appendix
 * A.2.2). */
static struct var *bridge(struct tape *tape, const struct decoder *decoder,
                          const struct memory *memory)
{
	return projection_apply(tape, decoder->bridge, memory->summary, ACTIVATION_TANH);
}

static struct var *decoder_lstm(struct tape *tape, const struct decoder *decoder, int i,
                                struct var *x, struct var *start, struct carry *carry)
{
	const int hidden = tape->parameters->list[decoder->layer[i].lstm.recurrent].columns;
	struct var *state = carry_state(tape, carry, 2 * hidden);
	struct var *h0, *c0 = NULL, *final, *y;

	if (state) {
		h0 = op_slice(tape, (struct slice){ state, 0, hidden });
		c0 = op_slice(tape, (struct slice){ state, hidden, hidden });
	} else {
		h0 = op_slice(tape, (struct slice){ start, i * hidden, hidden });
	}
	y = run_lstm(tape, decoder->layer[i].lstm, x, h0, c0, NULL, false, carry ? &final : NULL);
	if (carry)
		carry_store(carry,
		            op_concat(tape, op_step(tape, final, 0), op_step(tape, final, 1)));
	return y;
}

static void decode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct model *model = run->model;
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	const struct decoder_layer *layer = &decoder->layer[run->number];
	const struct sublayer_run where = { model, SIDE_TARGET, run->number, run->memory,
		                            run->carry,  run->embedded };
	struct var *y = layer_input(tape, model, SIDE_TARGET, layer->norm, run->x, run->number);

	y = decoder_lstm(tape, decoder, run->number, y, run->start, run->carry);
	y = layer_output(tape, model, SIDE_TARGET, layer->norm, run->x, y);
	*result = sublayers_apply(tape, &layer->more, &where, y);
}

/* What the top states see of the source, and both put together. */
static void combine(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct decoder *decoder = run->model->side[SIDE_TARGET].layout;
	struct var *x = norm_apply(tape, decoder->last, run->x), *out = x, *query = x;

	if (layer_settings_of(run->model, SIDE_TARGET)->attend_embeddings)
		query = op_add(tape, x, run->embedded, 1);
	if (decoder->attends)
		out = op_concat(tape,
		                attention_cross(tape, &decoder->cross, query, run->memory, 0,
		                                decoder->layers - 1),
		                x);
	out = projection_apply(tape, decoder->combine, out, ACTIVATION_TANH);
	*result = op_dropout(tape, out, run->model->settings.dropout, NULL);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *y, struct carry *carry)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	struct layer_run run = { model, memory, y, y, NULL, carry, 0 };

	if (!carry || !carry->position)
		run.start = bridge(tape, decoder, memory);
	for (; run.number < decoder->layers; run.number++)
		if (carry)
			decode_layer(tape, &run, &run.x);
		else
			tape_segment(tape, decode_layer, &run, sizeof run, &run.x, 1);
	if (carry)
		combine(tape, &run, &run.x);
	else
		tape_segment(tape, combine, &run, sizeof run, &run.x, 1);
	return run.x;
}

static double lstm_cost(double in, double hidden)
{
	return 4 * hidden * (in + hidden);
}

static double encoder_cost(const struct model *model, double source)
{
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	const double h = (double)settings_of(model, SIDE_SOURCE)->hidden;
	double sum = 0;

	for (int i = 0; i < encoder->layers; i++)
		sum += source * 2 *
		               lstm_cost(i ? h : (double)model->settings.width, h / 2) +
		       sublayers_cost(model, &encoder->layer[i].more, SIDE_SOURCE, (int)h, source,
		                      0);
	return sum;
}

static double decoder_cost(const struct model *model, double source, double target)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	const double h = (double)settings_of(model, SIDE_TARGET)->hidden;
	double sum = decoder->layers * h * model->memory_width; /* bridge */

	for (int i = 0; i < decoder->layers; i++)
		sum += target * lstm_cost(i ? h : (double)model->settings.width, h) +
		       sublayers_cost(model, &decoder->layer[i].more, SIDE_TARGET, (int)h, source,
		                      target);
	sum += target * (h + context_width(model, decoder, (int)h)) * model->output_width;
	if (!decoder->attends)
		return sum;
	if (decoder->cross.output.weight < 0)
		return sum + bare_attention_cost(&decoder->cross, h, model->memory_width, target,
		                                 source);
	return sum + attention_cost(&decoder->cross, h, model->memory_width, target, source);
}

static struct cost cost(const struct model *model, int side, int source, int target)
{
	const double layers = layers_of(layer_settings_of(model, side), side);

	if (side == SIDE_SOURCE)
		return (struct cost){ encoder_cost(model, source), layers * source, source,
		                      HUGE_VAL };
	return (struct cost){ decoder_cost(model, source, target), layers * target, target,
	                      HUGE_VAL };
}

static const char *const widths[] = { "hidden", "feed_forward", NULL };

extern const struct architecture architecture_rnn;
const struct architecture architecture_rnn = {
	.name = "rnn",
	.about = "bidirectional LSTM encoder, LSTM decoder with attention (Bahdanau 2015, Luong "
	         "2015)",
	.settings = settings_table,
	.settings_size = sizeof(struct rnn_settings),
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
