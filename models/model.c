/* model.c - embeddings, output layer and loss around an architecture's body. */
#include "models/model.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const side_name[SIDES] = { "source", "target" };

static void add_embeddings(struct model *model)
{
	const int width = (int)model->settings.width;

	for (int s = 0; s < SIDES; s++) {
		struct model_side *side = &model->side[s];

		side->position_table = -1;
		if (s == SIDE_TARGET && model->settings.tied == TIED_ALL)
			side->table = model->side[SIDE_SOURCE].table;
		else
			side->table = parameter_add(&model->parameters, model->vocabulary[s], width,
			                            START_NORMAL, side->embedding.deviation,
			                            "%s.weight", side_name[s]);
		if (side->body.layer.positions == POSITIONS_LEARNED)
			side->position_table = parameter_add(
				&model->parameters, model->longest, width, START_NORMAL,
				side->embedding.deviation, "%s_position.weight", side_name[s]);
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

static void make_sinusoids(struct model *model, int longest)
{
	const int width = (int)model->settings.width;
	bool wanted = false;

	for (int s = 0; s < SIDES; s++)
		wanted |= model->side[s].body.layer.positions == POSITIONS_SINUSOIDAL;
	if (!wanted)
		return;
	model->sinusoid_steps = longest;
	model->sinusoids = memory_new((size_t)longest * (size_t)width, sizeof(real));
	sinusoidal_positions(longest, width, model->sinusoids);
}

bool model_open(struct model *model, const struct design *design, const int vocabulary[SIDES],
                bool joint, int longest, struct error *error)
{
	int broken;

	*model = (struct model){ .settings = design->model, .longest = longest };
	if (design->model.tied == TIED_ALL && !joint)
		return error_set(error, "tied = all: needs one vocabulary for both sides "
		                        "(data.subwords.joint = true)");
	if (!design_check(design, &broken, error))
		return false;
	design_name(design, model->name);
	memcpy(model->vocabulary, vocabulary, sizeof model->vocabulary);
	model->memory_width = design_width(design, SIDE_SOURCE);
	for (int s = 0; s < SIDES; s++) {
		struct model_side *side = &model->side[s];

		body_copy(&side->body, &design->side[s]);
		side->embedding = (struct embedding){ .deviation = 0.1 };
		side->residual_scale = 1;
		side->body.architecture->build(model, s);
	}
	add_embeddings(model);
	add_output(model);
	make_sinusoids(model, longest);
	return true;
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
                        int t, int n, int first)
{
	const struct model_side *s = &model->side[side];
	const int width = (int)model->settings.width;
	struct var *position = tape_parameter(tape, s->position_table);
	struct var *x;

	if (s->body.layer.positions == POSITIONS_SINUSOIDAL)
		position = tape_wrap(tape, NULL, 1, model->sinusoid_steps, width, model->sinusoids);
	x = op_embed(tape, tape_parameter(tape, s->table), id, t, n,
	             s->embedding.scaled ? (real)sqrt(width) : 1, position, first, NULL);
	if (s->embedding.dropout_steps)
		return op_dropout_steps(tape, x, tape_dropout(tape, model->settings.dropout));
	return op_dropout(tape, x, model->settings.dropout, NULL);
}

static void mask_heads(struct tape *tape, const struct model *model)
{
	tape->masked = model->masked;
	tape->masks = model->masks;
}

void model_encode(struct tape *tape, const struct model *model, const int *source,
                  const int *length, int t, int n, struct memory *memory)
{
	*memory = (struct memory){ .length = length };
	mask_heads(tape, model);
	memory->embedded = model_embed(tape, model, SIDE_SOURCE, source, t, n, 0);
	model->side[SIDE_SOURCE].body.architecture->encode(tape, model, memory->embedded, memory);
	if (!memory->summary && model->wants_summary)
		memory->summary = op_mean_steps(tape, memory->states, length);
	memory->values = memory->states;
	if (model->side[SIDE_TARGET].body.layer.attend_embeddings)
		memory->values = op_add(tape, memory->states, memory->embedded, 1);
	model->side[SIDE_TARGET].body.architecture->project(tape, model, memory);
}

struct var *model_decode(struct tape *tape, const struct model *model, const struct memory *memory,
                         const int *target, int t, int rows, struct carry *carry)
{
	struct var *y =
		model_embed(tape, model, SIDE_TARGET, target, t, rows, carry ? carry->position : 0);
	struct var *h;

	mask_heads(tape, model);
	carry_rewind(carry);
	h = model->side[SIDE_TARGET].body.architecture->decode(tape, model, memory, y, carry);
	carry_advance(carry, t);
	return h;
}

real *model_logits(struct tape *tape, const struct model *model, const struct var *h, int first,
                   int rows)
{
	struct var *part = tape_wrap(tape, NULL, 1, rows, h->c,
	                             h->x + (size_t)first * (size_t)h->c);

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

struct var *model_loss(struct tape *tape, const struct model *model, const struct batch *batch,
                       double smoothing, struct loss *loss, double *nll)
{
	struct memory *memory = tape_memory(tape, sizeof *memory); /* backward reads it, too */
	struct var *h;

	model_encode(tape, model, batch->source, batch->source_length, batch->source_t, batch->n,
	             memory);
	h = model_decode(tape, model, memory, batch->target, batch->target_t, batch->n, NULL);
	return op_cross_entropy(tape, h, tape_parameter(tape, model->output_weight),
	                        tape_parameter(tape, model->output_bias), batch->gold, TOKEN_PAD,
	                        smoothing_uniform(smoothing, model->vocabulary[SIDE_TARGET]), loss,
	                        nll);
}

double model_multiply_adds(const struct model *model, int source, int target)
{
	double sum = (double)target * model->output_width * model->vocabulary[SIDE_TARGET];

	for (int side = 0; side < SIDES; side++)
		sum += model->side[side]
		               .body.architecture->cost(model, side, source, target)
		               .multiply_adds;
	return sum;
}
