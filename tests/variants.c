/* variants.c - settings of architectures in one table. */
#include "tests/variants.h"
#include "tests/golden_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const struct variant variants[] = {
#ifdef VARIANTS_TABLE
#include VARIANTS_TABLE
#else
	{ "rnn", "tied=none" },
	{ "rnn", "attention=dot" },
	{ "rnn", "attention=scaled-dot" },
	{ "rnn", "attention=general tied=all" },
	{ "rnn", "attention=none" },
	{ "rnn", "encoder_layers=2 decoder_layers=2 residual=true" },
	{ "rnn", "decoder_layers=6" },
	{ "rnn", "heads=2" },
	{ "rnn", "heads=2 attention=general" },
	{ "rnn", "heads=2 key_width=3 value_width=5 attention=scaled-dot" },
	{ "rnn", "layers=2 share_layers=true attention_layers=all norm=pre" },
	{ "rnn", "norm=pre attention_layers=all attention=scaled-dot heads=2 feed_forward=12 activation=gelu self_attention=scaled-dot" },
	{ "rnn", "norm=post attention_layers=all self_attention=dot" },
	{ "rnn", "norm=post feed_forward=12 activation=gelu-tanh positions=learned" },
	{ "rnn", "width=8 hidden=8 attend_embeddings=true attention=dot" },
	{ "rnn", "cell=gru" },
	{ "rnn", "cell=gru layers=2 norm=pre" },
	{ "rnn", "cell=layer-norm-lstm" },
	{ "rnn", "cell=layer-norm-lstm layers=2 forget_bias=2" },
	{ "rnn", "cell=peephole-lstm layers=2" },
	{ "rnn", "bidirectional=false layers=2 hidden=9" },
	{ "rnn", "bidirectional=false reverse_source=true attention=none layers=2" },
	{ "rnn", "bidirectional=false reverse_source=true cell=gru attention=general" },
	{ "rnn", "input_feeding=true decoder_layers=1 attention=general" },
	{ "rnn", "input_feeding=true tied=none layers=2 norm=post feed_forward=12 activation=gelu" },
	{ "rnn", "input_feeding=true cell=gru heads=2 norm=pre" },
	{ "rnn", "bridge_cell=true attention=general" },
	{ "rnn", "bridge_cell=true input_feeding=true cell=peephole-lstm layers=2 bidirectional=false" },
	{ "rnn", "variational_dropout=true" },
	{ "rnn", "variational_dropout=true cell=gru layers=2 norm=pre attention=none" },
	{ "rnn", "variational_dropout=true input_feeding=true cell=layer-norm-lstm" },
	{ "rnn", "variational_dropout=true input_feeding=true cell=peephole-lstm layers=2 bidirectional=false" },
	{ "rnn", "norm=pre self_attention=general positions=relative relative_clip=2 heads=2 key_heads=1 norm_function=rms feed_forward=12 activation=swish attention_dropout=0.1" },
	{ "rnn", "norm=post attention_layers=all attention=scaled-dot self_attention=additive positions=alibi window=2 feed_forward=12 activation=swiglu" },
	{ "rnn", "norm=pre self_attention=scaled-dot positions=sinusoidal block=3" },
	{ "cnn", "tied=none" },
	{ "cnn", "kernel=5 tied=all" },
	{ "cnn", "kernel=1" },
	{ "cnn", "weight_norm=false positions=none" },
	{ "cnn", "attention=general" },
	{ "cnn", "attention=general project_context=true tied=none feed_forward=12 activation=gelu-tanh" },
	{ "cnn", "attention=additive attend_embeddings=false" },
	{ "cnn", "heads=2 attention=scaled-dot" },
	{ "cnn", "heads=2 attend_embeddings=false attention_layers=last" },
	{ "cnn", "attention=none positions=sinusoidal" },
	{ "cnn", "norm=pre heads=2 feed_forward=12 activation=gelu self_attention=scaled-dot" },
	{ "cnn", "norm=post share_layers=true layers=3" },
	{ "cnn", "norm=pre self_attention=general positions=relative relative_clip=2 heads=2 key_heads=1 key_width=3 value_width=5 norm_function=rms feed_forward=12 activation=swish attention_dropout=0.1" },
	{ "cnn", "norm=post self_attention=additive positions=alibi window=1 feed_forward=12 activation=swiglu" },
	{ "cnn", "self_attention=scaled-dot positions=rotary block=3 heads=2" },
	{ "cnn", "convolution=tcn dilation=1/2 channels=6" },
	{ "cnn", "convolution=bytenet layers=2 dilation=1/2 kernel=3/5" },
	{ "cnn", "convolution=lightweight convolution_heads=3 weight_dropout=0.1 norm=pre" },
	{ "cnn", "convolution=dynamic convolution_heads=2 weight_dropout=0.1 channels=10" },
	{ "cnn", "decoder.kernel=4/2 decoder.dilation=2/1" },
	{ "transformer", "tied=none" },
	{ "transformer", "norm=post tied=all" },
	{ "transformer", "heads=4 activation=gelu" },
	{ "transformer", "heads=1 attention=general" },
	{ "transformer", "positions=none attention=dot" },
	{ "transformer", "attention_dropout=0.1" },
	{ "transformer", "norm=none feed_forward=0" },
	{ "transformer", "share_layers=true layers=3" },
	{ "transformer", "attention_layers=last positions=learned" },
	{ "transformer", "key_width=3 value_width=5" },
	{ "transformer", "attend_embeddings=true self_attention=dot" },
	{ "transformer", "self_attention=none" },
	{ "transformer", "attention=none" },
	{ "transformer", "key_heads=1 self_attention=general" },
	{ "transformer", "heads=4 key_heads=2 self_attention=additive attention=additive activation=gelu" },
	{ "transformer", "window=1" },
	{ "transformer", "block=3 norm=post" },
	{ "transformer", "positions=relative relative_clip=2" },
	{ "transformer", "positions=rotary" },
	{ "transformer", "positions=alibi" },
	{ "transformer", "positions=relative window=2 key_heads=1 relative_clip=3" },
	{ "transformer", "norm_function=rms activation=swiglu" },
	{ "transformer", "activation=swish" },
	{ "transformer", "activation=gelu-tanh scale_embeddings=false positions=learned" },
	{ "rnn", "norm=pre self_attention=scaled-dot positions=rotary" },
	{ "transformer-rnn", "decoder.attention=general" },
	{ "transformer-cnn", "decoder.kernel=5" },
	{ "cnn-transformer", "encoder.kernel=5" },
	{ "cnn-rnn", "decoder.hidden=12" },
	{ "transformer-rnn", "decoder.input_feeding=true decoder.cell=gru" },
	{ "cnn-rnn", "decoder.cell=peephole-lstm decoder.variational_dropout=true" },
	{ "rnn-transformer", "encoder.cell=gru encoder.bidirectional=false encoder.reverse_source=true" },
	{ "rnn-transformer", "encoder.hidden=12" },
	{ "rnn-cnn", "width=8 hidden=8" },
	{ "rnn", "arrangement=decoder-only" },
	{ "rnn", "arrangement=decoder-only cell=gru layers=2 norm=pre tied=none" },
	{ "rnn", "arrangement=decoder-only cell=layer-norm-lstm variational_dropout=true" },
	{ "rnn", "arrangement=decoder-only prefix=bidirectional norm=pre self_attention=scaled-dot cell=peephole-lstm positions=learned" },
	{ "cnn", "arrangement=decoder-only" },
	{ "cnn", "arrangement=decoder-only convolution=tcn dilation=1/2 channels=12 tied=all" },
	{ "cnn", "arrangement=decoder-only convolution=bytenet kernel=4/2 norm=post" },
	{ "cnn", "arrangement=decoder-only convolution=lightweight norm=pre" },
	{ "cnn", "arrangement=decoder-only prefix=bidirectional convolution=dynamic self_attention=dot positions=sinusoidal" },
	{ "transformer", "arrangement=decoder-only" },
	{ "transformer", "arrangement=decoder-only prefix=bidirectional" },
	{ "transformer", "arrangement=decoder-only prefix=bidirectional positions=rotary norm=post tied=none" },
	{ "transformer", "arrangement=decoder-only prefix=bidirectional positions=relative relative_clip=2 window=3" },
	{ "transformer", "arrangement=decoder-only prefix=bidirectional positions=alibi key_heads=1 attention_dropout=0.1" },
	{ "transformer", "arrangement=decoder-only prefix=bidirectional positions=learned block=12 share_layers=true" },
	{ "transformer", "arrangement=decoder-only self_attention=additive activation=gelu" },
	{ "rnn", "arrangement=decoder-only prefix=none" },
	{ "rnn", "arrangement=decoder-only prefix=none cell=gru norm=pre self_attention=scaled-dot positions=learned" },
	{ "cnn", "arrangement=decoder-only prefix=none" },
	{ "cnn", "arrangement=decoder-only prefix=none convolution=tcn dilation=1/2 channels=12 tied=all" },
	{ "transformer", "arrangement=decoder-only prefix=none tied=none" },
	{ "transformer", "arrangement=decoder-only prefix=none positions=learned norm=pre activation=gelu tied=all" },
	{ "transformer", "arrangement=decoder-only prefix=none positions=relative relative_clip=2 window=3" },
	{ "rnn", "arrangement=encoder-only" },
	{ "rnn", "arrangement=encoder-only pooling=last cell=gru layers=2 norm=pre" },
	{ "rnn", "arrangement=encoder-only pooling=last bidirectional=false reverse_source=true" },
	{ "rnn", "arrangement=encoder-only pooling=last bidirectional=false cell=peephole-lstm variational_dropout=true" },
	{ "rnn", "arrangement=encoder-only pooling=none norm=post self_attention=dot cell=layer-norm-lstm positions=learned" },
	{ "cnn", "arrangement=encoder-only" },
	{ "cnn", "arrangement=encoder-only pooling=last convolution=tcn dilation=1/2 channels=6" },
	{ "cnn", "arrangement=encoder-only pooling=none convolution=bytenet norm=pre kernel=5" },
	{ "cnn", "arrangement=encoder-only pooling=none convolution=dynamic self_attention=scaled-dot layers=2 share_layers=true" },
	{ "transformer", "arrangement=encoder-only" },
	{ "transformer", "arrangement=encoder-only pooling=last norm=post positions=learned" },
	{ "transformer", "arrangement=encoder-only pooling=none positions=relative relative_clip=2 window=2" },
#endif
};
const int variants_count = sizeof variants / sizeof variants[0];

const char variant_small[] = "width=8 hidden=10 encoder_layers=1 decoder_layers=2";
const char variant_wide[] = "width=16 hidden=32 encoder_layers=1 decoder_layers=2";

/* A setting of a side by name, and its struct. */
static const struct setting *find(struct design *design, int side, const char *key, void **base)
{
	const struct body *body = &design->side[side];
	const struct {
		const struct setting *table;
		void *base;
	} part[] = { { model_settings_table, &design->model },
		     { layer_settings_table, &design->side[side].layer },
		     { body->architecture->settings, body->settings } };

	for (int i = 0; i < 3; i++) {
		const struct setting *s = setting_find(part[i].table, key);

		*base = part[i].base;
		if (s)
			return s;
	}
	return NULL;
}

/* "key=value" for both sides, "encoder.key=value" for one. What an architecture does not have is
 * passed over where `lenient`. */
static void assign(const char *text, struct design *design, bool lenient)
{
	char copy[512], *save, *key;

	snprintf(copy, sizeof copy, "%s", text);
	for (key = strtok_r(copy, " ", &save); key; key = strtok_r(NULL, " ", &save)) {
		char *value = strchr(key, '=');
		bool known = lenient;
		struct error error;

		*value++ = '\0';
		for (int side = 0; side < SIDES; side++) {
			static const char *const own[SIDES] = { "encoder.", "decoder." };
			const bool here = !strncmp(key, own[side], 8);
			const bool there = !strncmp(key, own[!side], 8);
			const struct setting *setting;
			void *base;

			setting = there ? NULL : find(design, side, key + (here ? 8 : 0), &base);
			known |= setting != NULL;
			if (setting && !setting_read(setting, base, value, &error))
				fail_msg("%s", error.message);
		}
		if (!known)
			fail_msg("no setting %s", key);
	}
}

void variant_design(struct design *design, const struct variant *variant, const char *size)
{
	char first[64];
	const char *dash = strchr(variant->architecture, '-');

	snprintf(first, sizeof first, "%.*s",
	         (int)(dash ? dash - variant->architecture : (int)strlen(variant->architecture)),
	         variant->architecture);
	settings_default(model_settings_table, &design->model);
	body_default(&design->side[SIDE_SOURCE], architecture_find(first));
	body_default(&design->side[SIDE_TARGET], architecture_find(dash ? dash + 1 : first));
	assign(size, design, true);
	for (int side = 0; side < SIDES; side++) {
		struct layer_settings *s = &design->side[side].layer;

		s->heads = s->heads > 2 ? 2 : s->heads;
		s->feed_forward = s->feed_forward ? 3 * design->model.width / 2 : 0;
	}
	assign(variant->settings, design, false);
	design->model.dropout = 0;
}

void variant_open(struct model *model, const struct variant *variant, const char *size)
{
	const int vocabulary[SIDES] = { VARIANT_VOCABULARY, VARIANT_VOCABULARY };
	struct design design;
	struct error error;

	variant_design(&design, variant, size);
	if (!model_open(model, &design, vocabulary, true, VARIANT_LONGEST, &error))
		fail_msg("%s %s: %s", variant->architecture, variant->settings, error.message);
	parameters_start(&model->parameters, 7);
	design_free(&design);
}

void variant_corpus(struct corpus *corpus, const struct model *model, size_t sentences,
                    int shortest, int longest, unsigned seed)
{
	made_up_corpus(corpus, sentences, VARIANT_VOCABULARY, shortest, longest, seed);
	if (model_is_encoder_only(model))
		made_up_labels(corpus, model->settings.pooling == POOLING_NONE
		                               ? OBJECTIVE_TAG
		                               : OBJECTIVE_CLASSIFY);
}
