/* sublayer.c - self-attention, attention to the encoder, feed-forward: parts of any layer. */
#include "models/sublayer.h"
#include "core/graph.h"
#include "models/joined.h"

#include <math.h>
#include <stdio.h>

enum { NAME_SIZE = 64 };

static const char *const side_name[SIDES] = { "encoder", "decoder" };

static const struct layer_settings *settings_of(const struct model *model, int side)
{
	return &model->side[side].body.layer;
}

struct norm norm_always(struct model *model, int side, int d, const char *name)
{
	struct norm norm = NO_NORM;

	norm.gain = parameter_add(&model->parameters, 1, d, START_CONSTANT, 1, "%s.weight", name);
	if (settings_of(model, side)->norm_function == NORM_LAYER)
		norm.bias =
			parameter_add(&model->parameters, 1, d, START_CONSTANT, 0, "%s.bias", name);
	return norm;
}

struct norm norm_add(struct model *model, int side, int d, const char *name)
{
	return settings_of(model, side)->norm == NORM_NONE ? NO_NORM
	                                                   : norm_always(model, side, d, name);
}

struct norm last_norm_add(struct model *model, int side, int d)
{
	char name[NAME_SIZE];

	if (settings_of(model, side)->norm != NORM_PRE)
		return NO_NORM;
	snprintf(name, sizeof name, "%s_norm", side_name[side]);
	return norm_add(model, side, d, name);
}

struct var *norm_apply(struct tape *tape, struct norm norm, struct var *x)
{
	if (norm.gain < 0)
		return x;
	if (norm.bias < 0)
		return op_rms_norm(tape, x, tape_parameter(tape, norm.gain));
	return op_layer_norm(tape, x, tape_parameter(tape, norm.gain),
	                     tape_parameter(tape, norm.bias));
}

struct var *sublayer_input(struct tape *tape, const struct model *model, int side, struct norm norm,
                           struct var *x)
{
	return settings_of(model, side)->norm == NORM_PRE ? norm_apply(tape, norm, x) : x;
}

struct var *sublayer_output(struct tape *tape, const struct model *model, int side,
                            struct norm norm, struct var *x, struct var *fx)
{
	struct var *y =
		op_residual(tape, x, fx, model->settings.dropout, model->side[side].residual_scale);

	return settings_of(model, side)->norm == NORM_POST ? norm_apply(tape, norm, y) : y;
}

struct sublayers sublayers_add(struct model *model, int side, int layer, int d, bool attends)
{
	const struct layer_settings *s = settings_of(model, side);
	struct parameters *all = &model->parameters;
	struct sublayers sub = {
		.has_self = s->self_attention != ATTEND_NONE,
		.has_cross = attends && layer_attends(s, side, layer),
		.has_feed_forward = s->feed_forward > 0,
		.cross_number = s->attention_layers == ATTENTION_ALL ? layer : 0,
	};
	const bool has[3] = { sub.has_self, sub.has_cross, sub.has_feed_forward };
	const int ff = (int)s->feed_forward;
	char name[NAME_SIZE];
	int norms = 0;

	if (sub.has_self) {
		snprintf(name, sizeof name, "%s.%d.self_attn", side_name[side], layer);
		sub.self = attention_block_self(all, s, d, name);
	}
	if (sub.has_cross) {
		snprintf(name, sizeof name, "%s.%d.multihead_attn", side_name[side], layer);
		sub.cross = attention_block_cross(all, s, d, model->memory_width, name);
	}
	if (sub.has_feed_forward) {
		sub.linear1 = projection_add(all, s->activation == LAYER_SWIGLU ? 2 * ff : ff, d,
		                             true, "%s.%d.linear1.", side_name[side], layer);
		sub.linear2 =
			projection_add(all, d, ff, true, "%s.%d.linear2.", side_name[side], layer);
	}
	for (int i = 0; i < 3; i++) {
		if (!has[i])
			continue;
		snprintf(name, sizeof name, "%s.%d.norm%d", side_name[side], layer, ++norms);
		sub.norm[i] = norm_add(model, side, d, name);
	}
	return sub;
}

void sublayers_remember(struct tape *tape, const struct sublayers *sub, struct memory *memory)
{
	if (sub->has_cross && memory->projected_count == 2 * sub->cross_number)
		attention_remember(tape, &sub->cross, memory);
}

static enum activation activation_of(const struct layer_settings *s)
{
	switch (s->activation) {
	case LAYER_GELU:
		return ACTIVATION_GELU;
	case LAYER_GELU_TANH:
		return ACTIVATION_GELU_TANH;
	case LAYER_SWISH:
		return ACTIVATION_SWISH;
	case LAYER_SWIGLU:
		return ACTIVATION_NONE;
	}
	return ACTIVATION_RELU;
}

static struct var *feed_forward(struct tape *tape, const struct sublayers *sub,
                                const struct layer_settings *s, struct var *x)
{
	struct var *y = projection_apply(tape, sub->linear1, x, activation_of(s));

	if (s->activation == LAYER_SWIGLU)
		y = op_swiglu(tape, y);
	return projection_apply(tape, sub->linear2, y, ACTIVATION_NONE);
}

static struct var *self_attention(struct tape *tape, const struct sublayers *sub,
                                  const struct sublayer_run *run, struct var *x)
{
	const bool bidirectional = run->model->settings.prefix == PREFIX_BIDIRECTIONAL;
	struct sight sight = { .length = run->memory->length };

	if (run->side == SIDE_TARGET)
		sight = (struct sight){
			.causal = true,
			.first = joined_padding(run->memory, run->carry),
			.prefix = bidirectional ? joined_prefix(run->memory, run->carry) : 0,
		};
	return attention_self(tape, &sub->self, x, sight, run->carry, run->layer);
}

static struct var *cross_attention(struct tape *tape, const struct sublayers *sub,
                                   const struct sublayer_run *run, struct var *x)
{
	if (settings_of(run->model, run->side)->attend_embeddings)
		x = op_add(tape, x, run->embedded, 1);
	return attention_cross(tape, &sub->cross, x, run->memory, sub->cross_number, run->layer);
}

struct var *sublayers_apply(struct tape *tape, const struct sublayers *sub,
                            const struct sublayer_run *run, struct var *x)
{
	const struct model *model = run->model;
	const int side = run->side;
	struct var *in;

	if (sub->has_self) {
		graph_part(tape->graph, "self-attention");
		in = sublayer_input(tape, model, side, sub->norm[0], x);
		x = sublayer_output(tape, model, side, sub->norm[0], x,
		                    self_attention(tape, sub, run, in));
	}
	if (sub->has_cross) {
		graph_part(tape->graph, "cross-attention");
		in = sublayer_input(tape, model, side, sub->norm[1], x);
		x = sublayer_output(tape, model, side, sub->norm[1], x,
		                    cross_attention(tape, sub, run, in));
	}
	if (sub->has_feed_forward) {
		graph_part(tape->graph, "feed-forward");
		in = sublayer_input(tape, model, side, sub->norm[2], x);
		x = sublayer_output(tape, model, side, sub->norm[2], x,
		                    feed_forward(tape, sub, settings_of(model, side), in));
	}
	return x;
}

double sublayers_cost(const struct model *model, const struct sublayers *sub, int side, int layer,
                      int d, double source, double target)
{
	const struct layer_settings *s = settings_of(model, side);
	const bool projects = s->attention_layers == ATTENTION_LAST || sub->cross_number == layer;
	const double own = side == SIDE_SOURCE ? source : target;
	double sum = 0;

	if (sub->has_self)
		sum += attention_cost(&sub->self, d, d, true, own, own);
	if (sub->has_cross)
		sum += attention_cost(&sub->cross, d, model->memory_width, projects, target,
		                      source);
	if (sub->has_feed_forward)
		sum += own * (s->activation == LAYER_SWIGLU ? 3.0 : 2.0) * d *
		       (double)s->feed_forward;
	return sum;
}

double sublayers_reach(const struct model *model, const struct sublayers *sub, int side)
{
	const struct layer_settings *s = settings_of(model, side);
	const double window = (side == SIDE_SOURCE ? 2.0 : 1.0) * (double)s->window;

	if (!sub->has_self)
		return 0;
	if (s->block && s->window)
		return fmin((double)s->block - 1, window);
	return s->block ? (double)s->block - 1 : s->window ? window : HUGE_VAL;
}

struct projection summary_add(struct model *model, int d)
{
	if (settings_of(model, SIDE_TARGET)->attention != ATTEND_NONE ||
	    model_is_decoder_only(model))
		return (struct projection){ -1, -1 };
	model->wants_summary = true;
	return projection_add(&model->parameters, d, model->memory_width, true, "summary.");
}

void summary_remember(struct tape *tape, struct projection summary, struct memory *memory)
{
	if (summary.weight >= 0)
		memory->projected[memory->projected_count++] = slice_all(
			projection_apply(tape, summary, memory->summary, ACTIVATION_NONE));
}

double summary_cost(const struct model *model, struct projection summary, int d)
{
	return summary.weight < 0 ? 0 : (double)d * model->memory_width;
}

struct var *summary_join(struct tape *tape, struct projection summary, const struct memory *memory,
                         struct var *y)
{
	return summary.weight < 0 ? y : op_add_summary(tape, y, memory->projected[0].v);
}
