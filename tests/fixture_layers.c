/* fixture_layers.c - reference values of PyTorch: layers and losses, one function a kind. */
#include "core/ops.h"
#include "tests/fixture.h"
#include "tests/fixture_kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void one_output(struct fixture *f, struct var *y)
{
	fixture_output(f, "out", y);
	fixture_seed(f, y, "w");
	fixture_gradients(f);
}

static int optional(struct fixture *f, const char *name)
{
	return fixture_has(f, name) ? fixture_parameter(f, name) : -1;
}

static struct var *parameter(struct fixture *f, int number)
{
	return tape_parameter(&f->tape, number);
}

static void missing(struct fixture *f, const char *what, const char *which)
{
	snprintf(f->missing, sizeof f->missing, "%s %s", what, which);
}

static void linear_case(struct fixture *f)
{
	const int w = fixture_parameter(f, "weight"), b = optional(f, "bias");

	fixture_begin(f);
	one_output(f, op_linear(&f->tape, fixture_input(f, "x"), parameter(f, w), parameter(f, b),
	                        ACTIVATION_NONE));
}

static void layer_norm_case(struct fixture *f)
{
	const int w = fixture_parameter(f, "weight"), b = optional(f, "bias");

	fixture_begin(f);
	one_output(f, op_layer_norm(&f->tape, fixture_input(f, "x"), parameter(f, w),
	                            parameter(f, b)));
}

static void rms_norm_case(struct fixture *f)
{
	const int w = fixture_parameter(f, "weight");

	fixture_begin(f);
	one_output(f, op_rms_norm(&f->tape, fixture_input(f, "x"), parameter(f, w)));
}

static void embedding_case(struct fixture *f)
{
	const int w = fixture_parameter(f, "weight");
	const real scale = fixture_true(f, "scaled") ? (real)sqrt(fixture_number(f, "d", 1)) : 1;
	int n, t, *id;

	fixture_begin(f);
	id = fixture_ids(f, "x", &n, &t);
	one_output(f, op_embed(&f->tape, parameter(f, w), id, t, n, scale, NULL, 0, NULL));
}

static bool activation_of(const char *word, enum activation *activation)
{
	static const struct {
		const char *word;
		enum activation activation;
	} known[] = { { "relu", ACTIVATION_RELU },
		      { "tanh", ACTIVATION_TANH },
		      { "sigmoid", ACTIVATION_SIGMOID },
		      { "gelu", ACTIVATION_GELU },
		      { "gelu-tanh", ACTIVATION_GELU_TANH },
		      { "swish", ACTIVATION_SWISH } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(known[i].word, word))
			continue;
		*activation = known[i].activation;
		return true;
	}
	return false;
}

static void activation_case(struct fixture *f)
{
	enum activation activation;

	if (!activation_of(fixture_word(f, "kind", "?"), &activation)) {
		missing(f, "activation", fixture_word(f, "kind", "?"));
		return;
	}
	fixture_begin(f);
	one_output(f, op_activation(&f->tape, fixture_input(f, "x"), activation));
}

static void glu_case(struct fixture *f)
{
	const char *gate = fixture_word(f, "gate", "?");
	const bool swiglu = !strcmp(gate, "swiglu");
	struct var *x;

	if (!swiglu && strcmp(gate, "glu")) {
		missing(f, "gate", gate);
		return;
	}
	fixture_begin(f);
	x = fixture_input(f, "x");
	one_output(f, swiglu ? op_swiglu(&f->tape, x) : op_glu(&f->tape, x));
}

static void sinusoidal_case(struct fixture *f)
{
	const int t = (int)fixture_number(f, "t", 0), d = (int)fixture_number(f, "d", 0);
	struct var *x;

	fixture_begin(f);
	x = tape_var(&f->tape, NULL, t, 1, d);
	sinusoidal_positions(t, d, x->x);
	fixture_compare(f, "out", var_size(x), x->x);
}

static struct convolution shape_of(const struct fixture *f)
{
	const int k = (int)fixture_number(f, "k", 1),
		  dilation = (int)fixture_number(f, "dilation", 1);
	const int past = (k - 1) * dilation;
	const bool causal = !strcmp(fixture_word(f, "mode", "?"), "causal");

	return (struct convolution){ k, dilation, causal ? past : past / 2,
		                     causal ? 0 : past - past / 2 };
}

struct weights {
	int v, gain, bias;
};

static struct weights convolution_parameters(struct fixture *f)
{
	const bool norm = fixture_has(f, "weight_v");
	struct weights w;

	w.v = fixture_parameter(f, norm ? "weight_v" : "weight");
	w.gain = norm ? fixture_parameter(f, "weight_g") : -1;
	w.bias = fixture_parameter(f, "bias");
	return w;
}

static struct var *convolve(struct fixture *f, struct weights w, struct var *x)
{
	struct var *v = parameter(f, w.v);

	if (w.gain >= 0)
		v = op_weight_norm(&f->tape, v, parameter(f, w.gain));
	return op_convolution(&f->tape, x, v, parameter(f, w.bias), shape_of(f));
}

static void convolution_case(struct fixture *f)
{
	const struct weights w = convolution_parameters(f);
	struct var *y;

	fixture_begin(f);
	y = convolve(f, w, fixture_input(f, "x"));
	one_output(f, fixture_true(f, "glu") ? op_glu(&f->tape, y) : y);
}

static void convs2s_block_case(struct fixture *f)
{
	const struct weights w = convolution_parameters(f);
	struct var *x;

	fixture_begin(f);
	x = fixture_input(f, "x");
	one_output(f, op_add(&f->tape, x, op_glu(&f->tape, convolve(f, w, x)), (real)M_SQRT1_2));
}

/* Dynamic: each step's weights are a linear map of its input. */
static void light_convolution_case(struct fixture *f)
{
	const int weight = fixture_parameter(f, "weight");
	struct light_convolution how = { .over = shape_of(f),
		                         .heads = (int)fixture_number(f, "heads", 1) };
	struct var *x, *w;

	fixture_begin(f);
	how.length = fixture_lengths(f);
	x = fixture_input(f, "x");
	w = parameter(f, weight);
	if (fixture_true(f, "dynamic"))
		w = op_linear(&f->tape, x, w, NULL, ACTIVATION_NONE);
	one_output(f, op_light_convolution(&f->tape, x, w, how));
}

/* The identity as output layer makes the loss one of given logits. */
static int identity_parameter(struct fixture *f, int v)
{
	const int number = parameter_add(&f->parameters, v, v, START_CONSTANT, 0, "identity");

	fixture_identity(f, number);
	return number;
}

static void cross_entropy_case(struct fixture *f)
{
	const double e = fixture_number(f, "eps", 0);
	const bool tied = fixture_true(f, "tied");
	const int v = (int)fixture_number(f, "V", 0);
	const int w = tied ? fixture_parameter(f, "weight") : identity_parameter(f, v);
	struct smoothing smoothing = smoothing_uniform(e, v);
	struct loss loss = { 0 };
	struct var *y;
	real total;
	int n, t, *gold;

	if (!strcmp(fixture_word(f, "definition", "?"), "fairseq"))
		smoothing = (struct smoothing){ 1 - e - e / (v - 1), e / (v - 1) };
	fixture_begin(f);
	gold = fixture_ids(f, "y", &n, &t);
	y = op_cross_entropy(&f->tape, fixture_input(f, tied ? "x" : "logits"), parameter(f, w),
	                     NULL, gold, -1, smoothing, &loss, NULL);
	total = (real)loss.smoothed;
	fixture_compare(f, "loss", 1, &total);
	tape_gradient(&f->tape, y)[0] = 1;
	fixture_gradients(f);
}

const struct fixture_kind fixture_kinds_layers[] = {
	{ "linear", linear_case },
	{ "layer_norm", layer_norm_case },
	{ "rms_norm", rms_norm_case },
	{ "embedding", embedding_case },
	{ "activation", activation_case },
	{ "glu", glu_case },
	{ "sinusoidal", sinusoidal_case },
	{ "conv", convolution_case },
	{ "light_conv", light_convolution_case },
	{ "convs2s_block", convs2s_block_case },
	{ "cross_entropy", cross_entropy_case },
	{ NULL, NULL },
};
