/* attention_test.c - attention in tiles gives what the plain loops of its definition give, and
 * keeps no matrix. */
#include "tests/attention_plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Around the edges of tiles of 64, of registers of 16 and of pairs of them. */
static const struct attention_case shapes[] = {
	{ 1, 1, 1, 1, 1, 1, 1, SCORE_DOT, .size = 1 },
	{ 1, 63, 3, 1, 2, 16, 32, SCORE_SCALED_DOT, .lengths = true },
	{ 1, 64, 2, 5, 2, 8, 8, SCORE_SCALED_DOT, .lengths = true, .scaled = true },
	{ 1, 130, 2, 70, 1, 5, 3, SCORE_DOT, .lengths = true },
	{ 1, 65, 2, 3, 1, 17, 4, SCORE_ADDITIVE, .lengths = true },
	{ 3, 7, 2, 1, 2, 4, 4, SCORE_SCALED_DOT, .lengths = true },
	{ 20, 31, 3, 1, 2, 32, 32, SCORE_SCALED_DOT, .lengths = true, .dropout = 0.3 },
	{ 5, 9, 2, 3, 2, 4, 4, SCORE_SCALED_DOT, .lengths = true, .dropout = 0.2 },
	{ 63, 63, 2, 1, 2, 8, 8, SCORE_SCALED_DOT, .causal = true },
	{ 64, 64, 1, 1, 2, 8, 8, SCORE_SCALED_DOT, .causal = true, .dropout = 0.1 },
	{ 65, 65, 1, 1, 1, 16, 16, SCORE_SCALED_DOT, .causal = true },
	{ 130, 130, 1, 1, 2, 8, 8, SCORE_SCALED_DOT, .causal = true, .dropout = 0.2 },
	{ 3, 130, 2, 1, 1, 6, 6, SCORE_DOT, .causal = true },
	{ 130, 40, 1, 1, 1, 6, 6, SCORE_DOT, .causal = true },
	{ 130, 1, 1, 1, 1, 6, 6, SCORE_DOT, .size = 1 },
	{ 65, 63, 2, 1, 1, 64, 80, SCORE_DOT, .lengths = true, .scaled = true },
	{ 64, 130, 2, 1, 1, 9, 12, SCORE_DOT, .lengths = true, .scaled = true },
	{ 63, 130, 2, 1, 1, 24, 24, SCORE_ADDITIVE, .lengths = true, .dropout = 0.1 },
	{ 130, 65, 2, 1, 1, 16, 10, SCORE_ADDITIVE, .causal = true },
	/* Scores of hundreds; sums that exp cannot take. */
	{ 66, 70, 1, 1, 1, 16, 8, SCORE_DOT, .size = 10 },
	{ 6, 70, 1, 1, 1, 16, 8, SCORE_ADDITIVE, .size = 60 },
	/* Heads that share keys; nothing to see; everything at once, with rows that share a
	   sentence. */
	{ 1, 70, 2, 3, 4, 16, 8, SCORE_SCALED_DOT, .key_heads = 2, .lengths = true },
	{ 1, 70, 2, 6, 4, 16, 8, SCORE_SCALED_DOT, .key_heads = 1, .firsts = true, .alibi = true },
	{ 9, 3, 3, 1, 2, 4, 4, SCORE_DOT, .lengths = true, .firsts = true, .causal = true },
	{ 5, 66, 2, 2, 2, 8, 4, SCORE_SCALED_DOT, .window = 3, .dropout = 0.2, .key_clip = 4 },
	{ 70, 70, 1, 2, 4, 8, 4, SCORE_SCALED_DOT, .key_heads = 2, .causal = true, .firsts = true,
	  .scaled = true, .alibi = true, .window = 40, .block = 50, .key_clip = 3, .value_clip = 7,
	  .masked = true, .dropout = 0.1 },
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* What a query may see and how it may score, each with all the lengths below. */
static const struct attention_case flavours[] = {
	{ .causal = true },
	{ .lengths = true, .firsts = true },
	{ .causal = true, .lengths = true, .firsts = true },
	{ .key_heads = 1 },
	{ .key_heads = 2, .causal = true, .dropout = 0.2 },
	{ .window = 1 },
	{ .window = 5, .causal = true, .lengths = true },
	{ .window = 64, .firsts = true, .dropout = 0.1 },
	{ .block = 1 },
	{ .block = 7, .causal = true, .firsts = true },
	{ .block = 64, .lengths = true },
	{ .block = 100, .window = 30, .causal = true },
	{ .alibi = true, .lengths = true },
	{ .alibi = true, .causal = true, .window = 70, .scaled = true },
	{ .key_clip = 2, .value_clip = 2 },
	{ .key_clip = 4, .causal = true, .lengths = true, .dropout = 0.2 },
	{ .value_clip = 200, .firsts = true, .dropout = 0.2 },
	{ .key_clip = 90, .value_clip = 1, .window = 66, .key_heads = 2, .alibi = true },
	{ .masked = true, .causal = true, .value_clip = 3 },
	{ .causal = true, .prefix = 20, .firsts = true, .window = 9, .dropout = 0.1 },
	{ .causal = true, .prefix = 66, .lengths = true, .alibi = true },
};
enum { FLAVOURS = sizeof flavours / sizeof flavours[0] };

static const int lengths[][2] = { { 1, 1 },   { 1, 65 },    { 3, 3 },   { 63, 63 },  { 64, 64 },
	                          { 65, 65 }, { 130, 130 }, { 3, 130 }, { 130, 40 }, { 64, 129 } };
enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

enum { SCORES = SCORE_ADDITIVE + 1, CASES = SHAPES + SCORES * FLAVOURS * LENGTHS };

/* Sanitizers look at memory, not at numbers: they see every shape, and every flavour and score with
 * three or four of the lengths and one or two of the groups. */
#ifdef __SANITIZE_ADDRESS__
enum { CASE_STEP = 3, GROUP_STEP = 2 };
#else
enum { CASE_STEP = 1, GROUP_STEP = 1 };
#endif

static int next_case(int i)
{
	return i + (i < SHAPES ? 1 : CASE_STEP);
}

static struct attention_case case_of(int i)
{
	struct attention_case c;

	if (i < SHAPES)
		return shapes[i];
	i -= SHAPES;
	c = flavours[i / LENGTHS % FLAVOURS];
	c.score = (enum attention_score)(i / LENGTHS / FLAVOURS);
	c.t = lengths[i % LENGTHS][0];
	c.s = lengths[i % LENGTHS][1];
	c.n = 2;
	c.group = 1;
	c.heads = 4;
	c.q_c = i % 2 ? 5 : 16;
	c.v_c = 3;
	return c;
}

/* Compares every case's problem with the plain answer. */
static void each_case(bool gradients,
                      void check(struct attention_problem *, const struct attention_answer *))
{
	for (int i = 0; i < CASES; i = next_case(i)) {
		struct attention_problem p;
		struct attention_answer a;

		attention_open(&p, case_of(i), NULL, gradients);
		a = attention_plainly(&p);
		check(&p, &a);
		attention_answer_free(&a);
		attention_close(&p);
	}
}

static void check_gradients(struct attention_problem *p, const struct attention_answer *a)
{
	const struct attention_case *c = &p->shape;
	const struct var *y = attention_flow(p);

	attention_expect(c, "context", y->x, a->y, var_size(y));
	attention_expect(c, "query's gradient", p->query->g, a->dquery, var_size(p->query));
	attention_expect(c, "key's gradient", p->key->g, a->dkey, var_size(p->key));
	attention_expect(c, "value's gradient", p->value->g, a->dvalue, var_size(p->value));
	attention_expect(c, "gradient of vector and tables", p->gradient, a->dparameters,
	                 p->parameters.size);
}

static void check_weights(struct attention_problem *p, const struct attention_answer *a)
{
	const struct attention_case *c = &p->shape;
	const struct var *y = attention_attend(p);

	attention_expect(c, "context without gradients", y->x, a->y, var_size(y));
	p->tape.keep_attention = true;
	y = attention_attend(p);
	attention_expect(c, "context beside weights", y->x, a->y, var_size(y));
	attention_expect(c, "weights", p->tape.attention->weight, a->weight,
	                 (size_t)(y->n * c->heads * c->t * c->s));
}

static void tiles_change_nothing(void **state)
{
	(void)state;
	each_case(true, check_gradients);
}

/* As a search does it, which keeps nothing; and for someone who looks at the weights. */
static void without_gradients_and_with_weights(void **state)
{
	(void)state;
	each_case(false, check_weights);
}

/* The first t + 1 steps of the keys (or values), as rows of their own: one beside the other, or one
 * after the other as `place` says. */
static struct var *keys_so_far(struct attention_problem *p, const struct var *all, int steps,
                               bool placed)
{
	struct var *v = tape_var(&p->tape, NULL, steps, all->n, all->c);
	const size_t c = (size_t)all->c;

	for (int s = 0; s < steps; s++)
		for (int r = 0; r < all->n; r++)
			memcpy(v->x + (size_t)(placed ? r * steps + s : s * all->n + r) * c,
			       all->x + (size_t)(s * all->n + r) * c, c * sizeof(real));
	return v;
}

static void expect_step(struct attention_problem *p, int t, bool placed, const double *want)
{
	struct attention_problem step = *p;
	size_t place[ATTENTION_SENTENCES];
	struct var *y;

	step.query = op_step(&p->tape, p->query, t);
	step.key = keys_so_far(p, p->key, t + 1, placed);
	step.value = keys_so_far(p, p->value, t + 1, placed);
	step.how.place = placed ? place : NULL;
	for (int r = 0; r < p->key->n; r++)
		place[r] = (size_t)(r * (t + 1));
	y = op_attention(&p->tape, attention_queries(&step), attention_keys(&step),
	                 slice_all(step.value), step.how);
	attention_expect(&p->shape, placed ? "step of places" : "step", y->x,
	                 want + (size_t)t * var_size(y), var_size(y));
}

/* A few rows of a sentence, and so many that their keys are worth packing. */
static void steps_are_the_sequence(void **state)
{
	static const int groups[] = { 1, 3, 6 };

	(void)state;
	for (int i = 0; i < SCORES * FLAVOURS * 3; i += GROUP_STEP) {
		struct attention_case c = flavours[i / 3 % FLAVOURS];
		struct attention_problem p;
		struct attention_answer a;

		c.causal = true;
		c.lengths = c.scaled = false;
		c.prefix = 0;
		c.score = (enum attention_score)(i / 3 / FLAVOURS);
		c.t = c.s = 67;
		c.n = 2;
		c.group = groups[i % 3];
		c.heads = 4;
		c.q_c = c.v_c = 4;
		attention_open(&p, c, NULL, false);
		a = attention_plainly(&p);
		for (int t = 0; t < c.t; t += t == 1 ? 61 : 1) {
			expect_step(&p, t, false, a.y);
			expect_step(&p, t, true, a.y);
		}
		attention_answer_free(&a);
		attention_close(&p);
	}
}

static void expect_same(const real *a, const real *b, size_t n)
{
	assert_memory_equal(a, b, n * sizeof(real));
}

static void expect_same_flow(struct attention_problem *one, const struct var *y,
                             struct attention_problem *other)
{
	const struct var *z = attention_flow(other);

	expect_same(y->x, z->x, var_size(y));
	expect_same(one->query->g, other->query->g, var_size(one->query));
	expect_same(one->key->g, other->key->g, var_size(one->key));
	expect_same(one->value->g, other->value->g, var_size(one->value));
	expect_same(one->gradient, other->gradient, one->parameters.size);
}

static void every_instruction_set_gives_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < CASES; i = next_case(i)) {
		struct attention_problem one, other;
		const struct var *y;

		attention_open(&one, case_of(i), vector_kernels_available(0), true);
		y = attention_flow(&one);
		for (int set = 1; vector_kernels_available(set); set++) {
			attention_open(&other, case_of(i), vector_kernels_available(set), true);
			expect_same_flow(&one, y, &other);
			attention_close(&other);
		}
		attention_close(&one);
	}
}

/* Inputs, results and gradients are 7 arrays [2048][32]; a matrix of weights would be 64 of them.
 */
static void memory_grows_with_the_length_not_with_its_square(void **state)
{
	static const enum attention_score scores[] = { SCORE_SCALED_DOT, SCORE_ADDITIVE };
	const size_t array = 2048 * 32 * sizeof(real);

	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct attention_case c = { 2048,
			                          2048,
			                          1,
			                          1,
			                          1,
			                          32,
			                          32,
			                          scores[i % 2],
			                          .causal = true,
			                          .dropout = 0.1,
			                          .alibi = i / 2,
			                          .key_clip = i / 2 * 16 };
		struct attention_problem p;

		attention_open(&p, c, NULL, true);
		attention_flow(&p);
		assert_in_range(p.tape.arena.peak + p.tape.lasting.peak, 7 * array, 12 * array);
		attention_close(&p);
	}
}

/* Multiply-adds of one op_attention, forward and backward. */
static double work(struct attention_case c)
{
	struct attention_problem p;
	struct profile profile;
	double done = 0;

	profile_init(&profile);
	attention_open(&p, c, NULL, true);
	p.tape.profile = &profile;
	attention_flow(&p);
	for (size_t i = 0; i < profile.spans; i++)
		done += profile.span[i].multiply_adds;
	attention_close(&p);
	profile_free(&profile);
	return done;
}

static void work_grows_with_what_is_seen(void **state)
{
	const struct attention_case c = { 1024, 1024, 1, 1, 1, 16, 16, .score = SCORE_SCALED_DOT };
	const double all = work(c);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct attention_case bounded = c;

		*(i ? &bounded.block : &bounded.window) = 64;
		assert_true(work(bounded) < all / 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiles_change_nothing),
		cmocka_unit_test(without_gradients_and_with_weights),
		cmocka_unit_test(steps_are_the_sequence),
		cmocka_unit_test(every_instruction_set_gives_the_same_bits),
		cmocka_unit_test(memory_grows_with_the_length_not_with_its_square),
		cmocka_unit_test(work_grows_with_what_is_seen),
	};

	return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
