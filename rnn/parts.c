/* parts.c - a recurrent layer around its cell: dropout, norms, residual connections. */
#include "rnn/parts.h"

#include <stdio.h>

const struct rnn_settings *rnn_settings_of(const struct model *model, int side)
{
	return model->side[side].body.settings;
}

const struct layer_settings *rnn_layer_settings_of(const struct model *model, int side)
{
	return &model->side[side].body.layer;
}

const struct rnn_masks *rnn_masks_draw(struct tape *tape, const struct model *model, int side,
                                       int layers)
{
	const bool drawn = rnn_settings_of(model, side)->variational_dropout;
	const double p = drawn ? model->settings.dropout : 0;
	struct rnn_masks *masks = tape_memory(tape, ((size_t)layers + 1) * sizeof *masks);

	for (int i = 0; i <= layers; i++) {
		masks[i].input = tape_dropout(tape, p);
		for (int way = 0; way < 2; way++)
			masks[i].recurrent[way] = tape_dropout(tape, p);
	}
	return masks;
}

struct var *rnn_dropout(struct tape *tape, const struct model *model, int side, struct var *x,
                        struct dropout_mask mask)
{
	if (rnn_settings_of(model, side)->variational_dropout)
		return op_dropout_steps(tape, x, mask);
	return op_dropout(tape, x, model->settings.dropout, NULL);
}

struct cell rnn_cell_add(struct model *model, int side, int layer, int hidden, int in,
                         const char *suffix)
{
	const struct rnn_settings *s = rnn_settings_of(model, side);

	return cell_add(&model->parameters, s->cell, hidden, in, s->forget_bias,
	                side == SIDE_SOURCE ? "encoder" : "decoder", layer, suffix);
}

void rnn_rest_add(struct model *model, int side, int layer, int in, struct norm *norm,
                  struct sublayers *more)
{
	const struct layer_settings *s = rnn_layer_settings_of(model, side);
	const int hidden = (int)rnn_settings_of(model, side)->hidden;
	char name[64];

	snprintf(name, sizeof name, "%s.%d.norm0", side == SIDE_SOURCE ? "encoder" : "decoder",
	         layer);
	*norm = norm_add(model, side, s->norm == NORM_PRE ? in : hidden, name);
	*more = sublayers_add(model, side, layer, hidden, s->attention_layers == ATTENTION_ALL);
}

bool rnn_is_shared(const struct model *model, int side, int layer, int in)
{
	const bool alike = in == rnn_settings_of(model, side)->hidden;

	return rnn_layer_settings_of(model, side)->share_layers && layer > (alike ? 0 : 1);
}

/* Without norms a layer's input is dropped out but for the first, whose embeddings were. */
struct var *rnn_layer_input(struct tape *tape, const struct model *model, int side,
                            struct norm norm, struct var *x, int layer, struct dropout_mask mask)
{
	if (rnn_layer_settings_of(model, side)->norm == NORM_NONE)
		return layer ? rnn_dropout(tape, model, side, x, mask) : x;
	return sublayer_input(tape, model, side, norm, x);
}

/* Layers with norms add their input wherever widths are equal. */
struct var *rnn_layer_output(struct tape *tape, const struct model *model, int side,
                             struct norm norm, struct var *x, struct var *y,
                             struct dropout_mask mask)
{
	const int place = rnn_layer_settings_of(model, side)->norm;

	if (place == NORM_NONE)
		return rnn_settings_of(model, side)->residual && x->c == y->c
		               ? op_add(tape, y, x, 1)
		               : y;
	if (x->c == y->c) /* not op_residual: the last state that the carry keeps reads y, too */
		y = op_add(tape, x, rnn_dropout(tape, model, side, y, mask), 1);
	return place == NORM_POST ? norm_apply(tape, norm, y) : y;
}
