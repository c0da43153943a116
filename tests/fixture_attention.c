/* fixture_attention.c - reference values of PyTorch: attention, one function a kind. */
#include "core/ops.h"
#include "tests/fixture.h"
#include "tests/fixture_kinds.h"

#include <stdio.h>
#include <string.h>

static void one_output(struct fixture *f, struct var *y)
{
	fixture_output(f, "out", y);
	fixture_seed(f, y, "w");
	fixture_gradients(f);
}

/* Attention weights are compared as they lie, [n][heads][t][s]. */
static void weights_output(struct fixture *f)
{
	const struct attention_weights *a = f->tape.attention;

	fixture_compare(f, "weights", (size_t)a->n * (size_t)a->heads * (size_t)a->t * (size_t)a->s,
	                a->weight);
}

static void attention_case(struct fixture *f)
{
	const char *score = fixture_word(f, "score", "?");
	struct attention_block block = attention_block_none(SCORE_DOT, 1);
	struct memory memory = { 0 };
	struct var *y;

	if (!strcmp(score, "general")) {
		block.key.weight = fixture_parameter(f, "W");
	} else if (!strcmp(score, "additive")) {
		block.score = SCORE_ADDITIVE;
		block.query.weight = fixture_parameter(f, "W");
		block.key.weight = fixture_parameter(f, "U");
		block.score_v = fixture_parameter(f, "score_v");
	} else if (!strcmp(score, "scaled-dot")) {
		block.score = SCORE_SCALED_DOT;
	}
	fixture_begin(f);
	memory.length = fixture_lengths(f);
	memory.states = fixture_input(f, "k");
	memory.values = fixture_input(f, "v");
	attention_remember(&f->tape, &block, &memory);
	y = attention_cross(&f->tape, &block, fixture_input(f, "q"), &memory, 0, 0);
	weights_output(f);
	one_output(f, y);
}

/* How steps are told where others stand, and how far they see: `window` is where relative positions
 * are clipped, else what a step sees. */
static bool place(struct fixture *f, struct attention_block *block)
{
	const char *position = fixture_word(f, "position", "");
	const bool shaw = !strcmp(position, "shaw");

	block->rotary = !strcmp(position, "rotary");
	block->alibi = !strcmp(position, "alibi");
	if (shaw) {
		block->relative_key = fixture_parameter(f, "relative_key");
		block->relative_value = fixture_parameter(f, "relative_value");
	} else {
		block->window = (int)fixture_number(f, "window", 0);
	}
	return !*position || shaw || block->rotary || block->alibi;
}

static void multi_head_case(struct fixture *f)
{
	const int d = (int)fixture_number(f, "d", 0), heads = (int)fixture_number(f, "heads", 1);
	const bool cross = fixture_has(f, "memory");
	struct attention_block block = fixture_heads(f, "", d, heads, cross);
	struct memory memory = { 0 };
	struct var *x, *y;

	if (!place(f, &block)) {
		snprintf(f->missing, sizeof f->missing, "position %s",
		         fixture_word(f, "position", "?"));
		return;
	}
	fixture_begin(f);
	x = fixture_input(f, "x");
	memory.length = fixture_lengths(f);
	if (cross) {
		memory.states = memory.values = fixture_input(f, "memory");
		attention_remember(&f->tape, &block, &memory);
		y = attention_cross(&f->tape, &block, x, &memory, 0, 0);
	} else {
		y = attention_self(&f->tape, &block, x,
		                   (struct sight){ .causal = fixture_true(f, "causal"),
		                                   .length = memory.length },
		                   NULL, 0);
	}
	weights_output(f);
	one_output(f, y);
}

static void convs2s_attention_case(struct fixture *f)
{
	struct attention_block block = attention_block_none(SCORE_DOT, 1);
	const struct projection query = { fixture_parameter(f, "W"), fixture_parameter(f, "b") };
	struct memory memory = { 0 };
	struct var *q;

	block.scale_by_length = true;
	fixture_begin(f);
	memory.length = fixture_lengths(f);
	memory.states = fixture_input(f, "z");
	memory.values = op_add(&f->tape, memory.states, fixture_input(f, "e"), 1);
	attention_remember(&f->tape, &block, &memory);
	q = projection_apply(&f->tape, query, fixture_input(f, "h"), ACTIVATION_NONE);
	q = op_add(&f->tape, q, fixture_input(f, "g"), 1);
	q = attention_cross(&f->tape, &block, q, &memory, 0, 0);
	weights_output(f);
	one_output(f, q);
}

const struct fixture_kind fixture_kinds_attention[] = {
	{ "attention", attention_case },
	{ "multi_head", multi_head_case },
	{ "convs2s_attention", convs2s_attention_case },
	{ NULL, NULL },
};
