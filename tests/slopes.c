/* slopes.c - the gradients of operations beside finite differences of their results. */
#include "tests/slopes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { DIRT = 1 << 20 };

void slopes_dirty(struct tape *tape)
{
	const size_t mark = tape->arena.used;

	memset(tape_memory(tape, DIRT), 0xff, DIRT);
	tape->arena.used = mark;
}

void slopes_open(struct slopes *s, uint64_t key)
{
	*s = (struct slopes){ .inputs = 0 };
	tape_init(&s->tape);
	tape_begin(&s->tape, &s->parameters, &s->gradient, true, key);
	slopes_dirty(&s->tape);
}

void slopes_close(struct slopes *s)
{
	tape_free(&s->tape);
}

double slopes_number(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (double)(*state >> 8) / (1 << 24) * 2 - 1;
}

struct var *slopes_input(struct slopes *s, int t, int n, int c, unsigned seed)
{
	struct var *v = tape_var(&s->tape, NULL, t, n, c);

	assert_true(s->inputs < SLOPES_INPUTS);
	for (size_t i = 0; i < var_size(v); i++)
		v->x[i] = (real)slopes_number(&seed);
	v->needs_gradient = true;
	s->input[s->inputs++] = v;
	return v;
}

/* Leaves the tape as it was. */
static double loss(struct slopes *s, slopes_function *f, const void *context)
{
	const size_t used = s->tape.arena.used;
	const unsigned dropouts = s->tape.dropouts;
	struct var *result[SLOPES_RESULTS] = { NULL };
	double total = 0;
	unsigned seed = 9;

	s->tape.paused = true;
	f(s, context, result);
	for (int r = 0; r < SLOPES_RESULTS; r++)
		for (size_t i = 0; result[r] && i < var_size(result[r]); i++)
			total += (double)result[r]->x[i] * slopes_number(&seed);
	s->tape.paused = false;
	s->tape.dropouts = dropouts;
	s->tape.arena.used = used;
	return total;
}

static void flow_once(struct slopes *s, slopes_function *f, const void *context)
{
	struct var *result[SLOPES_RESULTS] = { NULL };
	const unsigned dropouts = s->tape.dropouts;
	unsigned seed = 9;

	f(s, context, result);
	for (int r = 0; r < SLOPES_RESULTS; r++) {
		real *g = result[r] ? tape_gradient(&s->tape, result[r]) : NULL;

		for (size_t i = 0; g && i < var_size(result[r]); i++)
			g[i] = (real)slopes_number(&seed);
	}
	tape_flow(&s->tape);
	s->tape.dropouts = dropouts;
}

void slopes_flow(struct slopes *s, slopes_function *f, const void *context)
{
	for (int i = 0; i < 2; i++)
		flow_once(s, f, context);
	for (int i = 0; i < s->inputs; i++)
		for (size_t j = 0; s->input[i]->g && j < var_size(s->input[i]); j++)
			s->input[i]->g[j] /= 2;
}

static void check_number(struct slopes *s, const char *name, slopes_function *f,
                         const void *context, int input, size_t i)
{
	const real step = (real)1e-5;
	struct var *v = s->input[input];
	const double got = v->g ? (double)v->g[i] : 0;
	const real middle = v->x[i];
	double above, slope;

	v->x[i] = middle + step;
	above = loss(s, f, context);
	v->x[i] = middle - step;
	slope = (above - loss(s, f, context)) / (2 * (double)step);
	v->x[i] = middle;
	if (!(fabs(slope - got) < 1e-7 * fmax(1, fabs(slope))))
		fail_msg("%s: gradient %zu of input %d is %.10g instead of %.10g", name, i, input,
		         got, slope);
}

void slopes_check(struct slopes *s, const char *name, slopes_function *f, const void *context)
{
	if (sizeof(real) < sizeof(double)) {
		print_message("skipped: finite differences need -DBAKEOFF_DOUBLE\n");
		slopes_close(s);
		skip();
	}
	slopes_flow(s, f, context);
	for (int input = 0; input < s->inputs; input++)
		for (size_t i = 0; i < var_size(s->input[input]); i++)
			check_number(s, name, f, context, input, i);
}
