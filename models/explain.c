/* explain.c - a forward pass of one sentence pair as rows and totals. */
#include "models/explain.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One forward pass. */
struct pass {
	struct tape tape;
	struct graph graph;
	struct memory memory;
	int *token[SIDES];
	const struct var *states; /* what the output layer reads */
};

static int *tokens(int count, int vocabulary)
{
	int *id = memory_new((size_t)count, sizeof *id);

	for (int i = 0; i < count; i++)
		id[i] = vocabulary - 1;
	return id;
}

static void pass_run(struct pass *pass, const struct model *model, int length[SIDES])
{
	struct tape *tape = &pass->tape;
	struct loss loss = { 0 };
	struct batch batch = { .n = 1, .source_t = length[SIDE_SOURCE] };
	struct var *h;

	if (model_is_encoder_only(model))
		length[SIDE_TARGET] =
			model->settings.pooling == POOLING_NONE ? length[SIDE_SOURCE] : 1;
	for (int side = 0; side < SIDES; side++)
		pass->token[side] = tokens(length[side], model->vocabulary[side]);
	batch.target_t = length[SIDE_TARGET];
	batch.source = pass->token[SIDE_SOURCE];
	batch.source_length = &length[SIDE_SOURCE];
	batch.target = pass->token[SIDE_TARGET];
	tape_init(tape);
	graph_init(&pass->graph);
	tape->graph = &pass->graph;
	tape_begin(tape, &model->parameters, NULL, false, 0);
	h = model_states(tape, model, &batch, &pass->memory);
	graph_section(&pass->graph, "output");
	op_cross_entropy(tape, h, tape_parameter(tape, model->output_weight),
	                 tape_parameter(tape, model->output_bias), pass->token[SIDE_TARGET], -1,
	                 smoothing_uniform(0, model->vocabulary[SIDE_TARGET]), &loss, NULL);
	pass->states = h;
}

static void pass_free(struct pass *pass)
{
	for (int side = 0; side < SIDES; side++)
		free(pass->token[side]);
	graph_free(&pass->graph);
	tape_free(&pass->tape);
}

/* Whether a parameter of that name is read by an operation before node number i. */
static bool read_before(const struct graph *graph, size_t i, const char *name)
{
	for (size_t e = 0; e < graph->node[i].first_edge; e++) {
		const struct var *v = graph->node[graph->edge[e].from].y;

		if (v->parameter && v->name == name)
			return true;
	}
	return false;
}

static struct explain_row row_of(const struct graph *graph, size_t i)
{
	const struct graph_node *node = &graph->node[i];
	const struct var *y = node->y;
	struct explain_row row = {
		node->place, node->place.layer >= 0, y->op->name,         NULL, y->t, y->n, y->c, 1,
		0,           node->multiply_adds,    graph_products(node)
	};

	for (size_t e = node->first_edge; e < node->first_edge + node->edges; e++) {
		const struct var *in = graph->node[graph->edge[e].from].y;

		if (!row.weights && in->name)
			row.weights = in->name;
		if (in->parameter && !read_before(graph, i, in->name))
			row.parameters += (double)var_size(in);
	}
	return row;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* But for what they cost, and whose weights they have. */
static bool alike(const struct explain_row *a, const struct explain_row *b)
{
	return same_text(a->place.section, b->place.section) &&
	       same_text(a->place.part, b->place.part) && same_text(a->operation, b->operation) &&
	       a->t == b->t && a->n == b->n && a->c == b->c;
}

/* Operations of one place that are alike become one row. */
static void add_row(struct explanation *e, struct explain_row row)
{
	for (size_t i = e->rows; i-- > 0;) {
		struct explain_row *old = &e->row[i];

		if (alike(old, &row) && old->place.layer == row.place.layer &&
		    same_text(old->weights, row.weights)) {
			old->times++;
			old->parameters += row.parameters;
			old->multiply_adds += row.multiply_adds;
			return;
		}
	}
	e->row[e->rows++] = row;
}

/* Rows from `first` on that are of one place's layer. */
static size_t rows_of_layer(const struct explanation *e, size_t first)
{
	size_t i = first;

	while (i < e->rows && e->row[i].place.layer == e->row[first].place.layer &&
	       same_text(e->row[i].place.section, e->row[first].place.section))
		i++;
	return i - first;
}

static bool layers_alike(const struct explain_row *a, const struct explain_row *b, size_t rows)
{
	for (size_t i = 0; i < rows; i++)
		if (!alike(&a[i], &b[i]) || a[i].times != b[i].times ||
		    a[i].products != b[i].products || a[i].parameters < b[i].parameters ||
		    a[i].parameters > b[i].parameters || a[i].multiply_adds < b[i].multiply_adds ||
		    a[i].multiply_adds > b[i].multiply_adds)
			return false;
	return true;
}

/* Layers that follow on one that is like them are told by its rows. */
static void join_layers(struct explanation *e)
{
	size_t to = 0, rows, last = 0, last_rows = 0;

	for (size_t i = 0; i < e->rows; i += rows) {
		rows = rows_of_layer(e, i);
		if (e->row[i].place.layer > 0 && rows == last_rows &&
		    layers_alike(&e->row[last], &e->row[i], rows)) {
			for (size_t j = 0; j < rows; j++)
				e->row[last + j].layers++;
			continue;
		}
		memmove(&e->row[to], &e->row[i], rows * sizeof *e->row);
		last = to;
		last_rows = rows;
		to += rows;
	}
	e->rows = to;
}

static bool counts_all(const struct graph_node *node, const void *context)
{
	(void)node;
	(void)context;
	return true;
}

static bool is_of_section(const struct graph_node *node, const void *section)
{
	return same_text(node->place.section, section);
}

/* Before layers are joined. */
static void sum_up(struct explanation *e, const struct graph *graph)
{
	static const char *const section[SIDES] = { "encoder", "decoder" };

	for (size_t i = 0; i < e->rows; i++) {
		const struct explain_row *row = &e->row[i];

		e->parameters += row->parameters;
		e->multiply_adds += row->multiply_adds;
		for (int side = 0; side < SIDES; side++) {
			struct explain_side *s = &e->side[side];

			if (!same_text(row->place.section, section[side]) &&
			    (side == SIDE_SOURCE || !same_text(row->place.section, "memory")))
				continue;
			s->parameters += row->parameters;
			s->multiply_adds += row->multiply_adds;
			if (row->place.layer >= s->layers)
				s->layers = row->place.layer + 1;
		}
	}
	for (int side = 0; side < SIDES; side++)
		e->side[side].sequential = graph_chain(graph, is_of_section, section[side]);
	e->sequential = graph_chain(graph, counts_all, NULL);
}

/* The embedding of a side's tokens. */
static const struct var *embedded(const struct graph *graph, const char *section)
{
	for (size_t i = 0; i < graph->nodes; i++) {
		const struct graph_node *node = &graph->node[i];

		if (node->y->op && !strcmp(node->y->op->name, "embed") &&
		    is_of_section(node, section))
			return node->y;
	}
	panic("explain: no tokens of the %s are embedded", section);
}

/* `causal`: no state sees what comes after it. */
static void follow(struct explain_path *path, const struct graph_ways *ways, const struct var *to,
                   bool causal)
{
	for (int t = 0; t < to->t; t++) {
		int field = 0;

		for (int s = 0; s < (causal ? t + 1 : ways->from); s++) {
			const int hops = graph_hops(ways, s, to, t);

			if (hops == GRAPH_APART) {
				path->apart = true;
				continue;
			}
			field++;
			if (hops > path->longest)
				path->longest = hops;
		}
		if (field > path->field)
			path->field = field;
	}
}

static void follow_all(struct explanation *e, const struct pass *pass)
{
	struct graph_ways ways;

	if (e->length[SIDE_SOURCE]) {
		graph_ways_find(&ways, &pass->graph, embedded(&pass->graph, "source"));
		if (e->has[SIDE_SOURCE])
			follow(&e->path[ROUTE_ENCODER], &ways, pass->memory.states, false);
		follow(&e->path[ROUTE_CROSS], &ways, pass->states, false);
		graph_ways_free(&ways);
	}
	if (!e->has[SIDE_TARGET])
		return;
	graph_ways_find(&ways, &pass->graph, embedded(&pass->graph, "target"));
	follow(&e->path[ROUTE_DECODER], &ways, pass->states, true);
	graph_ways_free(&ways);
}

void explain_model(struct explanation *e, const struct model *model, int source, int target)
{
	struct pass pass;

	*e = (struct explanation){ .length = { model_has_source(model) ? source : 0, target } };
	pass_run(&pass, model, e->length);
	for (int side = 0; side < SIDES; side++)
		e->has[side] = model_has(model, side);
	e->row = memory_new(pass.graph.nodes, sizeof *e->row);
	for (size_t i = 0; i < pass.graph.nodes; i++)
		if (pass.graph.node[i].y->op)
			add_row(e, row_of(&pass.graph, i));
	sum_up(e, &pass.graph);
	join_layers(e);
	follow_all(e, &pass);
	pass_free(&pass);
}

void explanation_free(struct explanation *e)
{
	free(e->row);
	*e = (struct explanation){ 0 };
}

enum { POINTS = 4 };

/* The polynomial of degree 2 (coefficients 3) or 1 (2) through y at x; NaN where there is none. */
static void fit(const double x[POINTS], const double y[POINTS], int coefficients, double *c)
{
	const double slope = (y[1] - y[0]) / (x[1] - x[0]);
	const double bend = ((y[2] - y[1]) / (x[2] - x[1]) - slope) / (x[2] - x[0]);
	const double all[3] = { y[0] - slope * x[0] + bend * x[0] * x[1],
		                slope - bend * (x[0] + x[1]), bend };
	bool fits = coefficients == 3 || fabs(bend) < 1e-9;

	for (int i = 0; i < POINTS; i++)
		fits = fits && fabs(all[0] + x[i] * (all[1] + x[i] * all[2]) - y[i]) <
		                       1e-9 * (1 + fabs(y[i]));
	for (int i = 0; i < coefficients; i++)
		c[i] = !fits ? (double)NAN : fabs(all[i]) < 1e-6 ? 0 : all[i];
}

void explain_growth(const struct model *model, struct explain_growth growth[SIDES])
{
	const int least = model->longest < 4 * 16 ? model->longest / 4 : 16;
	double n[POINTS], multiply_adds[SIDES][POINTS], sequential[SIDES][POINTS];
	double path[SIDES][POINTS];

	for (int i = 0; i < POINTS; i++) {
		struct explanation e = { .rows = 0 };

		n[i] = (i + 1) * least;
		if (least > 1)
			explain_model(&e, model, (int)n[i], (int)n[i]);
		for (int side = 0; side < SIDES; side++) {
			const struct explain_side *s = &e.side[side];
			const struct explain_path *p = &e.path[side];

			multiply_adds[side][i] = s->multiply_adds / s->layers;
			sequential[side][i] = least > 1 ? s->sequential : (double)NAN;
			path[side][i] = p->apart || least < 2 ? (double)NAN : p->longest;
			growth[side].apart = p->apart;
		}
		explanation_free(&e);
	}
	for (int side = 0; side < SIDES; side++) {
		fit(n, multiply_adds[side], 3, growth[side].multiply_adds);
		fit(n, sequential[side], 2, growth[side].sequential);
		fit(n, path[side], 2, growth[side].path);
	}
}
