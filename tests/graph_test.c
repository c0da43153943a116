/* graph_test.c - the graph of a forward pass says what the operations do: its multiply-adds are
 * those counted, and its ways lead where gradients do. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/graph.h"
#include "tests/variants.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCE = 8, TARGET = 7, CHANNELS = 4, DRAWS = 20 };

/* Every step of either side has a token of its own. */
static const int source_token[SOURCE] = { 4, 5, 6, 7, 8, 9, 10, 11 };
static const int target_token[TARGET] = { 12, 13, 14, 15, 16, 17, 18 };

/* One forward pass: what went in and what came out of either side. */
struct pass {
	int length, source[SOURCE], target[TARGET]; /* the batch's */
	struct tape tape;
	struct graph graph;
	struct memory memory;
	const struct var *embedded[SIDES];
	struct var *states[SIDES];
};

static const struct var *last_embedded(const struct graph *graph)
{
	for (size_t i = graph->nodes; i-- > 0;)
		if (graph->node[i].y->op && !strcmp(graph->node[i].y->op->name, "embed"))
			return graph->node[i].y;
	fail_msg("nothing is embedded");
	return NULL;
}

static void run(struct pass *pass, const struct model *model, real *gradient)
{
	const struct batch batch = { .n = 1,
		                     .source_t = SOURCE,
		                     .target_t = TARGET,
		                     .source = pass->source,
		                     .source_length = &pass->length,
		                     .target = pass->target };

	pass->length = SOURCE;
	memcpy(pass->source, source_token, sizeof source_token);
	memcpy(pass->target, target_token, sizeof target_token);
	tape_init(&pass->tape);
	graph_init(&pass->graph);
	pass->tape.graph = &pass->graph;
	tape_begin(&pass->tape, &model->parameters, gradient, false, 1);
	pass->states[SIDE_TARGET] = model_states(&pass->tape, model, &batch, &pass->memory);
	pass->states[SIDE_SOURCE] = pass->memory.states;
	pass->embedded[SIDE_SOURCE] = pass->memory.embedded;
	pass->embedded[SIDE_TARGET] = last_embedded(&pass->graph);
}

static void end(struct pass *pass)
{
	graph_free(&pass->graph);
	tape_free(&pass->tape);
}

/* How much each token of a side moves step t of the states of another. */
static void influence(const struct model *model, int to, int t, int from, double *moved)
{
	const struct parameter *table = &model->parameters.list[model->side[from].table];
	const int *token = from == SIDE_SOURCE ? source_token : target_token;
	real *gradient = memory_new(model->parameters.size, sizeof *gradient), *g;
	struct pass pass;

	run(&pass, model, gradient);
	g = tape_gradient(&pass.tape, pass.states[to]);
	for (int c = 0; c < pass.states[to]->c; c++)
		g[t * pass.states[to]->c + c] = (real)(1 + c % 3);
	tape_flow(&pass.tape);
	for (int s = 0; s < (from == SIDE_SOURCE ? SOURCE : TARGET); s++) {
		const size_t row = table->offset + (size_t)token[s] * (size_t)table->columns;

		moved[s] = 0;
		for (size_t c = 0; c < (size_t)table->columns; c++)
			moved[s] += fabs((double)gradient[row + c]);
	}
	end(&pass);
	free(gradient);
}

/* Other weights, biases too: where one ReLU lets nothing through, another will. */
static void draw(struct model *model, unsigned seed)
{
	for (size_t i = 0; i < model->parameters.size; i++) {
		seed = seed * 1664525u + 1013904223u;
		model->parameters.x[i] = (real)((double)seed / 0x1p32 - 0.5);
	}
}

/* Step t of the states of a side: what can reach it, and what does with one set of weights or
 * another. */
static void check_step(const struct variant *variant, struct model *model,
                       const struct graph_ways *ways, const struct var *y, int from, int to, int t)
{
	const int steps = from == SIDE_SOURCE ? SOURCE : TARGET;
	double moved[SOURCE > TARGET ? SOURCE : TARGET];
	bool reached[SOURCE > TARGET ? SOURCE : TARGET] = { false };
	int missing = 1, hops;

	for (unsigned seed = 1; missing && seed <= DRAWS; seed++) {
		influence(model, to, t, from, moved);
		missing = 0;
		for (int s = 0; s < steps; s++) {
			hops = graph_hops(ways, s, y, t);
			reached[s] |= moved[s] > 0;
			missing += hops < GRAPH_APART && !reached[s];
			if ((hops == GRAPH_APART && reached[s]) || (missing && seed == DRAWS))
				fail_msg("%s %s: from step %d of side %d to step %d of side %d: "
				         "%d hops, gradient %g",
				         variant->architecture, variant->settings, s, from, t, to,
				         hops, moved[s]);
		}
		draw(model, seed);
	}
}

static void check_ways(const struct variant *variant, struct model *model, int from, int to)
{
	struct graph_ways ways;
	struct pass pass;

	run(&pass, model, NULL);
	graph_ways_find(&ways, &pass.graph, pass.embedded[from]);
	for (int t = 0; t < pass.states[to]->t; t++)
		check_step(variant, model, &ways, pass.states[to], from, to, t);
	graph_ways_free(&ways);
	end(&pass);
}

static void ways_lead_where_gradients_do(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++) {
		struct model model;

		variant_open(&model, &variants[i], variant_small);
		for (int side = 0; side < SIDES; side++)
			if (model_has(&model, side))
				check_ways(&variants[i], &model, side, side);
		if (model_has_source(&model))
			check_ways(&variants[i], &model, SIDE_SOURCE, SIDE_TARGET);
		model_close(&model);
	}
}

static void multiply_adds_are_those_counted(void **state)
{
	(void)state;
	for (int i = 0; i < variants_count; i++) {
		struct model model;
		struct pass pass;
		double sum = 0, want;

		variant_open(&model, &variants[i], variant_small);
		run(&pass, &model, NULL);
		for (size_t j = 0; j < pass.graph.nodes; j++)
			sum += pass.graph.node[j].multiply_adds;
		want = model_multiply_adds(&model, SOURCE, TARGET) -
		       (double)TARGET * model.output_width * VARIANT_VOCABULARY; /* not run */
		if (fabs(sum - want) > 1e-6 * want)
			fail_msg("%s %s: the graph has %.0f multiply-adds, the formula %.0f",
			         variants[i].architecture, variants[i].settings, sum, want);
		end(&pass);
		model_close(&model);
	}
}

/* One operation over N steps, and what "Attention Is All You Need" says of it in table 1. */
enum layer { SELF_ATTENTION, RECURRENT, BACKWARD, GATED_RECURRENT, CONVOLUTION };

struct layer_case {
	enum layer layer;
	int steps, kernel, dilation, layers;
	int chain; /* matrix products that wait for each other */
	int path;  /* hops from the first step to the last; GRAPH_APART: no way */
};

static const struct layer_case layer_cases[] = {
	{ SELF_ATTENTION, 9, 0, 0, 1, 2, 1 },
	{ SELF_ATTENTION, 30, 0, 0, 2, 4, 1 },
	{ RECURRENT, 9, 0, 0, 1, 9, 8 },
	{ RECURRENT, 30, 0, 0, 1, 30, 29 },
	{ BACKWARD, 30, 0, 0, 1, 30, GRAPH_APART },
	{ GATED_RECURRENT, 9, 0, 0, 1, 9, 8 },
	{ CONVOLUTION, 9, 3, 1, 3, 3, GRAPH_APART }, /* one step a layer each way */
	{ CONVOLUTION, 9, 3, 1, 8, 8, 8 },
	{ CONVOLUTION, 9, 5, 1, 4, 4, 4 },
	{ CONVOLUTION, 9, 5, 2, 2, 2, 2 },
	{ CONVOLUTION, 9, 1, 1, 2, 2, GRAPH_APART },
};

static struct var *input(struct tape *tape, int t, int n, int c)
{
	struct var *v = tape_var(tape, NULL, t, n, c);

	memset(v->x, 0, var_size(v) * sizeof(real));
	return v;
}

static struct var *layer_of(struct tape *tape, const struct layer_case *c, struct var *x)
{
	const int past = (c->kernel - 1) * c->dilation, gates = c->layer == GATED_RECURRENT ? 3 : 4;
	struct var *w;

	switch (c->layer) {
	case SELF_ATTENTION:
		return op_attention(tape, slice_all(x), slice_all(x), slice_all(x),
		                    (struct attention){ .heads = 1 });
	case CONVOLUTION:
		w = input(tape, 1, CHANNELS, c->kernel * CHANNELS);
		return op_convolution(
			tape, x, w, NULL,
			(struct convolution){ c->kernel, c->dilation, past / 2, past / 2 });
	case RECURRENT:
	case BACKWARD:
	case GATED_RECURRENT:
		break;
	}
	w = input(tape, 1, gates * CHANNELS, CHANNELS);
	x = input(tape, x->t, 1, gates * CHANNELS);
	if (c->layer == GATED_RECURRENT)
		return op_gru(tape, x, w, NULL, NULL, NULL, NULL, false,
		              (struct dropout_mask){ 0, 0 }, NULL);
	return op_lstm(tape, x, w, NULL, NULL, NULL, c->layer == BACKWARD, NULL);
}

static bool all(const struct graph_node *node, const void *context)
{
	(void)node;
	(void)context;
	return true;
}

static void layers_are_as_the_literature_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof layer_cases / sizeof layer_cases[0]; i++) {
		const struct layer_case *c = &layer_cases[i];
		struct parameters none = { 0 };
		struct graph_ways ways;
		struct graph graph;
		struct tape tape;
		struct var *x, *y;

		tape_init(&tape);
		graph_init(&graph);
		tape.graph = &graph;
		tape_begin(&tape, &none, NULL, false, 0);
		x = y = input(&tape, c->steps, 1, CHANNELS);
		for (int layer = 0; layer < c->layers; layer++)
			y = layer_of(&tape, c, y);
		if (c->layer >= RECURRENT && c->layer <= GATED_RECURRENT)
			x = y->in[0];
		graph_ways_find(&ways, &graph, x);
		if (graph_chain(&graph, all, NULL) != c->chain ||
		    graph_hops(&ways, 0, y, c->steps - 1) != c->path)
			fail_msg("case %zu: a chain of %d instead of %d, %d hops instead of %d", i,
			         graph_chain(&graph, all, NULL), c->chain,
			         graph_hops(&ways, 0, y, c->steps - 1), c->path);
		graph_ways_free(&ways);
		graph_free(&graph);
		tape_free(&tape);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_are_as_the_literature_says),
		cmocka_unit_test(multiply_adds_are_those_counted),
		cmocka_unit_test(ways_lead_where_gradients_do),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
