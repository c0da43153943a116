/* joined.c - the arrangement decoder-only: a source and its target as one sequence, or text alone.
 */
#include "models/joined.h"
#include "core/graph.h"
#include "data/vocabulary.h"

/* Sources end at step t: what stood behind them stands before them. */
static const int *move_to_end(struct tape *tape, const int *source, const int *padding, int t,
                              int n)
{
	int *moved = tape_memory(tape, (size_t)t * (size_t)n * sizeof *moved);

	for (int i = 0; i < n; i++)
		for (int s = 0; s < t; s++)
			moved[s * n + i] =
				s < padding[i] ? TOKEN_PAD : source[(s - padding[i]) * n + i];
	return moved;
}

void joined_encode(struct tape *tape, const struct model *model, const int *source,
                   const int *length, int t, int n, struct memory *memory)
{
	int *padding;
	bool padded = false;

	if (!model_has_source(model))
		return;
	padding = tape_memory(tape, (size_t)n * sizeof *padding);
	for (int i = 0; i < n; i++) {
		padding[i] = t - length[i];
		padded |= padding[i] > 0;
	}
	memory->prefix = t;
	memory->padding = padded ? padding : NULL;
	if (padded)
		source = move_to_end(tape, source, padding, t, n);
	memory->embedded = model_embed(tape, model, SIDE_SOURCE, source, t, n, 0, memory->padding);
}

struct var *joined_decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          const int *target, int t, int rows, struct carry *carry)
{
	const int prefix = joined_prefix(memory, carry);
	const int first = prefix ? prefix : carry ? carry->position : 0;
	struct var *part[2] = { memory->embedded }, *x, *h;

	if (prefix && carry)
		carry_pad(carry, memory->padding);
	x = model_embed(tape, model, SIDE_TARGET, target, t, rows, first,
	                joined_padding(memory, carry));
	graph_section(tape->graph, "decoder");
	if (prefix) {
		part[1] = x;
		x = op_join_steps(tape, 2, part);
	}
	x = model_drop_embedded(tape, model, SIDE_TARGET, x);
	carry_rewind(carry);
	h = model->side[SIDE_TARGET].body.architecture->decode(tape, model, memory, x, carry);
	carry_advance(carry, x->t);
	return prefix ? op_some_steps(tape, h, prefix, t) : h;
}
