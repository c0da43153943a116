/* fixture_recurrent.c - reference values of PyTorch: LSTM and GRU, layers of them, both ways. */
#include "core/ops.h"
#include "tests/fixture.h"
#include "tests/fixture_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct var *parameter(struct fixture *f, int number)
{
	return tape_parameter(&f->tape, number);
}

struct way {
	int input, recurrent, bias_input, bias_recurrent;
};

static struct way way_parameters(struct fixture *f, int layer, const char *suffix)
{
	static const char *const format[] = { "weight_ih_l", "weight_hh_l", "bias_ih_l",
		                              "bias_hh_l" };
	int number[4];
	char name[64];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s%d%s", format[i], layer, suffix);
		number[i] = fixture_parameter(f, name);
	}
	return (struct way){ number[0], number[1], number[2], number[3] };
}

struct cell {
	int states; /* h, c of an LSTM; h of a GRU */
	struct var *(*run)(struct fixture *, struct way, struct var *x, struct var *state[2], int i,
	                   const int *length, bool reverse, struct var **final);
};

static struct var *first_state(struct fixture *f, struct var *state, int i)
{
	return state ? op_step(&f->tape, state, i) : NULL;
}

/* PyTorch has two bias vectors: their sum is the LSTM's, and each of them has its gradient. */
static struct var *run_lstm(struct fixture *f, struct way way, struct var *x, struct var *state[2],
                            int i, const int *length, bool reverse, struct var **final)
{
	struct var *bias =
		op_add(&f->tape, parameter(f, way.bias_input), parameter(f, way.bias_recurrent), 1);
	struct var *projected =
		op_linear(&f->tape, x, parameter(f, way.input), bias, ACTIVATION_NONE);

	return op_lstm(&f->tape, projected, parameter(f, way.recurrent),
	               first_state(f, state[0], i), first_state(f, state[1], i), length, reverse,
	               final);
}

static struct var *run_gru(struct fixture *f, struct way way, struct var *x, struct var *state[2],
                           int i, const int *length, bool reverse, struct var **final)
{
	struct var *projected = op_linear(&f->tape, x, parameter(f, way.input),
	                                  parameter(f, way.bias_input), ACTIVATION_NONE);

	return op_gru(&f->tape, projected, parameter(f, way.recurrent),
	              parameter(f, way.bias_recurrent), first_state(f, state[0], i), NULL,
	              length, reverse, (struct dropout_mask){ 0 }, final);
}

static const struct cell lstm = { 2, run_lstm }, gru = { 1, run_gru };

/* h_n and c_n are [layer and way][n][h]: our steps are their first index. */
static void states(struct fixture *f, const struct cell *cell, int ways, struct var *const *final)
{
	static const char *const name[] = { "h_n", "c_n" }, *const weight[] = { "w.h_n", "w.c_n" };

	for (int which = 0; which < cell->states; which++) {
		const size_t block = var_size(final[0]) / (size_t)cell->states;
		real *all = tape_memory(&f->tape, (size_t)ways * block * sizeof *all);
		size_t count;
		double *w = fixture_numbers(f, weight[which], &count);

		for (int i = 0; i < ways; i++) {
			real *g = tape_gradient(&f->tape, final[i]) + (size_t)which * block;

			memcpy(all + (size_t)i * block, final[i]->x + (size_t)which * block,
			       block * sizeof *all);
			for (size_t j = 0; j < block; j++)
				g[j] += (real)w[(size_t)i * block + j];
		}
		fixture_compare(f, name[which], (size_t)ways * block, all);
		free(w);
	}
}

static void run_recurrent(struct fixture *f, const struct cell *cell)
{
	const int layers = (int)fixture_number(f, "layers", 1);
	const bool both = fixture_true(f, "bidirectional");
	const int ways = both ? 2 : 1;
	struct var *final[16], *x, *state[2] = { NULL, NULL };
	struct way way[16];
	int *length;

	for (int i = 0; i < layers * ways; i++)
		way[i] = way_parameters(f, i / ways, i % ways ? "_reverse" : "");
	fixture_begin(f);
	length = fixture_lengths(f);
	if (fixture_has(f, "h_0"))
		state[0] = fixture_states(f, "h_0");
	if (fixture_has(f, "c_0"))
		state[1] = fixture_states(f, "c_0");
	x = fixture_input(f, "x");
	for (int l = 0; l < layers; l++) {
		struct var *y[2];

		for (int w = 0; w < ways; w++)
			y[w] = cell->run(f, way[l * ways + w], x, state, l * ways + w, length,
			                 w == 1, &final[l * ways + w]);
		x = both ? op_concat(&f->tape, y[0], y[1]) : y[0];
	}
	states(f, cell, layers * ways, final);
	fixture_output(f, "out", x);
	fixture_seed(f, x, "w");
	fixture_gradients(f);
}

static void recurrent_case(struct fixture *f)
{
	const char *cell = fixture_word(f, "cell", "?");

	if (!strcmp(cell, "lstm"))
		run_recurrent(f, &lstm);
	else if (!strcmp(cell, "gru"))
		run_recurrent(f, &gru);
	else
		snprintf(f->missing, sizeof f->missing, "cell %s", cell);
}

const struct fixture_kind fixture_kinds_recurrent[] = {
	{ "recurrent", recurrent_case },
	{ NULL, NULL },
};
