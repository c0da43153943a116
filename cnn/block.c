/* block.c - the convolutional part of a layer, in its kinds. */
#include "cnn/block.h"
#include "core/error.h"

#include <math.h>
#include <stdio.h>

static const char *const side_name[SIDES] = { "encoder", "decoder" };

#define S struct cnn_settings
const struct setting cnn_settings_table[] = {
	SETTING_OF_WORD(S, convolution, "convolution", "gated",
	                "gated|tcn|bytenet|lightweight|dynamic",
	                "what a layer is: gated linear unit (Gehring 2017), two with ReLU (Bai "
	                "2018), a bottleneck (Kalchbrenner 2016), taps shared by channels (Wu "
	                "2019), which dynamic makes anew at each step"),
	SETTING_OF_INTS(
		S, kernel, "kernel", "3", 1, 63,
		"steps that one convolution sees, layer by layer, the last going on (3/7/15); "
		"odd in an encoder"),
	SETTING_OF_INTS(
		S, dilation, "dilation", "1", 1, 4096,
		"steps from one tap to the next, layer by layer, the last going on (1/2/4)"),
	SETTING_OF_INTS(
		S, channels, "channels", "0", 0, 65536,
		"channels inside each layer's block, layer by layer; 0: width (bytenet: half "
		"of it)"),
	SETTING_OF_INT(S, heads, "convolution_heads", "4", 1, 1024,
	               "lightweight, dynamic: groups of channels that share their taps"),
	SETTING_OF_REAL(
		S, weight_dropout, "weight_dropout", "0", 0, 0.95,
		"lightweight, dynamic: share of taps set to zero in training (DropConnect)"),
	SETTING_OF_BOOL(S, weight_norm, "weight_norm", "true",
	                "weights as direction times length (Salimans 2016)"),
	SETTING_OF_BOOL(S, project_context, "project_context", "false",
	                "inside of blocks, what one head of attention found is projected (as in the "
	                "code of Gehring 2017, not the paper)"),
	{ .name = NULL },
};
#undef S

static bool is_light(int kind)
{
	return kind == CONVOLUTION_LIGHTWEIGHT || kind == CONVOLUTION_DYNAMIC;
}

static long channels_at(const struct cnn_settings *s, int layer, long width)
{
	const long channels = ints_at(&s->channels, layer);
	const long standard = s->convolution == CONVOLUTION_BYTENET ? (width + 1) / 2 : width;

	return channels ? channels : standard;
}

static bool check_layer(const struct design *design, int side, int layer, struct error *error)
{
	const struct cnn_settings *s = design->side[side].settings;
	const long kernel = ints_at(&s->kernel, layer);
	const long channels = channels_at(s, layer, design->model.width);

	if (side == SIDE_SOURCE && kernel % 2 == 0)
		return error_set(error, "kernel = %ld: must be odd (3, 5, 7) in an encoder",
		                 kernel);
	if (is_light(s->convolution) && s->heads > channels)
		return error_set(error,
		                 "convolution_heads = %ld: must not be above the %ld channels of "
		                 "layer %d",
		                 s->heads, channels, layer + 1);
	return true;
}

static bool check_count(const struct ints *ints, const char *key, int layers, struct error *error)
{
	if (ints->count <= layers)
		return true;
	return error_set(error, "%s: has %d numbers for %d layers; leave some out", key,
	                 ints->count, layers);
}

bool block_check(const struct design *design, int side, struct error *error)
{
	const struct cnn_settings *s = design->side[side].settings;
	const struct layer_settings *l = &design->side[side].layer;
	const int layers = layers_of(l, side);
	const int others = layers_of(&design->side[!side].layer, !side);
	const int most = layers > others ? layers : others; /* one list may be for both sides */

	if (!check_count(&s->kernel, "kernel", most, error) ||
	    !check_count(&s->dilation, "dilation", most, error) ||
	    !check_count(&s->channels, "channels", most, error))
		return false;
	if (l->share_layers && (s->kernel.count > 1 || s->channels.count > 1))
		return error_set(error, "share_layers = true: layers that share their weights need "
		                        "one kernel and one number of channels");
	if (s->convolution == CONVOLUTION_GATED && (s->channels.count > 1 || s->channels.value[0]))
		return error_set(error,
		                 "channels = %ld: convolution: gated has width channels; "
		                 "leave it at 0, or set another convolution",
		                 s->channels.value[0]);
	if (s->weight_dropout > 0 && !is_light(s->convolution))
		return error_set(error,
		                 "weight_dropout = %g: is about taps that channels share; leave it "
		                 "at 0, or set convolution: lightweight or dynamic",
		                 s->weight_dropout);
	for (int i = 0; i < layers; i++)
		if (!check_layer(design, side, i, error))
			return false;
	return true;
}

/* Weights start at a variance of `square` over what a sum has, gains at the length that these
 * have. */
static struct filter filter_add(struct model *model, const struct block *block, bool norm, int from,
                                int to, double square, const char *name)
{
	struct parameters *all = &model->parameters;
	const int taps = block->kernel * from;
	struct filter filter = { .gain = -1, .from = from, .to = to };

	filter.v = parameter_add(all, to, taps, START_NORMAL, sqrt(square / taps), "%s.weight%s",
	                         name, norm ? "_v" : "");
	if (norm) {
		filter.gain = parameter_add(all, 1, to, START_CONSTANT, sqrt(square), "%s.weight_g",
		                            name);
		parameter_normalise(all, filter.v, filter.gain);
	}
	filter.bias = parameter_add(all, 1, to, START_CONSTANT, 0, "%s.bias", name);
	return filter;
}

/* Variance 4 (1 - p) / (k d) before a gate (Gehring 2017, section 3.5); 2 / (k d) before a ReLU (He
 * 2015). */
static void filters_add(struct model *model, struct block *b, bool norm, const char *name)
{
	const int d = (int)model->settings.width;
	char part[64];

	if (b->kind == CONVOLUTION_GATED) {
		b->filter[0] = filter_add(model, b, norm, d, 2 * d,
		                          4 * (1 - model->settings.dropout), name);
		return;
	}
	for (int i = 0; i < 2; i++) {
		snprintf(part, sizeof part, "%s.conv%d", name, i + 1);
		b->filter[i] = filter_add(model, b, norm, i ? b->channels : d, i ? d : b->channels,
		                          2, part);
	}
}

static void bytenet_add(struct model *model, int side, struct block *b, const char *name)
{
	const int d = (int)model->settings.width;
	char part[64];

	for (int i = 0; i < 3; i++) {
		snprintf(part, sizeof part, "%s.block_norm%d", name, i + 1);
		b->norm[i] = norm_always(model, side, i ? b->channels : d, part);
	}
	b->in = projection_add(&model->parameters, b->channels, d, true, "%s.reduce.", name);
	snprintf(part, sizeof part, "%s.conv", name);
	b->filter[0] = filter_add(model, b, false, b->channels, b->channels, 2, part);
	b->out = projection_add(&model->parameters, d, b->channels, true, "%s.expand.", name);
}

static void light_add(struct model *model, struct block *b, const char *name)
{
	struct parameters *all = &model->parameters;
	const int d = (int)model->settings.width;

	b->in = projection_add(all, 2 * b->channels, d, true, "%s.gate.", name);
	if (b->kind == CONVOLUTION_DYNAMIC)
		b->make = projection_add(all, b->heads * b->kernel, b->channels, false, "%s.taps.",
		                         name);
	else
		b->taps = parameter_add(all, b->heads, b->kernel, START_XAVIER, 0, "%s.taps.weight",
		                        name);
	b->out = projection_add(all, d, b->channels, true, "%s.out.", name);
}

struct block block_add(struct model *model, int side, int number)
{
	const struct cnn_settings *s = model->side[side].body.settings;
	struct block b = {
		.kind = (enum convolution_kind)s->convolution,
		.kernel = (int)ints_at(&s->kernel, number),
		.dilation = (int)ints_at(&s->dilation, number),
		.channels = (int)channels_at(s, number, model->settings.width),
		.heads = (int)s->heads,
		.weight_dropout = s->weight_dropout,
		.filter = { { .v = -1 }, { .v = -1 } },
		.in = NO_PROJECTION,
		.out = NO_PROJECTION,
		.taps = -1,
		.make = NO_PROJECTION,
	};
	char name[32];

	snprintf(name, sizeof name, "%s.%d", side_name[side], number);
	if (b.kind == CONVOLUTION_BYTENET)
		bytenet_add(model, side, &b, name);
	else if (is_light(b.kind))
		light_add(model, &b, name);
	else
		filters_add(model, &b, s->weight_norm, name);
	return b;
}

struct var *block_weight(struct tape *tape, const struct block *block, int i)
{
	const struct filter *f = &block->filter[i];
	struct var *v = f->v < 0 ? NULL : tape_parameter(tape, f->v);

	return f->v < 0 || f->gain < 0 ? v : op_weight_norm(tape, v, tape_parameter(tape, f->gain));
}

/* What a convolution reads of x, and the zeros around it: as many on both sides (encoder), or what
 * came before (decoder). */
static struct var *around(struct tape *tape, const struct block *b, const struct steps *steps,
                          struct var *x, struct convolution *over)
{
	const int past = (b->kernel - 1) * b->dilation;
	struct var *seen;

	if (steps->side == SIDE_SOURCE) {
		*over = (struct convolution){ b->kernel, b->dilation, past / 2, past / 2 };
		return x;
	}
	x = op_blank_steps(tape, x, steps->blank);
	seen = carry_extend(tape, steps->carry, slice_all(x), past).v;
	*over = (struct convolution){ b->kernel, b->dilation, past - (seen->t - x->t), 0 };
	return seen;
}

/* The i-th filter over x with dropout p, and 0 behind each sentence's end. */
static struct var *filter_apply(struct tape *tape, const struct block *b, const struct steps *steps,
                                int i, struct var *x, double p)
{
	struct convolution over;

	x = around(tape, b, steps, op_dropout(tape, x, p, steps->length), &over);
	return op_convolution(tape, x, steps->weight[i], tape_parameter(tape, b->filter[i].bias),
	                      over);
}

static struct var *tcn(struct tape *tape, const struct block *b, const struct steps *steps,
                       struct var *x)
{
	x = op_activation(tape, filter_apply(tape, b, steps, 0, x, 0), ACTIVATION_RELU);
	x = filter_apply(tape, b, steps, 1, x, steps->model->settings.dropout);
	return op_activation(tape, x, ACTIVATION_RELU);
}

static struct var *bytenet(struct tape *tape, const struct block *b, const struct steps *steps,
                           struct var *x)
{
	x = op_activation(tape, norm_apply(tape, b->norm[0], x), ACTIVATION_RELU);
	x = projection_apply(tape, b->in, x, ACTIVATION_NONE);
	x = op_activation(tape, norm_apply(tape, b->norm[1], x), ACTIVATION_RELU);
	x = filter_apply(tape, b, steps, 0, x, 0);
	x = op_activation(tape, norm_apply(tape, b->norm[2], x), ACTIVATION_RELU);
	return projection_apply(tape, b->out, x, ACTIVATION_NONE);
}

static struct var *light(struct tape *tape, const struct block *b, const struct steps *steps,
                         struct var *x)
{
	struct light_convolution how = { .heads = b->heads,
		                         .length = steps->length,
		                         .dropout = b->weight_dropout };
	struct var *taps;

	x = op_glu(tape, projection_apply(tape, b->in, x, ACTIVATION_NONE));
	taps = b->kind == CONVOLUTION_DYNAMIC ? projection_apply(tape, b->make, x, ACTIVATION_NONE)
	                                      : tape_parameter(tape, b->taps);
	x = around(tape, b, steps, x, &how.over);
	return projection_apply(tape, b->out, op_light_convolution(tape, x, taps, how),
	                        ACTIVATION_NONE);
}

struct var *block_apply(struct tape *tape, const struct block *b, const struct steps *steps,
                        struct var *x)
{
	switch (b->kind) {
	case CONVOLUTION_GATED:
		break;
	case CONVOLUTION_TCN:
		return tcn(tape, b, steps, x);
	case CONVOLUTION_BYTENET:
		return bytenet(tape, b, steps, x);
	case CONVOLUTION_LIGHTWEIGHT:
	case CONVOLUTION_DYNAMIC:
		return light(tape, b, steps, x);
	}
	return op_glu(tape, filter_apply(tape, b, steps, 0, x, steps->dropout));
}

double block_reach(const struct block *b)
{
	return (b->kind == CONVOLUTION_TCN ? 2.0 : 1.0) * (b->kernel - 1) * b->dilation;
}

double block_cost(const struct block *b, double width)
{
	const double c = b->channels, k = b->kernel;

	if (is_light(b->kind))
		return 3 * width * c + k * c +
		       (b->kind == CONVOLUTION_DYNAMIC ? b->heads * k * c : 0);
	return (b->kind == CONVOLUTION_BYTENET ? 2 * width * c : 0) +
	       k * ((double)b->filter[0].from * b->filter[0].to +
	            (b->filter[1].v < 0 ? 0 : (double)b->filter[1].from * b->filter[1].to));
}
