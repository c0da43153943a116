/* probe_cost.c - what an encoder costs for n tokens: by its graph, and by the clock. */
#include "experiments/probe.h"

#include "core/error.h"
#include "core/machine.h"
#include "data/vocabulary.h"
#include "models/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 5, SHORTEST = 32, LONGEST = 1024, CARD_SHORT = 64, CARD_LONG = 512 };
static const double LEAST_SECONDS = 0.02; /* of a repetition */

/* One pass of the encoder over a sentence, with nothing kept for gradients. */
static void pass(const struct model *model, struct tape *tape, const int *token, int n)
{
	struct memory memory;

	tape_begin(tape, &model->parameters, NULL, false, 0);
	model_encode(tape, model, token, &n, n, 1, &memory);
}

/* Milliseconds a token. */
static double time_encoder(const struct model *model, struct tape *tape, const int *token, int n)
{
	const double began = machine_seconds();
	double seconds;
	int passes = 0;

	do {
		pass(model, tape, token, n);
		passes++;
		seconds = machine_seconds() - began;
	} while (seconds < LEAST_SECONDS);
	return 1000 * seconds / passes / n;
}

/* Repetitions take turns over the lengths, so that a disturbance is not all of one length's. */
static void time_lengths(struct measured *m, int series, const struct model *model)
{
	int *token = memory_new(LONGEST, sizeof *token);
	struct tape tape;

	for (int i = 0; i < LONGEST; i++)
		token[i] = TOKEN_SPECIALS + i % (model->vocabulary[SIDE_SOURCE] - TOKEN_SPECIALS);
	tape_init(&tape);
	pass(model, &tape, token, LONGEST);
	for (int i = 0; i < REPETITIONS; i++)
		for (int n = SHORTEST; n <= LONGEST; n *= 2)
			measured_add(m, series, i + 1, n, time_encoder(model, &tape, token, n));
	tape_free(&tape);
	free(token);
}

static void card_columns(struct table *card)
{
	static const char *const name[] = { "encoder of",        "parameters",
		                            "adds/token, n=64",  "adds/token, n=512",
		                            "sequential, n=512", "longest path",
		                            "field of 64",       "adds of a layer" };

	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
		table_add_column(card, name[i], 0, false);
}

static void write_term(FILE *out, bool *first, double c, const char *power)
{
	if (c == 0)
		return;
	fprintf(out, "%s%g%s", *first ? "" : " + ", c, power);
	*first = false;
}

static void polynomial_cell(struct cell *cell, const double c[3])
{
	char text[96] = "";
	FILE *out = fmemopen(text, sizeof text, "w");
	bool first = true;

	if (!out)
		return;
	write_term(out, &first, c[2], " n²");
	write_term(out, &first, c[1], " n");
	write_term(out, &first, c[0], "");
	fclose(out);
	cell_text(cell, text, strlen(text));
}

static double at(const double c[3], double n)
{
	return c[0] + n * (c[1] + n * c[2]);
}

static void path_cell(struct cell *cell, const struct explain_path *path)
{
	char text[48];

	snprintf(text, sizeof text, path->apart ? "%d, not between all" : "%d", path->longest);
	cell_text(cell, text, strlen(text));
}

static void card_row(struct table *card, const char *name, const struct model *model,
                     const struct explain_growth *growth)
{
	struct explanation e;
	struct cell *cell = table_add_row(card);

	explain_model(&e, model, CARD_SHORT, CARD_SHORT);
	cell_text(&cell[0], name, strlen(name));
	cell_integer(&cell[1], (long)e.side[SIDE_SOURCE].parameters);
	cell_integer(&cell[2], lround(e.side[SIDE_SOURCE].layers *
	                              at(growth->multiply_adds, CARD_SHORT) / CARD_SHORT));
	cell_integer(&cell[3], lround(e.side[SIDE_SOURCE].layers *
	                              at(growth->multiply_adds, CARD_LONG) / CARD_LONG));
	cell_integer(&cell[4], lround(growth->sequential[0] + growth->sequential[1] * CARD_LONG));
	path_cell(&cell[5], &e.path[ROUTE_ENCODER]);
	cell_integer(&cell[6], e.path[ROUTE_ENCODER].field);
	polynomial_cell(&cell[7], growth->multiply_adds);
	explanation_free(&e);
}

static void add_fact(struct measured *m, const char *name, const char *what, double value)
{
	char text[256];

	snprintf(text, sizeof text, "%s: %s", name, what);
	measured_add(m, measured_aside(m, text), 1, 0, value);
}

/* Facts for claims: products in sequence that a token adds, and the length in channels at which
 * the work that grows with n² is as much as a recurrent layer's. */
static void add_facts(struct measured *m, const char *name, const struct explain_growth *growth,
                      double recurrent, long width)
{
	const double crossing = recurrent / growth->multiply_adds[2] / (double)width;

	add_fact(m, name, "sequential", growth->sequential[1]);
	if (growth->multiply_adds[2] > 0) {
		add_fact(m, name, "crossing / d", crossing);
		add_fact(m, name, "d / crossing", 1 / crossing);
	}
}

static bool open_contestant(struct model *model, const struct probe_material *material,
                            int contestant, struct error *error)
{
	const int entries = (int)material->experiment->data.symbols + TOKEN_SPECIALS;
	const struct contestant *c = &material->experiment->contestant[contestant];

	if (!model_open(model, &c->design, (const int[SIDES]){ entries, entries }, true, LONGEST,
	                error))
		return error_prefix(error, "contestants.%s", c->name);
	parameters_start(&model->parameters, 1);
	return true;
}

bool probe_measure_cost(const struct probe_material *material, struct error *error)
{
	double recurrent = (double)NAN; /* multiply-adds a token of a recurrent layer */

	card_columns(material->card);
	for (int i = 0; i < material->experiment->contestants; i++) {
		const char *name = material->experiment->contestant[i].name;
		struct explain_growth growth[SIDES];
		struct model model;

		if (!open_contestant(&model, material, i, error))
			return false;
		explain_growth(&model, growth);
		if (growth[SIDE_SOURCE].sequential[1] > 0 && isnan(recurrent))
			recurrent = growth[SIDE_SOURCE].multiply_adds[1];
		card_row(material->card, name, &model, &growth[SIDE_SOURCE]);
		add_facts(material->measured, name, &growth[SIDE_SOURCE], recurrent,
		          model.settings.width);
		time_lengths(material->measured, measured_series(material->measured, name), &model);
		model_close(&model);
	}
	return true;
}
