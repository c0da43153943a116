/* blame.c - the first number of a pass that is not finite. */
#include "core/blame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The first of n numbers that is not finite; NULL where all are. */
static const real *not_finite(const real *x, size_t n)
{
	for (size_t i = 0; x && i < n; i++)
		if (!isfinite(x[i]))
			return &x[i];
	return NULL;
}

/* x is flat like the parameters. */
static void look_at_all(struct blame *blame, const struct parameters *p, const real *x,
                        const char *operation)
{
	for (int i = 0; i < p->count && !blame->found; i++) {
		const struct parameter *own = &p->list[i];
		const real *bad =
			not_finite(x + own->offset, (size_t)own->rows * (size_t)own->columns);

		if (bad)
			*blame = (struct blame){ .found = true,
				                 .backward = operation != NULL,
				                 .value = (double)*bad,
				                 .operation = operation,
				                 .parameter = own->name,
				                 .place = { "", -1, NULL } };
	}
}

void blame_parameters(struct blame *blame, const struct parameters *p)
{
	look_at_all(blame, p, p->x, NULL);
}

void blame_sum(struct blame *blame, const struct parameters *p, const real *gradient)
{
	look_at_all(blame, p, gradient, "the sum of gradients, or weight norm");
}

static void find(struct blame *blame, const struct var *y, struct graph_place place, double value)
{
	*blame = (struct blame){
		.found = true, .value = value, .operation = y->op->name, .place = place
	};
	for (int i = 0; i < VAR_INPUTS && !blame->parameter; i++)
		if (y->in[i])
			blame->parameter = y->in[i]->name;
}

void blame_result(struct blame *blame, const struct graph *graph, const struct var *y)
{
	const real *bad = blame->found ? NULL : not_finite(y->x, var_size(y));

	if (bad)
		find(blame, y, graph->place, (double)*bad);
}

void blame_gradients(struct blame *blame, const struct graph *graph, const struct var *y)
{
	for (int i = 0; i < VAR_INPUTS && !blame->found; i++) {
		const struct var *in = y->in[i];
		const real *bad = in && in->needs_gradient ? not_finite(in->g, var_size(in)) : NULL;

		if (!bad)
			continue;
		find(blame, y, y->node ? graph->node[y->node - 1].place : graph->place,
		     (double)*bad);
		blame->backward = true;
		if (in->name)
			blame->parameter = in->name;
	}
}

static void write_place(const struct blame *b, char text[BLAME_TEXT])
{
	const struct graph_place *at = &b->place;
	char layer[32] = "";

	if (at->layer >= 0)
		snprintf(layer, sizeof layer, ", layer %d", at->layer + 1);
	snprintf(text, BLAME_TEXT, "%s%s%s%s%s%s", *at->section ? at->section : "model", layer,
	         at->part ? ", " : "", at->part ? at->part : "", b->parameter ? "; " : "",
	         b->parameter ? b->parameter : "");
}

void blame_text(const struct blame *b, char text[BLAME_TEXT])
{
	char place[BLAME_TEXT];

	if (!b->found) {
		snprintf(text, BLAME_TEXT, "no single operation");
		return;
	}
	if (!b->operation) {
		snprintf(text, BLAME_TEXT, "%g is in the weights before it, in %.160s", b->value,
		         b->parameter);
		return;
	}
	write_place(b, place);
	snprintf(text, BLAME_TEXT, "%g first in %s of %s (%.160s)", b->value,
	         b->backward ? "backward" : "forward", b->operation, place);
}
