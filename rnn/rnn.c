/* rnn.c - the recurrent architecture: its settings, and the rules between them. */
#include "rnn/parts.h"

extern const struct architecture architecture_rnn;

#define S struct rnn_settings
static const struct setting settings_table[] = {
	SETTING_OF_INT(
		S, hidden, "hidden", "256", 2, 65536,
		"units of the decoder's state; a bidirectional encoder has half of them each "
		"way"),
	SETTING_OF_BOOL(S, residual, "residual", "false",
	                "add the input of layers of equal width to their output"),
	SETTING_OF_WORD(S, cell, "cell", "lstm", "lstm|gru|layer-norm-lstm|peephole-lstm",
	                "LSTM (Hochreiter 1997), GRU (Cho 2014), LSTM with layer normalisation (Ba "
	                "2016) or with gates that see the cell (Gers 2002)"),
	SETTING_OF_REAL(S, forget_bias, "forget_bias", "1", -100, 100,
	                "an LSTM's forget gates start with this bias (Jozefowicz 2015)"),
	SETTING_OF_BOOL(S, bidirectional, "bidirectional", "true",
	                "the encoder reads both ways; false: one way, with all hidden units"),
	SETTING_OF_BOOL(S, reverse_source, "reverse_source", "false",
	                "a one-way encoder reads the source backwards (Sutskever 2014)"),
	SETTING_OF_BOOL(S, input_feeding, "input_feeding", "false",
	                "the decoder reads its last output beside the token (Luong 2015)"),
	SETTING_OF_BOOL(S, bridge_cell, "bridge_cell", "false",
	                "the decoder's LSTM cells start from the encoder's last, projected; false: "
	                "at 0"),
	SETTING_OF_BOOL(S, variational_dropout, "variational_dropout", "false",
	                "one dropout mask for all steps, of inputs, outputs and recurrent states "
	                "(Gal 2016)"),
	{ .name = NULL },
};
#undef S

static const char *const defaults[] = {
	"encoder_layers", "2", "decoder_layers",   "1",    "attention", "additive",
	"heads",          "1", "attention_layers", "last", NULL,
};

static const char *const only_encoder[] = { "bidirectional", "reverse_source", NULL };
static const char *const only_decoder[] = { "input_feeding", "bridge_cell", NULL };
static const char *const of_encoder[] = { "bidirectional", "reverse_source", "input_feeding",
	                                  "bridge_cell", NULL };

static const char *const widths[] = { "hidden", "feed_forward", NULL };

static int width(const struct design *design, int side)
{
	const struct rnn_settings *s = design->side[side].settings;

	return (int)s->hidden;
}

static bool check_encoder(const struct rnn_settings *s, struct error *error)
{
	if (s->bidirectional && s->hidden % 2)
		return error_set(error, "hidden = %ld: must be even, half for each direction",
		                 s->hidden);
	if (s->bidirectional && s->reverse_source)
		return error_set(error, "reverse_source = true: a bidirectional encoder reads both "
		                        "ways; set bidirectional: false");
	return true;
}

static bool check_feeding(const struct layer_settings *s, struct error *error)
{
	const char *why = NULL;

	if (s->attention == ATTEND_NONE)
		why = "feeds what attention found, and attention is none; set attention";
	else if (s->attention_layers != ATTENTION_LAST)
		why = "feeds what the top states found; set attention_layers: last";
	else if (s->self_attention != ATTEND_NONE)
		why = "goes one step at a time, self-attention sees all steps; set the decoder's "
		      "self_attention: none";
	return !why || error_set(error, "input_feeding = true: %s", why);
}

/* Both sides have LSTM cells, and there is an encoder. */
static bool check_bridge(const struct design *design, struct error *error)
{
	const struct body *source = &design->side[SIDE_SOURCE];
	const struct rnn_settings *own = design->side[SIDE_TARGET].settings;
	const struct rnn_settings *theirs = source->settings;

	if (own->cell != CELL_GRU && source->architecture == &architecture_rnn &&
	    theirs->cell != CELL_GRU)
		return true;
	return error_set(error, "bridge_cell = true: is about LSTM cells, which encoder and decoder "
	                        "must both have; leave it out, or set cell: lstm for both");
}

static bool check(const struct design *design, int side, struct error *error)
{
	const struct rnn_settings *s = design->side[side].settings;
	const struct layer_settings *layer = &design->side[side].layer;

	if (s->cell == CELL_GRU && (s->forget_bias < 1 || s->forget_bias > 1))
		return error_set(error,
		                 "forget_bias = %g: a GRU has no forget gate; leave it out, "
		                 "or set cell: lstm",
		                 s->forget_bias);
	if (side == SIDE_SOURCE && !check_encoder(s, error))
		return false;
	if (side == SIDE_TARGET && s->input_feeding && !check_feeding(layer, error))
		return false;
	if (side == SIDE_TARGET && s->bridge_cell && !check_bridge(design, error))
		return false;
	if (side == SIDE_TARGET && layer->attention_layers == ATTENTION_LAST &&
	    !design_check_states(design, "hidden", error))
		return false;
	return layer_settings_check(layer, side, s->hidden, "hidden", error);
}

static void build(struct model *model, int side)
{
	if (side == SIDE_SOURCE)
		rnn_build_encoder(model);
	else
		rnn_build_decoder(model);
}

static struct cost cost(const struct model *model, int side, int source, int target)
{
	return side == SIDE_SOURCE ? rnn_encoder_cost(model, source)
	                           : rnn_decoder_cost(model, source, target);
}

const struct architecture architecture_rnn = {
	.name = "rnn",
	.about = "recurrent: LSTM or GRU encoder and decoder with attention (Bahdanau 2015, Luong "
		 "2015)",
	.settings = settings_table,
	.settings_size = sizeof(struct rnn_settings),
	.defaults = defaults,
	.widths = widths,
	.only = { only_encoder, only_decoder },
	.of_encoder = of_encoder,
	.check = check,
	.width = width,
	.build = build,
	.encode = rnn_encode,
	.project = rnn_project,
	.decode = rnn_decode,
	.cost = cost,
};
