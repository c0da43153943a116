/* receptive_field_test.c - which steps a state depends on is what cost() says. */
#include "core/error.h"
#include "core/gemm.h"
#include "models/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 48, AT = 24, VOCABULARY = STEPS + 4 };

/* "key=value" separated by spaces; steps that a state of a side sees, 0: all. */
static const struct {
	const char *architecture, *settings;
	int field[SIDES];
} cases[] = {
	{ "cnn", "layers=2", { 5, 5 } },
	{ "cnn", "layers=1 kernel=1", { 1, 1 } },
	{ "cnn", "encoder_layers=2 decoder_layers=3 kernel=3/5/7 dilation=2", { 13, 25 } },
	{ "cnn", "layers=3 dilation=1/2/4 norm=pre feed_forward=8", { 15, 15 } },
	{ "cnn", "layers=2 convolution=tcn dilation=1/2 channels=16", { 13, 13 } },
	{ "cnn", "layers=2 convolution=bytenet kernel=5/3 dilation=1/3", { 11, 11 } },
	{ "cnn", "layers=2 convolution=lightweight kernel=3/7", { 9, 9 } },
	{ "cnn", "layers=2 convolution=dynamic kernel=3/5 dilation=2/1", { 9, 9 } },
	{ "cnn", "layers=1 self_attention=scaled-dot window=2 norm=pre", { 7, 5 } },
	{ "cnn", "layers=1 self_attention=scaled-dot norm=pre", { 0, 0 } },
	{ "transformer", "layers=2 window=3 heads=2", { 13, 7 } },
	{ "transformer", "layers=2 heads=2", { 0, 0 } },
	{ "rnn", "hidden=8", { 0, 0 } },
};
enum { CASES = sizeof cases / sizeof cases[0] };

static bool set(const struct setting *table, void *base, const char *key, const char *value)
{
	const struct setting *s = setting_find(table, key);
	struct error error;

	if (s && !setting_read(s, base, value, &error))
		fail_msg("%s", error.message);
	return s != NULL;
}

static void open_case(struct model *model, int i)
{
	const int vocabulary[SIDES] = { VOCABULARY, VOCABULARY };
	char text[256], *save, *key;
	struct design design;
	struct error error;

	snprintf(text, sizeof text, "width=8 tied=none dropout=0 %s", cases[i].settings);
	design_default(&design, architecture_find(cases[i].architecture));
	for (key = strtok_r(text, " ", &save); key; key = strtok_r(NULL, " ", &save)) {
		char *value = strchr(key, '=');
		bool known;

		*value++ = '\0';
		known = set(model_settings_table, &design.model, key, value);
		for (int side = 0; side < SIDES; side++) {
			struct body *body = &design.side[side];

			known |= set(layer_settings_table, &body->layer, key, value);
			known |= set(body->architecture->settings, body->settings, key, value);
		}
		assert_true(known);
	}
	if (!model_open(model, &design, vocabulary, true, STEPS, &error))
		fail_msg("%s: %s", cases[i].settings, error.message);
	parameters_start(&model->parameters, 5);
	design_free(&design);
}

/* How much the state at step AT moves with what went in at each step: each step has a token of its
 * own, so that the table's gradient tells. */
static void influence(const struct model *model, int side, double moved[STEPS])
{
	const int length = STEPS;
	const struct parameter *table = &model->parameters.list[model->side[side].table];
	real *gradient = memory_new(model->parameters.size, sizeof *gradient);
	int token[STEPS], gold[STEPS];
	struct memory memory;
	struct loss loss = { 0 };
	struct tape tape;
	struct var *h;

	for (int t = 0; t < STEPS; t++) {
		token[t] = t + 4;
		gold[t] = t == AT ? 5 : 0;
	}
	tape_init(&tape);
	tape_begin(&tape, &model->parameters, gradient, true, 1);
	model_encode(&tape, model, token, &length, STEPS, 1, &memory);
	h = side == SIDE_SOURCE ? memory.states
	                        : model_decode(&tape, model, &memory, token, STEPS, 1, NULL);
	tape_backward(&tape, op_cross_entropy(&tape, h, tape_parameter(&tape, model->output_weight),
	                                      tape_parameter(&tape, model->output_bias), gold, 0,
	                                      smoothing_uniform(0, VOCABULARY), &loss, NULL));
	for (int t = 0; t < STEPS; t++) {
		moved[t] = 0;
		for (int c = 0; c < table->columns; c++)
			moved[t] +=
				fabs((double)gradient[table->offset +
			                              (size_t)token[t] * (size_t)table->columns +
			                              (size_t)c]);
	}
	tape_free(&tape);
	free(gradient);
}

static void check_side(const struct model *model, int i, int side)
{
	const double said = model_cost(model, side, STEPS, STEPS).receptive_field;
	const int field = cases[i].field[side];
	const int before = side == SIDE_SOURCE ? field / 2 : field - 1, after = field - 1 - before;
	double moved[STEPS];

	if (said != (field ? (double)field : HUGE_VAL))
		fail_msg("%s %s: field %g, expected %d", cases[i].architecture, cases[i].settings,
		         said, field);
	influence(model, side, moved);
	for (int t = 0; t < STEPS; t++) {
		const bool inside = field ? t >= AT - before && t <= AT + after
		                          : side == SIDE_SOURCE || t <= AT;
		const bool edge = t == AT - before || t == AT + after;

		if (!inside && moved[t] != 0)
			fail_msg("%s %s: side %d sees step %d of %d", cases[i].architecture,
			         cases[i].settings, side, t, AT);
		if ((edge || !field) && inside && !(moved[t] > 0))
			fail_msg("%s %s: side %d does not see step %d of %d", cases[i].architecture,
			         cases[i].settings, side, t, AT);
	}
}

static void a_state_sees_its_receptive_field_and_no_more(void **state)
{
	(void)state;
	for (int i = 0; i < CASES; i++) {
		struct model model;

		open_case(&model, i);
		for (int side = 0; side < SIDES; side++)
			check_side(&model, i, side);
		model_close(&model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_sees_its_receptive_field_and_no_more),
	};
	struct error error;

	if (!gemm_init(&error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	return cmocka_run_group_tests_name("receptive field", tests, NULL, NULL);
}
