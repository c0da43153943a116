/* encoder.c - the recurrent encoder: both ways (Bahdanau et al. 2015), or one, forward or backward
 * (Sutskever et al. 2014). */
#include "core/graph.h"
#include "core/segment.h"
#include "rnn/parts.h"

#include <math.h>

struct encoder_layer {
	struct cell way[2]; /* forward, backward; one way: the first */
	struct norm norm;
	struct sublayers more;
};

struct encoder {
	int layers, ways;
	struct norm last;
	struct encoder_layer layer[];
};

void rnn_build_encoder(struct model *model)
{
	const struct rnn_settings *s = rnn_settings_of(model, SIDE_SOURCE);
	const int layers = layers_of(rnn_layer_settings_of(model, SIDE_SOURCE), SIDE_SOURCE);
	const int hidden = (int)s->hidden, ways = s->bidirectional ? 2 : 1;
	const int width = (int)model->settings.width;
	struct encoder *encoder =
		memory_new(1, sizeof *encoder + (size_t)layers * sizeof *encoder->layer);

	model->side[SIDE_SOURCE].layout = encoder;
	model->side[SIDE_SOURCE].embedding.dropout_steps = s->variational_dropout;
	encoder->layers = layers;
	encoder->ways = ways;
	for (int i = 0; i < layers; i++) {
		struct encoder_layer *layer = &encoder->layer[i];
		const int in = i ? hidden : width;

		if (rnn_is_shared(model, SIDE_SOURCE, i, width)) {
			*layer = layer[-1];
			continue;
		}
		for (int way = 0; way < ways; way++)
			layer->way[way] = rnn_cell_add(model, SIDE_SOURCE, i, hidden / ways, in,
			                               way ? "_reverse" : "");
		rnn_rest_add(model, SIDE_SOURCE, i, in, &layer->norm, &layer->more);
	}
	encoder->last = last_norm_add(model, SIDE_SOURCE, hidden);
	model->side[SIDE_SOURCE].backward = s->bidirectional    ? hidden / ways
	                                    : s->reverse_source ? hidden
	                                                        : 0;
}

/* One layer as a segment. */
struct layer_run {
	const struct model *model;
	const struct memory *memory;
	const struct rnn_masks *masks; /* of this layer */
	struct var *x;
	int number;
};

/* All directions: the states, and the last state of each way. */
static void encode_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct model *model = run->model;
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	const struct encoder_layer *layer = &encoder->layer[run->number];
	const bool backward = rnn_settings_of(model, SIDE_SOURCE)->reverse_source;
	const struct sublayer_run where = {
		model, SIDE_SOURCE, run->number, run->memory, NULL, NULL
	};
	struct var *in = rnn_layer_input(tape, model, SIDE_SOURCE, layer->norm, run->x, run->number,
	                                 run->masks->input);
	struct var *y[2] = { NULL, NULL };

	for (int way = 0; way < encoder->ways; way++)
		y[way] = cell_run(tape, &layer->way[way], in, (struct cell_state){ NULL, NULL },
		                  NULL, run->memory->length, way || backward,
		                  run->masks->recurrent[way], &result[1 + way]);
	if (encoder->ways == 2)
		y[0] = op_concat(tape, y[0], y[1]);
	y[0] = rnn_layer_output(tape, model, SIDE_SOURCE, layer->norm, run->x, y[0],
	                        run->masks->input);
	result[0] = sublayers_apply(tape, &layer->more, &where, y[0]);
}

/* Step `which` of the last states of all ways, which follow result[0]: 0 states, 1 cells. */
static struct var *last_state(struct tape *tape, const struct encoder *encoder,
                              struct var *const *result, int which)
{
	struct var *x = op_step(tape, result[1], which);

	return encoder->ways == 2 ? op_concat(tape, x, op_step(tape, result[2], which)) : x;
}

void rnn_encode(struct tape *tape, const struct model *model, struct var *x, struct memory *memory)
{
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	const struct rnn_masks *masks = rnn_masks_draw(tape, model, SIDE_SOURCE, encoder->layers);
	struct var *result[3] = { x };

	for (int i = 0; i < encoder->layers; i++) {
		const struct layer_run run = { model, memory, &masks[i], result[0], i };

		graph_layer(tape->graph, i);
		tape_segment(tape, encode_layer, &run, sizeof run, result, 1 + encoder->ways);
	}
	graph_layer(tape->graph, -1);
	memory->states =
		rnn_dropout(tape, model, SIDE_SOURCE, norm_apply(tape, encoder->last, result[0]),
	                    masks[encoder->layers].input);
	memory->summary = last_state(tape, encoder, result, 0);
	if (model->wants_cells)
		memory->cells = last_state(tape, encoder, result, 1);
}

struct cost rnn_encoder_cost(const struct model *model, double source)
{
	const struct encoder *encoder = model->side[SIDE_SOURCE].layout;
	const struct rnn_settings *s = rnn_settings_of(model, SIDE_SOURCE);
	const double h = (double)s->hidden, ways = encoder->ways;
	double sum = 0;

	for (int i = 0; i < encoder->layers; i++)
		sum += source * ways *
		               cell_cost(s->cell, i ? h : (double)model->settings.width, h / ways) +
		       sublayers_cost(model, &encoder->layer[i].more, SIDE_SOURCE, i, (int)h,
		                      source, 0);
	return (struct cost){ sum, HUGE_VAL };
}
