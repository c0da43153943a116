/* settings.c - the table of the harness's own keys of a contestant. */
#include "models/settings.h"

const struct setting model_settings_table[] = {
	SETTING_OF_INT(struct model_settings, width, "width", "128", 1, 65536,
	               "channels of the embeddings (d_model)"),
	SETTING_OF_WORD(struct model_settings, tied, "tied", "target", "none|target|all",
	                "tables shared with the output layer: none, the target embedding, or all "
	                "three (needs a joint vocabulary)"),
	SETTING_OF_WORD(struct model_settings, arrangement, "arrangement", "encoder-decoder",
	                "encoder-decoder|decoder-only|encoder-only",
	                "decoder-only: one stack of layers reads source and target as one sequence "
	                "(Liu 2018); encoder-only: labels a source, or each token of it"),
	SETTING_OF_WORD(
		struct model_settings, prefix, "prefix", "causal", "causal|bidirectional|none",
		"decoder-only - self-attention of the source's steps: to those before, or to "
		"the whole source (Raffel 2020); none: there is no source, as in task: "
		"language-model"),
	SETTING_OF_WORD(
		struct model_settings, pooling, "pooling", "mean", "mean|last|none",
		"encoder-only - the label is that of the mean of all states, of the last "
		"(of a bidirectional RNN: the last of each way), or each state has its own"),
	SETTING_OF_REAL(struct model_settings, dropout, "dropout", "0.1", 0, 0.95,
	                "share of activations set to zero in training"),
	{ .name = NULL },
};
