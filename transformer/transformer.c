/* transformer.c - attention alone: Vaswani et al. 2017, "Attention Is All You Need". Its layers are
 * the sub-layers that any architecture may have, and nothing else. */
#include "core/graph.h"
#include "core/segment.h"
#include "models/sublayer.h"

#include <math.h>

struct transformer_settings {
	bool scale_embeddings;
};

static const struct setting settings_table[] = {
	SETTING_OF_BOOL(struct transformer_settings, scale_embeddings, "scale_embeddings", "true",
	                "embeddings times sqrt(width); false: as they are, and small at first (Radford "
	                "2019)"),
	{ .name = NULL },
};

static const char *const defaults[] = {
	"positions", "sinusoidal", "self_attention", "scaled-dot", "attention",    "scaled-dot",
	"heads",     "4",          "norm",           "pre",        "feed_forward", "512",
	NULL,
};

static bool check(const struct design *design, int side, struct error *error)
{
	return layer_settings_check(&design->side[side].layer, side, design->model.width, "width",
	                            error);
}

static int width(const struct design *design, int side)
{
	(void)side;
	return (int)design->model.width;
}

struct stack {
	int layers;
	struct norm last;          /* pre-norm only */
	struct projection summary; /* decoder */
	struct sublayers layer[];
};

static void build(struct model *model, int side)
{
	const struct layer_settings *s = &model->side[side].body.layer;
	const struct transformer_settings *own = model->side[side].body.settings;
	const int layers = layers_of(s, side), d = (int)model->settings.width;
	struct stack *stack = memory_new(1, sizeof *stack + (size_t)layers * sizeof *stack->layer);

	model->side[side].layout = stack;
	model->side[side].embedding.scaled = own->scale_embeddings;
	model->side[side].embedding.deviation = own->scale_embeddings ? 1 / sqrt((double)d) : 0.02;
	if (side == SIDE_TARGET)
		model->output_width = d;
	stack->summary = NO_PROJECTION;
	if (side == SIDE_TARGET)
		stack->summary = summary_add(model, d);
	stack->layers = layers;
	for (int i = 0; i < layers; i++)
		stack->layer[i] = i && s->share_layers ? stack->layer[0]
		                                       : sublayers_add(model, side, i, d, true);
	stack->last = last_norm_add(model, side, d);
}

/* One layer as a segment. */
struct layer_run {
	const struct sublayers *layer;
	struct sublayer_run where;
	struct var *x;
};

static void apply_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;

	*result = sublayers_apply(tape, run->layer, &run->where, run->x);
}

static struct var *apply(struct tape *tape, const struct model *model, int side, struct var *x,
                         const struct memory *memory, struct carry *carry)
{
	const struct stack *stack = model->side[side].layout;
	struct var *const embedded = x;

	if (side == SIDE_TARGET)
		x = summary_join(tape, stack->summary, memory, x);

	for (int i = 0; i < stack->layers; i++) {
		const struct layer_run run = { &stack->layer[i],
			                       { model, side, i, memory, carry, embedded },
			                       x };

		graph_layer(tape->graph, i);
		if (carry)
			apply_layer(tape, &run, &x);
		else
			tape_segment(tape, apply_layer, &run, sizeof run, &x, 1);
	}
	graph_layer(tape->graph, -1);
	return norm_apply(tape, stack->last, x);
}

static void encode(struct tape *tape, const struct model *model, struct var *x,
                   struct memory *memory)
{
	memory->states = apply(tape, model, SIDE_SOURCE, x, memory, NULL);
}

static void project(struct tape *tape, const struct model *model, struct memory *memory)
{
	const struct stack *stack = model->side[SIDE_TARGET].layout;

	summary_remember(tape, stack->summary, memory);
	for (int i = 0; i < stack->layers; i++) {
		graph_layer(tape->graph, i);
		sublayers_remember(tape, &stack->layer[i], memory);
	}
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *y, struct carry *carry)
{
	return apply(tape, model, SIDE_TARGET, y, memory, carry);
}

static struct cost cost(const struct model *model, int side, int source, int target)
{
	const struct stack *stack = model->side[side].layout;
	struct cost cost = { .receptive_field = 1 };
	const double block = (double)model->side[side].body.layer.block;
	const int d = (int)model->settings.width;

	cost.multiply_adds = summary_cost(model, stack->summary, d);
	for (int i = 0; i < stack->layers; i++) {
		cost.receptive_field += sublayers_reach(model, &stack->layer[i], side);
		cost.multiply_adds +=
			sublayers_cost(model, &stack->layer[i], side, i, d, source, target);
	}
	if (block > 0 && cost.receptive_field > block) /* no layer sees out of its block */
		cost.receptive_field = block;
	return cost;
}

static const char *const widths[] = { "feed_forward", NULL };

extern const struct architecture architecture_transformer;
const struct architecture architecture_transformer = {
	.name = "transformer",
	.about = "attention alone, many heads, sinusoidal positions (Vaswani 2017)",
	.settings = settings_table,
	.settings_size = sizeof(struct transformer_settings),
	.defaults = defaults,
	.widths = widths,
	.check = check,
	.width = width,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};
