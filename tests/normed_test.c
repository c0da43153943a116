/* normed_test.c - weight norm made once for several tapes gives what each tape's own gives. */
#include "core/error.h"
#include "core/normed.h"
#include "core/ops.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct shape {
	int rows, columns, tapes;
	int piece; /* rows that are made, or flow, together */
};

static const struct shape shapes[] = {
	{ 1, 1, 1, 1 },
	{ 5, 7, 1, 2 },
	{ 16, 48, 3, 16 },
	{ 33, 20, 2, 4 },
};

struct problem {
	struct parameters parameters;
	struct normed normed;
	int v, gain, bias;
	real *gradient;
};

static void open_problem(struct problem *p, struct shape s)
{
	*p = (struct problem){ 0 };
	p->v = parameter_add(&p->parameters, s.rows, s.columns, START_UNIFORM, 1, "v");
	p->gain = parameter_add(&p->parameters, 1, s.rows, START_UNIFORM, 2, "g");
	p->bias = parameter_add(&p->parameters, 1, s.rows, START_UNIFORM, 1, "b");
	parameter_normalise(&p->parameters, p->v, p->gain);
	parameters_start(&p->parameters, 3);
	normed_open(&p->normed, &p->parameters, false);
	p->gradient = memory_new(p->parameters.size, sizeof *p->gradient);
}

static void close_problem(struct problem *p)
{
	normed_close(&p->normed);
	parameters_free(&p->parameters);
	free(p->gradient);
}

/* Some rows through a layer, forward and backward, adding to the gradient. */
static void run(struct problem *p, struct shape s, const struct normed *normed, unsigned seed)
{
	struct tape tape;
	struct var *x, *y, *w;
	real *g;

	tape_init(&tape);
	tape.normed = normed;
	tape_begin(&tape, &p->parameters, p->gradient, true, 1);
	x = tape_var(&tape, NULL, 2, 3, s.columns);
	for (size_t i = 0; i < var_size(x); i++)
		x->x[i] = (real)sin((double)(seed + i));
	w = op_weight_norm(&tape, tape_parameter(&tape, p->v), tape_parameter(&tape, p->gain));
	y = op_linear(&tape, x, w, tape_parameter(&tape, p->bias), ACTIVATION_TANH);
	g = tape_gradient(&tape, y);
	for (size_t i = 0; i < var_size(y); i++)
		g[i] = (real)cos((double)(seed + 3 * i));
	tape_flow(&tape);
	tape_free(&tape);
}

static void shared_weights_give_the_same_gradients(void **state)
{
	const double tolerance = sizeof(real) == sizeof(double) ? 1e-12 : 1e-4;

	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		const struct shape s = shapes[i];
		struct problem own, shared;
		const struct vector_kernels *vector = vector_kernels();

		open_problem(&own, s);
		open_problem(&shared, s);
		for (int first = 0; first < s.rows; first += s.piece)
			normed_make(&shared.normed, vector, shared.v, first,
			            s.rows - first < s.piece ? s.rows - first : s.piece);
		for (int t = 0; t < s.tapes; t++) {
			run(&own, s, NULL, 100 * (unsigned)t);
			run(&shared, s, &shared.normed, 100 * (unsigned)t);
		}
		for (int first = 0; first < s.rows; first += s.piece)
			normed_flow(&shared.normed, vector, shared.v, first,
			            s.rows - first < s.piece ? s.rows - first : s.piece,
			            shared.gradient);
		for (size_t j = 0; j < own.parameters.size; j++)
			if (!(fabs((double)(own.gradient[j] - shared.gradient[j])) <= tolerance))
				fail_msg("shape %zu, number %zu: %g instead of %g", i, j,
				         (double)shared.gradient[j], (double)own.gradient[j]);
		close_problem(&own);
		close_problem(&shared);
	}
}

static void only_declared_matrices_are_made(void **state)
{
	struct problem p;

	(void)state;
	open_problem(&p, shapes[1]);
	assert_non_null(normed_find(&p.normed, p.parameters.x));
	assert_null(normed_find(&p.normed, p.parameters.x + p.parameters.list[p.gain].offset));
	close_problem(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_weights_give_the_same_gradients),
		cmocka_unit_test(only_declared_matrices_are_made),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("normed", tests, NULL, NULL);
}
