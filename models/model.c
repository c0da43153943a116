/* model.c - embeddings, output layer and loss around an architecture's body. */
#include "models/model.h"
#include "core/error.h"
#include "core/graph.h"
#include "models/joined.h"
#include "models/pooled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SINUSOIDS_MOST = 1 << 28 }; /* numbers */

static const char *const side_name[SIDES] = { "source", "target" };

/* Positions that a step may have. */
static int positions_of(const struct model *model)
{
	return model_is_decoder_only(model) && model_has_source(model) ? 2 * model->longest
	                                                               : model->longest;
}

/* Decoder-only: one table for the joined sequence. */
static void add_positions(struct model *model, int s)
{
	struct model_side *side = &model->side[s];
	const bool joined = model_is_decoder_only(model) && model_has_source(model);

	side->position_table = -1;
	if (side->body.layer.positions != POSITIONS_LEARNED)
		return;
	if (joined && s == SIDE_TARGET)
		side->position_table = model->side[SIDE_SOURCE].position_table;
	else
		side->position_table = parameter_add(
			&model->parameters, positions_of(model), (int)model->settings.width,
			START_NORMAL, side->embedding.deviation, "%s_position.weight",
			joined ? "joined" : side_name[s]);
}

static void add_embeddings(struct model *model)
{
	const int width = (int)model->settings.width;
	const int first = model_has_source(model) ? SIDE_SOURCE : SIDE_TARGET;

	for (int s = first; s < SIDES; s++) {
		struct model_side *side = &model->side[s];

		if (s == SIDE_TARGET && model_is_encoder_only(model))
			continue;
		if (s > first && model->settings.tied == TIED_ALL)
			side->table = model->side[SIDE_SOURCE].table;
		else
			side->table = parameter_add(&model->parameters, model->vocabulary[s], width,
			                            START_NORMAL, side->embedding.deviation,
			                            "%s.weight", side_name[s]);
		add_positions(model, s);
	}
}

static void add_output(struct model *model)
{
	const int vocabulary = model->vocabulary[SIDE_TARGET];

	model->output_bias = -1;
	model->output_weight = model->side[SIDE_TARGET].table;
	if (model->settings.tied != TIED_NONE)
		return;
	model->output_weight = parameter_add(&model->parameters, vocabulary, model->output_width,
	                                     START_XAVIER, 0, "output.weight");
	model->output_bias =
		parameter_add(&model->parameters, 1, vocabulary, START_CONSTANT, 0, "output.bias");
}

static bool wants_sinusoids(const struct body *source, const struct body *target)
{
	return source->layer.positions == POSITIONS_SINUSOIDAL ||
	       target->layer.positions == POSITIONS_SINUSOIDAL;
}

/* Settings of a stranger's run may ask for a table of any size, which no weights vouch for. */
static bool check_sinusoids(const struct model *model, const struct design *design,
                            struct error *error)
{
	const size_t numbers = (size_t)model->settings.width * (size_t)positions_of(model);

	return numbers <= SINUSOIDS_MOST ||
	       !wants_sinusoids(&design->side[SIDE_SOURCE], &design->side[SIDE_TARGET]) ||
	       error_set(error,
	                 "width = %ld: sinusoidal positions of %d steps would take %.1f GB; lower it "
	                 "or data.longest",
	                 model->settings.width, positions_of(model),
	                 (double)(numbers * sizeof(real)) / 1e9);
}

static void make_sinusoids(struct model *model)
{
	const int width = (int)model->settings.width, steps = positions_of(model);

	if (!wants_sinusoids(&model->side[SIDE_SOURCE].body, &model->side[SIDE_TARGET].body))
		return;
	model->sinusoid_steps = steps;
	model->sinusoids = memory_new((size_t)steps * (size_t)width, sizeof(real));
	sinusoidal_positions(steps, width, model->sinusoids);
}

static void build_side(struct model *model, const struct design *design, int s)
{
	struct model_side *side = &model->side[s];

	body_copy(&side->body, &design->side[s]);
	side->embedding = (struct embedding){ .deviation = 0.1 };
	side->table = side->position_table = -1;
	side->residual_scale = 1;
	if (design_has(design, s))
		side->body.architecture->build(model, s);
}

static void build(struct model *model, const struct design *design)
{
	design_name(design, model->name);
	model->memory_width = design_width(design, SIDE_SOURCE);
	for (int s = 0; s < SIDES; s++)
		build_side(model, design, s);
	if (design_is_decoder_only(design))
		model->side[SIDE_SOURCE].embedding = model->side[SIDE_TARGET].embedding;
	if (design_is_encoder_only(design))
		model->output_width = model->memory_width;
	add_embeddings(model);
	add_output(model);
	make_sinusoids(model);
}

bool model_open(struct model *model, const struct design *design, const int vocabulary[SIDES],
                bool joint, int longest, struct error *error)
{
	struct design arranged;
	bool fits;
	int broken;

	design_copy(&arranged, design);
	design_arrange(&arranged);
	*model = (struct model){ .settings = arranged.model, .longest = longest };
	memcpy(model->vocabulary, vocabulary, sizeof model->vocabulary);
	fits = arranged.model.tied != TIED_ALL || joint || arranged.model.prefix == PREFIX_NONE ||
	       error_set(error, "tied = all: needs one vocabulary for both sides "
	                        "(data.subwords.joint = true)");
	fits = fits && design_check(&arranged, &broken, error) &&
	       check_sinusoids(model, &arranged, error);
	if (fits)
		build(model, &arranged);
	design_free(&arranged);
	return fits;
}

bool model_is_decoder_only(const struct model *model)
{
	return model->settings.arrangement == ARRANGEMENT_DECODER_ONLY;
}

bool model_has_source(const struct model *model)
{
	return model->settings.prefix != PREFIX_NONE;
}

bool model_is_encoder_only(const struct model *model)
{
	return model->settings.arrangement == ARRANGEMENT_ENCODER_ONLY;
}

bool model_has(const struct model *model, int side)
{
	return !(side == SIDE_SOURCE ? model_is_decoder_only(model) : model_is_encoder_only(model));
}

enum objective model_objective(const struct model *model)
{
	if (model_is_encoder_only(model))
		return model->settings.pooling == POOLING_NONE ? OBJECTIVE_TAG : OBJECTIVE_CLASSIFY;
	return model_has_source(model) ? OBJECTIVE_TRANSLATE : OBJECTIVE_CONTINUE;
}

void model_close(struct model *model)
{
	for (int s = 0; s < SIDES; s++) {
		free(model->side[s].layout);
		body_free(&model->side[s].body);
	}
	free(model->sinusoids);
	parameters_free(&model->parameters);
	*model = (struct model){ 0 };
}

struct var *model_embed(struct tape *tape, const struct model *model, int side, const int *id,
                        int t, int n, int first, const int *padding)
{
	const struct model_side *s = &model->side[side];
	const int width = (int)model->settings.width;
	struct var *position = tape_parameter(tape, s->position_table);

	graph_section(tape->graph, side_name[side]);
	if (s->body.layer.positions == POSITIONS_SINUSOIDAL)
		position = tape_wrap(tape, NULL, 1, model->sinusoid_steps, width, model->sinusoids);
	return op_embed(tape, tape_parameter(tape, s->table), id, t, n,
	                s->embedding.scaled ? (real)sqrt(width) : 1, position, first, padding);
}

struct var *model_drop_embedded(struct tape *tape, const struct model *model, int side,
                                struct var *x)
{
	const double p = model->settings.dropout;

	if (model->side[side].embedding.dropout_steps)
		return op_dropout_steps(tape, x, tape_dropout(tape, p));
	return op_dropout(tape, x, p, NULL);
}

static void mask_heads(struct tape *tape, const struct model *model)
{
	tape->masked = model->masked;
	tape->masks = model->masks;
}

static void encode(struct tape *tape, const struct model *model, const int *source,
                   const int *length, int t, int n, struct memory *memory)
{
	memory->embedded = model_embed(tape, model, SIDE_SOURCE, source, t, n, 0, NULL);
	memory->embedded = model_drop_embedded(tape, model, SIDE_SOURCE, memory->embedded);
	graph_section(tape->graph, "encoder");
	model->side[SIDE_SOURCE].body.architecture->encode(tape, model, memory->embedded, memory);
	if (model_is_encoder_only(model))
		return;
	graph_section(tape->graph, "memory");
	if (!memory->summary && model->wants_summary)
		memory->summary = op_mean_steps(tape, memory->states, length);
	memory->values = memory->states;
	if (model->side[SIDE_TARGET].body.layer.attend_embeddings)
		memory->values = op_add(tape, memory->states, memory->embedded, 1);
}

void model_encode(struct tape *tape, const struct model *model, const int *source,
                  const int *length, int t, int n, struct memory *memory)
{
	*memory = (struct memory){ .length = length };
	mask_heads(tape, model);
	if (model_is_decoder_only(model))
		joined_encode(tape, model, source, length, t, n, memory);
	else
		encode(tape, model, source, length, t, n, memory);
	if (model_is_encoder_only(model))
		return;
	graph_section(tape->graph, "memory");
	model->side[SIDE_TARGET].body.architecture->project(tape, model, memory);
}

struct var *model_decode(struct tape *tape, const struct model *model, const struct memory *memory,
                         const int *target, int t, int rows, struct carry *carry)
{
	struct var *y, *h;

	mask_heads(tape, model);
	if (model_is_decoder_only(model))
		return joined_decode(tape, model, memory, target, t, rows, carry);
	y = model_embed(tape, model, SIDE_TARGET, target, t, rows, carry ? carry->position : 0,
	                NULL);
	y = model_drop_embedded(tape, model, SIDE_TARGET, y);
	carry_rewind(carry);
	graph_section(tape->graph, "decoder");
	h = model->side[SIDE_TARGET].body.architecture->decode(tape, model, memory, y, carry);
	carry_advance(carry, t);
	return h;
}

real *model_logits(struct tape *tape, const struct model *model, const struct var *h, int first,
                   int rows)
{
	struct var *part =
		tape_wrap(tape, NULL, 1, rows, h->c, h->x + (size_t)first * (size_t)h->c);

	return op_linear(tape, part, tape_parameter(tape, model->output_weight),
	                 tape_parameter(tape, model->output_bias), ACTIVATION_NONE)
	        ->x;
}

void model_logits_in_blocks(struct tape *tape, const struct model *model, const struct var *h,
                            int first, int rows, real *logits,
                            void look(void *context, int first, int last), void *context)
{
	static const struct op op = { .name = "linear" };
	struct var *w = tape_parameter(tape, model->output_weight);
	const struct var *b = tape_parameter(tape, model->output_bias);
	struct var *y;

	tape_enter(tape, &op);
	y = tape_wrap(tape, &op, 1, rows, w->n, logits);
	tape_input(tape, y, 1, w);
	if (!tape_frozen_product(tape, rows, h->x + (size_t)first * (size_t)h->c, w,
	                         (struct packed_end){ .bias = b ? b->x : NULL,
	                                              .look = look,
	                                              .context = context },
	                         logits))
		panic("logits: the weights are not frozen");
	tape_leave(tape, y);
}

struct var *model_states(struct tape *tape, const struct model *model, const struct batch *batch,
                         struct memory *memory)
{
	model_encode(tape, model, batch->source, batch->source_length, batch->source_t, batch->n,
	             memory);
	if (model_is_encoder_only(model))
		return pooled_states(tape, model, memory);
	return model_decode(tape, model, memory, batch->target, batch->target_t, batch->n, NULL);
}

struct var *model_loss(struct tape *tape, const struct model *model, const struct batch *batch,
                       double smoothing, struct loss *loss, double *nll)
{
	struct memory *memory = tape_memory(tape, sizeof *memory); /* backward reads it, too */
	struct var *h = model_states(tape, model, batch, memory);

	if (h->t != batch->target_t) /* the source's end has no label */
		h = op_some_steps(tape, h, 0, batch->target_t);
	return op_cross_entropy(tape, h, tape_parameter(tape, model->output_weight),
	                        tape_parameter(tape, model->output_bias), batch->gold, TOKEN_PAD,
	                        smoothing_uniform(smoothing, model->vocabulary[SIDE_TARGET]), loss,
	                        nll);
}

struct cost model_cost(const struct model *model, int side, int source, int target)
{
	const struct architecture *a = model->side[side].body.architecture;

	if (!model_has(model, side))
		return (struct cost){ 0 };
	if (model_is_decoder_only(model))
		return a->cost(model, side, 0, model_has_source(model) ? source + target : target);
	return a->cost(model, side, source, target);
}

double model_multiply_adds(const struct model *model, int source, int target)
{
	double sum = (double)target * model->output_width * model->vocabulary[SIDE_TARGET];

	for (int side = 0; side < SIDES; side++)
		sum += model_cost(model, side, source, target).multiply_adds;
	return sum;
}
