/* cell.c - the recurrent cell of one layer in one direction. */
#include "rnn/cell.h"

static int vector_add(struct parameters *all, int n, double value, const char *side,
                      const char *what, int layer, const char *suffix)
{
	return parameter_add(all, 1, n, START_CONSTANT, value, "%s.%s_l%d%s", side, what, layer,
	                     suffix);
}

struct cell cell_add(struct parameters *all, int kind, int hidden, int in, double forget_bias,
                     const char *side, int layer, const char *suffix)
{
	static const double START = 0.08; /* uniform, as Sutskever 2014 */
	const int rows = (kind == CELL_GRU ? 3 : 4) * hidden;
	struct cell c = { kind, hidden, -1, -1, -1, -1, -1, -1, -1, -1, -1 };

	c.input = parameter_add(all, rows, in, START_UNIFORM, START, "%s.weight_ih_l%d%s", side,
	                        layer, suffix);
	c.recurrent = parameter_add(all, rows, hidden, START_UNIFORM, START, "%s.weight_hh_l%d%s",
	                            side, layer, suffix);
	if (kind == CELL_GRU) {
		c.bias = vector_add(all, rows, 0, side, "bias_ih", layer, suffix);
		c.recurrent_bias = vector_add(all, rows, 0, side, "bias_hh", layer, suffix);
		return c;
	}
	c.bias = parameter_add(all, 1, rows, START_FORGET, forget_bias, "%s.bias_l%d%s", side,
	                       layer, suffix);
	if (kind == CELL_PEEPHOLE_LSTM)
		c.peephole = parameter_add(all, 3, hidden, START_UNIFORM, START,
		                           "%s.peephole_l%d%s", side, layer, suffix);
	if (kind == CELL_LAYER_NORM_LSTM) {
		c.input_gain = vector_add(all, rows, 1, side, "gain_ih", layer, suffix);
		c.recurrent_gain = vector_add(all, rows, 1, side, "gain_hh", layer, suffix);
		c.state_gain = vector_add(all, hidden, 1, side, "gain_c", layer, suffix);
		c.state_bias = vector_add(all, hidden, 0, side, "bias_c", layer, suffix);
	}
	return c;
}

int cell_state_width(const struct cell *cell)
{
	return cell->kind == CELL_GRU ? cell->hidden : 2 * cell->hidden;
}

/* W x + b, or gain LN(W x) + b. */
static struct var *project(struct tape *tape, const struct cell *cell, struct var *x)
{
	struct var *w = tape_parameter(tape, cell->input), *b = tape_parameter(tape, cell->bias);

	if (cell->input_gain < 0)
		return op_linear(tape, x, w, b, ACTIVATION_NONE);
	return op_layer_norm(tape, op_linear(tape, x, w, NULL, ACTIVATION_NONE),
	                     tape_parameter(tape, cell->input_gain), b);
}

struct var *cell_run(struct tape *tape, const struct cell *cell, struct var *x,
                     struct cell_state start, const int *first, const int *length, bool reverse,
                     struct dropout_mask recurrent, struct var **final)
{
	struct var *projected = project(tape, cell, x), *u = tape_parameter(tape, cell->recurrent);
	const struct lstm_variant variant = {
		.peephole = tape_parameter(tape, cell->peephole),
		.gain = tape_parameter(tape, cell->recurrent_gain),
		.state_gain = tape_parameter(tape, cell->state_gain),
		.state_bias = tape_parameter(tape, cell->state_bias),
		.recurrent = recurrent,
		.first = first,
	};

	if (cell->kind == CELL_GRU)
		return op_gru(tape, projected, u, tape_parameter(tape, cell->recurrent_bias),
		              start.h, first, length, reverse, recurrent, final);
	return op_lstm_variant(tape, projected, u, start.h, start.c, length, reverse, &variant,
	                       final);
}

struct var *cell_state_join(struct tape *tape, const struct cell *cell, struct var *final)
{
	struct var *h = op_step(tape, final, 0);

	return cell->kind == CELL_GRU ? h : op_concat(tape, h, op_step(tape, final, 1));
}

struct cell_state cell_state_split(struct tape *tape, const struct cell *cell, struct var *joined,
                                   int first)
{
	const int h = cell->hidden;
	struct cell_state s = { op_slice(tape, (struct slice){ joined, first, h }), NULL };

	if (cell->kind != CELL_GRU)
		s.c = op_slice(tape, (struct slice){ joined, first + h, h });
	return s;
}

double cell_cost(int kind, double in, double hidden)
{
	return (kind == CELL_GRU ? 3 : 4) * hidden * (in + hidden);
}
