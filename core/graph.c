/* graph.c - record operations, and follow them. */
#include "core/graph.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

void graph_init(struct graph *graph)
{
	*graph = (struct graph){ .place = { "", -1, NULL } };
}

void graph_free(struct graph *graph)
{
	free(graph->node);
	free(graph->edge);
	graph_init(graph);
}

void graph_section(struct graph *graph, const char *section)
{
	if (graph)
		graph->place = (struct graph_place){ section, -1, NULL };
}

void graph_layer(struct graph *graph, int layer)
{
	if (graph)
		graph->place = (struct graph_place){ graph->place.section, layer, NULL };
}

void graph_part(struct graph *graph, const char *part)
{
	if (graph)
		graph->place.part = part;
}

/* The node of a variable, whose `node` is its number plus 1. */
static size_t node_of(struct graph *graph, struct var *v)
{
	if (v->node)
		return (size_t)v->node - 1;
	if (graph->nodes == graph->node_capacity) {
		graph->node_capacity = graph->node_capacity ? 2 * graph->node_capacity : 256;
		graph->node = memory_resize(graph->node, graph->node_capacity, sizeof *graph->node);
	}
	graph->node[graph->nodes++] = (struct graph_node){ .y = v, .place = graph->place };
	v->node = (int)graph->nodes;
	return graph->nodes - 1;
}

void graph_input(struct graph *graph, struct var *y, int input, struct var *in)
{
	const int from = (int)node_of(graph, in);
	const size_t to = node_of(graph, y);
	struct graph_node *node = &graph->node[to];

	if (graph->edges == graph->edge_capacity) {
		graph->edge_capacity = graph->edge_capacity ? 2 * graph->edge_capacity : 1024;
		graph->edge = memory_resize(graph->edge, graph->edge_capacity, sizeof *graph->edge);
	}
	if (!node->edges)
		node->first_edge = graph->edges;
	if (node->first_edge + node->edges != graph->edges)
		panic("graph: %s takes its inputs while another operation does", y->op->name);
	node->edges++;
	graph->edge[graph->edges++] = (struct graph_edge){ from, input };
}

void graph_begin(struct graph *graph)
{
	graph->multiply_adds = 0;
}

void graph_count(struct graph *graph, double multiply_adds)
{
	graph->multiply_adds += multiply_adds;
}

void graph_end(struct graph *graph, const struct var *y)
{
	if (y->node)
		graph->node[y->node - 1].multiply_adds = graph->multiply_adds;
}

/* The steps of an input that step t of y reads. */
static struct steps_read reads(const struct var *y, int input, const struct var *in, int t)
{
	if (y->op->reads)
		return y->op->reads(y, input, in, t);
	if (in->t != y->t && in->t != 1)
		panic("graph: %s makes %d steps of %d and does not say which it reads", y->op->name,
		      y->t, in->t);
	return (struct steps_read){ .first = in->t == 1 ? 0 : t, .count = 1, .stride = 1 };
}

int graph_products(const struct graph_node *node)
{
	const struct var *y = node->y;
	int products;

	if (!y->op || !(node->multiply_adds > 0))
		return 0;
	products = y->op->products ? y->op->products : 1;
	return y->op->before ? products * y->t : products;
}

int graph_chain(const struct graph *graph, bool (*counts)(const struct graph_node *, const void *),
                const void *context)
{
	int *chain = memory_new(graph->nodes + 1, sizeof *chain), longest = 0;

	for (size_t i = 0; i < graph->nodes; i++) {
		const struct graph_node *node = &graph->node[i];

		if (!counts(node, context))
			continue;
		for (size_t e = node->first_edge; e < node->first_edge + node->edges; e++)
			if (chain[graph->edge[e].from] > chain[i])
				chain[i] = chain[graph->edge[e].from];
		chain[i] += graph_products(node);
		if (chain[i] > longest)
			longest = chain[i];
	}
	free(chain);
	return longest;
}

/* to[i] becomes from[i] + hops where that is less. */
static void shorten(int n, const uint16_t *from, int hops, uint16_t *to)
{
	for (int i = 0; i < n; i++) {
		const int way = from[i] + hops;

		to[i] = way < to[i] ? (uint16_t)way : to[i];
	}
}

static void follow(int n, struct steps_read steps, const uint16_t *in, uint16_t *to)
{
	for (int i = 0; i < steps.count; i++)
		shorten(n, in + (size_t)(steps.first + i * steps.stride) * (size_t)n, steps.hops,
		        to);
}

static void follow_step(size_t n, const struct var *y, int t, uint16_t *hops)
{
	const int before = y->op->before(y, t);

	if (before >= 0)
		shorten((int)n, hops + (size_t)before * n, 1, hops + (size_t)t * n);
}

/* From step to step of a recurrent state, forward or backward in time. */
static void follow_itself(size_t n, const struct var *y, uint16_t *hops)
{
	if (!y->op->before)
		return;
	for (int t = 0; t < y->t; t++)
		follow_step(n, y, t, hops);
	for (int t = y->t - 1; t >= 0; t--)
		follow_step(n, y, t, hops);
}

static uint16_t *apart(const struct var *y, int from)
{
	const size_t size = (size_t)y->t * (size_t)from * sizeof(uint16_t);
	uint16_t *hops = memory_new(1, size);

	memset(hops, 0xff, size);
	return hops;
}

static void follow_node(struct graph_ways *ways, const struct graph *graph, size_t i)
{
	const struct graph_node *node = &graph->node[i];
	const struct var *y = node->y;
	const size_t n = (size_t)ways->from;

	for (size_t e = node->first_edge; e < node->first_edge + node->edges; e++) {
		const struct graph_edge edge = graph->edge[e];
		const struct var *in = graph->node[edge.from].y;

		if (!ways->hops[edge.from])
			continue;
		if (!ways->hops[i])
			ways->hops[i] = apart(y, ways->from);
		for (int t = 0; t < y->t; t++)
			follow(ways->from, reads(y, edge.input, in, t), ways->hops[edge.from],
			       ways->hops[i] + (size_t)t * n);
	}
	if (ways->hops[i])
		follow_itself(n, y, ways->hops[i]);
}

void graph_ways_find(struct graph_ways *ways, const struct graph *graph, const struct var *from)
{
	*ways = (struct graph_ways){ graph->nodes, from->t,
		                     memory_new(graph->nodes + 1, sizeof(uint16_t *)) };
	for (size_t i = 0; i < graph->nodes; i++) {
		if (graph->node[i].y != from) {
			follow_node(ways, graph, i);
			continue;
		}
		ways->hops[i] = apart(from, ways->from);
		for (int t = 0; t < ways->from; t++)
			ways->hops[i][t * ways->from + t] = 0;
	}
}

void graph_ways_free(struct graph_ways *ways)
{
	for (size_t i = 0; i < ways->nodes; i++)
		free(ways->hops[i]);
	free(ways->hops);
	*ways = (struct graph_ways){ 0 };
}

int graph_hops(const struct graph_ways *ways, int from, const struct var *y, int t)
{
	const uint16_t *hops = y->node ? ways->hops[y->node - 1] : NULL;

	return hops ? hops[t * ways->from + from] : GRAPH_APART;
}
