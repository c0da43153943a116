/* attention.c - queries, keys and values for every architecture. */
#include "models/attention.h"
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

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
		.general = -1,
		.relative_key = -1,
		.relative_value = -1,
	};
}

static enum attention_score score_of(int attend)
{
	switch (attend) {
	case ATTEND_SCALED_DOT:
		return SCORE_SCALED_DOT;
	case ATTEND_ADDITIVE:
		return SCORE_ADDITIVE;
	}
	return SCORE_DOT;
}

/* One head over states as they are: what the score needs and no more. */
static struct attention_block bare(struct parameters *all, const struct layer_settings *s,
                                   int query_width, int memory_width, const char *name)
{
	struct attention_block block = attention_block_none(score_of(s->attention), 1);

	block.dropout = s->attention_dropout;
	if (s->attention == ATTEND_ADDITIVE)
		block.query =
			projection_add(all, query_width, query_width, false, "%s.query.", name);
	if (s->attention == ATTEND_ADDITIVE || s->attention == ATTEND_GENERAL)
		block.key = projection_add(all, query_width, memory_width, false, "%s.key.", name);
	if (s->attention == ATTEND_ADDITIVE)
		block.score_v = parameter_add(all, 1, query_width, START_XAVIER, 0, "%s.v", name);
	return block;
}

/* Channels of all heads together. */
struct widths {
	int query, key, value, context;
};

static struct widths widths_of(const struct layer_settings *s, int d)
{
	const int heads = (int)s->heads, key_heads = (int)(s->key_heads ? s->key_heads : heads);
	const int d_k = (int)(s->key_width ? s->key_width : d / heads);
	const int d_v = (int)(s->value_width ? s->value_width : d / heads);

	return (struct widths){ heads * d_k, key_heads * d_k, key_heads * d_v, heads * d_v };
}

static struct attention_block block_of_heads(struct parameters *all, const struct layer_settings *s,
                                             int attend, struct widths w, const char *name)
{
	struct attention_block block = attention_block_none(score_of(attend), (int)s->heads);

	block.key_heads = (int)s->key_heads;
	block.dropout = s->attention_dropout;
	block.query_c = w.query;
	block.key_c = w.key;
	block.value_c = w.value;
	block.context_c = w.context;
	if (attend == ATTEND_ADDITIVE)
		block.score_v = parameter_add(all, 1, w.query, START_XAVIER, 0, "%s.v", name);
	if (attend == ATTEND_GENERAL)
		block.general = parameter_add(all, w.query, w.query / block.heads, START_XAVIER, 0,
		                              "%s.general", name);
	return block;
}

/* What self-attention sees, and how it tells places apart. */
static void place(struct parameters *all, const struct layer_settings *s,
                  struct attention_block *block, const char *name)
{
	const int key_heads = block->key_heads ? block->key_heads : block->heads;
	const int distances = 2 * (int)s->relative_clip + 1;

	block->window = (int)s->window;
	block->block = (int)s->block;
	block->rotary = s->positions == POSITIONS_ROTARY;
	block->alibi = s->positions == POSITIONS_ALIBI;
	if (s->positions != POSITIONS_RELATIVE)
		return;
	block->relative_clip = (int)s->relative_clip;
	block->relative_key = parameter_add(all, distances, block->key_c / key_heads, START_XAVIER,
	                                    0, "%s.relative_key", name);
	block->relative_value = parameter_add(all, distances, block->value_c / key_heads,
	                                      START_XAVIER, 0, "%s.relative_value", name);
}

struct attention_block attention_block_self(struct parameters *all, const struct layer_settings *s,
                                            int d, const char *name)
{
	const struct widths w = widths_of(s, d);
	struct attention_block block = block_of_heads(all, s, s->self_attention, w, name);

	block.query_key_value =
		projection_add(all, w.query + w.key + w.value, d, true, "%s.in_proj_", name);
	block.output = projection_add(all, d, w.context, true, "%s.out_proj.", name);
	place(all, s, &block, name);
	return block;
}

struct attention_block attention_block_cross(struct parameters *all, const struct layer_settings *s,
                                             int d, int memory_width, const char *name)
{
	const struct widths w = widths_of(s, d);
	struct attention_block block = block_of_heads(all, s, s->attention, w, name);

	block.query = projection_add(all, w.query, d, true, "%s.q_proj_", name);
	if (s->attend_embeddings) { /* keys and values are made from different states */
		block.key = projection_add(all, w.key, memory_width, true, "%s.k_proj_", name);
		block.value = projection_add(all, w.value, memory_width, true, "%s.v_proj_", name);
	} else {
		block.key_value = projection_add(all, w.key + w.value, memory_width, true,
		                                 "%s.kv_proj_", name);
	}
	block.output = projection_add(all, d, w.context, true, "%s.out_proj.", name);
	return block;
}

struct attention_block attention_block_states(struct parameters *all,
                                              const struct layer_settings *s, int d,
                                              int memory_width, const char *name)
{
	return s->heads == 1 ? bare(all, s, d, memory_width, name)
	                     : attention_block_cross(all, s, d, memory_width, name);
}

static struct attention describe(struct tape *tape, const struct attention_block *block,
                                 enum attention_kind kind, int layer)
{
	return (struct attention){
		.score = block->score,
		.heads = block->heads,
		.key_heads = block->key_heads,
		.scale_by_length = block->scale_by_length,
		.v = tape_parameter(tape, block->score_v),
		.dropout = block->dropout,
		.kind = kind,
		.layer = layer,
	};
}

/* q^T W of each head. */
static struct slice general(struct tape *tape, const struct attention_block *block,
                            struct slice query)
{
	if (block->general < 0)
		return query;
	return slice_all(
		op_head_linear(tape, query, tape_parameter(tape, block->general), block->heads));
}

/* Keys and values of all steps so far, which lie at *place; keys are remembered turned. */
static void extend(struct tape *tape, const struct attention_block *block, struct carry *carry,
                   struct slice *key, struct slice *value, const size_t **place)
{
	const int key_heads = block->key_heads ? block->key_heads : block->heads;
	const int key_c = key->c, value_c = value->c;
	struct slice both = { key->v, key->first, key_c + value_c };

	if (block->rotary) {
		*key = slice_all(op_rotary(tape, *key, key_heads, carry ? carry->position : 0));
		*key = carry_append(tape, carry, *key, place);
		*value = carry_append(tape, carry, *value, place);
		return;
	}
	both = carry_append(tape, carry, both, place);
	*key = (struct slice){ both.v, both.first, key_c };
	*value = (struct slice){ both.v, both.first + key_c, value_c };
}

struct var *attention_self(struct tape *tape, const struct attention_block *block, struct var *x,
                           struct sight sight, struct carry *carry, int layer)
{
	const enum attention_kind kind = sight.causal ? ATTENTION_DECODER : ATTENTION_ENCODER;
	struct attention how = describe(tape, block, kind, layer);
	struct var *all = projection_apply(tape, block->query_key_value, x, ACTIVATION_NONE);
	const int query_c = block->query_c, key_c = block->key_c;
	struct slice query = general(tape, block, (struct slice){ all, 0, query_c });
	struct slice key = { all, query_c, key_c };
	struct slice value = { all, query_c + key_c, block->value_c };

	if (block->rotary)
		query = slice_all(
			op_rotary(tape, query, block->heads, carry ? carry->position : 0));
	extend(tape, block, carry, &key, &value, &how.place);
	how.causal = sight.causal;
	how.prefix = sight.prefix;
	how.first = sight.first;
	how.length = sight.length;
	how.window = block->window;
	how.block = block->block;
	how.alibi = block->alibi;
	how.relative_key = tape_parameter(tape, block->relative_key);
	how.relative_value = tape_parameter(tape, block->relative_value);
	return projection_apply(tape, block->output, op_attention(tape, query, key, value, how),
	                        ACTIVATION_NONE);
}

static void remember(struct memory *memory, struct slice slice)
{
	if (memory->projected_count == MEMORY_PROJECTED)
		panic("attention: a decoder keeps at most %d projections", MEMORY_PROJECTED);
	memory->projected[memory->projected_count++] = slice;
}

void attention_remember(struct tape *tape, const struct attention_block *block,
                        struct memory *memory)
{
	struct var *const keys = memory->states, *const values = memory->values;

	if (block->key_value.weight >= 0) {
		struct var *both = projection_apply(tape, block->key_value, keys, ACTIVATION_NONE);

		remember(memory, (struct slice){ both, 0, block->key_c });
		remember(memory, (struct slice){ both, block->key_c, both->c - block->key_c });
		return;
	}
	remember(memory, slice_all(projection_apply(tape, block->key, keys, ACTIVATION_NONE)));
	remember(memory, slice_all(projection_apply(tape, block->value, values, ACTIVATION_NONE)));
}

struct var *attention_cross(struct tape *tape, const struct attention_block *block,
                            struct var *query, const struct memory *memory, int number, int layer)
{
	struct attention how = describe(tape, block, ATTENTION_CROSS, layer);
	struct slice q = slice_all(projection_apply(tape, block->query, query, ACTIVATION_NONE));

	how.length = memory->length;
	return projection_apply(tape, block->output,
	                        op_attention(tape, general(tape, block, q),
	                                     memory->projected[2 * number],
	                                     memory->projected[2 * number + 1], how),
	                        ACTIVATION_NONE);
}

/* Products of queries with the vectors of distances, and of weights with those of values. */
static double relative_cost(const struct attention_block *block, double queries)
{
	const double seen = 2 * queries - 1, all = 2.0 * block->relative_clip + 1;

	if (block->relative_key < 0)
		return 0;
	return queries * (seen < all ? seen : all) * (block->query_c + block->context_c);
}

static double bare_cost(const struct attention_block *block, double query_width,
                        double memory_width, bool projects, double queries, double keys)
{
	return queries * keys * (query_width + memory_width) +
	       (projects && block->key.weight >= 0 ? keys * memory_width * query_width : 0) +
	       (block->query.weight < 0 ? 0 : queries * query_width * query_width);
}

double attention_cost(const struct attention_block *block, double d, double memory_width,
                      bool projects, double queries, double keys)
{
	const double general =
		block->general < 0 ? 0 : (double)block->query_c * block->query_c / block->heads;

	if (block->output.weight < 0)
		return bare_cost(block, d, memory_width, projects, queries, keys);
	return queries * (d * (block->query_c + block->context_c) + general) +
	       (projects ? keys * memory_width * (block->key_c + block->value_c) : 0) +
	       queries * keys * (block->query_c + block->context_c) + relative_cost(block, queries);
}
