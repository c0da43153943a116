/* pooled.c - the arrangement encoder-only: from an encoder's states to those that are labelled. */
#include "models/pooled.h"
#include "core/graph.h"

struct var *pooled_states(struct tape *tape, const struct model *model, const struct memory *memory)
{
	graph_section(tape->graph, "pooling");
	switch (model->settings.pooling) {
	case POOLING_MEAN:
		return op_mean_steps(tape, memory->states, memory->length);
	case POOLING_LAST:
		return op_last_steps(tape, memory->states, memory->length,
		                     model->side[SIDE_SOURCE].backward);
	}
	return memory->states;
}
