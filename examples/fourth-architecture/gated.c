/* gated.c - a fourth architecture, outside of bakeoff's tree: gated linear recurrences.
 *
 * The state is a running mean whose weights the input decides, and not the state (as in QRNN,
 * Bradbury 2017, and SRU, Lei 2018), so that a step costs no matrix product:
 *
 *     [v; a] = W x + b,  z = sigmoid(a),  h[t] = z h[t - 1] + (1 - z) v
 *
 * A layer is x + dropout(U h(norm(x))), then attention to the encoder and a feed-forward block as
 * in a Transformer. Every second layer of the encoder runs backwards.
 */
#include "core/graph.h"
#include "core/segment.h"
#include "models/joined.h"
#include "models/sublayer.h"

#include <math.h>
#include <stdio.h>

/* The operation, with its gradient. */

struct recurrence {
	const int *first, *length; /* [N] or NULL: steps outside are padding, their state is 0 */
	bool reverse;
};

static bool is_real(const struct recurrence *r, int t, int n)
{
	return (!r->first || t >= r->first[n]) && (!r->length || t < r->length[n]);
}

static int step_before(const struct var *y, int t)
{
	const struct recurrence *r = y->aux;

	if (r->reverse)
		return t + 1 < y->t ? t + 1 : -1;
	return t - 1;
}

/* The state [C] that step t of a row goes on from; NULL: 0. */
static real *state_before(const struct var *y, int t, int row)
{
	const int before = step_before(y, t);
	const struct var *start = y->in[1];

	if (before >= 0)
		return y->x + ((size_t)before * (size_t)y->n + (size_t)row) * (size_t)y->c;
	return start ? start->x + (size_t)row * (size_t)y->c : NULL;
}

static real sigmoid(real a)
{
	return 1 / (1 + (real)exp(-(double)a));
}

static void recurrence_backward(struct tape *tape, struct var *y)
{
	const struct recurrence *r = y->aux;
	const size_t c = (size_t)y->c, block = (size_t)y->n * c;
	real *dp = tape_gradient(tape, y->in[0]);
	real *dstart = y->in[1] ? tape_gradient(tape, y->in[1]) : NULL;

	for (int i = y->t - 1; i >= 0; i--) {
		const int t = r->reverse ? y->t - 1 - i : i, before = step_before(y, t);

		for (int n = 0; n < y->n; n++) {
			const size_t at = (size_t)t * block + (size_t)n * c;
			const real *p = y->in[0]->x + 2 * at, *h = state_before(y, t, n);
			real *back = before >= 0 ? y->g + (size_t)before * block + (size_t)n * c
			             : dstart    ? dstart + (size_t)n * c
			                         : NULL;

			if (!is_real(r, t, n))
				continue;
			for (size_t j = 0; j < c; j++) {
				const real z = sigmoid(p[c + j]), dh = y->g[at + j];

				if (dp) {
					dp[2 * at + j] += (1 - z) * dh;
					dp[2 * at + c + j] +=
						dh * ((h ? h[j] : 0) - p[j]) * z * (1 - z);
				}
				if (back)
					back[j] += z * dh;
			}
		}
	}
}

/* p [T][N][2C], start [1][N][C] or NULL for 0 -> h [T][N][C]. */
static struct var *op_recurrence(struct tape *tape, struct var *p, struct var *start,
                                 const int *first, const int *length, bool reverse)
{
	static const struct op op = { .name = "gated recurrence",
		                      .backward = recurrence_backward,
		                      .reads_result = true,
		                      .before = step_before };
	const size_t c = (size_t)p->c / 2;
	struct recurrence *r = tape_memory(tape, sizeof *r);
	struct var *y;

	tape_enter(tape, &op);
	y = tape_var(tape, &op, p->t, p->n, (int)c);
	*r = (struct recurrence){ first, length, reverse };
	y->aux = r;
	tape_input(tape, y, 0, p);
	if (start)
		tape_input(tape, y, 1, start);
	for (int i = 0; i < y->t; i++) {
		const int t = reverse ? y->t - 1 - i : i;

		for (int n = 0; n < y->n; n++) {
			const size_t at = ((size_t)t * (size_t)y->n + (size_t)n) * c;
			const real *h = state_before(y, t, n);

			for (size_t j = 0; j < c; j++) {
				const real z = sigmoid(p->x[2 * at + c + j]);

				y->x[at + j] = is_real(r, t, n) ? z * (h ? h[j] : 0) +
				                                          (1 - z) * p->x[2 * at + j]
				                                : 0;
			}
		}
	}
	return tape_leave(tape, y);
}

/* The architecture. */

struct gated_settings {
	bool alternate;
};

static const struct setting settings_table[] = {
	SETTING_OF_BOOL(struct gated_settings, alternate, "alternate", "true",
	                "every second layer of the encoder runs backwards"),
	{ .name = NULL },
};

static const char *const defaults[] = {
	"encoder_layers", "2",   "decoder_layers", "2",   "attention", "scaled-dot", "heads", "4",
	"norm",           "pre", "feed_forward",   "512", NULL,
};
static const char *const widths[] = { "feed_forward", NULL };
static const char *const of_encoder[] = { "alternate", NULL };

struct layer {
	struct norm norm;
	struct projection in, out;
	struct sublayers more;
};

struct stack {
	int layers;
	struct norm last;
	struct projection summary; /* where no layer attends to the encoder */
	struct layer layer[];
};

static bool check(const struct design *design, int side, struct error *error)
{
	const struct layer_settings *s = &design->side[side].layer;

	if (s->norm == NORM_NONE)
		return error_set(error,
		                 "norm = none: these layers need one; set norm: pre or post");
	return layer_settings_check(s, side, design->model.width, "width", error);
}

static int width(const struct design *design, int side)
{
	(void)side;
	return (int)design->model.width;
}

static struct layer layer_add(struct model *model, int side, int i, int d)
{
	struct layer layer;
	char name[64];

	snprintf(name, sizeof name, "%s.%d", side == SIDE_SOURCE ? "encoder" : "decoder", i);
	layer.in = projection_add(&model->parameters, 2 * d, d, true, "%s.in.", name);
	layer.out = projection_add(&model->parameters, d, d, true, "%s.out.", name);
	snprintf(name, sizeof name, "%s.%d.norm0", side == SIDE_SOURCE ? "encoder" : "decoder", i);
	layer.norm = norm_add(model, side, d, name);
	layer.more = sublayers_add(model, side, i, d, true);
	return layer;
}

static void build(struct model *model, int side)
{
	const struct layer_settings *s = &model->side[side].body.layer;
	const int layers = layers_of(s, side), d = (int)model->settings.width;
	struct stack *stack = memory_new(1, sizeof *stack + (size_t)layers * sizeof *stack->layer);

	model->side[side].layout = stack;
	model->side[side].embedding.scaled = true;
	model->side[side].embedding.deviation = 1 / sqrt((double)d);
	stack->summary = NO_PROJECTION;
	if (side == SIDE_TARGET) {
		model->output_width = d;
		stack->summary = summary_add(model, d);
	}
	stack->layers = layers;
	for (int i = 0; i < layers; i++)
		stack->layer[i] =
			i && s->share_layers ? stack->layer[0] : layer_add(model, side, i, d);
	stack->last = last_norm_add(model, side, d);
}

/* One layer as a segment, which training may run again for its gradients. */
struct layer_run {
	const struct layer *layer;
	struct sublayer_run where;
	const int *first, *length;
	bool reverse;
	struct var *x;
};

static void apply_layer(struct tape *tape, const void *context, struct var **result)
{
	const struct layer_run *run = context;
	const struct layer *layer = run->layer;
	const struct model *model = run->where.model;
	struct carry *carry = run->where.carry;
	const int side = run->where.side, d = (int)model->settings.width;
	struct var *y = sublayer_input(tape, model, side, layer->norm, run->x);
	struct var *start = carry ? carry_state(tape, carry, d) : NULL;

	y = projection_apply(tape, layer->in, y, ACTIVATION_NONE);
	y = op_recurrence(tape, y, start, run->first, run->length, run->reverse);
	if (carry)
		carry_store(carry, op_step(tape, y, y->t - 1));
	y = projection_apply(tape, layer->out, y, ACTIVATION_NONE);
	y = sublayer_output(tape, model, side, layer->norm, run->x, y);
	*result = sublayers_apply(tape, &layer->more, &run->where, y);
}

static struct var *apply(struct tape *tape, const struct model *model, int side, struct var *x,
                         const struct memory *memory, struct carry *carry)
{
	const struct stack *stack = model->side[side].layout;
	const struct gated_settings *s = model->side[side].body.settings;
	const bool encodes = side == SIDE_SOURCE;
	struct var *const embedded = x;

	if (!encodes)
		x = summary_join(tape, stack->summary, memory, x);
	for (int i = 0; i < stack->layers; i++) {
		const struct layer_run run = {
			.layer = &stack->layer[i],
			.where = { model, side, i, memory, carry, embedded },
			.first = encodes ? NULL : joined_blank(memory, carry),
			.length = encodes ? memory->length : NULL,
			.reverse = encodes && s->alternate && i % 2,
			.x = x,
		};

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
	for (int i = 0; i < stack->layers; i++)
		sublayers_remember(tape, &stack->layer[i].more, memory);
}

static struct var *decode(struct tape *tape, const struct model *model, const struct memory *memory,
                          struct var *y, struct carry *carry)
{
	return apply(tape, model, SIDE_TARGET, y, memory, carry);
}

static struct cost cost(const struct model *model, int side, int source, int target)
{
	const struct stack *stack = model->side[side].layout;
	const double d = (double)model->settings.width;
	const double own = side == SIDE_SOURCE ? source : target;
	struct cost cost = { .receptive_field = HUGE_VAL };

	cost.multiply_adds = summary_cost(model, stack->summary, (int)d);
	for (int i = 0; i < stack->layers; i++)
		cost.multiply_adds +=
			own * 3 * d * d + sublayers_cost(model, &stack->layer[i].more, side, i,
		                                         (int)d, source, target);
	return cost;
}

static const struct architecture architecture_gated = {
	.name = "gated",
	.about = "gated linear recurrences with attention and feed-forward blocks",
	.settings = settings_table,
	.settings_size = sizeof(struct gated_settings),
	.defaults = defaults,
	.widths = widths,
	.only = { of_encoder, NULL },
	.of_encoder = of_encoder,
	.check = check,
	.width = width,
	.build = build,
	.encode = encode,
	.project = project,
	.decode = decode,
	.cost = cost,
};

/* All that there is to registering it. */
const struct architecture *const architectures_added[] = { &architecture_gated, NULL };
