/* layer_settings.c - the table of what the layers of any architecture may be made of. */
#include "models/layer_settings.h"

#define S struct layer_settings
#define ATTEND_WORDS "none|dot|scaled-dot|general|additive"

const struct setting layer_settings_table[] = {
	SETTING_OF_INT(S, layers, "layers", "0", 0, 60,
	               "layers of each side; 0: as encoder_layers and decoder_layers say"),
	SETTING_OF_INT(S, encoder_layers, "encoder_layers", "3", 1, 60, "layers of the encoder"),
	SETTING_OF_INT(S, decoder_layers, "decoder_layers", "3", 1, 60, "layers of the decoder"),
	SETTING_OF_BOOL(S, share_layers, "share_layers", "false",
	                "all layers of a side have the same weights (Dehghani 2019)"),
	SETTING_OF_WORD(S, positions, "positions", "none",
	                "none|sinusoidal|learned|relative|rotary|alibi",
	                "how a step is told where it stands: added to embeddings (sinusoidal, "
	                "learned), or inside self-attention (relative, rotary, alibi)"),
	SETTING_OF_INT(S, relative_clip, "relative_clip", "16", 1, 4096,
	               "positions: relative - distance from which all distances are one"),
	SETTING_OF_WORD(S, attention, "attention", "scaled-dot", ATTEND_WORDS,
	                "the decoder's attention to the encoder: the score of a query and a key; "
	                "none: it sees a summary of the source only"),
	SETTING_OF_WORD(S, attention_layers, "attention_layers", "all", "last|all",
	                "decoder layers that attend to the encoder"),
	SETTING_OF_WORD(S, self_attention, "self_attention", "none", ATTEND_WORDS,
	                "attention of a side's layers to its own steps"),
	SETTING_OF_INT(S, heads, "heads", "1", 1, 1024, "attention heads"),
	SETTING_OF_INT(
		S, key_heads, "key_heads", "0", 0, 1024,
		"heads of keys and values, which several query heads share (1: multi-query); "
		"0: as many as heads"),
	SETTING_OF_INT(S, key_width, "key_width", "0", 0, 65536,
	               "channels of a head's queries and keys (d_k); 0: width / heads"),
	SETTING_OF_INT(S, value_width, "value_width", "0", 0, 65536,
	               "channels of a head's values (d_v); 0: width / heads"),
	SETTING_OF_INT(S, window, "window", "0", 0, 1000000,
	               "self-attention sees this many steps to each side; 0: all"),
	SETTING_OF_INT(S, block, "block", "0", 0, 1000000,
	               "self-attention sees its own block of this many steps; 0: all"),
	SETTING_OF_BOOL(S, attend_embeddings, "attend_embeddings", "false",
	                "queries add the target's embedding, values the source's (Gehring 2017)"),
	SETTING_OF_REAL(S, attention_dropout, "attention_dropout", "0", 0, 0.95,
	                "share of attention weights set to zero in training"),
	SETTING_OF_WORD(S, norm, "norm", "none", "none|pre|post",
	                "normalisation before each block (trains easily) or after it"),
	SETTING_OF_WORD(S, norm_function, "norm_function", "layer", "layer|rms",
	                "layer: mean and variance (Ba 2016); rms: scale alone (Zhang 2019)"),
	SETTING_OF_INT(S, feed_forward, "feed_forward", "0", 0, 262144,
	               "channels inside each layer's feed-forward block (d_ff); 0: no such block"),
	SETTING_OF_WORD(S, activation, "activation", "relu", "relu|gelu|swish|swiglu|gelu-tanh",
	                "of the feed-forward block; swiglu has a third matrix (Shazeer 2020), gelu-tanh "
	                "is the approximation of GPT-2"),
	{ .name = NULL },
};

static const char *const only_encoder[] = { "encoder_layers", NULL };
static const char *const only_decoder[] = { "decoder_layers", "attention", "attention_layers",
	                                    "attend_embeddings", NULL };

const char *const *const layer_settings_only[SIDES] = { only_encoder, only_decoder };

const char *const layer_settings_of_encoder[] = { "encoder_layers", "attention", "attention_layers",
	                                          "attend_embeddings", NULL };

int layers_of(const struct layer_settings *s, int side)
{
	return (int)(s->layers             ? s->layers
	             : side == SIDE_SOURCE ? s->encoder_layers
	                                   : s->decoder_layers);
}

bool layer_attends(const struct layer_settings *s, int side, int layer)
{
	return side == SIDE_TARGET && s->attention != ATTEND_NONE &&
	       (s->attention_layers == ATTENTION_ALL || layer == layers_of(s, side) - 1);
}

static bool is_inside(int positions)
{
	return positions == POSITIONS_RELATIVE || positions == POSITIONS_ROTARY ||
	       positions == POSITIONS_ALIBI;
}

static bool word_error(const struct setting *table, const char *key, int word, const char *why,
                       struct error *error)
{
	char text[SETTING_TEXT_SIZE];

	setting_word(setting_find(table, key), word, text);
	return error_set(error, "%s = %s: %s", key, text, why);
}

static bool check_positions(const struct layer_settings *s, struct error *error)
{
	const char *why = NULL;

	if (!is_inside(s->positions))
		return true;
	if (s->self_attention == ATTEND_NONE)
		why = "works inside self-attention, which these layers do not have; set "
		      "self_attention, or positions: sinusoidal or learned";
	else if (s->positions != POSITIONS_ALIBI && s->self_attention == ATTEND_ADDITIVE)
		why = "is about products of queries and keys; self_attention: additive has none";
	return !why || word_error(layer_settings_table, "positions", s->positions, why, error);
}

/* What heads there are, where there is attention in heads of projections. */
static bool check_heads(const struct layer_settings *s, long width, const char *key,
                        struct error *error)
{
	if (s->key_heads && s->heads % s->key_heads)
		return error_set(error, "key_heads = %ld: must divide heads = %ld", s->key_heads,
		                 s->heads);
	if ((!s->key_width || !s->value_width) && width % s->heads)
		return error_set(error, "heads = %ld: must divide %s = %ld", s->heads, key, width);
	if (s->positions == POSITIONS_ROTARY &&
	    (s->key_width ? s->key_width : width / s->heads) % 2)
		return error_set(
			error,
			"%s = %ld: gives heads of %ld channels, and positions: rotary turns "
			"pairs of them; make that even",
			s->key_width ? "key_width" : "heads",
			s->key_width ? s->key_width : s->heads,
			s->key_width ? s->key_width : width / s->heads);
	return true;
}

static bool check_spans(const struct layer_settings *s, struct error *error)
{
	const char *key = s->window ? "window" : "block";

	if (s->self_attention != ATTEND_NONE || (!s->window && !s->block))
		return true;
	return error_set(error,
	                 "%s = %ld: restricts self-attention, which these layers do not "
	                 "have; set self_attention",
	                 key, s->window ? s->window : s->block);
}

bool layer_settings_check(const struct layer_settings *s, int side, long width, const char *key,
                          struct error *error)
{
	if (s->share_layers && s->attention_layers == ATTENTION_LAST && layers_of(s, side) > 1)
		return error_set(error, "attention_layers = last: with share_layers all layers are "
		                        "alike; set attention_layers: all");
	return check_positions(s, error) && check_heads(s, width, key, error) &&
	       check_spans(s, error);
}
