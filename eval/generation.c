/* generation.c - a language model goes on with texts, a token at a time, by cached steps. */
#include "eval/generation.h"
#include "core/error.h"
#include "core/frozen.h"
#include "data/vocabulary.h"
#include "eval/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct generation {
	const struct model *model;
	struct search_settings settings;
	struct frozen *frozen;
	struct tape source; /* holds what the model makes once */
	struct tape step;   /* begun again at each step */
	struct memory memory;
	struct carry carry;
	struct draw draw;
	int rows;
	int window; /* steps that the model may see at once; 0: any number */
	int *text; /* [steps][rows] with a window: what was fed since it began; else what is next */
	int steps; /* of text */
	int room;  /* of text */
	int fed;   /* of them */
	long drawn; /* tokens of a row */
	uint64_t number;
};

static bool has_window(const struct model *model)
{
	const int positions = model->side[SIDE_TARGET].body.layer.positions;

	return positions == POSITIONS_LEARNED || positions == POSITIONS_SINUSOIDAL ||
	       positions == POSITIONS_ROTARY;
}

struct generation *generation_open(const struct model *model,
                                   const struct search_settings *settings, int rows)
{
	struct generation *g = memory_new(1, sizeof *g);

	if (model_has_source(model))
		panic("generation: the model has a source");
	g->model = model;
	g->settings = *settings;
	g->rows = rows;
	g->window = has_window(model) ? model->longest : 0;
	g->frozen = frozen_open(&model->parameters, vector_kernels(),
	                        (enum packed_numbers)settings->weights);
	draw_init(&g->draw, model->vocabulary[SIDE_TARGET]);
	tape_init(&g->source);
	tape_init(&g->step);
	g->source.frozen = g->step.frozen = g->frozen;
	tape_begin(&g->source, &model->parameters, NULL, false, 0);
	model_encode(&g->source, model, NULL, NULL, 0, rows, &g->memory);
	return g;
}

void generation_close(struct generation *g)
{
	if (!g)
		return;
	tape_free(&g->source);
	tape_free(&g->step);
	carry_free(&g->carry);
	draw_free(&g->draw);
	frozen_close(g->frozen);
	free(g->text);
	free(g);
}

static void add(struct generation *g, const int *token, int steps)
{
	const size_t rows = (size_t)g->rows;

	if (g->steps + steps > g->room) {
		g->room = 2 * (g->steps + steps);
		g->text = memory_resize(g->text, (size_t)g->room * rows, sizeof *g->text);
	}
	memcpy(g->text + (size_t)g->steps * rows, token, (size_t)steps * rows * sizeof *token);
	g->steps += steps;
}

static void drop(struct generation *g, int steps)
{
	const size_t rows = (size_t)g->rows;

	g->steps -= steps;
	memmove(g->text, g->text + (size_t)steps * rows, (size_t)g->steps * rows * sizeof *g->text);
}

void generation_begin(struct generation *g, const int *token, int steps, uint64_t number)
{
	g->steps = g->fed = 0;
	g->drawn = 0;
	g->number = number;
	carry_begin(&g->carry, g->rows);
	add(g, token, steps);
}

/* The text is too long for the window: its last half begins anew. */
static void slide(struct generation *g)
{
	const int keep = g->window > 1 ? g->window / 2 : 1;

	drop(g, g->steps - keep);
	g->fed = 0;
	carry_begin(&g->carry, g->rows);
}

/* The logits behind the last step, [rows][V]. */
static real *feed(struct generation *g)
{
	const size_t rows = (size_t)g->rows;
	struct var *h;
	int t;

	if (g->window && g->steps > g->window)
		slide(g);
	t = g->steps - g->fed;
	tape_begin(&g->step, &g->model->parameters, NULL, false, 0);
	h = model_decode(&g->step, g->model, &g->memory, g->text + (size_t)g->fed * rows, t,
	                 g->rows, &g->carry);
	g->fed = g->steps;
	if (!g->window) {
		drop(g, g->steps);
		g->fed = 0;
	}
	return model_logits(&g->step, g->model, h, (t - 1) * g->rows, g->rows);
}

/* Draws from one row's logits. */
static int draw(struct generation *g, int row, real *x, double *log_probability)
{
	const int n = g->draw.vocabulary;
	double highest = -HUGE_VAL, sum = 0;
	int token;

	x[TOKEN_PAD] = x[TOKEN_UNKNOWN] = x[TOKEN_BEGIN] = (real)-HUGE_VAL;
	for (int i = 0; i < n; i++) {
		if (isnan(x[i]))
			x[i] = (real)-HUGE_VAL;
		highest = fmax(highest, (double)x[i]);
	}
	if (!isfinite(highest))
		return TOKEN_END;
	draw_weigh(&g->draw, &g->settings, x, highest);
	token = draw_token(&g->draw,
	                   draw_uniform((uint64_t)g->settings.seed, g->number + (uint64_t)row, 0,
	                                (uint64_t)g->drawn));
	for (int i = 0; i < n; i++)
		sum += exp((double)x[i] - highest);
	*log_probability = (double)x[token] - highest - log(sum);
	return token;
}

void generation_next(struct generation *g, int *token, double *log_probability)
{
	real *logits = feed(g);

	for (int r = 0; r < g->rows; r++) {
		double log_p = 0;

		token[r] = draw(g, r, logits + (size_t)r * (size_t)g->draw.vocabulary, &log_p);
		if (log_probability)
			log_probability[r] += log_p;
	}
	g->drawn++;
	add(g, token, 1);
}
