/* padding_test.c - sentences that begin at different steps: positions are counted from each one's
 * own first, what lies before it is 0, and rows that move take their padding along. */
#include "core/error.h"
#include "core/gemm.h"
#include "core/ops.h"
#include "models/carry.h"
#include "tests/slopes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { T = 4, N = 3, C = 5 };

static const int first[N] = { 0, 2, 4 };
static const int id[T * N] = { 1, 0, 0, 2, 0, 0, 3, 1, 0, 1, 1, 0 };

static void blank(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	(void)context;
	result[0] = op_blank_steps(&s->tape, s->input[0], first);
}

static void some(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	(void)context;
	result[0] = op_some_steps(&s->tape, s->input[0], 1, 2);
}

static void join(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	struct var *part[2] = { s->input[0], op_some_steps(&s->tape, s->input[0], 2, 1) };

	(void)context;
	result[0] = op_join_steps(&s->tape, 2, part);
}

/* input[0] is the table, input[1] the positions. */
static void embed(struct slopes *s, const void *context, struct var *result[SLOPES_RESULTS])
{
	(void)context;
	result[0] = op_embed(&s->tape, s->input[0], id, T, N, 2, s->input[1], 1, first);
}

static void gradients_are_the_slopes(void **state)
{
	static const struct {
		const char *name;
		slopes_function *f;
		int rows; /* of a table, 0: the input is [T][N][C] */
	} cases[] = { { "blank", blank, 0 },
		      { "some steps", some, 0 },
		      { "join", join, 0 },
		      { "embed", embed, 6 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const int rows = cases[i].rows;
		struct slopes s;

		slopes_open(&s, 5);
		slopes_input(&s, rows ? 1 : T, rows ? rows : N, C, 1);
		if (rows)
			slopes_input(&s, 1, rows, C, 2);
		slopes_check(&s, cases[i].name, cases[i].f, NULL);
		slopes_close(&s);
	}
}

static void steps_before_a_sentence_are_0(void **state)
{
	struct slopes s;
	struct var *x, *y;

	(void)state;
	slopes_open(&s, 0);
	x = slopes_input(&s, T, N, C, 1);
	x->x[N * C + 2 * C] = (real)NAN;
	y = op_blank_steps(&s.tape, x, first);
	for (int t = 0; t < T; t++)
		for (int n = 0; n < N; n++)
			for (int c = 0; c < C; c++) {
				const int at = (t * N + n) * C + c;

				assert_true(y->x[at] == (t < first[n] ? 0 : x->x[at]));
			}
	assert_ptr_equal(op_blank_steps(&s.tape, x, NULL), x);
	slopes_close(&s);
}

static void positions_are_counted_from_the_first_step(void **state)
{
	struct slopes s;
	struct var *table, *position, *y;

	(void)state;
	slopes_open(&s, 0);
	table = slopes_input(&s, 1, 6, C, 1);
	position = slopes_input(&s, 1, 6, C, 2);
	y = op_embed(&s.tape, table, id, T, N, 2, position, 1, first);
	for (int t = 0; t < T; t++)
		for (int n = 0; n < N; n++)
			for (int c = 0; c < C; c++) {
				const int at = t * N + n, p = 1 + t - first[n];
				const real want = p < 0 ? 0
				                        : 2 * table->x[id[at] * C + c] +
				                                  position->x[p * C + c];

				assert_true(fabs((double)(y->x[at * C + c] - want)) < 1e-6);
			}
	slopes_close(&s);
}

static void rows_that_move_take_their_padding_along(void **state)
{
	static const int row[5] = { 1, 1, 0, 2, 2 };
	struct carry carry = { 0 };

	(void)state;
	carry_begin(&carry, N);
	assert_null(carry_padding(&carry));
	carry_pad(&carry, first);
	carry_select(&carry, 5, row);
	for (int i = 0; i < 5; i++)
		assert_int_equal(carry_padding(&carry)[i], first[row[i]]);
	carry_select(&carry, 1, (const int[]){ 4 });
	assert_int_equal(carry_padding(&carry)[0], first[2]);
	carry_begin(&carry, 2);
	assert_null(carry_padding(&carry));
	carry_free(&carry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_are_the_slopes),
		cmocka_unit_test(steps_before_a_sentence_are_0),
		cmocka_unit_test(positions_are_counted_from_the_first_step),
		cmocka_unit_test(rows_that_move_take_their_padding_along),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("padding", tests, NULL, NULL);
}
