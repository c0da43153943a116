/* decoder.c - the recurrent decoder with attention: Bahdanau et al. 2015, Luong et al. 2015. */
#include "core/graph.h"
#include "core/segment.h"
#include "models/joined.h"
#include "rnn/parts.h"

#include <math.h>
#include <string.h>

struct decoder_layer {
	struct cell cell;
	struct norm norm;
	struct sublayers more;
};

struct decoder {
	struct projection bridge;      /* the source's summary to every layer's first state;
	                                  decoder-only: none, these are 0 */
	struct projection bridge_cell; /* the same of cells, or none */
	struct projection combine;     /* [context; state] to the output */
	bool attends;                  /* the top states alone, with `cross` */
	struct attention_block cross;
	int input; /* channels of the first layer's input */
	int layers;
	struct norm last;
	struct decoder_layer layer[];
};

static void attention_add(struct model *model, struct decoder *decoder)
{
	const struct layer_settings *s = rnn_layer_settings_of(model, SIDE_TARGET);
	const int hidden = (int)rnn_settings_of(model, SIDE_TARGET)->hidden;

	decoder->attends = s->attention != ATTEND_NONE && s->attention_layers == ATTENTION_LAST;
	if (!decoder->attends)
		return;
	decoder->cross = attention_block_states(&model->parameters, s, hidden, model->memory_width,
	                                        "attention");
}

/* Channels of what the top states are combined with. */
static int context_width(const struct model *model, const struct decoder *decoder, int hidden)
{
	if (!decoder->attends)
		return 0;
	return decoder->cross.output.weight < 0 ? model->memory_width : hidden;
}

static void layers_add(struct model *model, struct decoder *decoder, int hidden)
{
	for (int i = 0; i < decoder->layers; i++) {
		struct decoder_layer *layer = &decoder->layer[i];
		const int in = i ? hidden : decoder->input;

		if (rnn_is_shared(model, SIDE_TARGET, i, decoder->input)) {
			*layer = layer[-1];
			continue;
		}
		layer->cell = rnn_cell_add(model, SIDE_TARGET, i, hidden, in, "");
		rnn_rest_add(model, SIDE_TARGET, i, in, &layer->norm, &layer->more);
	}
	decoder->last = last_norm_add(model, SIDE_TARGET, hidden);
}

void rnn_build_decoder(struct model *model)
{
	const struct rnn_settings *s = rnn_settings_of(model, SIDE_TARGET);
	const int layers = layers_of(rnn_layer_settings_of(model, SIDE_TARGET), SIDE_TARGET);
	const int hidden = (int)s->hidden, width = (int)model->settings.width;
	struct parameters *all = &model->parameters;
	struct decoder *decoder =
		memory_new(1, sizeof *decoder + (size_t)layers * sizeof *decoder->layer);

	model->side[SIDE_TARGET].layout = decoder;
	model->side[SIDE_TARGET].embedding.dropout_steps = s->variational_dropout;
	model->wants_summary = !model_is_decoder_only(model);
	model->output_width = model->settings.tied == TIED_NONE ? hidden : width;
	decoder->input = width + (s->input_feeding ? model->output_width : 0);
	decoder->layers = layers;
	layers_add(model, decoder, hidden);
	decoder->bridge = NO_PROJECTION;
	if (model->wants_summary)
		decoder->bridge =
			projection_add(all, layers * hidden, model->memory_width, true, "bridge.");
	decoder->bridge_cell = NO_PROJECTION;
	model->wants_cells = s->bridge_cell;
	if (model->wants_cells)
		decoder->bridge_cell = projection_add(all, layers * hidden, model->memory_width,
		                                      true, "bridge_cell.");
	attention_add(model, decoder);
	decoder->combine =
		projection_add(all, model->output_width,
	                       hidden + context_width(model, decoder, hidden), true, "combine.");
}

void rnn_project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;

	if (decoder->attends)
		attention_remember(tape, &decoder->cross, memory);
	for (int i = 0; i < decoder->layers; i++) {
		graph_layer(tape->graph, i);
		sublayers_remember(tape, &decoder->layer[i].more, memory);
	}
}

/* A layer, or all layers at one step, as a segment. */
struct layer_run {
	const struct model *model;
	const struct memory *memory;
	const struct rnn_masks *masks; /* of all layers */
	struct carry *carry;
	struct var *embedded;
	struct var *x;
	struct var *start, *start_cell; /* the bridges, or NULL */
	struct var *fed;                /* input feeding: the output of the step before */
	struct var
		*states; /* input feeding without a carry: of all layers, after the step before */
	int number;
};

/* First states h = tanh(bridge summary), all layers side by side; c is 0 (Bahdanau 2015, appendix
 * A.2.2), or a projection of the encoder's. */
static struct var *bridge(struct tape *tape, const struct decoder *decoder,
                          const struct memory *memory)
{
	return projection_apply(tape, decoder->bridge, memory->summary, ACTIVATION_TANH);
}

static struct var *layer_part(struct tape *tape, struct var *all, int layer, int hidden)
{
	return all ? op_slice(tape, (struct slice){ all, layer * hidden, hidden }) : NULL;
}

static struct cell_state first_state(struct tape *tape, const struct cell *cell,
                                     const struct layer_run *run)
{
	const int width = cell_state_width(cell), hidden = cell->hidden;
	struct var *state = carry_state(tape, run->carry, width);

	if (state)
		return cell_state_split(tape, cell, state, 0);
	if (run->states)
		return cell_state_split(tape, cell, run->states, run->number * width);
	return (struct cell_state){ layer_part(tape, run->start, run->number, hidden),
		                    layer_part(tape, run->start_cell, run->number, hidden) };
}

/* The states, and, with a carry or input feeding, the last one to go on from. */
static void decode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct model *model = run->model;
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	const struct decoder_layer *layer = &decoder->layer[run->number];
	const struct rnn_masks *masks = &run->masks[run->number];
	const struct sublayer_run where = { model,       SIDE_TARGET, run->number,
		                            run->memory, run->carry,  run->embedded };
	const bool goes_on = run->carry || run->fed;
	struct var *y, *final;

	graph_layer(tape->graph, run->number);
	y = rnn_layer_input(tape, model, SIDE_TARGET, layer->norm, run->x, run->number,
	                    masks->input);
	y = cell_run(tape, &layer->cell, y, first_state(tape, &layer->cell, run),
	             joined_blank(run->memory, run->carry), NULL, false, masks->recurrent[0],
	             goes_on ? &final : NULL);
	if (goes_on)
		result[1] = cell_state_join(tape, &layer->cell, final);
	if (run->carry)
		carry_store(run->carry, result[1]);
	y = rnn_layer_output(tape, model, SIDE_TARGET, layer->norm, run->x, y, masks->input);
	result[0] = sublayers_apply(tape, &layer->more, &where, y);
}

/* What the top states see of the source, and both put together. */
static void combine(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct decoder *decoder = run->model->side[SIDE_TARGET].layout;
	struct var *x, *out, *query;

	graph_layer(tape->graph, -1);
	x = out = query = norm_apply(tape, decoder->last, run->x);
	if (rnn_layer_settings_of(run->model, SIDE_TARGET)->attend_embeddings)
		query = op_add(tape, x, run->embedded, 1);
	if (decoder->attends)
		graph_part(tape->graph, "cross-attention");
	if (decoder->attends)
		out = op_concat(tape,
		                attention_cross(tape, &decoder->cross, query, run->memory, 0,
		                                decoder->layers - 1),
		                x);
	graph_part(tape->graph, "output");
	out = projection_apply(tape, decoder->combine, out, ACTIVATION_TANH);
	*result =
		rnn_dropout(tape, run->model, SIDE_TARGET, out, run->masks[decoder->layers].input);
}

static struct var *decode_whole(struct tape *tape, struct layer_run run, int layers)
{
	struct var *result[2];

	for (; run.number < layers; run.number++) {
		if (run.carry)
			decode_layer(tape, &run, result);
		else
			tape_segment(tape, decode_layer, &run, sizeof run, result, 1);
		run.x = result[0];
	}
	if (run.carry)
		combine(tape, &run, result);
	else
		tape_segment(tape, combine, &run, sizeof run, result, 1);
	return result[0];
}

/* All layers at one step: the output, and the states to go on from. */
static void decode_step(struct tape *tape, const void *context, struct var **result)
{
	struct layer_run run = *(const struct layer_run *)context;
	const struct decoder *decoder = run.model->side[SIDE_TARGET].layout;
	struct var *made[2], *states = NULL;

	run.x = op_feed(tape, run.embedded, run.fed);
	for (; run.number < decoder->layers; run.number++) {
		decode_layer(tape, &run, made);
		run.x = made[0];
		if (!run.carry)
			states = states ? op_concat(tape, states, made[1]) : made[1];
	}
	combine(tape, &run, &result[0]);
	result[1] = states;
}

static struct var *zeros(struct tape *tape, int n, int c)
{
	struct var *x = tape_var(tape, NULL, 1, n, c);

	memset(x->x, 0, var_size(x) * sizeof(real));
	return x;
}

/* Step by step, each fed with the output of the one before (Luong 2015, section 3.3). */
static struct var *decode_feeding(struct tape *tape, struct layer_run run, struct var *y)
{
	const int width = run.model->output_width;
	struct var **out = tape_memory(tape, (size_t)y->t * sizeof(struct var *));
	struct var *result[2] = { NULL, NULL };
	int slot = 0;

	for (int t = 0; t < y->t; t++) {
		run.embedded = op_step(tape, y, t);
		run.fed = result[0];
		run.states = result[1];
		if (run.carry) {
			carry_rewind(run.carry);
			run.fed = carry_state_early(tape, run.carry, width, &slot);
		}
		if (!run.fed)
			run.fed = zeros(tape, y->n, width);
		if (run.carry)
			decode_step(tape, &run, result);
		else
			tape_segment(tape, decode_step, &run, sizeof run, result, 2);
		if (run.carry)
			carry_store_late(run.carry, slot, result[0]);
		out[t] = result[0];
	}
	return y->t == 1 ? out[0] : op_join_steps(tape, y->t, out);
}

struct var *rnn_decode(struct tape *tape, const struct model *model, const struct memory *memory,
                       struct var *y, struct carry *carry)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	struct layer_run run = { .model = model, .memory = memory, .carry = carry };

	run.masks = rnn_masks_draw(tape, model, SIDE_TARGET, decoder->layers);
	run.embedded = run.x = y;
	if (decoder->bridge.weight >= 0 && (!carry || !carry->position))
		run.start = bridge(tape, decoder, memory);
	if (run.start && decoder->bridge_cell.weight >= 0)
		run.start_cell = projection_apply(tape, decoder->bridge_cell, memory->cells,
		                                  ACTIVATION_NONE);
	if (rnn_settings_of(model, SIDE_TARGET)->input_feeding)
		return decode_feeding(tape, run, y);
	return decode_whole(tape, run, decoder->layers);
}

struct cost rnn_decoder_cost(const struct model *model, double source, double target)
{
	const struct decoder *decoder = model->side[SIDE_TARGET].layout;
	const struct rnn_settings *s = rnn_settings_of(model, SIDE_TARGET);
	const double h = (double)s->hidden;
	const int bridges = (decoder->bridge.weight >= 0) + (decoder->bridge_cell.weight >= 0);
	double sum = bridges * decoder->layers * h * model->memory_width;

	for (int i = 0; i < decoder->layers; i++)
		sum += target * cell_cost(s->cell, i ? h : decoder->input, h) +
		       sublayers_cost(model, &decoder->layer[i].more, SIDE_TARGET, i, (int)h,
		                      source, target);
	sum += target * (h + context_width(model, decoder, (int)h)) * model->output_width;
	if (decoder->attends)
		sum += attention_cost(&decoder->cross, h, model->memory_width, true, target,
		                      source);
	return (struct cost){ sum, HUGE_VAL };
}
