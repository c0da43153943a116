/* rnn.c - recurrent encoder and decoder with attention: Bahdanau et al. 2015, Luong et al. 2015. */
#include "core/segment.h"
#include "models/attention.h"
#include "models/model.h"

#include <stdio.h>

/* Words of the setting `attention`, in the table's order. */
enum { ATTEND_ADDITIVE, ATTEND_DOT, ATTEND_SCALED_DOT, ATTEND_GENERAL, ATTEND_NONE };

struct rnn_settings {
	long hidden, encoder_layers, decoder_layers;
	int attention;
	bool residual;
};

#define S struct rnn_settings
static const struct setting settings_table[] = {
	SETTING_OF_INT(S, hidden, "hidden", "256", 2, 65536,
	               "units of the decoder's state; the encoder has half of them each way"),
	SETTING_OF_INT(S, encoder_layers, "encoder_layers", "2", 1, 16,
	               "bidirectional LSTM layers of the encoder"),
	SETTING_OF_INT(S, decoder_layers, "decoder_layers", "1", 1, 16,
	               "LSTM layers of the decoder"),
	SETTING_OF_WORD(S, attention, "attention", "additive",
	                "additive|dot|scaled-dot|general|none",
	                "score of a decoder state and an encoder state; none: only the summary"),
	SETTING_OF_BOOL(S, residual, "residual", "false",
	                "add the input of layers of equal width to their output"),
	{ .name = NULL },
};
#undef S

struct lstm {
	int input, recurrent, bias; /* W [4H][in], U [4H][H], b [4H] */
};

struct encoder {
	int layers;
	struct lstm layer[][2]; /* forward, backward */
};

struct decoder {
	struct projection bridge;  /* the encoder's summary to every layer's first state */
	struct projection combine; /* [context; state] to the output */
	struct attention_block cross;
	int layers;
	struct lstm layer[];
};

static const double START = 0.08; /* uniform, as Sutskever 2014 */

static bool check(const void *settings, const struct model_settings *model, struct error *error)
{
	const struct rnn_settings *s = settings;

	(void)model;
	if (s->hidden % 2)
		return error_set(error, "hidden = %ld: must be even, half for each direction",
		                 s->hidden);
	return true;
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

static void build_encoder(struct model *model, const struct rnn_settings *s)
{
	const int layers = (int)s->encoder_layers, hidden = (int)s->hidden;
	struct encoder *encoder =
		memory_new(1, sizeof *encoder + (size_t)layers * sizeof *encoder->layer);

	model->side[SIDE_SOURCE].layout = encoder;
	encoder->layers = layers;
	for (int i = 0; i < layers; i++)
		for (int way = 0; way < 2; way++)
			encoder->layer[i][way] = lstm_add(&model->parameters, hidden / 2,
			                                  i ? hidden : (int)model->settings.width,
			                                  "encoder", i, way ? "_reverse" : "");
}

static struct attention_block cross_add(struct parameters *all, const struct rnn_settings *s)
{
	const int h = (int)s->hidden;
	struct attention_block block = attention_block_none(SCORE_DOT, 1);

	switch (s->attention) {
	case ATTEND_SCALED_DOT:
		block.score = SCORE_SCALED_DOT;
		break;
	case ATTEND_GENERAL:
		block.key = projection_add(all, h, h, false, "attention.key.");
		break;
	case ATTEND_ADDITIVE:
		block.score = SCORE_ADDITIVE;
		block.query = projection_add(all, h, h, false, "attention.query.");
		block.key = projection_add(all, h, h, false, "attention.key.");
		block.score_v = parameter_add(all, 1, h, START_XAVIER, 0, "attention.v");
		break;
	}
	return block;
}

static void build_decoder(struct model *model, const struct rnn_settings *s)
{
	struct parameters *all = &model->parameters;
	const int layers = (int)s->decoder_layers, hidden = (int)s->hidden;
	const int combined = s->attention == ATTEND_NONE ? hidden : 2 * hidden;
	struct decoder *decoder =
		memory_new(1, sizeof *decoder + (size_t)layers * sizeof *decoder->layer);

	model->side[SIDE_TARGET].layout = decoder;
	model->output_width =
		model->settings.tied == TIED_NONE ? hidden : (int)model->settings.width;
	decoder->layers = layers;
	for (int i = 0; i < layers; i++)
		decoder->layer[i] = lstm_add(all, hidden, i ? hidden : (int)model->settings.width,
		                             "decoder", i, "");
	decoder->bridge = projection_add(all, layers * hidden, hidden, true, "bridge.");
	decoder->combine = projection_add(all, model->output_width, combined, true, "combine.");
	decoder->cross = cross_add(all, s);
}

static void build(struct model *model, const void *settings, int side)
{
	if (side == SIDE_SOURCE)
		build_encoder(model, settings);
	else
		build_decoder(model, settings);
}

static struct var *run_lstm(struct tape *tape, struct lstm l, struct var *x, struct var *h0,
                       struct var *c0, const int *length, bool reverse, struct var **final)
{
	struct var *projected = op_linear(tape, x, tape_parameter(tape, l.input),
	                                  tape_parameter(tape, l.bias), ACTIVATION_NONE);

	return op_lstm(tape, projected, tape_parameter(tape, l.recurrent), h0, c0, length, reverse,
	               final);
}

/* A layer's input is dropped out but for the first, whose embeddings were; its output may add the
 * input. */
static struct var *between_layers(struct tape *tape, const struct model *model, struct var *x,
                                  int layer)
{
	return layer ? op_dropout(tape, x, model->settings.dropout, NULL) : x;
}

static struct var *around_layer(struct tape *tape, const struct model *model, struct var *x,
                                struct var *y)
{
	const struct rnn_settings *s = model->body;

	return s->residual && x->c == y->c ? op_add(tape, y, x, 1) : y;
}

/* One layer as a segment. */
struct layer_run {
	const struct model *model;
	const struct memory *memory;
	struct var *x;
	struct var *start;   /* decoder only: the bridge */
	struct carry *carry; /* decoder only */
	int number;
};

/* Both directions: the states, and the last state of each way. */
static void encode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct encoder *encoder = run->model->side[SIDE_SOURCE].layout;
	struct var *y[2], *in = between_layers(tape, run->model, run->x, run->number);

	for (int way = 0; way < 2; way++)
		y[way] = run_lstm(tape, encoder->layer[run->number][way], in, NULL, NULL,
		                  run->memory->length, way, &result[1 + way]);
	result[0] = around_layer(tape, run->model, run->x, op_concat(tape, y[0], y[1]));
}

static void encode(struct tape *tape, const struct model *model, struct var *x,
                   struct memory *memory)
{
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	struct var *result[3] = { x };

	for (int i = 0; i < encoder->layers; i++) {
		const struct layer_run run = { model, memory, result[0], NULL, NULL, i };

		tape_segment(tape, encode_layer, &run, sizeof run, result, 3);
	}
	memory->states = op_dropout(tape, result[0], model->settings.dropout, NULL);
	memory->summary = op_concat(tape, op_step(tape, result[1], 0), op_step(tape, result[2], 0));
}

static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct rnn_settings *s = model->body;
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;

	if (s->attention != ATTEND_NONE)
		attention_remember(tape, &decoder->cross, memory->states, memory->states, memory);
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
	const int hidden = tape->parameters->list[decoder->layer[i].recurrent].columns;
	struct var *state = carry_state(tape, carry, 2 * hidden);
	struct var *h0, *c0 = NULL, *final, *y;

	if (state) {
		h0 = op_slice(tape, (struct slice){ state, 0, hidden });
		c0 = op_slice(tape, (struct slice){ state, hidden, hidden });
	} else {
		h0 = op_slice(tape, (struct slice){ start, i * hidden, hidden });
	}
	y = run_lstm(tape, decoder->layer[i], x, h0, c0, NULL, false, carry ? &final : NULL);
	if (carry)
		carry_store(carry,
		            op_concat(tape, op_step(tape, final, 0), op_step(tape, final, 1)));
	return y;
}

static void decode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct decoder *decoder = run->model->side[SIDE_TARGET].layout;
	struct var *in = between_layers(tape, run->model, run->x, run->number);

	*result = around_layer(
		tape, run->model, run->x,
		decoder_lstm(tape, decoder, run->number, in, run->start, run->carry));
}

/* What the top states see of the source, and both put together. */
static void combine(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct rnn_settings *s = run->model->body;
	const struct decoder *decoder = run->model->side[SIDE_TARGET].layout;
	struct var *x = run->x, *out = x;

	if (s->attention != ATTEND_NONE)
		out = op_concat(tape, attention_cross(tape, &decoder->cross, x, run->memory, 0, 0),
		                x);
	out = projection_apply(tape, decoder->combine, out, ACTIVATION_TANH);
	*result = op_dropout(tape, out, run->model->settings.dropout, NULL);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *y, struct carry *carry)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	struct layer_run run = { model, memory, y, NULL, carry, 0 };

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

static struct cost cost(const struct model *model, int source, int target)
{
	const struct rnn_settings *s = model->body;
	const double h = (double)s->hidden, d = (double)model->settings.width;
	double encoder = 2 * lstm_cost(d, h / 2), decoder = lstm_cost(d, h), attention = 0;

	encoder += (double)(s->encoder_layers - 1) * 2 * lstm_cost(h, h / 2);
	decoder += (double)(s->decoder_layers - 1) * lstm_cost(h, h);
	decoder += (s->attention == ATTEND_NONE ? h : 2 * h) * model->output_width;
	if (s->attention != ATTEND_NONE)
		attention = 2.0 * target * source * h;
	if (s->attention == ATTEND_GENERAL || s->attention == ATTEND_ADDITIVE)
		attention += source * h * h;
	if (s->attention == ATTEND_ADDITIVE)
		attention += target * h * h;
	return (struct cost){
		.multiply_adds = source * encoder + target * decoder + attention +
		                 (double)s->decoder_layers * h * h,
		.sequential =
			(double)s->encoder_layers * source + (double)s->decoder_layers * target,
		.path = target,
	};
}

static const char *const widths[] = { "hidden", NULL };

extern const struct architecture architecture_rnn;
const struct architecture architecture_rnn = {
	.name = "rnn",
	.about = "bidirectional LSTM encoder, LSTM decoder with attention (Bahdanau 2015, Luong "
	         "2015)",
	.settings = settings_table,
	.settings_size = sizeof(struct rnn_settings),
	.widths = widths,
	.check = check,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};
