/* attention.c - queries, keys and values for every architecture. */
#include "models/attention.h"
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

static const struct projection NO_PROJECTION = { -1, -1 };

struct projection projection_add(struct parameters *all, int rows, int columns, bool bias,
                                 const char *name, ...)
{
	struct projection p = NO_PROJECTION;
	char text[96];
	va_list arguments;

	va_start(arguments, name);
	vsnprintf(text, sizeof text, name, arguments);
	va_end(arguments);
	p.weight = parameter_add(all, rows, columns, START_XAVIER, 0, "%sweight", text);
	if (bias)
		p.bias = parameter_add(all, 1, rows, START_CONSTANT, 0, "%sbias", text);
	return p;
}

struct var *projection_apply(struct tape *tape, struct projection p, struct var *x,
                             enum activation activation)
{
	if (p.weight < 0)
		return x;
	return op_linear(tape, x, tape_parameter(tape, p.weight), tape_parameter(tape, p.bias),
	                 activation);
}

struct attention_block attention_block_none(enum attention_score score, int heads)
{
	return (struct attention_block){
		.score = score,
		.heads = heads,
		.query = NO_PROJECTION,
		.key = NO_PROJECTION,
		.value = NO_PROJECTION,
		.key_value = NO_PROJECTION,
		.query_key_value = NO_PROJECTION,
		.output = NO_PROJECTION,
		.score_v = -1,
	};
}

struct attention_block attention_block_self(struct parameters *all, int d, int heads,
                                            const char *name)
{
	struct attention_block block = attention_block_none(SCORE_SCALED_DOT, heads);

	block.query_key_value = projection_add(all, 3 * d, d, true, "%s.in_proj_", name);
	block.output = projection_add(all, d, d, true, "%s.out_proj.", name);
	return block;
}

struct attention_block attention_block_cross(struct parameters *all, int d, int heads,
                                             const char *name)
{
	struct attention_block block = attention_block_none(SCORE_SCALED_DOT, heads);

	block.query = projection_add(all, d, d, true, "%s.q_proj_", name);
	block.key_value = projection_add(all, 2 * d, d, true, "%s.kv_proj_", name);
	block.output = projection_add(all, d, d, true, "%s.out_proj.", name);
	return block;
}

static struct attention describe(struct tape *tape, const struct attention_block *block,
                                 double dropout, enum attention_kind kind, int layer)
{
	return (struct attention){
		.score = block->score,
		.heads = block->heads,
		.scale_by_length = block->scale_by_length,
		.v = tape_parameter(tape, block->score_v),
		.dropout = dropout,
		.kind = kind,
		.layer = layer,
	};
}

struct var *attention_self(struct tape *tape, const struct attention_block *block, struct var *x,
                           const int *length, bool causal, struct carry *carry, double dropout,
                           int layer)
{
	struct attention how = describe(tape, block, dropout,
	                                 causal ? ATTENTION_DECODER : ATTENTION_ENCODER, layer);
	struct var *all = projection_apply(tape, block->query_key_value, x, ACTIVATION_NONE);
	const int d = all->c / 3;
	const struct slice key_value =
		carry_append(tape, carry, (struct slice){ all, d, 2 * d }, &how.place);
	const struct slice query = { all, 0, d };
	const struct slice key = { key_value.v, key_value.first, d };
	const struct slice value = { key_value.v, key_value.first + d, d };

	how.causal = causal;
	how.length = length;
	return projection_apply(tape, block->output, op_attention(tape, query, key, value, how),
	                        ACTIVATION_NONE);
}

static void remember(struct memory *memory, struct slice slice)
{
	if (memory->projected_count == MEMORY_PROJECTED)
		panic("attention: a decoder keeps at most %d projections", MEMORY_PROJECTED);
	memory->projected[memory->projected_count++] = slice;
}

void attention_remember(struct tape *tape, const struct attention_block *block, struct var *keys,
                        struct var *values, struct memory *memory)
{
	if (block->key_value.weight >= 0) {
		struct var *both = projection_apply(tape, block->key_value, keys, ACTIVATION_NONE);

		remember(memory, (struct slice){ both, 0, both->c / 2 });
		remember(memory, (struct slice){ both, both->c / 2, both->c / 2 });
		return;
	}
	remember(memory, slice_all(projection_apply(tape, block->key, keys, ACTIVATION_NONE)));
	remember(memory, slice_all(projection_apply(tape, block->value, values, ACTIVATION_NONE)));
}

struct var *attention_cross(struct tape *tape, const struct attention_block *block,
                            struct var *query, const struct memory *memory, double dropout,
                            int layer)
{
	struct attention how = describe(tape, block, dropout, ATTENTION_CROSS, layer);
	struct var *q = projection_apply(tape, block->query, query, ACTIVATION_NONE);

	how.length = memory->length;
	return projection_apply(tape, block->output,
	                        op_attention(tape, slice_all(q), memory->projected[2 * layer],
	                                     memory->projected[2 * layer + 1], how),
	                        ACTIVATION_NONE);
}
