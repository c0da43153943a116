/* probe_influence.c - how much a state moves with what went in d steps before: the mean norm of
 * d h_t / d x_(t-d), by the tape's gradients. */
#include "experiments/probe.h"

#include "core/error.h"
#include "data/vocabulary.h"
#include "models/model.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEPS = 48,  /* of a sentence: 24 of a source, 24 of its target */
	STATES = 12, /* the last of them are looked at */
	LOOKS = 16,  /* at each, with random tokens and from a random direction */
};

/* A decoder-only model, and where its gradients go. */
struct looking {
	const struct model *model;
	struct tape tape;
	real *gradient;
	gsl_rng *chance;
	double squares[STEPS]; /* by distance: sum of |v' d h_t / d x_(t-d)|^2 */
};

/* Random tokens, end; begin, the same tokens. */
static void copied(struct looking *l, int token[STEPS])
{
	const int half = STEPS / 2;
	const int words = l->model->vocabulary[SIDE_TARGET] - TOKEN_SPECIALS;

	for (int t = 0; t < half - 1; t++)
		token[t] = token[half + 1 + t] =
			TOKEN_SPECIALS + (int)gsl_rng_uniform_int(l->chance, (unsigned long)words);
	token[half - 1] = TOKEN_END;
	token[half] = TOKEN_BEGIN;
}

/* What the layers read, as a variable that keeps its gradient. */
static struct var *random_input(struct looking *l, struct memory *memory)
{
	const struct model *model = l->model;
	const int half = STEPS / 2;
	int *token = tape_memory(&l->tape, STEPS * sizeof *token);
	int *length = tape_memory(&l->tape, sizeof *length);
	struct var *x, *target;

	copied(l, token);
	*length = half;
	model_encode(&l->tape, model, token, length, half, 1, memory);
	target = model_embed(&l->tape, model, SIDE_TARGET, token + half, half, 1, half, NULL);
	x = tape_var(&l->tape, NULL, STEPS, 1, target->c);
	memcpy(x->x, memory->embedded->x, var_size(memory->embedded) * sizeof(real));
	memcpy(x->x + var_size(memory->embedded), target->x, var_size(target) * sizeof(real));
	x->needs_gradient = true;
	return x;
}

/* v' d h_t / d x for a random direction v: its squared length has the mean |d h_t / d x|^2 of
 * Frobenius. */
static void look_from(struct looking *l, int at)
{
	struct memory memory;
	struct var *x, *h;
	real *g;

	tape_begin(&l->tape, &l->model->parameters, l->gradient, false, 0);
	x = random_input(l, &memory);
	h = l->model->side[SIDE_TARGET].body.architecture->decode(&l->tape, l->model, &memory, x,
	                                                          NULL);
	g = tape_gradient(&l->tape, h) + (size_t)at * (size_t)h->c;
	for (int c = 0; c < h->c; c++)
		g[c] = (real)gsl_ran_gaussian(l->chance, 1);
	tape_flow(&l->tape);
	for (int t = 0; x->g && t <= at; t++)
		for (int c = 0; c < x->c; c++) {
			const double moved = (double)x->g[(size_t)t * (size_t)x->c + (size_t)c];

			l->squares[at - t] += moved * moved;
		}
}

/* Shares of the distances in all influence, into the series. */
static void add_shares(const struct looking *l, struct measured *m, int series, long seed)
{
	double sum = 0;

	for (int d = 0; d < STEPS - STATES; d++)
		sum += sqrt(l->squares[d]);
	for (int d = 0; d < STEPS - STATES; d++)
		measured_add(m, series, seed, d, sum > 0 ? sqrt(l->squares[d]) / sum : 0);
}

static void look(struct measured *m, int series, long seed, const struct model *model)
{
	struct looking l = { .model = model, .chance = gsl_rng_alloc(gsl_rng_mt19937) };

	gsl_rng_set(l.chance, 1);
	l.gradient = memory_new(model->parameters.size, sizeof *l.gradient);
	tape_init(&l.tape);
	for (int i = 0; i < LOOKS; i++)
		for (int at = STEPS - STATES; at < STEPS; at++)
			look_from(&l, at);
	add_shares(&l, m, series, seed);
	tape_free(&l.tape);
	gsl_rng_free(l.chance);
	free(l.gradient);
}

static bool fits(const struct trained *trained, const char *name, struct error *error)
{
	if (!model_is_decoder_only(&trained->model))
		return error_set(error,
		                 "%s: influence is that of one stack: arrangement: decoder-only",
		                 name);
	if (trained->longest < STEPS / 2)
		return error_set(error, "data.longest = %ld: must be %d at least", trained->longest,
		                 STEPS / 2);
	return true;
}

/* The untrained model's. */
static int series_before(struct measured *m, const char *contestant)
{
	char name[256];

	snprintf(name, sizeof name, "%s, untrained", contestant);
	return measured_series(m, name);
}

static bool look_at(const struct probe_material *material, const struct probe_trial *trial,
                    struct error *error)
{
	struct measured *m = material->measured;
	const char *name = trial->contestant->name;
	struct trained trained;
	bool fitting;

	if (!trained_open(&trained, material->database, trial->run, error))
		return false;
	fitting = fits(&trained, name, error);
	if (fitting) {
		look(m, measured_series(m, name), trial->seed, &trained.model);
		parameters_start(&trained.model.parameters, (uint64_t)trial->seed);
		look(m, series_before(m, name), trial->seed, &trained.model);
	}
	trained_close(&trained);
	return fitting;
}

bool probe_measure_influence(const struct probe_material *material, struct error *error)
{
	for (int i = 0; i < material->experiment->contestants; i++) {
		measured_series(material->measured, material->experiment->contestant[i].name);
		series_before(material->measured, material->experiment->contestant[i].name);
	}
	for (size_t i = 0; i < material->trials; i++)
		if (!look_at(material, &material->trial[i], error))
			return false;
	return true;
}
